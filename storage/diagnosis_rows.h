// SPDX-License-Identifier: MIT
//
// A diagnosis as one JSON text, for a column and for the command line, and back.
//
// {"target", "url", "at", "took_ms", "requests", "cut", "conclusions": [{"kind", "text"}],
//  "findings": [{"check", "subject", "address", "result", "outcome", "status", "duration_ms",
//  "text", "evidence", "addresses"}]}; "at" is ISO 8601 UTC, lengths are milliseconds, what is not
// known is null.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/diagnosis.h"
#include "storage/sqlite.h"

namespace gatewatch::storage {

[[nodiscard]] std::string to_json(const Diagnosis& diagnosis);

// Empty where `json` is none. Conclusions are drawn anew by conclusions_of(), not read; words that
// this version does not know drop their finding. Fails: throws SqliteError.
[[nodiscard]] std::optional<Diagnosis> diagnosis_from_json(Connection& connection,
                                                           std::string_view json);

}  // namespace gatewatch::storage

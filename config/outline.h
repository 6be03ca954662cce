// SPDX-License-Identifier: MIT
//
// A TOML file cut into its statements (headers, and keys with values), so that one that is broken
// does not hide the mistakes in the others.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/source.h"

namespace gatewatch::config {

inline constexpr size_t kMaxNesting = 64;            // levels, of keys and of values
inline constexpr int kMaxSyntaxErrors = 20;          // in one file; the rest is not read
inline constexpr size_t kMaxStatement = 256 * 1024;  // bytes

struct KeyPart {
  size_t offset = 0;
  std::string raw;  // as written, without its quotes
};

struct Statement {
  enum class Kind { Table, ArrayOfTables, KeyValue, Lost };
  Kind kind = Kind::Lost;  // Lost: a key that cannot be told; of a lost header `key` is empty
  bool broken = false;     // a syntax error was told; `key` holds what could be made out
  size_t begin = 0;        // whole lines: [begin, end)
  size_t end = 0;
  std::vector<KeyPart> key{};
  size_t value = 0;  // offset of the value
};

// Adds a diagnostic for each syntax error that can be seen without a full parser: a statement that
// is not `broken` may still be wrong inside its value, but is nested at most kMaxNesting deep and
// has no integer beyond 64 bits.
[[nodiscard]] std::vector<Statement> outline(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace gatewatch::config

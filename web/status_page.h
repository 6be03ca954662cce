// SPDX-License-Identifier: MIT
//
// A snapshot as a page for people: open incidents first, then every target.
#pragma once

#include <string>

#include "core/snapshot.h"

namespace gatewatch::web {

// One HTML document without scripts or references to anything else; every text in it is escaped.
// Pure.
[[nodiscard]] std::string render_status_page(const Snapshot& snapshot);

}  // namespace gatewatch::web

// SPDX-License-Identifier: MIT
//
// What is said of the disk when it is in trouble.
#pragma once

#include <string>

#include "storage/writer.h"

namespace gatewatch::daemon {

// A sentence; empty where samples can be stored, and are within 5 s.
[[nodiscard]] std::string storage_trouble(const storage::WriterHealth& health);

// What was set aside since start, and why the last run's state could not be read where it could
// not; else empty.
[[nodiscard]] std::string database_note(const std::string& read_error,
                                        const storage::WriterHealth& health);

}  // namespace gatewatch::daemon

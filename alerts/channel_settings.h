// SPDX-License-Identifier: MIT
//
// Settings that several channel kinds read alike.
#pragma once

#include <string>
#include <string_view>

#include "config/table.h"
#include "core/secret.h"

namespace gatewatch::alerts {

enum class SecretState {
  Missing,  // neither the key nor its twin KEY_file is there
  Wrong,    // a diagnostic says why
  Unread,   // whoever checks the configuration may not read the file, which a warning says
  Read,     // not empty
};

// Reads a secret key, into `secret` where the result is Read.
[[nodiscard]] SecretState read_secret(config::Table& table, std::string_view key, Secret& secret);

// As read_secret(), but a missing one is wrong.
[[nodiscard]] SecretState read_required_secret(config::Table& table, std::string_view key,
                                               Secret& secret);

// Reads `ca_file`, the absolute path of a PEM file of the certificate authorities to trust instead
// of the system's; leaves `path` empty where there is none. False after a diagnostic. A file that
// can't be read is a warning: each try to send will say so.
[[nodiscard]] bool read_ca_file(config::Table& table, std::string& path);

}  // namespace gatewatch::alerts

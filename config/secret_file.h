// SPDX-License-Identifier: MIT
//
// The files that hold secrets.
#pragma once

#include <map>
#include <string>

namespace gatewatch::config {

inline constexpr size_t kMaxSecretFile = 64 * 1024;  // bytes

struct SecretFile {
  enum class Result {
    Read,
    Missing,     // in none of the places
    Unreadable,  // there, or perhaps there, but this process may not read it
    Unfit,       // not a regular file, empty or too large
  };
  Result result = Result::Missing;
  std::string content;  // without its last newline
  std::string problem;  // where not read: a sentence without the content
  std::string places;   // where it was looked for, in order: "A, B, C"
};

// Reads the file `name`: an absolute path as it is; a relative one from the first of
// $CREDENTIALS_DIRECTORY/NAME, $CREDENTIALS_DIRECTORY/secret_NAME, /etc/gatewatch/secrets/NAME and
// beside `naming_file` that can be read.
[[nodiscard]] SecretFile read_secret_file(const std::string& name, const std::string& naming_file,
                                          const std::map<std::string, std::string>& environment);

}  // namespace gatewatch::config

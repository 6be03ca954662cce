// SPDX-License-Identifier: MIT
//
// What is wrong with a configuration, and where. All mistakes are collected and told at once.
#pragma once

#include <string>
#include <vector>

namespace gatewatch::config {

struct Location {
  std::string file;  // as given on the command line or found by `include`
  int line = 1;
  int column = 1;  // in characters, not bytes

  auto operator<=>(const Location&) const = default;
};

// "FILE:LINE:COL"
[[nodiscard]] std::string to_string(const Location& location);

enum class Gravity { Error, Warning };

struct Diagnostic {
  Gravity gravity = Gravity::Error;
  Location where;
  std::string message;
  std::string hint;  // what to do about it; may be empty

  bool operator==(const Diagnostic&) const = default;
};

// "FILE:LINE:COL: message (hint)"; a warning has "warning: " before its message. One line,
// printable.
[[nodiscard]] std::string to_string(const Diagnostic& diagnostic);

// Thread: one at a time.
class Diagnostics {
 public:
  void error(const Location& where, std::string message, std::string hint = {});
  void warning(const Location& where, std::string message, std::string hint = {});
  // A warning about the whole that would only distract from errors: not told while there are any.
  void remark(const Location& where, std::string message, std::string hint = {});

  // Tells that `file` is read now: its place in sorted(). A file of which nobody told comes in the
  // order of its first diagnostic.
  void file_read(const std::string& file);

  [[nodiscard]] bool has_errors() const;
  // By file in the order they were read, then line and column; the same mistake at the same place
  // once.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  void add(Diagnostic diagnostic);
  std::vector<std::string> files_;  // in the order they were read
  std::vector<Diagnostic> all_;
  std::vector<Diagnostic> remarks_;
};

}  // namespace gatewatch::config

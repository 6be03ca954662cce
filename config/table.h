// SPDX-License-Identifier: MIT
//
// A reader over one TOML table that knows where each value stands: every getter either returns a
// good value or adds a diagnostic and returns the fallback, so that one pass finds all mistakes.
// Whoever understands a key reads it from here; what nobody has asked for by finish() is an
// unknown key. Probe kinds and channels read their own keys this way, so that the config folder
// need not know them.
//
// A table may stand on another (a [[target]] on [defaults]): what is missing is looked up there,
// and what is asked for counts as known there too.
//
// A value that holds a mistake that was told already (broken syntax, an unset ${NAME}) reads as
// missing, without a further diagnostic.
//
// Thread: one at a time. Lifetime: a Table keeps its document alive; the Diagnostics must outlive
// it. Copies read the same table and share what has been asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/diagnostic.h"
#include "core/secret.h"
#include "core/time.h"

namespace gatewatch::config {

struct Entry;
struct Value;

using Scalar = std::variant<std::string, int64_t, double, bool>;

class Table {
 public:
  // Made by read_table(), table() and tables().
  struct Node;
  explicit Table(std::shared_ptr<Node> node);

  // Whether the key is there, even with a wrong value. Makes it known.
  [[nodiscard]] bool has(std::string_view key) const;

  // Whether it is there in this table itself, not in the one that this stands on. Makes it known.
  [[nodiscard]] bool is_own(std::string_view key) const;

  // Text after ${NAME} has been put in. Empty where the key is missing or is not a string.
  // No string of a table has a NUL or is ill-formed UTF-8; the content of secret files may be.
  std::optional<std::string> string(std::string_view key);
  std::string string_or(std::string_view key, std::string_view fallback);
  // As string(), but a missing key is an error: at a key that looks like it misspelt, else at the
  // table's head.
  std::optional<std::string> required_string(std::string_view key);

  // One of `words`; anything else is an error that names the nearest.
  std::string one_of(std::string_view key, std::string_view fallback,
                     std::span<const std::string_view> words);

  bool boolean(std::string_view key, bool fallback);
  int64_t integer(std::string_view key, int64_t fallback, int64_t least, int64_t most);
  // A string such as "30s".
  Duration duration(std::string_view key, Duration fallback, Duration least, Duration most);
  // A string such as "20%", returned as 0.2. At least `least`, at most 1.
  double share(std::string_view key, double fallback, double least);

  // An array of strings; a missing key gives an empty one. An element that is no string is told,
  // and "" stands in its place.
  std::vector<std::string> strings(std::string_view key);
  // The same, where a single string may also stand without its brackets.
  std::vector<std::string> one_or_more_strings(std::string_view key);
  // A string, whole number, number with a fraction (not infinite) or boolean. Empty where the key
  // is missing or is anything else.
  std::optional<Scalar> scalar(std::string_view key);
  // Whether the value of `key` is an array without elements.
  [[nodiscard]] bool is_empty_array(std::string_view key) const;
  // A table of strings, in the order of the file; each may have the twin NAME_file.
  std::vector<std::pair<std::string, Secret>> secrets_by_name(std::string_view key);

  // The value of `key`, or the content of the file that `key`_file names, without its last
  // newline; both at once is an error. Where the file is looked for: docs/configuration.md. Where
  // it may not be read and LoadOptions want a warning for that: an empty Secret.
  std::optional<Secret> secret(std::string_view key);

  // The tables of [[key]], in the order of the files; a missing key gives none. A single [key] is
  // an error, and read all the same.
  std::vector<Table> tables(std::string_view key);
  // The table [key]; one without keys where it is missing.
  Table table(std::string_view key);
  // The keys that stand in this table itself, in the order of the file. Makes them known.
  [[nodiscard]] std::vector<std::string> keys() const;
  // This table, standing on `below`.
  [[nodiscard]] Table standing_on(const Table& below) const;

  // Adds a diagnostic at the value of `key` or of its twin (at the table's head where neither is
  // there), which may be in the table that this one stands on. Nothing where a getter has told a
  // mistake of that key: a value has one mistake at a time.
  void error(std::string_view key, std::string message, std::string hint = {});
  void warning(std::string_view key, std::string message, std::string hint = {});

  // At element `index` of the array `key`. Silent for an element that is no string: strings() has
  // told that.
  void error_at(std::string_view key, size_t index, std::string message, std::string hint = {});

  [[nodiscard]] Location head() const;  // where the table begins
  [[nodiscard]] Location where(std::string_view key) const;
  [[nodiscard]] Location where_at(std::string_view key, size_t index) const;

  // Reports every key that nobody asked for. Not the keys of the table it stands on.
  void finish();
  // Names the key whose value tells who reads the other keys. Where it is missing or an error was
  // told of it, finish() reports only what looks like a known key misspelt.
  void set_kind_key(std::string_view key);

  // The same text for the same settings (its own and those it stands on), with the content of the
  // files that keys ending in "_file" name: changes when a reload must rebuild what was made of
  // this table. Never shown.
  [[nodiscard]] std::string fingerprint() const;

 private:
  std::optional<Secret> secret_from_file(std::string_view key, const Entry& entry);
  void wrong_type(std::string_view key, const Value& value, std::string_view wanted,
                  std::string hint = {});
  void mistake(std::string_view key, std::string message, std::string hint = {});
  bool tell_misspelt(std::string_view key);
  [[nodiscard]] bool has_no_kind() const;
  void tell_unknown(const Entry& entry, std::string_view near);
  std::shared_ptr<Node> node_;
};

// What reading depends on besides the files.
struct LoadOptions {
  // The process environment; a test passes its own.
  std::map<std::string, std::string> environment;
  // Where a secret may not be read: a warning (`check`, by a person) instead of an error (`run`).
  bool unreadable_secret_is_warning = false;
  // `check`: looks also at what a file system that hangs would keep it from coming back from.
  bool looks_at_sockets = false;
};

// The root table of the configuration text in `text`, for tests and tools; `file_name` stands in
// the diagnostics. `include` means nothing here.
[[nodiscard]] Table read_table(const std::string& file_name, std::string_view text,
                               const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace gatewatch::config

// SPDX-License-Identifier: MIT
//
// How it works: the scanner knows only what is needed to find where a statement ends: strings,
// comments and brackets. A bracket or string that is never closed would swallow the rest of the
// file; so at the start of each line inside an array it looks whether the line can only be a new
// statement ("key =" or "[header]"), and takes that for the end of the broken one.
#include "config/outline.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

#include "config/scan_string.h"

namespace gatewatch::config {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_bare_key(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

bool is_word_of_toml(std::string_view word) {
  return word == "true" || word == "false" || word == "inf" || word == "nan";
}

// "30s", "20%": what people forget to quote.
bool is_amount(std::string_view word) {
  const size_t digits =
      static_cast<size_t>(std::find_if_not(word.begin(), word.end(), is_digit) - word.begin());
  const std::string_view unit = word.substr(digits);
  return digits > 0 &&
         (unit == "ms" || unit == "s" || unit == "m" || unit == "h" || unit == "d" || unit == "%");
}

bool is_too_large_integer(std::string_view word) {
  std::string digits(word);
  std::erase(digits, '_');
  std::string_view rest = digits;
  if (rest.starts_with('+')) {
    rest.remove_prefix(1);
  }
  int base = 10;
  if (rest.starts_with("0x") || rest.starts_with("0o") || rest.starts_with("0b")) {
    base = rest[1] == 'x' ? 16 : rest[1] == 'o' ? 8 : 2;
    rest.remove_prefix(2);
  }
  int64_t number = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, number, base);
  return stop == end && error == std::errc::result_out_of_range;
}

class Scanner {
 public:
  Scanner(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), text_(file.text), diagnostics_(diagnostics) {}

  std::vector<Statement> run();

 private:
  void header();
  void key_value();
  bool key();
  void value();
  bool bracket(std::vector<size_t>& open);
  void word(bool must_be_value);
  bool next_in_array();
  bool next_in_table(size_t brace);
  void end_of_line(std::string_view after);

  [[nodiscard]] char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n';
  }
  void skip_blanks() {
    while (is_blank(peek())) {
      ++at_;
    }
  }
  [[nodiscard]] bool at_line_end() const {
    return peek() == '\n' || peek() == '#' || (peek() == '\r' && peek(1) == '\n');
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1; }
  // Gives up on this statement: goes on with the next line or, where that may still belong to it,
  // with the next one that can only be a new statement.
  void abandon(bool may_go_on);
  [[nodiscard]] bool looks_like_statement(size_t line_start) const;
  void fail(size_t offset, std::string message, std::string hint = {});

  const SourceFile& file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
  int errors_ = 0;
  Statement now_;
};

std::vector<Statement> Scanner::run() {
  std::vector<Statement> statements;
  while (at_ < text_.size() && errors_ < kMaxSyntaxErrors) {
    now_ = {};
    now_.begin = at_;
    skip_blanks();
    if (at_line_end()) {
      skip_line();
      continue;
    }
    if (peek() == '[') {
      header();
    } else {
      key_value();
    }
    if (at_ == 0 || text_[at_ - 1] != '\n') {
      skip_line();
    }
    now_.end = at_;
    if (!now_.broken && now_.end - now_.begin > kMaxStatement) {
      fail(now_.begin, "this value is too large: more than 256 KiB");
    }
    statements.push_back(std::move(now_));
  }
  if (at_ < text_.size()) {
    diagnostics_.error(to_location(place_at(file_, at_)),
                       "too many syntax errors; the rest of the file was not read");
    statements.push_back({.broken = true, .begin = at_, .end = at_});
  }
  return statements;
}

void Scanner::header() {
  const size_t start = at_;
  const bool array = peek(1) == '[';
  now_.kind = array ? Statement::Kind::ArrayOfTables : Statement::Kind::Table;
  at_ += array ? 2 : 1;
  now_.value = start;
  if (!key()) {
    now_.key.clear();
    fail(start, "this table header has no name", "such as [daemon] or [[target]]");
    return skip_line();
  }
  if (peek() != ']' || (array && peek(1) != ']')) {
    fail(start, std::string("this table header is not closed by ") + (array ? "]]" : "]"));
    return skip_line();
  }
  at_ += array ? 2 : 1;
  end_of_line("the table header");
}

void Scanner::key_value() {
  const size_t start = at_;
  if (!key()) {
    fail(start, "neither a key nor a table header",
         "a line is: key = value, [table], or # a comment");
    return skip_line();
  }
  now_.kind = Statement::Kind::KeyValue;
  const std::string name = now_.key.back().raw;
  if (peek() != '=') {
    fail(now_.key.front().offset, "\"" + name + "\" is not followed by = and a value",
         "write " + name + " = …");
    return skip_line();
  }
  ++at_;
  skip_blanks();
  now_.value = at_;
  if (at_line_end()) {
    fail(at_, "\"" + name + "\" has no value");
    return skip_line();
  }
  value();
}

// Reads a dotted key into now_.key, and the blanks after it.
bool Scanner::key() {
  while (now_.key.size() < kMaxNesting) {
    skip_blanks();
    KeyPart part{at_, {}};
    if (peek() == '"' || peek() == '\'') {
      const ScannedString scanned = scan_string(text_, at_);
      if (scanned.unterminated || scanned.multi_line) {
        return false;
      }
      part.raw = text_.substr(at_ + 1, scanned.end - at_ - 2);
      at_ = scanned.end;
    } else {
      while (is_bare_key(peek())) {
        part.raw += text_[at_++];
      }
      if (part.raw.empty()) {
        return false;
      }
    }
    now_.key.push_back(std::move(part));
    skip_blanks();
    if (peek() != '.') {
      return true;
    }
    ++at_;
  }
  return false;
}

void Scanner::value() {
  std::vector<size_t> open;  // offsets of the brackets that are not yet closed
  do {
    skip_blanks();
    const bool in_array = !open.empty() && text_[open.back()] == '[';
    if (at_line_end()) {
      if (in_array ? next_in_array() : next_in_table(open.back())) {
        continue;
      }
      fail(open.back(), in_array ? "this array is not closed by ]" : "this { is not closed by }");
      return abandon(in_array);
    }
    const char c = peek();
    if (c == '"' || c == '\'') {
      const ScannedString scanned = scan_string(text_, at_);
      for (const auto& [offset, message] : scanned.mistakes) {
        fail(offset, message);
      }
      if (scanned.unterminated) {
        fail(at_, "this text has no closing quote");
        return abandon(scanned.multi_line || !open.empty());
      }
      at_ = scanned.end;
    } else if (std::string_view("[]{}").find(c) != std::string_view::npos) {
      if (!bracket(open)) {
        return abandon(!open.empty());
      }
    } else if (!open.empty() && (c == ',' || c == '=')) {
      ++at_;
    } else {
      word(open.empty() || in_array);
    }
  } while (!open.empty());
  end_of_line("the value");
}

// At a line's end inside an array: goes on to the next line, unless that is a new statement.
bool Scanner::next_in_array() {
  const size_t next = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
  if (next >= text_.size() || looks_like_statement(next)) {
    return false;
  }
  at_ = next;
  return true;
}

// At a line's end inside an inline table, which TOML does not allow. Where a line ends in "{" or
// "," the table is meant to go on: that is told once, and its other lines are read as its own.
bool Scanner::next_in_table(size_t brace) {
  const char last = text_[text_.find_last_not_of(" \t", at_ - 1)];
  const size_t next = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
  if ((last != '{' && last != ',' && !now_.broken) || next >= text_.size() || text_[next] == '[') {
    return false;
  }
  if (!now_.broken) {
    fail(brace, "an inline table { … } must stand on one line");
  }
  at_ = next;
  return true;
}

bool Scanner::bracket(std::vector<size_t>& open) {
  const char c = peek();
  if (c == '[' || c == '{') {
    if (open.size() >= kMaxNesting) {
      fail(at_, "nested more than " + std::to_string(kMaxNesting) + " levels deep");
      return false;
    }
    open.push_back(at_++);
    return true;
  }
  if (open.empty() || text_[open.back()] != (c == ']' ? '[' : '{')) {
    fail(at_, std::string("this ") + c + " closes nothing");
    return false;
  }
  open.pop_back();
  ++at_;
  return true;
}

// A number, a boolean, a date, a key in an inline table, or a text whose quotes were forgotten.
void Scanner::word(bool must_be_value) {
  const size_t start = at_;
  while (at_ < text_.size() && !is_blank(peek()) && !at_line_end() &&
         std::string_view(",=[]{}\"'").find(peek()) == std::string_view::npos) {
    ++at_;
  }
  if (at_ == start) {
    ++at_;  // a stray "," or "=" in place of a value
  }
  const std::string_view found = text_.substr(start, at_ - start);
  // In an inline table only what follows "=" is a value.
  const size_t before = text_.find_last_not_of(" \t", start - 1);
  if (!must_be_value && (before == std::string_view::npos || text_[before] != '=')) {
    return;
  }
  const bool starts_as_number = is_digit(found[0]) || found[0] == '+' || found[0] == '-';
  if (is_too_large_integer(found)) {
    fail(start, "the number " + std::string(found) + " is too large");
  } else if ((!starts_as_number && !is_word_of_toml(found)) || is_amount(found)) {
    const bool boolean = found == "True" || found == "TRUE" || found == "yes" || found == "on";
    const bool negation = found == "False" || found == "FALSE" || found == "no" || found == "off";
    std::string hint = "write \"" + std::string(found) + "\"";
    if (boolean || negation) {
      hint = boolean ? "write true" : "write false";
    }
    fail(start, "\"" + std::string(found) + "\" is not a value; a text stands in quotes", hint);
  }
}

void Scanner::end_of_line(std::string_view after) {
  skip_blanks();
  if (!at_line_end() && !now_.broken) {
    fail(at_, "unexpected text after " + std::string(after));
  }
  skip_line();
}

void Scanner::abandon(bool may_go_on) {
  skip_line();
  while (may_go_on && at_ < text_.size() && !looks_like_statement(at_)) {
    skip_line();
  }
}

bool Scanner::looks_like_statement(size_t line_start) const {
  std::string_view line = text_.substr(line_start);
  line = line.substr(0, line.find('\n'));
  const size_t indent = line.find_first_not_of(" \t");
  if (indent == std::string_view::npos) {
    return false;
  }
  line.remove_prefix(indent);
  const bool header = line.front() == '[';
  const bool array = line.starts_with("[[");
  line.remove_prefix(array ? 2 : header ? 1 : 0);
  const auto stop =
      std::find_if_not(line.begin(), line.end(), [](char c) { return is_bare_key(c) || c == '.'; });
  const auto length = static_cast<size_t>(stop - line.begin());
  const std::string_view name = line.substr(0, length);
  if (name.empty() || (header && (is_word_of_toml(name) || !is_letter(name.front())))) {
    return false;
  }
  const std::string_view rest =
      line.substr(std::min(line.find_first_not_of(" \t", length), line.size()));
  return header ? rest.starts_with(array ? "]]" : "]") : rest.starts_with('=');
}

void Scanner::fail(size_t offset, std::string message, std::string hint) {
  now_.broken = true;
  if (++errors_ <= kMaxSyntaxErrors) {
    diagnostics_.error(to_location(place_at(file_, offset)), std::move(message), std::move(hint));
  }
}

}  // namespace

std::vector<Statement> outline(const SourceFile& file, Diagnostics& diagnostics) {
  return Scanner(file, diagnostics).run();
}

}  // namespace gatewatch::config

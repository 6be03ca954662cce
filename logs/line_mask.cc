// SPDX-License-Identifier: MIT
//
// How it works: the secrets are looked for in the unescaped text, one kind after the other, and
// blotted out there, so that none is found within another. What was blotted out is left out of the
// text as it came. A mark that was escaped ends no value that began outside of the escaped text: it
// is a part of it.
#include "logs/line_mask.h"

#include <algorithm>
#include <array>
#include <vector>

#include "logs/line_pattern.h"
#include "logs/unescaped_text.h"

namespace gatewatch::logs {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kTokenBegin = "eyJ";  // {" in base64
constexpr char kBlot = '\x01';

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_of_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// "10.0.0.5", "[::1]:80", "shop.example": what stands before a path in a URL. A name with a port is
// none of them: it may be a user with a password.
bool is_only_a_host(std::string_view text) {
  static const LinePattern kAddress =
      LinePattern::built_in(R"(^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\d:A-Fa-f.]*\])(?::\d{1,5})?$)");
  return text.find_first_of(":@") == std::string_view::npos || kAddress.is_in(text);
}

struct Extent {
  size_t begin = 0;
  size_t end = 0;
};

class Masker {
 public:
  explicit Masker(std::string_view text)
      : text_(text), plain_(text), bytes_(plain_.bytes()), is_hidden_(bytes_.size(), 0) {}

  std::string mask() {
    hide_queries();
    hide_users();
    hide_web_tokens();
    hide_after_schemes();
    hide_header_values();
    hide_pairs();
    return shown();
  }

 private:
  void hide(Extent extent);
  void hide_queries();
  void hide_users();
  void hide_web_tokens();
  void hide_after_schemes();
  void hide_header_values();
  void hide_pairs();
  [[nodiscard]] std::string shown() const;

  [[nodiscard]] bool is_real_blank(size_t at) const {
    return is_blank(bytes_[at]) && plain_.depth(at) == 0;
  }
  [[nodiscard]] bool ends_word_as_quotation(size_t at) const;
  void enter(size_t at);
  [[nodiscard]] bool closes(size_t at) const {
    return bytes_[at] == '"' && is_inside_.at(plain_.depth(at));
  }
  [[nodiscard]] size_t end_of_word(size_t at) const;
  [[nodiscard]] size_t end_of_words(size_t at) const;
  [[nodiscard]] size_t end_of_quotation(size_t quote) const;
  [[nodiscard]] size_t end_of_list(size_t bracket) const;
  [[nodiscard]] Extent value_at(size_t at, bool has_words) const;

  std::string_view text_;
  UnescapedText plain_;
  std::string bytes_;  // of it, with blots
  std::vector<char> is_hidden_;
  // Of the place entered last: whether it is in a quotation, for each depth of quotation marks.
  size_t entered_ = 0;
  std::array<bool, UnescapedText::kMaxUnescapings + 1> is_inside_{};
};

void Masker::hide(Extent extent) {
  const auto begin = static_cast<std::ptrdiff_t>(extent.begin);
  const auto end = static_cast<std::ptrdiff_t>(extent.end);
  std::fill(bytes_.begin() + begin, bytes_.begin() + end, kBlot);
  std::fill(is_hidden_.begin() + begin, is_hidden_.begin() + end, 1);
}

std::string Masker::shown() const {
  std::string shown;
  for (size_t at = 0; at < bytes_.size();) {
    const bool is_hidden = is_hidden_[at] != 0;
    size_t end = at + 1;
    while (end < bytes_.size() && (is_hidden_[end] != 0) == is_hidden) {
      ++end;
    }
    const size_t from = plain_.from(at);
    shown.append(is_hidden ? kMask : text_.substr(from, plain_.from(end) - from));
    at = end;
  }
  return shown;
}

// A quotation mark inside a query, as a client may send one, has more of the query behind it.
bool Masker::ends_word_as_quotation(size_t at) const {
  const size_t next = at + 1;
  if (bytes_[at] != '"' || next == bytes_.size() || is_blank(bytes_[next])) {
    return bytes_[at] == '"';
  }
  return std::string_view(",:;)]").find(bytes_[next]) != std::string_view::npos &&
         (next + 1 == bytes_.size() || is_blank(bytes_[next + 1]));
}

void Masker::hide_queries() {
  for (size_t at = bytes_.find('?'); at != std::string::npos; at = bytes_.find('?', at)) {
    const size_t begin = ++at;
    while (at < bytes_.size() && !is_real_blank(at) && !ends_word_as_quotation(at)) {
      ++at;
    }
    hide({begin, at});
  }
}

void Masker::hide_users() {
  static constexpr std::string_view kSlashes = "://";
  size_t end = 0;       // of the word
  size_t user_end = 0;  // where its last "@" is; npos: nowhere
  for (size_t at = bytes_.find(kSlashes); at != std::string::npos; at = bytes_.find(kSlashes, at)) {
    at += kSlashes.size();
    if (at > end) {
      end = at;
      user_end = std::string::npos;
      for (; end < bytes_.size() && !is_real_blank(end) && bytes_[end] != '"'; ++end) {
        user_end = bytes_[end] == '@' ? end : user_end;
      }
    }
    if (user_end == std::string::npos || user_end < at) {
      continue;
    }
    const size_t slash = std::min(bytes_.find('/', at), end);
    if (slash > user_end || !is_only_a_host(std::string_view(bytes_).substr(at, slash - at))) {
      hide({at, user_end});
      at = user_end;
    }
  }
}

void Masker::hide_web_tokens() {
  static constexpr size_t kShortest = 10;
  for (size_t at = bytes_.find(kTokenBegin); at != std::string::npos;
       at = bytes_.find(kTokenBegin, at)) {
    const size_t begin = at;
    while (at < bytes_.size() && is_of_token(bytes_[at])) {
      ++at;
    }
    if (at - begin >= kShortest) {
      hide({begin, at});
    }
  }
}

void Masker::hide_after_schemes() {
  static const LinePattern kScheme = LinePattern::built_in(
      R"re((?i)\b(?:bearer|basic|digest|negotiate|ntlm|aws4-hmac-sha256)[\s+]+([\w-]+=["\w])?)re");
  entered_ = 0;
  is_inside_ = {};
  size_t done = 0;
  while (const auto found = kScheme.match(std::string_view(bytes_).substr(done))) {
    const std::string_view fields = (*found)[1];
    const size_t begin = static_cast<size_t>((*found)[0].data() - bytes_.data()) +
                         (*found)[0].size() - fields.size();
    enter(begin);
    const size_t end = fields.empty() ? end_of_word(begin) : end_of_words(begin);
    hide({begin, end});
    done = end;
  }
}

// nginx's `upstream sent duplicate header line: "NAME: VALUE", previous value: "NAME: VALUE"`.
// Where the quotation ends in which a header is shown: quotation marks of its own are not escaped
// there, so the first that the rest of such a message follows.
size_t end_of_header(std::string_view bytes, size_t from) {
  static constexpr std::array<std::string_view, 4> kAfter{", previous value", " while ", ", client",
                                                          ", server"};
  for (size_t at = bytes.find('"', from); at != std::string_view::npos;
       at = bytes.find('"', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.empty() || std::any_of(kAfter.begin(), kAfter.end(), [rest](std::string_view after) {
          return rest.starts_with(after);
        })) {
      return at;
    }
  }
  return bytes.size();
}

void Masker::hide_header_values() {
  static constexpr std::array<std::string_view, 3> kBefore{"header", "header line", "value"};
  const std::string_view bytes(bytes_);
  for (size_t at = bytes.find(": \""); at != std::string_view::npos; at = bytes.find(": \"", at)) {
    const bool is_header = std::any_of(kBefore.begin(), kBefore.end(), [&](std::string_view word) {
      return bytes.substr(0, at).ends_with(word);
    });
    at += 3;
    const size_t colon = bytes.find_first_of(": \t\r\n\"", at);
    if (!is_header || colon == std::string_view::npos || bytes[colon] != ':') {
      continue;
    }
    const size_t end = end_of_header(bytes, colon);
    hide({std::min(bytes.find_first_not_of(kBlanks, colon + 1), end), end});
    at = end;
  }
}

void Masker::hide_pairs() {
  static const LinePattern kName = LinePattern::built_in(
      R"re((?i)(?:(?:secret|token|key|passw|passphrase|passcode|pwd|auth|cookie|sess|credential|)re"
      R"re(jwt|signature|[cx]srf)[\w.\[\]-]*|pass\]?|\b(?:[\w-]*[._-])?sid)\\*["']?\s*(=>|=|:)(\s*))re");
  entered_ = 0;
  is_inside_ = {};
  size_t done = 0;
  while (const auto found = kName.match(std::string_view(bytes_).substr(done))) {
    const std::string_view name = (*found)[0];
    const bool has_words = (*found)[1] == ":" && !(*found)[2].empty();
    const size_t after = static_cast<size_t>(name.data() - bytes_.data()) + name.size();
    enter(after);
    const Extent value = value_at(after, has_words);
    hide(value);
    done = std::max(value.end, after);
  }
}

// Goes on from the place entered before.
void Masker::enter(size_t at) {
  for (; entered_ < at; ++entered_) {
    if (bytes_[entered_] == '"') {
      bool& is_inside = is_inside_.at(plain_.depth(entered_));
      is_inside = !is_inside;
    }
  }
}

// "a=1; b=2" is one word, as in a cookie.
size_t Masker::end_of_word(size_t at) const {
  const size_t begin = at;
  while (at < bytes_.size() && !closes(at)) {
    if (is_real_blank(at) && (at == begin || bytes_[at - 1] != ';')) {
      break;
    }
    ++at;
  }
  return at;
}

size_t Masker::end_of_words(size_t at) const {
  while (at < bytes_.size() && !closes(at)) {
    ++at;
  }
  return at;
}

size_t Masker::end_of_quotation(size_t quote) const {
  size_t at = quote + 1;
  while (at < bytes_.size() &&
         (bytes_[at] != bytes_[quote] || plain_.depth(at) > plain_.depth(quote))) {
    ++at;
  }
  return at;
}

// Where as many brackets and braces are closed as were opened, quotations aside.
size_t Masker::end_of_list(size_t bracket) const {
  size_t open = 1;
  for (size_t at = bracket + 1; at < bytes_.size(); ++at) {
    if (bytes_[at] == '"') {
      at = std::min(end_of_quotation(at), bytes_.size() - 1);
    } else if (bytes_[at] == '[' || bytes_[at] == '{') {
      ++open;
    } else if ((bytes_[at] == ']' || bytes_[at] == '}') && --open == 0) {
      return at;
    }
  }
  return bytes_.size();
}

// `has_words` where it may be more than one word.
Extent Masker::value_at(size_t at, bool has_words) const {
  if (at < bytes_.size() && (bytes_[at] == '[' || bytes_[at] == '{')) {
    return {at + 1, end_of_list(at)};
  }
  const bool is_end = at < bytes_.size() && closes(at) && ends_word_as_quotation(at);
  if (at < bytes_.size() && !is_end && (bytes_[at] == '\'' || bytes_[at] == '"')) {
    return {at + 1, end_of_quotation(at)};
  }
  return {at, has_words ? end_of_words(at) : end_of_word(at)};
}

// Each kind of secret has one of these beside it.
bool may_have_secrets(std::string_view text) {
  return text.find_first_of("?=:%\\ +") != std::string_view::npos ||
         text.find(kTokenBegin) != std::string_view::npos;
}

}  // namespace

std::string mask_secrets(std::string_view text) {
  const bool is_cut = text.size() > kMaxMaskedText;
  if (is_cut) {
    text = text.substr(0, kMaxMaskedText);
    text = text.substr(0, text.find_last_of(kBlanks) + 1);
  }
  std::string shown = may_have_secrets(text) ? Masker(text).mask() : std::string(text);
  return shown.append(is_cut ? "…" : "");
}

}  // namespace gatewatch::logs

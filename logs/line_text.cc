// SPDX-License-Identifier: MIT
#include "logs/line_text.h"

#include <algorithm>
#include <charconv>

#include "core/gateway_event.h"
#include "core/text.h"
#include "logs/line_mask.h"

namespace gatewatch::logs {

std::string path_of(std::string_view target) {
  if (const size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?#")) {
    target.remove_prefix(scheme + 3);
    target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
    if (!target.starts_with('/')) {
      return "/";
    }
  }
  return kept(target.substr(0, target.find_first_of("?#")));
}

std::string host_of(std::string_view text) {
  if (text.starts_with('[')) {
    return ascii_lower(kept(text.substr(1, text.find(']') - 1)));
  }
  const size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
  return ascii_lower(kept(has_port ? text.substr(0, colon) : text));
}

std::string kept(std::string_view text) {
  return text == "-" ? std::string() : printable(text, kMaxEventText);
}

std::string shown_line(std::string_view line) {
  return printable(mask_secrets(line), kMaxEventLine);
}

std::string shown_fields(const std::vector<ShownField>& fields) {
  std::string shown;
  for (const ShownField& field : fields) {
    if (field.value.empty()) {
      continue;
    }
    const std::string value = mask_secrets(field.value);
    const bool is_quoted = value.find_first_of(" \t\"") != std::string::npos;
    shown.append(shown.empty() ? "" : " ").append(field.name).append("=");
    shown.append(is_quoted ? "\"" : "").append(value).append(is_quoted ? "\"" : "");
  }
  return printable(shown, kMaxEventLine);
}

std::string shown_request(std::string_view request) {
  const auto [method, target] = split_request(request);
  return method.empty() ? path_of(target) : kept(method) + " " + path_of(target);
}

RequestLine split_request(std::string_view request) {
  const size_t method = request.find(' ');
  if (method == std::string_view::npos || method == 0) {
    return {};
  }
  const std::string_view rest = request.substr(method + 1);
  return {request.substr(0, method), rest.substr(0, rest.find(' '))};
}

int parse_status(std::string_view text) {
  constexpr int kNoStatusLine = 9;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && text.size() == 3 && (value >= 100 || value == kNoStatusLine) ? value : 0;
}

std::vector<std::string_view> split_tries(std::string_view list) {
  std::vector<std::string_view> tries;
  while (!list.empty()) {
    const size_t end = std::min({list.find(", "), list.find(" : "), list.size()});
    tries.push_back(list.substr(0, end));
    if (end == list.size()) {
      break;
    }
    list.remove_prefix(end + (list[end] == ',' ? 2 : 3));
  }
  if (tries.size() > kMaxUpstreamTries) {
    tries.erase(tries.begin(), tries.end() - static_cast<std::ptrdiff_t>(kMaxUpstreamTries));
  }
  return tries;
}

}  // namespace gatewatch::logs

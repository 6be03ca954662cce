// SPDX-License-Identifier: MIT
#include "config/diagnostic.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/text.h"

namespace gatewatch::config {
namespace {

constexpr size_t kMaxShown = 1000;  // bytes of a message or hint

}  // namespace

std::string to_string(const Location& location) {
  return printable(location.file, kMaxShown) + ":" + std::to_string(location.line) + ":" +
         std::to_string(location.column);
}

std::string to_string(const Diagnostic& diagnostic) {
  std::string line = to_string(diagnostic.where) + ": ";
  if (diagnostic.gravity == Gravity::Warning) {
    line += "warning: ";
  }
  line += printable(diagnostic.message, kMaxShown);
  if (!diagnostic.hint.empty()) {
    line += " (" + printable(diagnostic.hint, kMaxShown) + ")";
  }
  return line;
}

void Diagnostics::error(const Location& where, std::string message, std::string hint) {
  add({Gravity::Error, where, std::move(message), std::move(hint)});
}

void Diagnostics::warning(const Location& where, std::string message, std::string hint) {
  add({Gravity::Warning, where, std::move(message), std::move(hint)});
}

void Diagnostics::remark(const Location& where, std::string message, std::string hint) {
  file_read(where.file);
  remarks_.push_back({Gravity::Warning, where, std::move(message), std::move(hint)});
}

void Diagnostics::file_read(const std::string& file) {
  if (std::find(files_.begin(), files_.end(), file) == files_.end()) {
    files_.push_back(file);
  }
}

void Diagnostics::add(Diagnostic diagnostic) {
  file_read(diagnostic.where.file);
  all_.push_back(std::move(diagnostic));
}

bool Diagnostics::has_errors() const {
  return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.gravity == Gravity::Error;
  });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> told = all_;
  if (!has_errors()) {
    told.insert(told.end(), remarks_.begin(), remarks_.end());
  }
  std::map<std::string_view, size_t> order;
  for (const std::string& file : files_) {
    order.emplace(file, order.size());
  }
  const auto key = [&](const Diagnostic& diagnostic) {
    return std::tuple(order.at(diagnostic.where.file), diagnostic.where.line,
                      diagnostic.where.column);
  };
  std::stable_sort(told.begin(), told.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  std::vector<Diagnostic> sorted;
  size_t place = 0;  // where those at the place of the newest begin
  for (Diagnostic& diagnostic : told) {
    if (!sorted.empty() && sorted.back().where != diagnostic.where) {
      place = sorted.size();
    }
    if (std::find(sorted.begin() + static_cast<std::ptrdiff_t>(place), sorted.end(), diagnostic) ==
        sorted.end()) {
      sorted.push_back(std::move(diagnostic));
    }
  }
  return sorted;
}

}  // namespace gatewatch::config

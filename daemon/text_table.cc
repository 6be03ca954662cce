// SPDX-License-Identifier: MIT
#include "daemon/text_table.h"

#include <algorithm>

#include "core/text.h"

namespace gatewatch::daemon {

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], count_characters(row[i]));
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) {
        text.append(widths[i] - count_characters(row[i]) + 2, ' ');
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace gatewatch::daemon

// SPDX-License-Identifier: MIT
#include "tests/support/captures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace gatewatch::testing {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// {gateway, fault} to cause, from the columns of INDEX.tsv of these names.
std::map<std::pair<std::string, std::string>, std::string> true_causes(
    const std::filesystem::path& index) {
  std::ifstream file(index);
  std::map<std::pair<std::string, std::string>, std::string> causes;
  std::map<std::string, size_t> columns;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) {
      cells.push_back(cell);
    }
    if (columns.empty()) {
      for (size_t i = 0; i < cells.size(); ++i) {
        columns[cells[i]] = i;
      }
    } else {
      causes[{cells.at(columns.at("gateway")), cells.at(columns.at("fault"))}] =
          cells.at(columns.at("true_cause"));
    }
  }
  return causes;
}

}  // namespace

std::string Capture::product() const {
  return gateway == "apache2" ? "apache" : gateway;
}

std::vector<Capture> read_captures(const std::string& folder) {
  const auto causes = true_causes(std::filesystem::path(folder) / "INDEX.tsv");
  std::vector<Capture> captures;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".http") {
      continue;
    }
    Capture capture;
    capture.gateway = entry.path().parent_path().filename();
    capture.fault = entry.path().stem();
    const auto cause = causes.find({capture.gateway, capture.fault});
    capture.true_cause = cause == causes.end() ? "" : cause->second;
    capture.bytes = content_of(entry.path());
    captures.push_back(std::move(capture));
  }
  if (captures.empty()) {
    throw std::runtime_error(folder + ": no captures");
  }
  std::sort(captures.begin(), captures.end(), [](const Capture& a, const Capture& b) {
    return std::pair(a.gateway, a.fault) < std::pair(b.gateway, b.fault);
  });
  return captures;
}

}  // namespace gatewatch::testing

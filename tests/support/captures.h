// SPDX-License-Identifier: MIT
//
// The answers of real gateways in tests/captures.
#pragma once

#include <string>
#include <vector>

namespace gatewatch::testing {

struct Capture {
  std::string gateway;     // the folder: "nginx", "chain"
  std::string fault;       // the file's name without its ending
  std::string true_cause;  // a word of CAUSES.tsv; empty where it is not known, "none" for no fault
  std::string bytes;       // as the client got them

  // The product that the gateway is known by: "apache" for "apache2".
  [[nodiscard]] std::string product() const;
  [[nodiscard]] bool is_chain() const { return gateway == "chain"; }
};

// All of a folder that is laid out like tests/captures, by name. Throws std::runtime_error where
// there is none.
[[nodiscard]] std::vector<Capture> read_captures(const std::string& folder);

}  // namespace gatewatch::testing

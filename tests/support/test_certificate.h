// SPDX-License-Identifier: MIT
//
// A self-signed certificate made for one test, in files that go when it goes.
#pragma once

#include <string>

#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::testing {

class TestCertificate {
 public:
  // For an IP address ("127.0.0.1") or a DNS name; from `first_day` to `last_day`, counted in days
  // from now.
  explicit TestCertificate(const std::string& subject, int first_day = -1, int last_day = 2);

  [[nodiscard]] const ServerCertificate& files() const { return files_; }

 private:
  TempDir directory_;
  ServerCertificate files_;
};

}  // namespace gatewatch::testing

// SPDX-License-Identifier: MIT
//
// An authority made for one test, and the certificates that it issues, in files that go when it
// goes.
//
// Thread: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "tests/support/scripted_server.h"
#include "tests/support/temp_dir.h"

namespace gatewatch::testing {

struct CertificateSpec {
  std::string common_name = "gatewatch test";  // any bytes
  std::string dns_name = {};                   // any bytes; empty: for the address 127.0.0.1
  int first_day = -1;                          // counted from now
  int last_day = 2;
  bool self_signed = false;  // not by the authority
  int intermediates = 0;     // between it and the authority; each is sent along
  size_t comment_bytes = 0;  // of an extension that nobody reads
};

class CertificateAuthority {
 public:
  CertificateAuthority();
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  [[nodiscard]] std::string certificate_file() const { return directory_.file("authority.pem"); }
  [[nodiscard]] ServerCertificate issue(const CertificateSpec& spec);

 private:
  struct Identity;

  TempDir directory_;
  std::unique_ptr<Identity> self_;
  int issued_ = 0;
};

}  // namespace gatewatch::testing

// SPDX-License-Identifier: MIT
//
// How a request becomes options of a libcurl handle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "probe/http/http_transfer.h"

struct curl_slist;  // NOLINT(readability-identifier-naming): libcurl's own
struct ssl_st;      // NOLINT(readability-identifier-naming): OpenSSL's own

namespace gatewatch::probe {

struct FreeCurlList {
  void operator()(curl_slist* list) const;
};
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

// What libcurl does not copy: outlives the transfer.
struct CurlLists {
  CurlList fields;
  CurlList connect_to;
  CurlList resolved;  // the proxy's host
};

// Sets on `easy`, a CURL*, all that differs from one request to the next.
[[nodiscard]] CurlLists set_request(void* easy, const TransferRequest& request,
                                    const std::string& ca_file);

// Sets what is the same for all requests: no redirects, no reuse of anything, …
void set_common_options(void* easy);

// The errno of a connect() that failed; 0 where none did.
[[nodiscard]] int system_error_of(void* easy);

// The TLS connection of `easy`, a CURL* whose transfer runs, lent until that ends; null where there
// is none.
[[nodiscard]] const ssl_st* tls_of(void* easy);

}  // namespace gatewatch::probe

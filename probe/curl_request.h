// SPDX-License-Identifier: MIT
//
// What is asked of the CurlEngine, and how it becomes options of a libcurl handle.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secret.h"
#include "probe/url.h"

struct curl_slist;  // NOLINT(readability-identifier-naming): libcurl's own

namespace gatewatch::probe {

struct FreeCurlList {
  void operator()(curl_slist* list) const;
};
using CurlList = std::unique_ptr<curl_slist, FreeCurlList>;

// Header fields in libcurl's form. A field replaces the one that libcurl would send by itself; no
// Content-Type is sent unless named.
class RequestHeaders {
 public:
  // Requires: names are tokens, values are without line ends.
  explicit RequestHeaders(const std::vector<std::pair<std::string, Secret>>& fields);

  [[nodiscard]] curl_slist* list() const { return list_.get(); }

 private:
  CurlList list_;
};

// What is pointed to outlives the transfer.
struct TransferRequest {
  const Url* url = nullptr;  // its credentials are sent
  std::string address;       // numeric, to connect to; empty: the url's host is one
  std::string method = "GET";
  const RequestHeaders* headers = nullptr;
  std::string_view body;
  bool verify = true;
  std::string ca_file;  // empty: the system's
};

// Sets on `easy`, a CURL*, all that differs from one request to the next. Returns the list that
// tells where to connect; it outlives the transfer.
[[nodiscard]] CurlList set_request(void* easy, const TransferRequest& request,
                                   const std::string& ca_file);

// Sets what is the same for all requests: no redirects, no proxy, no reuse of anything, …
void set_common_options(void* easy);

}  // namespace gatewatch::probe

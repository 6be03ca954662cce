// SPDX-License-Identifier: MIT
//
// The text of an HTTP/1.1 request (RFC 9112).
#pragma once

#include <string>
#include <string_view>

#include "probe/http/http_transfer.h"

namespace gatewatch::probe {

// Head and body. The connection is asked to be closed after the answer, or to be kept;
// Content-Length is sent with a body, and with POST, PUT and PATCH; Content-Type only where the
// request's fields name it; Accept-Encoding: gzip where the whole body is wanted and the fields do
// not name it.
[[nodiscard]] std::string write_request(const TransferRequest& request);

// Whether there is one of that name, given in lower case.
[[nodiscard]] bool has_field(const HeaderFields& fields, std::string_view lower_name);

// The url's user and password as Basic authentication writes them (RFC 7617), without its scheme.
[[nodiscard]] std::string basic_credentials(const Url& url);

}  // namespace gatewatch::probe

// SPDX-License-Identifier: MIT
//
// Request ids of probes that nobody else can make: "gatewatch-", a ULID, a dash, and 16 characters,
// the first 96 bits of an HMAC-SHA-256 (RFC 2104, as of alerts/signature.h) over what stands before
// that dash, in base 64 with dashes for what is no letter or digit. The key lives as long as the
// object. 53 characters.
//
// Who sees an id, a gateway or what is behind it, can repeat it: logs/own_requests.h.
#pragma once

#include <string>
#include <string_view>

#include "core/id.h"
#include "core/secret.h"
#include "core/time.h"

namespace gatewatch::daemon {

class RequestIds {
 public:
  // With a new key of the system's randomness. Throws std::runtime_error where there is none.
  // Requires: `rng` outlives it.
  explicit RequestIds(Rng& rng);

  // Thread: that of `rng`.
  [[nodiscard]] std::string make(WallTime now);
  // Whether make() of this object made it. Thread: any. Costs some microseconds for what has the
  // form of one, else nothing.
  [[nodiscard]] bool is_own(std::string_view id) const;

 private:
  [[nodiscard]] std::string seal(std::string_view text) const;

  Rng& rng_;
  Secret key_;
};

}  // namespace gatewatch::daemon

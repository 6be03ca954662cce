// SPDX-License-Identifier: MIT
//
// The probe kind "push": nothing is asked; a job reports in, and each turn looks at when it last
// did.
//
// Ok: a report came within `every` and `grace`, it was not one of a failure, and no failure came
// since the last turn. Else:
// - timeout: silence for longer, before the first report counted from the watch's beginning;
// - body: the last report was of a failure, with the job's words (whatever time has passed since,
//   as long as it is not too long); or a success followed it before a turn could tell of it;
// - inconclusive: nobody listens for reports here (`gatewatch probe`).
// The latency is zero. Time in which the machine was suspended is not silence.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/table.h"
#include "core/secret.h"
#include "core/target.h"
#include "core/time.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/prober.h"
#include "probe/kinds/push_registry.h"

namespace gatewatch::probe {

// A token has this many characters at least: 128 bits, if each was chosen by chance.
inline constexpr size_t kMinTokenLength = 22;     // of A-Z, a-z, 0-9, "-" and "_"
inline constexpr size_t kMinHexTokenLength = 32;  // where all are hexadecimal digits
inline constexpr size_t kMaxTokenLength = 128;
inline constexpr size_t kMinTokenVariety = 8;  // different characters

struct PushSettings {
  std::string target;
  Secret token;
  Duration every{};
  Duration grace{};
};

class PushProber final : public Prober {
 public:
  // `registry` may be null. Requires: both outlive the prober.
  PushProber(Loop& loop, PushRegistry* registry, std::shared_ptr<const PushSettings> settings);
  ~PushProber() override;
  PushProber(const PushProber&) = delete;
  PushProber& operator=(const PushProber&) = delete;

  void start(SteadyTime deadline, Done done) override;
  void abort(std::string_view error) override;

 private:
  [[nodiscard]] ProbeResult look() const;
  void tell(ProbeResult result);

  Loop& loop_;
  const std::shared_ptr<const PushSettings> settings_;
  const std::shared_ptr<const PushWatch> watch_;  // null without a registry
  Done done_;
  Loop::TimerId timer_ = Loop::TimerId::None;
};

// Why `token` is not good enough; empty where it is. Never repeats it.
[[nodiscard]] std::string weakness_of(std::string_view token);

// Reads every and grace, of a target or of [defaults]; mistakes go to its diagnostics. What only a
// target has (its token), and that `every` may not be missing there, is read_push()'s.
[[nodiscard]] PushSettings read_push_keys(config::Table& settings);

[[nodiscard]] MakeProber read_push(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe

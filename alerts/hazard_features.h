// SPDX-License-Identifier: MIT
//
// What one target's past says at each full hour, as numbers for alerts/hazard_model.h.
//
// Facts go in as they became known, oldest first; an hour is written down when the first fact after
// its end comes, from what was there until then, and never changes again. So the future cannot
// reach a feature. A fact that is older than the running hour (the clock was set back) counts as of
// its beginning.
//
// A trouble is what incidents of the target make up that overlap or follow each other within
// kCalm; its onset is the opening of the first of them. The target is calm where none was open
// during the last kCalm.
//
// The drift of a phase is by how many deviations over kDriftAllowance the hour is slower than
// usual: (x - mean) / deviation - kDriftAllowance, not below 0, x being the hour's mean of
// log(length) over its ok probes, mean and deviation exponentially weighted averages of the hours
// before (S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics
// 1(3), 1959; the variance as in T. Finch, "Incremental calculation of weighted mean and variance",
// 2009; the allowance as in E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954: what
// is within the noise is nothing). Logarithms make it the same for a fast and a slow target, and
// one slow answer harmless.
//
// Thread: one at a time. No I/O, no clock. Limits: kMaxHazardHours hours of 48 bytes and
// kMaxOnsets onsets are kept, the newest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/outcome.h"
#include "core/sample.h"
#include "core/time.h"

namespace gatewatch::alerts {

inline constexpr size_t kMaxHazardHours = size_t{24} * 400;
inline constexpr size_t kMaxOnsets = 4'096;
inline constexpr Duration kCalm = std::chrono::hours(1);
// Drift is zero until so many hours have made its average, which forgets half in kDriftHalfLife.
inline constexpr int kDriftHours = 24;
inline constexpr Duration kDriftHalfLife = std::chrono::hours(48);
inline constexpr double kDriftAllowance = 1;          // deviations
inline constexpr double kMaxDrift = 6;                // beyond, it is cut
inline constexpr double kLeastDriftDeviation = 0.05;  // 5 % of the length
inline constexpr double kMostCertificateDays = 90;    // beyond, or without one, it is this

inline constexpr size_t kShareHours = 6;

// Failures are counted from the end of the last trouble on, those within a trouble not at all: they
// tell of what has come already.
enum class HazardFeature : uint8_t {
  Troubles1d,        // log(1 + onsets in the last day)
  Troubles7d,        // … in the last 7 days
  Troubles30d,       // … in the last 30 days
  BadLastHour,       // log(1 + bad probes of the hour)
  ConnectDrift,      // 0 to kMaxDrift
  TlsDrift,          // the same
  FirstByteDrift,    // the same
  UnavailableShare,  // 503s and 504s of the conclusive probes of the last kShareHours: 0 to 1
  CertificateDays,   // log(1 + days until the newest certificate ends)
};
inline constexpr size_t kHazardFeatures = 9;
using HazardFeatures = std::array<float, kHazardFeatures>;

struct HazardHour {
  WallTime at;  // its end, a full hour
  bool is_calm = false;
  HazardFeatures features{};
};

class HazardHistory {
 public:
  void add_probe(WallTime at, Outcome outcome, const Phases& phases);
  void open_incident(WallTime at);
  // Requires: one is open.
  void close_incident(WallTime at);
  // The target began to show a certificate.
  void see_certificate(WallTime at, WallTime not_before, WallTime not_after);
  // Writes down the hours that are over at `now`.
  void advance(WallTime now);

  // Those with a conclusive probe, oldest first.
  [[nodiscard]] const std::deque<HazardHour>& hours() const { return hours_; }
  // Oldest first.
  [[nodiscard]] const std::deque<WallTime>& onsets() const { return onsets_; }
  [[nodiscard]] bool is_in_trouble() const { return open_ > 0; }

  struct Certificate {
    WallTime not_before;
    WallTime not_after;
  };
  // The one that was first seen last.
  [[nodiscard]] const std::optional<Certificate>& certificate() const { return certificate_; }

 private:
  // An exponentially weighted mean and deviation.
  class Drift {
   public:
    void add(double log_length);
    // The drift of the hour that ends; zero where it had no probe. Starts the next one.
    float end_hour();

   private:
    double sum_ = 0;
    int probes_ = 0;
    double mean_ = 0;
    double variance_ = 0;
    int hours_ = 0;
  };
  struct Probes {
    int conclusive = 0;
    int bad = 0;          // while no incident was open
    int unavailable = 0;  // 503 and 504, likewise
  };

  void end_hour(WallTime end);
  [[nodiscard]] float onsets_within(Duration span, WallTime now) const;
  [[nodiscard]] float unavailable_share() const;
  [[nodiscard]] float certificate_days(WallTime now) const;

  std::optional<WallTime> hour_;  // the beginning of the running hour
  Probes probes_;                 // of the running hour
  std::deque<Probes> recent_;     // of the last kShareHours
  std::array<Drift, 3> drifts_;   // connect, TLS, first byte
  int open_ = 0;                  // incidents
  std::optional<WallTime> calm_since_;
  std::optional<Certificate> certificate_;
  std::deque<HazardHour> hours_;
  std::deque<WallTime> onsets_;
};

}  // namespace gatewatch::alerts

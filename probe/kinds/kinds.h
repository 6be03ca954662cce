// SPDX-License-Identifier: MIT
//
// The table of probe kinds. A new kind is one new file and one line in kinds.cc.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "config/table.h"
#include "core/target.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

class EpollLoop;
class Resolver;
class CurlEngine;
class HttpEngine;

// What probers of all targets share. Lifetime: what it names outlives the probers.
struct ProbeServices {
  EpollLoop& loop;
  Resolver& resolver;
  HttpEngine& http;
  CurlEngine& curl;
};

// Makes the prober of a target whose settings were read and found good.
using MakeProber = std::function<std::unique_ptr<Prober>(const ProbeServices&)>;

struct ProbeKind {
  std::string_view scheme;  // of the target's url, in lower case
  // Reads the url and the kind's own keys; mistakes go to the table's diagnostics. No I/O. Empty
  // where the url is of no use.
  MakeProber (*read)(const Target& target, config::Table& settings);
  // Reads the kind's own keys from [defaults]. Null where another line of the table
  // does, or where it has none.
  void (*check)(config::Table& defaults);
};

[[nodiscard]] std::span<const ProbeKind> probe_kinds();

// The kind for the key "url" of `settings`; where there is none, adds a diagnostic at that key and
// returns an empty function. Adds nothing where the url is missing, which the loader tells.
// The real url is read from `settings`; `target.url`, which is masked, is not used.
[[nodiscard]] MakeProber read_prober(const Target& target, config::Table& settings);

// Reads the keys of all kinds from [defaults], so that mistakes there show without a target too.
void check_defaults(config::Table& defaults);

}  // namespace gatewatch::probe

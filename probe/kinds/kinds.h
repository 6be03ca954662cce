// SPDX-License-Identifier: MIT
//
// The table of probe kinds. A new kind is one new file and one line in kinds.cc.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "config/table.h"
#include "core/request_id.h"
#include "core/target.h"
#include "probe/kinds/prober.h"

namespace gatewatch::probe {

class EpollLoop;
class Resolver;
class CurlEngine;
class HttpEngine;
class PushRegistry;
class Signatures;

// What probers of all targets share. Lifetime: what it names outlives the probers.
struct ProbeServices {
  EpollLoop& loop;
  Resolver& resolver;
  HttpEngine& http;
  CurlEngine& curl;
  const Signatures& signatures;
  PushRegistry* push = nullptr;        // null where no reports come in
  MakeRequestId make_request_id = {};  // for X-Request-Id; empty: none is sent
};

// Makes the prober of a target whose settings were read and found good.
using MakeProber = std::function<std::unique_ptr<Prober>(const ProbeServices&)>;

struct ProbeKind {
  std::string_view word;  // the scheme of the target's url, in lower case
  // Reads the url and the kind's own keys; mistakes go to the table's diagnostics. No I/O. Empty
  // where they are of no use.
  MakeProber (*read)(const Target& target, config::Table& settings);
  // Reads the kind's own keys from [defaults]. Null where another line of the table
  // does, or where it has none.
  void (*check)(config::Table& defaults);
  bool has_url = true;  // else the key "kind" names it
};

[[nodiscard]] std::span<const ProbeKind> probe_kinds();

// The kind for the key "kind" of `settings`, or where that is missing for its "url"; where there is
// none, or where both are there and differ, adds a diagnostic and returns an empty function. Adds
// nothing where both are missing, which the loader tells.
// The real url is read from `settings`; `target.url`, which is masked, is not used.
[[nodiscard]] MakeProber read_prober(const Target& target, config::Table& settings);

// Reads the keys of all kinds from [defaults], so that mistakes there show without a target too.
void check_defaults(config::Table& defaults);

}  // namespace gatewatch::probe

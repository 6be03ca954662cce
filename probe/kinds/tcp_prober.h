// SPDX-License-Identifier: MIT
//
// The probe kind "tcp": connects to a port, and may say something and wait for an answer.
//
// Ok: the connection stands; with `send`, all of it was handed to the system; with `expect`, what
// came holds it, within the first kMaxTcpAnswer bytes and the timeout. What is sent does not wait
// for a greeting. Else:
// - refused, reset, timeout, inconclusive: as outcome_of_connect() has it;
// - reset: the peer ended the connection without a byte, or broke it off;
// - body: something came, but not what is expected, before the peer closed, or the deadline, or the
//   limit;
// - timeout: nothing came.
// The first-byte phase runs from the connection, or the last byte sent, to the first byte that
// came; nothing is read without `expect`.
//
// The connection is ended by RST, which leaves no local port in TIME_WAIT; but by FIN where
// something was sent and no answer awaited, as an RST could overtake it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "config/table.h"
#include "core/secret.h"
#include "core/target.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/probe_run.h"
#include "probe/kinds/prober.h"
#include "probe/net/endpoint.h"
#include "probe/net/loop_socket.h"

namespace gatewatch::probe {

inline constexpr size_t kMaxTcpSend = size_t{64} * 1024;
inline constexpr size_t kMaxTcpExpect = 1024;
inline constexpr size_t kMaxTcpAnswer = size_t{16} * 1024;

struct TcpSettings {
  EndpointUrl endpoint;
  Secret send;         // empty: nothing
  std::string expect;  // empty: nothing
  AddressSettings found_by;
};

class TcpProber final : public Prober {
 public:
  TcpProber(const ProbeServices& services, std::shared_ptr<const TcpSettings> settings);

  void start(SteadyTime deadline, Done done) override { run_.start(deadline, std::move(done)); }
  void abort(std::string_view error) override { run_.abort(error); }
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  enum class Stage { Connecting, Sending, Receiving };

  void connect(const Address& address);
  void wait_for(uint32_t events);
  void on_ready(uint32_t events);
  void on_connected();
  void send();
  void receive();
  void on_bytes(std::string_view bytes);
  void on_closed();
  void expire(const std::string& late);
  void close();
  void finish_unmet(const std::string& why);

  // Constant after construction.
  EpollLoop& loop_;
  const std::shared_ptr<const TcpSettings> settings_;

  // Of the probe in flight.
  LoopSocket socket_;
  Stage stage_ = Stage::Connecting;
  SteadyTime stage_started_;
  size_t sent_ = 0;
  std::string answer_;

  ProbeRun run_;
};

// Reads send, send_file, expect and the keys of read_address_keys(); mistakes go to the table's
// diagnostics. The endpoint is left empty.
[[nodiscard]] TcpSettings read_tcp_keys(config::Table& settings);

[[nodiscard]] MakeProber read_tcp(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe

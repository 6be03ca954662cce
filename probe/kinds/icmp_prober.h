// SPDX-License-Identifier: MIT
//
// The probe kind "icmp": one echo request (ping) per probe, over the datagram sockets that Linux
// gives to the groups of the sysctl net.ipv4.ping_group_range, without any capability.
//
// Ok: the reply came with our identifier, sequence number and token; anything else is passed over.
// The first-byte phase is the round trip. Refused: the network says that the host cannot be
// reached; the error tells what was said, and by whom. Timeout: no reply; a single lost packet
// counts. Inconclusive: this machine may not ping, or has no route.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/table.h"
#include "core/target.h"
#include "probe/kinds/address_keys.h"
#include "probe/kinds/kinds.h"
#include "probe/kinds/probe_run.h"
#include "probe/kinds/prober.h"
#include "probe/net/endpoint.h"
#include "probe/net/loop_socket.h"
#include "probe/net/socket_address.h"

namespace gatewatch::probe {

// What a request carries behind its header: 64 bytes in all, as other pings have.
inline constexpr size_t kIcmpDataBytes = 56;

class IcmpProber final : public Prober {
 public:
  // The port of `found_by`'s connect_to means nothing here.
  IcmpProber(const ProbeServices& services, const EndpointUrl& endpoint,
             AddressSettings found_by = {});

  void start(SteadyTime deadline, Done done) override { run_.start(deadline, std::move(done)); }
  void abort(std::string_view error) override { run_.abort(error); }
  [[nodiscard]] DiagnosisSubject subject() const override;

 private:
  void ping(const Address& address);
  [[nodiscard]] int send_request(const SocketAddress& peer);
  void on_ready(uint32_t events);
  [[nodiscard]] bool is_our_reply(std::string_view message) const;
  // Whether it finished the run.
  [[nodiscard]] bool take_network_error();

  // Constant after construction.
  EpollLoop& loop_;
  const std::string host_;
  const AddressSettings found_by_;
  const std::array<uint64_t, 2> token_;  // by chance

  // Of the probe in flight.
  LoopSocket socket_;
  Address::Family family_ = Address::Family::V4;
  uint16_t identifier_ = 0;  // chosen by the kernel
  uint16_t sequence_ = 0;    // counts the probes
  SteadyTime sent_at_;

  ProbeRun run_;
};

[[nodiscard]] MakeProber read_icmp(const Target& target, config::Table& settings);

}  // namespace gatewatch::probe

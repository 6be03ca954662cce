// SPDX-License-Identifier: MIT
#include "probe/kinds/tcp_prober.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <sstream>

#include "tests/support/scripted_server.h"
#include "tests/unit/probe/probe_world.h"

namespace gatewatch::probe {
namespace {

using namespace std::chrono_literals;
using testing::hang;
using testing::read_request;
using testing::read_some;
using testing::reset;
using testing::ScriptedServer;
using testing::send;

struct Talk {
  std::string send;
  std::string expect;
};

TcpSettings settings_of(const std::string& host, uint16_t port, const Talk& talk = {}) {
  return {.endpoint = *parse_endpoint_url("tcp://" + host_and_port(host, port)),
          .send = Secret(talk.send),
          .expect = talk.expect,
          .found_by = {}};
}

ProbeResult probe_tcp(ProbeWorld& world, const TcpSettings& settings, Duration timeout = 10s) {
  TcpProber prober(world.services, std::make_shared<const TcpSettings>(settings));
  return world.probe(prober, timeout);
}

// Probes a server that plays `script`.
ProbeResult probe_script(const testing::Script& script, const Talk& talk, Duration timeout = 10s) {
  ScriptedServer server({script});
  ProbeWorld world;
  return probe_tcp(world, settings_of("127.0.0.1", server.port(), talk), timeout);
}

TEST(TcpProber, IsContentWithAConnection) {
  const ProbeResult result = probe_script({hang()}, {});
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_EQ(result.status, 0);
  EXPECT_FALSE(result.phases.dns);
  EXPECT_FALSE(result.phases.tls);
  EXPECT_FALSE(result.phases.first_byte);
  ASSERT_TRUE(result.phases.connect);
  EXPECT_GE(*result.phases.connect, 0s);
  EXPECT_LE(*result.phases.connect, result.latency);
}

TEST(TcpProber, ResolvesItsHost) {
  ScriptedServer server({{hang()}});
  ProbeWorld world({{"mail.test", {.v4 = {"127.0.0.1"}}}});
  const ProbeResult result = probe_tcp(world, settings_of("mail.test", server.port()));
  EXPECT_EQ(result.outcome, Outcome::Ok);
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_TRUE(result.phases.dns);
}

TEST(TcpProber, ConnectsWhereItIsToldInstead) {
  ScriptedServer server({{hang()}});
  ProbeWorld world;
  TcpSettings settings = settings_of("mail.test", 9);
  settings.found_by.connect_to = parse_endpoint("127.0.0.1:" + std::to_string(server.port()));
  const ProbeResult result = probe_tcp(world, settings);
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_EQ(result.address, "127.0.0.1");
  world.run_until([&] { return server.connections() == 1; });
}

TEST(TcpProber, WaitsForTheExpectedText) {
  const ProbeResult result =
      probe_script({send("220 mail.test ES"), send("MTP\r\n"), hang()}, {.expect = "ESMTP"});
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  ASSERT_TRUE(result.phases.first_byte);
  EXPECT_LE(*result.phases.connect + *result.phases.first_byte, result.latency);
}

TEST(TcpProber, FindsTextThatCameInPieces) {
  ScriptedServer server(
      {{send("22"), read_some(), send("0 re"), read_some(), send("ady"), hang()}});
  // Each read of the server waits for one more byte of ours: none of the pieces come together.
  ProbeWorld world;
  const ProbeResult result =
      probe_tcp(world, settings_of("127.0.0.1", server.port(),
                                   {.send = std::string(8192, 'x'), .expect = "220 ready"}));
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
}

TEST(TcpProber, SaysItsPieceAndReadsTheAnswer) {
  ScriptedServer server({{read_request(), send("+PONG\r\n"), hang()}});
  ProbeWorld world;
  const ProbeResult result = probe_tcp(
      world, settings_of("127.0.0.1", server.port(), {.send = "PING\r\n\r\n", .expect = "+PONG"}));
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_TRUE(result.phases.first_byte);
  EXPECT_EQ(server.requests(), std::vector<std::string>{"PING\r\n\r\n"});
}

TEST(TcpProber, DeliversAllItSaysWhereNoAnswerIsAwaited) {
  const std::string text = std::string(kMaxTcpSend - 4, 'x') + "\r\n\r\n";
  ScriptedServer server({{read_request()}});
  ProbeWorld world;
  const ProbeResult result =
      probe_tcp(world, settings_of("127.0.0.1", server.port(), {.send = text}));
  EXPECT_EQ(result.outcome, Outcome::Ok) << result.error;
  EXPECT_FALSE(result.phases.first_byte);
  world.run_until([&] { return server.requests().size() == 1; });
  EXPECT_EQ(server.requests()[0].size(), text.size());
}

TEST(TcpProber, TellsARefusedConnection) {
  const ClosedPort port;
  ProbeWorld world;
  const ProbeResult result = probe_tcp(world, settings_of("127.0.0.1", port.port()));
  EXPECT_EQ(result.outcome, Outcome::Refused);
  EXPECT_EQ(result.error, "Connection refused");
  EXPECT_EQ(result.address, "127.0.0.1");
  EXPECT_FALSE(result.phases.connect);
}

TEST(TcpProber, TellsAConnectionThatIsBroken) {
  const ProbeResult result = probe_script({send("220"), reset()}, {.expect = "ESMTP"});
  EXPECT_EQ(result.outcome, Outcome::Reset);
  EXPECT_NE(result.error.find("reset"), std::string::npos) << result.error;
}

TEST(TcpProber, TellsAPeerThatClosesWithoutAWord) {
  const ProbeResult result = probe_script({}, {.expect = "220"});
  EXPECT_EQ(result.outcome, Outcome::Reset);
  EXPECT_EQ(result.error, "the peer closed the connection without an answer");
  EXPECT_FALSE(result.phases.first_byte);
}

TEST(TcpProber, TellsAnAnswerThatIsNotTheExpectedOne) {
  const ProbeResult closed = probe_script({send("421 too busy\r\n")}, {.expect = "220"});
  EXPECT_EQ(closed.outcome, Outcome::Body);
  EXPECT_EQ(closed.error,
            "expected text did not come: the peer closed the connection without it; the answer "
            "begins with \"421 too busy\\x0D\\x0A\"");
  EXPECT_TRUE(closed.phases.first_byte);

  const ProbeResult open = probe_script({send("421 wait"), hang()}, {.expect = "220"}, 100ms);
  EXPECT_EQ(open.outcome, Outcome::Body);
  EXPECT_NE(open.error.find("\"421 wait\""), std::string::npos) << open.error;
}

TEST(TcpProber, TellsAPeerThatSaysNothing) {
  const ProbeResult result = probe_script({hang()}, {.expect = "220"}, 100ms);
  EXPECT_EQ(result.outcome, Outcome::Timeout);
  EXPECT_NE(result.error.find("waiting for the answer"), std::string::npos) << result.error;
  EXPECT_TRUE(result.phases.connect);
  EXPECT_FALSE(result.phases.first_byte);
  EXPECT_GE(result.latency, 99ms);
  EXPECT_LT(result.latency, 400ms);  // a few milliseconds more where the machine is not busy
}

TEST(TcpProber, StopsReadingAtItsLimit) {
  const std::string whole(kMaxTcpAnswer, 'x');
  const ProbeResult over = probe_script({send(whole + "220"), hang()}, {.expect = "220"});
  EXPECT_EQ(over.outcome, Outcome::Body);
  EXPECT_NE(over.error.find("not in the first 16384 bytes"), std::string::npos) << over.error;
  const ProbeResult under =
      probe_script({send(whole.substr(3) + "220"), hang()}, {.expect = "220"});
  EXPECT_EQ(under.outcome, Outcome::Ok);
}

TEST(TcpProber, DoesNotShowWhatItSaidWhereThePeerEchoesIt) {
  const Talk talk{.send = "AUTH geheimnis\r\n\r\n", .expect = "+OK"};
  const ProbeResult whole = probe_script({read_request(), send("-ERR 'AUTH geheimnis'\r\n")}, talk);
  EXPECT_EQ(whole.outcome, Outcome::Body);
  EXPECT_NE(whole.error.find("\"-ERR '*** ***'"), std::string::npos) << whole.error;
  const ProbeResult cut = probe_script({read_request(), send("-ERR geheimni")}, talk);
  EXPECT_EQ(cut.error.find("geh"), std::string::npos) << cut.error;
}

TEST(TcpProber, CountsAnAddressThatCannotBeConnectedToFromHereAsOurOwnTrouble) {
  ProbeWorld world;
  const ProbeResult broadcast = probe_tcp(world, settings_of("255.255.255.255", 9));
  EXPECT_EQ(broadcast.outcome, Outcome::Inconclusive);
  EXPECT_NE(broadcast.error, "");
  const ProbeResult interface = probe_tcp(world, settings_of("fe80::1%nosuch0", 9));
  EXPECT_EQ(interface.outcome, Outcome::Inconclusive);
  EXPECT_EQ(interface.error, "fe80::1%nosuch0: no such interface");
}

TEST(TcpProber, MakesANewConnectionEachTime) {
  ScriptedServer server({{send("220\r\n"), hang()}});
  ProbeWorld world;
  TcpProber prober(world.services, std::make_shared<const TcpSettings>(
                                       settings_of("127.0.0.1", server.port(), {.expect = "220"})));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.probe(prober).outcome, Outcome::Ok);
  }
  EXPECT_EQ(server.connections(), 3U);
}

TEST(TcpProber, GivesBackItsSocketWhateverHappens) {
  ScriptedServer server({{hang()}});
  ProbeWorld world;
  const size_t before = open_descriptors();
  bool told = false;
  {
    TcpProber prober(world.services, std::make_shared<const TcpSettings>(settings_of(
                                         "127.0.0.1", server.port(), {.expect = "220"})));
    prober.start(world.loop.precise_now() + 10s, [&](const ProbeResult& result) {
      EXPECT_EQ(result.outcome, Outcome::Inconclusive);
      EXPECT_EQ(result.error, "shutting down");
      told = true;
    });
    world.run_until([&] { return server.connections() == 1; });
    prober.abort("shutting down");
    EXPECT_TRUE(told);
    prober.start(world.loop.precise_now() + 10s, [](const ProbeResult&) { ADD_FAILURE(); });
    world.run_until([&] { return server.connections() == 2; });
  }
  world.run_until([] { return true; });
  // The server's ends are still open.
  EXPECT_LE(open_descriptors(), before + 2);
}

// The state of each TCP socket of this machine whose peer is 127.0.0.1:`port`, as the kernel
// numbers them.
std::vector<std::string> states_of_connections_to(uint16_t port) {
  std::ostringstream peer;
  peer << "0100007F:" << std::hex << std::uppercase << std::setw(4) << std::setfill('0') << port;
  std::vector<std::string> states;
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    words >> number >> local >> remote >> state;
    if (remote == peer.str()) {
      states.push_back(state);
    }
  }
  return states;
}

TEST(TcpProber, LeavesNoPortInTimeWait) {
  ScriptedServer server({{send("220\r\n"), hang()}});
  ProbeWorld world;
  for (const char* expect : {"", "220"}) {
    const TcpSettings settings = settings_of("127.0.0.1", server.port(), {.expect = expect});
    EXPECT_EQ(probe_tcp(world, settings).outcome, Outcome::Ok);
  }
  EXPECT_EQ(states_of_connections_to(server.port()), std::vector<std::string>());
}

}  // namespace
}  // namespace gatewatch::probe

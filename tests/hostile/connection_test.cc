// SPDX-License-Identifier: MIT
//
// Servers that are not there, hang up, or fall silent.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <stdexcept>

#include "tests/hostile/dead_port.h"
#include "tests/hostile/forbidding_port.h"
#include "tests/hostile/hostile.h"

namespace gatewatch::probe {
namespace {

using testing::answer;
using testing::DeadPort;
using testing::drip;
using testing::ForbiddingPort;
using testing::hang;
using testing::read_nothing;
using testing::read_request;
using testing::reset;
using testing::says;
using testing::says_and_waits;
using testing::ScriptedServer;
using testing::send;

void play_dead_port(Hostile& test, DeadPort::Manner manner, const std::string& stage,
                    const std::string& lines = {}) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    const DeadPort port(manner);
    const ProbeResult result = test.probe({port.url(), lines, kShort});
    expect_result(result, Outcome::Timeout, 0);
    EXPECT_NE(result.error.find(stage), std::string::npos) << result.error;
  }
  test.expect_unharmed();
}

void play_refused(Hostile& test) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    const ClosedPort port;
    expect_result(test.probe({port.url()}), Outcome::Refused, 0);
  }
  test.expect_unharmed();
}

void play_forbidden(Hostile& test) {
  if (!ForbiddingPort::is_possible()) {
    GTEST_SKIP() << "an ICMP message can be made by root only (CAP_NET_RAW)";
  }
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    const ForbiddingPort port;
    expect_result(test.probe({port.url()}), Outcome::Refused, 0);
  }
  test.expect_unharmed();
}

// The same port number at an address of each family.
class TwoFamilies {
 public:
  explicit TwoFamilies(uint16_t port) : socket_(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    address.sin6_port = htons(port);
    bound_ = bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~TwoFamilies() { close(socket_); }
  TwoFamilies(const TwoFamilies&) = delete;
  TwoFamilies& operator=(const TwoFamilies&) = delete;
  // The IPv6 port is ours: nobody else listens there.
  [[nodiscard]] bool bound() const { return bound_; }

 private:
  int socket_ = -1;
  bool bound_ = false;
};

void play_one_family_dead(Hostile& test) {
  ScriptedServer server({answer("200 OK")});
  test.begin({{"both.test", {.v4 = {"127.0.0.1"}, .v6 = {"::1"}}}});
  test.befriend({server.url()});
  {
    const TwoFamilies families(server.port());
    if (!families.bound()) {
      GTEST_SKIP() << "there is no IPv6 on this machine's loopback";
    }
    const Ask ask{"http://both.test:" + std::to_string(server.port()) + "/"};
    const std::unique_ptr<Prober> prober = test.prober_of(ask);
    std::set<std::pair<std::string, Outcome>> seen;
    for (int i = 0; i < 2; ++i) {
      const ProbeResult result = test.probe(*prober, ask.timeout);
      seen.emplace(result.address, result.outcome);
    }
    const std::set<std::pair<std::string, Outcome>> each_told{{"127.0.0.1", Outcome::Ok},
                                                              {"::1", Outcome::Refused}};
    EXPECT_EQ(seen, each_told);
  }
  test.expect_unharmed();
}

const std::string kLargeBody =
    "method = \"POST\"\nbody = \"" + testing::repeated("0123456789abcdef", 4096) + "\"";

[[maybe_unused]] const bool kScenes = add_scenes(
    "Connection",
    {
        {1, "RefusedIsRefused", "the peer's kernel answered RST to the SYN", &play_refused},
        {2, "LostSynIsTimeout", "nothing came back",
         [](Hostile& test) { play_dead_port(test, DeadPort::Manner::LosesAll, "connecting"); }},
        {9, "FullQueueIsTimeout", "Linux drops a SYN for which there is no place",
         [](Hostile& test) { play_dead_port(test, DeadPort::Manner::FullQueue, "connecting"); }},
        {10, "ForbiddenByIcmpIsRefused", "a network between says no: code 13 ends the connect",
         &play_forbidden},
        {11, "SilenceAfterTheHandshakeIsTimeout", "the request is never acknowledged",
         [](Hostile& test) {
           play_dead_port(test, DeadPort::Manner::LosesData, "waiting for the answer");
         }},
        {12, "OneDeadFamilyIsTold", "each address in turn, no falling through to the other",
         &play_one_family_dead},
        {13, "RequestNobodyReadsIsTimeout", "the window stays shut",
         [](Hostile& test) { play_dead_port(test, DeadPort::Manner::NeverReads, "", kLargeBody); }},
    });

[[maybe_unused]] const bool kRows =
    add_rows("Connection",
             {
                 {.number = 3,
                  .name = "SilenceIsTimeout",
                  .scripts = {{hang()}},
                  .outcome = Outcome::Timeout,
                  .why = "no answer came in time",
                  .error = "waiting for the answer"},
                 {.number = 4,
                  .name = "ResetAtOnceIsReset",
                  .scripts = {{reset()}},
                  .outcome = Outcome::Reset,
                  .why = "RST, before or after the request was written"},
                 {.number = 5,
                  .name = "ResetAfterTheRequestIsReset",
                  .scripts = {{read_request(), reset()}},
                  .outcome = Outcome::Reset,
                  .why = "RST instead of an answer"},
                 {.number = 6,
                  .name = "EndWithoutAByteIsReset",
                  .scripts = {{read_request()}},
                  .outcome = Outcome::Reset,
                  .why = "FIN before the head is complete is an end as well"},
                 {.number = 7,
                  .name = "EndInTheStatusLineIsReset",
                  .scripts = {says("HTTP/1.1 20")},
                  .outcome = Outcome::Reset,
                  .why = "what there is could still become an answer"},
                 {.number = 8,
                  .name = "EndInTheHeadIsReset",
                  .scripts = {says("HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nConte")},
                  .outcome = Outcome::Reset,
                  .status = 502,
                  .why = "an answer needs a complete head; what was said is kept"},
                 {.number = 13,
                  .name = "AnswerToAnUnreadRequestCounts",
                  .scripts = {{send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"),
                               read_nothing()}},
                  .outcome = Outcome::HttpError,
                  .status = 413,
                  .why = "a server may answer before it has read the body",
                  .lines = kLargeBody},
             });

}  // namespace
}  // namespace gatewatch::probe

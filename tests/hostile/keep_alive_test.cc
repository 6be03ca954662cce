// SPDX-License-Identifier: MIT
//
// Servers that speak before they are asked, or go on speaking, on connections that might be kept:
// each probe has one of its own.
#include "tests/hostile/hostile.h"

namespace gatewatch::probe {
namespace {

using testing::answer;
using testing::hang;
using testing::read_request;
using testing::reset;
using testing::Script;
using testing::ScriptedServer;
using testing::send;

const std::string kGood =
    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";
const std::string kBad =
    "HTTP/1.1 502 Bad Gateway\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nfail";

// Probes the same server with the same prober until each script was played; all of them answer 200.
void play(Hostile& test, const std::vector<Script>& scripts) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin();
  test.befriend({well_behaved.url()});
  {
    ScriptedServer server(scripts);
    const std::unique_ptr<Prober> prober = test.prober_of({server.url()});
    for (size_t i = 0; i < scripts.size(); ++i) {
      expect_result(test.probe(*prober, kLong), Outcome::Ok, 200);
    }
    EXPECT_EQ(server.connections(), scripts.size());
  }
  test.expect_unharmed();
}

[[maybe_unused]] const bool kScenes = add_scenes(
    "KeepAlive",
    {
        {95, "ResetOfAnOldConnectionHarmsNoProbe", "no connection is used twice",
         [](Hostile& test) {
           play(test, {{read_request(), send(kGood), reset()}, answer("200 OK", "hello")});
         }},
        {97, "RestOfAnAnswerHarmsNoProbe", "no connection is used twice",
         [](Hostile& test) {
           play(test, {{read_request(), send(kGood + kBad.substr(0, 20)), hang()},
                       {read_request(), send(kGood), send(kBad.substr(20)), hang()},
                       answer("200 OK", "hello")});
         }},
    });

[[maybe_unused]] const bool kRows =
    add_rows("KeepAlive",
             {
                 {.number = 96,
                  .name = "408BeforeTheRequestCounts",
                  .scripts = {{send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"),
                               read_request(), hang()}},
                  .outcome = Outcome::HttpError,
                  .status = 408,
                  .why = "the connection is new, so it can be about nothing else"},
                 {.number = 96,
                  .name = "502BeforeTheRequestCounts",
                  .scripts = {{send(kBad), read_request(), hang()}},
                  .outcome = Outcome::BadGateway,
                  .status = 502,
                  .why = "the connection is new, so it can be about nothing else"},
             });

}  // namespace
}  // namespace gatewatch::probe

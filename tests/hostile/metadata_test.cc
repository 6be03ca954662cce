// SPDX-License-Identifier: MIT
//
// Redirects to where a cloud keeps its machines' secrets. Whatever name or spelling leads there,
// the address that is connected to is what counts; the one who can answer there must get no
// request.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "tests/hostile/hostile.h"
#include "tests/hostile/own_network.h"

namespace gatewatch::probe {
namespace {

using testing::answer;
using testing::run_in_own_network;
using testing::ScriptedServer;

constexpr uint16_t kPort = 8080;
constexpr const char* kAddress = "169.254.169.254";

// Listens at an address, and answers nobody.
class Watcher {
 public:
  explicit Watcher(const std::string& address) {
    sockaddr_storage storage{};
    socklen_t length = 0;
    if (address.find(':') == std::string::npos) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = htons(kPort);
      inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
      std::memcpy(&storage, &v4, length = sizeof v4);
    } else {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(kPort);
      inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr);
      std::memcpy(&storage, &v6, length = sizeof v6);
    }
    listener_ = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&storage), length) != 0 ||
        listen(listener_, 8) != 0) {
      throw std::runtime_error("no port to listen on");
    }
  }
  ~Watcher() { close(listener_); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // What somebody sent who connected; empty where nobody did.
  [[nodiscard]] std::string received() const {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    std::array<char, 1024> buffer{};
    const ssize_t count = recv(connection, buffer.data(), buffer.size(), 0);
    close(connection);
    return count > 0 ? std::string(buffer.data(), static_cast<size_t>(count)) : "";
  }

 private:
  int listener_ = -1;
};

struct MetadataRow {
  std::string name;
  std::string address;              // that must not be asked
  std::string host;                 // that leads there
  testing::DnsAnswer host_is = {};  // where it is a name
};

void probe_redirect(Hostile& test, const MetadataRow& row) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin({{row.host, row.host_is}});
  test.befriend({well_behaved.url()});
  {
    const Watcher watcher(row.address);
    const std::string location = "http://" + row.host + ":" + std::to_string(kPort) + "/latest/";
    ScriptedServer server({answer("302 Found", "", "Location: " + location + "\r\n")});
    const ProbeResult result = test.probe({server.url(), "", kShort});
    EXPECT_EQ(to_string(result.outcome), to_string(Outcome::Protocol));
    EXPECT_NE(result.error.find(row.address), std::string::npos) << result.error;
    EXPECT_EQ(watcher.received(), "");
  }
  test.expect_unharmed();
}

// The target's own url has this host.
void probe_target(Hostile& test, const std::string& host, bool is_refused) {
  ScriptedServer well_behaved({answer("200 OK")});
  test.begin({{"shop.test", {.v4 = {kAddress}}}});
  test.befriend({well_behaved.url()});
  {
    const Watcher watcher(kAddress);
    const std::string url = "http://" + host + ":" + std::to_string(kPort) + "/";
    const ProbeResult result = test.probe({url, "", kShort});
    EXPECT_EQ(to_string(result.outcome),
              to_string(is_refused ? Outcome::Protocol : Outcome::Timeout));
    EXPECT_EQ(watcher.received().empty(), is_refused);
  }
  test.expect_unharmed();
}

void in_own_network(const std::string& address, const std::function<void()>& body) {
  if (!run_in_own_network({address}, body)) {
    GTEST_SKIP() << "a network of its own can be made by root only";
  }
}

bool add_metadata_rows(std::vector<MetadataRow> rows) {
  std::vector<Scene> scenes;
  for (MetadataRow& row : rows) {
    auto shared = std::make_shared<const MetadataRow>(std::move(row));
    scenes.push_back({67, shared->name, "a redirect is foreign; what is there is not for it to see",
                      [shared](Hostile& test) {
                        in_own_network(shared->address, [&] { probe_redirect(test, *shared); });
                      }});
  }
  return add_scenes("Redirect", std::move(scenes));
}

[[maybe_unused]] const bool kRows = add_metadata_rows({
    {"ToMetadataIsRefused", "169.254.169.254", "169.254.169.254"},
    {"ToMetadataOverIpv6IsRefused", "fd00:ec2::254", "[fd00:ec2::254]"},
    {"ToMetadataOfAnotherCloudIsRefused", "100.100.100.200", "100.100.100.200"},
    {"ToMetadataOfAContainerIsRefused", "169.254.170.2", "169.254.170.2"},
    {"ToMetadataAsANumberIsRefused", "169.254.169.254", "0xa9fea9fe"},
    {"ToMetadataMappedToIpv6IsRefused", "169.254.169.254", "[::ffff:169.254.169.254]"},
    {"ToMetadataByANameIsRefused", "169.254.169.254", "shop.test", {.v4 = {"169.254.169.254"}}},
});

[[maybe_unused]] const bool kScenes = add_scenes(
    "Redirect",
    {
        {67, "TargetThatResolvesToMetadataIsRefused", "whoever answers for the name chose it",
         [](Hostile& test) {
           in_own_network(kAddress, [&] { probe_target(test, "shop.test", true); });
         }},
        {67, "TargetThatNamesMetadataIsProbed", "the operator chose it",
         [](Hostile& test) {
           in_own_network(kAddress, [&] { probe_target(test, kAddress, false); });
         }},
    });

}  // namespace
}  // namespace gatewatch::probe

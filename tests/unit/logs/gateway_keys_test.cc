// SPDX-License-Identifier: MIT
#include "logs/gateway_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace gatewatch::logs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Target target_of(const std::string& name, const std::vector<std::string>& tags) {
  Target target;
  target.name = name;
  target.tags = tags;
  return target;
}

struct Read {
  std::vector<GatewaySettings> gateways;
  std::vector<std::string> said;  // "error: …" or "warning: …", in order
};

Read read(const std::string& text) {
  config::Diagnostics diagnostics;
  config::Table root = config::read_table("test.toml", text, {}, diagnostics);
  std::vector<config::Table> tables = root.tables("gateway");
  Read result;
  result.gateways = read_gateways(tables, {target_of("shop", {"prod"}), target_of("blog", {})});
  look_at_sockets(tables, result.gateways);
  for (config::Table& table : tables) {
    table.finish();
  }
  for (const config::Diagnostic& diagnostic : diagnostics.sorted()) {
    result.said.push_back((diagnostic.gravity == config::Gravity::Error ? "error: " : "warning: ") +
                          diagnostic.message);
  }
  return result;
}

// A Unix socket in the file system, that nobody listens at.
class SocketFile {
 public:
  explicit SocketFile(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~SocketFile() { close(fd_); }
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  int fd_;
};

TEST(GatewayKeys, ReadAnNginxInThreeLines) {
  const Read done = read(R"([[gateway]]
    name = "edge"
    stub_status = "http://127.0.0.1:8080/nginx_status")");
  EXPECT_THAT(done.said, IsEmpty());
  ASSERT_EQ(done.gateways.size(), 1U);
  const GatewaySettings& gateway = done.gateways.front();
  EXPECT_EQ(gateway.name, "edge");
  EXPECT_EQ(gateway.product(), "nginx");
  EXPECT_EQ(gateway.stub_status, "http://127.0.0.1:8080/nginx_status");
  EXPECT_TRUE(gateway.applies_to(target_of("anything", {})));
}

TEST(GatewayKeys, ReadAHaproxyWithBackendsAndTargets) {
  const testing::TempDir dir;
  const std::string path = dir.file("admin.sock");
  const SocketFile socket(path);
  const Read done = read("[[gateway]]\nname = \"lb\"\nstats_socket = \"" + path +
                         "\"\nbackends = [\"web\", \"api\"]\ntargets = [\"tag:prod\"]\n");
  EXPECT_THAT(done.said, IsEmpty());
  const GatewaySettings& gateway = done.gateways.front();
  EXPECT_EQ(gateway.product(), "haproxy");
  EXPECT_EQ(gateway.stats_socket, path);
  EXPECT_THAT(gateway.backends, ElementsAre("web", "api"));
  EXPECT_TRUE(gateway.applies_to(target_of("shop", {"prod"})));
  EXPECT_FALSE(gateway.applies_to(target_of("blog", {})));
}

TEST(GatewayKeys, WarnOfASocketThatCannotBeUsed) {
  const testing::TempDir dir;
  const std::string path = dir.file("admin.sock");
  const std::string text = "[[gateway]]\nname = \"lb\"\nstats_socket = \"" + path + "\"\n";
  EXPECT_THAT(read(text).said,
              ElementsAre("warning: the socket cannot be used now: No such file or directory"));
  const SocketFile socket(path);
  EXPECT_THAT(read(text).said, IsEmpty());
  if (geteuid() != 0) {
    ASSERT_EQ(chmod(path.c_str(), 0), 0);
    EXPECT_THAT(read(text).said,
                ElementsAre("warning: the socket cannot be used now: Permission denied"));
  }
  EXPECT_THAT(read("[[gateway]]\nname = \"lb\"\nstats_socket = \"/dev/null\"\n").said,
              ElementsAre("warning: this is no socket"));
}

TEST(GatewayKeys, TellEachMistake) {
  const std::string page = "stub_status = \"http://127.0.0.1/\"\n";
  const std::string socket = "stats_socket = \"/dev/null\"\n";
  struct Case {
    std::string lines;
    std::string message;
  };
  for (const Case& one : std::initializer_list<Case>{
           {page, "name"},
           {"name = \"\"\n" + page, "name must have 1 to 128"},
           {"name = \"a\"\n", "write one of stub_status (nginx) and stats_socket (HAProxy)"},
           {"name = \"a\"\n" + page + socket, "write one of stub_status"},
           {"name = \"a\"\nstub_status = \"127.0.0.1/status\"\n", "is not an http:// or https://"},
           {"name = \"a\"\nstub_status = \"http://u:p@127.0.0.1/\"\n", "without a password"},
           {"name = \"a\"\nstats_socket = \"admin.sock\"\n", "must be an absolute path"},
           {"name = \"a\"\nstats_socket = \"/" + std::string(107, 'a') + "\"\n",
            "absolute path of at most 107 bytes"},
           {"name = \"a\"\nbackends = [\"web\"]\n" + page,
            "backends is for gateways with a stats_socket"},
           {"name = \"a\"\ntargets = []\n" + page, "targets is empty"},
           {"name = \"a\"\nurl = \"http://a/\"\n" + page, "url"},
       }) {
    const Read done = read("[[gateway]]\n" + one.lines);
    EXPECT_THAT(done.said, ElementsAre(AllOf(HasSubstr("error: "), HasSubstr(one.message))))
        << one.lines;
  }
  EXPECT_THAT(read("[[gateway]]\nname = \"a\"\ntargets = [\"shpo\"]\n" + page).said,
              ElementsAre(HasSubstr("error: there is no target \"shpo\"")));
  EXPECT_THAT(read("[[gateway]]\nname = \"a\"\ntargets = [\"x*\"]\n" + page).said,
              ElementsAre("warning: \"x*\" fits no target"));
  const std::string haproxy = "[[gateway]]\nname = \"a\"\n" + socket;
  for (const char* backends : {"[]", "[\"\"]", "[\"a\\nb\"]"}) {
    EXPECT_THAT(read(haproxy + "backends = " + backends + '\n').said,
                Contains(HasSubstr("error: ")))
        << backends;
  }
}

TEST(GatewayKeys, TellOfANameThatIsTakenAndOfTooMany) {
  std::string text;
  for (size_t i = 0; i <= kMaxGateways; ++i) {
    text +=
        "[[gateway]]\nname = \"a" + std::to_string(i) + "\"\nstub_status = \"http://127.0.0.1/\"\n";
  }
  EXPECT_THAT(read(text).said, ElementsAre("error: more than 50 of [[gateway]]"));
  const std::string one = "[[gateway]]\nname = \"a\"\nstub_status = \"http://127.0.0.1/\"\n";
  EXPECT_THAT(read(one + one).said, ElementsAre("error: there are two gateways of the name \"a\""));
}

}  // namespace
}  // namespace gatewatch::logs

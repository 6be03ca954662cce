// SPDX-License-Identifier: MIT
#include "daemon/control_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace gatewatch::daemon {
namespace {

using namespace std::chrono_literals;

class ControlSocket : public ::testing::Test {
 protected:
  std::optional<std::string> ask(const std::string& request, const std::string& body) {
    return ask_daemon({path_}, request, body, 5s, error_);
  }

  gatewatch::testing::TempDir folder_;
  std::string path_ = folder_.file("control.sock");
  std::string error_;
};

TEST_F(ControlSocket, CarriesARequestAndItsAnswer) {
  const ControlServer server(path_,
                             {{"/echo", [](const std::string& body) { return body + "!"; }}});
  EXPECT_EQ(ask("/echo", "hello"), "hello!");
}

TEST_F(ControlSocket, IsForOwnerAndGroupOnly) {
  const ControlServer server(path_, {});
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
}

TEST_F(ControlSocket, ReplacesTheSocketOfADaemonThatDied) {
  { const ControlServer first(path_, {}); }
  { std::ofstream stale(path_); }
  const ControlServer second(path_, {{"/x", [](const std::string&) { return "new"; }}});
  EXPECT_EQ(ask("/x", ""), "new");
}

TEST_F(ControlSocket, SaysWhyNobodyAnswers) {
  EXPECT_FALSE(ask("/x", "").has_value());
  EXPECT_NE(error_.find(path_), std::string::npos) << error_;
  const ControlServer server(path_, {});
  EXPECT_FALSE(ask("/unknown", "").has_value());
  EXPECT_NE(error_.find("404"), std::string::npos) << error_;
}

TEST_F(ControlSocket, RefusesAPathThatIsTooLongForASocket) {
  const std::string path = folder_.file(std::string(120, 'x'));
  EXPECT_THROW(ControlServer(path, {}), std::runtime_error);
  EXPECT_FALSE(ask_daemon({path}, "/x", "", 5s, error_).has_value());
}

TEST(ControlPaths, ThePackagedConfigurationIsAlsoLookedForInRun) {
  EXPECT_EQ(control_paths("/home/me/x.toml", "/var/lib/x/x.db").size(), 1U);
  EXPECT_EQ(
      control_paths("/etc/gatewatch/gatewatch.toml", "/var/lib/gatewatch/gatewatch.db").back(),
      "/run/gatewatch/control.sock");
}

}  // namespace
}  // namespace gatewatch::daemon

// SPDX-License-Identifier: MIT
#include "daemon/cli.h"
#include "daemon/verbs.h"

int main(int argc, char** argv) {
  using namespace gatewatch::daemon;
  const ParsedCommand parsed = parse_command_line(argc, argv);
  return static_cast<int>(parsed.command ? execute(*parsed.command) : parsed.exit);
}

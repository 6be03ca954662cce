// SPDX-License-Identifier: MIT
#include "tests/unit/config/fixture.h"

#include <filesystem>
#include <fstream>
#include <utility>

namespace gatewatch::config::testing {

std::string TempDirectory::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path file = std::filesystem::path(path()) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

void read_kinds(Config& config) {
  const auto read_http = [](Table& table) {
    for (const char* key :
         {"method", "body", "expect_status", "follow_redirects", "verify", "ca_file"}) {
      (void)table.has(key);
    }
    (void)table.secrets_by_name("headers");
  };
  for (TargetConfig& target : config.targets) {
    (void)target.settings.string("url");
    read_http(target.settings);
    target.settings.finish();
  }
  read_http(config.defaults);
  config.defaults.finish();
  for (ChannelConfig& channel : config.channels) {
    for (const char* key : {"server", "starttls", "username", "from", "to", "ca_file"}) {
      (void)channel.settings.has(key);
    }
    for (const char* key : {"url", "secret", "password"}) {
      (void)channel.settings.secret(key);
    }
    (void)channel.settings.secrets_by_name("headers");
    channel.settings.finish();
  }
}

Loaded load_file(const std::string& path, const LoadOptions& options) {
  auto diagnostics = std::make_unique<Diagnostics>();
  std::optional<Config> config = load(path, options, *diagnostics);
  Loaded loaded{.diagnostics = std::move(diagnostics), .config = std::move(config), .told = {}};
  if (loaded.config) {
    read_kinds(*loaded.config);
  }
  for (const Diagnostic& diagnostic : loaded.diagnostics->sorted()) {
    loaded.told.push_back(to_string(diagnostic));
  }
  return loaded;
}

Loaded load_text(std::string_view text, const LoadOptions& options) {
  const TempDirectory directory;
  Loaded loaded = load_file(directory.write("gatewatch.toml", text), options);
  for (std::string& line : loaded.told) {
    const std::string prefix = directory.path() + "/";
    for (size_t at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) {
      line.erase(at, prefix.size());
    }
  }
  return loaded;
}

}  // namespace gatewatch::config::testing

// SPDX-License-Identifier: MIT
#include "config/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "config/source.h"

namespace gatewatch::config {
namespace {

std::vector<std::string> places_of(const std::string& name, const std::string& naming_file,
                                   const std::map<std::string, std::string>& environment) {
  if (name.starts_with('/')) {
    return {name};
  }
  std::vector<std::string> places;
  const auto credentials = environment.find("CREDENTIALS_DIRECTORY");
  if (credentials != environment.end() && !credentials->second.empty()) {
    places.push_back(credentials->second + "/" + name);
    places.push_back(credentials->second + "/secret_" + name);
  }
  places.push_back("/etc/gatewatch/secrets/" + name);
  const size_t slash = naming_file.rfind('/');
  places.push_back((slash == std::string::npos ? "." : naming_file.substr(0, slash)) + "/" + name);
  return places;
}

SecretFile read_one(const std::string& path) {
  SecretFile secret;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    secret.result = missing ? SecretFile::Result::Missing : SecretFile::Result::Unreadable;
    secret.problem = path + ": " + std::generic_category().message(errno);
    return secret;
  }
  secret.result = SecretFile::Result::Unfit;
  if (!S_ISREG(status.st_mode)) {
    secret.problem = path + " is not a regular file";
    return secret;
  }
  std::expected<std::string, std::string> content =
      read_text_file(path, kMaxSecretFile, FileKind::Regular);
  if (!content) {
    const bool denied = faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0;
    secret.result = denied ? SecretFile::Result::Unreadable : SecretFile::Result::Unfit;
    secret.problem = path + " " + content.error();
    return secret;
  }
  if (content->ends_with('\n')) {
    content->pop_back();
  }
  if (content->empty()) {
    secret.problem = path + " is empty";
    return secret;
  }
  secret.result = SecretFile::Result::Read;
  secret.content = *std::move(content);
  return secret;
}

}  // namespace

SecretFile read_secret_file(const std::string& name, const std::string& naming_file,
                            const std::map<std::string, std::string>& environment) {
  SecretFile best;
  std::string places;
  for (const std::string& path : places_of(name, naming_file, environment)) {
    places += (places.empty() ? "" : ", ") + path;
    SecretFile here = read_one(path);
    const bool decides =
        here.result == SecretFile::Result::Read || here.result == SecretFile::Result::Unfit;
    if (decides || best.result == SecretFile::Result::Missing) {
      best = std::move(here);
    }
    if (decides) {
      break;
    }
  }
  if (best.result == SecretFile::Result::Missing) {
    best.problem = "there is no file \"" + name + "\"";
  }
  best.places = places;
  return best;
}

}  // namespace gatewatch::config

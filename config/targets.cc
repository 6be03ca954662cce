// SPDX-License-Identifier: MIT
//
// [defaults], [[target]], [[control]] and [[channel]].
#include <algorithm>
#include <map>
#include <utility>

#include "config/sections.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLeastInterval = 100ms;
constexpr Duration kMostInterval = std::chrono::days(7);
constexpr Duration kDefaultTimeout = 10s;
// A control is known to fail sooner than a target of the defaults is.
constexpr Duration kControlInterval = 5s;
constexpr Duration kControlTimeout = 3s;
constexpr size_t kMinControls = 2;
constexpr size_t kMaxControls = 16;
constexpr Duration kLeastTimeout = 10ms;
constexpr Duration kMostTimeout = 10min;
constexpr double kSharedJitter = 0.05;           // for targets that share an address …
constexpr Duration kLeastJitteredInterval = 5s;  // … and are not probed more often than this

// Scheme, rest before the path, path and query.
struct UrlParts {
  std::string_view scheme;
  std::string_view user;  // with its "@"
  std::string_view host;  // with its port
  std::string_view path;
  std::string_view query;  // with its "?"
};

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  url = url.substr(0, url.find('#'));
  const size_t colon = url.find("://");
  if (colon != std::string_view::npos) {
    parts.scheme = url.substr(0, colon);
    url.remove_prefix(colon + 3);
  }
  const size_t query = url.find('?');
  if (query != std::string_view::npos) {
    parts.query = url.substr(query);
    url = url.substr(0, query);
  }
  const size_t slash = std::min(url.find('/'), url.size());
  parts.path = url.substr(slash);
  url = url.substr(0, slash);
  const size_t at = url.rfind('@');
  if (at != std::string_view::npos) {
    parts.user = url.substr(0, at + 1);
    url.remove_prefix(at + 1);
  }
  parts.host = url;
  return parts;
}

// Host and port as one connects to them: two targets with the same share an address.
std::string address_of(std::string_view url) {
  const UrlParts parts = split_url(url);
  std::string host = ascii_lower(parts.host);
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  if (!has_port) {
    const std::string scheme = ascii_lower(parts.scheme);
    host += scheme == "https"  ? ":443"
            : scheme == "http" ? ":80"
            : scheme == "dns"  ? ":53"
                               : ":" + scheme;
  }
  return host;
}

std::vector<std::string> read_tags(Table& table) {
  std::vector<std::string> tags = table.strings("tags");
  for (size_t i = 0; i < tags.size(); ++i) {
    const std::string& tag = tags[i];
    if (tag.empty() || !is_printable_utf8(tag) || count_characters(tag) > kMaxNameCharacters) {
      table.error_at(
          "tags", i,
          "a tag has 1 to " + std::to_string(kMaxNameCharacters) + " printable characters");
    } else if (tag.starts_with("tag:")) {
      table.error_at("tags", i, "a tag is written without \"tag:\" here",
                     "write \"" + tag.substr(4) + "\"");
    }
  }
  std::erase(tags, "");
  return tags;
}

// The keys that all kinds share; `table` may be [defaults] itself.
void read_shared(Table& table, Target& target, Duration default_interval,
                 Duration default_timeout) {
  target.interval = table.duration("interval", Duration::zero(), kLeastInterval, kMostInterval);
  if (!table.has("interval")) {
    target.interval = default_interval;
  }
  target.timeout = table.duration("timeout", default_timeout, kLeastTimeout, kMostTimeout);
  target.jitter = table.share("jitter", 0, 0);
  target.tags = read_tags(table);
  target.enabled = table.boolean("enabled", true);
  target.is_diagnosed = table.boolean("diagnosis", true);
}

void check_defaults(Table& defaults) {
  for (const std::string_view key : {"name", "kind", "url"}) {
    if (defaults.has(key)) {
      defaults.error(key, std::string(key) + " cannot have a default",
                     "write it in each [[target]]");
    }
  }
  Target scratch;
  read_shared(defaults, scratch, kDefaultInterval, kDefaultTimeout);
}

// The url, whose scheme is the kind; or the kind without one, which is then shown in its place.
void read_url(Table& own, Table& table, Target& target) {
  const bool has_kind = own.has("kind");
  const std::string kind = own.string_or("kind", "");
  const std::optional<std::string> url = has_kind ? own.string("url") : own.required_string("url");
  table.set_kind_key(has_kind ? "kind" : "url");
  if (url && url->empty()) {
    table.error("url", "url is empty");
  }
  target.url = url_to_show(url.value_or(kind));
  target.peer = url ? address_of(*url) : "";
}

// Controls do not stand on [defaults], which may hold credentials of the targets.
void read_controls(Table& root, Targets& found) {
  std::vector<Table> tables = root.tables("control");
  size_t enabled = 0;
  for (Table& table : tables) {
    Target target;
    target.is_control = true;
    target.name = found.names.read(table);
    read_url(table, table, target);
    read_shared(table, target, kControlInterval, kControlTimeout);
    enabled += target.enabled ? 1 : 0;
    found.targets.push_back({std::move(target), table});
  }
  if (enabled > 0 && enabled < kMinControls) {
    tables.front().error("name", "one [[control]] alone cannot tell whether it is down or we are",
                         "add a second one, on another network");
  } else if (tables.size() > kMaxControls) {
    tables[kMaxControls].error("name",
                               "more than " + std::to_string(kMaxControls) + " of [[control]]");
  }
}

}  // namespace

std::string url_to_show(std::string_view url) {
  const UrlParts parts = split_url(url);
  std::string shown;
  if (!parts.scheme.empty()) {
    shown.append(parts.scheme).append("://");
  }
  if (!parts.user.empty()) {
    shown += "***@";
  }
  shown.append(parts.host).append(parts.path);
  bool in_value = false;
  for (const char c : parts.query) {
    const bool separator = c == '?' || c == '&';
    if (c == '=' && !in_value) {
      shown += "=***";
    }
    in_value = !separator && (in_value || c == '=');
    if (!in_value) {
      shown += c;
    }
  }
  return printable(shown, 2048);
}

Targets read_targets(Table& root, Table& defaults) {
  check_defaults(defaults);
  Targets found;
  std::map<std::string, int> sharers;
  for (Table& own : root.tables("target")) {
    Table table = own.standing_on(defaults);
    Target target;
    (void)table.has("name");  // known; read not by way of [defaults], where neither may stand
    (void)table.has("url");
    (void)table.has("kind");
    target.name = found.names.read(own);
    read_url(own, table, target);
    read_shared(table, target, kDefaultInterval, kDefaultTimeout);
    sharers[target.peer] += target.peer.empty() ? 0 : 1;
    found.targets.push_back({std::move(target), table});
  }
  for (auto& [target, table] : found.targets) {
    if (!table.has("jitter") && target.interval >= kLeastJitteredInterval &&
        sharers[target.peer] > 1) {
      target.jitter = kSharedJitter;
    }
  }
  read_controls(root, found);
  return found;
}

Channels read_channels(Table& root) {
  Channels found;
  for (Table& table : root.tables("channel")) {
    std::string name = found.names.read(table);
    std::optional<std::string> kind = table.required_string("kind");
    table.set_kind_key("kind");
    found.channels.push_back({std::move(name), std::move(kind).value_or(""), table});
  }
  return found;
}

}  // namespace gatewatch::config

// SPDX-License-Identifier: MIT
//
// Files to Config: the main file, then what it includes, then the sections in an order in which
// each knows what it refers to.
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "config/config.h"
#include "config/node.h"
#include "config/sections.h"

namespace gatewatch::config {
namespace {

constexpr size_t kMaxBytes = 16 * 1024 * 1024;  // in all files
constexpr size_t kMaxIncluded = 1000;           // files

// Reads files into the document of one configuration.
class Files {
 public:
  explicit Files(std::shared_ptr<Context> context) : context_(std::move(context)) {}

  // False where the file is not in the document, which is told.
  bool add(const std::string& path);
  // What `include` in the main file `main_path` names.
  void add_included(Table& root, const std::string& main_path);

 private:
  void add_matches(Table& root, size_t index, const std::string& pattern);

  std::shared_ptr<Context> context_;
  std::set<std::string> seen_;  // canonical paths
  size_t bytes_ = 0;
  size_t included_ = 0;
};

std::string canonical(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  return error ? path : resolved.string();
}

bool Files::add(const std::string& path) {
  if (!seen_.insert(canonical(path)).second) {
    return true;
  }
  Diagnostics& diagnostics = *context_->diagnostics;
  diagnostics.file_read(path);
  const Location begin{.file = path};
  // What is named on the command line may be a pipe.
  const FileKind kind = seen_.size() == 1 ? FileKind::Any : FileKind::Regular;
  std::expected<std::string, std::string> text = read_text_file(path, kMaxBytes - bytes_, kind);
  if (!text) {
    diagnostics.error(begin, "the configuration file " + text.error());
    return false;
  }
  bytes_ += text->size();
  const size_t bad = find_bad_byte(*text);
  if (bad != std::string::npos) {
    const bool is_nul = (*text)[bad] == '\0';
    const SourceFile file(path, text->substr(0, bad));
    diagnostics.error(to_location(place_at(file, bad)),
                      is_nul ? "a NUL byte: this is no text file" : "this is not UTF-8 text",
                      is_nul ? "" : "save the file as UTF-8");
    return false;
  }
  context_->document.add(path, *std::move(text), context_->options.environment, diagnostics);
  return true;
}

void Files::add_included(Table& root, const std::string& main_path) {
  const std::string folder = main_path.substr(0, main_path.rfind('/') + 1);
  const std::vector<std::string> patterns = root.strings("include");
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].empty()) {
      root.error_at("include", i, "include names no file");
    } else {
      add_matches(root, i, patterns[i].starts_with('/') ? patterns[i] : folder + patterns[i]);
    }
  }
}

int stop_where_unreadable(const char* /*path*/, int error) {
  return error != ENOENT && error != ENOTDIR ? 1 : 0;
}

void Files::add_matches(Table& root, size_t index, const std::string& pattern) {
  glob_t found{};
  const int result = glob(pattern.c_str(), GLOB_NOSORT, stop_where_unreadable, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  std::sort(paths.begin(), paths.end());
  const bool has_wildcard = pattern.find_first_of("*?[") != std::string::npos;
  if (result == GLOB_ABORTED || result == GLOB_NOSPACE) {
    root.error_at("include", index, "the directory of \"" + pattern + "\" cannot be read");
  } else if (paths.empty() && !has_wildcard) {
    root.error_at("include", index, "there is no file \"" + pattern + "\"");
  }
  for (const std::string& path : paths) {
    if (++included_ > kMaxIncluded) {
      root.error_at("include", index,
                    "more than " + std::to_string(kMaxIncluded) + " included files");
      return;
    }
    (void)add(path);
  }
}

std::string variable(const LoadOptions& options, const std::string& name) {
  const auto found = options.environment.find(name);
  return found == options.environment.end() ? "" : found->second;
}

// Remarks on what is allowed but hardly meant.
void lint(Table& root, const Config& config, Diagnostics& diagnostics) {
  if (std::all_of(config.targets.begin(), config.targets.end(),
                  [](const TargetConfig& target) { return target.target.is_control; })) {
    diagnostics.remark(root.head(), "no [[target]]: nothing is watched");
  }
  if (config.channels.empty()) {
    diagnostics.remark(root.head(), "no [[channel]]: nobody is told of an incident");
  }
  for (const TargetConfig& target : config.targets) {
    if (target.target.name == kSelfTarget) {
      diagnostics.remark(
          target.settings.where("name"),
          "\"" + target.target.name + "\" is also the name of gatewatch's own incidents",
          "choose another");
    }
  }
  lint_rules(config, diagnostics);
}

Config read_sections(Table& root, const LoadOptions& options, Diagnostics& diagnostics) {
  WebConfig web = read_web(root.table("web"));
  const bool web_is_set = root.table("web").has("auth") || root.table("web").has("auth_file");
  DaemonConfig daemon = read_daemon(root.table("daemon"), web, web_is_set);
  StorageConfig storage = read_storage(root.table("storage"), variable(options, "STATE_DIRECTORY"));
  const EarlyWarningConfig early_warning = read_early_warning(root.table("early_warning"));
  Table defaults = root.table("defaults");
  Targets targets = read_targets(root, defaults);
  Channels channels = read_channels(root);
  std::vector<RuleConfig> rules = read_rules(root, targets, channels);
  std::vector<Table> signatures = root.tables("signature");
  std::vector<Table> logs = root.tables("log");
  std::vector<Table> gateways = root.tables("gateway");
  root.finish();

  for (TargetConfig& target : targets.targets) {
    if (target.target.interval == Duration::zero()) {
      target.target.interval = kDefaultInterval;  // mistaken, and told
    }
  }
  Config config{.daemon = std::move(daemon),
                .web = std::move(web),
                .storage = std::move(storage),
                .early_warning = early_warning,
                .targets = std::move(targets.targets),
                .rules = std::move(rules),
                .rule_tables = root.tables("rule"),
                .channels = std::move(channels.channels),
                .signatures = std::move(signatures),
                .logs = std::move(logs),
                .gateways = std::move(gateways),
                .defaults = std::move(defaults)};
  lint(root, config, diagnostics);
  return config;
}

}  // namespace

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::optional<Config> load(const std::string& path, const LoadOptions& options,
                           Diagnostics& diagnostics) {
  auto context = std::make_shared<Context>();
  context->options = options;
  context->diagnostics = &diagnostics;
  Files files(context);
  if (!files.add(path)) {
    return std::nullopt;
  }
  Table root = root_table(context);
  files.add_included(root, path);
  return read_sections(root, options, diagnostics);
}

Config load_text(const std::string& name, std::string text, const LoadOptions& options,
                 Diagnostics& diagnostics) {
  auto context = std::make_shared<Context>();
  context->options = options;
  context->diagnostics = &diagnostics;
  diagnostics.file_read(name);
  context->document.add(name, std::move(text), options.environment, diagnostics);
  Table root = root_table(context);
  return read_sections(root, options, diagnostics);
}

}  // namespace gatewatch::config

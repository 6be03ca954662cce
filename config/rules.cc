// SPDX-License-Identifier: MIT
//
// [[rule]], and the rules that apply where none is written.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "config/sections.h"
#include "config/target_words.h"
#include "core/assert.h"
#include "core/text.h"

namespace gatewatch::config {
namespace {

using namespace std::chrono_literals;

// A window holds this many times the probes that a rule wants to see, so that late or skipped
// probes do not silence it.
constexpr double kWindowReserve = 1.5;

constexpr Duration kLeastWindow = 1s;
constexpr Duration kMostWindow = std::chrono::days(365);
constexpr Duration kMostClearFor = std::chrono::days(7);
constexpr Duration kMostReopenWithin = std::chrono::days(30);
constexpr Duration kLeastConfirmEvery = 500ms;
constexpr Duration kMostConfirmEvery = 1min;
constexpr Duration kLeastConfirmFor = 1s;
constexpr Duration kMostConfirmFor = 5min;
constexpr Duration kMostConfirmAtMost = 1h;
constexpr int kFewestCleanTurns = 2;  // three good probes end an incident of a built-in rule
constexpr int64_t kMostProbes = 1'000'000;
constexpr double kUnread = -1;  // of a share: missing or mistaken

double seconds_needed(int min_probes, Duration interval) {
  return kWindowReserve * min_probes * to_seconds(interval);
}

std::vector<CountMatcher> matchers_of(const std::vector<std::string>& words) {
  std::vector<CountMatcher> matchers;
  for (const std::string& word : words) {
    const std::optional<CountMatcher> matcher = CountMatcher::parse(word);
    GW_ASSERT(matcher.has_value());
    matchers.push_back(*matcher);
  }
  return matchers;
}

// What a rule with `confirm` does where nothing else is written.
void set_confirming(Rule& rule) {
  rule.confirm = true;
  rule.clear = Rule::kNoClear;
  rule.clear_for = 10min;
  rule.reopen_within = 30min;
}

RuleConfig built_in(std::string name, std::vector<std::string> words, const Channels& channels) {
  RuleConfig config;
  config.built_in = true;
  config.rule.name = std::move(name);
  config.rule.count = matchers_of(words);
  config.rule.count_words = std::move(words);
  set_confirming(config.rule);
  config.targets = {"*"};
  for (const ChannelConfig& channel : channels.channels) {
    config.channels.push_back(channel.name);
  }
  return config;
}

std::vector<RuleConfig> built_in_rules(const Channels& channels) {
  RuleConfig bad_gateway = built_in("bad-gateway", {"gateway", "502"}, channels);
  RuleConfig down =
      built_in("down", {"timeout", "refused", "reset", "dns", "tls", "protocol"}, channels);
  bad_gateway.rule.threshold = 0.05;
  bad_gateway.rule.window = 1h;
  bad_gateway.rule.min_probes = 20;
  bad_gateway.rule.min_bad = 5;
  down.rule.threshold = 0.5;
  down.rule.min_bad = 3;
  return {std::move(bad_gateway), std::move(down)};
}

std::string hint_for_count(const std::string& word) {
  static const std::vector<std::string_view> candidates = [] {
    std::vector<std::string_view> words{"gateway", "failure", "masked", "1xx",
                                        "2xx",     "3xx",     "4xx",    "5xx"};
    for (const Outcome outcome : kAllOutcomes) {
      if (is_failure(outcome)) {
        words.push_back(to_string(outcome));
      }
    }
    return words;
  }();
  std::string spelled = ascii_lower(word);
  std::replace(spelled.begin(), spelled.end(), '-', '_');
  const std::string_view near = closest(spelled, candidates);
  const bool is_status = !word.empty() && word.front() >= '0' && word.front() <= '9';
  if (!near.empty() && (!is_status || near.front() == word.front())) {
    return "did you mean \"" + std::string(near) + "\"?";
  }
  return "a status such as \"502\", a class such as \"5xx\", an outcome such as \"timeout\", "
         "\"gateway\" or \"failure\"";
}

// A log does not tell outcomes of probes, and probes do not see what a gateway hides.
void check_source(Table& table, const Rule& rule, size_t index, const CountMatcher& matcher) {
  const bool of_log = rule.source == RuleSource::Log;
  if (of_log && !matcher.fits_logs()) {
    table.error_at("count", index, "no log tells \"" + rule.count_words[index] + '"',
                   "count statuses, \"gateway\" or \"masked\"");
  } else if (!of_log && matcher.is_masked()) {
    table.error_at("count", index, "probes do not see what is \"masked\"", "source = \"log\"");
  }
}

void read_count(Table& table, Rule& rule) {
  if (!table.has("count")) {
    (void)table.required_string("count");  // tells that it is missing
    return;
  }
  rule.count_words = table.strings("count");
  for (size_t i = 0; i < rule.count_words.size(); ++i) {
    const std::string& word = rule.count_words[i];
    if (const std::optional<CountMatcher> matcher = CountMatcher::parse(word)) {
      check_source(table, rule, i, *matcher);
      rule.count.push_back(*matcher);
    } else {
      table.error_at("count", i, "\"" + word + "\" is nothing that count knows",
                     hint_for_count(word));
    }
  }
  if (table.is_empty_array("count")) {
    table.error("count", "count is empty: the rule would never open", "such as [\"502\"]");
  }
}

void read_levels(Table& table, Rule& rule) {
  const double threshold = table.share("threshold", kUnread, 0);
  if (threshold == 0) {
    table.error("threshold", "threshold must be over 0%");
  }
  const bool threshold_known = threshold > 0 || !table.has("threshold");
  rule.threshold = threshold > 0 ? threshold : Rule().threshold;
  const double clear = table.share("clear", kUnread, 0);
  if (clear == 0) {
    table.error("clear", "clear must be over 0%: a rate is never below 0%");
  } else if (clear > rule.threshold && threshold_known) {
    table.error("clear", "clear must not be over the threshold",
                "leave it out for half the threshold");
  }
  const double half = rule.confirm ? Rule::kNoClear : rule.threshold / 2;
  rule.clear = clear > 0 ? clear : half;
}

void read_targets_of_rule(Table& table, RuleConfig& config, const Targets& all) {
  config.targets = {"*"};
  if (!table.has("targets")) {
    return;
  }
  config.targets = table.strings("targets");
  if (table.is_empty_array("targets")) {
    table.error("targets", "targets is empty: the rule would watch nothing",
                "leave it out for every target");
  }
  std::vector<std::string_view> names;
  for (const TargetConfig& target : all.targets) {
    names.emplace_back(target.target.name);
  }
  check_names(table, config.targets, names);
}

void read_notify(Table& table, RuleConfig& config, const Channels& all) {
  if (!table.has("notify")) {
    for (const ChannelConfig& channel : all.channels) {
      config.channels.push_back(channel.name);
    }
    return;
  }
  const std::vector<std::string> words = table.strings("notify");
  for (size_t i = 0; i < words.size(); ++i) {
    const bool repeated = std::find(config.channels.begin(), config.channels.end(), words[i]) !=
                          config.channels.end();
    if (all.names.contains(words[i]) && !repeated) {
      config.channels.push_back(words[i]);
    } else if (!repeated && all.names.complete()) {
      table.error_at("notify", i, "there is no channel \"" + words[i] + "\"",
                     all.names.hint(words[i]));
    }
  }
}

// The shortest window of whole minutes (seconds below two of them) that is long enough.
std::string window_that_would_do(double seconds) {
  const double unit = seconds > 120 ? 60 : 1;
  const auto count = static_cast<int64_t>(std::ceil(seconds / unit));
  return std::to_string(count) + (unit > 1 ? "m" : "s");
}

// Every target gets enough probes into the window to satisfy min_probes.
void check_window(Table& table, const RuleConfig& config, const Targets& all) {
  const Rule& rule = config.rule;
  const Target* slowest = nullptr;
  for (const TargetConfig& candidate : all.targets) {
    const Target& target = candidate.target;
    if (config.applies_to(target) && (slowest == nullptr || target.interval > slowest->interval)) {
      slowest = &target;
    }
  }
  if (slowest == nullptr) {
    return;
  }
  const double needed = seconds_needed(rule.min_probes, slowest->interval);
  if (to_seconds(rule.window) >= needed) {
    return;
  }
  const auto fitting = static_cast<int64_t>(to_seconds(rule.window) / kWindowReserve /
                                            to_seconds(slowest->interval));
  std::string hint;
  if (needed <= to_seconds(kMostWindow)) {
    hint = "window = \"" + window_that_would_do(needed) + "\"";
  }
  if (fitting >= 1) {
    hint += (hint.empty() ? "" : " or ") + std::string("min_probes = ") + std::to_string(fitting);
  }
  table.error("window",
              "a window of " + format_duration(rule.window) + " is too short for min_probes = " +
                  std::to_string(rule.min_probes) + " of target \"" + slowest->name +
                  "\", probed every " + format_duration(slowest->interval),
              hint.empty() ? "" : hint + " would do");
}

// A duration of a burst: `rule_default` where it is missing or mistaken; whether it is known.
bool read_length(Table& table, const char* key, Duration least, Duration most, Duration& value) {
  const Duration read = table.duration(key, Duration::zero(), least, most);
  value = read > Duration::zero() ? read : value;
  return read > Duration::zero() || !table.has(key);
}

void check_not_below(Table& table, const char* key, Duration value, const char* other,
                     Duration least) {
  if (value < least) {
    table.error(table.has(key) ? key : other,
                std::string(key) + " must not be below " + other + ", " + format_duration(least));
  }
}

void read_confirm(Table& table, Rule& rule) {
  const bool every = read_length(table, "confirm_every", kLeastConfirmEvery, kMostConfirmEvery,
                                 rule.confirm_every);
  const bool length =
      read_length(table, "confirm_for", kLeastConfirmFor, kMostConfirmFor, rule.confirm_for);
  // As long as the default, but where that does not fit the length that is written.
  rule.confirm_recent = std::min(rule.confirm_recent, rule.confirm_for / 3);
  rule.confirm_at_most = std::max(rule.confirm_at_most, rule.confirm_for);
  const bool recent =
      read_length(table, "confirm_recent", kLeastConfirmFor, kMostConfirmFor, rule.confirm_recent);
  const bool at_most = read_length(table, "confirm_at_most", kLeastConfirmFor, kMostConfirmAtMost,
                                   rule.confirm_at_most);
  rule.confirm_bad =
      static_cast<int>(table.integer("confirm_bad", rule.confirm_bad, 2, kMostProbes));
  if (every && length) {
    check_not_below(table, "confirm_for", rule.confirm_for, "confirm_every", rule.confirm_every);
  }
  if (length && at_most) {
    check_not_below(table, "confirm_at_most", rule.confirm_at_most, "confirm_for",
                    rule.confirm_for);
  }
  if (length && recent && rule.confirm_recent >= rule.confirm_for) {
    table.error("confirm_recent",
                "confirm_recent must be below confirm_for, " + format_duration(rule.confirm_for));
  }
}

RuleConfig read_rule(Table& table, const std::string& name, const Targets& targets,
                     const Channels& channels) {
  static constexpr std::array<std::string_view, 3> kSeverities{"critical", "warning", "info"};
  RuleConfig config;
  Rule& rule = config.rule;
  rule.name = name;
  if (table.boolean("confirm", false)) {
    set_confirming(rule);
  }
  static constexpr std::array<std::string_view, 2> kSources{"probes", "log"};
  rule.source =
      table.one_of("source", "probes", kSources) == "log" ? RuleSource::Log : RuleSource::Probes;
  read_count(table, rule);
  read_levels(table, rule);
  const Duration window = table.duration("window", Duration::zero(), kLeastWindow, kMostWindow);
  const int64_t min_probes = table.integer("min_probes", 0, 1, kMostProbes);
  const bool window_known = window > Duration::zero() || !table.has("window");
  const bool min_probes_known = min_probes > 0 || !table.has("min_probes");
  rule.window = window > Duration::zero() ? window : rule.window;
  rule.min_probes = min_probes > 0 ? static_cast<int>(min_probes) : rule.min_probes;
  rule.min_bad = static_cast<int>(table.integer("min_bad", rule.min_bad, 1, kMostProbes));
  rule.clear_for = table.duration("clear_for", rule.clear_for, 0s, kMostClearFor);
  rule.reopen_within = table.duration("reopen_within", rule.reopen_within, 0s, kMostReopenWithin);
  rule.recovering_after =
      table.duration("recovering_after", rule.recovering_after, 0s, kMostClearFor);
  rule.severity = *parse_severity(table.one_of("severity", "critical", kSeverities));
  read_confirm(table, rule);
  read_targets_of_rule(table, config, targets);
  read_notify(table, config, channels);
  if (rule.source == RuleSource::Log && rule.confirm) {
    table.error("confirm", "a rule over a log cannot confirm", "leave out confirm");
  }
  if (window_known && min_probes_known && rule.source == RuleSource::Probes) {
    check_window(table, config, targets);
  }
  table.finish();
  return config;
}

}  // namespace

bool RuleConfig::applies_to(const Target& target) const {
  return select(targets, target);
}

Rule RuleConfig::for_target(const Target& target) const {
  Rule fitted = rule;
  if (built_in) {
    const std::chrono::duration<double> needed(seconds_needed(rule.min_probes, target.interval));
    fitted.window = std::max(fitted.window, std::chrono::ceil<Duration>(needed));
    fitted.clear_for = std::max(fitted.clear_for, kFewestCleanTurns * target.interval);
    fitted.reopen_within = std::max(fitted.reopen_within, 3 * fitted.clear_for);
  }
  return fitted;
}

std::vector<RuleConfig> read_rules(Table& root, const Targets& targets, const Channels& channels) {
  std::vector<RuleConfig> rules;
  Names names;
  for (Table& table : root.tables("rule")) {
    const std::string name = names.read(table);
    rules.push_back(read_rule(table, name, targets, channels));
  }
  return rules.empty() ? built_in_rules(channels) : rules;
}

}  // namespace gatewatch::config

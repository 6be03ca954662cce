// SPDX-License-Identifier: MIT
//
// signature_report FOLDER: prints docs/signatures.md, with what the signatures make of the captures
// in FOLDER, which is laid out like tests/captures. Names the wrong ones on the standard error.
#include <algorithm>
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include "core/answered_by.h"
#include "probe/http/http_parser.h"
#include "probe/http/http_transfer.h"
#include "probe/signature/signature_table.h"
#include "probe/signature/signatures.h"
#include "tests/support/captures.h"

namespace gatewatch {
namespace {

constexpr const char* kIntroduction = R"(# Who answered, and why

<!-- Made by scripts/signatures; do not edit. -->

For each answer with a status of 500 or above gatewatch tells who made it (`answered_by`: a gateway,
the application, or unknown) and what it says of the cause (`causes`: one is exact, several are what is
possible, none means that it cannot tell). What decides, in this order: `Proxy-Status` (RFC 9209),
your own `[[signature]]` tables (docs/configuration.md), and the tables below, of which the first row
that fits counts. Bytes that are no HTTP have the cause `upstream_invalid`: some gateways hand on the
greeting of an upstream that speaks another protocol.

A page is known by its body. Header fields name the gateway in front, which often only passed on the
page of another one. What fits no row is unknown, and counts as a gateway's failure where the status
is 502, 503 or 504; an application's own answer does not.

## Causes

| word | means |
|---|---|
)";

struct Tally {
  int captures = 0;
  int maker = 0;        // named
  int application = 0;  // told apart
  int exact = 0;
  int some = 0;
  int none = 0;
  int wrong = 0;
};

// Fit to stand in a cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    if (character == '|') {
      escaped += '\\';
    }
    escaped += character;
  }
  return escaped;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + cell(text) + "`";
}

std::string words(CauseSet causes) {
  std::string all;
  for (const Cause cause : kAllCauses) {
    if (causes.contains(cause)) {
      all.append(all.empty() ? "" : ", ").append(to_string(cause));
    }
  }
  return all;
}

std::string conditions(const probe::SignatureConditions& when) {
  std::string all;
  const auto add = [&all](const std::string& text) { all.append(all.empty() ? "" : "; ") += text; };
  if (!when.statuses.empty()) {
    add("status " + std::string(when.statuses));
  }
  if (!when.field.empty()) {
    add("`" + std::string(when.field) + "`" +
        (when.value.empty() ? " is there" : " has " + code(when.value)));
  }
  if (!when.head.empty()) {
    add("head " + code(when.head));
  }
  if (!when.reason.empty()) {
    add("reason " + code(when.reason));
  }
  if (!when.body.empty()) {
    add("body " + code(when.body));
  }
  if (when.no_body) {
    add("no body");
  }
  if (when.one_server) {
    add("one `server` alone");
  }
  if (when.foreign_server) {
    add("`server` is no gateway's name");
  }
  return all;
}

AnsweredBy read(const probe::Signatures& signatures, const std::string& bytes) {
  probe::HttpParser parser;
  parser.begin({.to_head_request = false, .kept_body = probe::kBodyStart});
  parser.take(bytes);
  parser.take_end(probe::HttpParser::End::Closed);
  const bool is_http = parser.failure() != Outcome::Protocol || parser.status() != 0;
  if (is_http && parser.status() < 500) {
    return {};
  }
  return signatures.read({.status = parser.status(),
                          .reason = parser.reason(),
                          .head = parser.head(),
                          .body = parser.body(),
                          .is_whole = parser.state() == probe::HttpParser::State::Done,
                          .is_http = is_http});
}

void count(Tally& tally, const testing::Capture& capture, const AnsweredBy& told) {
  const std::optional<Cause> truth = parse_cause(capture.true_cause);
  const bool wrong_maker =
      (told.role == Role::Gateway && !capture.is_chain() && told.product != capture.product()) ||
      // A gateway may have put its own page in the place of the application's.
      (told.role == Role::Gateway && truth == Cause::Application &&
       !told.causes.contains(Cause::Application)) ||
      (told.role == Role::Application && truth != Cause::Application);
  const bool wrong_cause = truth && !told.causes.empty() && !told.causes.contains(*truth);
  ++tally.captures;
  tally.maker += told.role == Role::Gateway ? 1 : 0;
  tally.application += told.role == Role::Application ? 1 : 0;
  tally.wrong += wrong_maker || wrong_cause ? 1 : 0;
  if (wrong_maker || wrong_cause) {
    std::cerr << "wrong: " << capture.gateway << '/' << capture.fault << ": "
              << to_string(told.role) << ' ' << told.product << ' ' << words(told.causes) << '\n';
  }
  if (told.causes.empty()) {
    ++tally.none;
  } else if (told.causes.exact()) {
    ++tally.exact;
  } else {
    ++tally.some;
  }
}

void print_tables() {
  std::cout << kIntroduction;
  for (const Cause cause : kAllCauses) {
    std::cout << "| `" << to_string(cause) << "` | " << explain(cause) << " |\n";
  }
  std::cout << "\n## Who made it\n\n| rule | product | where |\n|---|---|---|\n";
  for (const probe::MakerRow& row : probe::maker_rows()) {
    std::cout << "| `" << row.name << "` | "
              << (row.role == Role::Application ? "the application" : code(row.product)) << " | "
              << conditions(row.when) << " |\n";
  }
  std::cout << "\n## What it says of the cause\n\n| product | where | causes |\n|---|---|---|\n";
  for (const probe::SayingRow& row : probe::saying_rows()) {
    std::cout << "| `" << row.product << "` | " << conditions(row.when) << " | "
              << words(row.causes) << " |\n";
  }
}

void print_results(const std::string& folder) {
  const probe::Signatures signatures;
  std::map<std::string, Tally> by_gateway;
  Tally all;
  for (const testing::Capture& capture : testing::read_captures(folder)) {
    const AnsweredBy told = read(signatures, capture.bytes);
    count(by_gateway[capture.gateway], capture, told);
    count(all, capture, told);
  }
  std::cout << "\n## On real gateways\n\n"
               "What they make of tests/captures: answers of gateways whose upstream had a fault, "
               "with healthy\nones and answers below 500 between them, of which they say nothing. "
               "`chain` is two gateways in a row.\n\n"
               "| gateway | captures | gateway named | application told | exact cause | "
               "several causes | none | wrong |\n|---|---|---|---|---|---|---|---|\n";
  const auto print = [](const std::string& name, const Tally& tally) {
    std::cout << "| " << name << " | " << tally.captures << " | " << tally.maker << " | "
              << tally.application << " | " << tally.exact << " | " << tally.some << " | "
              << tally.none << " | " << tally.wrong << " |\n";
  };
  for (const auto& [gateway, tally] : by_gateway) {
    print(gateway, tally);
  }
  print("all", all);
}

}  // namespace
}  // namespace gatewatch

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: signature_report FOLDER\n";
    return 64;
  }
  try {
    gatewatch::print_tables();
    gatewatch::print_results(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "signature_report: " << error.what() << '\n';
    return 1;
  }
  return 0;
}

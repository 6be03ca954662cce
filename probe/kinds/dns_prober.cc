// SPDX-License-Identifier: MIT
#include "probe/kinds/dns_prober.h"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"
#include "probe/kinds/diagnosis_subject.h"

namespace gatewatch::probe {
namespace {

constexpr std::array<std::string_view, 6> kRcodes{"NOERROR",  "NXDOMAIN", "REFUSED",
                                                  "SERVFAIL", "FORMERR",  "NOTIMP"};
constexpr std::string_view kNoError = kRcodes[0];
constexpr size_t kMaxShown = 160;  // of the records that came
constexpr const char* kHowToWrite = "write dns://SERVER/NAME or dns://SERVER:PORT/NAME";

std::string joined(const std::vector<std::string>& records) {
  std::string text;
  for (const std::string& record : records) {
    text.append(text.empty() ? "" : ", ").append(record);
  }
  return printable(text, kMaxShown);
}

bool contains(const std::vector<std::string>& records, const std::string& wanted) {
  return std::find(records.begin(), records.end(), wanted) != records.end();
}

}  // namespace

DnsProber::DnsProber(const ProbeServices& services, std::shared_ptr<const DnsSettings> settings)
    : loop_(services.loop),
      settings_(std::move(settings)),
      run_(services, settings_->server.host, settings_->name,
           {.proceed = [this](const Address& address) { ask(address); },
            .expire =
                [this](const std::string& late) {
                  run_.finish(Outcome::Timeout, late + "waiting for the answer");
                },
            .stop = [this] { query_.reset(); }},
           settings_->found_by) {}

void DnsProber::ask(const Address& server) {
  asked_at_ = loop_.precise_now();
  query_ = std::make_unique<DnsQuery>(
      loop_, server, settings_->found_by.port_or(settings_->server.port), settings_->name,
      settings_->type, [this](const DnsReply& answer) { judge(answer); });
}

void DnsProber::judge(const DnsReply& answer) {
  if (answer.outcome != Outcome::Ok) {
    run_.finish(answer.outcome, answer.error);
    return;
  }
  run_.phases().first_byte = loop_.precise_now() - asked_at_;
  const std::string rcode = rcode_word(answer.rcode);
  if (rcode != settings_->expected_rcode) {
    run_.finish(rcode == kNoError ? Outcome::Body : Outcome::Dns,
                settings_->name + ": the server answers " + rcode);
    return;
  }
  if (rcode != kNoError) {
    run_.finish(Outcome::Ok, {});
    return;
  }
  if (answer.records.empty()) {
    run_.finish(Outcome::Dns,
                settings_->name + ": no record of type " + std::string(to_string(settings_->type)));
    return;
  }
  for (const std::string& wanted : settings_->expected_records) {
    if (!contains(answer.records, wanted)) {
      run_.finish(Outcome::Body, settings_->name + ": \"" + printable(wanted, kMaxShown) +
                                     "\" is not among the records: " + joined(answer.records));
      return;
    }
  }
  run_.finish(Outcome::Ok, {});
}

DiagnosisSubject DnsProber::subject() const {
  return {.host = settings_->server.host,
          .port = settings_->found_by.port_or(settings_->server.port),
          .found_by = settings_->found_by,
          .asked_name = settings_->name,
          .asked_type = settings_->type};
}

DnsSettings read_dns_keys(config::Table& settings) {
  DnsSettings dns;
  const std::string type = settings.one_of("record", "A", record_type_words());
  dns.type = parse_record_type(type).value_or(RecordType::A);
  dns.expected_rcode = settings.one_of("expect_rcode", kNoError, kRcodes);
  const std::vector<std::string> records = settings.strings("expect_record");
  for (size_t i = 0; i < records.size(); ++i) {
    std::optional<std::string> normal = normal_record(dns.type, records[i]);
    if (normal) {
      dns.expected_records.push_back(*std::move(normal));
    } else {
      settings.error_at("expect_record", i,
                        "\"" + printable(records[i]) + "\" cannot be a record of type " + type);
    }
  }
  if (records.size() > kMaxExpectedRecords) {
    settings.error("expect_record", "expect_record has more than " +
                                        std::to_string(kMaxExpectedRecords) + " records");
  } else if (!records.empty() && dns.expected_rcode != kNoError) {
    settings.error("expect_record", "an answer with " + dns.expected_rcode + " has no records",
                   "leave out expect_record or expect_rcode");
  } else if (settings.is_empty_array("expect_record")) {
    settings.error("expect_record", "expect_record is empty",
                   "leave it out where any record will do");
  }
  dns.found_by = read_address_keys(settings);
  return dns;
}

MakeProber read_dns(const Target& /*target*/, config::Table& settings) {
  DnsSettings dns = read_dns_keys(settings);
  std::expected<EndpointUrl, std::string> server =
      parse_endpoint_url(settings.string_or("url", ""));
  if (!server) {
    settings.error("url", "url " + server.error(), kHowToWrite);
    return {};
  }
  std::string_view name = server->rest;
  if (name.find('?') != std::string_view::npos) {
    settings.error("url", "url has a \"?\"", "the type of record has a key: record = \"MX\"");
    return {};
  }
  name.remove_prefix(std::min<size_t>(name.size(), 1));
  if (name.empty()) {
    settings.error("url", "url has no name to ask for", kHowToWrite);
    return {};
  }
  if (!is_host_name(name)) {
    settings.error("url", "url asks for what is not a name", kHowToWrite);
    return {};
  }
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  dns.name = ascii_lower(name);
  dns.server = *std::move(server);
  if (dns.server.port == 0) {
    dns.server.port = kDnsPort;
  }
  return [shared = std::make_shared<const DnsSettings>(std::move(dns))](
             const ProbeServices& services) -> std::unique_ptr<Prober> {
    return std::make_unique<DnsProber>(services, shared);
  };
}

}  // namespace gatewatch::probe

// SPDX-License-Identifier: MIT
#include "probe/signature/signatures.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/expect/pattern.h"
#include "probe/http/http_line.h"
#include "probe/http/status_set.h"
#include "probe/signature/proxy_status.h"
#include "probe/signature/signature_table.h"

namespace gatewatch::probe {
namespace {

constexpr std::string_view kProxyStatus = "proxy-status";

auto named(std::string_view name) {
  return [name](const HttpField& field) { return equal_ignoring_case(field.name, name); };
}

// The fields of a head, by name.
class Fields {
 public:
  explicit Fields(std::string_view head) {
    size_t at = std::min(head.find('\n'), head.size());
    while (at < head.size()) {
      const size_t begin = at + 1;
      at = std::min(head.find('\n', begin), head.size());
      std::string_view line = head.substr(begin, at - begin);
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      if (const auto field = parse_field_line(line)) {
        fields_.push_back(*field);
      }
    }
  }

  // The last of that name.
  [[nodiscard]] std::optional<std::string_view> last(std::string_view name) const {
    const auto found = std::find_if(fields_.rbegin(), fields_.rend(), named(name));
    return found == fields_.rend() ? std::nullopt : std::optional(found->value);
  }
  [[nodiscard]] size_t count(std::string_view name) const {
    return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), named(name)));
  }
  // All of that name as one list.
  [[nodiscard]] std::string joined(std::string_view name) const {
    std::string all;
    for (const HttpField& field : fields_) {
      if (equal_ignoring_case(field.name, name)) {
        all.append(all.empty() ? "" : ", ").append(field.value);
      }
    }
    return all;
  }

 private:
  std::vector<HttpField> fields_;
};

std::optional<Pattern> compiled(std::string_view pattern) {
  if (pattern.empty()) {
    return std::nullopt;
  }
  auto made = Pattern::compile(std::string(pattern));
  GW_ASSERT(made.has_value());
  return std::move(*made);
}

bool names_a_gateway(std::string_view server) {
  static const std::optional<Pattern> kGateways = compiled(gateway_names());
  return kGateways->is_in(server);
}

// SignatureConditions, ready to be asked.
struct Conditions {
  explicit Conditions(const SignatureConditions& row)
      : statuses(row.statuses.empty() ? std::nullopt : StatusSet::parse(row.statuses)),
        field(row.field),
        value(compiled(row.value)),
        head(compiled(row.head)),
        reason(compiled(row.reason)),
        body(compiled(row.body)),
        no_body(row.no_body),
        whole_body(row.whole_body),
        one_server(row.one_server),
        foreign_server(row.foreign_server) {
    GW_ASSERT(row.statuses.empty() || statuses);
  }

  [[nodiscard]] bool hold(const AnswerText& answer, const Fields& fields) const {
    return (!statuses || statuses->contains(answer.status)) &&
           (!(no_body || whole_body) || answer.is_whole) && (!no_body || answer.body.empty()) &&
           (!one_server || fields.count("server") == 1) && hold_in_head(answer, fields) &&
           (!body || body->is_in(answer.body));
  }

  std::optional<StatusSet> statuses;
  std::string field;
  std::optional<Pattern> value;
  std::optional<Pattern> head;
  std::optional<Pattern> reason;
  std::optional<Pattern> body;
  bool no_body;
  bool whole_body;
  bool one_server;
  bool foreign_server;

 private:
  [[nodiscard]] bool hold_in_head(const AnswerText& answer, const Fields& fields) const {
    if ((reason && !reason->is_in(answer.reason)) || (head && !head->is_in(answer.head))) {
      return false;
    }
    if (foreign_server && !is_foreign(fields.last("server"))) {
      return false;
    }
    if (field.empty()) {
      return true;
    }
    const std::optional<std::string_view> found = fields.last(field);
    return found && (!value || value->is_in(*found));
  }

  static bool is_foreign(std::optional<std::string_view> server) {
    return server && !server->empty() && !names_a_gateway(*server);
  }
};

struct Maker {
  std::string name;
  std::string product;
  Role role = Role::Unknown;
  Conditions when;
  CauseSet causes;  // empty: the sayings of the product tell
};

const std::vector<Maker>& makers() {
  static const std::vector<Maker> kAll = [] {
    std::vector<Maker> all;
    for (const MakerRow& row : maker_rows()) {
      const CauseSet causes =
          row.role == Role::Application ? CauseSet{Cause::Application} : CauseSet();
      all.push_back({std::string(row.name), std::string(row.product), row.role,
                     Conditions(row.when), causes});
    }
    return all;
  }();
  return kAll;
}

struct Saying {
  std::string_view product;
  Conditions when;
  CauseSet causes;
};

CauseSet said_by(std::string_view product, const AnswerText& answer, const Fields& fields) {
  static const std::vector<Saying> kAll = [] {
    std::vector<Saying> all;
    for (const SayingRow& row : saying_rows()) {
      all.push_back({row.product, Conditions(row.when), row.causes});
    }
    return all;
  }();
  for (const Saying& saying : kAll) {
    if (saying.product == product && saying.when.hold(answer, fields)) {
      return saying.causes;
    }
  }
  return {};
}

std::optional<AnsweredBy> first_of(const std::vector<Maker>& rows, const AnswerText& answer,
                                   const Fields& fields) {
  for (const Maker& row : rows) {
    if (row.when.hold(answer, fields)) {
      return AnsweredBy{row.role, row.product, row.name,
                        row.causes.empty() ? said_by(row.product, answer, fields) : row.causes};
    }
  }
  return std::nullopt;
}

// A proxy may call itself by its host's name, or by any.
std::string known_product(std::string_view proxy) {
  const std::string name = ascii_lower(proxy);
  const auto rows = maker_rows();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const MakerRow& row) { return row.product == name; })
             ? name
             : "";
}

// A gateway may hand on the greeting of an upstream that speaks another protocol (nginx does). A
// TLS record says that of the port itself.
AnsweredBy read_banner(std::string_view bytes) {
  const bool is_words = !bytes.empty() && bytes.front() >= ' ' && bytes.front() <= '~';
  return is_words ? AnsweredBy{Role::Unknown, "", "not-http", {Cause::Invalid}} : AnsweredBy();
}

}  // namespace

struct Signatures::Own {
  std::vector<Maker> rows;
};

Signatures::Signatures() : own_(std::make_unique<Own>()) {}

void Signatures::set_own(const std::vector<OwnSignature>& rows) {
  own_->rows.clear();
  for (const OwnSignature& row : rows) {
    own_->rows.push_back({row.name, row.product, row.role,
                          Conditions({.statuses = row.statuses,
                                      .field = row.field,
                                      .value = row.value,
                                      .reason = row.reason,
                                      .body = row.body}),
                          row.causes});
  }
}

Signatures::~Signatures() = default;

AnsweredBy Signatures::read(const AnswerText& answer) const {
  if (!answer.is_http) {
    return read_banner(answer.head);
  }
  const Fields fields(answer.head);
  if (const auto told = read_proxy_status(fields.joined(kProxyStatus))) {
    return {Role::Gateway, known_product(told->proxy), std::string(kProxyStatus), told->causes};
  }
  if (auto found = first_of(own_->rows, answer, fields)) {
    return std::move(*found);
  }
  return first_of(makers(), answer, fields).value_or(AnsweredBy());
}

CauseSet met_in_server_error(const AnswerText& answer, const AnsweredBy& by) {
  constexpr int kFirstOfVendors = 520;
  if (by.role != Role::Unknown) {
    return by.role == Role::Application ? CauseSet{Cause::Application} : CauseSet();
  }
  const bool is_gateways_status =
      (answer.status >= 502 && answer.status <= 504) || answer.status >= kFirstOfVendors;
  if (!is_gateways_status) {
    return {Cause::Application};
  }
  const Fields fields(answer.head);
  const bool has_gateway = fields.count("via") > 0 ||
                           names_a_gateway(fields.last("server").value_or(std::string_view()));
  return answer.is_whole && !has_gateway ? CauseSet{Cause::Application} : CauseSet();
}

}  // namespace gatewatch::probe

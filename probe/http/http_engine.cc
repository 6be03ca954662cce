// SPDX-License-Identifier: MIT
//
// How it works: a transfer is a Connection, the text it sends, and a parser of what comes. Each
// time its connection can go on, advance() connects, sends and receives until there is nothing to
// do now. An answer may come before the request was sent whole; it decides all the same.
//
// Transfers are used again, and all share one buffer to read into: one that hangs holds a socket,
// its request and little else.
#include "probe/http/http_engine.h"

#include <csignal>
#include <utility>

#include "core/assert.h"
#include "core/text.h"
#include "probe/http/gunzip.h"
#include "probe/http/http_parser.h"
#include "probe/http/http_request.h"
#include "probe/net/connection.h"

namespace gatewatch::probe {
namespace {

constexpr unsigned kIndexBits = 32;

// How a gateway would call it if it waited no longer.
CauseSet late_in(Connection::State state, const HttpParser& parser) {
  if (state == Connection::State::Connecting || state == Connection::State::Handshaking) {
    return {Cause::TimeoutConnect};
  }
  return parser.head_complete() ? CauseSet() : CauseSet{Cause::TimeoutRead};
}

const char* stage_of(Connection::State state, const HttpParser& parser) {
  if (state == Connection::State::Connecting || state == Connection::State::Closed) {
    return "connecting";
  }
  if (state == Connection::State::Handshaking) {
    return "in the TLS handshake";
  }
  if (!parser.begun()) {
    return "waiting for the answer";
  }
  return parser.head_complete() ? "reading the body" : "reading the header";
}

void decode(TransferResult& result, const HttpParser& parser) {
  auto plain = decode_content(parser.joined_fields("content-encoding"),
                              {.bytes = result.body, .is_cut = result.body_cut});
  if (plain) {
    result.body = std::move(plain->bytes);
    result.body_cut = plain->is_cut;
  } else {
    result.failure = Outcome::Body;
    result.error = plain.error();
  }
}

}  // namespace

struct HttpEngine::Transfer {
  Transfer(HttpEngine& engine, uint32_t place)
      : index(place), connection(engine.loop_, [&engine, this] { engine.advance(*this); }) {}

  const uint32_t index;
  uint32_t generation = 0;  // odd while it runs
  Connection connection;
  HttpParser parser;
  std::string unsent;
  size_t sent = 0;
  bool ends_at_redirect = false;
  bool wants_fields = false;
  bool wants_body = false;
  std::shared_ptr<const CertificateInfo> known_certificate;
  bool has_failed = false;   // by the connection, which says how
  bool cut_sending = false;  // by the peer, which may have answered before
  SteadyTime sent_at;
  std::optional<Duration> first_byte;
  TransferDone done;

  // Nobody waits for the body of an answer that sends them elsewhere.
  [[nodiscard]] bool is_at_redirect() const {
    return ends_at_redirect && parser.head_complete() && is_redirect(parser.status()) &&
           !parser.field("location").value_or("").empty();
  }
  [[nodiscard]] TransferId id() const {
    return static_cast<TransferId>((uint64_t{generation} << kIndexBits) | index);
  }
};

HttpEngine::HttpEngine(EpollLoop& loop, const Clock& clock, size_t max_transfers)
    : loop_(loop), max_transfers_(max_transfers), contexts_(clock) {
  GW_ASSERT(max_transfers <= kMaxTransfers);
  static const auto before = std::signal(SIGPIPE, SIG_IGN);
  GW_ASSERT(before != SIG_ERR);
}

HttpEngine::~HttpEngine() = default;

std::expected<TransferId, std::string> HttpEngine::start(const TransferRequest& request,
                                                         TransferDone done) {
  const Url& url = *request.url;
  std::optional<TlsUse> tls;
  if (url.scheme == "https") {
    GW_ASSERT(request.tls != nullptr);
    const std::expected<ssl_ctx_st*, std::string> context = contexts_.find(*request.tls);
    if (!context) {
      return std::unexpected(context.error());
    }
    tls = TlsUse{.context = *context, .host = url.host, .session = request.session};
  }
  Transfer* transfer = take_idle();
  if (transfer == nullptr) {
    return std::unexpected("too many probes are under way");
  }
  transfer->parser.begin({.to_head_request = request.method == "HEAD",
                          .kept_body = request.wants_body ? kMaxBodyBytes : kBodyStart});
  transfer->unsent = write_request(request);
  transfer->sent = 0;
  transfer->ends_at_redirect = request.ends_at_redirect;
  transfer->wants_fields = request.wants_fields;
  transfer->wants_body = request.wants_body;
  transfer->known_certificate = request.known_certificate;
  transfer->has_failed = false;
  transfer->cut_sending = false;
  transfer->first_byte.reset();
  transfer->done = std::move(done);
  const Peer peer{.address = request.address.empty() ? url.host : request.address,
                  .port = request.port != 0 && !request.address.empty() ? request.port : url.port,
                  .unix_path = request.unix_socket};
  transfer->connection.begin(peer, tls);
  return transfer->id();
}

HttpEngine::Transfer* HttpEngine::take_idle() {
  if (idle_.empty()) {
    if (transfers_.size() >= max_transfers_) {
      return nullptr;
    }
    const auto index = static_cast<uint32_t>(transfers_.size());
    transfers_.push_back(std::make_unique<Transfer>(*this, index));
    idle_.push_back(index);
  }
  Transfer* transfer = transfers_[idle_.back()].get();
  idle_.pop_back();
  ++transfer->generation;
  ++running_;
  return transfer;
}

HttpEngine::Transfer* HttpEngine::find(TransferId id) {
  const auto index = static_cast<uint32_t>(static_cast<uint64_t>(id));
  if (id == TransferId::None || index >= transfers_.size() || transfers_[index]->id() != id) {
    return nullptr;
  }
  return transfers_[index].get();
}

void HttpEngine::advance(Transfer& transfer) {
  Connection& connection = transfer.connection;
  if (connection.state() != Connection::State::Open) {
    const Connection::State state = connection.advance();
    if (state == Connection::State::Failed) {
      transfer.has_failed = true;
      finish(transfer);
      return;
    }
    if (state != Connection::State::Open) {
      return;
    }
    transfer.sent_at = loop_.precise_now();
  }
  // Nothing is read before the request is on its way: nobody answers what was not asked.
  if (!send(transfer)) {
    return;
  }
  for (int reads = 0; reads < kMaxReadsPerTurn; ++reads) {
    if (!receive(transfer)) {
      return;
    }
  }
  connection.come_back();
}

bool HttpEngine::send(Transfer& transfer) {
  while (transfer.sent < transfer.unsent.size()) {
    const auto [io, bytes] =
        transfer.connection.write(std::string_view(transfer.unsent).substr(transfer.sent));
    if (io == Connection::Io::Later) {
      return transfer.sent > 0;
    }
    if (io == Connection::Io::Broken && transfer.connection.failure() == Outcome::Inconclusive) {
      transfer.has_failed = true;
      finish(transfer);
      return false;
    }
    if (io != Connection::Io::Some) {
      // The answer may be there all the same; what cut the sending short also cut it.
      transfer.cut_sending = true;
      transfer.sent = transfer.unsent.size();
      return true;
    }
    transfer.sent += bytes;
    transfer.sent_at = loop_.precise_now();
  }
  return true;
}

bool HttpEngine::receive(Transfer& transfer) {
  const auto [io, bytes] = transfer.connection.read(buffer_);
  switch (io) {
    case Connection::Io::Later:
      return false;
    case Connection::Io::Some:
      if (!transfer.first_byte) {
        transfer.first_byte = loop_.precise_now() - transfer.sent_at;
      }
      transfer.parser.take({buffer_.data(), bytes});
      break;
    case Connection::Io::End:
      transfer.parser.take_end(transfer.cut_sending ? HttpParser::End::Reset
                                                    : HttpParser::End::Closed);
      break;
    case Connection::Io::Broken:
      transfer.has_failed = !transfer.parser.head_complete();
      transfer.parser.take_end(HttpParser::End::Reset);
      break;
  }
  if (transfer.parser.ended() || transfer.is_at_redirect()) {
    finish(transfer);
    return false;
  }
  return true;
}

TransferResult HttpEngine::conclude(Transfer& transfer) {
  const Connection& connection = transfer.connection;
  HttpParser& parser = transfer.parser;
  TransferResult result;
  result.head_complete = parser.head_complete();
  if (transfer.has_failed) {
    result.failure = connection.failure();
    result.error = connection.error();
    result.met = connection.met();
  } else {
    result.failure = parser.failure();
    result.error = parser.error();
    result.met = parser.ended() ? parser.met() : late_in(connection.state(), parser);
  }
  result.stage = stage_of(connection.state(), parser);
  result.phases.connect = connection.connect_time();
  result.phases.tls = connection.tls_time();
  result.phases.first_byte = transfer.first_byte;
  result.tls_resumed = connection.is_resumed();
  if (parser.status() >= kFirstFinalStatus) {
    result.status = parser.status();
    result.reason = parser.reason();
  }
  if (result.head_complete) {
    result.location = parser.field("location").value_or("");
    result.certificate = connection.certificate(transfer.known_certificate);
  }
  result.head = parser.head();
  result.body = parser.take_body();
  result.body_cut = parser.body_cut();
  for (size_t i = 0; transfer.wants_fields && i < parser.field_count(); ++i) {
    const HttpField field = parser.field_at(i);
    result.fields.emplace_back(field.name, field.value);
  }
  if (transfer.wants_body && result.failure == Outcome::Ok) {
    decode(result, parser);
  }
  return result;
}

void HttpEngine::finish(Transfer& transfer) {
  TransferResult result = conclude(transfer);
  TransferDone done = std::exchange(transfer.done, nullptr);
  release(transfer);
  done(std::move(result));
}

std::optional<TransferResult> HttpEngine::cancel(TransferId id) {
  Transfer* transfer = find(id);
  if (transfer == nullptr) {
    return std::nullopt;
  }
  TransferResult result = conclude(*transfer);
  release(*transfer);
  return result;
}

void HttpEngine::release(Transfer& transfer) {
  transfer.connection.close();
  transfer.done = nullptr;
  ++transfer.generation;
  --running_;
  idle_.push_back(transfer.index);
}

}  // namespace gatewatch::probe

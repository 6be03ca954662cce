// SPDX-License-Identifier: MIT
//
// What an answer says of the cause, by its maker.
#include <array>

#include "probe/signature/signature_table.h"

namespace gatewatch::probe {
namespace {

constexpr CauseSet kAnswerBad{Cause::Closed, Cause::Reset, Cause::Invalid, Cause::HeaderTooBig};
constexpr CauseSet kNotConnected{Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable,
                                 Cause::MarkedDown};
constexpr CauseSet kTls{Cause::TlsCertificate, Cause::TlsProtocol};

constexpr CauseSet kSocket{Cause::SocketMissing, Cause::SocketDenied};
// All that may come between a gateway and a connection to its upstream, but TLS and time.
constexpr CauseSet kNoConnection{Cause::Refused,         Cause::Unreachable,  Cause::Dns,
                                 Cause::SocketMissing,   Cause::SocketDenied, Cause::MarkedDown,
                                 Cause::GatewayExhausted};
constexpr CauseSet kAnything =
    kNoConnection + kTls + kAnswerBad + CauseSet{Cause::TimeoutConnect, Cause::TimeoutRead};

constexpr std::array kSayings{
    // Squid: the error's name and the system's errno.
    SayingRow{
        "squid", {.field = "x-squid-error", .value = "^ERR_CONNECT_FAIL 111"}, {Cause::Refused}},
    SayingRow{"squid",
              {.field = "x-squid-error", .value = "^ERR_CONNECT_FAIL 110"},
              {Cause::TimeoutConnect}},
    SayingRow{"squid",
              {.field = "x-squid-error", .value = "^ERR_CONNECT_FAIL (113|101)"},
              {Cause::Unreachable}},
    SayingRow{"squid",
              {.field = "x-squid-error", .value = "^ERR_CONNECT_FAIL"},
              {Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable}},
    SayingRow{
        "squid", {.field = "x-squid-error", .value = "^ERR_ZERO_SIZE_OBJECT"}, {Cause::Closed}},
    SayingRow{"squid", {.field = "x-squid-error", .value = "^ERR_READ_ERROR 104"}, {Cause::Reset}},
    SayingRow{"squid",
              {.field = "x-squid-error", .value = "^ERR_READ_ERROR 0"},
              kNotConnected + kTls + CauseSet{Cause::Dns, Cause::GatewayExhausted}},
    SayingRow{
        "squid", {.field = "x-squid-error", .value = "^ERR_READ_TIMEOUT"}, {Cause::TimeoutRead}},
    SayingRow{"squid", {.field = "x-squid-error", .value = "^ERR_TOO_BIG"}, {Cause::HeaderTooBig}},
    SayingRow{"squid", {.field = "x-squid-error", .value = "^ERR_INVALID_RESP"}, {Cause::Invalid}},
    SayingRow{"squid", {.field = "x-squid-error", .value = "^ERR_SECURE_CONNECT_FAIL"}, kTls},
    SayingRow{"squid", {.field = "x-squid-error", .value = "^ERR_DNS_FAIL"}, {Cause::Dns}},
    // Traffic Server: the reason phrase.
    SayingRow{
        "trafficserver", {.statuses = "502", .reason = "^Connection refused$"}, {Cause::Refused}},
    SayingRow{"trafficserver",
              {.statuses = "502", .reason = "^connect failed$"},
              {Cause::TimeoutConnect}},
    SayingRow{"trafficserver",
              {.statuses = "502", .reason = "^Server Hangup$"},
              {Cause::Closed, Cause::Reset}},
    SayingRow{"trafficserver",
              {.statuses = "502", .reason = "^Invalid HTTP Response$"},
              {Cause::Invalid, Cause::HeaderTooBig}},
    SayingRow{"trafficserver",
              {.statuses = "502", .reason = "^Malformed Server Response Status$"},
              {Cause::Closed, Cause::Reset, Cause::Invalid}},
    SayingRow{"trafficserver",
              {.statuses = "502", .reason = "^internal error - server connection terminated$"},
              {Cause::Unreachable}},
    SayingRow{
        "trafficserver", {.statuses = "502", .reason = "^$", .body = "Could Not Connect"}, kTls},
    SayingRow{"trafficserver", {.statuses = "504"}, {Cause::TimeoutRead}},
    SayingRow{"trafficserver", {.statuses = "500", .body = "Unknown Host"}, {Cause::Dns}},
    // Apache: its page's "Reason".
    SayingRow{"apache",
              {.statuses = "502", .body = "Error reading from remote server"},
              {Cause::Closed, Cause::Reset, Cause::TimeoutRead, Cause::Invalid}},
    SayingRow{"apache",
              {.statuses = "502", .body = "Corrupt status line returned|Unexpected Upgrade: "},
              {Cause::Invalid}},
    // The next pages are also what ProxyErrorOverride puts in the place of an application's own.
    SayingRow{"apache",
              {.statuses = "502", .reason = "^Bad Gateway$"},
              kAnswerBad + CauseSet{Cause::TimeoutRead, Cause::BodyTruncated, Cause::Application}},
    SayingRow{"apache", {.statuses = "500", .body = "Error during SSL Handshake"}, kTls},
    SayingRow{"apache", {.statuses = "500", .body = "DNS lookup failure for"}, {Cause::Dns}},
    SayingRow{"apache",
              {.statuses = "503"},
              kNotConnected + kSocket +
                  CauseSet{Cause::GatewayExhausted, Cause::Invalid, Cause::Application}},
    SayingRow{"apache", {.statuses = "504"}, {Cause::TimeoutRead, Cause::Application}},
    SayingRow{"haproxy", {.statuses = "502"}, kAnswerBad},
    SayingRow{
        "haproxy", {.statuses = "503"}, kNoConnection + kTls + CauseSet{Cause::TimeoutConnect}},
    SayingRow{"haproxy", {.statuses = "504"}, {Cause::TimeoutRead}},
    // The page of the package, which proxy_intercept_errors puts in the place of any other.
    SayingRow{"nginx", {.body = "Faithfully yours, "}, kAnything + CauseSet{Cause::Application}},
    SayingRow{"nginx", {.statuses = "502"}, kAnswerBad + kTls + kNoConnection},
    SayingRow{"nginx", {.statuses = "504"}, {Cause::TimeoutRead, Cause::TimeoutConnect}},
    SayingRow{"varnish",
              {.statuses = "503", .reason = "fetch failed"},
              kAnything + CauseSet{Cause::BodyTruncated}},
    SayingRow{"lighttpd", {.statuses = "500"}, {Cause::Closed, Cause::Reset, Cause::Invalid}},
    SayingRow{"lighttpd", {.statuses = "502"}, {Cause::Invalid, Cause::HeaderTooBig}},
    SayingRow{"lighttpd",
              {.statuses = "503"},
              kNotConnected + kSocket + CauseSet{Cause::GatewayExhausted}},
    SayingRow{"lighttpd", {.statuses = "504"}, {Cause::TimeoutRead}},
    SayingRow{"caddy",
              {.statuses = "502"},
              kAnswerBad + kTls + kNoConnection + CauseSet{Cause::TimeoutConnect}},
    SayingRow{"caddy", {.statuses = "503"}, {Cause::MarkedDown}},
    SayingRow{"caddy", {.statuses = "504"}, {Cause::TimeoutRead}},
    // h2o: its whole body is the message.
    SayingRow{"h2o",
              {.body = R"(\AI/O error \(head\)\z)"},
              {Cause::Closed, Cause::Reset, Cause::Invalid}},
    SayingRow{"h2o", {.body = R"(\AI/O timeout\z)"}, {Cause::TimeoutRead}},
    SayingRow{"h2o", {.body = R"(\Aconnection timeout\z)"}, {Cause::TimeoutConnect}},
    SayingRow{"h2o",
              {.body = R"(\Aconnection failure\z)"},
              {Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable}},
    SayingRow{"h2o",
              {.body = R"(\Asocket create error\z)"},
              kSocket + CauseSet{Cause::Refused, Cause::Unreachable, Cause::GatewayExhausted}},
    SayingRow{"h2o", {.body = R"(\Assl handshake failure\z)"}, kTls},
    SayingRow{
        "h2o", {.body = R"(certificate|issuer)", .whole_body = true}, {Cause::TlsCertificate}},
    SayingRow{"h2o",
              {.body = R"(name resolution|[Nn]ame or service not known|associated with hostname)",
               .whole_body = true},
              {Cause::Dns}},
    SayingRow{"h2o",
              {.body = R"(\Afailed to parse the response\z)"},
              {Cause::Invalid, Cause::HeaderTooBig}},
    SayingRow{"h2o",
              {.body = R"(\Ainvalid response from upstream)", .whole_body = true},
              {Cause::Invalid}},
    SayingRow{"nghttpx", {.statuses = "502"}, kAnswerBad + kTls + kNoConnection},
    SayingRow{"nghttpx", {.statuses = "504"}, {Cause::TimeoutRead, Cause::TimeoutConnect}},
    SayingRow{"tinyproxy",
              {.statuses = "500", .reason = "^Unable to connect$"},
              {Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable, Cause::Dns,
               Cause::GatewayExhausted}},
    SayingRow{"tinyproxy",
              {.statuses = "503", .reason = "^Could not retrieve all the headers$"},
              kAnswerBad + CauseSet{Cause::TimeoutRead}},
    SayingRow{"node-hpm",
              {.statuses = "504"},
              {Cause::Refused, Cause::Closed, Cause::Reset, Cause::Dns, Cause::TimeoutRead}},
    SayingRow{"node-hpm", {.statuses = "502"}, {Cause::Invalid}},
    SayingRow{"node-hpm",
              {.statuses = "500"},
              kTls + CauseSet{Cause::Unreachable, Cause::HeaderTooBig, Cause::Invalid}},
    // Cloudflare: the number.
    SayingRow{"cloudflare",
              {.statuses = "520"},
              {Cause::Closed, Cause::Reset, Cause::Invalid, Cause::HeaderTooBig}},
    SayingRow{"cloudflare", {.statuses = "521"}, {Cause::Refused}},
    SayingRow{"cloudflare", {.statuses = "522"}, {Cause::TimeoutConnect}},
    SayingRow{"cloudflare", {.statuses = "523"}, {Cause::Unreachable}},
    SayingRow{"cloudflare", {.statuses = "524"}, {Cause::TimeoutRead}},
    SayingRow{"cloudflare", {.statuses = "525"}, {Cause::TlsProtocol}},
    SayingRow{"cloudflare", {.statuses = "526"}, {Cause::TlsCertificate}},
    SayingRow{"cloudflare", {.statuses = "530", .body = R"(\b1016\b)"}, {Cause::Dns}},
    SayingRow{"cloudflare", {.statuses = "530", .body = R"(\b1033\b)"}, {Cause::MarkedDown}},
    // Amazon's, by their documentation.
    SayingRow{"aws-elb",
              {.statuses = "502"},
              kAnswerBad + kTls + CauseSet{Cause::Refused, Cause::Unreachable}},
    SayingRow{"aws-elb", {.statuses = "503"}, {Cause::MarkedDown}},
    SayingRow{"aws-elb", {.statuses = "504"}, {Cause::TimeoutConnect, Cause::TimeoutRead}},
    SayingRow{"cloudfront",
              {.statuses = "502"},
              kTls + CauseSet{Cause::Refused, Cause::Invalid, Cause::Dns}},
    // Envoy: the reset reason.
    SayingRow{"envoy", {.body = R"(\Ano healthy upstream)"}, {Cause::MarkedDown}},
    SayingRow{"envoy", {.body = R"(\Aupstream request timeout)"}, {Cause::TimeoutRead}},
    SayingRow{"envoy", {.body = "TLS error|TLS_error"}, kTls},
    SayingRow{"envoy", {.body = "connection termination"}, {Cause::Closed, Cause::Reset}},
    SayingRow{"envoy", {.body = "protocol error"}, {Cause::Invalid}},
    SayingRow{"envoy", {.body = "overflow"}, {Cause::GatewayExhausted}},
    SayingRow{"envoy",
              {.body = "connection failure|connection timeout"},
              {Cause::Refused, Cause::TimeoutConnect, Cause::Unreachable, Cause::TlsCertificate,
               Cause::TlsProtocol}},
    SayingRow{"traefik",
              {.statuses = "502"},
              {Cause::Refused, Cause::Closed, Cause::Reset, Cause::Dns, Cause::Unreachable}},
    SayingRow{"traefik", {.statuses = "503"}, {Cause::MarkedDown}},
    SayingRow{"traefik", {.statuses = "504"}, {Cause::TimeoutConnect, Cause::TimeoutRead}},
    // Fastly: the reason phrase.
    SayingRow{"fastly", {.reason = "^Connection refused$"}, {Cause::Refused}},
    SayingRow{"fastly", {.reason = "^Connection timed out$"}, {Cause::TimeoutConnect}},
    SayingRow{"fastly", {.reason = "^first byte timeout$"}, {Cause::TimeoutRead}},
    SayingRow{"fastly",
              {.reason = "^(Backend is unhealthy|All backends failed or unhealthy)$"},
              {Cause::MarkedDown}},
    SayingRow{"fastly", {.reason = "^hostname doesn't match"}, {Cause::TlsCertificate}},
    SayingRow{"vercel",
              {.field = "x-vercel-error",
               .value = "^DNS_HOSTNAME_(NOT_FOUND|RESOLVE_FAILED|SERVER_ERROR|EMPTY)"},
              {Cause::Dns}},
    SayingRow{"vercel",
              {.field = "x-vercel-error", .value = "_INVOCATION_TIMEOUT$"},
              {Cause::TimeoutRead}},
};

}  // namespace

std::span<const SayingRow> saying_rows() {
  return kSayings;
}

}  // namespace gatewatch::probe

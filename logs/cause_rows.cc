// SPDX-License-Identifier: MIT
#include "logs/cause_rows.h"

#include <array>

namespace gatewatch::logs {
namespace {

using enum Cause;

// The message from its beginning to ", client:".
constexpr std::array kNginx{
    WordsRow{R"(^connect\(\) (?:to \S+ )?failed \((?:111|61): )", {Refused}},
    WordsRow{R"(^connect\(\) to unix:\S+ failed \(2: )", {SocketMissing}},
    WordsRow{R"(^connect\(\) to unix:\S+ failed \(13: )", {SocketDenied}},
    // The upstream takes no more connections on its Unix socket.
    WordsRow{R"(^connect\(\) (?:to \S+ )?failed \(11: )", {GatewayExhausted, Refused}},
    WordsRow{R"(^connect\(\) (?:to \S+ )?failed \(99: )", {GatewayExhausted}},
    WordsRow{R"(^\d+ worker_connections are not enough(?: while connecting to upstream)?$)",
             {GatewayExhausted}},
    WordsRow{R"re(^[a-z0-9_]+\(\)(?: "[^"]*")? failed \(24: Too many open files\))re",
             {GatewayExhausted}},
    WordsRow{R"(^connect\(\) (?:to \S+ )?failed \((?:113|101|100): )", {Unreachable}},
    WordsRow{R"(^connect\(\) (?:to \S+ )?failed \(110: )", {TimeoutConnect}},
    WordsRow{
        R"(^upstream timed out \(110: [^)]*\) while (?:connecting|SSL handshaking) to upstream)",
        {TimeoutConnect}},
    WordsRow{R"(^upstream timed out \(110: [^)]*\) while (?:reading|sending))", {TimeoutRead}},
    WordsRow{R"(^no live upstreams while connecting to upstream)", {MarkedDown}},
    WordsRow{R"(^\S+ could not be resolved(?: \(\d+: |$))", {Dns}},
    WordsRow{R"(^no resolver defined to resolve )", {Dns}},
    WordsRow{R"(^upstream SSL certificate (?:verify error: |does not match ))", {TlsCertificate}},
    WordsRow{R"(^SSL_do_handshake\(\) failed .* while SSL handshaking to upstream)", {TlsProtocol}},
    WordsRow{R"(^peer closed connection in SSL handshake .*while SSL handshaking to upstream)",
             {TlsProtocol}},
    WordsRow{R"(^upstream prematurely closed (?:connection|FastCGI stdout|request) while reading )"
             R"(response header)",
             {Closed}},
    WordsRow{R"(^upstream prematurely closed (?:connection|FastCGI stdout|request) while reading )"
             R"(upstream)",
             {BodyTruncated}},
    WordsRow{R"(^(?:recv|readv)\(\) failed \(104: [^)]*\) while reading response header)", {Reset}},
    WordsRow{R"(^(?:recv|readv)\(\) failed \(104: [^)]*\) while reading upstream)",
             {BodyTruncated}},
    WordsRow{R"(^upstream sent too big header while reading response header)", {HeaderTooBig}},
    WordsRow{
        R"(^upstream sent (?:no valid HTTP/|invalid |duplicate header|unsupported FastCGI |)"
        R"re(unexpected |"(?:Content-Length|Transfer-Encoding)" and|unknown "Transfer-Encoding"))re",
        {Invalid}},
};

constexpr CauseSet kHaproxyNoConnection{Refused,     Unreachable,      TlsCertificate,
                                        TlsProtocol, GatewayExhausted, SocketMissing,
                                        SocketDenied};

constexpr std::array kHaproxy{
    HaproxyRow{"SC", 503, 503, true, {MarkedDown, Dns}},
    HaproxyRow{"SC", 503, 503, false, kHaproxyNoConnection},
    HaproxyRow{"sC", 503, 504, false, {TimeoutConnect}},
    HaproxyRow{"sQ", 503, 504, true, {GatewayExhausted}},
    HaproxyRow{"sQ", 503, 504, false, {GatewayExhausted}},
    HaproxyRow{"SH", 502, 502, false, {Closed, Reset}},
    HaproxyRow{"PH", 502, 502, false, {Invalid, HeaderTooBig}},
    HaproxyRow{"sH", 504, 504, false, {TimeoutRead}},
    HaproxyRow{"SD", 100, 599, false, {BodyTruncated}},
    HaproxyRow{"sD", 100, 599, false, {BodyTruncated, TimeoutRead}},
    HaproxyRow{"PC", 500, 599, false, {GatewayExhausted}},
    HaproxyRow{"RC", 500, 599, false, {GatewayExhausted}},
    HaproxyRow{"--", 500, 599, false, {Application}},
};

constexpr std::array kHaproxyChecks{
    WordsRow{R"(Layer4 .*Connection refused)", {Refused}},
    WordsRow{R"(Layer4 .*(?:No route to host|[Nn]etwork (?:is )?unreachable|Host is unreachable))",
             {Unreachable}},
    WordsRow{R"(Layer4 timeout)", {TimeoutConnect}},
    WordsRow{R"(Layer6 .*certificate)", {TlsCertificate}},
    WordsRow{R"(Layer6 )", {TlsProtocol, TlsCertificate}},
    WordsRow{R"(Layer7 timeout)", {TimeoutRead}},
    WordsRow{R"(Layer7 wrong status)", {Application}},
};

constexpr std::array kApache{
    ApacheRow{"AH00957 AH02454", "111 61", "", false, {Refused}},
    ApacheRow{"AH02454", "2", "", false, {SocketMissing}},
    ApacheRow{"AH02454", "13", "", false, {SocketDenied}},
    ApacheRow{"AH00957", "99", "", false, {GatewayExhausted}},
    ApacheRow{"AH00957", "113 101 100", "", false, {Unreachable}},
    ApacheRow{"AH00957", "70007 110", "", false, {TimeoutConnect}},
    ApacheRow{"AH01102 AH01075 AH01030 AH10404", "70007", "", false, {TimeoutRead}},
    ApacheRow{"AH01170 AH00940", "", "", false, {MarkedDown}},
    ApacheRow{"AH00898", "", "^DNS lookup failure", false, {Dns}},
    ApacheRow{"AH02039 AH02004 AH02005 AH02411", "", "", true, {TlsCertificate}},
    ApacheRow{"AH00898", "", "^Error during SSL Handshake", false, {TlsProtocol, TlsCertificate}},
    ApacheRow{"AH10124", "", "", false, {HeaderTooBig}},
    ApacheRow{"AH01102 AH10404 AH01075 AH01030", "104", "", false, {Reset}},
    ApacheRow{"AH01102", "20014", "", false, {Closed}},
    ApacheRow{"AH10404 AH01075", "70014", "", false, {Closed}},
    ApacheRow{"AH01102", "70014", "", false, {Invalid, Closed}},
    ApacheRow{"AH01110 AH01111", "", "", false, {BodyTruncated}},
    ApacheRow{"AH01106", "", "^bad HTTP", false, {Invalid}},
    ApacheRow{"AH01068", "", "^Got bogus version", false, {Invalid}},
    ApacheRow{"AH01067 AH01075", "", "", false, {Invalid, Closed, Reset, TimeoutRead}},
};

constexpr std::array kVarnish{
    WordsRow{R"(^backend \S+: fail errno 111 )", {Refused}},
    WordsRow{R"(^backend \S+: fail errno 110 )", {TimeoutConnect}},
    WordsRow{R"(^backend \S+: fail errno (?:113|101|100) )", {Unreachable}},
    WordsRow{R"(^backend \S+: fail errno 99 )", {GatewayExhausted}},
    WordsRow{R"(^backend \S+: fail errno 2 )", {SocketMissing}},
    WordsRow{R"(^backend \S+: fail errno 13 )", {SocketDenied}},
    WordsRow{R"(^backend \S+: unhealthy)", {MarkedDown}},
    WordsRow{R"(^backend \S+: busy)", {GatewayExhausted}},
    WordsRow{R"(^(?:No backend|Director \S+ returned no backend))", {MarkedDown}},
    WordsRow{R"(^(?:first byte|between bytes) timeout)", {TimeoutRead}},
    WordsRow{R"(^overflow|^Too many headers)", {HeaderTooBig}},
    WordsRow{R"(^http format error)", {Invalid, HeaderTooBig}},
    WordsRow{R"(^(?:straight|chunked) insufficient bytes)", {BodyTruncated}},
    WordsRow{R"(^HTC eof)", {Closed, Reset, Invalid}},
    WordsRow{R"(^Connection reset by peer)", {Reset, BodyTruncated}},
};

// "msg: error".
constexpr std::array kCaddy{
    WordsRow{R"(context canceled)", {}},  // the client went away
    WordsRow{R"(^(?:reading from backend|aborting with incomplete response))", {BodyTruncated}},
    // Before the others, since it quotes what the upstream sent.
    WordsRow{
        R"(malformed HTTP|malformed MIME|cannot contain multiple Content-Length|fcgi: invalid)",
        {Invalid}},
    // Before what its resolver met on the way to the name server.
    WordsRow{R"(dial (?:tcp|udp)[46]?: lookup )", {Dns}},
    WordsRow{R"(connect: connection refused)", {Refused}},
    WordsRow{R"(connect: no such file or directory)", {SocketMissing}},
    WordsRow{R"(connect: permission denied)", {SocketDenied}},
    WordsRow{R"(connect: (?:no route to host|network is unreachable|host is down))", {Unreachable}},
    WordsRow{R"(connect: cannot assign requested address|too many open files)", {GatewayExhausted}},
    WordsRow{R"(dial tcp[46]? \S+ (?:i/o timeout|connect: connection timed out))",
             {TimeoutConnect}},
    WordsRow{R"(TLS handshake timeout)", {TimeoutConnect, TlsProtocol}},
    WordsRow{R"(timeout awaiting response headers)", {TimeoutRead}},
    WordsRow{R"(context deadline exceeded)", {TimeoutRead, TimeoutConnect}},
    WordsRow{R"(^no upstreams available)", {MarkedDown}},
    WordsRow{R"(x509: )", {TlsCertificate}},
    WordsRow{R"((?:^|: )tls: )", {TlsProtocol}},
    WordsRow{R"(server response headers exceeded)", {HeaderTooBig}},
    WordsRow{R"(read: connection reset by peer)", {Reset}},
    WordsRow{R"((?:^|: )(?:EOF|unexpected EOF)|server closed idle connection)", {Closed, Reset}},
};

constexpr std::array kLighttpd{
    WordsRow{R"(establishing connection failed: socket: unix:\S+: No such file)", {SocketMissing}},
    WordsRow{R"(establishing connection failed: socket: unix:\S+: Permission denied)",
             {SocketDenied}},
    WordsRow{R"(establishing connection failed: socket: \S+: Connection refused)", {Refused}},
    WordsRow{R"(establishing connection failed: socket: \S+: Connection timed out)",
             {TimeoutConnect}},
    WordsRow{R"(establishing connection failed: socket: \S+: (?:No route|Network is unreachable))",
             {Unreachable}},
    WordsRow{R"(\) response headers too large for )", {HeaderTooBig}},
    WordsRow{R"(\) read timeout on socket: )", {TimeoutRead}},
    WordsRow{R"(\) read\(\) \d+ \d+: Connection reset by peer)", {Reset, BodyTruncated}},
    WordsRow{R"(\) response not received, request sent: )", {Closed, Reset, Invalid}},
};

constexpr std::array kSquid{
    WordsRow{R"(WARNING: HTTP: Invalid Response: No object data received)", {Closed}},
    WordsRow{R"(TCP connection to \S+ failed)",
             {Refused, TlsProtocol, TlsCertificate, TimeoutConnect, Unreachable, GatewayExhausted}},
};

constexpr std::array kTrafficServer{
    WordsRow{R"(Error=[^=]*certificate[^=]* server=|SNI \([^)]*\) not in certificate)",
             {TlsCertificate}},
    WordsRow{R"( connection_result=ENET_SSL_CONNECT_FAILED)", {TlsProtocol, TlsCertificate}},
    WordsRow{R"( connection_result=Connection refused \[111\])", {Refused}},
    WordsRow{R"( connection_result=(?:Connection timed out|ENET_CONNECT_TIMEOUT))",
             {TimeoutConnect}},
    WordsRow{R"( connection_result=(?:No route to host|Network is unreachable))", {Unreachable}},
    WordsRow{R"(^\S+ +\d+ \S+ ERR_READ_TIMEOUT/504 )", {TimeoutRead}},
    WordsRow{R"(^\S+ +\d+ \S+ ERR_READ_ERROR/200 )", {BodyTruncated}},
};

}  // namespace

std::span<const WordsRow> nginx_rows() {
  return kNginx;
}
std::span<const WordsRow> caddy_rows() {
  return kCaddy;
}
std::span<const WordsRow> varnish_rows() {
  return kVarnish;
}
std::span<const WordsRow> lighttpd_rows() {
  return kLighttpd;
}
std::span<const WordsRow> squid_rows() {
  return kSquid;
}
std::span<const WordsRow> trafficserver_rows() {
  return kTrafficServer;
}
std::span<const WordsRow> haproxy_check_rows() {
  return kHaproxyChecks;
}
std::span<const ApacheRow> apache_rows() {
  return kApache;
}
std::span<const HaproxyRow> haproxy_rows() {
  return kHaproxy;
}

}  // namespace gatewatch::logs

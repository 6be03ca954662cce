// SPDX-License-Identifier: MIT
#include "probe/signature/signature_table.h"

#include <array>

namespace gatewatch::probe {
namespace {

constexpr std::string_view kGatewayNames =
    "(?i)^(nginx|openresty|tengine|angie|freenginx|haproxy|varnish|squid|ats/|apachetrafficserver|"
    "caddy|lighttpd|apache|litespeed|openlitespeed|h2o|nghttpx|tinyproxy|envoy|istio-envoy|traefik|"
    "cloudflare|cloudfront|awselb|akamai|google|gws|gse|ghs|fastly|vercel|netlify|heroku|kong|"
    "apisix|big-?ip|microsoft-|pound|relayd|openbsd|zscaler|sucuri|imperva|incapsula|ddos-guard|"
    "qrator|bunnycdn|keycdn|cdn|edgecast|ecs|ecacc|ecd|arvancloud|tencent|alibaba|huawei|yunjiasu|"
    "dosarrest|stackpath|netscaler|citrix|barracuda|fortiweb|hcdn|elb|slb|privoxy|hiawatha)|"
    "proxy|gateway|balancer|cache|edge";

// Go's own server writes the fields that a handler left to it after all others, in this order: a
// gateway written in Go leaves them to it, what it passes on has brought its own.
constexpr std::string_view kGoText =
    R"((?i)\ndate: [^\n]*\ncontent-length: \d+\r?\ncontent-type: text/plain; charset=utf-8\r?\n)";
constexpr std::string_view kCaddyHead =
    R"((?i)\nserver: caddy\r?\n(?s:.*\n)?date: [^\n]*\ncontent-length: 0\r?\n)";

constexpr std::array kMakers{
    // What says so itself.
    MakerRow{"cloudflare-error-type", "cloudflare", Role::Gateway, {.field = "cf-error-type"}},
    MakerRow{"vercel-error", "vercel", Role::Gateway, {.field = "x-vercel-error"}},
    MakerRow{"squid-error",
             "squid",
             Role::Gateway,
             {.field = "x-squid-error", .value = R"(^ERR_[A-Z_]+ -?\d+)"}},
    // Statuses that one vendor alone uses.
    MakerRow{"cloudflare-52x",
             "cloudflare",
             Role::Gateway,
             {.statuses = "520-527,530", .field = "server", .value = "(?i)^cloudflare"}},
    // Pages.
    MakerRow{"haproxy-page",
             "haproxy",
             Role::Gateway,
             {.statuses = "500-599",
              .body = R"(\A<html><body><h1>50\d [^<]+</h1>\n)"
                      R"((The server returned an invalid or incomplete response|)"
                      R"(No server is available to handle this request|)"
                      R"(The server didn't respond in time|An internal server error occurred)\.)"}},
    MakerRow{"fastly-page",
             "fastly",
             Role::Gateway,
             {.statuses = "503",
              .field = "x-served-by",
              .value = "cache-",
              .body = R"(<h3>Guru Mediation:</h3>)"}},
    MakerRow{"varnish-page",
             "varnish",
             Role::Gateway,
             {.statuses = "500-599", .body = R"(<h3>Guru Meditation:</h3>\s*<p>XID: \d+</p>)"}},
    MakerRow{
        "apache-proxy-error",
        "apache",
        Role::Gateway,
        {.statuses = "500,502",
         .body = R"((?s)<!DOCTYPE HTML PUBLIC "-//[^>]+>.*<title>50[02] Proxy Error</title>)"}},
    MakerRow{
        "apache-page",
        "apache",
        Role::Gateway,
        {.statuses = "502-504",
         .body = R"((?s)\A<!DOCTYPE HTML PUBLIC "-//(IETF//DTD HTML 2\.0|W3C//DTD HTML 4\.01)//)"
                 R"(EN"[^>]*>\s*<html><head>\s*<title>50[234] )"
                 R"((Bad Gateway|Service Unavailable|Gateway Timeout)</title>)"}},
    MakerRow{"trafficserver-page",
             "trafficserver",
             Role::Gateway,
             {.statuses = "500-599",
              .body = R"(\A<HTML>\s*<HEAD>\s*<TITLE>[^<]+</TITLE>\s*</HEAD>\s*)"
                      R"(<BODY BGCOLOR="white" FGCOLOR="black">)"}},
    MakerRow{"azure-application-gateway",
             "azure-application-gateway",
             Role::Gateway,
             {.statuses = "500-599",
              .body = "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>"}},
    MakerRow{"cloudflare-plain-page",
             "cloudflare",
             Role::Gateway,
             {.statuses = "500-599", .body = "<hr><center>cloudflare</center>"}},
    MakerRow{"nginx-page",
             "nginx",
             Role::Gateway,
             {.statuses = "500-599",
              .body = R"(<hr><center>(nginx|openresty|[Tt]engine|[Aa]ngie|freenginx))"
                      R"((/[0-9.]+)?[^<]*</center>)"}},
    MakerRow{"nginx-50x-page",
             "nginx",
             Role::Gateway,
             {.statuses = "500-599", .body = R"(Faithfully yours, (nginx|OpenResty)\.)"}},
    MakerRow{"aws-elb-page",
             "aws-elb",
             Role::Gateway,
             {.statuses = "502-504",
              .body = R"(\A<html>\r\n<head><title>50\d [^<]+</title></head>\r\n<body>\r\n<center>)"
                      R"(<h1>50\d [^<]+</h1></center>\r\n</body>\r\n</html>\r\n\z)",
              .whole_body = true}},
    MakerRow{"lighttpd-page",
             "lighttpd",
             Role::Gateway,
             {.statuses = "500-504",
              .body = R"((?s)XHTML 1\.0 Transitional.*<title>50\d [^<]+</title>\s*</head>\s*<body>)"
                      R"(\s*<h1>50\d [^<]+</h1>\s*</body>)"}},
    MakerRow{"nghttpx-page",
             "nghttpx",
             Role::Gateway,
             {.statuses = "500-599", .body = R"(<footer>nghttpx[^<]*</footer></body></html>)"}},
    MakerRow{"tinyproxy-page",
             "tinyproxy",
             Role::Gateway,
             {.statuses = "500-599", .body = R"(Generated by\s+(<a [^>]*>)?tinyproxy)"}},
    MakerRow{"h2o-gateway-error",
             "h2o",
             Role::Gateway,
             {.statuses = "502", .field = "server", .value = "^h2o", .reason = "^Gateway Error$"}},
    MakerRow{"cloudfront-page",
             "cloudfront",
             Role::Gateway,
             {.statuses = "500-599", .body = R"(Generated by cloudfront \(CloudFront\))"}},
    MakerRow{"cloudflare-page",
             "cloudflare",
             Role::Gateway,
             {.statuses = "500-599",
              .body = R"(<title>[^<]* \| 5\d\d: [^<]+</title>|cf-error-details)"}},
    MakerRow{
        "google-page",
        "google-cloud-lb",
        Role::Gateway,
        {.statuses = "502",
         .field = "via",
         .value = "google",
         .body = "The server encountered a temporary error and could not complete your request"}},
    MakerRow{"iis-arr-page",
             "iis-arr",
             Role::Gateway,
             {.statuses = "502",
              .body = "Web server received an invalid response while acting as a gateway or proxy "
                      "server"}},
    MakerRow{"akamai-page",
             "akamai",
             Role::Gateway,
             {.statuses = "500-599",
              .field = "server",
              .value = "^AkamaiGHost",
              .body = R"(Reference\s*(&#32;|\s)*(&#35;|#)\d)"}},
    MakerRow{"heroku-page",
             "heroku",
             Role::Gateway,
             {.statuses = "503", .body = R"(herokucdn\.com/error-pages/)"}},
    MakerRow{"envoy-text",
             "envoy",
             Role::Gateway,
             {.statuses = "500-599",
              .body = R"(\Aupstream connect error or disconnect/reset before headers|)"
                      R"(\A(no healthy upstream|upstream request timeout|)"
                      R"(upstream max stream duration reached)\z)",
              .whole_body = true}},
    MakerRow{"http-proxy-middleware-text",
             "node-hpm",
             Role::Gateway,
             {.statuses = "500-504", .body = R"(\AError occurred while trying to proxy)"}},
    MakerRow{"traefik-text",
             "traefik",
             Role::Gateway,
             {.statuses = "500-504",
              .head = kGoText,
              .body = R"(\A(Bad Gateway|Gateway Timeout|no available server\n?)\z)",
              .whole_body = true}},
    MakerRow{"caddy-empty",
             "caddy",
             Role::Gateway,
             {.statuses = "502-504", .head = kCaddyHead, .no_body = true, .one_server = true}},
    // Applications: a server that is made to run one, or a name that is no gateway's over JSON.
    MakerRow{"application-server",
             "",
             Role::Application,
             {.statuses = "500-599",
              .field = "server",
              .value = R"((?i)^(gunicorn|uvicorn|hypercorn|daphne|werkzeug|waitress|cherrypy|)"
                       R"(tornadoserver|kestrel|jetty|apache-coyote|wildfly|puma|thin|webrick|)"
                       R"(mojolicious|cowboy|php))",
              .whole_body = true}},
    MakerRow{"application-json",
             "",
             Role::Application,
             {.statuses = "500-599",
              .field = "content-type",
              .value = R"(^application/([a-z.]+\+)?json\b)",
              .body = R"(\A\s*[{\[])",
              .whole_body = true,
              .foreign_server = true}},
};

}  // namespace

std::string_view gateway_names() {
  return kGatewayNames;
}

std::span<const MakerRow> maker_rows() {
  return kMakers;
}

}  // namespace gatewatch::probe

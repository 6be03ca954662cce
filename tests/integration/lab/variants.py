# SPDX-License-Identifier: MIT
"""Gateways as they are found in the wild: their pages restyled, their names hidden, requests in
other versions, and two of them in a row."""

from lab import applications, capture
from lab.apache import ApacheGateway
from lab.caddy import CaddyGateway
from lab.haproxy import HaProxyGateway
from lab.nginx import NginxGateway
from lab.upstreams import serving
from lab.request import fetch
from lab.varnish import VarnishGateway

_FAULTS = ("ok", "refused", "hang", "accept_close", "invalid_header", "die_mid_body_cl_fin",
           "own_502", "own_503")
# Made by nobody but the site's owner: no maker can be told, none may be wrong.
_OWN_PAGE = "<!doctype html><title>Sorry</title><p>We will be back soon.</p>"

_OWN_ERRORS = ("error_page 502 503 504 @own; location @own { default_type text/html; "
               f"return 502 '{_OWN_PAGE}'; }}")

# (name, kind, options)
SETTINGS = (
    ("tokens_off", NginxGateway, {"more": "server_tokens off;"}),
    ("gzip", NginxGateway, {"more": "gzip on; gzip_types *; gzip_min_length 0;"}),
    ("json_type", NginxGateway, {"more": "default_type application/json;"}),
    ("own_page", NginxGateway, {"more": _OWN_ERRORS}),
    ("intercept", NginxGateway, {"more": "proxy_intercept_errors on;" + _OWN_ERRORS}),
    ("http_1_1", NginxGateway, {"more": "proxy_http_version 1.1; proxy_set_header Connection '';"}),
    ("server_set", HaProxyGateway, {"more": "http-response set-header Server our-edge\n"
                                    "  http-after-response set-header Server our-edge"}),
    ("own_page", HaProxyGateway, {"more": "".join(
        f"http-error status {status} content-type text/html string \"{_OWN_PAGE}\"\n  "
        for status in (502, 503, 504))}),
    ("tokens_prod", ApacheGateway, {"more": "ServerTokens Prod\nServerSignature On"}),
    ("own_page", ApacheGateway, {"more": "".join(
        f"ErrorDocument {status} \"{_OWN_PAGE}\"\n" for status in (500, 502, 503, 504))}),
    ("error_override", ApacheGateway, {"more": "ProxyErrorOverride On"}),
    ("no_server", CaddyGateway, {"more": "header -Server"}),
    ("security_fields", CaddyGateway, {
        "more": 'header Strict-Transport-Security "max-age=63072000"'}),
    ("own_page", CaddyGateway, {"more": "handle_errors {\n    header Content-Type text/html\n"
                                f"    respond `{_OWN_PAGE}`\n  }}"}),
)
EDGES = (NginxGateway, HaProxyGateway, ApacheGateway, VarnishGateway, CaddyGateway)


def _named(one, gateway, fault):
    one.gateway, one.fault = gateway, fault
    return one


def take_settings(lab):
    taken = []
    for name, kind, options in SETTINGS:
        gateway = lab.start(kind, **options)
        for fault in _FAULTS:
            fields = ("Accept-Encoding: gzip",) if name == "gzip" else ()
            one = capture.take(gateway, fault, fields=fields)
            taken.append(_named(one, gateway.name, f"{name}__{fault}"))
    return taken


def take_versions(lab, gateways):
    """Asked in HTTP/1.0."""
    return [_named(capture.take(gateway, fault, version="1.0"), gateway.name, f"http_1_0__{fault}")
            for gateway in gateways for fault in _FAULTS]


def take_chains(lab, gateways, edges=EDGES):
    """Each gateway behind each other one."""
    taken = []
    for kind in edges:
        for inner in gateways:
            if kind is type(inner):
                continue
            edge = lab.start(kind, all_to=f"127.0.0.1:{inner.port}")
            for fault in _FAULTS:
                inner.prepare(fault)
                one = capture.take_through(edge, inner, fault)
                taken.append(_named(one, "chain", f"{edge.name}__{inner.name}__{fault}"))
            lab.end(edge)
    return taken


def take_applications(lab, edges=EDGES):
    """Each form of an application's own answer, through each gateway and by itself."""
    taken = []
    for name, words in applications.ANSWERS.items():
        upstream = serving(words)
        direct = capture.Capture("chain", f"application__{name}", "app_error",
                                 fetch(upstream.port, "/"), {})
        taken.append(direct)
        for kind in edges:
            edge = lab.start(kind, all_to=f"127.0.0.1:{upstream.port}")
            one = capture.Capture(edge.name, f"application__{name}", "app_error",
                                  fetch(edge.port, "/"), {})
            taken.append(one)
            lab.end(edge)
        upstream.close()
    return taken


def take_all(lab):
    gateways = [lab.start(kind) for kind in EDGES]
    return (take_settings(lab) + take_versions(lab, gateways) + take_chains(lab, gateways)
            + take_applications(lab))

# SPDX-License-Identifier: MIT
"""Why a cause stays open, as far as gateways are the reason. A table: the first row that fits."""

import re

# (gateway, fault, reason) as regular expressions of the whole name.
_ROWS = (
    (".*", "die_mid_body_.*",
     "a body that ends early says nothing of which side of the gateway cut it"),
    (".*", "garbage_tls_alert", "seven bytes of an alert are an end to whoever waits for HTTP"),
    (".*", "own_.*", "nothing in the page tells that it is the application's"),
    (".*", "no_servers|maint",
     "an operator's decision: the origin is in order, and only the log tells"),
    ("haproxy", "refused|no_route|tls_(?!on_).*|fcgi_.*|local_.*",
     "HAProxy logs `SC` for every connection that fails: refused, unreachable, TLS, sockets"),
    ("haproxy", "conn_timeout", "HAProxy has one page for every connection that fails"),
    ("haproxy", "unresolvable_nx|down_by_.*",
     "HAProxy logs `<NOSRV>` for a server without an address as for one that is down"),
    ("haproxy", "accept_.*|.*_mid_headers|tls_on_plain",
     "HAProxy logs `SH` for an end and for a reset alike"),
    ("haproxy", "invalid_.*|bad_.*|headers_.*|garbage_.*|smtp_.*",
     "HAProxy logs `PH` for an answer that is invalid or too large alike"),
    ("varnish", "accept_.*|.*_mid_headers|garbage_.*|smtp_.*|tls_on_plain|invalid_.*",
     "Varnish logs `HTC eof` for what ends, is reset or is too short alike"),
    ("nginx", "accept_.*|.*_mid_headers|refused|conn_timeout|hang|no_live|tls_.*|invalid_.*",
     "nginx has one page for every failed upstream; its error log tells"),
    ("caddy", "accept_.*|.*_mid_headers", "Caddy logs `EOF` for what ends and may be reset alike"),
    ("apache", "accept_.*|.*_mid_headers|garbage_.*",
     "Apache has one page for what ends, is reset, is late or is invalid"),
    (".*", "no_route", "gatewatch stands where there is no way to the upstream either"),
    (".*", "fcgi_.*", "a Unix socket cannot be asked from where gatewatch runs"),
    (".*", "local_ports_exhausted", "the lack is the gateway's own, and its page does not tell it"),
)


def reason(verdict):
    if not verdict.shows:
        return "the gateway answers with a whole 200"
    if verdict.outcome == "timeout":
        return "the gateway itself never answers"
    for gateway, fault, why in _ROWS:
        if re.fullmatch(gateway, verdict.gateway) and re.fullmatch(fault, verdict.fault):
            return why
    if verdict.causes:
        return "the gateway has the same page for these causes"
    return "the gateway passes on what no rule knows"

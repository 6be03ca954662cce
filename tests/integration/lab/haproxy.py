# SPDX-License-Identifier: MIT
"""HAProxy with a backend for each fault, or before several upstreams. Its log is its standard
output."""

from harness.gateways import find_program
from harness.waiting import wait_until
from lab.gateway import TIMEOUT_MS, LabGateway

_FRAME = """\
global
  maxconn 512
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  retries 0
  timeout connect {timeout}ms
  timeout client 10s
  timeout server {timeout}ms
  timeout queue 300ms
resolvers names
  nameserver only 127.0.0.1:{dns}
  timeout retry 200ms
frontend fe
  bind 127.0.0.1:{port}
  http-request capture req.hdr(x-request-id) len 64
  {more}
  use_backend b_%[path,field(2,/)] if !{{ path -m beg /all }}
  default_backend all
{backends}
"""


class HaProxyGateway(LabGateway):
    name = product = "haproxy"
    log_kinds = {"output": "haproxy"}
    own_faults = {"down_by_health": ("upstream_marked_down", 0),
                  "maint": ("upstream_marked_down", 0),
                  "no_servers": ("upstream_marked_down", 0)}
    own_upstreams = {"maint": "ok", "no_servers": None}

    def __init__(self, *arguments, more="", **options):
        self.more = more
        super().__init__(*arguments, **options)

    def write_configuration(self):
        backends = [f"backend b_{fault.name}\n  {self._server(fault)}"
                    for fault in self.faults.values()]
        servers = enumerate((self.all_to or "").split(), 1)
        backends.append("backend all" + "".join(
            f"\n  server s{number} {to}" for number, to in servers))
        if not self.all_to:
            closed = f"server s1 127.0.0.1:{self.closed_port}"
            backends.append(f"backend b_down_by_health\n  {closed} check inter 100ms fall 1")
            backends.append(f"backend b_maint\n  server s1 {self.faults['ok'].to} disabled")
            backends.append("backend b_no_servers")
        self.write("haproxy.cfg", _FRAME.format(
            port=self.port, timeout=TIMEOUT_MS, dns=self.setting.dns_port, more=self.more,
            backends="\n".join(backends)))

    def _server(self, fault):
        line = f"server s1 {'unix@' + fault.path if fault.is_unix else fault.to}"
        if fault.tls:
            line += (f" ssl verify required ca-file {self.setting.authority.certificate}"
                     " sni str(localhost) verifyhost localhost")
        if fault.name == "unresolvable_nx":
            line += " resolvers names init-addr none"
        return line

    def command(self):
        return [find_program("haproxy"), "-db", "-f", self.folder / "haproxy.cfg"]

    def after_start(self):
        if not self.all_to:
            log = self.folder / "output"
            wait_until(lambda: "b_down_by_health/s1 is DOWN" in log.read_text(),
                       "HAProxy finds a server down")

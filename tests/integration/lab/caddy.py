# SPDX-License-Identifier: MIT
"""Caddy with a route for each fault. Its log is JSON."""

from harness.gateways import find_program
from harness.waiting import wait_until
from lab.gateway import TIMEOUT_MS, LabGateway

_FRAME = """\
{{
  admin off
  auto_https off
  storage file_system {folder}/storage
  log {{
    output file {folder}/caddy.log
    format json
  }}
}}
http://:{port} {{
  bind 127.0.0.1
  log
  {more}
  {routes}
}}
"""
_TRANSPORT = """transport http {{
        dial_timeout {timeout}ms
        response_header_timeout {timeout}ms
        max_response_header 200KiB
        {tls}
      }}"""


class CaddyGateway(LabGateway):
    name = product = "caddy"
    log_kinds = {"caddy.log": "caddy"}
    own_faults = {"down_by_health": ("upstream_marked_down", 0)}

    def __init__(self, *arguments, more="", **options):
        self.more = more
        super().__init__(*arguments, **options)

    def write_configuration(self):
        routes = [self._route(f"/{fault.name}", fault.to, fault.tls)
                  for fault in self.faults.values()]
        if self.all_to:
            routes = [self._route("/*", self.all_to)]
        else:
            routes.append(self._route("/down_by_health", f"127.0.0.1:{self.closed_port}",
                                      more="health_uri /\n      health_interval 100ms"))
        self.write("Caddyfile", _FRAME.format(folder=self.folder, port=self.port, more=self.more,
                                              routes="\n  ".join(routes)))

    def _route(self, path, to, tls=False, more=""):
        to = to.replace("unix:", "unix/") if to.startswith("unix:") else to
        ca = self.setting.authority.certificate
        how = f"tls\n        tls_trusted_ca_certs {ca}\n        tls_server_name localhost"
        transport = _TRANSPORT.format(timeout=TIMEOUT_MS, tls=how if tls else "")
        return (f"handle {path} {{\n    reverse_proxy {to} {{\n      {transport}\n      {more}\n"
                "    }\n  }")

    def command(self):
        home = f"HOME={self.folder}"
        return ["env", home, f"XDG_CONFIG_HOME={self.folder}", f"XDG_DATA_HOME={self.folder}",
                find_program("caddy"), "run", "--adapter", "caddyfile", "--config",
                self.folder / "Caddyfile"]

    def after_start(self):
        if not self.all_to:
            wait_until(lambda: "HTTP request failed" in (self.folder / "caddy.log").read_text(),
                       "Caddy finds a server down")

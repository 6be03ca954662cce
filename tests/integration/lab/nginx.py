# SPDX-License-Identifier: MIT
"""nginx with a location for each fault, or before several upstreams."""

from harness.gateways import find_program
from lab.gateway import TIMEOUT_MS, LabGateway

_FRAME = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
  log_format lab '$remote_addr - $remote_user [$time_iso8601] "$request" $status '
                 '$body_bytes_sent "$http_referer" "$http_user_agent" '
                 'upstream_addr="$upstream_addr" upstream_status="$upstream_status" '
                 'upstream_connect_time="$upstream_connect_time" '
                 'upstream_header_time="$upstream_header_time" '
                 'http_x_request_id="$http_x_request_id"';
  access_log {folder}/access.log lab;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_connect_timeout {timeout}ms;
  proxy_read_timeout {timeout}ms;
  proxy_ssl_verify on;
  proxy_ssl_trusted_certificate {ca};
  proxy_ssl_name localhost;
  proxy_ssl_server_name on;
  resolver 127.0.0.1:{dns} ipv6=off;
  resolver_timeout {timeout}ms;
  {upstreams}
  server {{
    listen 127.0.0.1:{port};
    {more}
    {locations}
  }}
}}
"""


class NginxGateway(LabGateway):
    """`more` are lines of its server block."""

    name = product = "nginx"
    log_kinds = {"error.log": "nginx", "access.log": "nginx-access"}
    own_faults = {"no_live": ("upstream_marked_down", 1)}

    def __init__(self, *arguments, more="", **options):
        self.more = more
        super().__init__(*arguments, **options)

    def write_configuration(self):
        locations = [self._location(fault) for fault in self.faults.values()]
        upstreams = []
        if self.all_to:
            servers = "".join(f"server {to}; " for to in self.all_to.split())
            upstreams.append(f"upstream all {{ {servers} }}")
            locations = ["location / { proxy_pass http://all; }"]
        else:
            for name in self.own_faults:
                servers = f"server 127.0.0.1:{self.closed_port} max_fails=1 fail_timeout=60s;\n" * 2
                upstreams.append(f"upstream {name} {{ {servers} }}")
                locations.append(f"location = /{name} {{ proxy_pass http://{name}; }}")
        self.write("nginx.conf", _FRAME.format(
            folder=self.folder, timeout=TIMEOUT_MS, ca=self.setting.authority.certificate,
            dns=self.setting.dns_port, port=self.port, more=self.more,
            upstreams="\n".join(upstreams), locations="\n    ".join(locations)))

    @staticmethod
    def _location(fault):
        scheme = "https" if fault.tls else "http"
        passed = f"proxy_pass {scheme}://{fault.to};"
        if fault.is_unix:
            passed = f"proxy_pass http://unix:{fault.path}:;"
        elif fault.name == "unresolvable_nx":
            passed = f"set $name {fault.to}; proxy_pass http://$name;"
        return f"location = /{fault.name} {{ {passed} }}"

    def command(self):
        return [find_program("nginx"), "-e", self.folder / "error.log", "-c",
                self.folder / "nginx.conf"]

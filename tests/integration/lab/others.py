# SPDX-License-Identifier: MIT
"""Further gateways, that no rule need know: run where they are installed, in nobody's test."""

import shutil

from harness.gateways import find_program
from lab.gateway import TIMEOUT_MS, LabGateway

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class H2oGateway(LabGateway):
    name = product = "h2o"
    log_kinds = {"error.log": "", "access.log": ""}
    program = "h2o"

    def can(self, fault):
        return fault.name != "unresolvable_nx" or not fault.is_unix

    def write_configuration(self):
        paths = []
        for fault in self.faults.values():
            scheme = "https" if fault.tls else "http"
            url = f"{scheme}://[unix:{fault.path}]/" if fault.is_unix else f"{scheme}://{fault.to}/"
            paths.append(f'      "/{fault.name}":\n        proxy.reverse.url: "{url}"\n')
        if self.all_to:
            paths = [f'      "/":\n        proxy.reverse.url: "http://{self.all_to}/"\n']
        self.write("h2o.conf", (
            f"listen:\n  host: 127.0.0.1\n  port: {self.port}\npid-file: {self.folder}/pid\n"
            f"error-log: {self.folder}/error.log\nnum-threads: 2\nnum-name-resolution-threads: 2\n"
            f"proxy.timeout.io: {TIMEOUT_MS}\nproxy.timeout.keepalive: 0\n"
            f"proxy.ssl.cafile: {self.setting.authority.certificate}\n"
            f"access-log:\n  path: {self.folder}/access.log\n"
            '  format: "%h %t \\"%r\\" %s %b %{X-Request-Id}i"\n'
            "hosts:\n  default:\n    paths:\n" + "".join(paths)))

    def command(self):
        return [find_program("h2o"), "-c", self.folder / "h2o.conf"]


class NghttpxGateway(LabGateway):
    name = product = "nghttpx"
    log_kinds = {"error.log": "", "access.log": ""}
    program = "nghttpx"

    def write_configuration(self):
        lines = [f"frontend=127.0.0.1,{self.port};no-tls",
                 f"accesslog-file={self.folder}/access.log",
                 f"errorlog-file={self.folder}/error.log", f"backend-read-timeout={TIMEOUT_MS}ms",
                 f"backend-connect-timeout={TIMEOUT_MS}ms",
                 f"cacert={self.setting.authority.certificate}",
                 "workers=1", 'accesslog-format=$remote_addr [$time_iso8601] "$request" $status '
                 "$http_x_request_id"]
        for fault in self.faults.values():
            host, _, port = fault.to.rpartition(":")
            to = f"unix:{fault.path}," if fault.is_unix else f"{host},{port}"
            more = ";tls;sni=localhost" if fault.tls else ""
            more += ";dns" if fault.name == "unresolvable_nx" else ""
            lines.append(f"backend={to};/{fault.name}{more}")
        lines.append(f"backend={(self.all_to or '127.0.0.1:9').replace(':', ',')};/")
        self.write("nghttpx.conf", "\n".join(lines) + "\n")

    def command(self):
        return [find_program("nghttpx"), f"--conf={self.folder}/nghttpx.conf"]


class LighttpdGateway(LabGateway):
    name = product = "lighttpd"
    log_kinds = {"error.log": "lighttpd", "access.log": "lighttpd-access"}
    program = "lighttpd"

    def can(self, fault):
        return not fault.tls and fault.name != "unresolvable_nx"

    def write_configuration(self):
        choices = []
        for fault in self.faults.values():
            host, _, port = fault.to.rpartition(":")
            to = f'"host" => "{host}", "port" => {port}'
            if fault.is_unix:
                to = f'"host" => "{fault.path}"'
            choices.append(f'$HTTP["url"] =~ "^/{fault.name}$" {{ proxy.server = ("" => (({to}, '
                           '"connect-timeout" => 1, "read-timeout" => 1))) }')
        if self.all_to:
            host, port = self.all_to.split(":")
            choices = [f'proxy.server = ("" => (("host" => "{host}", "port" => {port})))']
        self.write("lighttpd.conf", (
            'server.modules = ("mod_proxy", "mod_accesslog")\n'
            f'server.document-root = "{self.folder}"\nserver.bind = "127.0.0.1"\n'
            f'server.port = {self.port}\nserver.errorlog = "{self.folder}/error.log"\n'
            f'server.upload-dirs = ("{self.folder}")\n'
            f'accesslog.filename = "{self.folder}/access.log"\n'
            'accesslog.format = "%h %t \\"%r\\" %s %b %{X-Request-Id}i"\n'
            + "\n".join(choices) + "\n"))

    def command(self):
        return [find_program("lighttpd"), "-D", "-f", self.folder / "lighttpd.conf"]


class TinyproxyGateway(LabGateway):
    name = product = "tinyproxy"
    log_kinds = {"tinyproxy.log": ""}
    program = "tinyproxy"

    def can(self, fault):
        return not fault.tls and not fault.is_unix

    def path_to(self, fault):
        return f"/{fault}/"

    def write_configuration(self):
        lines = [f"Port {self.port}", "Listen 127.0.0.1", "Timeout 2", "MaxClients 32",
                 f'LogFile "{self.folder}/tinyproxy.log"', "ReverseOnly Yes",
                 "ReverseMagic No"]
        lines += [f'ReversePath "/{fault.name}/" "http://{fault.to}/"'
                  for fault in self.faults.values()]
        if self.all_to:
            lines.append(f'ReversePath "/" "http://{self.all_to}/"')
        self.write("tinyproxy.conf", "\n".join(lines) + "\n")

    def command(self):
        return [find_program("tinyproxy"), "-d", "-c", self.folder / "tinyproxy.conf"]


class SquidGateway(LabGateway):
    name = product = "squid"
    log_kinds = {"cache.log": "squid", "access.log": "squid"}
    program = "squid"

    def can(self, fault):
        return not fault.is_unix

    def write_configuration(self):
        peers, rules = [], []
        for fault in self.faults.values():
            host, _, port = fault.to.rpartition(":")
            tls = (f" tls tlscafile={self.setting.authority.certificate} ssldomain=localhost"
                   if fault.tls else "")
            peers.append(f"cache_peer {host} parent {port} 0 no-query originserver no-digest "
                         f"name=p_{fault.name} connect-timeout=1 connect-fail-limit=100000{tls}")
            rules += [f"acl a_{fault.name} urlpath_regex ^/{fault.name}$",
                      f"cache_peer_access p_{fault.name} allow a_{fault.name}",
                      f"cache_peer_access p_{fault.name} deny all"]
        if self.all_to:
            host, port = self.all_to.split(":")
            peers = [f"cache_peer {host} parent {port} 0 no-query originserver no-digest"]
        self.write("squid.conf", "\n".join([
            f"http_port 127.0.0.1:{self.port} accel defaultsite=gw.test no-vhost",
            "http_access allow all", "never_direct allow all", "cache deny all",
            f"access_log stdio:{self.folder}/access.log", f"cache_log {self.folder}/cache.log",
            f"pid_filename {self.folder}/pid", f"coredump_dir {self.folder}",
            "visible_hostname gw.test", "connect_timeout 1 second", "read_timeout 1 second",
            "forward_timeout 2 seconds", "shutdown_lifetime 0 seconds", "icp_port 0",
            "pinger_enable off", "cache_effective_user nobody", "cache_effective_group nogroup",
            f"dns_nameservers 127.0.0.1", *peers, *rules]) + "\n")

    def command(self):
        return [find_program("squid"), "-N", "-f", self.folder / "squid.conf"]


OTHERS = (H2oGateway, NghttpxGateway, LighttpdGateway, TinyproxyGateway, SquidGateway)


def is_installed(kind):
    return shutil.which(kind.program, path=_PATH) is not None

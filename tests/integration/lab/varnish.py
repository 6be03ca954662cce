# SPDX-License-Identifier: MIT
"""Varnish with a backend for each fault. Its log is what varnishlog prints, a request at a time."""

from harness import process
from harness.gateways import find_program
from harness.waiting import wait_until
from lab.gateway import TIMEOUT_MS, LabGateway, as_nobody
from lab.request import fetch, next_id

_BACKEND = """\
backend {name} {{
  {where}
  .connect_timeout = {timeout}ms;
  .first_byte_timeout = {timeout}ms;
  .between_bytes_timeout = {timeout}ms;
  {more}
}}
"""
_PROBE = """.probe = {
    .url = "/"; .interval = 100ms; .timeout = 100ms; .window = 2; .threshold = 2; .initial = 0;
  }"""


class VarnishGateway(LabGateway):
    name = product = "varnish"
    log_kinds = {"varnishlog": "varnish"}
    own_faults = {"down_by_health": ("upstream_marked_down", 0)}

    def __init__(self, *arguments, **options):
        self._logger = None
        super().__init__(*arguments, **options)

    def can(self, fault):
        # It speaks no TLS to backends, and resolves names as it starts.
        return not fault.tls and fault.name != "unresolvable_nx"

    def write_configuration(self):
        if self.all_to:
            backends = [self._backend("all", self.all_to)]
            choices = ["set req.backend_hint = be_all;"]
        else:
            backends = [self._backend(fault.name, fault.to) for fault in self.faults.values()]
            backends.append(self._backend("down_by_health", f"127.0.0.1:{self.closed_port}",
                                          _PROBE))
            choices = [f'if (req.url ~ "^/{name}(\\?|$)") {{ set req.backend_hint = be_{name}; }}'
                       for name in [*self.faults, *self.own_faults]]
        self.write("lab.vcl", "vcl 4.1;\n" + "".join(backends) + "sub vcl_recv {\n  "
                   + "\n  ".join(choices) + "\n  return (pass);\n}\n")
        (self.folder / "work").mkdir()

    @staticmethod
    def _backend(name, to, more=""):
        host, _, port = to.rpartition(":")
        where = (f'.path = "{to.removeprefix("unix:")}";' if to.startswith("unix:")
                 else f'.host = "{host}"; .port = "{port}";')
        return _BACKEND.format(name=f"be_{name}", where=where, timeout=TIMEOUT_MS, more=more)

    def command(self):
        return [find_program("varnishd"), "-F", "-j", "none", "-n", self.folder / "work",
                "-a", f"127.0.0.1:{self.port}", "-f", self.folder / "lab.vcl", "-s", "malloc,16m",
                "-p", "thread_pools=1", "-p", "thread_pool_min=8", "-p", "vsl_space=4m",
                "-T", "none", "-p", "vcc_err_unref=off"]

    def after_start(self):
        with open(self.folder / "varnishlog", "wb") as output:
            self._logger = process.spawn(
                as_nobody([find_program("varnishlog"), "-n", str(self.folder / "work"),
                           "-g", "request"]), stdout=output, stderr=output)
        wait_until(self._is_logging, "varnishlog prints")

    def _is_logging(self):
        sizes = self.log_sizes()
        mark = next_id()
        fetch(self.port, "/ok", request_id=mark)
        return self.wait_for_log(sizes, mark)

    def close(self):
        if self._logger:
            process.end(self._logger)
        super().close()

# SPDX-License-Identifier: MIT
"""What is probed: an nginx that answers, over HTTP and TLS, and a server that never does."""

import collections
import pathlib
import shutil
import subprocess
import sys
import urllib.request

from harness import process
from harness.tls import Authority
from harness.waiting import free_port, is_listening, wait_until

# Probed in turn, so that no address runs out of ports.
ADDRESSES = [f"127.0.0.{2 + i}" for i in range(100)]

_NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 16000; }}
http {{
  log_format account '$msec $request_uri';
  access_log {folder}/access.log account buffer=256k flush=500ms;
  client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
  server {{
    {plain}
    location / {{ return 200 "ok"; }}
  }}
  server {{
    {encrypted}
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ return 200 "ok"; }}
  }}
  server {{
    listen 127.0.0.1:{status};
    access_log off;
    location / {{ stub_status; }}
  }}
}}
"""
_FLUSH_SECONDS = 1.0  # after which all of the window is in the log


class Nginx:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port, self.tls_port, self.status = free_port(), free_port(), free_port()
        authority = Authority(self.folder / "tls")
        self.ca_file = authority.certificate
        identity = authority.identity(",".join(f"IP:{address}" for address in ADDRESSES))

        def listens(port, more=""):
            return "\n    ".join(f"listen {one}:{port} backlog=4096{more};" for one in ADDRESSES)

        config = self.folder / "nginx.conf"
        config.write_text(_NGINX.format(
            folder=self.folder, plain=listens(self.port), encrypted=listens(self.tls_port, " ssl"),
            certificate=identity.certificate, key=identity.key, status=self.status))
        binary = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        self._process = process.spawn([binary, "-c", config, "-p", self.folder,
                                       "-e", self.folder / "error.log"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: is_listening(self.status), "nginx listens", 10)

    def url(self, index, tls=False):
        scheme, port = ("https", self.tls_port) if tls else ("http", self.port)
        return f"{scheme}://{ADDRESSES[index % len(ADDRESSES)]}:{port}/t/{index}"

    def requests(self):
        """How many it has answered; this question is one of them."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.status}/", timeout=20) as answer:
            words = answer.read().decode().split()
        return int(words[words.index("requests") + 3])

    def forget_log(self):
        """Empties the access log; nginx appends to it."""
        (self.folder / "access.log").write_bytes(b"")

    def interval_errors_ms(self, begin, end, interval=1.0):
        """By how much the time from one request of a target to its next differed from `interval`,
        for those between two instants (seconds since 1970), sorted."""
        seen = collections.defaultdict(list)
        with open(self.folder / "access.log", encoding="ascii", errors="replace") as log:
            for line in log:
                words = line.split()
                if len(words) == 2 and begin <= float(words[0]) <= end:
                    seen[words[1]].append(float(words[0]))
        return sorted(abs(later - sooner - interval) * 1000 for times in seen.values()
                      for sooner, later in zip(times, times[1:]))

    @staticmethod
    def flush_seconds():
        return _FLUSH_SECONDS

    def close(self):
        process.end(self._process)


class HungServer:
    """Accepts on every address and never answers."""

    def __init__(self):
        self.port = free_port()
        program = pathlib.Path(__file__).resolve().parent / "hung_server.py"
        self._process = process.spawn([sys.executable, "-B", program, self.port, *ADDRESSES])
        wait_until(lambda: is_listening(self.port, ADDRESSES[-1]), "the hung server listens", 10)

    def url(self, index, tls=False):
        scheme = "https" if tls else "http"
        return f"{scheme}://{ADDRESSES[index % len(ADDRESSES)]}:{self.port}/t/{index}"

    def close(self):
        process.end(self._process)

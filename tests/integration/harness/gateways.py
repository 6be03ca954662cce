# SPDX-License-Identifier: MIT
"""A real nginx and a real HAProxy in front of an upstream, and a real proxy of ours."""

import collections
import os
import pathlib
import shutil
import socket

from harness import process
from harness.waiting import free_port, is_listening, wait_until

# How long the gateways wait for their upstream before they answer 504.
UPSTREAM_TIMEOUT_MS = 400

_ACCOUNT_SECONDS = 10

_NGINX = """\
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 128; }}
http {{
  log_format account '$status $request_uri $http_user_agent';
  access_log {folder}/access.log account;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  limit_req_zone $binary_remote_addr zone=one_a_minute:64k rate=1r/m;
  server {{
    listen {address}:{port}{ssl};
    {certificate}
    {more}
    location / {{
      proxy_pass http://127.0.0.1:{upstream_port};
      proxy_connect_timeout {timeout}ms;
      proxy_read_timeout {timeout}ms;
    }}
    location /busy {{
      limit_req zone=one_a_minute;
      proxy_pass http://127.0.0.1:{upstream_port};
    }}
    location /moved {{ return 302 /; }}
  }}
  server {{
    listen unix:{folder}/account.sock;
    access_log off;
    location / {{ return 204; }}
  }}
}}
"""

_HAPROXY = """\
global
  maxconn 128
  stats socket {folder}/stats.sock mode 600 level user
defaults
  mode http
  retries 0
  timeout connect {timeout}ms
  timeout client 5s
  timeout server {timeout}ms
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
{servers}
"""


_TINYPROXY = """\
Listen 127.0.0.1
Port {port}
Timeout 10
MaxClients 32
LogFile "{folder}/tinyproxy.log"
ViaProxyName "the-proxy"
BasicAuth mon proxy-password
"""


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        raise AssertionError(f"{name} is not installed; scripts/setup test installs it")
    return path


class Gateway:
    """A server of a package, in a folder of its own, that listens on `port` of `address`."""

    def __init__(self, folder, scheme="http", address="127.0.0.1", port=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.address = address
        self.port = port or free_port()
        self.url = f"{scheme}://{address}:{self.port}/"
        self._process = None

    def _start(self, command):
        log = self.folder / "output"
        with open(log, "ab") as output:
            self._process = process.spawn(command, stdout=output, stderr=output,
                                          cwd=self.folder)
        wait_until(lambda: is_listening(self.port, self.address) or self._process.poll() is not None,
                   f"{command[0]} listens")
        if self._process.poll() is not None:
            raise AssertionError(f"{command[0]} ended: {log.read_text()}")

    def close(self):
        process.end(self._process)


class Nginx(Gateway):
    """Paths: / is proxied, /busy too but once a minute (else nginx's own 503), /moved redirects
    to /. With `identity` (harness.tls) it speaks TLS, and HTTP/2 to whoever asks; `more` are lines
    of its server block, in which "FOLDER" is its own; `place` may name address and port."""

    def __init__(self, folder, upstream_port, identity=None, more="", **place):
        super().__init__(folder, "https" if identity else "http", **place)
        certificate = (f"ssl_certificate {identity.certificate};\n"
                       f"    ssl_certificate_key {identity.key};" if identity else "")
        configuration = self.folder / "nginx.conf"
        configuration.write_text(_NGINX.format(
            folder=self.folder, address=self.address, port=self.port, upstream_port=upstream_port,
            timeout=UPSTREAM_TIMEOUT_MS, ssl=" ssl http2" if identity else "", certificate=certificate,
            more=more.replace("FOLDER", str(self.folder))))
        self._start([find_program("nginx"), "-e", self.folder / "error.log", "-c", configuration,
                     "-g", "daemon off;"])

    def access_log(self):
        """(status, path) of each request, in nginx's own account. What a check of the harness
        sent, a connection without a request, is not among them. An answer reaches its client before
        the line about it is written; the one worker has written all of them when it answers the
        next."""
        with socket.socket(socket.AF_UNIX) as next_one:
            next_one.settimeout(_ACCOUNT_SECONDS)
            next_one.connect(str(self.folder / "account.sock"))
            next_one.sendall(b"GET / HTTP/1.0\r\n\r\n")
            next_one.recv(1)
        lines = (self.folder / "access.log").read_text().splitlines()
        return [(int(line.split()[0]), line.split()[1]) for line in lines]

    def requests_by_status(self):
        return dict(collections.Counter(status for status, _ in self.access_log()))


class HaProxy(Gateway):
    """Its one backend "back" has a server for each port, "upstream" and then "upstream2", …;
    `more` is put behind each. `stats_socket` tells how it is."""

    def __init__(self, folder, *upstream_ports, more=""):
        super().__init__(folder)
        self.stats_socket = self.folder / "stats.sock"
        servers = "\n".join(
            f"  server upstream{number if number > 1 else ''} 127.0.0.1:{port} {more}"
            for number, port in enumerate(upstream_ports, 1))
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(_HAPROXY.format(
            folder=self.folder, port=self.port, servers=servers, timeout=UPSTREAM_TIMEOUT_MS))
        self._start([find_program("haproxy"), "-db", "-f", configuration])


class Proxy(Gateway):
    """Tinyproxy, for user "mon" with the password "proxy-password"; says "the-proxy" in Via."""

    def __init__(self, folder):
        super().__init__(folder)
        configuration = self.folder / "tinyproxy.conf"
        configuration.write_text(_TINYPROXY.format(folder=self.folder, port=self.port))
        self._start([find_program("tinyproxy"), "-d", "-c", configuration])

# SPDX-License-Identifier: MIT
"""An upstream for each fault, all at once: each has a port of its own on 127.0.0.1."""

import pathlib
import socket
import ssl
import threading

from harness.waiting import free_port, wait_until
from lab import answers
from lab.faults import Fault

# Nothing leads there from a network with a loopback alone (RFC 5737).
_NOWHERE = "192.0.2.1"
# What the upstreams' certificates are for. Some gateways look for an address among the names.
NAMES = "DNS:localhost,DNS:127.0.0.1,IP:127.0.0.1"


class _Listener:
    """Serves each connection by `serve(connection)`, in a thread of its own."""

    def __init__(self, serve, path=None):
        if path:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(str(path))
        else:
            self.port = free_port()
            self._socket = socket.socket()
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", self.port))
        self._socket.listen(64)
        self._serve = serve
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        connection.settimeout(20)
        try:
            self._serve(connection)
        except OSError:
            pass  # the peer went away
        finally:
            connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(4096)
        if not chunk:
            break
        data += chunk
        if data[:1] == b"\x16":
            break  # a TLS greeting, which has no end that we know
    return data


def _http(act):
    def serve(connection):
        if _read_request(connection):
            act(connection)
    return serve


def _greeting(words):
    def serve(connection):
        connection.sendall(words)
        _read_request(connection)
    return serve


def _tls(identity, **versions):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    if versions:
        context.set_ciphers("ALL:@SECLEVEL=0")
    for name, version in versions.items():
        setattr(context, name, version)

    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            if _read_request(wrapped):
                answers.HTTP["ok"](wrapped)
    return serve


def _tls_without_words(connection):
    """What a TLS server does to a request in the clear, in its bluntest form."""
    connection.recv(5)
    answers.reset_on_close(connection)


class FullBacklog:
    """A port whose SYNs stay without an answer: its queue of connections is full."""

    def __init__(self):
        self.port = free_port()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(0)
        self._fillers = []
        wait_until(self._is_full, "the queue of a port is full")

    def _is_full(self):
        filler = socket.socket()
        self._fillers.append(filler)
        filler.settimeout(0.2)
        try:
            filler.connect(("127.0.0.1", self.port))
        except TimeoutError:
            return True
        return False

    def close(self):
        for one in [*self._fillers, self._listener]:
            one.close()


class NoPortsLeft:
    """A port that all of our outgoing ports are connected to already."""

    def __init__(self, most):
        self._held = []
        self._listener = _Listener(self._held.append)
        self._listener._one = self._held.append
        self.port = self._listener.port
        for _ in range(most + 1):
            ours = socket.socket()
            try:
                ours.connect(("127.0.0.1", self.port))
            except OSError:
                ours.close()
                return
            self._held.append(ours)
        raise AssertionError(f"{most} connections did not use up the ports")

    def close(self):
        self._listener.close()
        for one in self._held:
            one.close()


def serving(words):
    """An upstream that says these bytes to every request."""
    return _Listener(_http(lambda connection: connection.sendall(words)))


class Upstreams:
    """faults: every fault that can be had here, by name. `ports` is how many outgoing ports this
    network has where they are few enough to be used up, else None; `own_network` tells that nothing
    but the loopback is there."""

    def __init__(self, folder, authority, ports=None, own_network=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.authority = authority
        self.faults = {}
        self._pieces = []
        self._plain_ones()
        self._tls_ones()
        self._sockets()
        self._add("refused", free_port())
        self._add("conn_timeout", self._keep(FullBacklog()).port)
        if own_network:
            # Else gateways that ask the system would ask the machine's own name servers.
            self.faults["unresolvable_nx"] = Fault("unresolvable_nx", "no-such-name.invalid:80")
            self.faults["no_route"] = Fault("no_route", f"{_NOWHERE}:80")
        if ports:
            self._add("local_ports_exhausted", self._keep(NoPortsLeft(ports)).port)

    def close(self):
        for piece in self._pieces:
            piece.close()

    def _keep(self, piece):
        self._pieces.append(piece)
        return piece

    def _add(self, name, port, tls=False):
        self.faults[name] = Fault(name, f"127.0.0.1:{port}", tls)

    def _listen(self, name, serve, tls=False):
        self._add(name, self._keep(_Listener(serve)).port, tls)

    def _plain_ones(self):
        for name, act in answers.HTTP.items():
            self._listen(name, _http(act), tls=name == "tls_plain_on_tls")
        for name, words in answers.GREETINGS.items():
            self._listen(name, _greeting(words))
        self._listen("tls_on_plain", _tls_without_words)

    def _tls_ones(self):
        good = self.authority.identity(NAMES)
        self._listen("tls_self_signed", _tls(self.authority.self_signed(NAMES)), tls=True)
        self._listen("tls_expired", _tls(self.authority.identity(NAMES, days=-1)), tls=True)
        self._listen("tls_hostname", _tls(self.authority.identity("DNS:other.example")), tls=True)
        self._listen("tls_old", _tls(good, maximum_version=ssl.TLSVersion.TLSv1_1,
                                     minimum_version=ssl.TLSVersion.TLSv1), tls=True)

    def _sockets(self):
        """Unix sockets: one that is not there, one that nobody may open (but root), and one that
        whoever listened left behind."""
        missing, denied, stale = (self.folder / name for name in ("missing", "denied", "stale"))
        self._keep(_Listener(_http(answers.HTTP["ok"]), denied))
        denied.chmod(0)
        _Listener(_http(answers.HTTP["ok"]), stale).close()
        stale.chmod(0o666)
        for name, path in (("fcgi_missing", missing), ("fcgi_denied", denied),
                           ("fcgi_refused", stale)):
            self.faults[name] = Fault(name, f"unix:{path}")

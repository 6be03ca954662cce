# SPDX-License-Identifier: MIT
"""An upstream whose behaviour a test changes while it runs."""

import socket
import threading

from harness.waiting import free_port

_BODY = b"all is well\n"


def _answer(status, reason, body=_BODY):
    return (f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body


class Upstream:
    """mode(NAME) makes it, from the next connection on:
      ok       answer 200
      stopped  not listen at all: connections are refused
      hang     read the request and never answer
      garbage  answer with a status line and then what no header can be
      noise    answer with what is not HTTP from its first byte
      status N answer with that status, as an application that itself says 502
    """

    def __init__(self, mode="ok"):
        self.port = free_port()
        self.requests = []  # the first line of each request
        self._listener = None
        self._mode = "stopped"
        self._held = []
        self.mode(mode)

    def mode(self, name):
        self._mode = name
        if name == "stopped":
            self._close()
        elif self._listener is None:
            self._open()

    def close(self):
        self._close()
        for connection in self._held:
            connection.close()
        self._held.clear()

    def _open(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _close(self):
        listener, self._listener = self._listener, None
        if listener:
            # Wakes accept(), which close() alone does not.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.settimeout(10)
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = connection.recv(4096)
                if not chunk:
                    return
                head += chunk
            self.requests.append(head.split(b"\r\n", 1)[0].decode())
            mode = self._mode
            if mode == "hang":
                self._held.append(connection)
                connection = None
            elif mode == "garbage":
                connection.sendall(b"HTTP/1.1 200 OK\r\nbro\0ken header\r\n\r\n")
            elif mode == "noise":
                connection.sendall(b"\x16\x03 this is no HTTP at all\r\n\r\n")
            elif mode.startswith("status "):
                connection.sendall(_answer(mode.split()[1], "Scripted"))
            else:
                connection.sendall(_answer(200, "OK"))
        except OSError:
            pass  # the peer went away
        finally:
            if connection:
                connection.close()

# SPDX-License-Identifier: MIT
"""A name server to which no name exists."""

import socket
import threading

from harness.waiting import free_port

_NAME_ERROR = b"\x81\x83"  # an answer, with recursion; NXDOMAIN


class NoNames:
    def __init__(self):
        self.port = free_port()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                query, peer = self._socket.recvfrom(512)
                # Its question alone: what may follow is not answered.
                end = query.index(b"\0", 12) + 5
                self._socket.sendto(query[:2] + _NAME_ERROR + b"\0\1\0\0\0\0\0\0" + query[12:end],
                                    peer)
            except ValueError:
                continue
            except OSError:
                return

    def close(self):
        self._socket.close()

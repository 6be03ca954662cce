# SPDX-License-Identifier: MIT
"""An answer that ends early, at any byte: path /N is answered with its first N bytes."""

import socket
import threading

from harness.waiting import free_port


class TornAnswers:
    def __init__(self, answer):
        self._answer = answer
        self.port = free_port()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    length = int(connection.recv(4096).split()[1].strip(b"/"))
                    connection.sendall(self._answer[:length])
                except (OSError, ValueError, IndexError):
                    pass  # whoever asked went away

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

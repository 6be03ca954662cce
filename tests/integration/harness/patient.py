# SPDX-License-Identifier: MIT
"""An HTTP server that leaves it to its clients to close, as those do that ignore "Connection:
close": the side that closes first is the one that keeps its port in TIME_WAIT."""

import selectors
import socket
import threading

from harness.waiting import free_port

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class PatientServer:
    def __init__(self, address="127.0.0.1"):
        self.port = free_port()
        self.url = f"http://{address}:{self.port}/"
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((address, self.port))
        self._listener.listen(4096)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._wake:
                    return
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    self._selector.register(connection, selectors.EVENT_READ)
                else:
                    self._turn(key.fileobj)

    def _turn(self, connection):
        try:
            if connection.recv(4096):
                connection.send(_ANSWER)
                return
        except OSError:
            pass  # reset, which is a way to close
        self._selector.unregister(connection)
        connection.close()

    def close(self):
        self._waker.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._waker.close()
        self._selector.close()

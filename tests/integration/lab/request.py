# SPDX-License-Identifier: MIT
"""One request as raw bytes."""

import itertools
import os
import socket
import time

_numbers = itertools.count(1)
_SECONDS = 4
_MOST = 256 * 1024


def next_id():
    return f"lab-{os.getpid()}-{next(_numbers)}"


def fetch(port, path, method="GET", request_id=None, seconds=_SECONDS, version="1.1", fields=()):
    """Every byte that came until the connection ended, or the time was over."""
    lines = [f"{method} {path} HTTP/{version}", "Host: gw.test", "User-Agent: gatewatch-lab",
             "Accept: */*", f"X-Request-Id: {request_id or next_id()}", *fields,
             "Connection: close", "", ""]
    end = time.monotonic() + seconds
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        try:
            connection.sendall("\r\n".join(lines).encode())
            while len(received) < _MOST:
                connection.settimeout(max(0.01, end - time.monotonic()))
                chunk = connection.recv(65536)
                if not chunk:
                    break
                received += chunk
        except OSError:
            pass  # a reset or the end of our patience: what came is what counts
    return received

# SPDX-License-Identifier: MIT
"""Waiting on conditions, and free ports."""

import os
import random
import socket
import threading
import time

_POLL_SECONDS = 0.02
# Below the range that the kernel gives to outgoing connections, so that none takes a port between
# its choice here and its use.
_PORTS = range(20000, 32000)
_random = random.Random(os.getpid() ^ time.time_ns())
_given = set()


def wait_until(condition, what, seconds=30):
    """Returns the first true value of condition(); raises AssertionError where none comes in time.
    `what` ends the sentence "waited N s until …"; it may be a function, called on failure."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {seconds} s until {what() if callable(what) else what}")
        pause.wait(_POLL_SECONDS)


def stays(condition, what, seconds):
    """Asserts that condition() holds during the whole time."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < end:
        if not condition():
            raise AssertionError(f"within {seconds} s it was no longer so that {what}")
        pause.wait(_POLL_SECONDS)


def free_port():
    """A port of 127.0.0.1 that nobody listens on, and that this process was not given before."""
    while True:
        port = _random.choice(_PORTS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port


def is_listening(port, address="127.0.0.1"):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0

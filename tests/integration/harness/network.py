# SPDX-License-Identifier: MIT
"""A network of the test's own: nothing but a loopback, with settings unlike the machine's."""

import ctypes
import fcntl
import os
import pathlib
import socket
import struct

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_TIME_WAIT = "06"
_libc = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """The machine does not let this process have a network of its own."""


def _unshare(flags):
    if _libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _write(path, text):
    pathlib.Path(path).write_text(text, encoding="ascii")


def _bring_up_loopback():
    with socket.socket() as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | _IFF_UP, b""))


def _enter_own_user_namespace():
    """With a network in which this process may do all; what it starts is the same user as ever."""
    user, group = os.getuid(), os.getgid()
    _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def enter_own_network(settings):
    """Moves this process, for good, to a network with an empty loopback and these settings of
    net.ipv4. Its other threads stay where they are: call it before there are any."""
    try:
        try:
            _unshare(_CLONE_NEWNET)
        except PermissionError:
            _enter_own_user_namespace()
        _bring_up_loopback()
        for name, value in settings.items():
            _write(f"/proc/sys/net/ipv4/{name}", str(value))
    except OSError as error:
        raise NotPermitted(f"no network of its own: {error}") from error


def time_waits_to(port):
    """How many connections to that port keep their own port in TIME_WAIT, on the side of those
    that connected."""
    count = 0
    with open("/proc/self/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            words = line.split()
            if words[3] == _TIME_WAIT and int(words[2].rsplit(":", 1)[1], 16) == port:
                count += 1
    return count

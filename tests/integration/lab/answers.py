# SPDX-License-Identifier: MIT
"""What a failing upstream sends: a function per fault, from the connection and the request's first
line. Each leaves the connection as it is to be closed: by FIN, or by RST after reset_on_close()."""

import socket
import struct
import threading

_DRIPS, _DRIP_SECONDS = 200, 0.1
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def reset_on_close(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer(status, reason, body, *fields):
    lines = [f"HTTP/1.1 {status} {reason}", *fields, f"Content-Length: {len(body)}",
             "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _sends(data):
    return lambda connection: connection.sendall(data)


def _sends_and_resets(data):
    def act(connection):
        connection.sendall(data)
        # The peer reads it before the reset, which throws away what is not read.
        threading.Event().wait(0.05)
        reset_on_close(connection)
    return act


def _drip(connection):
    connection.sendall(_HEAD)
    for number in range(_DRIPS):
        threading.Event().wait(_DRIP_SECONDS)
        connection.sendall(b"X-Drip-%d: 1\r\n" % number)


def _hang(connection):
    while connection.recv(4096):
        pass


_BROKEN_BODY = _HEAD + b"Content-Length: 100000\r\n\r\n" + b"x" * 1500
_PLAIN = ("Content-Type: text/plain", "Server: lab-app")

# Those that the request is read for first.
HTTP = {
    "ok": _sends(answer(200, "OK", b"ok\n", *_PLAIN)),
    "early_100k": _sends(answer(200, "OK", b"k" * 100_000, *_PLAIN)),
    "accept_close": lambda connection: None,
    "accept_rst": reset_on_close,
    "fin_mid_headers": _sends(_HEAD + b"X-Cut: in the mid"),
    "rst_mid_headers": _sends_and_resets(_HEAD + b"X-Cut: in the mid"),
    "invalid_header": _sends(
        _HEAD + b"a line without what divides\r\nContent-Length: 3\r\n\r\nok\n"),
    "invalid_status_line": _sends(b"HTTP/1.1 abc\r\nContent-Length: 3\r\n\r\nok\n"),
    "bad_content_length": _sends(_HEAD + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nok\nno"),
    "headers_too_large": _sends(_HEAD + b"X-Large: " + b"l" * 300_000 + b"\r\n\r\nok\n"),
    "headers_many": _sends(_HEAD + b"".join(
        b"Set-Cookie: many%d=%s\r\n" % (number, b"c" * 80) for number in range(100))
        + b"Content-Length: 3\r\n\r\nok\n"),
    "hang": _hang,
    "drip_headers": _drip,
    "die_mid_body_cl_fin": _sends(_BROKEN_BODY),
    "die_mid_body_cl_rst": _sends_and_resets(_BROKEN_BODY),
    "die_mid_body_chunked": _sends(
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5dc\r\n" + b"x" * 700),
    "own_502": _sends(answer(502, "Bad Gateway", b"the application's own 502\n", *_PLAIN)),
    "own_503": _sends(answer(503, "Service Unavailable", b'{"error": "busy"}\n',
                             "Content-Type: application/json", "Server: lab-app")),
    "own_504": _sends(answer(504, "Gateway Timeout", b"<h1>too slow</h1>\n",
                             "Content-Type: text/html", "Server: lab-app")),
    "tls_plain_on_tls": _sends(answer(400, "Bad Request", b"no TLS here\n", *_PLAIN)),
}

# Those that speak first, as such servers do.
GREETINGS = {
    "garbage_ssh": b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    "garbage_tls_alert": b"\x15\x03\x03\x00\x02\x02\x46",
    "smtp_banner": b"220 mail.example.com ESMTP\r\n",
}

# SPDX-License-Identifier: MIT
"""A webhook receiver that verifies each request with the `standardwebhooks` package of its
specification's authors (verify.js, run by Node). Where that package could not be installed, Python's
own hmac takes its place, and the test of webhook_verifier_test.py shows as skipped.
"""

import base64
import collections
import dataclasses
import hashlib
import hmac
import http.server
import json
import pathlib
import shutil
import subprocess
import threading
import time

from harness import process
from harness.waiting import free_port

_HERE = pathlib.Path(__file__).resolve().parent
_PACKAGE = _HERE.parent / "node_modules" / "standardwebhooks"


class PackageVerifier:
    """Asks verify.js, one line per question."""

    name = "standardwebhooks"

    def __init__(self, secret):
        self._secret = secret
        self._lock = threading.Lock()
        self._process = process.spawn(["node", _HERE / "verify.js"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    @staticmethod
    def missing():
        """Why it can't be used; empty where it can."""
        if shutil.which("node") is None:
            return "node is not installed"
        return "" if _PACKAGE.is_dir() else "the npm package standardwebhooks is not installed"

    def error(self, headers, body):
        """What is wrong with the request; empty where it verifies."""
        question = {"secret": self._secret, "headers": headers,
                    "body": base64.b64encode(body).decode()}
        with self._lock:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())["error"]

    def close(self):
        self._process.stdin.close()
        process.end(self._process)
        self._process.stdout.close()


class StandardLibraryVerifier:
    """The same judgement from the specification's text, with Python's hmac."""

    name = "hmac"
    _TOLERANCE_SECONDS = 300

    def __init__(self, secret):
        self._key = base64.b64decode(secret.removeprefix("whsec_"))

    def error(self, headers, body):
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            if not headers.get(name):
                return f"no {name}"
        if abs(time.time() - int(headers["webhook-timestamp"])) > self._TOLERANCE_SECONDS:
            return "the time stamp is too far from now"
        wanted = self.sign(headers, body)
        return "" if wanted in headers["webhook-signature"].split() else "no signature matches"

    def sign(self, headers, body):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        return "v1," + base64.b64encode(
            hmac.new(self._key, signed, hashlib.sha256).digest()).decode()

    def close(self):
        pass


@dataclasses.dataclass
class Received:
    at: float  # time.monotonic()
    headers: dict  # names in lower case
    raw: bytes
    verification_error: str
    status: int  # what it was answered

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def type(self):
        return self.json["type"]

    @property
    def id(self):
        return self.headers["webhook-id"]


class WebhookReceiver:
    secret = "whsec_" + base64.b64encode(b"thirty-two octets of a secret...").decode()

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self.received = []
        # Statuses of the next answers; 204 where there is none left.
        self.script = collections.deque()
        # Set: answers wait until it is set again (a slow receiver).
        self.may_answer = threading.Event()
        self.may_answer.set()
        kind = StandardLibraryVerifier if PackageVerifier.missing() else PackageVerifier
        self._verifier = kind(self.secret)
        self._server = None
        self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.may_answer.wait()
                status = receiver.script.popleft() if receiver.script else 204
                error = receiver._verifier.error(headers, body)
                receiver.received.append(
                    Received(time.monotonic(), headers, body, error, status))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Refuses connections until start()."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def close(self):
        self.may_answer.set()
        self.stop()
        self._verifier.close()

    def accepted(self):
        """What was answered with 2xx, in the order of arrival."""
        return [one for one in list(self.received) if 200 <= one.status < 300]

    def types(self):
        return [one.type for one in self.accepted()]

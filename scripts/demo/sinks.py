# SPDX-License-Identifier: MIT
"""Local receivers of the demo's alerts: each prints one line per message, with its type."""

import email
import email.policy
import http.server
import json
import threading

from aiosmtpd.controller import Controller

_CHANNELS = {"webhook", "e-mail"}
# A mail is for people: its text begins with what happened.
_TYPES = {"OPENED": "incident.opened", "UPDATED": "incident.updated",
          "REOPENED": "incident.reopened", "RESOLVED": "incident.resolved", "TEST": "test"}


class Told:
    """What was received so far, over all sinks."""

    def __init__(self, say):
        self._say = say
        self._lock = threading.Lock()
        self._resolved_on = set()
        self._when_whole = None

    def when_whole_incident_was_told(self, action):
        """Calls `action` once, when a resolution has arrived on both channels."""
        with self._lock:
            self._when_whole = action

    def receive(self, channel, message_type, text):
        self._say(channel, f"{message_type:18} {text}")
        action = None
        with self._lock:
            if message_type == "incident.resolved":
                self._resolved_on.add(channel)
            if self._when_whole and self._resolved_on == _CHANNELS:
                action, self._when_whole = self._when_whole, None
        if action:
            action()


def start_webhook_sink(port, told):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            told.receive("webhook", message["type"], message["data"]["text"])

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


class _Mailbox:
    def __init__(self, told):
        self._told = told

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        state, _, sentence = text.partition("\n")[0].partition(": ")
        self._told.receive("e-mail", _TYPES.get(state, state), sentence)
        return "250 taken"


def start_smtp_sink(port, told):
    """Returns the running controller; stop() ends it."""
    controller = Controller(_Mailbox(told), hostname="127.0.0.1", port=port)
    controller.start()
    return controller

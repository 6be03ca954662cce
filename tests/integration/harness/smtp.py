# SPDX-License-Identifier: MIT
"""A real SMTP server (aiosmtpd) in a process of its own: STARTTLS and AUTH required.

As a program: smtp.py PORT CERTIFICATE KEY USERNAME PASSWORD OUTPUT; appends one JSON object per
message to OUTPUT.
"""

import base64
import email
import email.policy
import json
import pathlib
import sys

if __name__ != "__main__":
    from harness import process
    from harness.waiting import free_port, is_listening, wait_until


class Mail:
    """One received message. `content` parses it by the strict policy: a malformed header raises."""

    def __init__(self, record):
        self.sender = record["from"]
        self.recipients = record["to"]
        self.over_tls = record["tls"]
        self.username = record["username"]
        self.raw = base64.b64decode(record["content"])
        self.content = email.message_from_bytes(self.raw, policy=email.policy.strict)

    @property
    def text(self):
        return self.content.get_body(("plain",)).get_content()


class SmtpServer:
    username = "gatewatch"
    password = "süß & geheim"

    def __init__(self, folder, identity):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self._identity = identity
        self._process = None
        self.start()

    def start(self):
        with open(self.folder / "output", "ab") as output:
            self._process = process.spawn(
                [sys.executable, "-B", __file__, self.port, self._identity.certificate,
                 self._identity.key, self.username, self.password, self.folder / "mails"],
                stdout=output, stderr=output)
        wait_until(lambda: is_listening(self.port),
                   lambda: "the SMTP server listens: " + (self.folder / "output").read_text())

    def stop(self):
        process.end(self._process)

    close = stop

    def mails(self):
        path = self.folder / "mails"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [Mail(json.loads(line)) for line in lines if line.endswith("\n")]


def _serve(port, certificate, key, username, password, output):
    import asyncio
    import ssl

    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    class Handler:
        async def handle_DATA(self, _server, session, envelope):
            record = {
                "from": envelope.mail_from, "to": envelope.rcpt_tos,
                "tls": session.ssl is not None, "username": session.auth_data,
                "content": base64.b64encode(envelope.original_content).decode(),
            }
            with open(output, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            return "250 taken"

    def authenticate(_server, _session, _envelope, _mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            username.encode(), password.encode())
        return AuthResult(success=good, handled=False, auth_data=username if good else None)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def serve():
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(Handler(), hostname="mail.test", tls_context=context,
                         require_starttls=True, auth_required=True, authenticator=authenticate,
                         enable_SMTPUTF8=True),
            "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    _serve(int(sys.argv[1]), *sys.argv[2:])

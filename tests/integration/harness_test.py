# SPDX-License-Identifier: MIT
"""The harness itself: its gateways fail as they should, and its receivers refuse what is wrong."""

import base64
import smtplib
import socket
import ssl
import time
import urllib.error
import urllib.request

from harness import Authority, Case, HaProxy, SmtpServer, WebhookReceiver
from harness.webhook import StandardLibraryVerifier


def status_of(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            error.read()
            return error.code


class Gateways(Case):
    def test_nginx_answers_by_what_its_upstream_does(self):
        upstream = self.upstream()
        nginx = self.nginx(upstream)
        seen = {}
        for mode in ("ok", "stopped", "hang", "garbage", "status 503"):
            upstream.mode(mode)
            seen[mode] = status_of(nginx.url)
        self.assertEqual(
            {"ok": 200, "stopped": 502, "hang": 504, "garbage": 502, "status 503": 503}, seen)
        self.assertEqual({200: 1, 502: 2, 504: 1, 503: 1}, nginx.requests_by_status())

    def test_nginx_answers_503_by_itself_when_it_is_busy(self):
        nginx = self.nginx(self.upstream())
        self.assertEqual([200, 503],
                         [status_of(nginx.url + "busy"), status_of(nginx.url + "busy")])

    def test_haproxy_answers_by_what_its_upstream_does(self):
        upstream = self.upstream()
        haproxy = self.closing(HaProxy(self.folder / "haproxy", upstream.port))
        seen = {}
        for mode in ("ok", "stopped", "hang", "garbage", "noise"):
            upstream.mode(mode)
            seen[mode] = status_of(haproxy.url)
        self.assertEqual(
            {"ok": 200, "stopped": 503, "hang": 504, "garbage": 502, "noise": 502}, seen)


class MailServer(Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "ca")
        self.server = self.closing(SmtpServer(self.folder / "smtp", self.authority.identity()))
        self.client = smtplib.SMTP("127.0.0.1", self.server.port)
        self.addCleanup(self.client.close)
        self.client.ehlo("client.test")

    def test_refuses_mail_before_starttls(self):
        self.assertEqual(530, self.client.docmd("MAIL", "FROM:<a@example.com>")[0])

    def test_refuses_mail_before_auth_and_a_wrong_password(self):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        self.client.starttls(context=context)
        self.client.ehlo("client.test")
        self.assertEqual(530, self.client.docmd("MAIL", "FROM:<a@example.com>")[0])
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            self.client.login("gatewatch", "wrong")

    def test_keeps_what_it_takes(self):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        self.client.starttls(context=context)
        self.client.ehlo("client.test")
        # smtplib wants ASCII passwords; the mechanism itself takes any octets.
        token = b"\0" + self.server.username.encode() + b"\0" + self.server.password.encode()
        self.assertEqual(235, self.client.docmd(
            "AUTH", "PLAIN " + base64.b64encode(token).decode())[0])
        self.client.sendmail("a@example.com", ["b@example.com"], "Subject: hello\r\n\r\nyes\r\n")
        (mail,) = self.server.mails()
        self.assertEqual(("a@example.com", ["b@example.com"], True, "gatewatch", "hello"),
                         (mail.sender, mail.recipients, mail.over_tls, mail.username,
                          mail.content["Subject"]))


class Webhooks(Case):
    # What the standardwebhooks package signs for this message with this secret.
    SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw"
    TIMESTAMP = "1614265330"
    BODY = b'{"test": 2432232314}'
    SIGNATURE = "v1,pZN3CVESPCUuihODVQNgWONmlcH9xCz9b1ykcK53XqY="

    def headers(self, **changes):
        headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
                   "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        return headers

    def test_signs_as_the_package_of_the_specification_does(self):
        self.assertEqual(self.SIGNATURE, StandardLibraryVerifier(self.SECRET).sign(
            self.headers(webhook_timestamp=self.TIMESTAMP), self.BODY))

    def test_a_wrong_signature_a_missing_one_and_an_old_time_stamp_do_not_verify(self):
        verifier = StandardLibraryVerifier(self.SECRET)
        self.assertNotEqual("", verifier.error(self.headers(), self.BODY))
        self.assertNotEqual("", verifier.error(self.headers(webhook_signature=""), self.BODY))
        self.assertIn("time stamp", verifier.error(
            self.headers(webhook_timestamp=self.TIMESTAMP), self.BODY))

    def test_the_receiver_records_what_does_not_verify(self):
        receiver = self.closing(WebhookReceiver())
        request = urllib.request.Request(receiver.url, b'{"type": "test"}', self.headers())
        with urllib.request.urlopen(request, timeout=5) as answer:
            self.assertEqual(204, answer.status)
        self.assertEqual(["test"], receiver.types())
        self.assertNotEqual("", receiver.received[0].verification_error)

    def test_a_stopped_receiver_refuses_and_comes_back_on_its_port(self):
        receiver = self.closing(WebhookReceiver())
        receiver.stop()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", receiver.port), 5)
        receiver.start()
        socket.create_connection(("127.0.0.1", receiver.port), 5).close()

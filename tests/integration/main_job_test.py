# SPDX-License-Identifier: MIT
"""The main job: a real nginx loses its upstream and gets it back; a webhook and an e-mail tell of
both."""

from harness import (QUICK_RULE, Authority, Case, SmtpServer, WebhookReceiver, quick_target,
                     wait_until, webhook_channel)

TARGET = "Bücher & <Läden>"
RECIPIENTS = {"oncall@example.com", "boss@example.com"}


def mail_channel(server, authority):
    return (f'\n[[channel]]\nname = "mail"\nkind = "email"\n'
            f'server = "smtp://127.0.0.1:{server.port}"\nstarttls = "required"\n'
            f'ca_file = "{authority.certificate}"\n'
            f'username = "{server.username}"\npassword = "{server.password}"\n'
            f'from = "gatewatch@example.com"\nto = ["oncall@example.com", "boss@example.com"]\n')


class MainJob(Case):
    def setUp(self):
        super().setUp()
        authority = Authority(self.folder / "ca")
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        self.smtp = self.closing(SmtpServer(self.folder / "smtp", authority.identity()))
        self.gatewatch = self.daemon(
            quick_target(TARGET, self.gateway.url, 'tags = ["prod"]') + QUICK_RULE
            + webhook_channel(self.hook) + mail_channel(self.smtp, authority)).start()

    def reached(self):
        """The recipients of each message, however many transactions brought it."""
        recipients = {}
        for mail in self.smtp.mails():
            recipients.setdefault(mail.content["Message-ID"], set()).update(mail.recipients)
        return list(recipients.values())

    def run_through_one_incident(self):
        wait_until(lambda: self.gatewatch.samples_by_status(TARGET).get(200, 0) >= 3,
                   "the target was seen healthy")
        self.app.mode("stopped")
        opened = self.gatewatch.wait_for_incident(TARGET)
        wait_until(lambda: self.hook.types() == ["incident.opened"],
                   lambda: f"the webhook tells it; it told {self.hook.types()}")
        wait_until(lambda: self.reached() == [RECIPIENTS], "both recipients have their mail")
        self.app.mode("ok")
        resolved = self.gatewatch.wait_for_recovery(TARGET)
        wait_until(lambda: self.hook.types() == ["incident.opened", "incident.resolved"],
                   lambda: f"the webhook tells the end; it told {self.hook.types()}")
        wait_until(lambda: self.reached() == [RECIPIENTS] * 2, "both have their second mail")
        self.assertEqual(opened["id"], resolved["id"])
        return resolved

    def test_an_outage_is_told_on_both_channels_and_counted_as_nginx_counts(self):
        incident = self.run_through_one_incident()
        self.assertEqual(0, self.gatewatch.stop(), self.gatewatch.log())
        with self.subTest("webhooks"):
            self.check_webhooks(incident)
        with self.subTest("mails"):
            self.check_mails()
        with self.subTest("samples"):
            by_status = self.gatewatch.samples_by_status(TARGET)
            self.assertEqual(self.gateway.requests_by_status(), by_status)
            self.assertEqual({200, 502}, set(by_status))
        with self.subTest("notifications"):
            rows = self.gatewatch.query("SELECT * FROM notifications ORDER BY created_at, channel")
            self.assertEqual(
                [("mail", "incident.opened", "delivered"), ("ops", "incident.opened", "delivered"),
                 ("mail", "incident.resolved", "delivered"),
                 ("ops", "incident.resolved", "delivered")],
                [(row["channel"], row["type"], row["state"]) for row in rows])
            self.assertEqual({incident["id"]}, {row["incident_id"] for row in rows})

    def check_webhooks(self, incident):
        self.assertVerified(self.hook)
        opened, resolved = self.hook.accepted()
        for one, how in ((opened, "undetermined"), (resolved, "temporary")):
            self.assertEqual("application/json", one.headers["content-type"].split(";")[0])
            data = one.json["data"]
            self.assertEqual((incident["id"], TARGET, self.gateway.url, ["prod"], "bad-gateway",
                              "critical", how, "rate"),
                             tuple(data["incident"][key] for key in (
                                 "id", "target", "url", "tags", "rule", "severity", "class",
                                 "detected_by")))
            self.assertEqual((0.3, 3), (data["incident"]["threshold"],
                                        data["incident"]["window_seconds"]))
            self.assertEqual("unknown", data["verdict"]["fault"])
            self.assertIn(TARGET, data["text"])
            self.assertEqual({"host", "version"}, set(data["source"]))
        first = opened.json["data"]["incident"]
        self.assertIsNone(first["resolved_at"])
        self.assertEqual(incident["opened_at"], first["opened_at"])
        self.assertEqual(first["rate"], round(first["bad"] / first["probes"], 10))
        self.assertGreaterEqual(first["rate"], 0.3)
        self.assertEqual(first["rate"], first["rate_502"])
        self.assertEqual(incident["resolved_at"], resolved.json["data"]["incident"]["resolved_at"])
        self.assertNotEqual(opened.id, resolved.id)

    def check_mails(self):
        mails = self.smtp.mails()
        for mail in mails:
            self.assertEqual(("gatewatch@example.com", True, self.smtp.username),
                             (mail.sender, mail.over_tls, mail.username))
            self.assertIn(TARGET, mail.content["Subject"])
            self.assertIn(TARGET, mail.text)
            self.assertEqual("auto-generated", mail.content["Auto-Submitted"])
            self.assertIsNotNone(mail.content["Date"].datetime.tzinfo)
            # Lines end in CRLF, none is longer than the protocol allows, no octet needs 8BITMIME.
            self.assertNotIn(b"\n", mail.raw.replace(b"\r\n", b""))
            self.assertLessEqual(max(map(len, mail.raw.split(b"\r\n"))), 998)
            self.assertTrue(mail.raw.isascii())
        opened, resolved = mails[0].content, mails[-1].content
        self.assertNotEqual(opened["Message-ID"], resolved["Message-ID"])
        self.assertIsNone(opened["References"])
        self.assertEqual(opened["Message-ID"], resolved["References"])
        self.assertEqual(opened["Message-ID"], resolved["In-Reply-To"])
        self.assertEqual(opened["Subject"], resolved["Subject"].removeprefix("Re: "))
        self.assertIn("OPENED", mails[0].text)
        self.assertIn("RESOLVED", mails[-1].text)

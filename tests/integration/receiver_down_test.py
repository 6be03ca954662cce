# SPDX-License-Identifier: MIT
"""A receiver that is down, slow or unwilling: probes go on, the other channel is not delayed, and
what was queued arrives later, in order."""

from harness import (QUICK_RULE, Authority, Case, SmtpServer, WebhookReceiver, quick_target, stays,
                     wait_until, webhook_channel)

TARGET = "shop"
# The first repeat comes after 5 s, the second 15 s after it.
REPEAT_SECONDS = 40


class ReceiverDown(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        authority = Authority(self.folder / "ca")
        self.smtp = self.closing(SmtpServer(self.folder / "smtp", authority.identity()))
        self.gatewatch = self.daemon(
            quick_target(TARGET, self.gateway.url) + QUICK_RULE + webhook_channel(self.hook)
            + f'\n[[channel]]\nname = "mail"\nkind = "email"\nserver = "smtp://127.0.0.1:'
              f'{self.smtp.port}"\nusername = "{self.smtp.username}"\n'
              f'password = "{self.smtp.password}"\nca_file = "{authority.certificate}"\n'
              f'from = "g@example.com"\nto = ["o@example.com"]\n').start()

    def pass_through_an_incident(self):
        self.app.mode("stopped")
        self.gatewatch.wait_for_incident(TARGET)
        self.app.mode("ok")
        self.gatewatch.wait_for_recovery(TARGET)

    def assertProbedAtItsRate(self):
        """Five probes in a second, give or take what a busy machine makes of it."""
        rows = self.gatewatch.query("SELECT at_ms FROM samples ORDER BY at_ms")
        gaps = [later["at_ms"] - earlier["at_ms"] for earlier, later in zip(rows, rows[1:])]
        self.assertGreater(len(gaps), 10)
        self.assertAlmostEqual(200, sum(gaps) / len(gaps), delta=10)

    def test_a_webhook_receiver_that_is_down(self):
        self.hook.stop()
        self.pass_through_an_incident()
        wait_until(lambda: len(self.smtp.mails()) == 2, "both mails arrive")
        self.assertEqual([], self.hook.types())
        states = self.gatewatch.query("SELECT state FROM notifications WHERE channel = 'ops'")
        self.assertEqual(["pending", "pending"], [row["state"] for row in states])
        self.hook.start()
        wait_until(lambda: len(self.hook.types()) == 2, "both webhooks arrive", REPEAT_SECONDS)
        self.assertEqual(["incident.opened", "incident.resolved"], self.hook.types())
        self.assertVerified(self.hook)
        self.assertProbedAtItsRate()

    def test_a_webhook_receiver_that_answers_503_and_then_429(self):
        self.hook.script.extend([503, 429])
        self.pass_through_an_incident()
        wait_until(lambda: len(self.hook.types()) == 2, "both webhooks arrive", REPEAT_SECONDS)
        tries = [one for one in self.hook.received if one.type == "incident.opened"]
        self.assertEqual([503, 429, 204], [one.status for one in tries])
        self.assertEqual(1, len({(one.id, one.raw) for one in tries}), "the same id and bytes")
        # Each try carries a time stamp of its own, and is signed anew.
        self.assertEqual(3, len({one.headers["webhook-timestamp"] for one in tries}))
        self.assertVerified(self.hook)
        gaps = [later.at - earlier.at for earlier, later in zip(tries, tries[1:])]
        self.assertTrue(4 < gaps[0] < 12 and 12 < gaps[1] < 30, gaps)
        self.assertEqual(["incident.opened", "incident.resolved"], self.hook.types())

    def test_a_receiver_that_does_not_answer_delays_neither_probes_nor_mail(self):
        self.hook.may_answer.clear()
        self.pass_through_an_incident()
        wait_until(lambda: len(self.smtp.mails()) == 2, "both mails arrive")
        self.assertProbedAtItsRate()
        self.hook.may_answer.set()
        wait_until(lambda: len(self.hook.types()) >= 2, "both webhooks arrive", REPEAT_SECONDS)

    def test_a_410_stops_the_channel_until_a_reload(self):
        self.hook.script.append(410)
        self.pass_through_an_incident()
        wait_until(lambda: len(self.smtp.mails()) == 2, "both mails arrive")
        wait_until(lambda: [row["state"] for row in self.gatewatch.query(
            "SELECT state FROM notifications WHERE channel = 'ops'")] == ["dead", "dead"],
            "both webhooks are dead letters")
        self.assertEqual(1, len(self.hook.received))
        shown = self.gatewatch.verb("status").stdout
        self.assertIn("dead letters (messages given up): 2", shown)
        self.assertRegex(shown, r"incident.opened +ops ")
        self.gatewatch.signal_reload()
        self.pass_through_a_second_incident()
        wait_until(lambda: len(self.hook.types()) == 2, "both webhooks arrive")
        self.assertEqual(["incident.opened", "incident.resolved"], self.hook.types())

    def pass_through_a_second_incident(self):
        self.app.mode("stopped")
        wait_until(lambda: self.gatewatch.open_incident(TARGET), "a second incident opens")
        self.app.mode("ok")
        self.gatewatch.wait_for_recovery(TARGET)

    def test_an_smtp_server_that_is_down(self):
        self.smtp.stop()
        self.pass_through_an_incident()
        wait_until(lambda: len(self.hook.types()) == 2, "both webhooks arrive")
        self.smtp.start()
        wait_until(lambda: len(self.smtp.mails()) == 2, "both mails arrive", REPEAT_SECONDS)
        opened, resolved = self.smtp.mails()
        self.assertIn("OPENED", opened.text)
        self.assertIn("RESOLVED", resolved.text)
        stays(lambda: len(self.smtp.mails()) == 2, "there are two mails", 1)

# SPDX-License-Identifier: MIT
"""Forecasts as incidents of the running daemon."""

import sqlite3
import unittest

from harness import QUICK_RULE, Case, WebhookReceiver, quick_target, wait_until, webhook_channel

SWITCHED_ON = "[early_warning]\nenabled = true\n"


class EarlyWarning(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.hook = self.closing(WebhookReceiver())
        self.rest = (quick_target("shop", self.nginx(self.app).url) + QUICK_RULE
                     + webhook_channel(self.hook))

    def with_a_warning(self):
        """A daemon that has stopped, and in whose database a warning of shop is open."""
        daemon = self.daemon(self.rest + SWITCHED_ON).start()
        self.assertEqual(0, daemon.stop())
        connection = sqlite3.connect(daemon.database_path)
        with connection:
            connection.execute(
                "INSERT INTO incident(id, target, url, tags, rule, severity, class, detected_by, "
                "fault, summary, evidence, opened_us, resolved_us, reason, probes, bad, bad_502, "
                "gateway, counted_until_us, transitions) SELECT '01KAAAAAAAAAAAAAAAAAAAAAAA', 'shop', '', '[]', "
                "'early-warning', 'warning', 'undetermined', 'forecast', 'unknown', "
                "'An incident within 12 h is likely.', '[]', unixepoch() * 1000000, NULL, '', "
                "0, 0, 0, 0, unixepoch() * 1000000, 1")
        connection.close()
        return daemon

    def warnings(self, daemon):
        return [(row["resolved_at"] is None, row["summary"]) for row in daemon.query(
            "SELECT * FROM incidents WHERE rule = 'early-warning'")]

    def test_a_warning_goes_on_after_a_restart_and_ends_when_it_is_switched_off(self):
        daemon = self.with_a_warning().start()
        self.assertIn("early-warning", daemon.verb("status").stdout)
        daemon.configure(self.rest)
        self.assertEqual(0, daemon.verb("reload").returncode)
        wait_until(lambda: self.warnings(daemon) == [
            (False, "An incident within 12 h is likely.")], "the warning has ended")
        wait_until(lambda: self.hook.types() == ["incident.resolved"], "and that is told")
        self.assertEqual(0, daemon.stop())

    def test_a_warning_ends_at_a_start_without_it(self):
        daemon = self.with_a_warning()
        daemon.configure(self.rest)
        daemon.start()
        wait_until(lambda: [is_open for is_open, _ in self.warnings(daemon)] == [False],
                   "the warning has ended")

    def test_a_warning_ends_when_the_incident_has_come(self):
        daemon = self.with_a_warning().start()
        self.app.mode("stopped")
        wait_until(lambda: [is_open for is_open, _ in self.warnings(daemon)] == [False],
                   "the warning has ended")
        self.assertEqual(["bad-gateway"], [row["rule"] for row in daemon.query(
            "SELECT rule FROM incidents WHERE resolved_at IS NULL")])
        wait_until(lambda: self.hook.types() == ["incident.opened", "incident.resolved"],
                   "both are told")


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""kill -9 at any moment: the same incident goes on, nothing is told under a second id, no
transition is lost."""

import os
import random

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, stays,
                     wait_until, webhook_channel)

TARGET = "shop"
ROUNDS = 5


class Crash(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        self.gatewatch = self.daemon(
            quick_target(TARGET, self.gateway.url) + QUICK_RULE + webhook_channel(self.hook)).start()

    def ids_by_type(self):
        """The distinct ids that were told, by type."""
        found = {}
        for one in self.hook.accepted():
            found.setdefault(one.type, set()).add(one.id)
        return found

    def kill_after(self, milliseconds):
        stays(self.gatewatch.is_running, "the daemon runs", milliseconds / 1000)
        self.gatewatch.kill()

    def assertToldOnce(self, opened):
        wait_until(lambda: "incident.resolved" in self.ids_by_type(), "the end is told")
        told = self.ids_by_type()
        self.assertEqual({"incident.opened", "incident.resolved"}, set(told))
        self.assertEqual([1, 1], [len(ids) for ids in told.values()])
        self.assertEqual({opened["id"]}, {one.json["data"]["incident"]["id"]
                                          for one in self.hook.accepted()})
        # A repeat of an id is a repeat of its bytes.
        self.assertEqual(2, len({(one.id, one.raw) for one in self.hook.accepted()}))
        order = [one.type for one in self.hook.accepted()]
        self.assertEqual(sorted(order), order, "opened is told before resolved")
        self.assertEqual([opened["id"]], [row["id"] for row in self.gatewatch.incidents()])
        self.assertVerified(self.hook)

    def test_kills_at_random_moments_of_an_open_incident(self):
        seed = int(os.environ.get("GATEWATCH_TEST_SEED", random.randrange(10**6)))
        chance = random.Random(seed)
        print(f"GATEWATCH_TEST_SEED={seed}")
        self.app.mode("stopped")
        opened = self.gatewatch.wait_for_incident(TARGET)
        for _ in range(ROUNDS):
            self.kill_after(chance.randrange(1500))
            self.gatewatch.start()
            self.assertEqual(opened["id"], self.gatewatch.open_incident(TARGET)["id"])
        self.app.mode("ok")
        self.gatewatch.wait_for_recovery(TARGET)
        self.assertToldOnce(opened)

    def test_a_kill_between_the_opening_and_its_delivery(self):
        self.hook.stop()
        self.app.mode("stopped")
        opened = self.gatewatch.wait_for_incident(TARGET)
        self.gatewatch.kill()
        self.hook.start()
        self.gatewatch.start()
        wait_until(lambda: self.hook.types() == ["incident.opened"],
                   "the message of before the kill arrives")
        self.app.mode("ok")
        self.gatewatch.wait_for_recovery(TARGET)
        self.assertToldOnce(opened)

    def test_a_kill_while_the_receiver_has_the_message_but_has_not_answered(self):
        self.hook.may_answer.clear()
        self.app.mode("stopped")
        opened = self.gatewatch.wait_for_incident(TARGET)
        self.gatewatch.kill()
        self.hook.may_answer.set()
        self.gatewatch.start()
        wait_until(lambda: "incident.opened" in self.ids_by_type(), "the opening is told")
        self.app.mode("ok")
        self.gatewatch.wait_for_recovery(TARGET)
        self.assertToldOnce(opened)

    def test_recovery_while_the_daemon_is_dead_is_told_after_it_is_back(self):
        self.app.mode("stopped")
        opened = self.gatewatch.wait_for_incident(TARGET)
        self.gatewatch.kill()
        self.app.mode("ok")
        self.gatewatch.start()
        self.gatewatch.wait_for_recovery(TARGET)
        self.assertToldOnce(opened)

    def test_windows_are_rebuilt_so_that_a_kill_does_not_delay_an_opening(self):
        # 30 bad probes of a long window open an incident. The daemon is killed when at least 12
        # are stored, so one that forgot them would open on none but probes of after the kill.
        self.gatewatch.stop()
        patient = (QUICK_RULE.replace('"3s"', '"10m"').replace("min_probes = 5", "min_probes = 30")
                   .replace("min_bad = 3", "min_bad = 30"))
        self.gatewatch.configure(
            quick_target(TARGET, self.gateway.url) + patient + webhook_channel(self.hook))
        self.app.mode("stopped")
        self.gatewatch.start()
        wait_until(lambda: self.gatewatch.samples_by_status(TARGET).get(502, 0) >= 12,
                   "twelve 502 are stored")
        self.gatewatch.kill()
        stored = self.gatewatch.samples_by_status(TARGET)[502]
        self.assertEqual([], self.gatewatch.incidents())
        self.gatewatch.start()
        incident = self.gatewatch.wait_for_incident(TARGET)
        (after,) = self.gatewatch.query(
            "SELECT count(*) AS n FROM samples WHERE status = 502 AND at <= ?",
            incident["opened_at"])
        self.assertLess(stored, 30)
        self.assertLessEqual(after["n"], 31)

# SPDX-License-Identifier: MIT
"""Reloading: a good file is applied as a difference, a bad one changes nothing and says so."""

import os

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, stays, wait_until,
                     webhook_channel)


class Reload(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        self.common = QUICK_RULE + webhook_channel(self.hook)
        self.one = quick_target("one", self.gateway.url)
        self.two = quick_target("two", self.gateway.url)

    def start(self, configuration):
        self.gatewatch = self.daemon(configuration).start()
        return self.gatewatch

    def probed(self, target):
        return sum(self.gatewatch.samples_by_status(target).values())

    def test_the_verb_applies_a_good_file(self):
        daemon = self.start(self.one + self.common)
        daemon.configure(self.one + self.two + self.common)
        done = daemon.verb("reload")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        wait_until(lambda: self.probed("two"), "the new target is probed")

    def test_the_verb_refuses_a_bad_file_and_names_each_mistake(self):
        daemon = self.start(self.one + self.common)
        daemon.configure(self.one.replace("interval", "intervall") + self.two + self.common
                         + '\n[[target]]\nname = "three"\n')
        done = daemon.verb("reload")
        self.assertEqual(78, done.returncode)
        self.assertIn(f"{daemon.config_path}:", done.stderr)
        self.assertIn("intervall", done.stderr)
        self.assertIn("url", done.stderr)
        status = daemon.notify.messages[-1]["STATUS"]
        self.assertIn("NOT reloaded", status)
        before = self.probed("one")
        wait_until(lambda: self.probed("one") > before + 3, "the old configuration goes on")
        self.assertEqual(0, self.probed("two"))
        daemon.configure(self.one + self.common)
        self.assertEqual(0, daemon.verb("reload").returncode)
        wait_until(lambda: "NOT reloaded" not in daemon.notify.messages[-1].get("STATUS", ""),
                   "the status no longer speaks of the bad file")

    def test_the_verb_without_a_daemon(self):
        daemon = self.daemon(self.one + self.common)
        done = daemon.verb("reload")
        self.assertEqual(1, done.returncode)
        self.assertOneLine(done.stderr, "gatewatch: ")

    def test_a_signal_applies_a_good_file_and_not_a_bad_one(self):
        daemon = self.start(self.one + self.common)
        daemon.configure("this is no TOML = = =")
        daemon.signal_reload()
        self.assertRegex(daemon.log(), rf"error {daemon.config_path}:\d+:\d+: ")
        before = self.probed("one")
        wait_until(lambda: self.probed("one") > before + 3, "the old configuration goes on")
        daemon.configure(self.one + self.two + self.common)
        daemon.signal_reload()
        wait_until(lambda: self.probed("two"), "the new target is probed")

    def test_a_file_that_is_gone_changes_nothing(self):
        daemon = self.start(self.one + self.common)
        os.rename(daemon.config_path, daemon.folder / "elsewhere")
        done = daemon.verb("reload")
        self.assertNotEqual(0, done.returncode)
        before = self.probed("one")
        wait_until(lambda: self.probed("one") > before + 3, "the old configuration goes on")

    def test_unchanged_targets_keep_schedule_and_incident(self):
        daemon = self.start(self.one + self.common)
        self.app.mode("stopped")
        opened = daemon.wait_for_incident("one")
        for number in range(5):
            daemon.configure(self.one + quick_target(f"more {number}", self.gateway.url)
                             + self.common)
            self.assertEqual(0, daemon.verb("reload").returncode)
        self.app.mode("ok")
        daemon.wait_for_recovery("one")
        wait_until(lambda: {"incident.opened", "incident.resolved"} <= {
            one.type for one in self.of("one")}, "both are told")
        self.assertEqual(["incident.opened", "incident.resolved"],
                         [one.type for one in self.of("one")])
        self.assertEqual([opened["id"]], [row["id"] for row in daemon.incidents("one")])
        # All starts lie on one grid of the interval: the schedule was never begun anew.
        starts = [row["at_ms"] for row in daemon.query(
            "SELECT at_ms FROM samples WHERE target = 'one' ORDER BY at_ms")]
        slots = [int((at - starts[0] + 50) // 200) for at in starts]
        self.assertEqual(sorted(set(slots)), slots, "no turn was taken twice")
        # A busy machine may make one probe so late that it counts for the next turn.
        self.assertLessEqual(slots[-1] + 1 - len(slots), 1, "no turn was missed")

    def of(self, target):
        return [one for one in self.hook.accepted()
                if one.json["data"]["incident"]["target"] == target]

    def test_an_incident_of_a_removed_target_resolves_as_removed(self):
        daemon = self.start(self.one + self.two + self.common)
        self.app.mode("stopped")
        daemon.wait_for_incident("one")
        daemon.wait_for_incident("two")
        daemon.configure(self.two + self.common)
        self.assertEqual(0, daemon.verb("reload").returncode)
        daemon.wait_for_recovery("one")
        wait_until(lambda: len(self.of("one")) == 2, "the end is told")
        last = self.of("one")[-1]
        self.assertEqual("incident.resolved", last.type)
        self.assertEqual("removed", self.reason(last))
        self.assertIsNotNone(daemon.open_incident("two"))
        count = self.probed("one")
        stays(lambda: self.probed("one") <= count + 1, "the removed target is not probed", 1)

    @staticmethod
    def reason(one):
        data = one.json["data"]
        return data.get("reason") or data["incident"].get("reason")

    def test_an_incident_of_a_removed_rule_resolves_as_removed(self):
        daemon = self.start(self.one + self.common)
        self.app.mode("stopped")
        daemon.wait_for_incident("one")
        daemon.configure(self.one + self.common.replace('"bad-gateway"', '"other"'))
        self.assertEqual(0, daemon.verb("reload").returncode)
        wait_until(lambda: any(one.type == "incident.resolved" and self.reason(one) == "removed"
                               for one in self.of("one")), "the end of the old rule's is told")

    def test_a_changed_channel_gets_what_still_waits(self):
        daemon = self.start(self.one + self.common)
        self.hook.stop()
        self.app.mode("stopped")
        daemon.wait_for_incident("one")
        other = self.closing(WebhookReceiver())
        daemon.configure(self.one + QUICK_RULE + webhook_channel(other))
        self.assertEqual(0, daemon.verb("reload").returncode)
        wait_until(lambda: other.types() == ["incident.opened"],
                   "the message arrives at the new address")

    def test_a_target_that_was_away_during_a_restart_resolves_as_removed(self):
        daemon = self.start(self.one + self.two + self.common)
        self.app.mode("stopped")
        daemon.wait_for_incident("one")
        daemon.stop()
        daemon.configure(self.two + self.common)
        daemon.start()
        daemon.wait_for_recovery("one")
        wait_until(lambda: [one.type for one in self.of("one")] == [
            "incident.opened", "incident.resolved"], "the end is told")
        self.assertEqual("removed", self.reason(self.of("one")[-1]))

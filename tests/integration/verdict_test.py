# SPDX-License-Identifier: MIT
"""Whose fault an incident is, with a real nginx in front of an upstream that is probed as well."""

import json

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, run_verb, wait_until,
                     webhook_channel)


class VerdictTest(Case):
    def setUp(self):
        super().setUp()
        self.up = self.upstream()
        self.nginx_ = self.nginx(self.up)
        self.receiver = self.closing(WebhookReceiver())

    def watch(self, origin_port, more=""):
        return self.daemon(
            QUICK_RULE + webhook_channel(self.receiver)
            + quick_target("shop", self.nginx_.url,
                           f'origin = "http://127.0.0.1:{origin_port}/"\n'
                           f'origin_interval = "1s"\n{more}')).start()

    def opened(self):
        message = wait_until(
            lambda: next((one for one in self.receiver.received
                          if one.json["type"] == "incident.opened"), None),
            "the incident is told")
        return message.json["data"]

    def test_an_origin_that_refuses_is_named(self):
        daemon = self.watch(self.up.port)
        wait_until(lambda: daemon.query(
            "SELECT 1 FROM origin_samples WHERE outcome = 'ok' AND purpose = 'scheduled'"),
            "the origin is probed while all is well")
        self.up.mode("stopped")
        verdict = self.opened()["verdict"]
        self.assertEqual("origin", verdict["fault"], verdict)
        self.assertIn("upstream_refused", verdict["causes"])
        self.assertTrue(any("origin failed" in line for line in verdict["evidence"]), verdict)
        self.assertTrue(any("nginx" in line for line in verdict["evidence"]), verdict)
        rows = daemon.query("SELECT DISTINCT outcome FROM origin_samples WHERE purpose = 'confirm'")
        self.assertEqual(["refused"], [row["outcome"] for row in rows])
        stored = daemon.query("SELECT fault, summary FROM incidents")[0]
        self.assertEqual(("origin", verdict["summary"]), (stored["fault"], stored["summary"]))

    def test_an_origin_that_is_fine_leaves_the_gateway(self):
        other = self.upstream()  # the gateway's own upstream fails, the one we look at does not
        self.watch(other.port)
        self.up.mode("stopped")
        self.opened()
        self.wait_for_fault("gateway")

    def test_an_application_that_answers_502_itself(self):
        self.watch(self.up.port)
        self.up.mode("status 502")
        self.opened()
        self.wait_for_fault("application")

    def wait_for_fault(self, fault):
        wait_until(lambda: any(one.json["data"]["verdict"]["fault"] == fault
                               for one in self.receiver.received),
                   lambda: f"the fault {fault} is told; told: " + str(
                       [(one.json["type"], one.json["data"]["verdict"])
                        for one in self.receiver.received]))

    def test_probe_by_hand_asks_the_origin_too(self):
        daemon = self.watch(self.up.port)
        self.up.mode("stopped")
        answer = run_verb("probe", "shop", "--json", "-c", daemon.config_path)
        self.assertEqual(2, answer.returncode, answer.stderr)
        told = json.loads(answer.stdout)
        self.assertEqual("origin", told["verdict"]["fault"], told)
        self.assertEqual(["upstream_marked_down", "upstream_refused"], sorted(told["causes"]))
        self.assertEqual("nginx", told["answered_by"]["product"])
        wait_until(lambda: daemon.query(
            "SELECT 1 FROM origin_samples WHERE purpose = 'manual' AND outcome = 'refused'"),
            "the origin's probe by hand is stored")

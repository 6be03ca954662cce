# SPDX-License-Identifier: MIT
"""Whose fault an incident is, with a real nginx in front of an upstream that is probed as well."""

import json
import time

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
        self.assertTrue(daemon.query("SELECT 1 FROM origin_samples WHERE purpose = 'confirm' "
                                     "AND outcome = 'refused'"))
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

    def test_a_line_of_the_gateways_log_decides(self):
        self.watch_log("errors", "nginx", self.nginx_.folder / "error.log")
        self.up.mode("garbage")
        self.wait_for_fault("origin")
        verdict = self.receiver.received[-1].json["data"]["verdict"]
        self.assertEqual(["upstream_invalid"], verdict["causes"], verdict)
        self.assertTrue(any(line.startswith("log errors") for line in verdict["evidence"]), verdict)

    def test_a_log_is_read_on_from_where_the_daemon_stopped(self):
        log = self.folder / "access.log"
        log.write_text("")
        daemon = self.watch_log("visitors", "nginx-access", log)

        def requests():
            return [line for line in daemon.get("/metrics")[2].splitlines()
                    if line.startswith('gatewatch_log_requests_total{log="visitors"}')]

        line = ('10.0.0.9 - - [23/Nov/2026:10:15:30 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"\n')
        wait_until(lambda: requests() == ['gatewatch_log_requests_total{log="visitors"} 0'],
                   "the log is followed")
        with log.open("a") as file:
            file.write(3 * line)
        wait_until(lambda: requests() == ['gatewatch_log_requests_total{log="visitors"} 3'],
                   lambda: f"three requests are counted: {requests()}")
        wait_until(lambda: self.positions(daemon), "the position is stored")
        self.assertEqual(0, daemon.stop())
        with log.open("a") as file:
            file.write(2 * line)
        daemon.start()
        wait_until(lambda: requests() == ['gatewatch_log_requests_total{log="visitors"} 2'],
                   lambda: f"the two that came meanwhile are counted: {requests()}")

    def test_an_incident_of_a_rule_over_a_log_speaks_of_requests(self):
        log = self.folder / "access.log"
        log.write_text("")
        daemon = self.daemon(
            QUICK_RULE + 'source = "log"\n' + webhook_channel(self.receiver)
            + quick_target("shop", self.nginx_.url)
            + f'\n[[log]]\nname = "visitors"\nkind = "nginx-access"\npath = "{log}"\n').start()
        self.assertEqual("", daemon.verb("check").stderr)
        wait_until(lambda: 'gatewatch_log_requests_total{log="visitors"} 0' in
                   daemon.get("/metrics")[2], "the log is followed")
        with log.open("a") as file:
            for _ in range(6):
                file.write(time.strftime('10.0.0.9 - - [%d/%b/%Y:%H:%M:%S +0000] ', time.gmtime())
                           + '"GET / HTTP/1.1" 502 5 "-" "curl"\n')
        told = self.opened()
        self.assertEqual("log", told["incident"]["detected_by"])
        words = " ".join([told["text"], told["verdict"]["summary"], *told["verdict"]["evidence"]])
        self.assertIn("6 of 6 logged requests", words)
        self.assertNotIn("probes", words)
        shown = wait_until(lambda: daemon.verb("incidents", told["incident"]["id"]).stdout,
                           "the incident is stored")
        self.assertIn("requests 6 of 6 bad", shown)
        self.assertNotIn("probes", shown)

    def positions(self, daemon):
        return daemon.query("SELECT position FROM log_position")

    def watch_log(self, name, kind, path):
        return self.daemon(
            QUICK_RULE + webhook_channel(self.receiver) + quick_target("shop", self.nginx_.url)
            + f'\n[[log]]\nname = "{name}"\nkind = "{kind}"\npath = "{path}"\n').start()

    def test_a_diagnosis_is_made_and_kept(self):
        daemon = self.daemon(
            QUICK_RULE + webhook_channel(self.receiver)
            + f'\n[[target]]\nname = "shop"\nurl = "{self.nginx_.url}"\ninterval = "200ms"\n').start()
        self.up.mode("stopped")
        self.opened()
        row = wait_until(lambda: daemon.query("SELECT incident_id, json FROM diagnoses"),
                         "a diagnosis is stored")[0]
        incident = daemon.query("SELECT id FROM incidents")[0]["id"]
        self.assertEqual(incident, row["incident_id"])
        findings = json.loads(row["json"])["findings"]
        self.assertIn("get", {finding["check"] for finding in findings})
        self.assertTrue(daemon.query("SELECT 1 FROM samples WHERE purpose = 'diagnosis'"))
        wait_until(lambda: "diagnosis: " in "".join(
            row["evidence"] for row in daemon.query("SELECT evidence FROM incidents")),
            "what it says is evidence")

    def test_all_about_an_incident_is_shown_by_its_id(self):
        daemon = self.watch(self.up.port)
        self.up.mode("stopped")
        incident = self.opened()["incident"]["id"]
        wait_until(lambda: daemon.query("SELECT 1 FROM incidents"), "the incident is stored")
        shown = daemon.verb("incidents", incident)
        self.assertEqual(0, shown.returncode, shown.stderr)
        for words in ("fault    origin:", "probes of the origin failed", incident):
            self.assertIn(words, shown.stdout)
        told = json.loads(daemon.verb("incidents", incident, "--json").stdout)
        self.assertEqual("origin", told["fault"])
        self.assertIsNone(told["diagnosis"])
        self.assertEqual(64, daemon.verb("incidents", "01NOBODY").returncode)

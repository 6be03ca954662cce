# SPDX-License-Identifier: MIT
"""The verbs, as a person or a script uses them."""

import json
import os
import pathlib
import re
import unittest

from harness import (QUICK_RULE, Case, WebhookReceiver, free_port, quick_target, run_verb,
                     wait_until, webhook_channel)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ULID = r"[0-9A-HJKMNP-TV-Z]{26}"


class CommandLine(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        self.configuration = (quick_target("shop", self.gateway.url) + QUICK_RULE
                              + webhook_channel(self.hook))

    def start(self):
        return self.daemon(self.configuration).start()

    def test_version_and_help(self):
        done = run_verb("--version")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertRegex(done.stdout, r"^gatewatch \d+\.\d+\.\d+\n$")
        for arguments in (["--help"], ["probe", "--help"]):
            done = run_verb(*arguments)
            self.assertEqual((0, ""), (done.returncode, done.stderr))
        for verb in ("run", "check", "reload", "probe", "status", "incidents", "forecast",
                     "test-channel"):
            self.assertIn(verb, run_verb("--help").stdout)

    def test_check(self):
        daemon = self.daemon(self.configuration)
        done = daemon.verb("check")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        done = daemon.verb("check", "--json")
        self.assertEqual(0, done.returncode)
        json.loads(done.stdout)

    def test_the_configurations_that_are_shipped_are_fine(self):
        done = run_verb("check", "-c", ROOT / "examples/quickstart.toml")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        packaged = (ROOT / "systemd/gatewatch.toml").read_text(encoding="utf-8")
        path = self.folder / "packaged.toml"
        path.write_text(packaged, encoding="utf-8")
        self.assertEqual(0, run_verb("check", "-c", path).returncode)
        # So is what it shows in comments, taken out of them.
        path.write_text(re.sub(r"^# (?=\[\[|\w+ *= )", "", packaged, flags=re.MULTILINE),
                        encoding="utf-8")
        (self.folder / "ops-webhook").write_text(self.hook.secret, encoding="utf-8")
        (self.folder / "smtp-password").write_text("secret", encoding="utf-8")
        done = run_verb("check", "-c", path)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("1 target, 2 rules, 2 channels", done.stdout)

    def test_a_secret_that_is_nowhere_is_a_mistake(self):
        daemon = self.daemon(quick_target("shop", self.gateway.url) + QUICK_RULE
                             + '[[channel]]\nname = "ops"\nkind = "webhook"\n'
                               f'url = "{self.hook.url}"\nsecret_file = "no-such-secret"\n')
        done = daemon.verb("check")
        self.assertEqual(78, done.returncode)
        self.assertIn("no-such-secret", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root may run it as somebody else")
    def test_check_warns_where_it_may_not_read_a_secret_and_run_does_not_start(self):
        path = self.folder / "own.toml"
        path.write_text(quick_target("shop", self.gateway.url) + QUICK_RULE
                        + '[[channel]]\nname = "ops"\nkind = "webhook"\n'
                          f'url = "{self.hook.url}"\nsecret_file = "ops-secret"\n',
                        encoding="utf-8")
        secret = self.folder / "ops-secret"
        secret.write_text(self.hook.secret, encoding="utf-8")
        secret.chmod(0o600)
        done = run_verb("check", "-c", path, **self.as_nobody())
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertOneLine(done.stderr, "warning: ", str(secret))
        self.assertEqual(78, run_verb("run", "-c", path, **self.as_nobody()).returncode)

    def test_probe_of_a_target_prints_the_fields_of_its_contract(self):
        daemon = self.daemon(self.configuration)
        done = daemon.verb("probe", "shop", "--json")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        found = json.loads(done.stdout)
        self.assertEqual(
            {"target", "url", "outcome", "status", "reason", "address", "phases_ms", "error",
             "answered_by", "causes", "verdict",
             "tls_resumed", "dns_stale", "certificate", "head", "body"}, set(found))
        self.assertEqual(("shop", self.gateway.url, "ok", 200, "OK", "127.0.0.1"),
                         tuple(found[key] for key in (
                             "target", "url", "outcome", "status", "reason", "address")))
        self.assertEqual({"dns", "connect", "tls", "first_byte", "total"},
                         set(found["phases_ms"]))
        self.assertIsNone(found["phases_ms"]["tls"])
        self.assertGreater(found["phases_ms"]["total"], 0)
        self.assertEqual({"role", "product", "rule"}, set(found["answered_by"]))
        self.assertEqual({"fault", "summary", "evidence"}, set(found["verdict"]))

    def test_probe_exits_2_where_the_answer_is_bad(self):
        daemon = self.daemon(self.configuration)
        self.app.mode("stopped")
        done = daemon.verb("probe", "shop", "--json")
        self.assertEqual(2, done.returncode)
        found = json.loads(done.stdout)
        self.assertEqual(("bad_gateway", 502, "Bad Gateway"),
                         (found["outcome"], found["status"], found["reason"]))

    def test_probe_shows_what_a_failing_server_answered(self):
        self.app.mode("stopped")
        done = self.daemon(self.configuration).verb("probe", "shop")
        self.assertEqual(2, done.returncode)
        self.assertIn("\n    HTTP/1.1 502 Bad Gateway\n", done.stdout)
        self.assertIn("<center><h1>502 Bad Gateway</h1></center>", done.stdout)

    def test_probe_of_a_url_needs_no_target(self):
        daemon = self.daemon(self.configuration)
        done = daemon.verb("probe", self.gateway.url)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("200", done.stdout)
        done = daemon.verb("probe", f"http://127.0.0.1:{free_port()}/", "--json")
        self.assertEqual(2, done.returncode)
        self.assertEqual(("refused", None), (json.loads(done.stdout)["outcome"],
                                             json.loads(done.stdout)["status"]))

    def test_probe_of_an_unknown_target(self):
        done = self.daemon(self.configuration).verb("probe", "shopp")
        self.assertEqual((64, ""), (done.returncode, done.stdout))
        self.assertOneLine(done.stderr, "shopp", "shop")

    def test_a_manual_probe_is_stored_and_not_counted(self):
        daemon = self.start()
        self.app.mode("stopped")
        self.assertEqual(2, daemon.verb("probe", "shop").returncode)
        wait_until(lambda: daemon.query("SELECT 1 FROM samples WHERE purpose = 'manual'"),
                   "the manual probe is stored")

    def test_status(self):
        daemon = self.start()
        wait_until(lambda: daemon.samples_by_status("shop"), "the target was probed")
        done = daemon.verb("status")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertRegex(done.stdout, r"shop +ok +200")
        self.app.mode("stopped")
        incident = daemon.wait_for_incident("shop")
        done = daemon.verb("status")
        self.assertEqual(2, done.returncode)
        self.assertIn(incident["id"], done.stdout)
        done = daemon.verb("status", "--json")
        self.assertEqual(2, done.returncode)
        found = json.loads(done.stdout)
        self.assertEqual(["shop"], [one["name"] for one in found["targets"]])
        self.assertEqual([incident["id"]], [one["id"] for one in found["incidents"]])

    def test_status_without_a_daemon(self):
        done = self.daemon(self.configuration).verb("status")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertOneLine(done.stderr, "gatewatch: ")

    def test_incidents(self):
        daemon = self.start()
        self.assertEqual(0, daemon.verb("incidents").returncode)
        self.app.mode("stopped")
        opened = daemon.wait_for_incident("shop")
        self.app.mode("ok")
        daemon.wait_for_recovery("shop")
        daemon.stop()
        done = daemon.verb("incidents")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertRegex(done.stdout, ULID)
        (found,) = json.loads(daemon.verb("incidents", "--json").stdout)
        self.assertEqual((opened["id"], "shop", "bad-gateway"),
                         (found["id"], found["target"], found["rule"]))
        self.assertTrue(re.fullmatch(ULID, found["id"]))
        self.assertIn(opened["id"], daemon.verb("incidents", "--target", "shop").stdout)
        self.assertNotIn(opened["id"], daemon.verb("incidents", "--target", "other").stdout)

    def test_forecast(self):
        daemon = self.daemon(self.configuration)
        done = daemon.verb("forecast")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertOneLine(done.stderr, "gatewatch: ")
        daemon.start()
        daemon.stop()
        done = daemon.verb("forecast")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertRegex(done.stdout, r"(?m)^shop +0 +- +silent: too few incidents \(0")
        (found,) = json.loads(daemon.verb("forecast", "shop", "--json").stdout)
        self.assertEqual(("shop", "silent", None),
                         (found["target"], found["verdict"], found["hazard"]))
        self.assertEqual({"always_no", "incident_in_last_7d"}, set(found["baselines"]))
        done = daemon.verb("forecast", "shopp")
        self.assertEqual(64, done.returncode)
        self.assertOneLine(done.stderr, "shopp", "shop")

    def test_a_database_that_is_no_file_is_refused(self):
        pipe = self.folder / "pipe.db"
        os.mkfifo(pipe)
        link = self.folder / "link.db"
        link.symlink_to(pipe)
        for path in (pipe, link, self.folder, "/dev/null"):
            daemon = self.daemon(f'[storage]\npath = "{path}"\n' + self.configuration)
            for verb in (["forecast"], ["incidents"], ["incidents", "01NOBODY"], ["run"]):
                done = daemon.verb(*verb)
                self.assertEqual((1, ""), (done.returncode, done.stdout), done.stderr)
                self.assertIn(f"cannot use database {path}: it is not a regular file", done.stderr)

    def test_test_channel(self):
        daemon = self.start()
        done = daemon.verb("test-channel", "ops")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("delivered", done.stdout)
        self.assertEqual(["test"], self.hook.types())
        self.assertVerified(self.hook)
        self.hook.script.append(500)
        done = daemon.verb("test-channel", "ops")
        self.assertEqual(2, done.returncode)
        self.assertIn("500", done.stdout)
        done = daemon.verb("test-channel", "opss")
        self.assertEqual(64, done.returncode)
        self.assertOneLine(done.stderr, "opss", "ops")
        daemon.stop()
        self.assertEqual(1, daemon.verb("test-channel", "ops").returncode)

    def test_every_verb_that_reads_a_bad_configuration_exits_78(self):
        daemon = self.daemon('[[target]]\nname = "x"\n')
        for arguments in (["check"], ["probe", "x"], ["status"], ["incidents"],
                          ["test-channel", "ops"], ["run"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(78, daemon.verb(*arguments).returncode)

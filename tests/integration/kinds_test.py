# SPDX-License-Identifier: MIT
"""Probe kinds other than HTTP, from the keys of a target to the rows of the database."""

import urllib.parse

from harness import Authority, Case, SmtpServer, stays, wait_until

TOKEN = "0123456789abcdef0123456789abcdef"


def push_target(name, more=""):
    return (f'[[target]]\nname = "{name}"\nkind = "push"\ninterval = "200ms"\n{more}\n')


class Tls(Case):
    def test_the_certificate_behind_starttls(self):
        authority = Authority(self.folder / "ca")
        identity = authority.identity()
        mail = self.closing(SmtpServer(self.folder / "smtp", identity))
        target = ('[[target]]\nname = "{}"\nurl = "tls://127.0.0.1:%d"\ninterval = "200ms"\n{}\n'
                  % mail.port)
        trusted = f'ca_file = "{authority.certificate}"\nstarttls = "smtp"\n'
        daemon = self.daemon(
            target.format("mail", trusted)
            + target.format("expiring", trusted + "min_certificate_days = 30")
            + target.format("not trusted", 'starttls = "smtp"')
            + target.format("not imap", 'starttls = "imap"')).start()

        def first(name):
            return wait_until(lambda: daemon.query(
                "SELECT * FROM samples WHERE target = ? AND purpose = 'scheduled' LIMIT 1", name),
                lambda: f"a sample of {name} is stored; log:\n{daemon.log()}")[0]

        good = first("mail")
        self.assertEqual(("ok", None, None), (good["outcome"], good["status"], good["error"]))
        self.assertGreater(good["connect_ms"], 0)
        self.assertGreater(good["tls_ms"], 0)
        self.assertEqual("certificate_expiring", first("expiring")["outcome"])
        self.assertEqual("tls", first("not trusted")["outcome"])
        other = first("not imap")
        self.assertEqual("protocol", other["outcome"])
        self.assertIn("does not speak IMAP", other["error"])
        shown = wait_until(lambda: daemon.query(
            "SELECT * FROM certificates WHERE target = 'mail'"), "the certificate is stored")
        self.assertIn("127.0.0.1", shown[0]["names"])


class Push(Case):
    RULE = ('[[rule]]\nname = "silent"\ncount = ["timeout"]\nthreshold = "50%"\nwindow = "2s"\n'
            'min_probes = 3\nmin_bad = 3\n')

    def report(self, daemon, ending="", token=TOKEN):
        return daemon.get(f"/push/{token}{ending}")[0]

    def last(self, daemon, name="job"):
        rows = daemon.query("SELECT * FROM samples WHERE target = ? AND purpose = 'scheduled' "
                            "ORDER BY at_ms DESC LIMIT 1", name)
        return rows[0] if rows else None

    def wait_for(self, daemon, outcome):
        wait_until(lambda: (self.last(daemon) or {"outcome": None})["outcome"] == outcome,
                   lambda: f"the job is {outcome}; log:\n{daemon.log()}")
        return self.last(daemon)

    def test_silence_opens_an_incident_and_a_report_resolves_it(self):
        daemon = self.daemon(push_target(
            "job", f'token = "{TOKEN}"\nevery = "2s"\ngrace = "1s"') + self.RULE).start()
        self.assertEqual(204, self.report(daemon))
        self.wait_for(daemon, "ok")
        daemon.wait_for_incident("job")
        silent = self.last(daemon)
        self.assertEqual("timeout", silent["outcome"])
        self.assertRegex(silent["error"], r"no report for \d+ s \(limit 3 s\)")

        def recovered():
            self.assertEqual(204, self.report(daemon))
            return not daemon.open_incident("job")

        wait_until(recovered, "the incident is over")
        reports = daemon.query("SELECT outcome FROM samples WHERE target = 'job' "
                               "AND purpose = 'manual'")
        self.assertGreaterEqual(len(reports), 2)
        self.assertEqual({"ok"}, {row["outcome"] for row in reports})
        self.assertNotIn(TOKEN, daemon.log())
        self.assertNotIn(TOKEN, daemon.get("/")[2] + daemon.get("/metrics")[2])

    def test_a_reported_failure_stays_until_the_next_report(self):
        (self.folder / "token").write_text(TOKEN + "\n")
        daemon = self.daemon(push_target(
            "job", f'token_file = "{self.folder}/token"\nevery = "1h"')).start()
        words = urllib.parse.quote("disk full ü")
        self.assertEqual(204, self.report(daemon, f"/fail?message={words}"))
        failed = self.wait_for(daemon, "body")
        self.assertEqual("the job reported a failure: disk full ü", failed["error"])
        self.assertEqual(204, self.report(daemon, "/0"))
        self.wait_for(daemon, "ok")

    def test_a_failure_counts_although_a_success_follows_before_the_next_turn(self):
        job = push_target("job", f'token = "{TOKEN}"\nevery = "1h"').replace("200ms", "2s")
        daemon = self.daemon(job).start()
        self.wait_for(daemon, "ok")
        self.assertEqual(204, self.report(daemon, "/fail?message=disk"))
        self.assertEqual(204, self.report(daemon, "/0"))
        failed = self.wait_for(daemon, "body")
        self.assertEqual("the job reported a failure: disk", failed["error"])
        self.wait_for(daemon, "ok")

    def test_strangers_learn_nothing(self):
        daemon = self.daemon(
            '[web]\nauth = "ops:geheim"\n' + push_target(
                "job", f'token = "{TOKEN}"\nevery = "1h"')).start()
        self.assertEqual(401, daemon.get("/metrics")[0])
        self.assertEqual(204, self.report(daemon))  # a job has no password
        self.assertEqual(404, self.report(daemon, token="f" * 32))
        self.assertEqual(404, self.report(daemon, token="f" * 8000))
        self.assertEqual(404, daemon.get("/push/")[0])
        self.assertEqual(400, self.report(daemon, "/nonsense"))
        self.assertEqual(401, daemon.get("/push")[0])

    def test_what_was_reported_outlives_reload_and_restart(self):
        job = push_target("job", f'token = "{TOKEN}"\nevery = "1h"\n%s')
        daemon = self.daemon(job % "").start()
        self.assertEqual(204, self.report(daemon, "/3"))
        self.wait_for(daemon, "body")
        daemon.configure(job % 'tags = ["nightly"]')
        daemon.signal_reload()
        stays(lambda: self.last(daemon)["outcome"] == "body", "the job has failed", 1)
        daemon.stop()
        before = self.last(daemon)["at_ms"]
        daemon.start()
        wait_until(lambda: self.last(daemon)["at_ms"] > before, "probing goes on")
        self.assertEqual(("body", "the job reported a failure: exit status 3"),
                         (self.last(daemon)["outcome"], self.last(daemon)["error"]))

    def test_a_restart_does_not_forget_a_silence(self):
        job = push_target("job", f'token = "{TOKEN}"\nevery = "3s"\ngrace = "0s"')
        daemon = self.daemon(job).start()
        self.wait_for(daemon, "timeout")
        daemon.stop()
        before = self.last(daemon)["at_ms"]
        daemon.start()
        after = wait_until(lambda: self.last(daemon)["at_ms"] > before and self.last(daemon),
                           "probing goes on")
        self.assertEqual("timeout", after["outcome"])
        daemon.stop()
        daemon.configure(job.replace('every = "3s"', 'every = "1h"'))
        before = self.last(daemon)["at_ms"]
        daemon.start()
        after = wait_until(lambda: self.last(daemon)["at_ms"] > before and self.last(daemon),
                           "probing goes on")
        self.assertEqual("ok", after["outcome"], "the silence is not too long any more")

    def test_a_restart_does_not_put_off_the_alarm_of_a_job_that_never_reported(self):
        daemon = self.daemon(push_target("job", f'token = "{TOKEN}"\nevery = "5s"\ngrace = "0s"'))
        daemon.start()
        self.wait_for(daemon, "ok")
        stays(lambda: self.last(daemon)["outcome"] == "ok", "there is time yet", 3)
        daemon.stop()
        stopped = self.last(daemon)["at_ms"]
        watched = daemon.query("SELECT * FROM jobs")
        daemon.start()
        silent = self.wait_for(daemon, "timeout")
        self.assertLess(silent["at_ms"] - stopped, 4000)
        self.assertIn("no first report for 5 s (limit 5 s)", silent["error"])
        again = daemon.query("SELECT * FROM jobs")
        self.assertEqual(watched[0]["watched_since"], again[0]["watched_since"])
        self.assertLess(watched[0]["silent_since"], again[0]["silent_since"])

    def test_gatewatch_probe_says_that_only_the_daemon_knows(self):
        daemon = self.daemon(push_target("job", f'token = "{TOKEN}"\nevery = "1h"')).start()
        done = daemon.verb("probe", "job")
        self.assertEqual(3, done.returncode)
        self.assertIn("only the running daemon hears what jobs report", done.stdout)

# SPDX-License-Identifier: MIT
"""`gatewatch probe --diagnose` before a real nginx."""

import json

from harness import Authority, Case, free_port, run_verb, wait_until

OWN_PAGE = 'location = / { return 200 "fine"; }'


class Diagnosis(Case):
    def diagnose(self, *arguments):
        """(exit status, the JSON)."""
        done = run_verb("probe", "--diagnose", "--json", *arguments)
        self.assertEqual("", done.stderr)
        return done.returncode, json.loads(done.stdout)

    @staticmethod
    def results(told, check):
        return [one["result"] for one in told["findings"] if one["check"] == check]

    @staticmethod
    def kinds(told):
        return [one["kind"] for one in told["conclusions"]]

    def finding(self, told, check):
        return next(one for one in told["findings"] if one["check"] == check)

    def test_a_dead_upstream_of_one_path(self):
        gateway = self.nginx(self.upstream("stopped"), more=OWN_PAGE)
        status, told = self.diagnose(gateway.url + "health")
        self.assertEqual(2, status)
        self.assertEqual(["only_this_path_fails"], self.kinds(told))
        get = self.finding(told, "get")
        self.assertEqual((502, "bad_gateway", "GET /health"),
                         (get["status"], get["outcome"], get["subject"]))
        self.assertIn("made by the gateway nginx", get["text"])
        self.assertIn("<center>nginx", self.finding(told, "answer")["evidence"])
        self.assertEqual(["failed"], self.results(told, "head"))
        self.assertEqual(["failed"], self.results(told, "reused_connection"))
        self.assertEqual(["ok"], self.results(told, "connect"))
        self.assertEqual("reached in 1 hop", self.finding(told, "traceroute")["text"])
        # As nginx counts them, of which one is to its own page.
        self.assertEqual({200: 1, 502: told["requests"] - 1}, gateway.requests_by_status())

    def test_a_healthy_target_over_tls(self):
        authority = Authority(self.folder / "ca")
        gateway = self.nginx(self.upstream(), identity=authority.identity())
        daemon = self.daemon(f'[[target]]\nname = "shop"\nurl = "{gateway.url}"\n'
                             f'ca_file = "{authority.certificate}"\ninterval = "1h"\n').start()
        done = daemon.verb("probe", "--diagnose", "shop")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        for word in ("Diagnosis of shop", "the checks do not contradict each other",
                     "http2", "HTTP/2", "certificate", "reached in 1 hop"):
            self.assertIn(word, done.stdout)
        self.assertNotIn(" failed ", done.stdout)
        rows = wait_until(lambda: daemon.query(
            "SELECT * FROM samples WHERE purpose = 'diagnosis'"), "its requests are stored")
        # GET, HEAD, HTTP/2, fresh, reused, and once more at the only address.
        wait_until(lambda: len(daemon.query(
            "SELECT * FROM samples WHERE purpose = 'diagnosis'")) == 6, "all six are")
        self.assertEqual({"ok"}, {row["outcome"] for row in rows})

    def test_nobody_listens(self):
        status, told = self.diagnose(f"http://127.0.0.1:{free_port()}/")
        self.assertEqual(2, status)
        self.assertIn("no_address_connects", self.kinds(told))
        self.assertEqual(1, told["requests"])
        self.assertIsNone(told["target"])
        self.assertEqual("no connection stands", self.finding(told, "head")["text"])

    def test_a_port_of_another_kind(self):
        upstream = self.upstream()
        status, told = self.diagnose(f"tcp://127.0.0.1:{upstream.port}")
        self.assertEqual(0, status)
        self.assertEqual(["ok"], self.results(told, "connect"))
        self.assertEqual([], self.results(told, "get"))

    def test_what_cannot_be_diagnosed(self):
        daemon = self.daemon('[[target]]\nname = "job"\nkind = "push"\nevery = "1h"\n'
                             'token = "0123456789abcdef0123456789abcdef"\n')
        done = daemon.verb("probe", "--diagnose", "job")
        self.assertEqual((64, ""), (done.returncode, done.stdout))
        self.assertOneLine(done.stderr, "push", "diagnosed")

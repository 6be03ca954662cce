# SPDX-License-Identifier: MIT
"""What a real nginx and a real HAProxy answer when their upstream fails, as gatewatch stores it."""

from harness import Case, HaProxy, free_port, quick_target, wait_until

# The outcome and status stored by what the upstream does.
NGINX = {
    "ok": ("ok", 200),
    "stopped": ("bad_gateway", 502),
    "garbage": ("bad_gateway", 502),
    "hang": ("gateway_timeout", 504),
    "status 502": ("bad_gateway", 502),
    "status 503": ("unavailable", 503),
    "status 500": ("http_error", 500),
}
HAPROXY = {
    "ok": ("ok", 200),
    "stopped": ("unavailable", 503),
    "garbage": ("bad_gateway", 502),
    "noise": ("bad_gateway", 502),
    "hang": ("gateway_timeout", 504),
}


class GatewayFailures(Case):
    def setUp(self):
        super().setUp()
        self.closed_port = free_port()

    def assertStored(self, gateway, upstream, expected):
        """Each mode of the upstream ends up as that outcome and status."""
        daemon = self.daemon(quick_target("front", gateway.url)).start()
        for mode, (outcome, status) in expected.items():
            upstream.mode(mode)
            before = daemon.query("SELECT coalesce(max(at_ms), 0) AS at FROM samples")
            since = before[0]["at"] if before else 0
            wait_until(
                lambda: daemon.query(
                    "SELECT 1 FROM samples WHERE at_ms > ? AND outcome = ? AND status = ?",
                    since, outcome, status),
                lambda: f"{mode} is stored as {outcome} {status}; stored: " + str(
                    [tuple(row) for row in daemon.query(
                        "SELECT outcome, status, count(*) FROM samples GROUP BY 1, 2")]))
        # Nothing else was seen on the way.
        seen = {(row["outcome"], row["status"])
                for row in daemon.query("SELECT DISTINCT outcome, status FROM samples")}
        self.assertEqual(set(expected.values()), seen)
        self.assertEqual(0, daemon.stop())
        return daemon

    def test_nginx(self):
        upstream = self.upstream()
        nginx = self.nginx(upstream)
        daemon = self.assertStored(nginx, upstream, NGINX)
        self.assertEqual(nginx.requests_by_status(), daemon.samples_by_status("front"))

    def test_haproxy(self):
        upstream = self.upstream()
        haproxy = self.closing(HaProxy(self.folder / "haproxy", upstream.port))
        self.assertStored(haproxy, upstream, HAPROXY)

    def test_503_that_nginx_makes_itself(self):
        nginx = self.nginx(self.upstream())
        daemon = self.daemon(quick_target("busy", nginx.url + "busy")).start()
        wait_until(lambda: daemon.samples_by_status("busy").get(503, 0) >= 2, "two 503 are stored")
        rows = daemon.query("SELECT DISTINCT outcome FROM samples WHERE status = 503")
        self.assertEqual(["unavailable"], [row["outcome"] for row in rows])

    def test_what_is_not_http_and_what_does_not_answer(self):
        noise, hang = self.upstream("noise"), self.upstream("hang")
        daemon = self.daemon(
            quick_target("noise", f"http://127.0.0.1:{noise.port}/")
            + quick_target("hang", f"http://127.0.0.1:{hang.port}/").replace('"2s"', '"300ms"')
            + quick_target("closed", f"http://127.0.0.1:{self.closed_port}/")
            + quick_target("no name", "http://no-such-name.invalid/")).start()
        wanted = {"noise": "protocol", "hang": "timeout", "closed": "refused"}
        for target, outcome in wanted.items():
            row = wait_until(lambda: daemon.query(
                "SELECT outcome, status FROM samples WHERE target = ? LIMIT 1", target),
                f"a sample of {target} is stored")[0]
            self.assertEqual((outcome, None), (row["outcome"], row["status"]))
        # Where the machine's own resolver does not answer at all, it is our own trouble.
        row = wait_until(lambda: daemon.query(
            "SELECT outcome, status FROM samples WHERE target = 'no name' LIMIT 1"),
            "a sample of a name that does not exist is stored")[0]
        self.assertIn((row["outcome"], row["status"]), [("dns", None), ("inconclusive", None)])

    def test_phases_address_and_purpose_are_stored(self):
        nginx = self.nginx(self.upstream())
        daemon = self.daemon(quick_target("front", nginx.url)).start()
        row = wait_until(lambda: daemon.query("SELECT * FROM samples"), "a sample is stored")[0]
        self.assertEqual(("front", 200, "ok", "127.0.0.1", "scheduled", 0),
                         (row["target"], row["status"], row["outcome"], row["address"],
                          row["purpose"], row["confirm"]))
        self.assertRegex(row["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertIsNone(row["tls_ms"])
        for name in ("connect_ms", "first_byte_ms", "latency_ms"):
            self.assertGreaterEqual(row[name], 0)
        self.assertGreaterEqual(row["latency_ms"], row["connect_ms"] + row["first_byte_ms"])

    def test_redirects_are_followed_and_the_last_answer_decides(self):
        upstream = self.upstream("stopped")
        nginx = self.nginx(upstream)
        daemon = self.daemon(
            quick_target("moved", nginx.url + "moved")
            + quick_target("as it is", nginx.url + "moved",
                           'follow_redirects = 0\nexpect_status = "302"')).start()
        self.assertEqual(("bad_gateway", 502), self.first(daemon, "moved"))
        self.assertEqual(("ok", 302), self.first(daemon, "as it is"))

    def first(self, daemon, target):
        row = wait_until(lambda: daemon.query(
            "SELECT outcome, status FROM samples WHERE target = ? LIMIT 1", target),
            f"a sample of {target} is stored")[0]
        return row["outcome"], row["status"]

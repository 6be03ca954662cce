# SPDX-License-Identifier: MIT
"""HTTPS targets: certificates are verified, and what does not verify is a `tls` outcome."""

from harness import Authority, Case, Nginx, quick_target, wait_until


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "ca")
        self.app = self.upstream()

    def gateway(self, name, identity):
        return self.closing(Nginx(self.folder / name, self.app.port, identity=identity))

    def first(self, daemon, target):
        return wait_until(lambda: daemon.query(
            "SELECT * FROM samples WHERE target = ? LIMIT 1", target),
            lambda: f"a sample of {target} is stored; log:\n{daemon.log()}")[0]

    def test_certificates(self):
        stranger = Authority(self.folder / "stranger")
        trusted = f'ca_file = "{self.authority.certificate}"'
        good = self.gateway("good", self.authority.identity())
        unknown = self.gateway("unknown", stranger.identity())
        other_name = self.gateway("other", self.authority.identity("DNS:other.example.com"))
        plain = self.nginx(self.app)
        daemon = self.daemon(
            quick_target("good", good.url, trusted)
            + quick_target("unknown authority", unknown.url, trusted)
            + quick_target("not trusted by the system", good.url)
            + quick_target("another name", other_name.url, trusted)
            + quick_target("no tls at all", plain.url.replace("http:", "https:"), trusted)
            + quick_target("not verified", unknown.url, "verify = false")).start()
        row = self.first(daemon, "good")
        self.assertEqual(("ok", 200), (row["outcome"], row["status"]))
        self.assertGreater(row["tls_ms"], 0)
        self.assertEqual("ok", self.first(daemon, "not verified")["outcome"])
        for target in ("unknown authority", "not trusted by the system", "another name",
                       "no tls at all"):
            with self.subTest(target=target):
                row = self.first(daemon, target)
                self.assertEqual(("tls", None), (row["outcome"], row["status"]))

    def test_a_502_over_tls_is_a_502(self):
        self.app.mode("stopped")
        gateway = self.gateway("good", self.authority.identity())
        daemon = self.daemon(quick_target(
            "good", gateway.url, f'ca_file = "{self.authority.certificate}"')).start()
        row = self.first(daemon, "good")
        self.assertEqual(("bad_gateway", 502), (row["outcome"], row["status"]))

# SPDX-License-Identifier: MIT
"""The ways to a target other than a connection to its address: HTTP/2, a Unix socket, a proxy; and a
client certificate shown on the way. The gateway says in its answer which way the request came."""

from harness import Authority, Case, Nginx, Proxy, quick_target, wait_until

_TELL = """
    add_header X-Protocol "$server_protocol" always;
    add_header X-Client "$ssl_client_s_dn" always;
    add_header X-Via "$http_via" always;
"""


class Ways(Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "ca")
        self.trusted = f'ca_file = "{self.authority.certificate}"'
        self.app = self.upstream()

    def gateway(self, name, more="", identity=None):
        return self.closing(Nginx(self.folder / name, self.app.port, identity, _TELL + more))

    def expect(self, daemon, target, outcome, status):
        row = wait_until(lambda: daemon.query(
            "SELECT * FROM samples WHERE target = ? LIMIT 1", target),
            lambda: f"a sample of {target} is stored; log:\n{daemon.log()}")[0]
        self.assertEqual((outcome, status), (row["outcome"], row["status"]), dict(row))
        return row

    def test_http2_is_spoken_where_it_is_asked_for(self):
        gateway = self.gateway("gateway", identity=self.authority.identity())
        daemon = self.daemon(
            quick_target("two", gateway.url, f"""{self.trusted}
                http_version = "2"
                expect_header = {{ X-Protocol = "HTTP/2.0" }}""")
            + quick_target("one", gateway.url, f"""{self.trusted}
                expect_header = {{ X-Protocol = "HTTP/1.1" }}""")).start()
        row = self.expect(daemon, "two", "ok", 200)
        self.assertEqual("127.0.0.1", row["address"])
        self.expect(daemon, "one", "ok", 200)
        self.app.mode("stopped")
        wait_until(lambda: daemon.query(
            "SELECT 1 FROM samples WHERE target = 'two' AND outcome = 'bad_gateway' "
            "AND status = 502"), "a 502 over HTTP/2 is seen")
        answer = daemon.query("SELECT head, body FROM answers WHERE target = 'two' LIMIT 1")[0]
        self.assertIn("HTTP/2 502", answer["head"])
        self.assertIn("502 Bad Gateway", answer["body"])

    def test_a_unix_socket_takes_the_place_of_an_address(self):
        gateway = self.gateway("gateway", "listen unix:FOLDER/front.sock;")
        daemon = self.daemon(quick_target("shop", "http://shop.internal/", f"""
            unix_socket = "{gateway.folder}/front.sock\"""")
            + quick_target("gone", "http://shop.internal/", f"""
            unix_socket = "{gateway.folder}/gone.sock\"""")).start()
        row = self.expect(daemon, "shop", "ok", 200)
        self.assertEqual(f"unix:{gateway.folder}/front.sock", row["address"])
        self.assertIsNone(row["dns_ms"])
        self.expect(daemon, "gone", "refused", None)

    def test_a_client_certificate_is_shown_to_a_server_that_asks(self):
        identity = self.authority.identity()
        gateway = self.gateway("gateway", f"""
            ssl_client_certificate {self.authority.certificate}; ssl_verify_client on;""",
                               self.authority.identity())
        daemon = self.daemon(
            quick_target("known", gateway.url, f"""{self.trusted}
                client_certificate_file = "{identity.certificate}"
                client_key_file = "{identity.key}"
                expect_header = {{ X-Client = "CN=gatewatch test server" }}""")
            + quick_target("unknown", gateway.url, self.trusted)).start()
        self.expect(daemon, "known", "ok", 200)
        self.expect(daemon, "unknown", "http_error", 400)

    def test_a_proxy_is_used_whatever_the_environment_says(self):
        plain = self.gateway("plain")
        encrypted = self.gateway("encrypted", identity=self.authority.identity())
        proxy = self.closing(Proxy(self.folder / "proxy"))
        way = f'proxy = "http://mon:proxy-password@localhost:{proxy.port}"'
        stranger = f'proxy = "http://localhost:{proxy.port}"'
        daemon = self.daemon(
            quick_target("plain", plain.url, f"""{way}
                expect_header = {{ X-Via = "the-proxy" }}""")
            + quick_target("tunnel", encrypted.url, f"{way}\n{self.trusted}")
            + quick_target("not trusted", encrypted.url, way)
            + quick_target("refused by the proxy", plain.url, stranger),
            env={"no_proxy": "*", "NO_PROXY": "*"}).start()
        row = self.expect(daemon, "plain", "ok", 200)
        self.assertEqual("127.0.0.1", row["address"])
        self.expect(daemon, "tunnel", "ok", 200)
        self.expect(daemon, "not trusted", "tls", None)
        self.expect(daemon, "refused by the proxy", "http_error", 407)

    def test_what_is_behind_a_tunnel_is_told_and_not_the_tunnel(self):
        gateway = self.gateway("encrypted", """
            location = /away { return 302 /teapot; } location = /teapot { return 418; }""",
                               self.authority.identity())
        proxy = self.closing(Proxy(self.folder / "proxy"))
        way = f'{self.trusted}\nproxy = "http://mon:proxy-password@localhost:{proxy.port}"'
        self.app.mode("stopped")
        daemon = self.daemon(
            quick_target("one", gateway.url, way)
            + quick_target("two", gateway.url, f'{way}\nhttp_version = "2"')
            + quick_target("moved", gateway.url + "away", way)
            + quick_target("no tunnel", gateway.url, f"""{self.trusted}
                proxy = "http://localhost:{proxy.port}\"""")).start()
        self.expect(daemon, "one", "bad_gateway", 502)
        self.expect(daemon, "two", "bad_gateway", 502)
        self.expect(daemon, "moved", "http_error", 418)
        self.expect(daemon, "no tunnel", "http_error", 407)
        heads = dict(tuple(row) for row in daemon.query("SELECT target, head FROM answers"))
        self.assertIn("HTTP/1.1 502", heads["one"])
        self.assertIn("HTTP/2 502", heads["two"])
        self.assertIn("tinyproxy", heads["no tunnel"])

    def test_authorities_are_read_again_at_a_reload_whatever_the_way(self):
        stranger = Authority(self.folder / "stranger")
        gateway = self.gateway("gateway", identity=self.authority.identity())
        proxy = self.closing(Proxy(self.folder / "proxy"))
        trusted = self.folder / "trusted.pem"
        trusted.write_bytes(stranger.certificate.read_bytes())
        ca_file = f'ca_file = "{trusted}"\n'
        ways = {
            "one": "",
            "two": 'http_version = "2"',
            "proxy": f'proxy = "http://mon:proxy-password@localhost:{proxy.port}"',
        }
        daemon = self.daemon("".join(quick_target(name, gateway.url, ca_file + way)
                                     for name, way in ways.items())).start()
        for name in ways:
            self.expect(daemon, name, "tls", None)
        trusted.write_bytes(self.authority.certificate.read_bytes())
        self.assertEqual(0, daemon.verb("reload").returncode)
        for name in ways:
            wait_until(lambda name=name: daemon.query(
                "SELECT 1 FROM samples WHERE target = ? AND outcome = 'ok'", name),
                f"{name} is trusted")

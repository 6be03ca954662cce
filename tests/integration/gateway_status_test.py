# SPDX-License-Identifier: MIT
"""What real gateways say of themselves when targets behind them fail: nginx by its stub_status,
HAProxy by its stats socket."""

import json
import os
import socket

from harness import (QUICK_RULE, Case, HaProxy, WebhookReceiver, quick_target, run_verb, wait_until,
                     webhook_channel)

_STUB_STATUS = "location = /nginx_status { stub_status; access_log off; }"
_ANY_FAILURE = QUICK_RULE.replace('count = ["gateway"]', 'count = ["failure"]')
_NGINX_CONNECTIONS = 128  # that the harness lets its nginx have


def gateway(name, key, place):
    return f'\n[[gateway]]\nname = "{name}"\n{key} = "{place}"\n'


class GatewayStatusTest(Case):
    def watch(self, url, *gateways, rule=QUICK_RULE):
        return self.daemon(rule + quick_target("shop", url) + "".join(gateways)).start()

    def haproxy(self, *upstreams, more="check inter 100ms fall 1 rise 1"):
        return self.closing(HaProxy(self.folder / "haproxy", *(one.port for one in upstreams),
                                    more=more))

    def watch_haproxy(self, haproxy):
        return self.watch(haproxy.url, gateway("lb", "stats_socket", haproxy.stats_socket))

    def watch_nginx(self, nginx, rule=QUICK_RULE):
        return self.watch(nginx.url, gateway("edge", "stub_status", nginx.url + "nginx_status"),
                          rule=rule)

    def wait_for_evidence(self, daemon, *words):
        """The incident whose evidence has a line with all the words."""
        def told():
            return next((row for row in daemon.incidents("shop")
                         if any(all(word in line for word in words)
                                for line in json.loads(row["evidence"]))), None)
        return wait_until(told, lambda: f"evidence with {words} is stored: "
                          f"{[row['evidence'] for row in daemon.incidents()]}\n{daemon.log()}", 80)

    def test_haproxy_without_a_server_says_so(self):
        up = self.upstream()
        haproxy = self.haproxy(up)
        receiver = self.closing(WebhookReceiver())
        daemon = self.watch(haproxy.url, gateway("lb", "stats_socket", haproxy.stats_socket),
                            webhook_channel(receiver))
        wait_until(lambda: daemon.samples_by_status("shop").get(200), "the target is well")
        up.mode("stopped")
        incident = self.wait_for_evidence(daemon, "gateway lb, haproxy: backend back: 0 of 1 server "
                                          "up; upstream DOWN (L4CON")
        self.assertEqual("origin", incident["fault"])
        self.assertEqual(["upstream_marked_down"], json.loads(incident["causes"]))
        shown = daemon.verb("incidents", incident["id"])
        self.assertIn("gateway lb, haproxy: ", shown.stdout, shown.stderr)
        told = wait_until(lambda: receiver.received, "the incident is told")[0].json["data"]
        self.assertTrue(any(line.startswith("gateway lb, haproxy: ")
                            for line in told["verdict"]["evidence"]), told)

    def test_haproxy_tells_which_of_its_servers_is_down(self):
        well, down = self.upstream("status 502"), self.upstream("stopped")
        daemon = self.watch_haproxy(self.haproxy(well, down))
        incident = self.wait_for_evidence(daemon, "backend back: 1 of 2 servers up; upstream2 DOWN")
        self.assertNotIn("upstream_marked_down", json.loads(incident["causes"]))

    def test_haproxy_tells_which_of_its_servers_failed_meanwhile(self):
        well, garbage = self.upstream(), self.upstream()
        daemon = self.watch_haproxy(self.haproxy(well, garbage, more=""))
        wait_until(lambda: daemon.samples_by_status("shop").get(200), "the target is well")
        garbage.mode("garbage")
        self.wait_for_evidence(daemon, "of upstream2 failed in the last")

    def test_a_probe_by_hand_asks_the_gateway_too(self):
        up = self.upstream("stopped")
        haproxy = self.haproxy(up)
        daemon = self.daemon(quick_target("shop", haproxy.url)
                             + gateway("lb", "stats_socket", haproxy.stats_socket))

        def told():
            answer = run_verb("probe", "shop", "--json", "-c", daemon.config_path)
            return json.loads(answer.stdout)
        wait_until(lambda: told()["causes"] == ["upstream_marked_down"],
                   lambda: f"the cause is exact: {told()}")
        self.assertTrue(any("upstream DOWN" in line for line in told()["verdict"]["evidence"]))

    def test_nginx_tells_how_many_connections_it_has(self):
        up = self.upstream("stopped")
        nginx = self.nginx(up, more=_STUB_STATUS)
        daemon = self.watch_nginx(nginx)
        self.wait_for_evidence(daemon, "gateway edge, nginx: ", "open", "of them idle",
                               "0 accepted but not handled")

    def test_nginx_tells_that_it_dropped_connections(self):
        up = self.upstream()
        nginx = self.nginx(up, more=_STUB_STATUS + " client_header_timeout 10m;")
        daemon = self.watch_nginx(nginx, rule=_ANY_FAILURE)
        wait_until(lambda: daemon.samples_by_status("shop").get(200), "the target is well")
        held = []

        def is_full():
            """nginx makes room by closing connections of which it has not read anything."""
            for _ in range(_NGINX_CONNECTIONS):
                held.append(socket.create_connection(("127.0.0.1", nginx.port)))
                held[-1].sendall(b"GET / HTTP/1.1\r\n")
            try:
                with socket.create_connection(("127.0.0.1", nginx.port), 1) as one_more:
                    one_more.sendall(b"GET /nginx_status HTTP/1.0\r\n\r\n")
                    return one_more.recv(1) == b""
            except OSError:
                return True

        wait_until(is_full, "nginx has no connection left")
        # Then its own page has no connection left either, and that is told once the target fails,
        # also where the prober's connection was busy when nginx made room, and lives on.
        up.mode("status 502")
        self.wait_for_evidence(daemon, "gateway edge, nginx: does not tell how it is")
        up.mode("stopped")
        for one in held:
            one.close()
        self.wait_for_evidence(daemon, "gateway edge, nginx: ", "accepted but not handled in the last")
        lines = json.loads(daemon.open_incident("shop")["evidence"])
        self.assertFalse(any(" 0 accepted" in line for line in lines), lines)

    def test_many_targets_ask_once(self):
        up = self.upstream("stopped")
        nginx = self.nginx(up, more=_STUB_STATUS.replace("access_log off; ", ""))
        daemon = self.daemon(
            QUICK_RULE + "".join(quick_target(f"shop{number}", nginx.url) for number in range(20))
            + gateway("edge", "stub_status", nginx.url + "nginx_status")).start()
        for number in range(20):
            daemon.wait_for_incident(f"shop{number}")
        asked = [path for _, path in nginx.access_log() if path == "/nginx_status"]
        failed = nginx.requests_by_status()[502]
        self.assertGreater(failed, 60)
        # At the start, when the first failed, and every 10 s while they go on.
        self.assertIn(len(asked), range(1, 6), f"{failed} probes failed")

    def test_check_warns_of_a_socket_that_cannot_be_used(self):
        os.chmod(self.folder, 0o755)
        path = self.folder / "admin.sock"
        daemon = self.daemon(quick_target("shop", "http://127.0.0.1:9/")
                             + gateway("lb", "stats_socket", path))
        missing = daemon.verb("check")
        self.assertEqual(0, missing.returncode, missing.stderr)
        self.assertIn("warning: the socket cannot be used now: No such file or directory",
                      missing.stderr)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(path))
        os.chmod(path, 0o600)
        self.assertNotIn("socket", daemon.verb("check").stderr)
        if os.geteuid() == 0:
            denied = run_verb("check", "-c", daemon.config_path, **self.as_nobody())
            self.assertIn("the socket cannot be used now: Permission denied", denied.stderr)

    def test_a_gateway_that_does_not_tell_changes_nothing_else(self):
        up = self.upstream("stopped")
        nginx = self.nginx(up)
        daemon = self.watch(nginx.url, gateway("edge", "stub_status", nginx.url + "moved"),
                            gateway("lb", "stats_socket", self.folder / "none.sock"))
        incident = self.wait_for_evidence(daemon, "gateway edge, nginx: does not tell how it is: it "
                                          "answers 302")
        self.assertIn("gateway lb, haproxy: does not tell how it is: No such file or directory",
                      json.loads(incident["evidence"]))
        self.assertEqual(1, daemon.log().count("a gateway does not tell how it is gateway=lb"),
                         daemon.log())

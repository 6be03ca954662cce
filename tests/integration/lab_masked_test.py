# SPDX-License-Identifier: MIT
"""One upstream of three ends each connection without an answer. nginx hides that by default, and
only its access log shows it; HAProxy passes every third failure on."""

import tempfile
import unittest

from harness import Daemon, quick_target, wait_until
from lab import world
from lab.haproxy import HaProxyGateway
from lab.nginx import NginxGateway
from lab.request import fetch, next_id

_REQUESTS = 12
_HIDDEN = """
[[log]]
name = "edge"
kind = "nginx-access"
path = "{log}"

[[rule]]
name = "hidden"
source = "log"
count = ["masked"]
threshold = "5%"
window = "10s"
min_probes = 5
min_bad = 1
notify = []
"""


class Masked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        world.enter_network()
        folder = tempfile.TemporaryDirectory(prefix="gatewatch-lab-")
        cls.addClassCleanup(folder.cleanup)
        cls.lab = world.World(folder.name)
        cls.addClassCleanup(cls.lab.close)
        faults = cls.lab.upstreams.faults
        cls.three = " ".join(faults[name].to for name in ("ok", "accept_close", "early_100k"))

    def statuses(self, gateway, requests=_REQUESTS):
        found = []
        for _ in range(requests):
            mark, sizes = next_id(), gateway.log_sizes()
            found.append(int(fetch(gateway.port, "/", request_id=mark).split()[1]))
            self.assertTrue(gateway.wait_for_log(sizes, mark))
        return found

    def test_nginx_hides_it_and_its_log_tells(self):
        nginx = self.lab.start(NginxGateway, all_to=self.three)
        self.assertEqual({200}, set(self.statuses(nginx)))
        log = (nginx.folder / "access.log").read_text()
        self.assertEqual(_REQUESTS, log.count(" 200 "))
        self.assertIn('upstream_status="502, 200"', log)
        self.assertIn("upstream prematurely closed connection while reading response header",
                      (nginx.folder / "error.log").read_text())

    def test_gatewatch_tells_of_it_though_its_probes_are_all_well(self):
        nginx = self.lab.start(NginxGateway, all_to=self.three)
        with tempfile.TemporaryDirectory(prefix="gatewatch-") as folder:
            daemon = Daemon(folder, _HIDDEN.format(log=nginx.folder / "access.log")
                            + quick_target("shop", f"http://127.0.0.1:{nginx.port}/"))
            self.addCleanup(daemon.close)
            daemon.start()
            incident = wait_until(lambda: daemon.query("SELECT * FROM incidents"),
                                  "an incident is opened")[0]
            self.assertEqual(("hidden", "log"), (incident["rule"], incident["detected_by"]))
            self.assertIn("gatewatch_log_masked_total", daemon.get("/metrics")[2])
            self.assertEqual(["ok"], [row["outcome"] for row in daemon.query(
                "SELECT DISTINCT outcome FROM samples")])
            self.assertIn("went well at another", daemon.verb("status").stdout)

    def test_haproxy_shows_every_third(self):
        haproxy = self.lab.start(HaProxyGateway, all_to=self.three)
        statuses = self.statuses(haproxy)
        self.assertEqual(_REQUESTS // 3, statuses.count(502))
        bad = [number for number, status in enumerate(statuses) if status == 502]
        self.assertEqual({3}, {later - earlier for earlier, later in zip(bad, bad[1:])})
        self.assertEqual(_REQUESTS // 3, (haproxy.folder / "output").read_text().count(" SH-- "))

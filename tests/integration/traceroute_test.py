# SPDX-License-Identifier: MIT
"""A traceroute through a real router: three networks of the test's own, the middle one forwarding.

    this process  10.1.0.2 ── 10.1.0.1  router  10.2.0.1 ── 10.2.0.2  target
                 fd01::2       fd01::1         fd02::1       fd02::2
"""

import errno
import json
import os
import shutil
import socket
import subprocess

from harness import Case, free_port, process, run_verb, wait_until
from harness.network import NotPermitted, enter_own_network

_why_not = ""


def setUpModule():
    global _why_not
    try:
        enter_own_network({"ping_group_range": "0 2147483647"})
    except NotPermitted as error:
        _why_not = str(error)
    for tool in ("ip", "nsenter", "unshare"):
        if shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            _why_not = f"{tool} is not installed"


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20,
                          env={**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"})
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.stderr}")


def refuses(family, host):
    with socket.socket(family) as client:
        client.settimeout(1)
        return client.connect_ex((host, 9)) == errno.ECONNREFUSED


class Network:
    """Another network namespace, held by a process that does nothing."""

    def __init__(self):
        self._holder = process.spawn(["unshare", "--net", "sleep", "3600"])
        self.pid = self._holder.pid
        mine = os.readlink("/proc/self/ns/net")
        wait_until(lambda: os.readlink(f"/proc/{self.pid}/ns/net") != mine, "it has its own")
        self.run("ip", "link", "set", "lo", "up")

    def inside(self, *words):
        return ("nsenter", "--target", str(self.pid), "--net", *words)

    def run(self, *words):
        run(*self.inside(*words))

    def address(self, link, *addresses):
        for address in addresses:
            more = ("nodad",) if ":" in address else ()
            self.run("ip", "address", "add", address, "dev", link, *more)
        self.run("ip", "link", "set", link, "up")

    def close(self):
        process.end(self._holder)


class Traceroute(Case):
    def setUp(self):
        if _why_not:
            self.skipTest(_why_not)
        super().setUp()
        router, self.target = self.closing(Network()), self.closing(Network())
        self.addCleanup(lambda: subprocess.run(
            ["/usr/sbin/ip", "link", "delete", "here"], capture_output=True, check=False))
        run("ip", "link", "add", "here", "type", "veth", "peer", "name", "near", "netns",
            str(router.pid))
        router.run("ip", "link", "add", "far", "type", "veth", "peer", "name", "there", "netns",
                   str(self.target.pid))
        run("ip", "address", "add", "10.1.0.2/24", "dev", "here")
        run("ip", "address", "add", "fd01::2/64", "dev", "here", "nodad")
        run("ip", "link", "set", "here", "up")
        router.address("near", "10.1.0.1/24", "fd01::1/64")
        router.address("far", "10.2.0.1/24", "fd02::1/64")
        router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; "
                   "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding")
        self.target.address("there", "10.2.0.2/24", "fd02::2/64")
        run("ip", "route", "add", "default", "via", "10.1.0.1")
        run("ip", "-6", "route", "add", "default", "via", "fd01::1")
        self.target.run("ip", "route", "add", "default", "via", "10.2.0.1")
        self.target.run("ip", "-6", "route", "add", "default", "via", "fd02::1")
        # Neighbours have found each other once a connection is refused.
        for family, host in ((socket.AF_INET, "10.2.0.2"), (socket.AF_INET6, "fd02::2")):
            wait_until(lambda family=family, host=host: refuses(family, host), f"{host} is there")

    def serve(self):
        """The port of an HTTP server of the target."""
        port = free_port()
        server = process.spawn(self.target.inside(
            "/usr/bin/python3", "-m", "http.server", str(port), "--bind", "::", "--directory",
            str(self.folder)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: process.end(server))
        wait_until(lambda: subprocess.run(
            self.target.inside("sh", "-c", f"grep -qi :{port:04X} /proc/net/tcp6"), check=False,
            capture_output=True).returncode == 0, "it listens")
        return port

    def diagnose(self, url):
        told = json.loads(run_verb("probe", "--diagnose", "--json", url).stdout)
        return told, {one["check"]: one for one in told["findings"]}

    def addresses(self, finding):
        return [line.split()[1] for line in (finding["evidence"] or "").splitlines()]

    def test_the_router_and_the_target_are_named_by_tcp(self):
        port = self.serve()
        for host, hops in (("10.2.0.2", ["10.1.0.1", "10.2.0.2"]),
                           ("[fd02::2]", ["fd01::1", "fd02::2"])):
            told, found = self.diagnose(f"http://{host}:{port}/")
            self.assertEqual("reached in 2 hops", found["traceroute"]["text"])
            self.assertEqual(hops, self.addresses(found["traceroute"]))
            self.assertEqual("ok", found["ping"]["result"], found["ping"]["text"])
            self.assertEqual([], told["conclusions"])

    def test_the_router_and_the_target_are_named_by_udp(self):
        for host, hops in (("10.2.0.2", ["10.1.0.1", "10.2.0.2"]),
                           ("[fd02::2]", ["fd01::1", "fd02::2"])):
            _, found = self.diagnose(f"icmp://{host}")
            self.assertEqual("reached in 2 hops", found["traceroute"]["text"])
            self.assertEqual(hops, self.addresses(found["traceroute"]))

    def test_a_host_that_is_gone_ends_behind_its_router(self):
        told, found = self.diagnose("http://10.2.0.9/")
        self.assertEqual("failed", found["traceroute"]["result"])
        self.assertEqual(["10.1.0.1"], self.addresses(found["traceroute"]))
        self.assertIn("path_ends", [one["kind"] for one in told["conclusions"]])

    def test_a_router_that_has_no_way_ends_it(self):
        told, found = self.diagnose("http://10.9.0.1/")
        self.assertEqual("failed", found["traceroute"]["result"])
        self.assertIn("unreachable", found["connect"]["text"])
        self.assertIn("path_ends", [one["kind"] for one in told["conclusions"]])

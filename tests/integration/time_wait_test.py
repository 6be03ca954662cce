# SPDX-License-Identifier: MIT
"""Closing a connection keeps its port for a minute, TIME_WAIT, on the side that closes first. Many
probes to one address must not use up the ports that way."""

import errno
import socket

from harness import Case, wait_until
from harness.network import NotPermitted, enter_own_network, time_waits_to
from harness.patient import PatientServer

PORTS = 400
FIRST_PORT = 40000
PROBES = 3 * PORTS
_why_not = ""


def setUpModule():
    global _why_not
    try:
        enter_own_network({"tcp_tw_reuse": 0,
                           "ip_local_port_range": f"{FIRST_PORT} {FIRST_PORT + PORTS - 1}"})
    except NotPermitted as error:
        _why_not = str(error)


def connections_until_no_port_is_left(port, most):
    """How many requests a client can make that just closes; `most` where ports never run out."""
    for made in range(most):
        with socket.socket() as client:
            try:
                client.connect(("127.0.0.1", port))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    return made
                raise
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.recv(4096)
    return most


class TimeWait(Case):
    def setUp(self):
        if _why_not:
            self.skipTest(_why_not)
        super().setUp()

    def probe_often(self, url):
        """{outcome: samples} when there are more of them than there are ports."""
        gatewatch = self.daemon("".join(
            f'[[target]]\nname = "t{i}"\nurl = "{url}"\ninterval = "100ms"\ntimeout = "10s"\n'
            for i in range(40))).start()

        def outcomes():
            rows = gatewatch.query("SELECT outcome, count(*) AS n FROM samples GROUP BY outcome")
            return {row["outcome"]: row["n"] for row in rows}
        return wait_until(lambda: (found := outcomes()) and sum(found.values()) >= PROBES and found,
                          lambda: f"{PROBES} probes were made: {outcomes()}", 60)

    def test_here_the_ports_do_run_out_for_a_client_that_just_closes(self):
        server = self.closing(PatientServer())
        made = connections_until_no_port_is_left(server.port, PROBES)
        self.assertLessEqual(made, PORTS)
        self.assertGreaterEqual(time_waits_to(server.port), PORTS // 2)

    def test_http_probes_leave_no_port_behind(self):
        server = self.closing(PatientServer())
        self.assertEqual({"ok"}, set(self.probe_often(server.url)))
        self.assertEqual(0, time_waits_to(server.port))

    def test_tcp_probes_leave_no_port_behind(self):
        server = self.closing(PatientServer())
        self.assertEqual({"ok"}, set(self.probe_often(f"tcp://127.0.0.1:{server.port}")))
        self.assertEqual(0, time_waits_to(server.port))

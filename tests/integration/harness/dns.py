# SPDX-License-Identifier: MIT
"""A real name server: dnsmasq, which knows the names that it is given and no others."""

import pathlib
import socket

from harness import process
from harness.gateways import find_program
from harness.waiting import free_port, wait_until

TTL_SECONDS = 1


class NameServer:
    """`names` are pairs of an address and a name; a name may have several."""

    def __init__(self, folder, names):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        hosts = self.folder / "hosts"
        hosts.write_text("".join(f"{address} {name}\n" for address, name in names))
        zones = {name.rsplit(".", 1)[-1] for _, name in names}
        log = self.folder / "output"
        with open(log, "ab") as output:
            self._process = process.spawn(
                [find_program("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null",
                 "--no-resolv", "--no-hosts", f"--addn-hosts={hosts}", "--pid-file=",
                 *(f"--local=/{zone}/" for zone in zones), f"--local-ttl={TTL_SECONDS}",
                 f"--port={self.port}", "--listen-address=127.0.0.1", "--bind-interfaces",
                 "--user=root", "--log-facility=-"],
                stdout=output, stderr=output, cwd=self.folder)
        wait_until(lambda: self._answers() or self._process.poll() is not None,
                   "dnsmasq answers")
        if self._process.poll() is not None:
            raise AssertionError(f"dnsmasq ended: {log.read_text()}")

    def _answers(self):
        """Whether it answers a question for the root's name servers, with whatever."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            client.connect(("127.0.0.1", self.port))
            try:
                client.send(b"\1\2\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1")
                return len(client.recv(512)) > 0
            except OSError:
                return False

    def close(self):
        process.end(self._process)

# SPDX-License-Identifier: MIT
"""A full disk, at the start and later: the daemon runs, probes and tells. The disk is a small tmpfs
in a mount namespace of the daemon's own, which needs root."""

import os
import shlex
import subprocess
import unittest

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, stays, wait_until,
                     webhook_channel)


def why_not():
    """Why a file system can't be mounted here; empty where it can."""
    if os.geteuid() != 0:
        return "only root may mount a file system to fill"
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                          capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "no mount namespaces here: " + done.stderr.strip()


@unittest.skipIf(why_not(), why_not())
class DiskFull(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.hook = self.closing(WebhookReceiver())
        self.state = self.folder / "state"
        self.state.mkdir()
        self.gatewatch = self.daemon(
            f'[storage]\npath = "{self.state}/gatewatch.db"\n'
            + quick_target("app", f"http://127.0.0.1:{self.app.port}/") + QUICK_RULE
            + webhook_channel(self.hook), wrapper=self.full_disk())

    def full_disk(self):
        """Runs what follows on a disk of 2 MiB that a file fills to its last byte."""
        state = shlex.quote(str(self.state))
        script = (f"mount -t tmpfs -o size=2m tmpfs {state}; "
                  f'cat /dev/zero >{state}/filler 2>/dev/null; exec "$@"')
        return ("unshare", "--mount", "--", "bash", "-c", script, "bash")

    def make_room(self):
        """Deletes the file, in the mount namespace of the daemon."""
        subprocess.run(["nsenter", "--mount", "--root", "--target", str(self.gatewatch.pid),
                        "rm", self.state / "filler"], check=True)

    def told(self, target):
        return [one for one in self.hook.accepted()
                if one.json["data"]["incident"]["target"] == target]

    def probed(self):
        return len(self.app.requests)

    def test_a_disk_that_is_full_at_the_start(self):
        self.gatewatch.start()
        wait_until(lambda: self.told("gatewatch"), "gatewatch's own trouble is told")
        wait_until(lambda: self.gatewatch.get("/healthz")[0] == 503, "/healthz shows it")
        before = self.probed()
        wait_until(lambda: self.probed() > before + 10, "probes go on")
        self.app.mode("status 502")
        wait_until(lambda: self.told("app"), "the target's incident is told from memory")
        self.assertEqual(["incident.opened"], [one.type for one in self.told("app")])
        self.make_room()
        wait_until(lambda: self.gatewatch.get("/healthz")[0] == 200, "the disk is in use again")
        stays(lambda: len(self.told("app")) == 1, "nothing is told twice", 2)
        self.assertEqual(0, self.gatewatch.stop(), self.gatewatch.log())

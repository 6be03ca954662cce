# SPDX-License-Identifier: MIT
"""What is gatewatch's own trouble and not the target's."""

import os
import signal

from harness import Case, stays, wait_until

class OwnTrouble(Case):
    def samples(self, target, more="1"):
        return self.gatewatch.query(f"SELECT * FROM samples WHERE target = ? AND {more}", target)

    def metric(self, name):
        for line in self.gatewatch.get("/metrics")[2].splitlines():
            if line.startswith(name):
                return float(line.rsplit(" ", 1)[1])
        return None

    def test_a_process_that_was_stopped_does_not_blame_the_target(self):
        shop = self.upstream("hang")
        self.gatewatch = self.daemon(
            f'[[target]]\nname = "shop"\nurl = "http://127.0.0.1:{shop.port}/"\n'
            'interval = "1s"\ntimeout = "4s"\n').start()
        wait_until(lambda: shop.requests, "a probe is in flight")
        os.kill(self.gatewatch.pid, signal.SIGSTOP)
        stays(self.gatewatch.is_running, "it exists", 1.5)
        os.kill(self.gatewatch.pid, signal.SIGCONT)
        sample = wait_until(lambda: self.samples("shop"), "the probe is over")[0]
        self.assertEqual("inconclusive", sample["outcome"])
        self.assertRegex(sample["error"], "^not counted: gatewatch stood still for .*; timeout: ")
        self.assertGreaterEqual(self.metric("gatewatch_stalls_total"), 1)

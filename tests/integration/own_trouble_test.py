# SPDX-License-Identifier: MIT
"""What is gatewatch's own trouble and not the target's."""

import os
import signal

from harness import Case, quick_target, stays, wait_until

# No channel: nobody is to be told here.
DOWN_RULE = """
[[rule]]
name = "down"
count = ["refused", "timeout"]
threshold = "50%"
window = "3s"
min_probes = 5
min_bad = 3
"""


def control(name, port):
    return (f'\n[[control]]\nname = "{name}"\nurl = "http://127.0.0.1:{port}/"\n'
            f'interval = "200ms"\ntimeout = "1s"\n')


class OwnTrouble(Case):
    def samples(self, target, more="1"):
        return self.gatewatch.query(f"SELECT * FROM samples WHERE target = ? AND {more}", target)

    def metric(self, name):
        for line in self.gatewatch.get("/metrics")[2].splitlines():
            if line.startswith(name):
                return float(line.rsplit(" ", 1)[1])
        return None

    def wait_for_metric(self, value, name):
        """What /metrics shows may be a quarter of a second old."""
        wait_until(lambda: self.metric(name) == value, f"{name} is {value}")

    def test_while_no_control_answers_no_target_is_down(self):
        shop, near, far = self.upstream(), self.upstream(), self.upstream()
        self.gatewatch = self.daemon(
            quick_target("shop", f"http://127.0.0.1:{shop.port}/") + control("near", near.port)
            + control("far", far.port) + DOWN_RULE).start()
        wait_until(lambda: self.samples("near", "outcome = 'ok'")
                   and self.samples("far", "outcome = 'ok'"), "the controls are probed")
        self.assertEqual(0, self.metric("gatewatch_offline"))

        for upstream in (near, far, shop):
            upstream.mode("stopped")
        incident = self.gatewatch.wait_for_incident("gatewatch")
        self.assertEqual("network", incident["rule"])
        self.assertIn("near", incident["summary"])
        self.wait_for_metric(1, "gatewatch_offline")
        wait_until(lambda: len(self.samples("shop", "outcome = 'inconclusive'")) >= 10,
                   "failures of the shop are set aside")
        self.assertEqual([], self.gatewatch.incidents("shop"))
        newest = self.samples("shop", "outcome = 'inconclusive'")[-1]
        self.assertTrue(newest["error"].startswith(
            "not counted: no control target answers; refused: "), newest["error"])

        far.mode("ok")
        self.gatewatch.wait_for_incident("shop")
        self.wait_for_metric(0, "gatewatch_offline")

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

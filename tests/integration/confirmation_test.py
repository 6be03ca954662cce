# SPDX-License-Identifier: MIT
"""Confirmation bursts, from the rule's keys to the rows of the database."""

from harness import Case, wait_until


class Confirmation(Case):
    def test_a_bad_probe_starts_a_burst_that_opens_and_counts_in_no_rate(self):
        shop = self.upstream("status 502")
        self.gatewatch = self.daemon(
            f'[[target]]\nname = "shop"\nurl = "http://127.0.0.1:{shop.port}/"\ninterval = "4s"\n'
            '[[rule]]\nname = "bad-gateway"\ncount = ["502"]\nwindow = "60s"\nconfirm = true\n'
            'confirm_every = "500ms"\nconfirm_for = "3s"\n').start()

        def samples(which):
            return self.gatewatch.query(f"SELECT * FROM samples WHERE {which}")

        wait_until(lambda: len(samples("confirm = 1")) >= 3, "the burst is stored")
        for sample in samples("confirm = 1"):
            self.assertEqual("confirm", sample["purpose"])
            self.assertEqual(502, sample["status"])
        scheduled = len(samples("purpose = 'scheduled'"))
        self.assertLess(scheduled, 5)
        wait_until(lambda: self.gatewatch.incidents("shop"), "the trial opens an incident")
        self.assertLess(self.gatewatch.incidents("shop")[0]["probes"], 5)
        self.assertRegex(self.gatewatch.get("/metrics")[2],
                         r'gatewatch_confirm_probes_total{target="shop",outcome="bad_gateway"} [3-9]')

# SPDX-License-Identifier: MIT
"""What gatewatch makes of real gateways whose upstream fails in each way we know: never a wrong
maker or cause, and the cause as exact as the evidence lets it be."""

import pathlib
import tempfile
import unittest

from lab import judge, report, world

# The least share of exact causes, at each level, of the faults that the client sees.
EXACT = {"response": 0.05, "origin": 0.6, "log": 0.6, "all": 0.8}
MINIMUM_FAULTS = 20

lab = None
results = {}


def setUpModule():
    global lab
    world.enter_network()
    folder = tempfile.TemporaryDirectory(prefix="gatewatch-lab-")
    unittest.addModuleCleanup(folder.cleanup)
    lab = world.World(folder.name)
    unittest.addModuleCleanup(lab.close)
    gateways = lab.start_all()
    judges = [judge.Judge(pathlib.Path(folder.name) / f"judge-{gateway.name}", gateway)
              for gateway in gateways]
    verdicts = world.in_parallel(lambda one: one.probe_all(), judges)
    results.update({gateway.product: told for gateway, told in zip(gateways, verdicts)})


class Lab(unittest.TestCase):
    maxDiff = None

    def each(self, level=None):
        for result in results.values():
            for name, verdicts in result.items():
                if level in (None, name):
                    yield from verdicts

    def test_no_maker_and_no_cause_is_wrong(self):
        self.assertEqual([], [mistake for one in self.each() for mistake in one.mistakes()])

    def test_each_gateway_meets_many_faults(self):
        self.assertEqual(5, len(results))
        for product, result in results.items():
            faults = {one.fault for one in result["response"] if one.truth != "none"}
            self.assertGreaterEqual(len(faults), MINIMUM_FAULTS, product)

    def test_healthy_answers_are_ok(self):
        for one in self.each():
            if one.truth == "none":
                self.assertEqual(("ok", ()), (one.outcome, one.causes), one)

    def test_the_maker_of_each_page_of_a_gateway_is_named(self):
        for one in self.each("response"):
            if one.status and one.status >= 500 and one.truth != "app_error":
                self.assertEqual(("gateway", one.gateway), (one.role, one.product), one)

    def test_the_share_of_exact_causes(self):
        for level, least in EXACT.items():
            with self.subTest(level):
                verdicts = list(self.each(level))
                if not verdicts:
                    self.skipTest(f"this gatewatch takes no configuration for {level}")
                self.assertGreaterEqual(report.exact_share(verdicts), least)

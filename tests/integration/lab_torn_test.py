# SPDX-License-Identifier: MIT
"""What gatewatch makes of a gateway's answer that is cut, over real sockets: nothing, or what is
true of the whole one. GATEWATCH_LAB=long asks for a cut at every byte."""

import json
import os
import pathlib

from harness import Case, run_verb
from lab import world
from lab.torn import TornAnswers

_CAPTURES = pathlib.Path(__file__).resolve().parents[1] / "captures"
_WHOLE = {
    "nginx": "refused", "haproxy": "refused", "apache2": "accept_close", "varnish": "refused",
    "caddy": "refused", "squid": "refused", "lighttpd": "refused", "h2o": "refused",
}
_STEP = 1 if os.environ.get("GATEWATCH_LAB") == "long" else 97


class Torn(Case):
    def probe(self, port, length):
        done = run_verb("probe", "--json", f"http://127.0.0.1:{port}/{length}")
        self.assertIn(done.returncode, (2, 3), done.stderr)
        told = json.loads(done.stdout)
        return told["answered_by"], told["causes"]

    def check(self, gateway):
        answer = (_CAPTURES / gateway / f"{_WHOLE[gateway]}.http").read_bytes()
        server = self.closing(TornAnswers(answer))
        whole_maker, whole_causes = self.probe(server.port, len(answer))
        self.assertEqual("gateway", whole_maker["role"], gateway)
        for length in range(0, len(answer), _STEP):
            maker, causes = self.probe(server.port, length)
            where = f"{gateway}, {length} of {len(answer)} bytes: {maker}, {causes}"
            self.assertIn(maker["role"], ("gateway", "unknown"), where)
            self.assertIn(maker["product"], (None, whole_maker["product"]), where)
            self.assertTrue(not causes or set(whole_causes) <= set(causes), where)

    def test_no_cut_makes_it_wrong(self):
        world.in_parallel(self.check, _WHOLE)

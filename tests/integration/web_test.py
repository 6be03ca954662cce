# SPDX-License-Identifier: MIT
"""The status page, the metrics and the health check, over real HTTP."""

import re

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, wait_until, webhook_channel)

# A name that is markup, a label with quotes, and a path that must be escaped, all at once.
NASTY = '<b>"shop" & \\co</b>'
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)( \S+)?$')


def parse_metrics(text):
    """{(name, labels as text): value}; raises on a line that is neither comment nor sample."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        match = SAMPLE.match(line)
        if match is None:
            raise AssertionError(f"not a sample: {line}")
        key = (match[1], match[2] or "")
        if key in found:
            raise AssertionError(f"twice: {line}")
        found[key] = float(match[3])
    return found


class Web(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.gateway = self.nginx(self.app)
        self.hook = self.closing(WebhookReceiver())
        self.gatewatch = self.daemon(
            quick_target(NASTY.replace("\\", "\\\\").replace('"', '\\"'), self.gateway.url)
            + quick_target("plain", self.gateway.url)
            + QUICK_RULE + webhook_channel(self.hook)).start()
        wait_until(lambda: self.gatewatch.samples_by_status("plain"), "the targets are probed")

    def test_healthz(self):
        status, _, _ = self.gatewatch.get("/healthz")
        self.assertEqual(200, status)

    def test_the_page_lists_targets_and_incidents_and_escapes_names(self):
        status, headers, body = self.gatewatch.get("/")
        self.assertEqual(200, status)
        self.assertIn("text/html", headers["Content-Type"])
        self.assertIn("utf-8", headers["Content-Type"].lower())
        self.assertIn("plain", body)
        self.assertNotIn("<b>", body)
        self.assertRegex(body, r"&lt;b&gt;(&quot;|&#34;|\")shop(&quot;|&#34;|\") &amp; \\co")
        self.app.mode("stopped")
        self.gatewatch.wait_for_incident("plain")
        wait_until(lambda: "bad-gateway" in self.gatewatch.get("/")[2], "the page shows it")

    def metrics(self):
        status, headers, body = self.gatewatch.get("/metrics")
        self.assertEqual(200, status)
        self.assertIn("text/plain", headers["Content-Type"])
        return parse_metrics(body)

    def test_metrics_have_the_names_and_labels_of_their_contract(self):
        found = self.metrics()
        self.assertEqual(1, found['probe_success', '{target="plain"}'])
        self.assertEqual(200, found['probe_http_status_code', '{target="plain"}'])
        self.assertGreater(found['probe_duration_seconds', '{target="plain"}'], 0)
        self.assertGreaterEqual(
            found['gatewatch_probes_total', '{target="plain",outcome="ok",code="200"}'], 1)
        self.assertIn(('gatewatch_probes_skipped_total', '{target="plain"}'), found)
        phases = {labels for name, labels in found if name == "probe_http_duration_seconds"
                  and "plain" in labels}
        self.assertIn('{target="plain",phase="connect"}', phases)
        self.assertIn('{target="plain",phase="processing"}', phases)
        nasty = '{target="<b>\\"shop\\" & \\\\co</b>"}'
        self.assertIn(("probe_success", nasty), found)

    def test_counters_count_what_is_stored(self):
        self.app.mode("stopped")
        wait_until(lambda: self.gatewatch.samples_by_status("plain").get(502, 0) >= 3,
                   "three 502 are stored")
        total = 'gatewatch_probes_total', '{target="plain",outcome="bad_gateway",code="502"}'
        stored = self.gatewatch.samples_by_status("plain")[502]
        self.assertGreaterEqual(self.metrics()[total], stored)

    def test_openmetrics_only_where_accept_asks_for_it(self):
        _, headers, body = self.gatewatch.get(
            "/metrics", {"Accept": "application/openmetrics-text;version=1.0.0"})
        self.assertIn("application/openmetrics-text", headers["Content-Type"])
        self.assertTrue(body.endswith("# EOF\n"))
        self.assertNotIn("# EOF", self.gatewatch.get("/metrics")[2])

    def test_ranges_are_not_served(self):
        ranges = {"Range": "bytes=" + ",".join(["0-"] * 500)}
        status, _, body = self.gatewatch.get("/", ranges)
        self.assertEqual(416, status)
        self.assertLess(len(body), 100_000)

    def test_unknown_paths_are_404(self):
        self.assertEqual(404, self.gatewatch.get("/no-such-page")[0])

# SPDX-License-Identifier: MIT
"""A name with three addresses, a real nginx at each, one of them bad: named within 5 cycles."""

import datetime

from harness import Case, NameServer, Nginx, Upstream, WebhookReceiver, wait_until, webhook_channel
from harness.waiting import free_port

GOOD, BAD, GOOD_TOO = ADDRESSES = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
CYCLES = 5

# Without the burst, what is told rests on the schedule alone.
SCHEDULE_ALONE = """
[[rule]]
name = "bad-gateway"
count = ["gateway", "refused"]
threshold = "30%"
window = "60s"
min_probes = 5
min_bad = 3
"""


def now():
    """As the database and the messages tell times."""
    at = datetime.datetime.now(datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


class AddressesTest(Case):
    def setUp(self):
        super().setUp()
        self.names = self.closing(NameServer(
            self.folder / "dns", [(address, "shop.test") for address in ADDRESSES]))
        self.port = free_port()
        self.upstreams = {address: self.closing(Upstream()) for address in ADDRESSES}
        self.gateways = {
            address: self.closing(Nginx(self.folder / address, self.upstreams[address].port,
                                        address=address, port=self.port))
            for address in ADDRESSES}
        self.receiver = self.closing(WebhookReceiver())

    def watch(self, interval, rule=""):
        return self.daemon(
            rule + webhook_channel(self.receiver)
            + f'\n[[target]]\nname = "shop"\nurl = "http://shop.test:{self.port}/"\n'
              f'resolver = "{self.names.address}"\naddresses = "all"\ninterval = "{interval}"\n'
              'timeout = "900ms"\ndiagnosis = false\n').start()

    def told(self):
        """(when, words) of the first message that says that one address alone fails."""
        for one in self.receiver.received:
            verdict = one.json["data"]["verdict"]
            words = " ".join([verdict["summary"], *verdict["evidence"]])
            if "alone of 3 addresses" in words:
                return one.json["timestamp"], words
        return None

    @staticmethod
    def shown(daemon):
        """The same of the status page."""
        words = daemon.get("/")[2]
        return (now(), words) if "alone of 3 addresses" in words else None

    def assert_named_in_time(self, daemon, interval, find, case):
        when, words = wait_until(find, lambda: "an address is named; told: " + str(
            [one.json["data"] for one in self.receiver.received]) + "\n" + daemon.log(),
            (CYCLES + 2) * interval + 15)
        self.assertIn(f"{BAD} alone of 3 addresses", words)
        for other in (GOOD, GOOD_TOO):
            self.assertNotIn(f"{other} alone", words)
            self.assertNotIn(f"{other} fails", words)
        cycles = self.cycles_until(daemon, when)
        print(f"{case}: named in cycle {cycles}", flush=True)
        self.assertLessEqual(cycles, CYCLES)

    def cycles_until(self, daemon, when):
        """How many times the schedule had come to the bad address at that time."""
        def starts():
            return [row["at"] for row in daemon.query(
                "SELECT at FROM samples WHERE purpose = 'scheduled' AND address LIKE ? ORDER BY at",
                BAD + "%")]

        wait_until(lambda: any(at > when for at in starts()), "the next cycle is stored", 40)
        return sum(at <= when for at in starts())

    def assert_one_is_bad(self, daemon):
        """What is stored: each cycle came to all three addresses, and only one of them failed."""
        rows = daemon.query(
            "SELECT address, sum(outcome = 'ok') AS good, sum(outcome <> 'ok') AS bad FROM samples "
            "WHERE purpose = 'scheduled' GROUP BY address ORDER BY address")
        self.assertEqual(list(ADDRESSES), [row["address"].split(":")[0] for row in rows])
        for row in rows:
            counts = [row["good"], row["bad"]] if row["address"].startswith(BAD) else [
                row["bad"], row["good"]]
            self.assertEqual(0, counts[0], dict(row))
            self.assertGreater(counts[1], 0, dict(row))
        self.assertLessEqual(max(row["good"] + row["bad"] for row in rows)
                             - min(row["good"] + row["bad"] for row in rows), 1)

    def assert_stored(self, daemon):
        return wait_until(lambda: next((row for row in daemon.incidents("shop")
                                        if f"{BAD} alone of 3 addresses" in row["summary"]), None),
                          lambda: f"it is stored: {[dict(row) for row in daemon.incidents()]}")

    def test_a_gateway_that_answers_502(self):
        self.upstreams[BAD].mode("stopped")
        daemon = self.watch("1s", SCHEDULE_ALONE)
        self.assert_named_in_time(daemon, 1, self.told, "a gateway that answers 502, every 1 s")
        self.assert_one_is_bad(daemon)
        self.assertEqual("gateway", self.assert_stored(daemon)["fault"])

    # Its fault is known before it is sure which address it is: no message tells the latter.
    def test_a_gateway_that_is_not_there(self):
        self.gateways[BAD].close()
        daemon = self.watch("1s", SCHEDULE_ALONE)
        self.assert_named_in_time(daemon, 1, lambda: self.shown(daemon),
                                  "a gateway that is not there, every 1 s")
        self.assert_one_is_bad(daemon)
        self.assertEqual("gateway", self.assert_stored(daemon)["fault"])

    def test_the_built_in_rules(self):
        self.upstreams[BAD].mode("stopped")
        daemon = self.watch("10s")
        self.assert_named_in_time(daemon, 10, self.told, "the built-in rules, every 10 s")
        self.assert_one_is_bad(daemon)
        self.assert_stored(daemon)

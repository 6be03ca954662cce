# SPDX-License-Identifier: MIT
"""The verifier of all webhook tests is the one of the specification's authors, not ours. Skipped,
in sight, where npm could not install it: then Python's hmac judges."""

import time
import unittest

from harness import Case
from harness.webhook import PackageVerifier, StandardLibraryVerifier, WebhookReceiver


@unittest.skipIf(PackageVerifier.missing(), PackageVerifier.missing())
class ForeignVerifier(Case):
    def setUp(self):
        super().setUp()
        self.package = self.closing(PackageVerifier(WebhookReceiver.secret))
        self.ours = StandardLibraryVerifier(WebhookReceiver.secret)

    def signed(self, body, when):
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(when))}
        return {**headers, "webhook-signature": self.ours.sign(headers, body)}

    def test_both_verifiers_agree_on_what_is_right(self):
        for body in (b"{}", '{"text": "sch\u00f6n \u2026"}'.encode()):
            headers = self.signed(body, time.time())
            self.assertEqual(["", ""], [verifier.error(headers, body)
                                        for verifier in (self.package, self.ours)])

    def test_both_verifiers_agree_on_what_is_wrong(self):
        body = b'{"n": 1}'
        good = self.signed(body, time.time())
        for headers, sent in (
                (good, b'{"n": 2}'),
                ({**good, "webhook-id": "msg_2"}, body),
                ({**good, "webhook-timestamp": str(int(time.time()) - 1)}, body),
                ({**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
                 body),
                (self.signed(body, time.time() - 3600), body)):
            for verifier in (self.package, self.ours):
                self.assertNotEqual("", verifier.error(headers, sent), (verifier.name, headers))

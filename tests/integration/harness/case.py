# SPDX-License-Identifier: MIT
"""The base of every integration test: a folder of its own, and pieces that are closed after it."""

import pathlib
import shutil
import tempfile
import unittest

from harness.daemon import Daemon, binary
from harness.gateways import Nginx
from harness.upstream import Upstream

# A rule as quick as the tests want it: probes each 200 ms, a window of 3 s.
QUICK_RULE = """
[[rule]]
name = "bad-gateway"
count = ["gateway"]
threshold = "30%"
window = "3s"
min_probes = 5
min_bad = 3
clear = "10%"
"""


def quick_target(name, url, more=""):
    """Probed each 200 ms; not diagnosed, so that gateways see nothing but probes."""
    return (f'\n[[target]]\nname = "{name}"\nurl = "{url}"\ninterval = "200ms"\ntimeout = "2s"\n'
            f"diagnosis = false\n{more}\n")


def webhook_channel(receiver, name="ops"):
    return (f'\n[[channel]]\nname = "{name}"\nkind = "webhook"\nurl = "{receiver.url}"\n'
            f'secret = "{receiver.secret}"\n')


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatewatch-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)  # for tests that run the daemon as another user

    def closing(self, piece):
        """`piece`, closed when the test ends."""
        self.addCleanup(piece.close)
        return piece

    def upstream(self, mode="ok"):
        return self.closing(Upstream(mode))

    def nginx(self, upstream, **options):
        number = len(list(self.folder.glob("nginx*")))
        return self.closing(Nginx(self.folder / f"nginx{number}", upstream.port, **options))

    def daemon(self, configuration, name="daemon", **options):
        return self.closing(Daemon(self.folder / name, configuration, **options))

    def as_nobody(self):
        """Options of daemon() and run_verb() to run it as the user nobody, who may not look into
        the folder that it was built in: a copy."""
        program = self.folder / "gatewatch"
        if not program.exists():
            shutil.copy(binary(), program)
        return {"program": program, "wrapper": (
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--")}

    def assertVerified(self, receiver):
        """Every webhook that came was signed as its specification says."""
        self.assertEqual([], [one.verification_error for one in receiver.received
                              if one.verification_error])

    def assertOneLine(self, text, *words):
        """`text` is one line that holds all the words."""
        lines = text.strip().splitlines()
        self.assertEqual(1, len(lines), text)
        for word in words:
            self.assertIn(word, lines[0])

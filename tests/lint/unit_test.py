# SPDX-License-Identifier: MIT
"""The systemd unit as it is installed: systemd accepts each line of it, and its exposure stays where
its hardening put it. unit_test.py BUILD [unittest arguments]."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
# In tenths: 1.0 is what remains for a service that talks over the network.
MOST_EXPOSURE = 10
build = pathlib.Path()


class Unit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatewatch-unit-")
        self.addCleanup(folder.cleanup)
        text = (build / "systemd" / "gatewatch.service").read_text(encoding="utf-8")
        self.assertNotRegex(text, r"@\w+@", "a variable that CMake left")
        # Nothing is installed here: any program stands in for the binary.
        lines = []
        for line in text.splitlines():
            key, equals, value = line.partition("=")
            if key in ("ExecStart", "ExecReload"):
                self.assertTrue(value.startswith("/"), line)
                line = key + equals + "/bin/true"
            lines.append(line)
        self.path = pathlib.Path(folder.name) / "gatewatch.service"
        self.path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", "--man=no", *arguments, str(self.path)],
                              capture_output=True, text=True, check=False)

    def test_systemd_accepts_it(self):
        done = self.analyze("verify")
        own = [line for line in done.stderr.splitlines() if "gatewatch" in line]
        self.assertEqual((0, []), (done.returncode, own), done.stderr)

    def test_its_exposure(self):
        done = self.analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE}")
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("SKIPPED: systemd-analyze is not installed")
        sys.exit(SKIPPED)
    build = pathlib.Path(sys.argv.pop(1))
    unittest.main()

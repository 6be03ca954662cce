# SPDX-License-Identifier: MIT
"""What is installed, and the systemd unit among it: systemd accepts each line of it, and its exposure
stays where its hardening put it. unit_test.py BUILD [unittest arguments]."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

# In tenths: 1.0 is what remains for a service that talks over the network.
MOST_EXPOSURE = 10
build = pathlib.Path()


@unittest.skipIf(shutil.which("systemd-analyze") is None, "systemd-analyze is not installed")
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


class Install(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatewatch-install-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def install(self):
        subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], check=True,
                       capture_output=True, env={**os.environ, "DESTDIR": str(self.root)})

    def test_everything_is_where_the_unit_looks_for_it(self):
        self.install()
        installed = {path.relative_to(self.root).as_posix()
                     for path in self.root.rglob("*") if path.is_file()}
        self.assertEqual({
            "etc/gatewatch/gatewatch.toml",
            "usr/bin/gatewatch",
            "usr/lib/systemd/system/gatewatch.service",
            "usr/share/doc/gatewatch/examples/gatewatch.toml",
            "usr/share/doc/gatewatch/examples/local.conf.example",
            "usr/share/doc/gatewatch/examples/quickstart.toml",
        }, {name.replace("usr/local/", "usr/") for name in installed})
        secrets = self.root / "etc/gatewatch/secrets"
        self.assertEqual(0o700, stat.S_IMODE(secrets.stat().st_mode))

    def test_a_configuration_that_is_there_stays(self):
        written = self.root / "etc/gatewatch/gatewatch.toml"
        written.parent.mkdir(parents=True)
        written.write_text("# mine\n", encoding="utf-8")
        self.install()
        self.assertEqual("# mine\n", written.read_text(encoding="utf-8"))


if __name__ == "__main__":
    build = pathlib.Path(sys.argv.pop(1))
    unittest.main()

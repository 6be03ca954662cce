# SPDX-License-Identifier: MIT
"""What scripts/run shows without arguments: within a minute one whole incident, told on both sinks;
and nothing that stays behind."""

import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import time

from harness import Case, binary, process, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
A_MINUTE = 60


class Quickstart(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "examples").symlink_to(ROOT / "examples")
        self.output = self.folder / "output"
        self.begin = time.monotonic()
        self.demo = self.start_demo()
        self.addCleanup(process.end, self.demo)

    def start_demo(self):
        with open(self.output, "ab") as output:
            return process.spawn([sys.executable, "-B", ROOT / "scripts/demo/quickstart.py",
                                  binary()], cwd=self.folder, stdout=output, stderr=output)

    def text(self):
        return self.output.read_text(encoding="utf-8")

    def children(self):
        """(process id, name) of all that the demo started."""
        done = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True,
                              check=True)
        rows = [line.split(None, 2) for line in done.stdout.splitlines()]
        family = {self.demo.pid}
        while True:
            more = {int(pid) for pid, parent, _ in rows if int(parent) in family} - family
            if not more:
                return {(int(pid), name) for pid, _, name in rows
                        if int(pid) in family - {self.demo.pid}}
            family |= more

    def test_a_minute_of_it(self):
        for line in ("[webhook] incident.opened", "[e-mail] incident.opened",
                     "[webhook] incident.resolved", "[e-mail] incident.resolved"):
            wait_until(lambda: line in self.text(), lambda: f"{line!r} is shown:\n{self.text()}",
                       A_MINUTE - (time.monotonic() - self.begin))
        wait_until(lambda: self.text().count("status page: http://127.0.0.1:") == 2,
                   "it says where to look once more")
        with self.subTest("a second one says that there is one already"):
            second = subprocess.run(
                [sys.executable, "-B", ROOT / "scripts/demo/quickstart.py", binary()],
                cwd=self.folder, capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((1, ""), (second.returncode, second.stdout))
            self.assertOneLine(second.stderr, "running already", str(self.demo.pid))
        started = self.children()
        self.assertEqual({"nginx", pathlib.Path(binary()).name}, {name for _, name in started})
        with self.subTest("Ctrl-C ends all of it"):
            self.demo.send_signal(signal.SIGINT)
            self.assertEqual(0, self.demo.wait(20))
            self.assertEqual([], [pid for pid, _ in started if os.path.exists(f"/proc/{pid}")])
        with self.subTest("what was stored is what nginx counted"):
            log = (self.folder / "var/nginx/access.log").read_text(encoding="utf-8")
            # The one request of a diagnosis that is not of the target's url is no sample of it.
            asked = [line for line in log.splitlines() if "/gatewatch-diagnosis-" not in line]
            statuses = re.findall(r'" (\d{3}) \d+ "', "\n".join(asked))
            connection = sqlite3.connect(f"file:{self.folder}/var/quickstart.db?mode=ro", uri=True)
            self.addCleanup(connection.close)
            self.assertEqual(
                {(int(one), statuses.count(one)) for one in statuses},
                set(connection.execute("SELECT status, count(*) FROM samples GROUP BY 1")))

# SPDX-License-Identifier: MIT
"""The whole daemon: probes, rules, durable storage, status page."""

import collections
import signal
import sqlite3
import time
import urllib.request

from harness import process
from harness.waiting import free_port, wait_until
from meter import Window, percentile, resident_mb

_START_SECONDS = 60


def target(name, url, more=""):
    return f'[[target]]\nname = "{name}"\nurl = "{url}"\n{more}\n'


def _targets(world, job, hung_interval):
    lines = ['[defaults]\ninterval = "1s"\ntimeout = "10s"\n']
    if job.tls:
        lines.append(f'ca_file = "{world.nginx.ca_file}"\ntls_full_every = {job.full_every}\n')
    lines += [target(f"t{i}", world.nginx.url(i, job.tls)) for i in range(job.targets)]
    lines += [target(f"hung{i}", world.hung.url(i, job.tls), f'interval = "{hung_interval}"')
              for i in range(job.hung)]
    return "\n".join(lines)


class Daemon:
    """`targets` completes its configuration; those that answer have names that begin with t."""

    def __init__(self, build, folder, targets):
        self.folder = folder
        self._listen = free_port()
        path = folder / "gatewatch.toml"
        path.write_text(f'[daemon]\nlisten = "127.0.0.1:{self._listen}"\n\n'
                        f'[storage]\npath = "{folder}/gatewatch.db"\n\n' + targets)
        with open(folder / "log", "wb") as log:
            self._process = process.spawn([build / "daemon/gatewatch", "run", "-c", path],
                                          stdout=log, stderr=log)

    @property
    def pid(self):
        return self._process.pid

    def metrics(self):
        """(skipped turns of answering targets, probes in flight)"""
        url = f"http://127.0.0.1:{self._listen}/metrics"
        with urllib.request.urlopen(url, timeout=60) as answer:
            text = answer.read().decode()
        skipped, in_flight = 0, 0
        for line in text.splitlines():
            if line.startswith('gatewatch_probes_skipped_total{target="t'):
                skipped += int(line.rsplit(" ", 1)[1])
            elif line.startswith("gatewatch_probes_in_flight "):
                in_flight = int(line.rsplit(" ", 1)[1])
        return skipped, in_flight

    def stop(self):
        process.end(self._process, signal.SIGTERM)

    def samples(self, begin, end):
        """(lateness in ms, sorted; {outcome: how many}) of answering targets, from the database,
        between two instants (seconds since 1970)."""
        connection = sqlite3.connect(f"file:{self.folder}/gatewatch.db?mode=ro", uri=True)
        try:
            rows = connection.execute(
                "SELECT late_ms, outcome FROM samples WHERE at_ms >= ? AND at_ms < ? "
                "AND target LIKE 't%'", (begin * 1000, end * 1000)).fetchall()
        finally:
            connection.close()
        return sorted(row[0] for row in rows), collections.Counter(row[1] for row in rows)


def _start(world, job, hung_interval="1s"):
    before = world.nginx.requests()
    daemon = Daemon(world.build, world.new_folder("gatewatch"), _targets(world, job, hung_interval))
    wait_until(lambda: world.nginx.requests() > before + job.targets, "gatewatch probes",
               _START_SECONDS)
    time.sleep(job.warm_up)
    return daemon


def _idle_mb(world, job):
    """Its memory with the same targets, where those that hang are not probed yet."""
    daemon = _start(world, job, hung_interval="7d")
    try:
        return resident_mb(daemon.pid)
    finally:
        daemon.stop()
        world.forget(daemon.folder)


def measure(world, job):
    idle_mb = _idle_mb(world, job) if job.hung else 0
    daemon = _start(world, job)
    try:
        skipped_before, _ = daemon.metrics()
        window = Window(world.nginx, job, [daemon.pid])
        figures = window.wait_and_close()[None]
        skipped, in_flight = daemon.metrics()
        daemon.stop()
        lateness, outcomes = daemon.samples(window.begin, window.end)
    finally:
        daemon.stop()
    figures["stored %"] = 100 * len(lateness) / window.probes
    figures["skipped"] = skipped - skipped_before
    figures["failed"] = outcomes.total() - outcomes["ok"]
    figures["lateness p50 ms"] = percentile(lateness, 0.5)
    figures["lateness p99 ms"] = percentile(lateness, 0.99)
    figures["lateness max ms"] = percentile(lateness, 1)
    if job.hung:
        figures["kB per hung probe"] = ((figures["memory MB"] - idle_mb) * 1024
                                        / max(in_flight, 1))
    world.forget(daemon.folder)
    return {"gatewatch": figures}

# SPDX-License-Identifier: MIT
"""What processes use over a window of time, and what the server saw of them in it."""

import collections
import dataclasses
import os
import pathlib
import time

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Job:
    """What each monitor is given to do."""
    targets: int
    seconds: int
    warm_up: int = 5
    tls: bool = False
    full_every: int = 1   # of so many probes one makes a full TLS handshake
    hung: int = 0         # targets that never answer, beside the others


@dataclasses.dataclass
class Use:
    """Of one process and all its descendants."""
    cpu_seconds: float
    written_bytes: int


def _fields(pid):
    """(parent, CPU seconds of it and of its children that have ended); None where it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / _TICKS


def family(pid):
    """{process: CPU seconds} of `pid` and its descendants."""
    children, spent = collections.defaultdict(list), {}
    for entry in os.listdir("/proc"):
        fields = _fields(entry) if entry.isdigit() else None
        if fields:
            children[fields[0]].append(int(entry))
            spent[int(entry)] = fields[1]
    found, open_ends = {}, [pid]
    while open_ends:
        one = open_ends.pop()
        if one in spent:
            found[one] = spent[one]
            open_ends += children[one]
    return found


def _lines(pid, name, field):
    try:
        for line in pathlib.Path(f"/proc/{pid}/{name}").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def use(pid):
    processes = family(pid)
    return Use(sum(processes.values()),
               sum(_lines(one, "io", "write_bytes:") for one in processes))


def resident_mb(pid):
    return sum(_lines(one, "status", "VmRSS:") for one in family(pid)) / 1024


def percentile(sorted_values, share):
    if not sorted_values:
        return 0.0
    return sorted_values[min(int(len(sorted_values) * share), len(sorted_values) - 1)]


class Window:
    """Measures from its construction to close()."""

    def __init__(self, nginx, job, pids):
        self._nginx, self._job, self._pids = nginx, job, pids
        nginx.forget_log()
        self.begin = time.time()
        self._started = time.monotonic()
        self._before = {pid: use(pid) for pid in pids}
        self._requests = nginx.requests()

    def wait_and_close(self):
        """One dict of figures for each process, and of all of them together under None."""
        time.sleep(max(self._started + self._job.seconds - time.monotonic(), 0))
        probes = max(self._nginx.requests() - self._requests - 1, 1)
        after = {pid: use(pid) for pid in self._pids}
        seconds = time.monotonic() - self._started
        self.end = time.time()
        memory = {pid: resident_mb(pid) for pid in self._pids}
        time.sleep(self._nginx.flush_seconds())
        errors = self._nginx.interval_errors_ms(self.begin, self.end)
        self.probes = probes

        def figures(pids):
            cpu = sum(after[pid].cpu_seconds - self._before[pid].cpu_seconds for pid in pids)
            written = sum(after[pid].written_bytes - self._before[pid].written_bytes
                          for pid in pids)
            return {
                "probes/s": probes / seconds,
                "CPU µs/probe": cpu * 1e6 / probes,
                "CPU % of a core": 100 * cpu / seconds,
                "memory MB": sum(memory[pid] for pid in pids),
                "written B/probe": written / probes,
                "interval error p50 ms": percentile(errors, 0.5),
                "interval error p99 ms": percentile(errors, 0.99),
            }
        found = {pid: figures([pid]) for pid in self._pids}
        found[None] = figures(self._pids)
        return found

# SPDX-License-Identifier: MIT
"""What is measured, and what it has to show."""

import dataclasses

from meter import Job
from monitors import blackbox, floor, gatewatch, icinga, monit

MONITORS = {"floor": floor.measure, "gatewatch": gatewatch.measure, "blackbox": blackbox.measure,
            "monit": monit.measure, "icinga": icinga.measure}

_BOTH_SIDES = ["floor", "gatewatch", "blackbox"]


@dataclasses.dataclass
class Goal:
    """The median of a figure of gatewatch; with `over`, of its ratio to that monitor's; with
    `under`, of that monitor's ratio to it."""
    figure: str
    most: float = None
    least: float = None
    over: str = None
    under: str = None


@dataclasses.dataclass
class Scenario:
    name: str
    title: str
    targets: int
    goals: list
    monitors: list = dataclasses.field(default_factory=lambda: list(_BOTH_SIDES))
    options: dict = dataclasses.field(default_factory=dict)  # of the Job
    # Fewer for the blackbox exporter, where its and Prometheus' share of the machine would
    # otherwise be more than there is: then it falls behind, and its cost per probe says nothing.
    blackbox_targets: int = None

    def job(self, args):
        options = dict(self.options)
        if options.get("hung") and args.hung:
            options["hung"] = args.hung
        return Job(targets=args.targets or self.targets, seconds=args.seconds, **options)

    def job_of(self, monitor, job):
        if monitor != "blackbox" or self.blackbox_targets is None:
            return job
        return dataclasses.replace(job, targets=min(job.targets, self.blackbox_targets))


_NONE_LOST = [Goal("skipped", most=0), Goal("failed", most=0)]
_HUNG = {"warm_up": 13}  # a timeout and the next turn, so that all that hang do

ALL = [
    Scenario("http", "HTTP, a new connection each", 1000, [
        Goal("CPU µs/probe", most=60), Goal("CPU µs/probe", most=2, over="floor"),
        Goal("CPU µs/probe", least=13, under="blackbox exporter alone"),
        Goal("memory MB", most=20), Goal("lateness p99 ms", most=5), *_NONE_LOST],
        blackbox_targets=300),
    Scenario("rate", "HTTP, 10,000 probes a second", 10000, [
        Goal("CPU % of a core", most=60), Goal("lateness p99 ms", most=5), *_NONE_LOST]),
    Scenario("hung", "HTTP, beside targets that accept and never answer", 1000, [
        Goal("lateness p99 ms", most=6), Goal("kB per hung probe", most=5), *_NONE_LOST],
        options={"hung": 3000, **_HUNG}, blackbox_targets=300),
    Scenario("hung-tls", "TLS, beside targets that accept and never shake hands", 300, [
        Goal("lateness p99 ms", most=6), Goal("kB per hung probe", most=50), *_NONE_LOST],
        options={"hung": 3000, "tls": True, **_HUNG}, blackbox_targets=100),
    Scenario("tls", "TLS, a full, verified handshake each", 300, [
        Goal("CPU µs/probe", most=900), Goal("CPU µs/probe", most=1.1, over="floor"),
        Goal("lateness p99 ms", most=5), *_NONE_LOST],
        options={"tls": True}, blackbox_targets=100),
    Scenario("tls-resumed", "TLS, nine of ten handshakes resumed", 300, [
        Goal("CPU µs/probe", most=450), Goal("CPU µs/probe", most=1.1, over="floor"),
        Goal("lateness p99 ms", most=5), *_NONE_LOST],
        options={"tls": True, "full_every": 10}, blackbox_targets=100),
    Scenario("peers", "HTTP, every monitor that Debian packages and that can do it", 100, [],
             monitors=["floor", "gatewatch", "blackbox", "monit", "icinga"]),
]

# SPDX-License-Identifier: MIT
"""The tables."""

import os
import pathlib
import statistics

# In this order, those that some monitor has.
_FIGURES = ["probes/s", "CPU µs/probe", "CPU % of a core", "memory MB", "kB per hung probe",
            "written B/probe", "stored %", "skipped", "failed", "lateness p50 ms",
            "lateness p99 ms", "lateness max ms", "interval error p50 ms", "interval error p99 ms"]


def machine():
    """What it is measured on, and how busy that is with other things before the first round."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in text.splitlines()
                  if line.startswith("model name")), os.uname().machine)
    system = dict(line.split("=", 1) for line in
                  pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    kernel = ".".join(os.uname().release.split(".")[:2])
    return (f"{os.cpu_count()} cores ({model}), {system['PRETTY_NAME'].strip(chr(34))}, Linux "
            f"{kernel}; load average before: {os.getloadavg()[0]:.1f}\n")


def _number(value):
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 3 else f"{value:.2f}"


def _spread(values):
    low, middle, high = (_number(one) for one in
                         (min(values), statistics.median(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def _title(scenario, job, rounds):
    hung = f" and {job.hung:,} that hang" if job.hung else ""
    times = f"{len(rounds)} round{'s' if len(rounds) > 1 else ''} in turn"
    fewer = scenario.job_of("blackbox", job).targets
    others = f" (the blackbox exporter: {fewer:,})" if fewer != job.targets else ""
    return (f"## {scenario.name}: {scenario.title}\n\n{job.targets:,} targets{others}{hung} at "
            f"1 s, windows of {job.seconds} s, {times}; median (range)\n")


def _table(rounds):
    names = list(rounds[0])
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for figure in _FIGURES:
        cells = [_spread([one[name][figure] for one in rounds])
                 if figure in rounds[0][name] else "-" for name in names]
        if any(cell != "-" for cell in cells):
            lines.append(f"| {figure} | " + " | ".join(cells) + " |")
    return lines


def _values(goal, rounds):
    """The figure of the goal in each round; empty where its monitor did not take part."""
    other = goal.over or goal.under
    if any("gatewatch" not in one or (other and other not in one) for one in rounds):
        return []
    own = [one["gatewatch"][goal.figure] for one in rounds]
    if not other:
        return own
    others = [max(one[other][goal.figure], 1e-9) for one in rounds]
    pairs = zip(own, others) if goal.over else zip(others, own)
    return [above / max(below, 1e-9) for above, below in pairs]


def _goal(goal, rounds):
    values = _values(goal, rounds)
    if not values:
        return None
    middle = statistics.median(values)
    held = middle <= goal.most if goal.most is not None else middle >= goal.least
    what = goal.figure
    if goal.over:
        what += f", gatewatch / {goal.over}"
    if goal.under:
        what += f", {goal.under} / gatewatch"
    bound = f"at most {goal.most:g}" if goal.most is not None else f"at least {goal.least:g}"
    return f"| {what} | {bound} | {_spread(values)} | {'held' if held else '**missed**'} |"


def text(scenario, job, rounds):
    lines = [_title(scenario, job, rounds), *_table(rounds)]
    goals = [line for line in (_goal(goal, rounds) for goal in scenario.goals) if line]
    if goals:
        lines += ["", "| goal | bound | measured | |", "|---|---|---|---|", *goals]
    return "\n".join(lines) + "\n"

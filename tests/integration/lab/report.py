# SPDX-License-Identifier: MIT
"""docs/lab.md: what gatewatch told of each gateway and fault, and why it told no more."""

from lab.judge import LEVELS
from lab.reasons import reason

_INTRODUCTION = """\
# The lab

<!-- Made by scripts/lab; do not edit. -->

Real gateways from Debian's packages, each with an upstream that has one fault at a time, probed by
`gatewatch probe`, which is not told which. The levels are what its verdict rests on:

| level | evidence |
|---|---|
| `response` | the answer of the gateway alone |
| `origin` | and an `origin` probed beside it |
| `log` | the answer and the gateway's log, without the origin |
| `all` | all of these |

A cause is exact where one is left and it is the true one. What the client does not see, because
the gateway answered 200 with a whole body all the same, can't be found by asking the gateway: such
pairs are told apart below and do not count.
"""
_TITLES = {"response": "exact by response", "origin": "with origin", "log": "with log",
           "all": "with all"}


def _share(verdicts):
    exact = sum(one.exact for one in verdicts)
    return f"{exact} of {len(verdicts)} ({100 * exact // max(1, len(verdicts))} %)"


def shown(verdicts):
    """Those of a fault that the client sees."""
    return [one for one in verdicts if one.shows and one.truth != "none"]


def exact_share(verdicts):
    seen = shown(verdicts)
    return sum(one.exact for one in seen) / max(1, len(seen))


def _summary(results):
    levels = [level for level in LEVELS if all(level in result for result in results.values())]
    lines = ["| gateway | faults | shown to the client | " + " | ".join(
        _TITLES[level] for level in levels) + " | wrong |", "|---" * (len(levels) + 4) + "|"]
    rows = [(name, [result]) for name, result in results.items()]
    rows.append(("all", list(results.values())))
    for name, several in rows:
        by_level = {level: [one for result in several for one in result[level]
                            if one.truth != "none"] for level in levels}
        wrong = sum(len(one.mistakes()) for verdicts in by_level.values() for one in verdicts)
        first = by_level["response"]
        lines.append(f"| {name} | {len(first)} | {len(shown(first))} | " + " | ".join(
            _share(shown(by_level[level])) for level in levels) + f" | {wrong} |")
    return lines, levels


def _cell(one):
    if not one.causes:
        return "?"
    return "**exact**" if one.exact else f"{len(one.causes)} possible"


def _details(results, levels):
    lines = []
    for name, result in results.items():
        lines += ["", f"## {name}", "", "| fault | true cause | client gets | " + " | ".join(levels)
                  + " | why no more |", "|---" * (len(levels) + 4) + "|"]
        for row in zip(*(result[level] for level in levels)):
            best = row[-1]
            if best.truth == "none":
                continue
            gets = f"{best.status or '-'} `{best.outcome}`"
            why = "" if best.exact else reason(best)
            lines.append(f"| `{best.fault}` | `{best.truth}` | {gets} | "
                         + " | ".join(_cell(one) for one in row) + f" | {why} |")
    return lines


def page(results):
    """`results`: {gateway: {level: [Verdict]}}, each in the same order of faults."""
    lines, levels = _summary(results)
    return "\n".join([_INTRODUCTION, *lines, *_details(results, levels), ""])

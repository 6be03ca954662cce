# SPDX-License-Identifier: MIT
"""Answers and log lines as files, laid out like tests/captures: GATEWAY/FAULT.http,
GATEWAY/FAULT.log and INDEX.tsv."""

import dataclasses
import pathlib

from lab.request import fetch, next_id

_COLUMNS = ("gateway", "fault", "true_cause", "status_line")
_MOST_OF_A_BODY = 4096
# What tests/captures calls files of other names.
_HEADINGS = {"output": "log", "varnishlog": "varnishlog -g request"}


@dataclasses.dataclass
class Capture:
    gateway: str
    fault: str
    true_cause: str
    answer: bytes
    log: dict  # {file's name: text}

    @property
    def status_line(self):
        """Its first line, as far as it is printable."""
        line = self.answer.split(b"\r\n", 1)[0][:80].decode("latin-1")
        return "".join(letter if " " <= letter <= "~" else "?" for letter in line)


def take(gateway, fault, **options):
    """One request, and what the gateway logged meanwhile: no other one may be under way."""
    gateway.prepare(fault)
    sizes, mark = gateway.log_sizes(), next_id()
    answer = fetch(gateway.port, gateway.path_to(fault), request_id=mark, **options)
    gateway.wait_for_log(sizes, mark)
    return Capture(gateway.name, fault, gateway.truths()[fault], answer, gateway.log_since(sizes))


def take_through(edge, inner, fault):
    """The same through an outer gateway, whose log it is."""
    sizes, mark = edge.log_sizes(), next_id()
    answer = fetch(edge.port, inner.path_to(fault), request_id=mark)
    edge.wait_for_log(sizes, mark)
    return Capture(edge.name, fault, inner.truths()[fault], answer, edge.log_since(sizes))


def take_all(gateway):
    return [take(gateway, fault) for fault in gateway.truths()]


def write(folder, captures):
    folder = pathlib.Path(folder)
    rows = ["\t".join(_COLUMNS)]
    for one in captures:
        place = folder / one.gateway
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{one.fault}.http").write_bytes(_shortened(one.answer))
        if one.log:
            (place / f"{one.fault}.log").write_text("".join(
                f"## {_HEADINGS.get(name, name)}\n{text}" for name, text in one.log.items()),
                encoding="utf-8")
        rows.append("\t".join((one.gateway, one.fault, one.true_cause, one.status_line)))
    (folder / "INDEX.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _shortened(answer):
    head, divider, body = answer.partition(b"\r\n\r\n")
    return head + divider + body[:_MOST_OF_A_BODY]

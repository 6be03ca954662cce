# SPDX-License-Identifier: MIT
"""What can be wrong with an upstream. The true causes are those of tests/captures/CAUSES.tsv."""

import csv
import dataclasses
import pathlib

_CAUSES = pathlib.Path(__file__).resolve().parents[2] / "captures" / "CAUSES.tsv"


def _read_causes():
    with open(_CAUSES, encoding="utf-8") as file:
        return {row["fault"]: row["cause"] for row in csv.DictReader(file, delimiter="\t")}


CAUSES = _read_causes()


@dataclasses.dataclass(frozen=True)
class Fault:
    """`to` is where the gateway finds the upstream: "HOST:PORT", or "unix:PATH"."""
    name: str
    to: str
    tls: bool = False

    @property
    def cause(self):
        return CAUSES[self.name]

    @property
    def is_unix(self):
        return self.to.startswith("unix:")

    @property
    def path(self):
        return self.to.removeprefix("unix:")

    @property
    def port(self):
        return int(self.to.rsplit(":", 1)[1])

    @property
    def origin(self):
        """The upstream's URL for whoever asks it directly; None where there is none."""
        if self.is_unix:
            return None
        return f"{'https' if self.tls else 'http'}://{self.to}/{self.name}"

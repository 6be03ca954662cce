# SPDX-License-Identifier: MIT
"""What gatewatch makes of an answer, beside the truth."""

import dataclasses
import json

from harness.daemon import run_verb

# What the verdict may rest on beside the answer.
LEVELS = ("response", "origin", "log", "all")
_TIMEOUT = "2s"

# The faults that are true of a cause, beside "unknown". A name, a socket, a certificate or a limit
# that do not fit may be put right on either side.
_FAULTS = {
    "app_error": ("application",),
    "gateway_exhausted": ("gateway",),
    "upstream_dns": ("dns", "gateway"),
    "upstream_unreachable": ("origin", "path"),
    "upstream_timeout_connect": ("origin", "path"),
    "upstream_marked_down": ("origin", "gateway"),
    "upstream_socket_missing": ("origin", "gateway"),
    "upstream_socket_denied": ("origin", "gateway"),
    "upstream_tls_cert": ("origin", "gateway"),
    "upstream_tls_proto": ("origin", "gateway"),
    "upstream_header_too_big": ("origin", "gateway"),
    "none": (),
}


@dataclasses.dataclass(frozen=True)
class Verdict:
    gateway: str  # the product in front
    fault: str
    truth: str
    outcome: str
    status: int | None
    role: str
    product: str | None
    causes: tuple
    verdict: dict

    @property
    def shows(self):
        """Whether the client sees that something is wrong."""
        return self.outcome != "ok"

    @property
    def exact(self):
        return self.causes == (self.truth,)

    def mistakes(self):
        """What is wrong of what it says; nothing said is never wrong."""
        found = []
        if self.role == "gateway" and self.product not in (None, self.gateway):
            found.append(f"made by {self.gateway}, not {self.product}")
        if self.role == "gateway" and self.truth == "app_error" and "app_error" not in self.causes:
            found.append("the application's own answer")
        if self.role == "application" and self.truth != "app_error":
            found.append("not the application's answer")
        if self.causes and self.truth not in self.causes:
            found.append(f"the cause is {self.truth}, not {', '.join(self.causes)}")
        fault = self.verdict.get("fault", "unknown")
        if fault not in ("unknown", *_FAULTS.get(self.truth, ("origin",))):
            found.append(f"{self.truth} is no fault of the kind {fault}")
        return [f"{self.gateway}/{self.fault}: {mistake}" for mistake in found]


class Judge:
    """Writes a configuration for each level, with a target for each fault of a gateway."""

    def __init__(self, folder, gateway):
        self._gateway = gateway
        self._folder = folder
        self._folder.mkdir()
        self.levels = [level for level in LEVELS if self._accepts(level)]

    def _path(self, level):
        return self._folder / f"{level}.toml"

    def _accepts(self, level):
        """Whether gatewatch knows what that level needs. What nothing accepts is a mistake here."""
        self._path(level).write_text(self._configuration(level), encoding="utf-8")
        done = run_verb("check", "-c", self._path(level))
        if level == "response" and done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        return done.returncode == 0

    def _configuration(self, level):
        parts = [f'[storage]\npath = "{self._folder}/gatewatch.db"\n']
        authority = self._gateway.setting.authority.certificate
        for name in self._gateway.truths():
            parts.append(f'[[target]]\nname = "{name}"\nurl = "{self._url(name)}"\n'
                         f'timeout = "{_TIMEOUT}"\nca_file = "{authority}"\n')
            origin = self._gateway.origin_of(name)
            if level in ("origin", "all") and origin:
                parts.append(f'origin = "{origin}"\n'
                             f'resolver = "127.0.0.1:{self._gateway.setting.dns_port}"\n')
        if level in ("log", "all"):
            for name, kind in self._gateway.log_kinds.items():
                parts.append(f'[[log]]\nname = "{name}"\nkind = "{kind}"\n'
                             f'path = "{self._gateway.log_paths()[name]}"\n')
        return "".join(parts)

    def _url(self, fault):
        return self._gateway.url.rstrip("/") + self._gateway.path_to(fault)

    def probe(self, level, fault):
        """`gatewatch probe` of that fault."""
        self._gateway.prepare(fault)
        done = run_verb("probe", "--json", "-c", self._path(level), fault)
        if done.returncode not in (0, 2, 3):
            raise AssertionError(f"probe of {fault} ended with {done.returncode}: {done.stderr}")
        said = json.loads(done.stdout)
        verdict = said.get("verdict") or {}
        maker = said["answered_by"]
        return Verdict(self._gateway.product, fault, self._gateway.truths()[fault],
                       said["outcome"], said["status"], maker["role"], maker["product"],
                       tuple(said["causes"]), verdict)

    def probe_all(self):
        """{level: [Verdict]}"""
        return {level: [self.probe(level, fault) for fault in self._gateway.truths()]
                for level in self.levels}

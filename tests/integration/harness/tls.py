# SPDX-License-Identifier: MIT
"""A certificate authority of the test's own, made with the openssl command."""

import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass
class Identity:
    certificate: pathlib.Path
    key: pathlib.Path


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._folder.mkdir()
        self.certificate = self._folder / "ca.pem"
        self._key = self._folder / "ca.key"
        self._made = 0
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", 2, "-subj", "/CN=gatewatch test authority",
                 "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign",
                 "-keyout", self._key, "-out", self.certificate)

    def identity(self, names="DNS:localhost,IP:127.0.0.1", days=2):
        """A key and a certificate of this authority for those names, which ends in so many days:
        negative, it has ended."""
        self._made += 1
        base = self._folder / f"identity{self._made}"
        key, request, certificate = (base.with_suffix(end) for end in (".key", ".csr", ".pem"))
        extensions = base.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={names}\n")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=gatewatch test server", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate)
        return Identity(certificate, key)

    def self_signed(self, names="DNS:localhost,IP:127.0.0.1"):
        """A certificate for those names that no authority stands for."""
        certificate, key = (self._folder / f"self-signed{end}" for end in (".pem", ".key"))
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-days", 2, "-subj", "/CN=gatewatch test server",
                 "-addext", f"subjectAltName={names}", "-keyout", key, "-out", certificate)
        return Identity(certificate, key)

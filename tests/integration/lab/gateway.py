# SPDX-License-Identifier: MIT
"""A gateway of the lab: a path for each fault, and its logs. Run by root it runs as nobody."""

import os
import shutil

from harness.gateways import Gateway
from harness.waiting import wait_until
from lab.request import fetch

_NOBODY = 65534
_LOG_SECONDS = 3
# How long gateways wait for a connection, and for an answer.
TIMEOUT_MS = 700


def _drops_root():
    """False where root stands for one user alone, as in a user namespace without others."""
    if os.geteuid() != 0:
        return False
    with open("/proc/self/uid_map", encoding="ascii") as table:
        return sum(int(line.split()[2]) for line in table) > _NOBODY


def as_nobody(command):
    """Ends with its parent, like all that process.spawn() starts: the kernel forgets that wish as
    the user changes, so it is said again."""
    if not _drops_root():
        return command
    return ["setpriv", "--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups",
            "--pdeathsig", "KILL", "--", *command]


class LabGateway(Gateway):
    """`faults` by name, as of Upstreams; with `all_to` every path goes to that one upstream, as
    from an outer gateway to an inner one, or with nginx and HAProxy to several (blanks between).
    A kind says in `name` what its folder in tests/captures is called, and in `log_kinds` what it
    writes: {file's name: kind of [[log]]}; it defines write_configuration() and command()."""

    name = ""
    product = ""
    log_kinds = {}
    # Faults that it makes of an upstream's: {name: (true cause, requests before it shows)}. The
    # upstream refuses connections, but where `own_upstreams` names another fault's.
    own_faults = {}
    own_upstreams = {}

    def __init__(self, folder, faults, setting, all_to=None):
        super().__init__(folder)
        self.setting = setting
        self.all_to = all_to
        self.faults = {} if all_to else {
            name: fault for name, fault in faults.items() if self.can(fault)}
        self.closed_port = faults["refused"].port
        self._all_faults = faults
        self.write_configuration()
        if _drops_root():
            for path in [self.folder, *self.folder.rglob("*")]:
                shutil.chown(path, _NOBODY, _NOBODY)
        self._start(as_nobody([str(part) for part in self.command()]))
        self.after_start()

    def can(self, fault):
        """Whether it can have such an upstream."""
        return True

    def write_configuration(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def after_start(self):
        pass

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name

    def truths(self):
        """{fault: true cause} of every path."""
        own = {} if self.all_to else {name: cause for name, (cause, _) in self.own_faults.items()}
        return {name: fault.cause for name, fault in self.faults.items()} | own

    def prepare(self, fault):
        """Brings about what has to be before that fault shows."""
        for _ in range(self.own_faults.get(fault, ("", 0))[1]):
            fetch(self.port, self.path_to(fault))

    def origin_of(self, name):
        """The URL of that fault's upstream; None where there is none."""
        if name in self.own_faults:
            name = self.own_upstreams.get(name, "refused")
        return self._all_faults[name].origin if name else None

    def path_to(self, fault):
        return f"/{fault}"

    # Its logs.

    def log_paths(self):
        return {name: self.folder / name for name in self.log_kinds}

    def log_sizes(self):
        return {name: path.stat().st_size if path.exists() else 0
                for name, path in self.log_paths().items()}

    def log_since(self, sizes):
        """{name: text} of what was added."""
        added = {}
        for name, path in self.log_paths().items():
            if path.exists():
                with open(path, "rb") as file:
                    file.seek(sizes[name])
                    added[name] = file.read().decode(errors="replace")
        return added

    def wait_for_log(self, sizes, word):
        """Until a line with that word is in; some faults leave none while they last."""
        try:
            wait_until(lambda: any(word in text for text in self.log_since(sizes).values()),
                       "the request is logged", _LOG_SECONDS)
        except AssertionError:
            return False
        return True

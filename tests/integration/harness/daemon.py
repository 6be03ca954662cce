# SPDX-License-Identifier: MIT
"""gatewatch as a process: started, reloaded, killed, and looked at from outside."""

import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import threading
import urllib.request

from harness import process
from harness.waiting import free_port, wait_until

START_SECONDS = 20
VERB_SECONDS = 60


def binary():
    """The program under test, which ctest names."""
    path = os.environ.get("GATEWATCH_BINARY")
    if not path:
        raise AssertionError("set GATEWATCH_BINARY to the gatewatch to test")
    return path


def _environment(extra):
    """Without what a surrounding service manager may have set."""
    environment = {name: value for name, value in os.environ.items() if name not in (
        "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "CONFIGURATION_DIRECTORY", "CREDENTIALS_DIRECTORY",
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "http_proxy", "https_proxy", "all_proxy")}
    environment.update(extra)
    return environment


def run_verb(*arguments, cwd=None, env=None, wrapper=(), program=None):
    """Runs one verb to its end."""
    return subprocess.run([*wrapper, program or binary(), *map(str, arguments)], cwd=cwd,
                          env=_environment(env or {}), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=VERB_SECONDS, check=False)


class NotifySocket:
    """The service manager's end of sd_notify: collects what the daemon says, in order."""

    def __init__(self, path):
        self.path = str(path)
        self.messages = []  # one dict per datagram
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        os.chmod(self.path, 0o777)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.messages.append(dict(line.split("=", 1) for line in data.decode().splitlines()
                                      if "=" in line))

    def count(self, name, value=None):
        return sum(1 for message in list(self.messages)
                   if name in message and value in (None, message[name]))

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()


class Daemon:
    """`folder` holds its configuration (gatewatch.toml), its database, its control socket and its
    log. The configuration given is completed by [daemon] and [storage] tables, unless it has its
    own."""

    def __init__(self, folder, configuration, env=None, wrapper=(), program=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.config_path = self.folder / "gatewatch.toml"
        self.log_path = self.folder / "log"
        self.database_path = self.folder / "gatewatch.db"
        self.port = free_port()
        self.env = dict(env or {})
        self.wrapper = tuple(wrapper)
        self.program = program or binary()
        self.notify = None
        self._starts = 0
        self._process = None
        self.configure(configuration)

    # Configuration and life.

    def configure(self, configuration):
        parts = []
        if "[daemon]" not in configuration:
            parts.append(f'[daemon]\nlisten = "127.0.0.1:{self.port}"\n')
        if "[storage]" not in configuration:
            parts.append(f'[storage]\npath = "{self.database_path}"\n')
        self.config_path.write_text("".join(parts) + configuration, encoding="utf-8")

    def spawn(self):
        """Starts the process and does not wait for anything."""
        self._starts += 1
        if self.notify:
            self.notify.close()
        self.notify = NotifySocket(self.folder / f"notify{self._starts}")
        environment = _environment({**self.env, "NOTIFY_SOCKET": self.notify.path})
        with open(self.log_path, "ab") as log:
            self._process = process.spawn(
                [*self.wrapper, self.program, "run", "-c", self.config_path],
                stdout=log, stderr=log, cwd=self.folder, env=environment)
        return self

    def start(self):
        """Starts it and waits until it says that it is ready."""
        self.spawn()
        wait_until(lambda: self.notify.count("READY", "1") or self._process.poll() is not None,
                   lambda: "gatewatch is ready; its log:\n" + self.log(), START_SECONDS)
        if self._process.poll() is not None:
            raise AssertionError(f"gatewatch ended ({self._process.returncode}):\n{self.log()}")
        return self

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process is not None and self._process.poll() is None

    def stop(self):
        """SIGTERM; returns the exit status."""
        return process.end(self._process)

    def kill(self):
        """kill -9: no chance to tidy up."""
        self._process.kill()
        self._process.wait()

    def wait_for_end(self):
        wait_until(lambda: not self.is_running(),
                   lambda: "gatewatch ends; its log:\n" + self.log(), START_SECONDS)
        return self._process.returncode

    def signal_reload(self):
        """SIGHUP; waits until the daemon says that it is ready again."""
        before = self.notify.count("READY", "1")
        self._process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.notify.count("READY", "1") > before,
                   lambda: "the reload is over; the log:\n" + self.log())

    def close(self):
        if self._process is not None:
            process.end(self._process)
        if self.notify:
            self.notify.close()

    # What it shows.

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def verb(self, name, *arguments):
        return run_verb(name, "-c", self.config_path, *arguments, cwd=self.folder, env=self.env)

    def get(self, path, headers=None):
        """(status, headers, body) of its web server."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         headers=headers or {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def query(self, sql, *arguments):
        """Rows of the database, read as a user's own SQL does; none while it does not exist."""
        if not self.database_path.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database_path}?mode=ro", uri=True, timeout=5)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, arguments).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def samples_by_status(self, target):
        rows = self.query("SELECT status, count(*) AS n FROM samples WHERE target = ? "
                          "GROUP BY status", target)
        return {row["status"]: row["n"] for row in rows}

    def incidents(self, target=None):
        rows = self.query("SELECT * FROM incidents ORDER BY opened_at, id")
        return [row for row in rows if target in (None, row["target"])]

    def open_incident(self, target):
        """The one open incident of that target; None where there is none."""
        found = [row for row in self.incidents(target) if row["resolved_at"] is None]
        if len(found) > 1:
            raise AssertionError(f"{len(found)} open incidents of {target}")
        return found[0] if found else None

    def wait_for_incident(self, target):
        return wait_until(lambda: self.open_incident(target),
                          lambda: f"an incident of {target} opens; log:\n{self.log()}")

    def wait_for_recovery(self, target):
        wait_until(lambda: self.incidents(target) and not self.open_incident(target),
                   lambda: f"the incident of {target} resolves; log:\n{self.log()}")
        return self.incidents(target)[-1]

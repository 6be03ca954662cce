# SPDX-License-Identifier: MIT
"""Child processes that never outlive their test."""

import ctypes
import signal
import subprocess

_STOP_SECONDS = 20
_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, **options):
    return subprocess.Popen([str(part) for part in command], preexec_fn=_die_with_parent,
                            stdin=options.pop("stdin", subprocess.DEVNULL), **options)


def end(process, number=signal.SIGTERM):
    """Asks the process to end, kills it where it does not; returns its exit status."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()

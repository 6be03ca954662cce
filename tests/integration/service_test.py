# SPDX-License-Identifier: MIT
"""What the service manager sees: sd_notify, the watchdog, a clean and timely stop."""

import os
import pathlib
import signal
import stat
import time

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, wait_until, webhook_channel)

WATCHDOG_SECONDS = 1
# The unit gives 20 s; an idle daemon needs next to nothing.
STOP_SECONDS = 5


class Service(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.hook = self.closing(WebhookReceiver())
        self.configuration = (quick_target("app", f"http://127.0.0.1:{self.app.port}/")
                              + QUICK_RULE + webhook_channel(self.hook))

    def test_ready_status_watchdog_and_stopping(self):
        daemon = self.daemon(self.configuration,
                             env={"WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1_000_000)}).start()
        self.assertEqual(1, daemon.notify.count("READY", "1"))
        wait_until(lambda: any("watching 1 target" in message.get("STATUS", "")
                               for message in daemon.notify.messages), "a status is told")
        begin = time.monotonic()
        wait_until(lambda: daemon.notify.count("WATCHDOG", "1") >= 4, "four pings come")
        self.assertLess(time.monotonic() - begin, 4 * WATCHDOG_SECONDS)
        self.assertEqual(0, daemon.stop())
        wait_until(lambda: daemon.notify.count("STOPPING", "1") == 1, "it says that it stops")

    def test_reloading_is_told_with_its_instant_and_then_ready(self):
        daemon = self.daemon(self.configuration).start()
        daemon.signal_reload()
        told = [message for message in daemon.notify.messages
                if "RELOADING" in message or "READY" in message]
        self.assertEqual(["READY", "RELOADING", "READY"],
                         [next(key for key in ("RELOADING", "READY") if key in message)
                          for message in told])
        now_us = time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6
        self.assertLess(abs(now_us - int(told[1]["MONOTONIC_USEC"])), 60e6)

    def test_the_status_counts_open_incidents(self):
        daemon = self.daemon(self.configuration).start()
        self.app.mode("status 502")
        daemon.wait_for_incident("app")
        wait_until(lambda: any("1 open incident" in message.get("STATUS", "")
                               for message in daemon.notify.messages), "the status says so")

    def assertStops(self, daemon, number=signal.SIGTERM):
        begin = time.monotonic()
        os.kill(daemon.pid, number)
        self.assertEqual(0, daemon.wait_for_end(), daemon.log())
        self.assertLess(time.monotonic() - begin, STOP_SECONDS)

    def test_sigterm_and_sigint_end_it_in_time(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.daemon(self.configuration, name=f"daemon{number}").start()
            wait_until(lambda: daemon.samples_by_status("app"), "a sample is stored")
            self.assertStops(daemon, number)
            self.assertEqual([], [path.name for path in daemon.folder.glob("*-wal")
                                  if path.stat().st_size > 0])

    def test_a_stop_during_a_probe_that_hangs_is_in_time(self):
        self.app.mode("hang")
        daemon = self.daemon(self.configuration.replace('"2s"', '"60s"')).start()
        wait_until(lambda: self.app.requests, "a probe is under way")
        self.assertStops(daemon)

    def test_what_is_queued_at_a_stop_arrives_after_the_next_start(self):
        self.hook.script.extend([500] * 2)
        self.app.mode("status 502")
        daemon = self.daemon(self.configuration).start()
        daemon.wait_for_incident("app")
        wait_until(lambda: self.hook.received, "a first try was made")
        self.assertStops(daemon)
        first = self.hook.received[0]
        daemon.start()
        wait_until(lambda: self.hook.types() == ["incident.opened"], "it arrives", 40)
        self.assertEqual((first.id, first.raw),
                         (self.hook.accepted()[0].id, self.hook.accepted()[0].raw))

    def test_the_control_socket_is_for_owner_and_group(self):
        runtime = self.folder / "run"
        runtime.mkdir()
        daemon = self.daemon(self.configuration, env={"RUNTIME_DIRECTORY": str(runtime)}).start()
        mode = os.stat(runtime / "control.sock").st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(0o660, stat.S_IMODE(mode))
        self.assertEqual(0, daemon.verb("status").returncode)
        self.assertStops(daemon)
        self.assertFalse((runtime / "control.sock").exists())

    def test_a_relative_database_lies_below_the_state_directory(self):
        state = self.folder / "state"
        state.mkdir()
        daemon = self.daemon('[storage]\npath = "own.db"\n' + self.configuration,
                             env={"STATE_DIRECTORY": str(state)}).start()
        wait_until((state / "own.db").exists, "the database is there")
        self.assertEqual([], list(pathlib.Path(daemon.folder).glob("*.db")))

    def test_secrets_come_from_the_credentials_directory(self):
        credentials = self.folder / "credentials"
        credentials.mkdir()
        (credentials / "secret_hook").write_text(self.hook.secret + "\n")
        daemon = self.daemon(
            quick_target("app", f"http://127.0.0.1:{self.app.port}/") + QUICK_RULE
            + '[[channel]]\nname = "ops"\nkind = "webhook"\n'
              f'url = "{self.hook.url}"\nsecret_file = "hook"\n',
            env={"CREDENTIALS_DIRECTORY": str(credentials)}).start()
        self.assertEqual(0, daemon.verb("test-channel", "ops").returncode)
        self.assertVerified(self.hook)

# SPDX-License-Identifier: MIT
"""What keeps the daemon from starting, and what does not."""

import os
import socket
import sqlite3
import unittest

from harness import (QUICK_RULE, Case, WebhookReceiver, quick_target, wait_until, webhook_channel)


class Start(Case):
    def setUp(self):
        super().setUp()
        self.app = self.upstream()
        self.hook = self.closing(WebhookReceiver())
        self.url = f"http://127.0.0.1:{self.app.port}/"
        self.configuration = quick_target("app", self.url) + QUICK_RULE + webhook_channel(self.hook)

    def assertRefuses(self, daemon, *words):
        """It ends with status 1 and says why in one line that holds the words."""
        daemon.spawn()
        self.assertEqual(1, daemon.wait_for_end(), daemon.log())
        self.assertOneLine(daemon.log(), "gatewatch: ", *words)
        self.assertEqual(0, daemon.notify.count("READY"))

    def test_a_state_directory_that_is_missing(self):
        path = self.folder / "nowhere" / "gatewatch.db"
        daemon = self.daemon(f'[storage]\npath = "{path}"\n' + self.configuration)
        self.assertRefuses(daemon, str(path.parent), "No such file or directory")

    @unittest.skipIf(os.geteuid() != 0, "only root may run the daemon as somebody else")
    def test_a_state_directory_that_is_not_permitted(self):
        state = self.folder / "state"
        state.mkdir(mode=0o700)
        daemon = self.daemon(f'[storage]\npath = "{state}/gatewatch.db"\n' + self.configuration,
                             **self.as_nobody())
        self.assertRefuses(daemon, str(state), "Permission denied")

    @unittest.skipIf(os.geteuid() != 0, "only root may run the daemon as somebody else")
    def test_a_database_that_is_not_permitted(self):
        state = self.folder / "state"
        state.mkdir()
        (state / "gatewatch.db").touch(mode=0o600)
        state.chmod(0o777)
        daemon = self.daemon(f'[storage]\npath = "{state}/gatewatch.db"\n' + self.configuration,
                             **self.as_nobody())
        self.assertRefuses(daemon, str(state), "Permission denied")

    def test_a_database_of_a_newer_version(self):
        daemon = self.daemon(self.configuration).start()
        self.assertEqual(0, daemon.stop())
        connection = sqlite3.connect(daemon.database_path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        self.assertGreaterEqual(version, 1)
        self.assertNotEqual(0, connection.execute("PRAGMA application_id").fetchone()[0])
        connection.execute("PRAGMA user_version = 1000")
        connection.close()
        daemon.log_path.unlink()
        before = daemon.database_path.read_bytes()
        self.assertRefuses(daemon, str(daemon.database_path), "newer", "1000")
        self.assertEqual(before, daemon.database_path.read_bytes())

    def test_a_database_of_another_program(self):
        daemon = self.daemon(self.configuration)
        connection = sqlite3.connect(daemon.database_path)
        connection.execute("CREATE TABLE recipes(name TEXT)")
        connection.commit()
        connection.close()
        self.assertRefuses(daemon, str(daemon.database_path), "another program")

    def test_a_second_daemon(self):
        first = self.daemon(self.configuration).start()
        second = self.daemon(f'[daemon]\nlisten = ""\n[storage]\npath = "{first.database_path}"\n'
                             + self.configuration, name="second")
        self.assertRefuses(second, str(first.database_path), str(first.pid))
        self.assertTrue(first.is_running())
        # What was left behind by a dead one does not stand in the way.
        first.kill()
        second.start()

    def test_a_port_that_is_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            daemon = self.daemon(f'[daemon]\nlisten = "127.0.0.1:{port}"\n' + self.configuration)
            self.assertRefuses(daemon, "127.0.0.1", str(port), "Address already in use")

    def test_a_port_of_another_gatewatch_is_taken(self):
        first = self.daemon(self.configuration).start()
        second = self.daemon(f'[daemon]\nlisten = "127.0.0.1:{first.port}"\n' + self.configuration,
                             name="second")
        self.assertRefuses(second, "127.0.0.1", str(first.port), "Address already in use")

    def corrupt(self, daemon, how):
        daemon.start()
        wait_until(lambda: daemon.samples_by_status("app"), "a sample is stored")
        self.assertEqual(0, daemon.stop())
        size = daemon.database_path.stat().st_size
        with open(daemon.database_path, "r+b") as file:
            how(file, size)

    def assertSetAside(self, daemon):
        daemon.start()
        wait_until(lambda: self.own_incidents(), "gatewatch's own trouble is told")
        own = self.own_incidents()[0].json["data"]["incident"]
        self.assertEqual("gatewatch", own["target"])
        aside = list(daemon.folder.glob("gatewatch.db.corrupt-*"))
        self.assertTrue(aside, list(daemon.folder.iterdir()))
        wait_until(lambda: daemon.samples_by_status("app"), "samples are stored again")
        self.app.mode("status 502")
        daemon.wait_for_incident("app")
        wait_until(lambda: any(one.json["data"]["incident"]["target"] == "app"
                               for one in self.hook.accepted()), "alerts go on")

    def own_incidents(self):
        return [one for one in self.hook.accepted() if one.type == "incident.opened"
                and one.json["data"]["incident"]["target"] == "gatewatch"]

    def test_a_database_with_a_broken_head_is_set_aside(self):
        daemon = self.daemon(self.configuration)
        self.corrupt(daemon, lambda file, size: file.write(b"no database at all " * 10))
        self.assertSetAside(daemon)

    def test_a_database_with_broken_pages_is_set_aside(self):
        def spoil(file, size):
            # All but the first page, which holds the schema.
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))

        daemon = self.daemon(self.configuration)
        self.corrupt(daemon, spoil)
        self.assertSetAside(daemon)

# SPDX-License-Identifier: MIT
"""icinga2 with check_http of the monitoring plugins, as Debian packages them: a process for each
probe."""

import getpass
import grp
import os
import pwd
import subprocess
import time

from harness import process
from harness.waiting import wait_until
from meter import Window
from servers import ADDRESSES

_CHECK_HTTP = "/usr/lib/nagios/plugins/check_http"
_CONFIG = """\
object CheckCommand "check_http" {{
  command = [ "{check_http}" ]
  arguments = {{
    "-I" = "$address$"
    "-p" = "{port}"
    "-u" = "$path$"
    "-t" = "10"
  }}
}}
object CheckerComponent "checker" {{ concurrent_checks = 512 }}
"""
_HOST = """\
object Host "t{index}" {{
  address = "{address}"
  vars.path = "/t/{index}"
  check_command = "check_http"
  check_interval = 1s
  retry_interval = 1s
}}
"""


def measure(world, job):
    folder = world.new_folder("icinga")
    config = folder / "icinga2.conf"
    config.write_text(_CONFIG.format(check_http=_CHECK_HTTP, port=world.nginx.port) + "".join(
        _HOST.format(index=i, address=ADDRESSES[i % len(ADDRESSES)]) for i in range(job.targets)))
    places = {}
    for name in ("DataDir", "LogDir", "CacheDir", "SpoolDir", "InitRunDir", "ConfigDir"):
        places[name] = folder / name
        places[name].mkdir()
    places |= {"RunAsUser": getpass.getuser(),
               "RunAsGroup": grp.getgrgid(pwd.getpwuid(os.getuid()).pw_gid).gr_name}
    before = world.nginx.requests()
    icinga = process.spawn(
        ["icinga2", "daemon", "-c", config, "-x", "critical",
         *(f"-D{name}={value}" for name, value in places.items())],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: world.nginx.requests() > before + job.targets, "icinga2 probes", 90)
        time.sleep(job.warm_up)
        figures = Window(world.nginx, job, [icinga.pid]).wait_and_close()[None]
    finally:
        process.end(icinga)
        world.forget(folder)
    return {"icinga2 + check_http": figures}

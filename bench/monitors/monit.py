# SPDX-License-Identifier: MIT
"""monit, as Debian packages it: one sweep over all targets each second, one after the other."""

import subprocess
import time

from harness import process
from harness.waiting import wait_until
from meter import Window
from servers import ADDRESSES


def measure(world, job):
    folder = world.new_folder("monit")
    config = folder / "monitrc"
    lines = [f"set daemon 1\nset log {folder}/log\nset idfile {folder}/id\n"
             f"set statefile {folder}/state\nset pidfile {folder}/pid"]
    lines += [f"check host t{i} with address {ADDRESSES[i % len(ADDRESSES)]}\n"
              f'  if failed port {world.nginx.port} protocol http request "/t/{i}" '
              "with timeout 10 seconds then alert" for i in range(job.targets)]
    config.write_text("\n".join(lines) + "\n")
    config.chmod(0o600)
    before = world.nginx.requests()
    monit = process.spawn(["monit", "-I", "-c", config], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: world.nginx.requests() > before + job.targets, "monit probes", 60)
        time.sleep(job.warm_up)
        figures = Window(world.nginx, job, [monit.pid]).wait_and_close()[None]
    finally:
        process.end(monit)
        world.forget(folder)
    return {"monit": figures}

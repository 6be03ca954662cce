# SPDX-License-Identifier: MIT
"""Bare sockets: bench/floor/floor.cc."""

import json
import subprocess
import time

from harness import process
from meter import Window


def measure(world, job):
    command = [world.build / "bench/floor", "--targets", job.targets,
               "--port", world.nginx.tls_port if job.tls else world.nginx.port,
               "--warm-up", job.warm_up, "--seconds", job.seconds + 1]
    if job.tls:
        command += ["--ca", world.nginx.ca_file, "--full-every", job.full_every]
    if job.hung:
        command += ["--hung", job.hung, "--hung-port", world.hung.port]
    floor = process.spawn(command, stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(job.warm_up)
        figures = Window(world.nginx, job, [floor.pid]).wait_and_close()[None]
        told = json.loads(floor.communicate(timeout=30)[0])
    finally:
        process.end(floor)
    figures["skipped"] = told["skipped"]
    figures["failed"] = told["failed"]
    figures["lateness p50 ms"] = told["lateness_p50_ms"]
    figures["lateness p99 ms"] = told["lateness_p99_ms"]
    figures["lateness max ms"] = told["lateness_max_ms"]
    if job.hung:
        figures["kB per hung probe"] = (told["rss_mb"] - told["idle_mb"]) * 1024 / job.hung
    return {"floor": figures}

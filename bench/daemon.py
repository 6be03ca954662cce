#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the whole daemon (probes, rules, durable storage) beside the floor (bare sockets).

Each round runs the floor and then the daemon for the same time against the same nginx. Probes are
what nginx counted; CPU is the process's own, user and system, over the window. Prints a table with
the median and the range of the rounds, and the ratio round by round.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  client_body_temp_path {dir}/t; proxy_temp_path {dir}/t; fastcgi_temp_path {dir}/t;
  uwsgi_temp_path {dir}/t; scgi_temp_path {dir}/t;
  server {{ listen {port} backlog=4096; location / {{ return 200 "ok"; }} }}
  server {{ listen 127.0.0.1:{status}; location / {{ stub_status; }} }}
}}
"""
WARM_UP = 5  # seconds before the window


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"bench: {what} did not come within {seconds} s")


class Nginx:
    def __init__(self, folder):
        self.port, self.status = free_port(), free_port()
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(dir=folder, port=self.port, status=self.status))
        binary = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        self.process = subprocess.Popen([binary, "-c", config, "-p", folder])
        wait_for(lambda: self.requests() >= 0, 10, "nginx")

    def requests(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.status}/", timeout=5) as answer:
            words = answer.read().decode().split()
        return int(words[words.index("requests") + 3])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def written_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


def configuration(folder, args, nginx, status_port):
    path = folder / "bench.toml"
    lines = [f'[daemon]\nlisten = "127.0.0.1:{status_port}"\n',
             f'[storage]\npath = "{folder}/bench.db"\n',
             '[defaults]\ninterval = "1s"\ntimeout = "10s"\n']
    lines += [f'[[target]]\nname = "t{i}"\nurl = "http://127.0.0.{2 + i % 100}:{nginx.port}/t/{i}"\n'
              for i in range(args.targets)]
    path.write_text("\n".join(lines))
    return path


def lateness(status_port):
    """The histogram's share within 5 and 10 ms, and skipped turns, from the daemon's metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{status_port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    buckets, count, skipped = {}, 1, 0
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name.startswith("gatewatch_probe_lateness_seconds_bucket"):
            buckets[name.split('"')[1]] = int(value)
        elif name == "gatewatch_probe_lateness_seconds_count":
            count = int(value)
        elif name.startswith("gatewatch_probes_skipped_total{"):
            skipped += int(value)
    return {"within_5_ms": 100 * buckets["0.005"] / count,
            "within_10_ms": 100 * buckets["0.01"] / count, "skipped": skipped}


def measure_daemon(folder, args, nginx, binary):
    status_port = free_port()
    path = configuration(folder, args, nginx, status_port)
    with open(folder / "daemon.log", "w") as log:
        daemon = subprocess.Popen([binary, "run", "-c", path], stderr=log)
        try:
            first = nginx.requests()
            wait_for(lambda: nginx.requests() > first + args.targets, 30, "the first probes")
            time.sleep(WARM_UP)
            requests, cpu = nginx.requests(), cpu_seconds(daemon.pid)
            written, begin = written_bytes(daemon.pid), time.monotonic()
            time.sleep(args.seconds)
            probes = nginx.requests() - requests - 1
            used, seconds = cpu_seconds(daemon.pid) - cpu, time.monotonic() - begin
            figures = {
                "probes/s": probes / seconds,
                "cpu us/probe": used * 1e6 / max(probes, 1),
                "rss MB": rss_mb(daemon.pid),
                "written B/sample": (written_bytes(daemon.pid) - written) / max(probes, 1),
            }
            late = lateness(status_port)
            figures["% started within 5 ms"] = late["within_5_ms"]
            figures["% started within 10 ms"] = late["within_10_ms"]
            figures["skipped"] = late["skipped"]
            return figures
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(timeout=30)
            for file in folder.glob("bench.db*"):
                file.unlink()


def measure_floor(args, nginx, binary):
    output = subprocess.run([binary, str(args.targets), str(args.seconds), str(nginx.port)],
                            check=True, capture_output=True, text=True,
                            timeout=args.seconds + 30).stdout
    figures = json.loads(output)
    return {"probes/s": figures["probes"] / args.seconds,
            "cpu us/probe": figures["cpu_us_per_probe"], "rss MB": figures["rss_mb"],
            "skipped": figures["skipped"]}


def row(label, values):
    median = statistics.median(values)
    return f"| {label} | {median:.1f} | {min(values):.1f} to {max(values):.1f} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--targets", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    args.build = args.build.resolve()
    # In the build folder: a temporary file system would not show what is written to the disk.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench.", dir=args.build))
    nginx = Nginx(folder)
    floor, daemon = [], []
    try:
        for _ in range(args.rounds):
            floor.append(measure_floor(args, nginx, args.build / "bench/floor"))
            daemon.append(measure_daemon(folder, args, nginx, args.build / "daemon/gatewatch"))
    finally:
        nginx.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{args.targets} targets at 1 s, a new connection each, {args.seconds} s windows, "
          f"{args.rounds} rounds in turn\n")
    print("| figure | median | range |\n|---|---|---|")
    for name in floor[0]:
        print(row(f"floor: {name}", [figures[name] for figures in floor]))
    for name in daemon[0]:
        print(row(f"gatewatch: {name}", [figures[name] for figures in daemon]))
    print(row("ratio of CPU, gatewatch / floor",
              [d["cpu us/probe"] / f["cpu us/probe"] for d, f in zip(daemon, floor)]))


if __name__ == "__main__":
    main()

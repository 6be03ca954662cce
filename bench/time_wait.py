# SPDX-License-Identifier: MIT
"""time_wait.py BUILD: what probing one address at a high rate leaves behind of the local ports.

The side that closes a connection first keeps its port in TIME_WAIT for 60 s. The default range of
local ports holds 28,232, which 1,000 probes a second use up in 28 s, unless something is done about
it: then connecting fails, and it is slow long before, while the kernel looks for one that is left.
nginx closes as soon as it has answered, as it was asked to; the patient server never does."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/integration"))

import report  # noqa: E402
from harness import process  # noqa: E402
from harness.network import NotPermitted, enter_own_network, time_waits_to  # noqa: E402
from harness.patient import PatientServer  # noqa: E402
from monitors.gatewatch import Daemon, target  # noqa: E402
from servers import ADDRESSES, Nginx  # noqa: E402

_SETTINGS = {"tcp_tw_reuse": 0, "ip_local_port_range": "32768 60999"}
_FLOOR_SECONDS = 30  # takes over a minute where ports get scarce


def probe_with_gatewatch(args, folder, port):
    folder.mkdir()
    url = f"http://{ADDRESSES[0]}:{port}/t/"
    targets = "\n".join(target(f"t{i}", f"{url}{i}") for i in range(args.targets))
    daemon = Daemon(args.build, folder, '[defaults]\ninterval = "1s"\n\n' + targets)
    try:
        time.sleep(args.seconds)
        skipped, _ = daemon.metrics()
        left = time_waits_to(port)
    finally:
        daemon.stop()
    lateness, outcomes = daemon.samples(0, time.time())
    other = ", ".join(f"{count:,} {name}" for name, count in outcomes.items() if name != "ok")
    return {"seconds": args.seconds, "ok": outcomes["ok"], "other": other or "none",
            "skipped": skipped, "late": lateness[-1], "left": left}


def probe_with_floor(args, port):
    seconds = min(args.seconds, _FLOOR_SECONDS)
    floor = process.spawn([args.build / "bench/floor", "--targets", args.targets, "--port", port,
                           "--seconds", seconds, "--addresses", 1],
                          stdout=subprocess.PIPE, text=True)
    told = json.loads(floor.communicate(timeout=seconds + 120)[0])
    other = f"{told['failed']:,} failed" if told["failed"] else "none"
    return {"seconds": seconds, "ok": told["probes"], "other": other, "skipped": told["skipped"],
            "late": told["lateness_max_ms"], "left": time_waits_to(port)}


def main():
    parser = argparse.ArgumentParser(prog="bench/time_wait")
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=80)
    parser.add_argument("--targets", type=int, default=1000, help="each probed once a second")
    args = parser.parse_args()
    args.build = args.build.resolve()
    try:
        enter_own_network(_SETTINGS)
    except NotPermitted as error:
        sys.exit(f"bench/time_wait: {error}")
    print(report.machine())
    print(f"{args.targets:,} targets at 1 s, all at one address and port; tcp_tw_reuse 0, "
          f"local ports {_SETTINGS['ip_local_port_range'].replace(' ', ' to ')}\n")
    print("| who probes | who may close first | seconds of probes | ok | other outcomes "
          "| skipped | latest start, ms | its ports in TIME_WAIT at the end |")
    print("|---" * 8 + "|")
    with tempfile.TemporaryDirectory(prefix="bench.", dir=args.build) as name:
        folder = pathlib.Path(name)
        for number, client in enumerate(("gatewatch", "floor")):
            nginx = Nginx(folder / f"nginx{number}")
            patient = PatientServer(ADDRESSES[0])
            try:
                for server, port in (("both", nginx.port), ("the client", patient.port)):
                    if client == "gatewatch":
                        found = probe_with_gatewatch(args, folder / f"{server}", port)
                    else:
                        found = probe_with_floor(args, port)
                    print(f"| {client} | {server} | {found['seconds']} | {found['ok']:,} | "
                          f"{found['other']} | {found['skipped']:,} | {found['late']:,.0f} | "
                          f"{found['left']:,} |",
                          flush=True)
            finally:
                patient.close()
                nginx.close()


if __name__ == "__main__":
    main()

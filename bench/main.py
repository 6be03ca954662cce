# SPDX-License-Identifier: MIT
"""main.py BUILD [SCENARIO...]: measures the daemon beside the floor and other monitors.

Each round of a scenario runs every monitor once, one after the other, against the same servers.
Probes are what nginx counted; CPU is user and system time of the monitor's processes, and of those
that they started. Prints tables with the median and the range of the rounds, and ratios round by
round."""

import argparse
import pathlib
import resource
import shutil
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/integration"))

import report  # noqa: E402
import scenarios  # noqa: E402
from servers import HungServer, Nginx  # noqa: E402


class World:
    """What every measurement stands on. Its files are in the build folder: a temporary file system
    would not show what is written to the disk."""

    def __init__(self, build):
        self.build = build.resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench.", dir=self.build))
        self.nginx = Nginx(self.folder / "nginx")
        self.hung = HungServer()
        self._made = 0

    def new_folder(self, name):
        self._made += 1
        folder = self.folder / f"{name}{self._made}"
        folder.mkdir()
        return folder

    @staticmethod
    def forget(folder):
        shutil.rmtree(folder, ignore_errors=True)

    def close(self):
        self.hung.close()
        self.nginx.close()
        self.forget(self.folder)


def arguments():
    known = {one.name: one for one in scenarios.ALL}
    parser = argparse.ArgumentParser(
        prog="bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"{one.name:12} {one.title}" for one in scenarios.ALL))
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", choices=[*known, []],
                        help="which to make; all where none is named")
    parser.add_argument("--seconds", type=int, default=20, help="length of each window")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--targets", type=int, help="instead of the scenario's own number")
    parser.add_argument("--hung", type=int, help="instead of the scenario's own number")
    parser.add_argument("--without", action="append", default=[], metavar="MONITOR",
                        help="leaves one out: " + ", ".join(scenarios.MONITORS))
    args = parser.parse_args()
    args.chosen = [known[name] for name in args.scenarios] or scenarios.ALL
    return args


def main():
    args = arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(report.machine(), flush=True)
    world = World(args.build)
    try:
        for scenario in args.chosen:
            job = scenario.job(args)
            rounds = []
            for _ in range(args.rounds):
                figures = {}
                for name in scenario.monitors:
                    if name not in args.without:
                        own_job = scenario.job_of(name, job)
                        figures.update(scenarios.MONITORS[name](world, own_job))
                rounds.append(figures)
            print(report.text(scenario, job, rounds), flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""lab_report.py [--capture FOLDER] [--out FILE]: runs the lab by hand. Without arguments it prints
the page of docs/lab.md.

  --out FILE        writes the page there
  --capture FOLDER  writes the answers and log lines of each pair there instead, as tests/captures
                    has them, with those of gateways in a row and with other settings
  --others          with further gateways, as far as they are installed
"""

import argparse
import pathlib
import sys
import tempfile

from lab import capture, judge, report, variants, world
from lab.others import OTHERS, is_installed


def capture_all(lab, kinds, folder):
    gateways = lab.start_all(kinds)
    taken = sum(world.in_parallel(capture.take_all, gateways), [])
    taken += variants.take_all(lab)
    capture.write(folder, taken)
    print(f"{len(taken)} captures in {folder}")


def make_page(lab, kinds):
    gateways = lab.start_all(kinds)
    judges = [judge.Judge(lab.folder / f"judge-{one.name}", one) for one in gateways]
    told = world.in_parallel(lambda one: one.probe_all(), judges)
    results = {gateway.product: verdicts for gateway, verdicts in zip(gateways, told)}
    for result in results.values():
        for verdicts in result.values():
            for one in verdicts:
                for mistake in one.mistakes():
                    print(f"WRONG {mistake}", file=sys.stderr)
    return report.page(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--capture", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--others", action="store_true")
    options = parser.parse_args()
    world.enter_network()
    kinds = [*world.KINDS, *(kind for kind in OTHERS if options.others and is_installed(kind))]
    with tempfile.TemporaryDirectory(prefix="gatewatch-lab-") as folder:
        lab = world.World(folder)
        try:
            if options.capture:
                capture_all(lab, kinds, options.capture)
                return
            page = make_page(lab, kinds)
        finally:
            lab.close()
    if options.out:
        options.out.write_text(page, encoding="utf-8")
    else:
        print(page, end="")


if __name__ == "__main__":
    main()

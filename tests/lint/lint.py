# SPDX-License-Identifier: MIT
"""lint.py CHECK: runs one check over the project; prints what it finds and exits 1 where it does."""

import importlib
import pathlib
import sys


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    found = importlib.import_module(sys.argv[1]).check(root)
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

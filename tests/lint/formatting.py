# SPDX-License-Identifier: MIT
"""clang-format decides layout."""

import subprocess

import tree


def check(root):
    sources = tree.files(root, {".h", ".cc"}, (*tree.PRODUCT_FOLDERS, "tests", "bench"))
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", "--style=file",
                           *map(str, sources)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    found = [line.replace(f"{root}/", "") for line in done.stderr.splitlines() if ": error:" in line]
    return found or [done.stderr]

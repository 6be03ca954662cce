# SPDX-License-Identifier: MIT
"""clang-tidy 19 over the product's sources, with Clang's thread-safety analysis; several at a time.

analysis.py BUILD [FILE...]: reads BUILD/compile_commands.json; FILEs restrict it to those whose path
ends so. A source that was found clean is not looked at again until it, a header of the project, the
configuration or its command changes: BUILD/clang-tidy/ keeps the marks.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import tree

TOOL = "clang-tidy-19"
_FLAGS = tuple("--extra-arg=" + flag for flag in (
    "-Wthread-safety",
    "-Wno-unknown-warning-option",  # GCC's own
    "-Wno-deprecated-declarations",  # inside of GCC's algorithms
))


def _digest(*parts):
    state = hashlib.sha256()
    for part in parts:
        state.update(part if isinstance(part, bytes) else str(part).encode())
        state.update(b"\0")
    return state.hexdigest()


def _analyse(build, source, mark):
    if mark.exists():
        return ""
    done = subprocess.run([TOOL, "--quiet", "-p", build, *_FLAGS, source],
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        mark.touch()
        return ""
    return done.stdout + done.stderr


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    build = pathlib.Path(sys.argv[1]).resolve()
    wanted = sys.argv[2:]
    marks = build / "clang-tidy"
    marks.mkdir(exist_ok=True)
    shared = _digest(*_FLAGS, *(path.read_bytes() for path in tree.files(root, {".h"})),
                     (root / ".clang-tidy").read_bytes())
    jobs = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if tree.relative(root, source).split("/")[0] not in tree.PRODUCT_FOLDERS:
            continue
        if wanted and not any(str(source).endswith(name) for name in wanted):
            continue
        jobs[str(source)] = marks / _digest(shared, source.read_bytes(), entry["command"])
    if not jobs:
        print("no source to analyse")
        return 1
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # The largest first, so that no worker idles at the end.
        order = sorted(jobs, key=lambda source: -os.path.getsize(source))
        for output in pool.map(lambda source: _analyse(build, source, jobs[source]), order):
            if output:
                clean = False
                print(output.replace(f"{root}/", ""))
    print(f"{len(jobs)} files, {'clean' if clean else 'with findings'}")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())

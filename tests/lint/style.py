# SPDX-License-Identifier: MIT
"""What a formatter does not see: sizes, heads of files, words that must not stay, files that no
build lists."""

import pathlib
import re

import tree

MOST_LINES = 400
MOST_LINES_OF_A_TEST = 500
_SOURCES = {".h", ".cc", ".py", ".js"}
_TEXTS = _SOURCES | {".md", ".txt", ".toml", ".cmake", ".in", ".json", ".example", ".yml", ""}
_LEFT_OPEN = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
_SWITCHED_OFF = re.compile(r"\bDISABLED_\w+|\bGTEST_SKIP\(\)\s*;")


def _read(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def check_sizes(root):
    found = []
    for path in tree.files(root, {".h", ".cc", ".py"}):
        name = tree.relative(root, path)
        count = len(path.read_text(encoding="utf-8").splitlines())
        most = MOST_LINES_OF_A_TEST if name.startswith("tests/") else MOST_LINES
        if count > most:
            found.append(f"{name}:{count}: {count} lines, more than {most}")
    return found


def check_heads(root):
    found = []
    for path in tree.files(root, _SOURCES):
        name = tree.relative(root, path)
        lines = path.read_text(encoding="utf-8").splitlines()
        first = lines[0] if lines else ""
        if first.startswith("#!"):
            first = lines[1]
        if "SPDX-License-Identifier: MIT" not in first:
            found.append(f"{name}:1: no SPDX line")
        if path.suffix == ".h" and "#pragma once" not in lines:
            found.append(f"{name}:1: no #pragma once")
    return found


def check_words(root):
    """Nothing left open, nothing switched off, no path of the machine it was written on."""
    found = []
    folders = {pathlib.Path(root).resolve().parent, pathlib.Path.home()} - {pathlib.Path("/")}
    machine = re.compile("|".join(rf"(?<![\w.]){re.escape(str(one))}/" for one in folders))
    for path in tree.files(root, _TEXTS):
        name = tree.relative(root, path)
        text = _read(path)
        if text is None or path.name in ("package-lock.json", "LICENSE"):
            continue
        for pattern, what in ((_LEFT_OPEN, "left open"), (machine, "a path of this machine"),
                              (_SWITCHED_OFF, "a test that is off without a reason")):
            for line, match in tree.lines_matching(text, pattern):
                if name != "tests/lint/style.py":
                    found.append(f"{name}:{line}: {match[0]}: {what}")
        for number, line in enumerate(text.splitlines(), start=1):
            if line != line.rstrip() and path.suffix != ".md":
                found.append(f"{name}:{number}: white space at the end of the line")
    return found


def check_listed(root):
    """Each source file stands in the CMakeLists.txt of its folder."""
    found = []
    for path in tree.files(root, {".cc"}, (*tree.PRODUCT_FOLDERS, "tests", "bench")):
        for folder in path.parents:
            lists = folder / "CMakeLists.txt"
            if lists.exists():
                break
        name = path.relative_to(folder).as_posix()
        if not re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", lists.read_text(encoding="utf-8")):
            found.append(f"{tree.relative(root, path)}:1: not listed in "
                         f"{tree.relative(root, lists)}")
    themes = pathlib.Path(root) / "tests/integration"
    for path in sorted(themes.glob("*_test.py")):
        lists = (themes / "CMakeLists.txt").read_text(encoding="utf-8")
        if not re.search(rf"(?<!\w){path.name.removesuffix('_test.py')}(?!\w)", lists):
            found.append(f"{tree.relative(root, path)}:1: not listed in "
                         "tests/integration/CMakeLists.txt")
    return found


def check(root):
    return check_sizes(root) + check_heads(root) + check_words(root) + check_listed(root)

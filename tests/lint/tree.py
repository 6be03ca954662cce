# SPDX-License-Identifier: MIT
"""The source tree as the lint checks see it. A check is a function root -> list of violations, each
"path:line: what is wrong"."""

import pathlib
import re

PRODUCT_FOLDERS = ("core", "config", "storage", "probe", "alerts", "web", "logs", "daemon")
_SKIPPED = {".git", "build", "var", "node_modules", "__pycache__"}
_COMMENT_OR_STRING = re.compile(
    r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|//[^\n]*|/\*.*?\*/', re.DOTALL)


def files(root, suffixes, folders=None):
    """Every file with one of the suffixes, below the given top-level folders (default: all)."""
    found = []
    for path in sorted(pathlib.Path(root).rglob("*")):
        parts = path.relative_to(root).parts
        if _SKIPPED.intersection(parts) or not path.is_file():
            continue
        if path.suffix in suffixes and (folders is None or parts[0] in folders):
            found.append(path)
    return found


def relative(root, path):
    return path.relative_to(root).as_posix()


def without_comments_and_strings(code):
    """The code alone; lines stay where they are."""
    def blank(match):
        text = match[0]
        return ('""' if text[0] in '"R' else "") + "\n" * text.count("\n")
    return _COMMENT_OR_STRING.sub(blank, code)


def lines_matching(text, pattern):
    """(line number, match) of each match."""
    return [(text.count("\n", 0, match.start()) + 1, match) for match in pattern.finditer(text)]

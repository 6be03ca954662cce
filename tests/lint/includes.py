# SPDX-License-Identifier: MIT
"""Includes point one way, heavy third-party headers stay behind one or two files, and time, chance
and waiting come in through their one seam."""

import re

import tree

# What a folder may include, besides itself.
ALLOWED = {
    "core": set(),
    "config": {"core"},
    "storage": {"core"},
    "probe": {"core", "config", "storage"},
    "alerts": {"core", "config", "storage"},
    "web": {"core", "config", "storage"},
    "logs": {"core", "config", "storage"},
    "daemon": {"core", "config", "storage", "probe", "alerts", "web", "logs"},
}

# Within probe/: what a sub-folder may include, besides itself.
PROBE_ALLOWED = {
    "loop": set(),
    "net": {"loop"},
    "dns": {"loop", "net"},
    "http": {"loop", "net"},
    "expect": {"http"},
    "signature": {"http", "expect"},
    "kinds": {"loop", "net", "dns", "http", "expect", "signature"},
    "diagnosis": {"loop", "net", "dns", "http", "kinds"},
    "schedule": {"loop", "kinds"},
}

# By the beginning of a third-party header's name: the folders that may include it. Never a header,
# and in each folder at most MOST_FILES files.
THIRD_PARTY = {
    "CLI/": {"daemon"},
    "ares": {"probe"},
    "curl/": {"probe", "alerts", "logs"},
    "fmt/": {"daemon"},
    "gmime/": {"alerts"},
    "httplib": {"web", "daemon"},
    "nlohmann/": {"alerts", "probe", "web", "logs", "daemon"},
    "openssl/": {"alerts", "probe", "web"},
    "re2/": {"probe", "logs"},
    "spdlog/": {"daemon"},
    "sqlite3": {"storage"},
    "systemd/": {"daemon", "logs"},
    "toml": {"config"},
    "zlib": {"probe"},
}
MOST_FILES = {"ares": 3, "curl/": 4, "nlohmann/": 3, "openssl/": 6}
USUAL_MOST_FILES = 2

BANNED = {
    r"\b(?:steady_clock|system_clock|high_resolution_clock)::now\b": (
        "read the clock through core/time.h", {"core/time.cc"}),
    r"\b(?:clock_gettime|gettimeofday)\b|\btime\s*\(\s*(?:NULL|nullptr|0)\s*\)": (
        "read the clock through core/time.h", {"core/time.cc"}),
    r"\bsleep_(?:for|until)\b|\b(?:u|nano)?sleep\s*\(": ("wait on a condition, never asleep", set()),
    r"\bstd::s?rand\b|\bs?rand\s*\(|\brandom_device\b|\bstd::mt19937": (
        "take chance from core/id.h", {"core/id.h", "core/id.cc"}),
    r"\bstd::(?:w|basic_)?regex\b": ("std::regex is slow and recurses; write a small parser", set()),
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?P<mark>[<"])(?P<name>[^>"]+)[>"]', re.MULTILINE)


def check_direction(root):
    found = []
    for path in tree.files(root, {".h", ".cc"}, tree.PRODUCT_FOLDERS):
        name = tree.relative(root, path)
        folder = name.split("/")[0]
        for line, match in tree.lines_matching(path.read_text(encoding="utf-8"), _INCLUDE):
            if match["mark"] == "<":
                continue
            other = match["name"].split("/")[0]
            if "/" not in match["name"]:
                found.append(f'{name}:{line}: include "{match["name"]}" by its path from the top')
            elif other != folder and other not in ALLOWED[folder]:
                found.append(f"{name}:{line}: {folder} may not include {other}")
            elif folder == other == "probe":
                inner, wanted = name.split("/")[1], match["name"].split("/")[1]
                if inner != wanted and wanted not in PROBE_ALLOWED.get(inner, set()):
                    found.append(f"{name}:{line}: probe/{inner} may not include probe/{wanted}")
    return found


def check_third_party(root):
    found = []
    users = {}
    for path in tree.files(root, {".h", ".cc"}, tree.PRODUCT_FOLDERS):
        name = tree.relative(root, path)
        folder = name.split("/")[0]
        for line, match in tree.lines_matching(path.read_text(encoding="utf-8"), _INCLUDE):
            for prefix, folders in THIRD_PARTY.items():
                if not match["name"].startswith(prefix) or match["mark"] == '"':
                    continue
                users.setdefault((prefix, folder), set()).add(name)
                if folder not in folders:
                    found.append(f"{name}:{line}: {folder} may not include <{match['name']}>")
                if path.suffix == ".h":
                    found.append(f"{name}:{line}: <{match['name']}> belongs into a .cc file")
    for (prefix, folder), names in users.items():
        most = MOST_FILES.get(prefix, USUAL_MOST_FILES)
        if len(names) > most:
            found.append(f"{folder}:0: <{prefix}…> in {len(names)} files, more than {most}: "
                         + ", ".join(sorted(names)))
    return found


def check_banned_calls(root):
    found = []
    for path in tree.files(root, {".h", ".cc"}, (*tree.PRODUCT_FOLDERS, "tests")):
        name = tree.relative(root, path)
        code = tree.without_comments_and_strings(path.read_text(encoding="utf-8"))
        for pattern, (advice, excepted) in BANNED.items():
            # A test may draw from a seed of its own.
            if name in excepted or (name.startswith("tests/") and "mt19937" in pattern):
                continue
            for line, match in tree.lines_matching(code, re.compile(pattern)):
                found.append(f"{name}:{line}: {match[0].strip()}: {advice}")
    return found


def check(root):
    return check_direction(root) + check_third_party(root) + check_banned_calls(root)

# SPDX-License-Identifier: MIT
"""What users hold on to is in the docs: every configuration key, verb, option, outcome and metric;
and what the docs link to exists."""

import pathlib
import re

import tree

_GETTER = re.compile(
    r'\b(?:string|string_or|required_string|one_of|one_or_more_strings|boolean|integer|duration|share|strings|'
    r'secrets_by_name|secret|table|tables|has|read_required_secret)\s*\(\s*(?:\w+\s*,\s*)?'
    r'"(?P<key>[a-z][a-z0-9_]*)"')
_SECRET = re.compile(r'\b(?:secret|read_required_secret)\s*\(\s*(?:\w+\s*,\s*)?"(?P<key>[a-z_]+)"')
_VERB = re.compile(r'\badd_verb\s*\(\s*\w+\s*,\s*\w+\s*,\s*Verb::\w+\s*,\s*"(?P<verb>[a-z-]+)"')
_OPTION = re.compile(r'"(?P<option>(?:-\w,)?--[a-z-]+)"')
_METRIC = re.compile(r'"(?P<metric>(?:gatewatch|probe)_[a-z0-9_]+)"')
_HISTOGRAM_ENDS = re.compile(r"_(?:bucket|sum|count)$")
_OUTCOME = re.compile(r'return "(?P<word>[a-z_]+)";')
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)(?P<to>[^)#\s]+)")


def _read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _words(root, folders, pattern, group):
    """{word: "path:line" of its first place}"""
    found = {}
    for path in tree.files(root, {".cc"}, folders):
        for line, match in tree.lines_matching(path.read_text(encoding="utf-8"), pattern):
            found.setdefault(match[group], f"{tree.relative(root, path)}:{line}")
    return found


def _check_words(found, words, document, text, sort):
    for word, place in sorted(words.items()):
        if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])[^`\n]*`", text):
            found.append(f"{place}: {sort} {word} is not in {document} (in backticks)")


def check_configuration(root):
    keys = _words(root, ("config", "probe", "alerts", "logs"), _GETTER, "key")
    for key, place in _words(root, ("config", "probe", "alerts", "logs"), _SECRET, "key").items():
        keys.setdefault(key + "_file", place)
    found = []
    document = "docs/configuration.md"
    _check_words(found, keys, document, _read(pathlib.Path(root) / document), "key")
    return found


def check_command_line(root):
    text = _read(pathlib.Path(root) / "README.md")
    for path in tree.files(root, {".md"}, ("docs",)):
        text += _read(path)
    found = []
    for verb, place in _words(root, ("daemon",), _VERB, "verb").items():
        if not re.search(rf"gatewatch {re.escape(verb)}\b", text):
            found.append(f"{place}: verb {verb} is in neither README.md nor docs/")
    for option, place in _words(root, ("daemon",), _OPTION, "option").items():
        spellings = "|".join(map(re.escape, option.split(",")))
        if not re.search(rf"(?<![\w-])(?:{spellings})\b", text):
            found.append(f"{place}: option {option} is in neither README.md nor docs/")
    return found


def check_metrics(root):
    metrics = {_HISTOGRAM_ENDS.sub("", name): place
               for name, place in _words(root, ("web",), _METRIC, "metric").items()}
    found = []
    document = "docs/metrics.md"
    _check_words(found, metrics, document, _read(pathlib.Path(root) / document), "metric")
    return found


def check_outcomes(root):
    path = pathlib.Path(root) / "core/outcome.cc"
    outcomes = {match["word"]: f"core/outcome.cc:{line}"
                for line, match in tree.lines_matching(_read(path), _OUTCOME)}
    found = []
    document = "docs/configuration.md"
    _check_words(found, outcomes, document, _read(pathlib.Path(root) / document), "outcome")
    return found


def check_links(root):
    found = []
    for path in tree.files(root, {".md"}):
        for line, match in tree.lines_matching(_read(path), _LINK):
            if not (path.parent / match["to"]).exists():
                found.append(f"{tree.relative(root, path)}:{line}: {match['to']} does not exist")
    return found


def check(root):
    return (check_configuration(root) + check_command_line(root) + check_metrics(root)
            + check_outcomes(root) + check_links(root))

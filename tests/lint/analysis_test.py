# SPDX-License-Identifier: MIT
"""The project's clang-tidy configuration finds what it is there for."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONG_BODY = "".join(f"  value += {number};\n" for number in range(80))
PLANTED = {
    "a member read without its lock": (
        'class Box {\n public:\n  int value() { return value_; }\n\n private:\n'
        '  gatewatch::Mutex mutex_;\n  int value_ GW_GUARDED_BY(mutex_) = 0;\n};\n'
        'int read_box(Box& box) { return box.value(); }\n', "thread-safety"),
    "a function over 70 lines": (
        f"int long_function(int value) {{\n{LONG_BODY}  return value;\n}}\n",
        "readability-function-size"),
    "a name that breaks the rules": ("int BadName() { return 1; }\n",
                                     "readability-identifier-naming"),
    "a use after a move": (
        "std::string twice(std::string text) {\n  std::string other = std::move(text);\n"
        "  return other + text;\n}\n", "bugprone-use-after-move"),
}
HEAD = '// SPDX-License-Identifier: MIT\n#include <string>\n#include <utility>\n' \
       '#include "core/mutex.h"\n'


class Analysis(unittest.TestCase):
    def analyse(self, code):
        with tempfile.TemporaryDirectory(prefix="gatewatch-analysis-") as folder:
            root = pathlib.Path(folder)
            (root / "tests/lint").mkdir(parents=True)
            for name in ("analysis.py", "tree.py"):
                shutil.copy(ROOT / "tests/lint" / name, root / "tests/lint")
            shutil.copy(ROOT / ".clang-tidy", root)
            (root / "core").mkdir()
            shutil.copy(ROOT / "core/mutex.h", root / "core")
            source = root / "core/planted.cc"
            source.write_text(HEAD + code, encoding="utf-8")
            (root / "build").mkdir()
            (root / "build/compile_commands.json").write_text(json.dumps([{
                "directory": str(root), "file": str(source),
                "command": f"c++ -std=c++23 -I{root} -c {source}"}]))
            return subprocess.run(
                [sys.executable, "-B", root / "tests/lint/analysis.py", root / "build"],
                capture_output=True, text=True, check=False)

    def test_clean_code(self):
        done = self.analyse("int one() {\n  return 1;\n}\n")
        self.assertEqual((0, "1 files, clean\n"), (done.returncode, done.stdout))

    def test_planted_mistakes(self):
        done = self.analyse("".join(code for code, _ in PLANTED.values()))
        self.assertEqual(1, done.returncode, done.stdout)
        for what, (_, word) in PLANTED.items():
            self.assertIn(word, done.stdout, what)


if __name__ == "__main__":
    unittest.main()

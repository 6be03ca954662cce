# SPDX-License-Identifier: MIT
"""Each check finds what it is there for, planted into a small tree, and nothing in a clean one."""

import pathlib
import tempfile
import unittest

import docs
import formatting
import includes
import style

HEAD = "// SPDX-License-Identifier: MIT\n"
CLEAN = {
    ".clang-format": "BasedOnStyle: Google\n",
    "core/CMakeLists.txt": "gw_library(core\n  outcome.cc time.cc time.h\n)\n",
    "core/time.h": HEAD + "#pragma once\n",
    "core/time.cc": HEAD + '#include "core/time.h"\nauto t = std::chrono::steady_clock::now();\n',
    "core/outcome.cc": HEAD + 'const char* f() {\n  return "refused";\n}\n',
    "config/CMakeLists.txt": "gw_library(config\n  read.cc\n)\n",
    "config/read.cc": HEAD + '#include "core/time.h"\nauto x = table.string("url");\n'
                             'auto y = table.secret("password");\n',
    "daemon/CMakeLists.txt": "gw_library(daemon\n  cli.cc\n)\n",
    "daemon/cli.cc": HEAD + '#include <CLI/CLI.hpp>\n'
                            'auto v = add_verb(app, command, Verb::Status, "status", "Show");\n'
                            'auto o = v->add_flag("--json", command.json, "Print JSON");\n',
    "web/CMakeLists.txt": "gw_library(web\n  metrics.cc\n)\n",
    "web/metrics.cc": HEAD + 'auto m = "gatewatch_lateness_seconds_bucket";\n',
    "docs/configuration.md": "`url`, `password`, `password_file`; `refused`\n",
    "docs/metrics.md": "`gatewatch_lateness_seconds`\n",
    "README.md": "[docs](docs/metrics.md): `gatewatch status --json`\n",
}


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gatewatch-lint-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def assertFinds(self, check, *words):
        """The check has exactly one violation, which holds the words."""
        found = check(self.root)
        self.assertEqual(1, len(found), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_clean_tree(self):
        for module in (includes, style, docs):
            self.assertEqual([], module.check(self.root), module.__name__)

    # includes

    def test_an_include_that_points_the_wrong_way(self):
        self.write("core/time.cc", HEAD + '#include "config/read.h"\n')
        self.assertFinds(includes.check, "core/time.cc:2:", "core may not include config")

    def test_probe_and_alerts_never_see_each_other(self):
        self.write("probe/x.cc", HEAD + '  #  include   "alerts/y.h"\n')
        self.assertFinds(includes.check, "probe/x.cc:2:", "probe may not include alerts")

    def test_an_include_against_the_direction_within_probe(self):
        self.write("probe/net/x.cc", HEAD + '#include "probe/dns/y.h"\n')
        self.assertFinds(includes.check, "probe/net/x.cc:2:", "probe/net may not include probe/dns")

    def test_an_include_without_its_folder(self):
        self.write("core/time.cc", HEAD + '#include "time.h"\n')
        self.assertFinds(includes.check, 'include "time.h" by its path')

    def test_a_third_party_header_in_a_header(self):
        self.write("storage/x.h", HEAD + "#pragma once\n#include <sqlite3.h>\n")
        self.assertFinds(includes.check, "storage/x.h:3:", "belongs into a .cc file")

    def test_a_third_party_header_in_a_wrong_folder(self):
        self.write("core/time.cc", HEAD + "#include <spdlog/spdlog.h>\n")
        self.assertFinds(includes.check, "core/time.cc:2:", "core may not include <spdlog/spdlog.h>")

    def test_a_third_party_header_in_too_many_files(self):
        for name in "abc":
            self.write(f"config/{name}.cc", HEAD + "#include <toml.hpp>\n")
        self.assertFinds(includes.check, "3 files, more than 2", "config/a.cc")

    def test_a_clock_outside_of_its_file(self):
        self.write("probe/x.cc", HEAD + "auto t = std::chrono::system_clock::now();\n")
        self.assertFinds(includes.check, "probe/x.cc:2:", "system_clock::now")

    def test_sleeping_chance_and_regex(self):
        for code, word in (("std::this_thread::sleep_for(x);", "sleep_for"),
                           ("usleep(10);", "usleep"), ("int i = std::rand();", "std::rand"),
                           ("std::regex r;", "std::regex")):
            with self.subTest(code=code):
                self.write("probe/x.cc", HEAD + code + "\n")
                self.assertFinds(includes.check, "probe/x.cc:2:", word)

    def test_what_only_a_comment_or_a_string_says_is_no_call(self):
        self.write("probe/x.cc", HEAD + '// no sleep_for here\nauto s = "usleep(1)"; /* rand() */\n')
        self.assertEqual([], includes.check(self.root))

    # style

    def test_a_long_file(self):
        self.write("core/time.cc", HEAD + "\n" * style.MOST_LINES)
        self.assertFinds(style.check, "core/time.cc", "more than 400")

    def test_a_file_without_its_licence_line(self):
        self.write("core/time.cc", "int x;\n")
        self.assertFinds(style.check, "core/time.cc:1:", "SPDX")

    def test_a_header_without_pragma_once(self):
        self.write("core/time.h", HEAD)
        self.assertFinds(style.check, "core/time.h:1:", "pragma once")

    def test_words_that_must_not_stay(self):
        for word in ("TO" + "DO", "FIX" + "ME", f"{self.root.parent}/x",
                     "DISABLED_" + "Sometimes"):
            with self.subTest(word=word):
                self.write("core/time.cc", HEAD + f"// {word}\n")
                self.assertFinds(style.check, "core/time.cc:2:", word.removesuffix("x"))

    def test_white_space_at_the_end_of_a_line(self):
        self.write("core/time.cc", HEAD + "int x; \n")
        self.assertFinds(style.check, "core/time.cc:2:", "white space")

    def test_a_source_that_no_build_lists(self):
        self.write("core/forgotten.cc", HEAD)
        self.assertFinds(style.check, "core/forgotten.cc", "not listed")

    # docs

    def test_a_key_that_is_not_documented(self):
        self.write("config/read.cc", HEAD + 'auto x = table.duration("interval", a, b, c);\n')
        self.assertFinds(docs.check, "config/read.cc:2:", "interval")

    def test_a_key_that_is_documented_without_backticks(self):
        self.write("docs/configuration.md", "url, `password`, `password_file`, `refused`")
        self.assertFinds(docs.check, "url")

    def test_a_secret_without_its_twin(self):
        self.write("docs/configuration.md", "`url`, `password`, `refused`")
        self.assertFinds(docs.check, "password_file")

    def test_a_verb_and_an_option_that_are_not_documented(self):
        self.write("README.md", "gatewatch check --json")
        self.assertFinds(docs.check, "daemon/cli.cc:3:", "status")
        self.write("README.md", "gatewatch status")
        self.assertFinds(docs.check, "daemon/cli.cc:4:", "--json")

    def test_a_metric_that_is_not_documented(self):
        self.write("web/metrics.cc", HEAD + 'auto m = "gatewatch_new_total";\n')
        self.assertFinds(docs.check, "web/metrics.cc:2:", "gatewatch_new_total")

    def test_an_outcome_that_is_not_documented(self):
        self.write("core/outcome.cc", HEAD + 'const char* f() {\n  return "new_outcome";\n}\n')
        self.assertFinds(docs.check, "core/outcome.cc:3:", "new_outcome")

    def test_a_link_that_leads_nowhere(self):
        self.write("docs/more.md", "[gone](gone.md)")
        self.assertFinds(docs.check, "docs/more.md:1:", "gone.md")

    # formatting

    def test_a_file_that_is_not_formatted(self):
        for name in CLEAN:
            if name.endswith(".cc"):
                (self.root / name).unlink()
        self.assertEqual([], formatting.check(self.root))
        self.write("core/time.cc", HEAD + "int   x ;\n")
        self.assertNotEqual([], formatting.check(self.root))


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: MIT
"""Configurations with mistakes, and command lines with mistakes."""

import re

from harness import Case, run_verb

# Each marked line has one mistake; the word after the mark must stand in its diagnostic.
TEN_MISTAKES = '''\
[daemon]
listen = "127.0.0.1"               # 1 listen
log_levle = "info"                 # 2 log_level

[storage]
retention = "thirty days"          # 3 retention

[[target]]
name = "shop"
url = "http://127.0.0.1:1/"
interval = 30                      # 4 interval
tiemout = "10s"                    # 5 timeout

[[target]]
name = "shop"                      # 6 shop
url = "gopher://127.0.0.1/"        # 7 url

[[rule]]
name = "bad"
count = ["520x"]                   # 8 520x
threshold = "120%"                 # 9 threshold
window = "5m"
notify = ["opss"]                  # 10 ops

[[channel]]
name = "ops"
kind = "webhook"
url = "http://127.0.0.1:1/hook"
secret = "whsec_dGhpcnR5LXR3byBvY3RldHMgb2YgYSBzZWNyZXQuLi4="
'''
DIAGNOSTIC = re.compile(r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+): (?P<message>.+)$")


class BadConfiguration(Case):
    def write(self, text, name="gatewatch.toml"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def assertTenMistakes(self, verb):
        path = self.write(TEN_MISTAKES)
        done = run_verb(verb, "-c", path, cwd=self.folder)
        self.assertEqual((78, ""), (done.returncode, done.stdout), done.stderr)
        found = [DIAGNOSTIC.match(line) for line in done.stderr.splitlines()]
        self.assertNotIn(None, found, done.stderr)
        expected = {}
        for number, line in enumerate(TEN_MISTAKES.splitlines(), start=1):
            if "   # " in line:
                expected[number] = line.rsplit("# ", 1)[1].split()[1]
        self.assertEqual(sorted(expected), [int(one["line"]) for one in found], done.stderr)
        for one in found:
            self.assertEqual(str(path), one["file"])
            self.assertIn(expected[int(one["line"])], one["message"])
            self.assertGreaterEqual(int(one["column"]), 1)
        return done.stderr

    def test_ten_mistakes_are_ten_diagnostics_of_check(self):
        text = self.assertTenMistakes("check")
        self.assertEqual(3, text.count("did you mean"), text)

    def test_ten_mistakes_are_ten_diagnostics_of_run(self):
        self.assertTenMistakes("run")

    def test_a_syntax_error_names_its_place(self):
        path = self.write('[daemon]\nlisten = "127.0.0.1:0\n')
        done = run_verb("check", "-c", path)
        self.assertEqual(78, done.returncode)
        self.assertIn(f"{path}:2:", done.stderr)

    def test_a_file_that_does_not_exist(self):
        done = run_verb("run", "-c", self.folder / "no-such.toml")
        self.assertEqual(78, done.returncode)
        self.assertOneLine(done.stderr, "no-such.toml")

    def test_mistakes_of_an_included_file_name_that_file(self):
        (self.folder / "conf.d").mkdir()
        self.write('[[target]]\nname = "x"\n', "conf.d/x.toml")
        path = self.write('include = ["conf.d/*.toml"]\n')
        done = run_verb("check", "-c", path)
        self.assertEqual(78, done.returncode)
        self.assertOneLine(done.stderr, "conf.d/x.toml:1:", "url")

    def test_an_unset_variable_is_a_mistake_and_a_default_is_not(self):
        path = self.write('[[target]]\nname = "x"\nurl = "http://${GW_TEST_HOST}/"\n')
        done = run_verb("check", "-c", path)
        self.assertEqual(78, done.returncode)
        self.assertOneLine(done.stderr, ":3:", "GW_TEST_HOST")
        self.assertEqual(0, run_verb("check", "-c", path,
                                     env={"GW_TEST_HOST": "127.0.0.1"}).returncode)
        path = self.write('[[target]]\nname = "x"\nurl = "http://${GW_TEST_HOST:-127.0.0.1}/"\n')
        self.assertEqual(0, run_verb("check", "-c", path).returncode)

    def test_a_rule_whose_window_is_too_short_for_its_minimum(self):
        path = self.write('[[target]]\nname = "x"\nurl = "http://127.0.0.1/"\ninterval = "30s"\n'
                          '[[rule]]\nname = "r"\ncount = ["502"]\nthreshold = "20%"\n'
                          'window = "1m"\nmin_probes = 5\n')
        done = run_verb("check", "-c", path)
        self.assertEqual(78, done.returncode)
        self.assertIn(":9:", done.stderr)

    def test_a_secret_never_stands_in_a_diagnostic(self):
        path = self.write('[[channel]]\nname = "ops"\nkind = "webhook"\nurl = "http://127.0.0.1/"\n'
                          'secret = "hunter2 hunter2"\n')
        done = run_verb("check", "-c", path)
        self.assertEqual(78, done.returncode)
        self.assertNotIn("hunter2", done.stderr + done.stdout)


class BadCommandLine(Case):
    def test_usage_errors_exit_64_and_say_why_on_stderr(self):
        for arguments in ([], ["frobnicate"], ["run", "--frobnicate"], ["probe"],
                          ["incidents", "--since", "yesterday"], ["incidents", "--limit", "0"],
                          ["check", "-c"]):
            with self.subTest(arguments=arguments):
                done = run_verb(*arguments)
                self.assertEqual((64, ""), (done.returncode, done.stdout))
                self.assertNotEqual("", done.stderr)

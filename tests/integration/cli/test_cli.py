"""How the command line behaves: exit codes on both sides, data on stdout and talk on stderr, help
that names every option, suggestions, colour. TOCSIN names the program."""
import json
import os
import pty
import re
import select
import subprocess
import tempfile
import unittest
from pathlib import Path

TOCSIN = os.environ["TOCSIN"]

TYPES = """\
type: report.shot
title: A shot
location: location
fields:
  post: { type: text, required: true }
  rounds: { type: integer, range: [1, 1000] }
  location: { type: place }
"""

RULE = """\
rule: shots
title: Two shots at one post
version: 1
status: stable
level: high
events:
  shot: { type: report.shot }
when: { count: shot, at_least: 2, within: 1m, group_by: [post] }
alert: { topic: alerts.shots }
tests:
  - name: two within a minute
    given:
      - { time: 0s, type: report.shot, post: north }
      - { time: 60s, type: report.shot, post: north }
    expect: [{ time: 60s, state: new, level: high, key: { post: north }, count: 2 }]
  - name: a millisecond more
    given:
      - { time: 0s, type: report.shot, post: north }
      - { time: 60s1ms, type: report.shot, post: north }
    expect: []
"""


def event(number, second, post="north", **more):
    return json.dumps({
        "specversion": "1.0", "id": f"e{number}", "source": "/post", "type": "report.shot",
        "time": f"2026-05-01T10:00:{second:02d}.000Z", "data": {"post": post, **more}})


class Cli(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory()
        self.addCleanup(self.home.cleanup)
        self.dir = Path(self.home.name)
        self.rules = self.dir / "rules"
        (self.rules / "types").mkdir(parents=True)
        (self.rules / "types" / "shot.yaml").write_text(TYPES)
        (self.rules / "shots.yaml").write_text(RULE)
        self.events = self.dir / "events.ndjson"
        self.events.write_text("\n".join([event(1, 0), event(2, 5), event(3, 50, "south")]) + "\n")

    def run_tocsin(self, *words, stdin=None, env=None, cwd=None):
        full = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        full.update(env or {})
        return subprocess.run([TOCSIN, *map(str, words)], input=stdin, capture_output=True,
                              text=True, env=full, cwd=cwd or self.dir, timeout=120)

    def expect(self, code, *words, **more):
        done = self.run_tocsin(*words, **more)
        self.assertEqual(done.returncode, code,
                         f"{words}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def run_on_terminal(self, *words, env=None):
        """Exit code and all that is written to a terminal that is stdout and stderr."""
        full = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        full.update({"TERM": "xterm", **(env or {})})
        ours, theirs = pty.openpty()
        process = subprocess.Popen([TOCSIN, *map(str, words)], stdin=subprocess.DEVNULL,
                                   stdout=theirs, stderr=theirs, env=full, cwd=self.dir)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        return process.wait(60), seen.decode()


class Words(Cli):
    def commands(self):
        overview = self.expect(0, "help").stdout
        names = re.findall(r"^  ([a-z]+)  ", overview, re.M)
        self.assertGreater(len(names), 3)
        return names

    def test_version(self):
        done = self.expect(0, "--version")
        self.assertRegex(done.stdout, r"^tocsin \d+\.\d+\.\d+\n$")
        self.assertEqual(done.stderr, "")

    def test_nothing_said_is_wrong_usage(self):
        done = self.expect(2)
        self.assertEqual(done.stdout, "")
        self.assertIn("Usage: tocsin", done.stderr)

    def test_help_is_data(self):
        self.assertEqual(self.expect(0, "--help").stdout, self.expect(0, "help").stdout)

    def test_unknown_command(self):
        done = self.expect(2, "chekc")
        self.assertEqual(done.stdout, "")
        self.assertIn('did you mean "check"?', done.stderr)
        self.assertNotIn("did you mean", self.expect(2, "frobnicate").stderr)

    def test_unknown_option(self):
        done = self.expect(2, "check", "--strikt")
        self.assertIn('did you mean "--strict"?', done.stderr)
        self.assertNotIn("did you mean", self.expect(2, "check", "--frobnicate").stderr)

    def test_each_help_lists_each_option(self):
        manual = self.expect(0, "help", "--man").stdout.replace("\\-", "-")
        bash = self.expect(0, "help", "--completion", "bash").stdout
        zsh = self.expect(0, "help", "--completion", "zsh").stdout
        for name in self.commands():
            text = self.expect(0, name, "--help").stdout
            self.assertEqual(text, self.expect(0, "help", name).stdout)
            options = re.findall(r"^  (?:-\w, )?--([a-z-]+)", text, re.M)
            self.assertIn("help", options)
            # What completes is what is listed is what is taken.
            completed = re.search(rf"^        {name}\) .*-W '([^']*)'", bash, re.M).group(1).split()
            self.assertEqual(completed, [f"--{option}" for option in options])
            for option in options:
                self.assertIn(f"--{option}", manual)
                self.assertIn(f"--{option}", zsh)
                refused = self.run_tocsin(name, f"--{option}x").stderr
                self.assertIn("there is no option", refused)
            self.assertIn(f"tocsin {name} ", manual)

    def test_completion_is_valid_shell(self):
        script = self.expect(0, "help", "--completion", "bash").stdout
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        asked = (script + "\nCOMP_WORDS=(tocsin check --str); COMP_CWORD=2; _tocsin; "
                 "echo ${COMPREPLY[@]}")
        said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
        self.assertEqual(said.stdout, "--strict\n")


class Check(Cli):
    def test_right_rules(self):
        done = self.expect(0, "check", "--rules", self.rules)
        self.assertEqual(done.stdout, "")
        self.assertIn("0 errors", done.stderr)
        self.assertEqual(self.expect(0, "check", self.rules, "--quiet").stderr, "")

    def test_rules_of_this_folder_are_the_default(self):
        self.assertIn("1 rules", self.expect(0, "check").stderr)

    def test_wrong_rules_are_data_with_a_place(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("type: report.shot }", "type: report.shut }", 1))
        done = self.expect(3, "check", "--rules", self.rules)
        self.assertRegex(done.stdout, r"shots\.yaml:7:\d+: error\[E\d+\]: ")
        self.assertIn('did you mean "report.shot"?', done.stdout)
        self.assertNotIn("error[", done.stderr)

    def test_missing_rules(self):
        self.assertIn("error[", self.expect(3, "check", "nowhere").stdout)

    def test_two_things_named(self):
        self.expect(2, "check", "--rules", self.rules, self.rules)

    def test_strict(self):
        (self.rules / "shots.yaml").write_text(
            RULE.replace("  shot: {", "  unused: { type: report.shot }\n  shot: {", 1))
        self.assertIn("warning[", self.expect(0, "check", self.rules).stdout)
        self.expect(1, "check", self.rules, "--strict")

    def test_colour_only_on_a_terminal_and_only_if_wanted(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("level: high", "level: hihg", 1))
        self.assertNotIn("\033[", self.expect(3, "check", self.rules).stdout)
        code, seen = self.run_on_terminal("check", self.rules)
        self.assertEqual(code, 3)
        self.assertIn("\033[", seen)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\033[", self.run_on_terminal("check", self.rules, env=env)[1])
        self.assertIn("\033[", self.run_on_terminal("check", self.rules, env={"NO_COLOR": ""})[1])


class Replay(Cli):
    def test_alerts_are_data_and_the_summary_is_talk(self):
        done = self.expect(0, "replay", "--rules", self.rules, self.events)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        news = [t["data"] for t in told if t["data"]["state"] == "new"]
        self.assertEqual([(n["rule"], n["key"], n["count"]) for n in news],
                         [("shots", {"post": "north"}, 2)])
        self.assertEqual([(e["topic"], e["partition"], e["offset"]) for e in news[0]["evidence"]],
                         [("events.ndjson", 0, 1), ("events.ndjson", 0, 2)])
        self.assertIn("events 3, refused 0, late 0", done.stderr)
        self.assertRegex(done.stderr, r"shots +1 ")
        self.assertEqual(self.expect(0, "replay", "-q", "-r", self.rules, self.events).stderr, "")

    def test_standard_input_equals_the_file(self):
        text = self.events.read_text()
        from_file = self.expect(0, "replay", "--rules", self.rules, self.events)
        for stdin in (text, text.rstrip("\n")):
            piped = self.expect(0, "replay", "--rules", self.rules, "-", stdin=stdin)
            self.assertEqual(piped.stdout.replace('"topic":"-"', '"topic":"events.ndjson"'),
                             from_file.stdout)
            self.assertEqual(piped.stderr, from_file.stderr)

    def test_twice_the_same_bytes(self):
        runs = {self.expect(0, "replay", "--rules", self.rules, self.events).stdout for _ in "ab"}
        self.assertEqual(len(runs), 1)

    def test_refused_lines_are_told_and_counted(self):
        bad = ["", "{", "[]", event(4, 6).replace("report.shot", "report.shut"),
               event(5, 7).replace("post", "pots")]
        self.events.write_text("\n".join([event(1, 0), *bad, event(2, 5)]) + "\n")
        done = self.expect(0, "replay", "--rules", self.rules, self.events)
        self.assertIn("events 2, refused 5 (", done.stderr)
        for line, reason in ((2, "empty"), (3, "not_json"), (4, "not_object"), (5, "unknown_type")):
            self.assertIn(f"events.ndjson:{line}: refused, {reason}: ", done.stderr)
            self.assertRegex(done.stderr, rf"\(.*\b{reason} 1\b.*\)")
        self.assertEqual(len(done.stdout.splitlines()),
                         len(self.expect(0, "replay", "-r", self.rules, self.events).stdout.splitlines()))
        self.assertIn('"state":"new"', done.stdout)

    def test_refused_lines_do_not_flood(self):
        self.events.write_text("{\n" * 1000)
        done = self.expect(0, "replay", "--rules", self.rules, self.events)
        self.assertEqual(done.stderr.count(": refused, "), 20)
        self.assertIn("refused 1000 (not_json 1000)", done.stderr)

    def test_repeats_and_late_ones_are_counted(self):
        self.events.write_text("\n".join([event(1, 0), event(1, 0), event(2, 50), event(3, 1)]))
        done = self.expect(0, "replay", "--rules", self.rules, "--accept-late", "30s", self.events)
        self.assertIn("late 1, repeats 1", done.stderr)
        kept = self.expect(0, "replay", "--rules", self.rules, "--accept-late", "49s", self.events)
        self.assertIn("late 0, repeats 1", kept.stderr)

    def test_exit_codes(self):
        self.expect(4, "replay", "--rules", self.rules, self.dir / "nowhere")
        self.expect(4, "replay", "--rules", self.rules, self.dir)
        self.expect(3, "replay", "--rules", self.dir / "nowhere", self.events)
        self.expect(2, "replay", "--rules", self.rules)
        self.expect(2, "replay", "--rules", self.rules, "--disorder", "1h", self.events)
        self.expect(0, "replay", "--rules", self.rules, "--disorder", "10m", self.events)

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([TOCSIN, "replay", "--rules", self.rules, self.events],
                                  stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 4)
        self.assertIn("standard output", done.stderr)


class Inline(Cli):
    def test_they_pass(self):
        done = self.expect(0, "test", "--rules", self.rules)
        self.assertEqual(done.stdout, "")
        self.assertIn("2 tests passed, 0 failed", done.stderr)
        told = self.expect(0, "test", self.rules, "shots", "-v").stdout
        self.assertEqual(told.count("ok  "), 2)

    def test_a_failure_says_where_and_what(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("count: 2 }]", "count: 3 }]"))
        done = self.expect(1, "test", "--rules", self.rules)
        self.assertRegex(done.stdout, r"FAIL .*shots\.yaml:11: shots: two within a minute")
        self.assertIn("count: expected 3, told 2", done.stdout)
        self.assertIn("1 tests passed, 1 failed", done.stderr)

    def test_a_quiet_test_that_is_loud(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("60s1ms", "59s"))
        self.assertIn("told, not expected: new at 59s",
                      self.expect(1, "test", "--rules", self.rules).stdout)

    def test_a_wrong_test_is_no_failed_one(self):
        (self.rules / "shots.yaml").write_text(
            RULE.replace("{ time: 60s, type: report.shot, post: north }",
                         "{ time: 60s, type: report.shot, post: north, rounds: many }"))
        done = self.expect(3, "test", "--rules", self.rules)
        self.assertRegex(done.stderr, r"shots\.yaml:\d+:\d+: error\[")

    def test_names(self):
        self.assertIn('did you mean "shots"?', self.expect(2, "test", "-r", self.rules, "shot").stderr)


if __name__ == "__main__":
    unittest.main()

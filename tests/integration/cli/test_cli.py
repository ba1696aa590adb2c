"""How the command line behaves: exit codes on both sides, data on stdout and talk on stderr, help
that names every option, suggestions, colour. TOCSIN names the program."""
import hashlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import jsonschema  # Debian: python3-jsonschema
import yaml  # Debian: python3-yaml

TOCSIN = os.environ["TOCSIN"]
SOURCE = Path(__file__).resolve().parents[3]

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


def public_schema(name):
    """One that tests/specs.sh fetched."""
    path = Path(os.environ.get("TOCSIN_SPECS", "")) / name
    if not path.is_file():
        raise unittest.SkipTest(f"no {name}: run tests/specs.sh BUILD")
    return json.loads(path.read_text())


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

    def run_on_terminal(self, *words, env=None, stdin=()):
        """Exit code and all that is written to a terminal that is stdout and stderr. Pieces of
        @stdin are written a little more than a second apart."""
        full = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        full.update({"TERM": "xterm", **(env or {})})
        ours, theirs = pty.openpty()
        process = subprocess.Popen([TOCSIN, *map(str, words)], stdin=subprocess.PIPE,
                                   stdout=theirs, stderr=theirs, env=full, cwd=self.dir)
        os.close(theirs)
        for piece in stdin:
            process.stdin.write(piece.encode())
            process.stdin.flush()
            time.sleep(1.1)
        process.stdin.close()
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
            self.assertEqual([word for word in completed if word.startswith("--")],
                             [f"--{option}" for option in options])
            for option in options:
                self.assertIn(f"--{option}", manual)
                self.assertIn(f"--{option}", zsh)
                refused = self.run_tocsin(name, f"--{option}x").stderr
                self.assertIn("there is no option", refused)
            self.assertIn(f"tocsin {name} ", manual)

    def test_completion_is_valid_shell(self):
        script = self.expect(0, "help", "--completion", "bash").stdout
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        for words, completed in (("che", "check"), ("check --str", "--strict"),
                                 ("schema ev", "events"), ("help rep", "replay"),
                                 ("help --completion z", "zsh"), ("replay --q", "--quiet")):
            asked = (f"{script}\ncompopt() {{ :; }}\nCOMP_WORDS=(tocsin {words})\n"
                     f"COMP_CWORD={len(words.split())}\n_tocsin\necho ${{COMPREPLY[@]}}")
            said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
            self.assertEqual(said.stdout, completed + "\n", words)
        asked = (f"{script}\ncompopt() {{ :; }}\nCOMP_WORDS=(tocsin replay ev)\nCOMP_CWORD=2\n"
                 "_tocsin\necho ${COMPREPLY[@]}")
        said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True,
                              cwd=self.dir)
        self.assertEqual(said.stdout, "events.ndjson\n")


class Check(Cli):
    def test_right_rules(self):
        done = self.expect(0, "check", "--rules", self.rules)
        self.assertEqual(done.stdout, "")
        self.assertIn("0 errors", done.stderr)
        self.assertEqual(self.expect(0, "check", self.rules, "--quiet").stderr, "")

    def test_the_bundle_is_what_sha256sum_says(self):
        def name(folder):
            files = sorted((str(path.relative_to(folder)), path) for path in folder.rglob("*")
                           if path.suffix in (".yaml", ".geojson"))
            lines = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in files)
            return hashlib.sha256(lines.encode()).hexdigest()
        bundle = name(self.rules)
        self.assertIn(f"bundle {bundle}\n", self.expect(0, "check", self.rules).stderr)
        other = self.dir / "elsewhere"
        shutil.copytree(self.rules, other)
        self.assertIn(f"bundle {bundle}\n", self.expect(0, "check", other, cwd=other).stderr)
        self.assertEqual(json.loads(self.expect(0, "check", other, "--format", "json").stdout)["bundle"], bundle)
        self.assertIn(f"bundle {bundle}\n", self.expect(0, "replay", "-r", other, self.events).stderr)
        (other / "shots.yaml").write_text(RULE + "# A remark.\n")
        self.assertNotEqual(name(other), bundle)
        self.assertIn(f"bundle {bundle} -> {name(other)}\n",
                      self.expect(0, "replay", "-r", other, "--diff", self.rules, self.events).stderr)
        (other / "shots.yaml").write_text("rule: shots\n")
        self.assertNotIn("bundle", self.expect(3, "check", other).stderr)
        self.assertNotIn("bundle", json.loads(self.expect(3, "check", other, "--format", "json").stdout))

    def test_rules_of_this_folder_are_the_default(self):
        self.assertIn("1 rules", self.expect(0, "check").stderr)

    def test_types_lie_above_a_pack_and_a_file(self):
        pack = self.rules / "pack"
        pack.mkdir()
        (self.rules / "shots.yaml").rename(pack / "shots.yaml")
        for where, what in ((self.dir, "rules"), (self.dir, "rules/pack/"), (self.rules, "pack"),
                            (self.dir, "rules/pack/shots.yaml"), (pack, "shots.yaml"), (pack, "."),
                            (self.dir, pack), (self.rules / "types", "../pack")):
            self.assertIn("1 rules, 1 event types", self.expect(0, "check", what, cwd=where).stderr)
        self.expect(3, "check", pack, "--types", pack)

    def test_wrong_rules_are_data_with_a_place(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("type: report.shot }", "type: report.shut }", 1))
        done = self.expect(3, "check", "--rules", self.rules)
        self.assertRegex(done.stdout, r"shots\.yaml:7:\d+: error\[E\d+\]: ")
        self.assertIn('did you mean "report.shot"?', done.stdout)
        self.assertNotIn("error[", done.stderr)

    def test_missing_rules(self):
        self.assertIn("error[", self.expect(3, "check", "nowhere").stdout)

    def test_values_of_tests_are_checked(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("post: north", "post: north, rounds: 0", 1))
        done = self.expect(3, "check", "--rules", self.rules)
        self.assertRegex(done.stdout, r"shots\.yaml:13:61: error\[E0503\]: ")
        self.expect(3, "test", "--rules", self.rules)

    def test_what_is_hardly_meant(self):
        (self.rules / "shots.yaml").write_text(
            RULE.replace("{ type: report.shot }", "{ type: report.shot, match: { rounds|gte: 2 } }")
            .replace("alerts.shots }", "alerts.shots, urgent: true }").replace("report.shot, post", "report.shot, rounds: 2, post"))
        done = self.expect(0, "check", "--rules", self.rules)
        self.assertIn("warning[W0373]", done.stdout)
        self.assertIn('did you mean "rounds|lt|not"?', done.stdout)
        self.expect(1, "check", "--rules", self.rules, "--strict")

    def test_findings_as_json(self):
        whole = json.loads(self.expect(0, "check", self.rules, "--format", "json").stdout)
        self.assertEqual((whole["errors"], whole["warnings"], whole["findings"]), (0, 0, []))
        (self.rules / "shots.yaml").write_text(RULE.replace("type: report.shot }", "type: report.shut }", 1))
        done = self.expect(3, "check", self.rules, "--format", "json")
        whole = json.loads(done.stdout)
        first = whole["findings"][0]
        self.assertEqual((whole["errors"], whole["left_out"]), (len(whole["findings"]), 0))
        self.assertEqual([first[name] for name in ("severity", "code", "line", "width", "suggestion")],
                         ["error", "E0304", 7, len("report.shut"), "report.shot"])
        self.assertEqual(RULE.splitlines()[6].index("report.shot") + 1, first["column"])
        self.assertTrue(first["file"].endswith("shots.yaml"))
        self.expect(2, "check", self.rules, "--format", "xml")

    def test_findings_as_sarif(self):
        sarif = jsonschema.Draft4Validator(public_schema("sarif-2.1.0.json"))
        sarif.validate(json.loads(self.expect(0, "check", self.rules, "--format", "sarif").stdout))
        (self.rules / "a b\u00e9.yaml").write_text(
            RULE.replace("rule: shots", "rule: sh\u00f6ts", 1).replace("level: high", "level: hihg", 1))
        (self.rules / "shots.yaml").write_text(
            RULE.replace("type: report.shot }", "type: report.shut }", 1).replace("status:", "statsu:"))
        done = self.expect(3, "check", "rules", "--format", "sarif")
        whole = json.loads(done.stdout)
        sarif.validate(whole)
        self.assertFalse(sarif.is_valid({**whole, "runs": [{}]}))
        run = whole["runs"][0]
        self.assertGreaterEqual(len(run["results"]), 2)
        for result in run["results"]:
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"],
                             result["ruleId"])
        text = (self.rules / "shots.yaml").read_text().splitlines()
        fixes = 0
        for result in run["results"]:
            for fix in result.get("fixes", []):
                change = fix["artifactChanges"][0]
                region = change["replacements"][0]["deletedRegion"]
                if "shots.yaml" in change["artifactLocation"]["uri"]:
                    word = text[region["startLine"] - 1][region["startColumn"] - 1:region["endColumn"] - 1]
                    self.assertIn((word, change["replacements"][0]["insertedContent"]["text"]),
                                  {("report.shut", "report.shot"), ("statsu", "status")})
                    fixes += 1
        self.assertGreater(fixes, 1)

    def test_against_what_was(self):
        old = self.dir / "old"
        shutil.copytree(self.rules, old)
        self.assertEqual(self.expect(0, "check", self.rules, "--against", old, "--strict").stdout, "")
        rule = self.rules / "shots.yaml"
        rule.write_text(RULE.replace("within: 1m", "within: 60s").replace("Two shots", "2 shots"))
        self.expect(0, "check", self.rules, "--against", old, "--strict")  # Says the same.
        rule.write_text(RULE.replace("at_least: 2", "at_least: 3"))
        done = self.expect(1, "check", self.rules, "--against", old, "--strict")
        self.assertRegex(done.stdout, r"shots\.yaml:3:10: warning\[W0601\]: ")
        self.assertIn('did you mean "2"?', done.stdout)
        self.expect(0, "check", self.rules, "--against", old)
        rule.write_text(RULE.replace("at_least: 2", "at_least: 3").replace("version: 1", "version: 2"))
        self.expect(0, "check", self.rules, "--against", old, "--strict")
        rule.write_text(RULE.replace("rule: shots", "rule: other"))  # One new, one gone.
        self.expect(0, "check", self.rules, "--against", old, "--strict")
        (old / "shots.yaml").write_text("rule: 1\n")
        self.assertIn("[E0602]", self.expect(3, "check", self.rules, "--against", old).stdout)
        self.assertIn("[E0602]", self.expect(3, "check", self.rules, "--against", "nowhere").stdout)

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

    def test_what_is_not_looked_at_is_told(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("[post]", "[post, rounds]").replace(
            "{ type: report.shot }", "{ type: report.shot, match: { subject: drill } }")
            .replace("status: stable", "status: experimental").split("tests:")[0])
        lines = [event(1, 0), event(2, 5, rounds=0), event(3, 6, rounds=1)]
        lines += [line.replace('"id": "e', '"subject": "drill", "id": "f') for line in lines]
        self.events.write_text("\n".join(lines))
        done = self.expect(0, "replay", "--rules", self.rules, self.events)
        for line in (2, 5):
            self.assertIn(f"events.ndjson:{line}: rounds is wrong and left out\n", done.stderr)
        self.assertIn("wrong optional fields left out: 2\n", done.stderr)
        self.assertIn("shots: 2 events lack a field of its key\n", done.stderr)
        self.assertIn("shots: 3 events lack a field of its conditions\n", done.stderr)

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
        self.expect(2, "replay", "--config", "tocsin.yaml", self.events)
        self.expect(2, "replay", "--since", "1d", self.events)
        self.expect(2, "replay", "--config", "tocsin.yaml", "--accept-late", "1h")
        self.expect(3, "replay", "--config", self.dir / "nowhere.yaml", "--since", "1d")
        self.expect(2, "replay", "--rules", self.rules, "--disorder", "1h", self.events)
        self.expect(0, "replay", "--rules", self.rules, "--disorder", "10m", self.events)

    def test_progress_of_long_work_on_a_terminal(self):
        slow = [event(1, 0) + "\n", event(2, 1) + "\n", event(3, 2) + "\n"]
        words = ("replay", "--rules", self.rules, "-")
        code, seen = self.run_on_terminal(*words, stdin=slow)
        self.assertEqual(code, 0)
        self.assertIn("\rreplay ", seen)
        self.assertNotIn("\rreplay ", self.run_on_terminal(*words, "-q", stdin=slow)[1])
        quick = self.run_on_terminal("replay", "--rules", self.rules, self.events)[1]
        self.assertNotIn("\rreplay ", quick)

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

    def test_only_the_rule_named_is_tested(self):
        (self.rules / "other.yaml").write_text(
            RULE.replace("rule: shots", "rule: other").replace("count: 2 }]", "count: 3 }]"))
        self.expect(1, "test", "-r", self.rules)
        self.expect(0, "test", "-r", self.rules, "shots")
        self.expect(1, "test", "-r", self.rules, "other")


class Config(Cli):
    def setUp(self):
        super().setUp()
        self.config = self.dir / "tocsin.yaml"
        self.write()

    def write(self, **more):
        self.config.write_text(yaml.safe_dump({
            "app": "watch", "rules": "rules", "kafka": {"bootstrap": "127.0.0.1:1"},
            "http": {"port": 0}, "inputs": {"posts": {"topics": ["posts"]}}, **more}))

    def test_a_right_one(self):
        self.assertEqual(self.expect(0, "check", "-c", self.config).stdout, "")

    def test_what_run_refuses_check_and_topics_refuse(self):
        wrong = [{"rules": "nowhere"}, {"lanes": 0}, {"colour": "red"}, {"inputs": {}},
                 {"inputs": {"posts": {"topics": ["posts"], "types": ["report.shut"]}}},
                 {"kafka": {"bootstrap": "127.0.0.1:1", "client": {"fetch.wait.max.ms": "soon"}}}]
        for part in wrong:
            self.write(**part)
            self.assertIn("error[", self.expect(3, "check", "-c", self.config).stdout)
            for command in ("run", "topics"):
                done = self.expect(3, command, "-c", self.config)
                self.assertEqual(done.stdout, "")
                self.assertIn("error[", done.stderr)

    def test_rules_with_an_error_are_refused_by_all(self):
        (self.rules / "shots.yaml").write_text(RULE.replace("level: high", "level: hihg", 1))
        self.assertIn('did you mean "high"?', self.expect(3, "check", "-c", self.config).stdout)
        self.expect(3, "run", "-c", self.config)

    def test_a_configuration_must_be_named(self):
        for command in ("run", "topics"):
            self.assertIn("--config", self.expect(2, command).stderr)
        self.expect(2, "check", "-c", self.config, self.rules)
        self.expect(3, "run", "-c", self.dir / "nowhere.yaml")

    def test_topics_are_data(self):
        rows = [row.split("\t") for row in
                self.expect(0, "topics", "-c", self.config).stdout.splitlines()]
        names = {row[0]: row[2] for row in rows}
        self.assertEqual(names["posts"], "delete")
        self.assertEqual(names["alerts.shots"], "delete")
        self.assertEqual(names["watch.alerts.open"], "compact")

    def test_no_broker(self):
        done = self.expect(4, "topics", "-c", self.config, "--create", "--timeout", "1s")
        self.assertIn("broker", done.stderr)


class Schema(Cli):
    def schema(self, what, *words):
        done = self.expect(0, "schema", what, *words)
        self.assertEqual(done.stderr, "")
        schema = json.loads(done.stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def test_events(self):
        events = self.schema("events", "--rules", self.rules)
        right = json.loads(event(1, 0, rounds=3, location={"lat": 1, "lon": 2}))
        events.validate(right)
        events.validate(json.loads(event(1, 0, location="31QAU8266808882")))
        for wrong in ({"rounds": 0}, {"rounds": 1001}, {"rounds": "3"}, {"post": 3},
                      {"location": {"lat": 91, "lon": 0}}, {"location": {"lat": 1}}):
            self.assertFalse(events.is_valid({**right, "data": {**right["data"], **wrong}}), wrong)
        for name in ("id", "source", "type", "specversion", "data"):
            self.assertFalse(events.is_valid({k: v for k, v in right.items() if k != name}), name)
        self.assertFalse(events.is_valid({**right, "type": "report.shut"}))

    def test_alerts_are_as_the_engine_tells_them(self):
        alerts = self.schema("alerts")
        done = self.expect(0, "replay", "-q", "--rules", SOURCE / "rules",
                           SOURCE / "tests" / "integration" / "cli" / "day.ndjson")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        # The clock of a file jumps: an alert nobody took for two minutes turns out to have been over.
        self.assertEqual({r["data"]["state"] for r in records},
                         {"new", "update", "escalated", "cleared", "expired", "cancelled"})
        for record in records:
            alerts.validate(record)
            self.assertFalse(alerts.is_valid({**record, "data": {**record["data"], "x": 1}}))
            self.assertFalse(alerts.is_valid({**record, "data": {**record["data"], "level": "x"}}))

    def test_rules_that_are_shipped(self):
        """As texts, and as a YAML library of today types them."""
        rules = self.schema("rules", "--rules", SOURCE / "rules")
        count = 0
        for path in sorted((SOURCE / "rules").glob("*/*.yaml")):
            if path.parent.name in ("types", "lists"):
                continue
            for loader in (yaml.BaseLoader, yaml.SafeLoader):
                for rule in yaml.load_all(path.read_text(), loader):
                    rules.validate(rule)
                    for wrong in ({"colour": "red"}, {"level": "hihg"}, {"tags": ["threat.dorne"]},
                                  {"events": {"a": {"type": "report.sightin"}}},
                                  {"events": {"a": {"type": "report.sighting", "match": {"observr": 1}}}},
                                  {"events": {"a": {"type": ["report.sighting"], "at": "observer"}}},
                                  {"when": {**rule["when"], "event": "a", "latest": "a"}},
                                  {"when": {"event": "a", "within": "10m"}},
                                  {"alert": {**rule["alert"], "topic": "alerts.fir"}},
                                  {"alert": {**rule["alert"], "for": "10 m"}}):
                        self.assertFalse(rules.is_valid({**rule, **wrong}), wrong)
                    count += 1
        self.assertGreater(count, 60)

    def test_topics_as_asyncapi(self):
        asyncapi = jsonschema.Draft7Validator(public_schema("asyncapi-3.0.0.json"))
        done = self.expect(0, "schema", "topics", "--rules", self.rules)
        whole = json.loads(done.stdout)
        asyncapi.validate(whole)
        self.assertEqual(sorted(whole["channels"]),
                         ["alerts.shots", "alerts.shots.exercise", "alerts.shots.test"])
        self.assertEqual({o["action"] for o in whole["operations"].values()}, {"send"})
        self.assertFalse(asyncapi.is_valid({**whole, "channels": {"a": {"messages": 1}}}))
        # A payload is the schema that `schema events` writes.
        schemas = whole["components"]["schemas"]
        event_schema = jsonschema.Draft202012Validator(
            {"$ref": "#/components/schemas/event", "components": whole["components"]})
        event_schema.validate(json.loads(event(1, 0, rounds=3)))
        self.assertFalse(event_schema.is_valid(json.loads(event(1, 0, rounds=0))))
        self.assertIn("report.shot", schemas)
        example = SOURCE / "deploy" / "tocsin.yaml"  # With inputs and topics of its own.
        whole = json.loads(self.expect(0, "schema", "topics", "--config", example).stdout)
        asyncapi.validate(whole)
        needed = self.expect(0, "topics", "--config", example).stdout.splitlines()
        self.assertEqual(sorted(whole["channels"]), sorted(line.split("\t")[0] for line in needed))
        self.assertEqual({o["action"] for o in whole["operations"].values()}, {"send", "receive"})

    def test_of_nothing_else(self):
        self.expect(2, "schema", "weather")
        self.expect(2, "schema")


class Demo(Cli):
    def test_a_day_read_by_another_program_meanwhile(self):
        env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        process = subprocess.Popen([TOCSIN, "demo", "--fast", "--hold", "--rules", SOURCE / "rules"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=env, cwd=self.dir)
        self.addCleanup(process.kill)
        talk = ""
        for line in process.stderr:
            talk += line
            if "the broker stays at" in line:
                break
        self.assertIn("FOR TRYING OUT ONLY", talk)
        broker = re.search(r"stays at (\S+)", talk).group(1)
        kcat = subprocess.run(["kcat", "-b", broker, "-C", "-e", "-q", "-o", "beginning",
                               "-t", "alerts.fire"], capture_output=True, text=True, timeout=60)
        told = [json.loads(line)["data"] for line in kcat.stdout.splitlines()]
        self.assertEqual((told[0]["rule"], told[0]["state"], told[0]["key"]),
                         ("impact-warning", "new", {"camp": "Gao"}))
        self.assertIn("impact_at", told[0])
        process.send_signal(signal.SIGINT)
        shown, rest = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, rest)
        self.assertRegex(shown, r"(?m)^07:12:00  CRITICAL  GAO-\w{4}  INCOMING Gao: rocket, .*14")
        self.assertRegex(shown, r"(?m)^ +> Sound the alarm")
        for words in ("07:40:00  CLEARED ", "IED BELT", "HALT CV 12", "CROWD of 700", "ROADBLOCK",
                      "14:12:00  HIGH      C17-", "NO first_aid yet", "SENSOR SILENT gao-radar-1"):
            self.assertIn(words, shown)
        self.assertNotIn("\033[", shown)

    def test_other_rules_do_not_tell_the_day(self):
        done = self.run_tocsin("demo", "--fast", "--rules", self.rules)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The public CEL conformance suite against tocsin's expressions.

    suite.py --evaluate BUILD/tests/conformance/cel/cel_evaluate --cases BUILD/specs/cel.jsonl

The cases are fetched by tests/specs.sh. Each either is met or stands in excluded.txt, under the
reason why it is none of ours. It fails if a case of ours is not met, if an excluded one would be,
and if excluded.txt names what is not there. Where the suite says at which line and column the reference finds fault, ours is compared:
95 of 100 must be the same. -v tells each case that is not met."""

import argparse
import collections
import json
import pathlib
import re
import sys

import evaluator

HERE = pathlib.Path(__file__).resolve().parent
SAME_POSITION = 0.95
SKIPPED = 77  # To ctest: it was not asked.


class NotOurs(Exception):
    """The case uses what cannot even be said to our evaluator."""


# --- The suite's types and values in ours ---

PRIMITIVES = {"BOOL": "bool", "INT64": "int", "DOUBLE": "double", "STRING": "string"}
MESSAGES = {
    "google.protobuf.Duration": "duration",
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Value": "dyn",
    "google.protobuf.Struct": "map(string, dyn)",
    "google.protobuf.ListValue": "list(dyn)",
}
WELL_KNOWN = {"DURATION": "duration", "TIMESTAMP": "timestamp"}
# As the checker prints them.
PRINTED = {"duration": "google.protobuf.Duration", "timestamp": "google.protobuf.Timestamp"}


def type_of(given):
    ((kind, what),) = given.items()
    if kind == "primitive" and what in PRIMITIVES:
        return PRIMITIVES[what]
    if kind == "dyn":
        return "dyn"
    if kind == "null":
        return "null"
    if kind == "wellKnown" and what in WELL_KNOWN:
        return WELL_KNOWN[what]
    if kind == "messageType" and what in MESSAGES:
        return MESSAGES[what]
    if kind == "listType":
        return f"list({type_of(what['elemType'])})"
    if kind == "mapType":
        return f"map({type_of(what['keyType'])}, {type_of(what['valueType'])})"
    if kind == "abstractType" and what["name"] == "optional_type":
        return f"optional_type({type_of(what['parameterTypes'][0])})"
    raise NotOurs(f"type {given}")


def plain_json(value):
    """A google.protobuf.Value: numbers are doubles."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return evaluator.double(float(value))
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    return {"map": [[key, plain_json(item)] for key, item in value.items()]}


def object_of(given):
    name = given["@type"].removeprefix("type.googleapis.com/")
    if name == "google.protobuf.Duration":
        return {"duration": given["value"]}
    if name == "google.protobuf.Timestamp":
        return {"timestamp": given["value"]}
    if name in ("google.protobuf.Value", "google.protobuf.Struct", "google.protobuf.ListValue"):
        return plain_json(given["value"])
    raise NotOurs(f"message {name}")


def value_of(given):
    ((kind, what),) = given.items()
    if kind in ("boolValue", "stringValue"):
        return what
    if kind == "nullValue":
        return None
    if kind == "int64Value":
        return {"int": what}
    if kind == "doubleValue":
        return evaluator.double(float(what))
    if kind == "listValue":
        return [value_of(item) for item in what.get("values", [])]
    if kind == "mapValue":
        return {
            "map": [
                [value_of(entry["key"]), value_of(entry["value"])]
                for entry in what.get("entries", [])
            ]
        }
    if kind == "typeValue":
        return {"type": what}
    if kind == "objectValue":
        return object_of(what)
    raise NotOurs(f"value {kind}")


def printed(type_name):
    """A type as we say it, as the checker prints it."""
    return re.sub(r"\b(duration|timestamp)\b", lambda m: PRINTED[m[1]], type_name)


# --- Cases ---


# The variables of the reference's own tests of its checker (checker_test.go, "default").
OF_CHECKING = {"is": "string", "ii": "int", "iz": "bool", "id": "double", "ix": "null"}


class Case:
    def __init__(self, identity, data):
        self.id = identity
        self.types = OF_CHECKING if data["section"] == "checking" else {}
        self.given = data["original"]
        self.error = data.get("error")  # What the reference says at load.
        self.type = data.get("type")  # The type the reference finds.
        self.is_of_suite = not data["section"].startswith(("parsing", "checking", "comprehension"))

    def request(self):
        types = dict(self.types)
        for declared in self.given.get("typeEnv", []):
            if "ident" not in declared:
                raise NotOurs("a function of its own")
            types[declared["name"]] = type_of(declared["ident"]["type"])
        values = {
            name: value_of(bound["value"]) for name, bound in self.given.get("bindings", {}).items()
        }
        for name in values:
            types.setdefault(name, "dyn")
        return {
            "expr": self.given["expr"],
            "types": types,
            "values": values,
            "unchecked": bool(self.given.get("disableCheck")),
        }

    def position(self):
        """Line and column where the reference finds the first fault, or None."""
        found = re.match(r"ERROR: [^:\n]*:(\d+):(\d+): ", self.error or "")
        return found and (int(found[1]), int(found[2]))

    def fault(self, answer):
        """Why the answer is not what the case wants; None: it is."""
        errors = evaluator.errors_of(answer)
        value = answer.get("value")
        if self.is_of_suite:
            return self.fault_of_value(errors, answer, value)
        if self.error is not None:
            return None if errors else f"accepted as {answer.get('type')}, wanted {self.error!r}"
        if errors:
            return f"refused: {errors[0]['text']}"
        if self.type is not None and answer["type"] != self.type:
            return f"type {answer['type']}, wanted {self.type}"
        return None

    def fault_of_value(self, errors, answer, value):
        if "evalError" in self.given:
            is_met = bool(errors) or evaluator.is_error(value)
            return None if is_met else f"is {value}, wanted an error"
        if errors:
            return f"refused: {errors[0]['text']}"
        wanted = self.given.get("value", {"boolValue": True})
        typed = self.given.get("typedResult")
        if typed is not None:
            deduced = printed(type_of(typed["deducedType"]))
            if answer["type"] != deduced:
                return f"type {answer['type']}, wanted {deduced}"
            wanted = typed.get("result")
        if self.given.get("checkOnly") or wanted is None:
            return None
        wanted = value_of(wanted)
        return None if evaluator.same(value, wanted) else f"is {value}, wanted {wanted}"


def read_cases(lines):
    counts = collections.Counter()
    cases = []
    for line in lines:
        data = json.loads(line)
        name = data["section"]
        if "name" in data["original"]:
            name += "/" + data["original"]["name"].replace(" ", "_")
            counts[name] += 1
            identity = name if counts[name] == 1 else f"{name}#{counts[name]}"
        else:
            counts[name] += 1
            identity = f"{name}/{counts[name]}"
        cases.append(Case(identity, data))
    return cases


def read_excluded(path):
    """{id: reason} of cases, and of positions; the reasons with their words."""
    cases, positions, words = {}, {}, {}
    into, reason = None, None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        heading = re.match(r"\[(case|position) ([a-z0-9-]+)\] (.+)", line)
        if heading:
            into = cases if heading[1] == "case" else positions
            reason = heading[2]
            words[heading[1], reason] = heading[3]
        elif into is None or line in into:
            sys.exit(f"{path}:{number}: {line}: no heading above, or there twice")
        else:
            into[line] = reason
    return cases, positions, words


def run(program, cases):
    """{id: answer}; a case that cannot be said is not in it. And why not."""
    requests, unsaid = {}, {}
    for case in cases:
        try:
            requests[case.id] = case.request()
        except NotOurs as reason:
            unsaid[case.id] = str(reason)
    answers = dict(zip(requests, evaluator.evaluate([program], requests.values())))
    # A case that is run unchecked may still say where the check finds fault.
    checked = {
        case.id: {**requests[case.id], "unchecked": False}
        for case in cases
        if case.id in requests and requests[case.id]["unchecked"] and case.position()
    }
    found = dict(zip(checked, evaluator.evaluate([program], checked.values())))
    return answers, {**answers, **found}, unsaid


def fault_of(case, answers, unsaid):
    if case.id in unsaid:
        return "not to be said: " + unsaid[case.id]
    try:
        return case.fault(answers[case.id])
    except NotOurs as reason:
        return "not to be said: " + str(reason)


def compare_values(cases, answers, unsaid, excluded, words, verbose):
    """How many failed; prints counts."""
    counts, reasons, failed = collections.Counter(), collections.Counter(), []
    for case in cases:
        fault = fault_of(case, answers, unsaid)
        wants_error = "evalError" in case.given or case.error is not None
        if case.id not in excluded:
            counts["met" if fault is None else "not met"] += 1
            if fault is not None:
                failed.append(f"{case.id}: {case.given['expr']!r}: {fault}")
        else:
            reasons[excluded[case.id]] += 1
            # Whoever refuses everything meets every case that wants a refusal: those prove nothing.
            if fault is None and not wants_error:
                failed.append(f"{case.id}: is excluded ({excluded[case.id]}) and would be met")
    print(
        f"cases: {len(cases)}, of the profile {counts['met'] + counts['not met']}, "
        f"met {counts['met']}, excluded {sum(reasons.values())}"
    )
    for reason, count in reasons.most_common():
        print(f"  excluded {count:4} {reason}: {words['case', reason]}")
    for line in failed if verbose else failed[:20]:
        print("  FAILED", line)
    return len(failed)


def compare_positions(cases, answers, excluded, not_ours, words, verbose):
    """How many of what applies are elsewhere, and how many there are; prints counts."""
    same, elsewhere, reasons, accepted, stale = 0, [], collections.Counter(), [], []
    for case in cases:
        wanted = case.position()
        if wanted is None or case.id in not_ours or case.id not in answers:
            continue
        errors = evaluator.errors_of(answers[case.id])
        if case.id in excluded:
            reasons[excluded[case.id]] += 1
            if errors and (errors[0]["line"], errors[0]["column"]) == wanted:
                stale.append(case)
            continue
        if not errors:
            accepted.append(case)
            continue
        found = (errors[0]["line"], errors[0]["column"])
        if found == wanted:
            same += 1
        else:
            elsewhere.append((case, found, wanted, errors[0]["text"]))
    for case, found, wanted, text in elsewhere if verbose else []:
        print(
            f"  ELSEWHERE {case.id}: {case.given['expr']!r}: at {found}, wanted {wanted}: "
            f"{text!r}, {case.error.splitlines()[0]!r}"
        )
    for case in accepted:
        print(f"  ACCEPTED {case.id}: {case.given['expr']!r}: wanted {case.error.splitlines()[0]}")
    for case in stale:
        print(f"  FAILED {case.id}: its position is excluded, and is the same")
    applying = same + len(elsewhere)
    share = same / applying if applying else 0.0
    print(f"positions: {applying} apply, the same {same} ({share:.1%}), elsewhere {len(elsewhere)}")
    for reason, count in reasons.most_common():
        print(f"  excluded {count:4} {reason}: {words['position', reason]}")
    return len(accepted) + len(stale) + (share < SAME_POSITION)


def count_blind(cases, answers, excluded):
    """How many cases of ours would be met whatever is answered: none may. Each is given a doctored
    answer, an error for a value and a value for an error."""
    blind = 0
    for case in cases:
        if case.id in excluded:
            continue
        answer = answers[case.id]
        is_value = "value" in answer and not evaluator.is_error(answer["value"])
        doctored = {
            "findings": [],
            "type": "doctored",
            "value": {"error": "doctored"} if is_value else "doctored",
        }
        if case.fault(doctored) is None:
            blind += 1
            print(f"  FAILED {case.id}: met by a doctored answer")
    return blind


def compare_types(cases, answers, not_ours):
    """Where a case of the suite has a value and a type, is the type ours too? Told, not asked."""
    same, other = 0, collections.Counter()
    for case in cases:
        if case.id in not_ours or case.type is None or not answers.get(case.id, {}).get("type"):
            continue
        if answers[case.id]["type"] == case.type:
            same += 1
        elif not case.given.get("disableCheck"):
            other[f"{answers[case.id]['type']} for {case.type}"] += 1
    print(f"static types: {same} the same, {sum(other.values())} other")
    return other


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluate", required=True, help="the program cel_evaluate")
    parser.add_argument("--cases", type=pathlib.Path, required=True, help="made by tests/specs.sh")
    parser.add_argument("--excluded", type=pathlib.Path, default=HERE / "excluded.txt")
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()

    if not args.cases.exists():
        print(f"no {args.cases}: run tests/specs.sh BUILD")
        sys.exit(SKIPPED)
    cases = read_cases(args.cases.read_text(encoding="utf-8").splitlines())
    excluded, positions, words = read_excluded(args.excluded)
    answers, checked, unsaid = run(args.evaluate, cases)

    known = {case.id for case in cases}
    unknown = [name for name in (*excluded, *positions) if name not in known]
    for name in unknown:
        print(f"  FAILED {name}: excluded, but no such case")
    failed = len(unknown) + compare_values(cases, answers, unsaid, excluded, words, args.verbose)
    failed += compare_positions(cases, checked, positions, excluded, words, args.verbose)
    failed += count_blind(cases, answers, excluded)
    other = compare_types(cases, answers, excluded)
    if args.verbose:
        for line, count in other.most_common():
            print(f"  {count:4} {line}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Another implementation, cel-cpp by way of the package cel-expr-python, behind the interface of
evaluate.c: requests on stdin, answers on stdout, one JSON object a line.

    {"refused": TEXT, "line": 1, "column": 5}   or   {"type": "bool", "value": VALUE}

Instants and spans come cut to microseconds, which is what Python's have."""

import datetime
import json
import os
import re
import sys

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_optional, ext_strings

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NAMES = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "dyn": cel.Type.DYN,
    "null": cel.Type.NULL,
}
SAID = {
    "INT": "int",
    "BOOL": "bool",
    "DOUBLE": "double",
    "STRING": "string",
    "LIST": "list",
    "MAP": "map",
    "NULL": "null_type",
    "TYPE": "type",
    "DYN": "dyn",
    "TIMESTAMP": "google.protobuf.Timestamp",
    "DURATION": "google.protobuf.Duration",
}


def type_of(text):
    inner = re.fullmatch(r"list\((.*)\)", text)
    if inner:
        return cel.Type.List(type_of(inner[1]))
    inner = re.fullmatch(r"map\((\w+), (.*)\)", text)
    if inner:
        return cel.Type.Map(type_of(inner[1]), type_of(inner[2]))
    return NAMES[text]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def native(value):
    if isinstance(value, list):
        return [native(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, inner),) = value.items()
    if tag == "map":
        return {native(key): native(item) for key, item in inner}
    if tag == "duration":
        return datetime.timedelta(microseconds=round(float(inner[:-1]) * 1e6))
    return {"int": int, "double": float, "timestamp": instant}[tag](inner)


def fraction(micros):
    return f".{micros:06d}".rstrip("0").rstrip(".")


def said(value):
    """A plain Python value as evaluate.c writes it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {
            "double": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(
                str(value), "%.17g" % value
            )
        }
    if isinstance(value, datetime.datetime):
        return {
            "timestamp": value.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
            + fraction(value.microsecond)
            + "Z"
        }
    if isinstance(value, datetime.timedelta):
        micros = value // datetime.timedelta(microseconds=1)
        whole, rest = divmod(abs(micros), 1000000)
        return {"duration": f"{'-' if micros < 0 else ''}{whole}{fraction(rest)}s"}
    if isinstance(value, list):
        return [said(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[said(key), said(item)] for key, item in value.items()]}
    if isinstance(value, cel.Type):
        name = re.sub(r"<.*", "", value.name() if callable(value.name) else str(value))
        return {"type": SAID.get(name, name)}
    raise TypeError(f"{value!r}")


class Reference:
    def __init__(self):
        self.environments = {}

    def environment(self, types):
        key = json.dumps(types)
        if key not in self.environments:
            self.environments[key] = cel.NewEnv(
                variables={name: type_of(text) for name, text in types.items()},
                extensions=[
                    ext_strings.ExtStrings(),
                    ext_math.ExtMath(),
                    ext_optional.ExtOptional(),
                ],
            )
        return self.environments[key]

    def answer(self, request):
        environment = self.environment(request["types"])
        try:
            program = environment.compile(request["expr"])
        except RuntimeError as refusal:
            at = re.search(r"ERROR: [^:\n]*:(\d+):(\d+): (.*)", str(refusal))
            return {
                "refused": at[3] if at else str(refusal),
                "line": int(at[1]) if at else 0,
                "column": int(at[2]) if at else 0,
            }
        data = {name: native(value) for name, value in request["values"].items()}
        try:
            value = program.eval(data=data)
            if str(value.type()) == "ERROR":
                text = str(value.plain_value())
                if "infinite-" in text:  # It takes the ends of time for the end of all.
                    return {"unsaid": text}
                return {"value": {"error": text}}
            return {"value": said(value.plain_value())}
        except (RuntimeError, OverflowError) as failure:
            return {"value": {"error": str(failure)}}
        except TypeError as failure:  # Optionals have no Python value.
            return {"unsaid": str(failure).splitlines()[0]}


def main():
    reference = Reference()
    # The package gives back a reference to None more than it took; from Python 3.12 on that is
    # harmless, before it ends the process, at the latest when it tidies up. These are to be given.
    kept = [None] * 2_000_000
    for line in sys.stdin:
        print(json.dumps(reference.answer(json.loads(line))), flush=True)
    os._exit(0 if kept else 1)


if __name__ == "__main__":
    main()

"""The program cel_evaluate (evaluate.c) as a function, and its values as Python sees them."""

import json
import math
import subprocess
import threading


def evaluate(command, requests):
    """What the program of @command answers to each of @requests, in their order."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def feed():
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
        process.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    for line in process.stdout:
        yield json.loads(line)
    feeder.join()
    if process.wait() != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")


def double(number):
    """A double as evaluate.c writes it."""
    if math.isnan(number):
        return {"double": "NaN"}
    if math.isinf(number):
        return {"double": "Infinity" if number > 0 else "-Infinity"}
    return {"double": "%.17g" % number}


def is_error(value):
    return isinstance(value, dict) and "error" in value


def _numbers_equal(a, b):
    a, b = float(a), float(b)
    return (math.isnan(a) and math.isnan(b)) or a == b


def same(a, b):
    """Are two values the same, kind for kind? Maps in any order; NaN is NaN, -0.0 is 0.0."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        (tag,) = a
        if tag == "double":
            return _numbers_equal(a[tag], b[tag])
        if tag == "map":
            left = list(b[tag])
            for key, value in a[tag]:
                found = [pair for pair in left if same(pair[0], key)]
                if not found or not same(found[0][1], value):
                    return False
                left.remove(found[0])
            return not left
        return same(a[tag], b[tag])
    return type(a) is type(b) and a == b


def errors_of(answer):
    """The findings of an answer that are errors, not notes."""
    return [one for one in answer["findings"] if not one["is_note"]]

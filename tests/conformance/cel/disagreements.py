"""Where another implementation says something else than ours, and why that is as it should be.

Each class has a name, a reason and a predicate of the request, our answer and theirs. A disagreement
that no predicate holds for is a fault. Most are of cel-go and cel-cpp, some of one alone."""

import datetime
import fractions
import json
import re

import evaluator

OVERLOAD, INDEX, REPEATED, CONVERT, ARGUMENT, BUDGET = 1, 5, 6, 7, 8, 9  # enum toc_cel_error


def refusal(answer):
    """Why it was refused at load, or ''."""
    if "refused" in answer:
        return answer["refused"]
    return "refused" if "findings" in answer and "value" not in answer else ""


def failure(answer):
    """Why it failed at load or while running, or ''."""
    if refusal(answer):
        return refusal(answer)
    return answer["value"]["error"] if evaluator.is_error(answer["value"]) else ""


def code(ours):
    value = ours.get("value")
    return value["code"] if evaluator.is_error(value) else None


def uses(request, pattern):
    return re.search(pattern, request["expr"])


def fails_with(request, ours, wanted):
    """Does ours fail so? Beside || or && another failure may be told in its place."""
    absorbs = uses(request, r"\|\||&&|\.(all|exists)\(")
    return code(ours) == wanted or (code(ours) is not None and absorbs)


# Where what it is shows only while running.
OPEN = r"dyn\(|\b[ovw]\b|null|\[\]|\{\}|\[1, |\[[^\[\]]+, [^\[\]]+\]\)?\[|math\.(greatest|least)"


def is_mixed_at_load(request, ours, theirs):
    noted = any(one["is_note"] for one in ours["findings"])
    return noted and "no matching overload" in refusal(theirs)


def is_mixed_elsewhere(request, ours, theirs):
    """Their refusal names an int and a double, ours none; or follows from an earlier mixture."""
    applied = re.search(r"no matching overload for '[^']*' applied to '([^']*)'", refusal(theirs))
    return applied and "int" in applied[1] and "double" in applied[1]


def is_mixed_while_running(request, ours, theirs):
    return (
        not refusal(theirs)
        and not refusal(ours)
        and uses(request, r" [-+*/] ")
        and uses(request, OPEN)
        and "no such overload" in overload_words(failure(theirs))
    )


def overload_words(text):
    """Both say it: cel-go "no such overload", cel-cpp "No matching overloads found"."""
    return text.replace("No matching overloads found", "no such overload")


def is_mixed_and_absorbed(request, ours, theirs):
    """The mixture failed with theirs, and something else that failed as well was told."""
    return (
        not refusal(theirs)
        and not refusal(ours)
        and failure(theirs)
        and not failure(ours)
        and uses(request, r"\|\||&&|\.(all|exists)\(")
        and uses(request, r"(dyn\(.*\)|\b[ovw]\b.*) [-+*/] ")
    )


def is_left_open(request, ours, theirs):
    return (
        re.search(
            "no matching overload|expected type '\\w+' but found|cannot be range", refusal(theirs)
        )
        and not refusal(ours)
        and (
            uses(request, r"\[\]|\{\}")
            or (uses(request, r"[-+*/]") and re.search(r"\b(int|double|bytes)\b", refusal(theirs)))
        )
    )


def is_overload_of_open(request, ours, theirs):
    return refusal(ours) and not refusal(theirs) and uses(request, r"\[\]|\{\}|math\.|\b[ovw]\b")


def is_internal(request, ours, theirs):
    return re.search(r"internal error|^invalid qualifier", failure(theirs))


def is_index_of_no_map(request, ours, theirs):
    return (
        uses(request, r"\[\?|\.\?") and fails_with(request, ours, OVERLOAD) and not failure(theirs)
    )


def is_spelling_of_double(request, ours, theirs):
    return (
        "double(" in request["expr"] and fails_with(request, ours, CONVERT) and not failure(theirs)
    )


def is_has_of_no_map(request, ours, theirs):
    return "has(" in request["expr"] and code(ours) is not None and not failure(theirs)


def is_loop_over_empty_text(request, ours, theirs):
    return (
        uses(request, r"\.(all|exists|exists_one|map|filter)\(")
        and code(ours) is not None
        and not failure(theirs)
        and '""' in json.dumps(request["values"])
    )


def is_equality_of_types(request, ours, theirs):
    return re.search(r"no matching overload for '.*' applied to '.*\btype\(", refusal(theirs))


def is_format_at_load(request, ours, theirs):
    return (
        not refusal(ours)
        and ".format([" in request["expr"]
        and re.search(
            r"formatting|too many arguments|unexpected end|index \d+ out of range", refusal(theirs)
        )
    )


def is_position_beyond(request, ours, theirs):
    return (
        uses(request, r"ndexOf\(.*, ") and fails_with(request, ours, INDEX) and not failure(theirs)
    )


def is_position_at_end(request, ours, theirs):
    return uses(request, r"lastIndexOf\(.*, ") and not refusal(ours) and not refusal(theirs)


def is_order_of_nan(request, ours, theirs):
    return (
        fails_with(request, ours, OVERLOAD)
        and not failure(theirs)
        and uses(request, r" [<>]=? ")
        and ("NaN" in json.dumps(request["values"]) or uses(request, r"/|sqrt"))
    )


def is_undefined_type(request, ours, theirs):
    return refusal(theirs).startswith("reference to undefined type")


TIME = re.compile(r"-?\d+(?:\.\d+)?s\b|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def seconds(text):
    """Of a span or an instant as they are written."""
    if text.endswith("s"):
        return fractions.Fraction(text[:-1])
    whole, _, fraction = text[:-1].partition(".")
    at = datetime.datetime.fromisoformat(whole) - datetime.datetime(1970, 1, 1)
    return fractions.Fraction(at // datetime.timedelta(seconds=1)) + fractions.Fraction(
        "0." + (fraction or "0")
    )


def are_times_near(a, b):
    """The same but for a few microseconds of spans and instants, also where they were made texts."""
    a, b = json.dumps(a), json.dumps(b)
    pairs = zip(TIME.findall(a), TIME.findall(b))
    return TIME.sub("", a) == TIME.sub("", b) and all(
        abs(seconds(one) - seconds(other)) < fractions.Fraction(5, 1000000) for one, other in pairs
    )


def digits_hidden(value):
    return re.sub(r"[0-9]", "0", json.dumps(value))


def is_long_span_as_text(request, ours, theirs):
    if "string(" not in request["expr"] or failure(ours) or failure(theirs):
        return False
    is_cut = uses(request, r"2562047h|876000h|\b(span|rest)\b") and (
        digits_hidden(ours["value"]) == digits_hidden(theirs["value"])
    )
    return are_times_near(ours["value"], theirs["value"]) or is_cut


def sorted_within(value):
    """The value with every list in one order."""
    if isinstance(value, list):
        return sorted(map(sorted_within, value), key=json.dumps)
    if isinstance(value, dict):
        return {key: sorted_within(inner) for key, inner in value.items()}
    return value


def open_values(request):
    """What of the variables may be of any type: path and value."""
    values = request["values"]
    yield from ((name, values[name]) for name in "vw")
    yield from ((f"o.{key}", value) for key, value in values["o"]["map"])


def is_map_order(request, ours, theirs):
    if failure(ours) or failure(theirs) or not uses(request, r"\.(map|filter)\("):
        return False
    if evaluator.same(sorted_within(ours["value"]), sorted_within(theirs["value"])):
        return True
    # A single item of it, say: where it goes through a variable that is a map of more than one.
    return any(
        uses(request, rf"\b{re.escape(path)}\.(map|filter)\(")
        and isinstance(value, dict)
        and len(value.get("map", [])) > 1
        for path, value in open_values(request)
    )


def is_minus_of_duration(request, ours, theirs):
    return (
        uses(request, r"-\(")
        and uses(request, r"span|rest|duration|due|at\b")
        and (fails_with(request, ours, OVERLOAD) or refusal(ours))
        and not failure(theirs)
    )


def is_null_operand(request, ours, theirs):
    return (
        "null" in request["expr"]
        and (refusal(ours) or fails_with(request, ours, OVERLOAD))
        and not refusal(theirs)
    )


def is_int_of_duration(request, ours, theirs):
    return any(
        '"int" does not take (google.protobuf.Duration)' in one["text"] for one in ours["findings"]
    )


def is_substring_to_end(request, ours, theirs):
    return "<string>.substring(<start>, <end>)" in failure(theirs) and not refusal(ours)


def is_outermost_with_nan(request, ours, theirs):
    return (
        uses(request, r"math\.(greatest|least)\(")
        and fails_with(request, ours, ARGUMENT)
        and not failure(theirs)
    )


def is_number_as_text(request, ours, theirs):
    return (
        uses(request, r"string\(|\.format\(")
        and not refusal(ours)
        and not refusal(theirs)
        and (uses(request, DOUBLES) or uses(request, r"duration|span|rest|due|at\b"))
    )


DOUBLES = r"\b[de]\b|ld|\.\d|1e|double|sqrt|math|%[def.]|dyn|\b[ovw]\b"


def is_split_of_nothing(request, ours, theirs):
    return (
        ".split(" in request["expr"]
        and not failure(theirs)
        and (
            '""' in json.dumps(request["values"])
            or uses(request, r"''|\"\"|substring|join|trim|charAt|replace")
        )
    )


def is_null_joined(request, ours, theirs):
    return "null_type" in refusal(theirs) and not refusal(ours)


def is_duration_of_int(request, ours, theirs):
    return any('"duration" does not take (int)' in one["text"] for one in ours["findings"])


def is_bool_of_letter(request, ours, theirs):
    return "from 'string' to 'bool'" in failure(theirs) and "bool(" in request["expr"]


def is_repeated_key(request, ours, theirs):
    return fails_with(request, ours, REPEATED) and not failure(theirs)


def is_milliseconds_of_duration(request, ours, theirs):
    return ".getMilliseconds()" in request["expr"] and not failure(ours) and not failure(theirs)


def is_time_in_lower_case(request, ours, theirs):
    return (
        uses(request, r"timestamp\(.*lowerAscii")
        and "from 'string' to 'google.protobuf.Timestamp'" in failure(theirs)
        and not failure(ours)
    )


def is_over_budget(request, ours, theirs):
    return fails_with(request, ours, BUDGET) and not failure(theirs)


BOTH, GO, CPP = "both", "cel-go", "cel-cpp"
CLASSES = [
    (
        "mixed-at-load",
        BOTH,
        is_mixed_at_load,
        "an int and a double in one operation: ours makes the int a double, and notes it",
    ),
    (
        "mixed-elsewhere",
        BOTH,
        is_mixed_elsewhere,
        "an int compared with a double or sought among doubles: CEL allows it while running, ours at load too",
    ),
    (
        "mixed-while-running",
        BOTH,
        is_mixed_while_running,
        "an int and a double in one operation, which shows only while running",
    ),
    ("mixed-and-absorbed", BOTH, is_mixed_and_absorbed, "the same beside || or &&"),
    (
        "left-open",
        BOTH,
        is_left_open,
        "an operation with a value of open type: theirs concludes one type, ours leaves it open",
    ),
    (
        "overload-of-open",
        BOTH,
        is_overload_of_open,
        "an item of [] or a result that may be an int or a uint: theirs leaves it open where ours knows",
    ),
    (
        "spelling-of-double",
        BOTH,
        is_spelling_of_double,
        "double('2.'): ours reads what a literal may be, and Infinity and NaN",
    ),
    ("internal", GO, is_internal, "theirs fails within, or while planning"),
    (
        "index-of-no-map",
        GO,
        is_index_of_no_map,
        "v[?k] and v.?k of what is no list or map: an error, as with cel-cpp; theirs finds nothing",
    ),
    (
        "null-operand",
        BOTH,
        is_null_operand,
        "null beside a timestamp or duration: refused by ours, fails with theirs",
    ),
    (
        "equality-of-types",
        BOTH,
        is_equality_of_types,
        "type(a) == type(b) is always well typed (specification, Type-Checking Type Values); not with theirs",
    ),
    (
        "has-of-no-map",
        GO,
        is_has_of_no_map,
        "has() of a field of what has none is an error (specification, Field Selection); theirs says false",
    ),
    (
        "loop-over-empty-text",
        GO,
        is_loop_over_empty_text,
        "a text has no items, not even an empty one; theirs goes through that",
    ),
    (
        "long-span-as-text",
        GO,
        is_long_span_as_text,
        "theirs writes a span by way of a double: of centuries the microseconds are wrong",
    ),
    (
        "map-order",
        BOTH,
        is_map_order,
        "entries of a map come in the order given with ours, in none with theirs",
    ),
    (
        "repeated-key",
        GO,
        is_repeated_key,
        "a key twice in a literal is an error (specification, Map Creation); theirs takes the last",
    ),
    ("minus-of-duration", GO, is_minus_of_duration, "-d of a duration is not in the specification"),
    (
        "int-of-duration",
        BOTH,
        is_int_of_duration,
        "int() of a duration is not in the specification",
    ),
    (
        "format-at-load",
        GO,
        is_format_at_load,
        "theirs reads a literal format at load, ours when it is run",
    ),
    (
        "position-beyond",
        GO,
        is_position_beyond,
        "indexOf from behind the end is an error (conformance, string_ext/value_errors); not always with theirs",
    ),
    (
        "position-at-end",
        GO,
        is_position_at_end,
        "lastIndexOf up to the length of the text finds what ends there; theirs says -1",
    ),
    (
        "order-of-nan",
        GO,
        is_order_of_nan,
        "NaN < 'a' has no overload; theirs says false before it looks at the other",
    ),
    (
        "milliseconds-of-duration",
        GO,
        is_milliseconds_of_duration,
        "those beyond its whole seconds (conformance, timestamps/get_milliseconds); all of them with theirs",
    ),
    (
        "time-in-lower-case",
        GO,
        is_time_in_lower_case,
        "2026-11-21t10:00:00z is an instant (RFC 3339, 5.6); not with theirs",
    ),
    ("over-budget", BOTH, is_over_budget, "ours has fuel and room for so much, and says so"),
    ("undefined-type", GO, is_undefined_type, "a list of types, filtered: theirs cannot plan it"),
    (
        "substring-to-end",
        CPP,
        is_substring_to_end,
        "'ab'.substring(0, 2) is 'ab' (conformance, string_ext/substring); of some texts an error with theirs",
    ),
    (
        "outermost-with-nan",
        CPP,
        is_outermost_with_nan,
        "NaN is neither greatest nor least: an error, as with cel-go; theirs takes the one or the other",
    ),
    (
        "split-of-nothing",
        CPP,
        is_split_of_nothing,
        "''.split('') has no pieces, as with cel-go; theirs has one",
    ),
    (
        "null-joined",
        CPP,
        is_null_joined,
        "a list or map of null and others is of any type, as with cel-go; theirs takes it for null",
    ),
    (
        "duration-of-int",
        CPP,
        is_duration_of_int,
        "duration() of an int is not in the specification",
    ),
    ("bool-of-letter", CPP, is_bool_of_letter, "bool('T') is true, as with cel-go"),
    (
        "number-as-text",
        CPP,
        is_number_as_text,
        "how doubles and durations are written: as cel-go does; 'inf', '1.500s', '1e+300' with theirs",
    ),
]


def explain(whose, request, ours, theirs):
    """The class of a disagreement with @whose answer (GO or CPP), or None."""
    for name, of, predicate, _ in CLASSES:
        if of in (BOTH, whose) and predicate(request, ours, theirs):
            return name
    return None

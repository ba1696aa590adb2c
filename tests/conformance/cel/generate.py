"""Random expressions over JSON-like values, typed and now and then not.

Every expression is made for a type from GRAMMAR; ILL of a thousand parts are made for another type,
so that what a checker refuses is asked too. Values lie on edges: ends of ranges, empty texts and
lists, code points of four bytes, keys that are not there, a variable that has no value."""

import random
import re

import evaluator

ILL = 6  # Of a thousand parts.
DEPTH = 4
ITEMS = {"list(int)": "int", "list(string)": "string", "list(double)": "double"}
ENTRIES = {"map(string, int)": "int", "map(string, dyn)": "dyn"}
SCALARS = ("bool", "int", "double", "string", "timestamp", "duration")
KINDS = SCALARS + tuple(ITEMS) + tuple(ENTRIES) + ("dyn", "null", "type")

TYPES = {
    "b": "bool", "c": "bool", "i": "int", "j": "int", "d": "double", "e": "double",
    "s": "string", "u": "string", "at": "timestamp", "due": "timestamp",
    "span": "duration", "rest": "duration",
    "li": "list(int)", "ls": "list(string)", "ld": "list(double)",
    "m": "map(string, int)", "o": "map(string, dyn)", "v": "dyn", "w": "dyn",
    "gone": "string", "none": "dyn", "x.y": "int", "x.z": "string",
}  # fmt: skip
NO_VALUE = ("gone", "none", "x.z")

KEYS = ("a", "b", "key", "n", "list", "map", "gone")
TEXTS = (
    "", "a", "b", "ab", "abc", "rocket", "Rocket", "ROCKET", " rocket ", "a,b,,c", "1", "-17", "2.5",
    "true", "false", "\u00e9", "na\u00efve", "\U0001F600", "a\U0001F600b", "caf\u00e9", "\t",
    "\u00a0x\u2003", "%", "key", '"', "\\", "\u0639\u0646\u0641",
)  # fmt: skip
LITERALS = {
    "bool": ("true", "false"),
    "int": (
        "0", "1", "-1", "2", "3", "5", "7", "10", "60", "63", "64", "100", "255", "-7", "0x1F",
        "2147483648", "-2147483648", "9007199254740992", "9007199254740993", "4611686018427387904",
        "9223372036854775807", "-9223372036854775808",
    ),
    "double": (
        "0.0", "-0.0", "0.5", "-0.5", "1.0", "1.5", "2.5", "-2.5", "3.0", "0.1", "100.0", "1e6",
        "123456.75", "1e-5", "1e15", "9007199254740993.0", "9223372036854775807.0", "1e300",
        "-1e300", "5e-324", "-0.25", "12.5",
    ),
    "timestamp": (
        "1970-01-01T00:00:00Z", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00.5Z",
        "2024-02-29T23:59:59.999999Z", "1969-12-31T23:59:59.25Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z", "2000-12-31T12:34:56.000001Z",
    ),
    "duration": (
        "0s", "1s", "-1s", "1.5s", "-1.5s", "90m", "24h", "1h30m", "250ms", "-2h", "1us",
        "2562047h", "-2562047h", "876000h",
    ),
    "null": ("null",),
    "type": ("int", "double", "string", "bool", "list", "map", "null_type", "type"),
    "dyn": ("o.a", "o.key", "o.list", "dyn(i)", "dyn(s)", "dyn(d)", "null"),
}  # fmt: skip
SPANS = ("0s", "1s", "-1.5s", "3600s", "0.000001s", "9223286400s")  # As values, not as literals.

# What makes a kind. <kind> is a part of that kind, in brackets if it needs them; <kind,> one that
# stands alone; <one|other> either of these, kinds or words; <T=one|other> the same, and <T> the one
# chosen there again. <loop KIND> is a loop whose body is a KIND.
WORDS = {
    "key": "|".join(KEYS),
    "small": "0|0|0|1|1|2|3|-1|size(s)|i|64|size(u) - 1",
    "scalar": "|".join(SCALARS),
    "any": "|".join(KINDS),
    "order": "<|<=|>|>=".replace("<", "\\lt").replace(">", "\\gt"),
    "selector": "getFullYear|getMonth|getDate|getDayOfMonth|getDayOfWeek|getDayOfYear|getHours|"
    "getMinutes|getSeconds|getMilliseconds",
    "zone": "UTC|+02:00|-03:30|+00:00|05:45|+14:00",
    "pattern": "^a|b$|a.c|[a-z]+|^$|(?i)ROCKET|\\\\d+|.|\\\\s",
    "bits": "bitAnd|bitOr|bitXor",
    "outermost": "greatest|least",
}
GRAMMAR = {
    "bool": r"""
        !<bool>
        <bool> && <bool>
        <bool> || <bool>
        (<bool> || <bool>) && <bool>
        <T=bool|int|double|string|timestamp|duration> <order> <T>
        <T=bool|int|double|string|timestamp|duration> <order> <T>
        <dyn> <order> <scalar>
        <T=bool|int|double|string|list(int)|list(string)|map(string, int)|dyn|type> <==|!=> <T>
        <dyn> == <any>
        <int> in <list(int)>
        <string> in <list(string)|map(string, int)>
        <dyn> in <list(double)>
        <string>.<contains|startsWith|endsWith>(<string,>)
        <string>.matches('<pattern>')
        <loop bool>
        <loop bool>
        has(<o|m|o.map|v>.<key>)
        bool(<string,>)
        type(<any,>) == <type>
        type(<scalar,>) == google.protobuf.Duration
        <map(string, int)>[?<string,>].hasValue()
        math.<isNaN|isInf|isFinite>(<double,>)
    """,
    "int": r"""
        <int> <+|-|*|/|%> <int>
        <int> <+|-|*|/|%> <int>
        -<int>
        size(<string,|list(int),|list(string),|map(string, int),>)
        <string|list(int)|list(string)>.size()
        int(<int,|double,|string,|timestamp,>)
        <string>.<indexOf|lastIndexOf>(<string,>)
        <string>.<indexOf|lastIndexOf>(<string,>, <small>)
        <timestamp>.<selector>()
        <timestamp>.<selector>('<zone>')
        <duration>.<getHours|getMinutes|getSeconds>()
        <list(int)>[<small>]
        m.<key>
        <map(string, int)>[<string,>]
        size(<map(string, int)>.<map|filter>(k, k \lt <string>))
        math.<abs|sign|bitNot>(<int,>)
        math.<outermost>(<int,>, <int,>)
        math.<outermost>(<li|[1, i]|[i, j, 3]>)
        math.<bits>(<int,>, <int,>)
        math.<bitShiftLeft|bitShiftRight>(<int,>, <small>)
        <m|o>.?<key>.orValue(<int,>)
    """,
    "double": r"""
        <double> <+|-|*|/> <double>
        <double> <+|-|*|/> <double>
        <double> <+|-|*|/> <double>
        -<double>
        double(<int,|double,|string,>)
        double(<int,>)
        <list(double)>[<small>]
        math.<ceil|floor|round|trunc|abs|sign|sqrt>(<double,>)
        math.<ceil|floor|round|trunc|abs|sign|sqrt>(<double,>)
        math.sqrt(<int,>)
        math.<outermost>(<double,>, <double,>)
        <rarely>
    """,
    "rarely": r"""
        <int> <+|-|*|/> <double>
        <dyn> <+|-|*|/> <double>
        <double> <+|-|*|/> <double>
        <double> <+|-|*|/> <double>
    """,
    "string": r"""
        <string> + <string>
        string(<bool,|int,|double,|string,|timestamp,|duration,>)
        <string>.charAt(<small>)
        <string>.substring(<small>)
        <string>.substring(<0|1|size(s)>, <small>)
        <string>.replace(<string,>, <string,>)
        <string>.replace(<string,>, <string,>, <small>)
        <string>.<lowerAscii|upperAscii|trim|reverse>()
        <list(string)>.join(<''|'-'>)
        <list(string)>.join()
        <list(string)>[<small>]
        strings.quote(<string,>)
        <format>
    """,
    "timestamp": r"""
        <timestamp> <+|-> <duration>
        <duration> + <timestamp>
        timestamp(<int,|string,|timestamp,>)
        timestamp(string(<timestamp,>))
    """,
    "duration": r"""
        <timestamp> - <timestamp>
        <duration> <+|-> <duration>
        duration(<string,|duration,>)
        duration(string(<duration,>))
    """,
    "list": r"""
        <LIST> + <LIST>
        [<ITEM,>, <ITEM,>]
        [<ITEM,>]
        []
        <loop ITEM>
        <LIST>.filter(k, <with ITEM>)
        <split>
        [?optional.none(), <ITEM,>, ?optional.of(<ITEM,>)]
    """,
    "map": r"""
        {'a': <ITEM,>, '<b|key|gone>': <ITEM,>}
        {'<key>': <ITEM,>}
        {}
    """,
    "dyn": r"""
        dyn(<scalar,>)
        <o|o.map|v>.<key>
        w[<small>]
        o[<string,>]
        <map(string, dyn)>.<key>
        [1, 'a', null, 2.5, true][<small>]
        {'a': 1, 'b': 'x', 'n': null}.<key>
        (<bool> ? dyn(<int,>) : dyn(<string,>))
    """,
    "type": "type(<scalar,|list(int),|dyn,|type,>)",
    "null": "null",
    # For every kind.
    "": r"""
        (<bool> ? <KIND> : <KIND>)
        (<KIND,>)
        [<KIND,>, <KIND,>][<int,>]
        {'a': <KIND,>, 'b': <KIND,>}[<string,>]
        optional.of(<KIND,>).value()
        [<KIND,>][?<int,>].orValue(<KIND,>)
        {'a': <KIND,>}.?<key>.orValue(<KIND,>)
        optional.none().orValue(<KIND,>)
        dyn(<KIND,>)
    """,
}
VERBS = {
    "%s": "any", "%d": "int", "%f": "double", "%.2f": "double", "%e": "double", "%b": "int",
    "%o": "int", "%x": "string", "%X": "int", "%.0f": "double", "%.3e": "int",
}  # fmt: skip
VERBED = ("loop ", "with ")
PART = re.compile(r"<([^<>]+)>")


def rows(text):
    return [line.strip() for line in text.strip().splitlines()]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {kind: rows(text) for kind, text in GRAMMAR.items()}
        self.bound = []  # (name, kind) of the loops around.

    def pick(self, choices):
        return self.random.choice(choices)

    def is_one_of(self, count):
        return self.random.randrange(count) == 0

    # --- Values of variables ---

    def value(self, kind, depth=2):
        if kind == "bool":
            return self.pick((True, False))
        if kind == "int":
            return {"int": str(int(self.pick(LITERALS["int"]), 0))}
        if kind == "double":
            return evaluator.double(float(self.pick(LITERALS["double"] + ("NaN", "inf", "-inf"))))
        if kind == "string":
            return self.pick(TEXTS)
        if kind in ("timestamp", "duration"):
            return {kind: self.pick(LITERALS[kind] if kind == "timestamp" else SPANS)}
        if kind in ITEMS:
            return [self.value(ITEMS[kind]) for _ in range(self.random.randrange(4))]
        if kind in ENTRIES:
            keys = [key for key in KEYS[:6] if not self.is_one_of(3)]
            return {"map": [[key, self.value(ENTRIES[kind], depth - 1)] for key in keys]}
        kind = self.pick(("bool", "int", "double", "string", None) + ("list", "map") * (depth > 0))
        if kind is None:
            return None
        if kind == "list":
            return [self.value("dyn", depth - 1) for _ in range(self.random.randrange(4))]
        return self.value("map(string, dyn)" if kind == "map" else kind, depth - 1)

    def values(self):
        return {name: self.value(kind) for name, kind in TYPES.items() if name not in NO_VALUE}

    # --- Expressions ---

    def expression(self):
        self.bound = []
        kind = self.pick(("bool",) * 6 + SCALARS + tuple(ITEMS) + ("dyn", "map(string, int)"))
        return self.make(kind, DEPTH)

    def make(self, kind, depth):
        if self.random.randrange(1000) < ILL:
            kind = self.pick(KINDS)
        if depth <= 0 or (depth < DEPTH and self.is_one_of(7)):
            return self.leaf(kind)
        general = kind.split("(")[0]
        row = self.pick(self.rows["" if self.is_one_of(16) else general])
        return self.fill(row, kind, depth - 1)

    def fill(self, row, kind, depth):
        """The row with its parts made."""
        chosen = {"KIND": kind, "LIST": kind, "ITEM": {**ITEMS, **ENTRIES}.get(kind, "")}

        def made(match):
            choices = match[1].removeprefix("T=")
            what = self.pick(choices.split("|"))
            if choices != match[1]:
                chosen["T"] = what
            is_alone = what.endswith(",")
            *verb, what = what.rstrip(",").split(" ", 1) if what[:5] in VERBED else [what.rstrip(",")]
            return self.part(" ".join([*verb, chosen.get(what, what)]), depth, is_alone)

        return PART.sub(made, row).replace("\\lt", "<").replace("\\gt", ">")

    def part(self, what, depth, is_alone):
        if what.startswith("loop "):
            return self.loop(what[5:], depth)
        if what.startswith("with "):
            return self.within("k", what[5:], "bool", depth)
        if what == "format":
            return self.format(depth)
        if what == "split":
            return f"{self.atom('string', depth)}.split({self.make('string', depth)})"
        if what == "rarely":
            return self.fill(self.pick(self.rows[what]), "double", depth)
        if what in WORDS:
            choice = self.pick(WORDS[what].split("|"))
            return self.part(choice, depth, is_alone) if choice in KINDS else choice
        if what not in KINDS:
            return what
        return self.make(what, depth) if is_alone else self.atom(what, depth)

    def atom(self, kind, depth):
        """So that an operator beside it takes it whole."""
        made = self.make(kind, depth)
        return made if made.replace("_", "").isalnum() else f"({made})"

    def within(self, name, item, kind, depth):
        """A @kind in which @name is an @item."""
        self.bound.append((name, item))
        made = self.make(kind, depth)
        self.bound.pop()
        return made

    def loop(self, kind, depth):
        """A loop that gives a bool, or a list of @kind. A list that comes of a map has its items in
        any order, so none is made."""
        macro = self.pick(("all", "exists", "exists_one")) if kind == "bool" else "map"
        over = self.pick((*ITEMS, "list(int)" if macro == "map" else "map(string, int)", "dyn"))
        name = self.pick(("k", "y", "q", "i"))  # No x: x.y is a name of its own.
        if over == "dyn":
            text = self.pick(("v", "o.list", "w", "[v, w, 1, 'a', null]", "[1, 2.5, 3]"))
        else:
            text = self.atom(over, depth)
        item = "dyn" if over == "dyn" else ITEMS.get(over, "string")
        return f"{text}.{macro}({name}, {self.within(name, item, kind, depth)})"

    def format(self, depth):
        verbs = [self.pick(tuple(VERBS)) for _ in range(self.random.randrange(1, 4))]
        kinds = [VERBS[verb] if not self.is_one_of(30) else "any" for verb in verbs]
        values = ", ".join(self.part(kind, depth, True) for kind in kinds)
        if self.is_one_of(40):
            verbs.append(self.pick(("%q", "%", "%s", "%.f")))
        return self.quoted(" ".join(verbs) + self.pick(("", "%%"))) + f".format([{values}])"

    def leaf(self, kind):
        names = [
            name
            for name, given in (*TYPES.items(), *self.bound)
            if given == kind and name not in NO_VALUE
        ]
        if kind == "string" and self.is_one_of(40):
            return self.pick(NO_VALUE)
        if names and not self.is_one_of(3):
            return self.pick(names)
        if kind == "string":
            return self.quoted(self.pick(TEXTS))
        if kind in ("timestamp", "duration"):
            return f"{kind}('{self.pick(LITERALS[kind])}')"
        if kind in ITEMS:
            return "[" + ", ".join(self.leaf(ITEMS[kind]) for _ in range(2)) + "]"
        if kind in ENTRIES:
            return f"{{'{self.pick(KEYS)}': {self.leaf(ENTRIES[kind])}}}"
        return self.pick(LITERALS[kind])

    def quoted(self, text):
        """A literal, in one of the spellings there are."""
        escaped = text.replace("\\", "\\\\").replace("\t", "\\t")
        if "'" in text or self.is_one_of(2):
            return '"' + escaped.replace('"', '\\"') + '"'
        return "'" + escaped + "'"


def cases(seed, count):
    """@count requests for cel_evaluate, the same for the same @seed."""
    generator = Generator(seed)
    for _ in range(count):
        yield {"expr": generator.expression(), "types": TYPES, "values": generator.values()}

"""Expressions in CEL, as far as the random rules write them: `where:` and `escalate: when:`.

Written from the CEL language definition: `&&` and `||` take the side that decides even if the other
is an error; int and double compare by value and, in arithmetic, become double; division of ints is
truncated; int overflow, division by zero and a missing name are errors. Whatever ends in an error holds
nothing: compile() gives a function of a name's lookup that returns a value or raises CelError.
"""

import math
import operator
import re
from fractions import Fraction

INT_MOST = 2**63 - 1


class CelError(Exception):
    """What an expression that cannot be evaluated comes to."""


class Missing(CelError):
    """A name that has no value."""


class Time:
    """A timestamp, in whole milliseconds."""

    def __init__(self, ms):
        self.ms = ms


class Duration:
    """In whole milliseconds."""

    def __init__(self, ms):
        self.ms = ms


TOKEN = re.compile(r"""\s*(?:(?P<number>\d+\.\d+(?:[eE][-+]?\d+)?|\d+(?:[eE][-+]?\d+)?)
    |(?P<name>[A-Za-z_]\w*)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]]))""", re.VERBOSE)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


def tokens(source):
    at, found = 0, []
    while source[at:].strip():
        match = TOKEN.match(source, at)
        if not match:
            raise SyntaxError(source[at:])
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found + [("end", "")]


# ---- Values -------------------------------------------------------------------------------------

def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_int(value):
    if not -INT_MOST - 1 <= value <= INT_MOST:
        raise CelError("overflow")
    return value


def equal(a, b):
    if is_number(a) and is_number(b):
        return comparable(a) == comparable(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))
    if type(a) is not type(b):
        return False
    return a.ms == b.ms if isinstance(a, (Time, Duration)) else a == b


def comparable(number):
    return number if isinstance(number, float) and not math.isfinite(number) else Fraction(number)


def compare(op, a, b):
    if is_number(a) and is_number(b):
        return op(comparable(a), comparable(b))
    if type(a) is not type(b) or isinstance(a, (list, type(None))):
        raise CelError("no such overload")
    if isinstance(a, (Time, Duration)):
        return op(a.ms, b.ms)
    return op(a.encode(), b.encode()) if isinstance(a, str) else op(a, b)


def calculate(sign, a, b):
    if is_number(a) and is_number(b):
        if isinstance(a, float) or isinstance(b, float):
            return calculate_double(sign, float(a), float(b))
        if sign in "/%":
            if b == 0:
                raise CelError("by zero")
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return as_int(quotient if sign == "/" else a - quotient * b)
        return as_int({"+": a + b, "-": a - b, "*": a * b}[sign])
    if sign == "+" and type(a) is type(b) and isinstance(a, (str, list)):
        return a + b
    if sign == "-" and isinstance(a, Time) and isinstance(b, Time):
        return Duration(a.ms - b.ms)
    if sign in "+-" and isinstance(b, Duration) and isinstance(a, (Time, Duration)):
        return type(a)(a.ms + b.ms if sign == "+" else a.ms - b.ms)
    raise CelError("no such overload")


def calculate_double(sign, a, b):
    if sign == "/":
        if b == 0:
            return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1, b)
        return a / b
    if sign == "%":
        raise CelError("no such overload")
    return {"+": a + b, "-": a - b, "*": a * b}[sign]


def ascii_lower(text):
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def timestamp(text):
    from world import parse_time
    found = parse_time(text)
    if found is None:
        raise CelError("no time")
    return Time(found)


def duration(text):
    units = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    return Duration(sum(int(n) * units[u] for n, u in re.findall(r"(\d+)(ms|[hms])", text)))


def to_int(value):
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CelError("range")
        return as_int(math.trunc(value))
    return as_int(int(value))


METHODS = {
    "contains": lambda s, t: t in s,
    "startsWith": lambda s, t: s.startswith(t),
    "endsWith": lambda s, t: s.endswith(t),
    "matches": lambda s, t: re.search(t, s) is not None,
    "lowerAscii": ascii_lower,
    "size": len,
    "getSeconds": lambda t: t.ms // 1000 % 60 if isinstance(t, Time) else int(t.ms / 1000),
    "getMilliseconds": lambda t: t.ms % 1000,
}
FUNCTIONS = {"size": len, "timestamp": timestamp, "duration": duration, "int": to_int, "double": float}
MACROS = ("exists", "all", "exists_one", "filter", "map")


# ---- From text to a function --------------------------------------------------------------------

class Parser:
    def __init__(self, source):
        self.tokens, self.at, self.loops = tokens(source), 0, []

    def peek(self, *signs):
        kind, text = self.tokens[self.at]
        return text in signs and kind in ("sign", "name")

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign):
        kind, text = self.take()
        if kind != "sign" or text != sign:
            raise SyntaxError(f"{sign} expected, not {text}")

    def expression(self):
        condition = self.joined("||", True, lambda: self.joined("&&", False, self.relation))
        if not self.peek("?"):
            return condition
        self.take()
        yes = self.expression()
        self.expect(":")
        no = self.expression()
        return lambda env: yes(env) if boolean(condition(env)) else no(env)

    def joined(self, sign, deciding, part):
        left = part()
        while self.peek(sign):
            self.take()
            left = either(deciding, left, part())
        return left

    def relation(self):
        left = self.sum()
        while self.peek("==", "!=", "<", "<=", ">", ">=", "in"):
            left = relate(self.take()[1], left, self.sum())
        return left

    def sum(self):
        left = self.product()
        while self.peek("+", "-"):
            left = arithmetic(self.take()[1], left, self.product())
        return left

    def product(self):
        left = self.unary()
        while self.peek("*", "/", "%"):
            left = arithmetic(self.take()[1], left, self.unary())
        return left

    def unary(self):
        if self.peek("!"):
            self.take()
            inner = self.unary()
            return lambda env: not boolean(inner(env))
        if self.peek("-"):
            self.take()
            inner = self.unary()
            return lambda env: negative(inner(env))
        return self.member()

    def member(self):
        kind, text = self.tokens[self.at]
        dotted = text if kind == "name" else None
        node = self.primary()
        while self.peek(".", "["):
            if self.take()[1] == "[":
                node, dotted = index(node, self.expression()), None
                self.expect("]")
                continue
            name = self.take()[1]
            if self.peek("("):
                node, dotted = self.method(node, name), None
            else:
                dotted = f"{dotted}.{name}"
                node = variable(dotted)
        node.dotted = dotted
        return node

    def arguments(self):
        self.expect("(")
        found = []
        while not self.peek(")"):
            found.append(self.expression())
            if not self.peek(")"):
                self.expect(",")
        self.take()
        return found

    def method(self, of, name):
        if name in MACROS:
            self.expect("(")
            loop = self.take()[1]
            self.expect(",")
            body = self.expression()
            self.expect(")")
            return macro(name, of, loop, body)
        given = self.arguments()
        return lambda env: called(METHODS[name], [of(env)] + [a(env) for a in given])

    def primary(self):
        kind, text = self.take()
        if kind == "number":
            value = float(text) if re.search(r"[.eE]", text) else as_int(int(text))
            return constant(value)
        if kind == "text":
            return constant(re.sub(r"\\(.)", lambda m: ESCAPES[m.group(1)], text[1:-1]))
        if text == "(":
            inner = self.expression()
            self.expect(")")
            return lambda env: inner(env)
        if text == "[":
            items = []
            while not self.peek("]"):
                items.append(self.expression())
                if not self.peek("]"):
                    self.expect(",")
            self.take()
            return lambda env: [item(env) for item in items]
        if kind != "name":
            raise SyntaxError(text)
        if text in ("true", "false"):
            return constant(text == "true")
        if text == "null":
            return constant(None)
        if self.peek("("):
            given = self.arguments()
            if text == "has":
                return lambda env: env(given[0].dotted) is not None
            return lambda env: called(FUNCTIONS[text], [a(env) for a in given])
        return variable(text)


def constant(value):
    return lambda env: value


def variable(name):
    def look(env):
        value = env(name)
        if value is None:
            raise Missing(f"no {name}")
        return value
    return look


def boolean(value):
    if not isinstance(value, bool):
        raise CelError("no such overload")
    return value


def negative(value):
    if not is_number(value):
        raise CelError("no such overload")
    return -value if isinstance(value, float) else as_int(-value)


def either(deciding, left, right):
    """`||` (@deciding true) and `&&`: a side that decides is enough, whatever the other is."""
    def run(env):
        wrong = None
        for side in (left, right):
            try:
                if boolean(side(env)) == deciding:
                    return deciding
            except CelError as error:
                wrong = error
        if wrong:
            raise wrong
        return not deciding
    return run


def relate(sign, left, right):
    ops = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

    def run(env):
        a, b = left(env), right(env)
        if sign == "in":
            return any(equal(a, item) for item in b)
        if sign in ("==", "!="):
            return equal(a, b) == (sign == "==")
        return compare(ops[sign], a, b)
    return run


def arithmetic(sign, left, right):
    return lambda env: calculate(sign, left(env), right(env))


def index(node, at):
    def run(env):
        items, i = node(env), at(env)
        if not isinstance(i, int) or not 0 <= i < len(items):
            raise CelError("index")
        return items[i]
    return run


def called(function, values):
    try:
        return function(*values)
    except (TypeError, AttributeError, ValueError) as error:
        raise CelError("no such overload") from error


def macro(name, of, loop, body):
    def run(env):
        items = of(env)
        if not isinstance(items, list):
            raise CelError("no such overload")
        here = [(lambda n, item=item: item if n == loop else env(n)) for item in items]
        if name == "map":
            return [body(inner) for inner in here]
        if name == "filter":
            return [item for item, inner in zip(items, here) if boolean(body(inner))]
        if name == "exists_one":
            return sum(boolean(body(inner)) for inner in here) == 1
        result = constant(name == "all")
        for inner in here:
            result = either(name == "exists", result, lambda env, inner=inner: body(inner))
        return boolean(result(env))
    return run


def compile(source):
    parser = Parser(source)
    made = parser.expression()
    if parser.tokens[parser.at][0] != "end":
        raise SyntaxError(source)
    return made


def holds(compiled, env):
    """True or False; None if it ends in the error of a missing name. Another error holds nothing."""
    try:
        return boolean(compiled(env))
    except Missing:
        return None
    except CelError:
        return False

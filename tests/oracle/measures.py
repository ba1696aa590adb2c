"""What is compared, of the kinds that weigh and rank: exact fractions, or 60 digits where a root or a
power is taken."""

from decimal import Decimal, localcontext
from fractions import Fraction

DIGITS = 60


def billionths(value):
    """Whole 10^-9, half away from zero."""
    exact = abs(Fraction(value)) * 10**9 + Fraction(1, 2)
    return (1 if value >= 0 else -1) * (exact.numerator // exact.denominator)


def percentile(values, rank_thousandths):
    """By nearest rank: the value at ceil(P * n / 100), counted from 1."""
    ordered = sorted(values)
    rank = -(-rank_thousandths * len(ordered) // 100_000)
    return ordered[rank - 1]


def average(items, half_life_ms):
    """Of [(t, weight, value)]; None if they weigh nothing."""
    newest = max(t for t, _, _ in items)
    parts = []
    for t, weight, value in items:
        if half_life_ms:
            weight *= power_of_two(Fraction(t - newest, half_life_ms))
        parts.append((weight, value))
    weights = sum(weight for weight, _ in parts)
    if weights == 0:
        return None
    return sum(weight * value for weight, value in parts) / weights


def power_of_two(exponent):
    with localcontext() as context:
        context.prec = DIGITS
        power = Decimal(exponent.numerator) / Decimal(exponent.denominator)
        return Fraction(Decimal(2) ** power)


def root(value):
    with localcontext() as context:
        context.prec = DIGITS
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def mean(values):
    return Fraction(sum(values), len(values))


def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return mean(ordered[half:half + 1] if len(ordered) % 2 else ordered[half - 1:half + 1])


def trend(x, usual, baseline):
    """How far @x is from the @usual numbers (from the newest window to the oldest)."""
    floor = Fraction(baseline.floor)
    if baseline.method == "ratio":
        return x / max(mean(usual), floor)
    if baseline.method == "robust_z":
        middle = median(usual)
        spread = median([abs(b - middle) for b in usual])
        return (x - middle) / max(Fraction("1.4826") * spread, floor)
    alpha = Fraction(baseline.alpha)
    e, variance = Fraction(usual[-1]), Fraction(0)
    for b in reversed(usual[:-1]):
        d = b - e
        e += alpha * d
        variance = (1 - alpha) * (variance + alpha * d * d)
    return (x - e) / max(root(variance), floor)

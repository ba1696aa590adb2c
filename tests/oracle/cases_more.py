"""The hand cases of the later kinds: ratio, percentile, weighted averages, trend, thresholds of a key's
own, hours, moving places, levels, milestones, `where`, and alerts as events."""

from harness import case, east, move, tick, w, x, y, z

H, DAY = 3_600_000, 86_400_000

# -- at_least_events, min_distinct
AVERAGE = "when: { average: { of: a, field: w }, at_least: 2, at_least_events: 2, within: 10s, group_by: [site] }"
case("too few events for an average", AVERAGE, [x(0, w=5), tick(20000)])
case("enough events for an average", AVERAGE, [x(0, w=5), x(1, w=1), tick(20000)], "A 1..10001x e1 e2")
DISTINCT = "when: { count: a, at_least: 2, within: 10s, min_distinct: { s: 2 }, group_by: [site] }"
case("min_distinct counts values, without case", DISTINCT, [x(0, s="p"), x(1, s="P"), tick(9)])
case("min_distinct met", DISTINCT, [x(0, s="p"), x(1, s="P"), x(2, s="q"), tick(9)], "A 2..open e1 e2 e3")
case("without the field an event counts but adds no value", DISTINCT, [x(0, s="p"), x(1), tick(9)])
case("min_distinct is lost with the last of a value", DISTINCT, [x(0, s="p"), x(1, s="q"), x(2, s="q"), tick(20000)], "A 1..10001x e1 e2 e3")
case("every field of min_distinct", "when: { count: a, at_least: 2, within: 10s, min_distinct: { s: 2, n: 2 } }", [x(0, s="p", n=1), x(1, s="q", n=1), x(2, s="q", n=2), tick(9)], "- 2..open e1 e2 e3")
case("min_distinct beside all_of", "when: { all_of: [a, b], within: 10s, min_distinct: { s: 2 } }", [x(0, s="p"), y(1, s="p"), y(2, s="q"), tick(9)], "- 2..open e1 e2 e3")

# -- ratio
RATIO = "when: { ratio: { of: a, to: [a, b] }, at_least: 0.5, within: 10s, group_by: [site] }"
case("a ratio holds at exactly its threshold, not below", RATIO, [x(0), y(1), y(2), tick(9)], "A 0..2c e1 e2")
case("a ratio with nothing below holds nothing", RATIO, [x(0), tick(20000)], "A 0..10001x e1")
case("a ratio needs an event of `to`", "when: { ratio: { of: a, to: b }, at_least: 0, within: 10s }", [x(0), y(5), tick(20000)], "- 5..10006x e1 e2")
case("a ratio may pass one", "when: { ratio: { of: a, to: b }, more_than: 1, within: 10s }", [x(0), y(1), x(2), y(3), tick(9)], "- 2..3c e1 e2 e3")
case("at_most of a ratio does not wait for a first window", "when: { ratio: { of: a, to: b }, at_most: 0.5, within: 10s }", [y(0), y(1), x(2), x(3), tick(9)], "- 0..3c e1 e2 e3")
case("at_least_events of a ratio are those of `to`", "when: { ratio: { of: a, to: b }, at_least: 0.5, at_least_events: 2, within: 10s }", [x(0), x(1), y(2), y(3), tick(9)], "- 3..open e1 e2 e3 e4")
case("a ratio is not rounded", "when: { ratio: { of: a, to: b }, at_least: 0.333333, within: 10s }", [x(0), y(1), y(2), y(3), tick(9)], "- 1..open e1 e2 e3 e4")
case("a third is less than 0.333334", "when: { ratio: { of: a, to: b }, at_least: 0.333334, within: 10s }", [x(0), y(1), y(2), y(3), tick(9)], "- 1..3c e1 e2 e3")
case("a ratio is not told at once", RATIO, [x(0)])
case("one event as both sides of a ratio", "when: { ratio: { of: a, to: a }, at_least: 1, within: 10s }", [x(0), tick(9)], "- 0..open e1")

# -- percentile
P50 = "when: { percentile: { of: a, field: v, p: 50 }, at_least: 3, within: 10s }"
case("nearest rank: the second of four", P50, [x(0, v=1), x(1, v=3), x(2, v=4), x(3, v=2), tick(9)], "- 2..3c e1 e2 e3")
case("nearest rank: the second of three", P50, [x(0, v=9), x(1, v=1), x(2, v=3), tick(9)], "- 0..1c e1", "- 2..open e1 e2 e3")
case("p 66.667 of three is the third, 66.666 the second", "when: { percentile: { of: a, field: v, p: 66.667 }, at_least: 3, within: 10s }", [x(0, v=1), x(0, v=2), x(0, v=3), tick(9)], "- 0..open e1 e2 e3")
case("p 66.666 of three", "when: { percentile: { of: a, field: v, p: 66.666 }, at_least: 3, within: 10s }", [x(0, v=1), x(0, v=2), x(0, v=3), tick(9)])
case("p 100 is the greatest", "when: { percentile: { of: a, field: v, p: 100 }, at_least: 3, within: 10s }", [x(0, v=1), x(0, v=3), x(0, v=2), tick(9)], "- 0..open e1 e2 e3")
case("p 0.001 is the least", "when: { percentile: { of: a, field: v, p: 0.001 }, at_most: 1, within: 10s }", [x(0, v=1), x(0, v=3), tick(9)], "- 0..open e1 e2")
case("no percentile of nothing", "when: { percentile: { of: a, field: v, p: 50 }, at_most: 3, within: 10s }", [x(0, v=1), tick(20000)], "- 0..10001x e1")
case("at_least_events of a percentile", "when: { percentile: { of: a, field: v, p: 50 }, at_least: 1, at_least_events: 3, within: 10s }", [x(0, v=1), x(1, v=1), x(2, v=1), tick(9)], "- 2..open e1 e2 e3")

# -- average with half_life, weight
HALF = "when: { average: { of: a, field: v, half_life: 5s }, at_least: 2, within: 20s }"
case("after a half-life half counts", HALF, [x(0, v=0), x(5000, v=3), tick(9999)], "- 5000..open e1 e2")
case("a millisecond less is too little", HALF, [x(1, v=0), x(5000, v=3), tick(9999)])
case("the value of decayed averages changes with the window only", HALF, [x(0, v=3), x(5000, v=1.5), tick(40000)], "- 0..20001x e1 e2")
WEIGHT = "when: { average: { of: a, field: v, weight: w }, at_least: 2, within: 10s }"
case("weights weigh", WEIGHT, [x(0, v=1, w=1), x(1, v=3, w=1), x(2, v=1, w=0.001), tick(9)], "- 1..2c e1 e2")
case("without its weight it does not count", WEIGHT, [x(0, v=3), tick(9)])
case("a weight below 0 does not count", "when: { average: { of: a, field: w, weight: v }, at_least: 2, within: 10s }", [x(0, w=3, v=-1), x(1, w=2, v=1), tick(9)], "- 1..open e2")
case("a weight is rounded to a millionth", WEIGHT, [x(0, v=3, w=0.00000051), x(1, v=1, w=0.000001), x(2, v=1, w=0.00000049), tick(9)], "- 0..open e1 e2 e3")
case("weights of nothing hold nothing", WEIGHT, [x(0, v=3, w=0), tick(9)])
case("0.4 of a 10^-9 is rounded away", WEIGHT, [x(0, v=2, w=99.96), x(0, v=1.999999, w=0.04), tick(9)], "- 0..open e1 e2")
case("0.6 of a 10^-9 is not", WEIGHT, [x(0, v=2, w=99.94), x(0, v=1.999999, w=0.06), tick(9)])
case("a weighted average is told late and cleared by an event", WEIGHT, [x(0, v=3, w=1), x(1, v=0, w=1), tick(1)], "- 0..open e1")
case("half_life and weight together", "when: { average: { of: a, field: v, half_life: 5s, weight: w }, at_least: 2, within: 20s }", [x(0, v=0, w=2), x(5000, v=4, w=1), tick(9999)], "- 5000..open e1 e2")

# -- trend
TREND = "when: { trend: { count: a }, within: 10s, baseline: { last: 20s }, at_least: 2, group_by: [site] }"
case("twice as many as in the windows before", TREND, [x(0), x(20001), x(20002), tick(40000)], "A 20002..30002x e2 e3")
case("a baseline window that begins before the stream is none", TREND, [x(0), x(19999), x(20000), tick(20001)])
case("the first window of a baseline begins with the stream", TREND, [tick(0), x(19999), x(20000), tick(20009)], "A 20001..open e2 e3")
case("warm_up is counted from the begin of the stream", TREND.replace("at_least", "warm_up: 25s, at_least"), [x(0), x(20001), x(20002), tick(40000)], "A 25000..30002x e2 e3")
case("windows of `last` do not touch", TREND, [tick(0), x(10001), x(20001), x(20002), tick(20009)], "A 20001..open e2 e3 e4")
case("what is in the window before counts there", TREND, [tick(0), x(10001), x(10002), x(20003), x(20004), x(20005), tick(20013)], "A 20001..20002x e2 e3")
SAME = "when: { trend: { count: a }, within: 1h, baseline: { same_hours_of: 1d }, at_least: 2, group_by: [site] }"
case("the same hour of yesterday", SAME, [tick(0), x(10 * H), x(DAY + 10 * H), x(DAY + 10 * H + 1), x(DAY + 10 * H + 2), tick(DAY + 20 * H)], f"A {DAY + 10 * H + 1}..{DAY + 11 * H + 2}x e3 e4 e5")
LESS = TREND.replace("at_least", "at_most").replace("2, g", "0.5, g")
case("less than usual, once there was something", LESS, [tick(0), x(10000), x(10001), x(20002), tick(20010)], "A 20002..open e4")
case("nothing is not less than nothing", LESS.replace("0.5", "9"), [tick(0), x(20002), tick(20010)])
case("with nothing in the window no trend holds", LESS, [tick(0), x(10000), x(10001), tick(20010)])
case("an event on the first millisecond of a window before", TREND, [tick(0), x(1), x(1), x(20001), x(20002), tick(20010)], "A 20003..open e4 e5")
case("at_least_events: 0 lets less than usual be nothing", LESS.replace("group", "at_least_events: 0, group"), [tick(0), x(9000), x(10000), tick(30002)], "A 20001..open")
case("robust z: 3 beside 1 and 0", TREND.replace("last: 20s", "last: 20s, method: robust_z, floor: 0.1").replace("at_least: 2", "warm_up: 30s, at_least: 3.372453"),
     [tick(0), x(15000), x(30010), x(30011), x(30012), tick(30013)], "A 30012..open e3 e4 e5")
case("robust z: a millionth more is too much", TREND.replace("last: 20s", "last: 20s, method: robust_z, floor: 0.1").replace("at_least: 2", "warm_up: 30s, at_least: 3.372454"),
     [tick(0), x(15000), x(30010), x(30011), x(30012), tick(30013)])
case("ewma from the oldest to the newest", TREND.replace("last: 20s", "last: 20s, method: ewma, alpha: 0.5, floor: 0.1").replace("at_least: 2", "warm_up: 30s, at_least: 5"),
     [tick(0), x(15000), x(30010), x(30011), x(30012), tick(30013)], "A 30012..open e3 e4 e5")
EWMA3 = [tick(0), x(100), x(101), x(102), x(10100), x(10101), x(20100), x(20101), x(20102), x(20103), x(40006), x(40007), x(40008), x(40009), x(40010), tick(40011)]
EWMA = TREND.replace("last: 20s", "last: 30s, method: ewma, alpha: 0.5, floor: 0.1").replace("at_least: 2", "warm_up: 40s, at_least: %s")
case("ewma of 3, 2, 4 beside 5 is 2.110579418", EWMA % "2.110579", EWMA3, "A 40010..open e11 e12 e13 e14 e15")
case("ewma: a millionth more is too much", EWMA % "2.110580", EWMA3)
case("at_least_events of a trend", TREND.replace("group", "at_least_events: 3, group"), [x(0), x(20001), x(20002), x(20003), tick(20009)], "A 20003..open e2 e3 e4")

# -- Thresholds of a key's own
CAMPS = "when: { count: a, at_least: camp.threshold, within: 10s, near: { place: camp, distance: 0 m } }"
case("a threshold from the place", CAMPS, [x(0, pos=east(0)), x(1, pos=east(0)), x(2, pos=east(300)), x(3, pos=east(300)), x(4, pos=east(300)), tick(9)], "GAO 1..open e1 e2", "KIDAL 4..open e3 e4 e5")
case("a threshold from a list, the first entry that agrees", "when: { count: a, at_least: lists.limits, within: 10s, group_by: [site] }",
     [x(0), x(1), x(2, site="B"), x(3, site="b"), x(4, site="C"), x(5, site="b"), tick(9)], "A 1..open e1 e2", "B 5..open e3 e4 e6")
case("a key without a threshold never holds", "when: { count: a, at_most: lists.limits, within: 1s, group_by: [site] }", [x(0, site="C"), x(0), tick(5000)], "A 1000..open e2")

case("of 2.5 near each other three are enough", "when: { count: a, at_least: camp.threshold, within: 10s, near: { distance: 100 m }, group_by: [camp] }\nevents: { a: { type: x, near: { place: Kidal, distance: 100 m } } }",
     [x(0, pos=east(300)), x(1, pos=east(300)), x(2, pos=east(300)), tick(9)], "KIDAL 2..open e1 e2 e3")

# -- hours
NOON = east(0)
GREENWICH = {"lat": 51.4769, "lon": 0.0}
HOURS = "{ events: { a: { type: x, hours: %s } }, when: { event: a }, alert: { expire_after: 1s } }"
case("day begins with the sun's upper rim: 08:06 at Greenwich", HOURS % "day", [x(8 * H + 5 * 60000, pos=GREENWICH), x(8 * H + 7 * 60000, pos=GREENWICH), tick(9 * H)], "- 29220000..29221000x e2")
case("night is what day is not: sunset at 16:02", HOURS % "night", [x(16 * H + 60000, pos=GREENWICH), x(16 * H + 3 * 60000, pos=GREENWICH), tick(17 * H)], f"- {16 * H + 180000}..{16 * H + 181000}x e2")
case("the sun rises earlier in the east", HOURS % "day", [x(5 * H, pos={"lat": 0, "lon": 0}), x(5 * H, pos={"lat": 0, "lon": 20}), x(5 * H, pos={"lat": 0, "lon": 160}), tick(9 * H)], f"- {5 * H}..{5 * H + 1000}x e2", f"- {5 * H}..{5 * H + 1000}x e3")
case("without a location neither day nor night", HOURS % "night", [x(0), tick(9)])
case("polar night at noon", HOURS % "night", [x(12 * H, pos={"lat": 85, "lon": 0}), x(12 * H, pos={"lat": -85, "lon": 0}), tick(13 * H)], f"- {12 * H}..{12 * H + 1000}x e1")
CLOCK = HOURS % "{ between: 08:00-18:00, utc_offset: +02:00 }"
case("hours with their begin, without their end", CLOCK, [x(6 * H - 1), x(6 * H), x(16 * H - 1), x(16 * H), tick(20 * H)], f"- {6 * H}..{6 * H + 1000}x e2", f"- {16 * H - 1}..{16 * H + 999}x e3")
case("hours over midnight", HOURS % "{ between: 22:00-04:00, utc_offset: +00:00 }", [x(4 * H - 1), x(4 * H), x(22 * H - 1), x(22 * H), tick(30 * H)], f"- {4 * H - 1}..{4 * H + 999}x e1", f"- {22 * H}..{22 * H + 1000}x e4")
case("each camp by its own clock", "{ events: { a: { type: x, hours: 08:00-18:00, near: { place: camp, distance: 400 m } } }, when: { event: a, group_by: [camp] }, alert: { expire_after: 1s } }",
     [x(7 * H, pos=east(0)), x(12 * H, pos=east(0)), tick(20 * H)], f"GAO {7 * H}..{7 * H + 1000}x e1", f"GAO {12 * H}..{12 * H + 1000}x e2", f"KIDAL {12 * H}..{12 * H + 1000}x e2")
case("latest: without a location the hours cannot be judged", "{ events: { a: { type: x, hours: night } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 99s } }", [x(0, pos=east(0)), x(1), tick(9)], "A 0..open e1")

# -- Places that move
UNIT = "when: { event: a, near: { place: unit, distance: 100 m } }\nalert: { expire_after: 99s }"
case("near where it last was", UNIT, [move(0, "Mike", 0), x(0, pos=east(100)), x(0, pos=east(100.001)), tick(9)], "MIKE 0..open e2")
case("the disc grows with the age of the position", UNIT, [move(0, "Mike", 0), x(1000, pos=east(110)), x(1000, pos=east(110.001)), tick(1009)], "MIKE 1000..open e2")
case("the error of the position counts", UNIT, [move(0, "Mike", 0, error_m=20), x(0, pos=east(120)), x(0, pos=east(120.001)), tick(9)], "MIKE 0..open e2")
case("a position is kept so long", UNIT, [move(0, "Mike", 0), x(10000, pos=east(0)), tick(10009)], "MIKE 10000..open e2")
case("and no longer", UNIT, [move(0, "Mike", 0), x(10001, pos=east(0)), tick(10009)])
case("a newer position moves it", UNIT, [move(0, "Mike", 0), move(5, "mike", 500), x(5, pos=east(0)), x(5, pos=east(400)), tick(9)], "MIKE 5..open e4")
case("of equal times the last by id", UNIT, [move(0, "Mike", 0), move(0, "Mike", 500), x(0, pos=east(0)), x(0, pos=east(500)), tick(9)], "MIKE 0..open e4")
case("a position of later says nothing", UNIT, [x(0, pos=east(0)), move(1, "Mike", 0), tick(9)])
case("an exercise does not move the actual", UNIT, [move(0, "Mike", 0, mode="exercise"), x(1, pos=east(0)), x(2, pos=east(0), mode="exercise"), tick(9)], "EXERCISE/MIKE 2..open e3")
case("what reports itself is not near itself", UNIT.replace("event: a", "event: m") + "\nevents: { m: { type: move } }", [move(0, "Mike", 0), move(1, "November", 50), tick(9)], "MIKE 1..open e2")
case("near two that move it counts for both", UNIT, [move(0, "Mike", 0), move(0, "November", 50), x(1, pos=east(0)), tick(9)], "MIKE 1..open e3", "NOVEMBER 1..open e3")
MIXED = "{ events: { a: { type: x, near: { place: unit, distance: 100 m } }, b: { type: y, as: { unit: site } } }, when: { all_of: [a, b], within: 10s, group_by: [unit] } }"
case("a field names one as it reports itself, without case and accents", MIXED, [move(0, "Mike", 0), x(0, pos=east(0)), y(1, site="m\u00edke"), y(1, site="November"), tick(9)], "MIKE 1..open e2 e3")
case("an event near none that moves is not counted, whoever is named", MIXED, [move(0, "Mike", 0), x(0, pos=east(101)), y(1, site="Mike"), tick(9)])

# -- where
WHERE = "{ events: { a: { type: x, where: '%s' } }, when: { event: a }, alert: { expire_after: 99s } }"
for expression, given in [
        ("w > 1.0", [({"w": 1}, 0), ({"w": 1.001}, 1), ({}, 0)]),
        ("w > 1.0 || n == 1", [({"n": 1}, 1), ({"n": 2}, 0), ({"w": 2}, 1)]),
        ("!(w > 1.0)", [({"w": 1}, 1), ({}, 0)]),
        ("!has(w) || w < 1.0", [({}, 1), ({"w": 0.5}, 1), ({"w": 1}, 0)]),
        ("s == \"p\"", [({"s": "p"}, 1), ({"s": "P"}, 0)]),
        ("n / 2 == 1", [({"n": 3}, 1), ({"n": 4}, 0)]), ("1 / n == 1", [({"n": 0}, 0), ({"n": 1}, 1)]),
        ("l.exists(i, i == \"red\")", [({"l": ["blue", "red"]}, 1), ({"l": []}, 0), ({}, 0)]),
        ("l.all(i, i == \"red\")", [({"l": ["blue", "red"]}, 0), ({"l": []}, 1)]),
        ("since >= timestamp(\"2026-01-01T00:00:01Z\")", [({"since": 1000}, 1), ({"since": 999}, 0)]),
        ("pos.alt_m < 120.5", [({"pos": east(0, alt_m=120.499)}, 1), ({"pos": east(0, alt_m=120.5)}, 0), ({"pos": east(0)}, 0), ({}, 0)]),
        ("!has(pos.alt_m) || pos.alt_m < 120.0", [({"pos": east(0)}, 1), ({"pos": east(0, alt_m=120)}, 0), ({"pos": east(0, alt_m=1e6)}, 1), ({}, 1)]),
        ("pos.lat >= 10.0 && pos.error_m < 5.0", [({"pos": {"lat": 10, "lon": 20}}, 1), ({"pos": {"lat": 9, "lon": 20}}, 0), ({"pos": {"lat": 10, "lon": 20, "error_m": 5}}, 0)]),
        ("n + 0.5 > 1.0 ? b : !b", [({"n": 1, "b": True}, 1), ({"n": 0, "b": True}, 0), ({"n": 1}, 0)])]:
    events = [x(i, **fields) for i, (fields, _) in enumerate(given)] + [tick(50)]
    case(f"where {expression}", WHERE % expression, events, *[f"- {i}..open e{i + 1}" for i, (_, met) in enumerate(given) if met])
case("where and match have both to hold", "{ events: { a: { type: x, match: { n: 1 }, where: 'w > 1.0' } }, when: { event: a }, alert: { expire_after: 99s } }", [x(0, n=1, w=1), x(1, n=2, w=2), x(2, n=1, w=2), tick(9)], "- 2..open e3")
case("latest: where cannot be judged without its field", "{ events: { a: { type: x, where: 'w > 1.0' } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 99s } }", [x(0, w=2), x(1), x(2, w=1), tick(9)], "A 0..2c e1")
case("latest: without its height it cannot be judged", "{ events: { a: { type: x, match: { pos.alt_m|lt: 120 } } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 99s } }", [x(0, pos=east(0, alt_m=100)), x(1, pos=east(0)), x(2, pos=east(0, alt_m=120)), tick(9)], "A 0..2c e1")
case("latest: where cannot be judged without the height it asks for", "{ events: { a: { type: x, where: 'pos.alt_m < 120.0' } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 99s } }", [x(0, pos=east(0, alt_m=100)), x(1, pos=east(0)), x(2, pos=east(0, alt_m=120)), tick(9)], "A 0..2c e1")
case("the lowest height of all", "when: { min: { of: a, field: pos.alt_m }, less_than: 120, within: 10s, group_by: [site] }", [x(0, pos=east(0, alt_m=120)), x(1, pos=east(0, alt_m=119.999)), x(2, pos=east(0)), x(99000), tick(99999)], "A 1..10002x e1 e2")
case("distances are on the ground: a height is no part of them", "when: { count: a, at_least: 2, within: 10s, near: { distance: 100 m } }", [x(0, pos=east(0, alt_m=0)), x(1, pos=east(100, alt_m=9000)), tick(9)], "- 1..open e1 e2")
case("an alert is as high as its newest evidence before its begin", "when: { count: a, at_least: 2, within: 10s, group_by: [site] }\n---\n"
     "{ events: { low: { alert: r1, match: { location.alt_m|lt: 120 } } }, when: { event: low }, alert: { expire_after: 99s } }",
     [x(0, pos=east(0, alt_m=500)), x(1, pos=east(0, alt_m=119)), x(2, pos=east(0, alt_m=500)), x(0, site="B", pos=east(0, alt_m=100)), x(1, site="B", pos=east(0)), tick(9)],
     "r1 A 1..open e1 e2 e3", "r1 B 1..open e4 e5", "r2 - 1..open r1@1")

case("latest: where that divides by zero does not meet", "{ events: { a: { type: x, where: '1 / n == 1' } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 99s } }", [x(0, n=1), x(1, n=0), tick(9)], "A 0..1c e1")

# -- Levels
RISE = "level: low\nwhen: { count: a, at_least: 2, within: 10s, group_by: [site] }\nalert: { escalate: [%s] }"
COUNT3 = RISE % "{ when: 'count >= 3', level: high }"
case("a level rises with the evidence and stays", COUNT3, [x(0), x(1), x(2), tick(20000)], "A 1..10002x e1 e2 e3 low@1 high@2")
case("a level from the begin on", RISE % "{ when: 'count >= 2', level: high }", [x(0), x(1), tick(9)], "A 1..open e1 e2 high@1")
case("never lower than the rule's", RISE % "{ when: 'count >= 2', level: informational }", [x(0), x(1), tick(9)], "A 1..open e1 e2 low@1")
case("the highest of those that hold", RISE % "{ when: 'count >= 3', level: critical }, { when: 'count >= 2', level: high }", [x(0), x(1), x(2), tick(9)], "A 1..open e1 e2 e3 high@1 critical@2")
case("by value a level falls again", RISE % "{ when: 'value >= 3.0', level: high }", [x(0), x(5000), x(5001), tick(30000)], "A 5000..15001x e1 e2 e3 low@5000 high@5001 low@10001")
case("count is all evidence so far, value what is in the window", RISE % "{ when: 'count > 2 && value < 3.0', level: high }", [x(0), x(5000), x(5001), tick(30000)], "A 5000..15001x e1 e2 e3 low@5000 high@10001")
case("by the key", RISE % "{ when: 'site == \"b\"', level: high }", [x(0), x(1), x(2, site="b"), x(3, site="b"), tick(9)], "A 1..open e1 e2 low@1", "B 3..open e3 e4 high@3")
case("by the newest evidence of a name", RISE % "{ when: 'a.w > 2.0', level: high }", [x(0, w=9), x(1), x(2, w=3), x(3, w=2), tick(9)], "A 1..open e1 e2 e3 e4 low@1 high@2 low@3")
case("while it is only kept on the level stays", "level: low\nwhen: { average: { of: a, field: w }, at_least: 2, within: 10s }\nalert: { keep_firing_for: 5s, escalate: [{ when: 'value >= 3.0', level: high }] }",
     [x(0, w=2), x(1, w=6), x(2, w=0), x(3, w=0), x(4, w=2), tick(20)], "- 0..open e1 e2 e3 e4 e5 low@0 high@1 low@2")
case("the level at the begin, after `for`", "level: low\nwhen: { count: a, at_least: 2, within: 10s }\nalert: { for: 1s, escalate: [{ when: 'count >= 3', level: high }] }", [x(0), x(1), x(500), tick(5000)], "- 1001..open e1 e2 e3 high@1001")
case("a rise at the newest time is told, a fall is not", RISE % "{ when: 'value == 3.0', level: high }", [x(0), x(1), x(2), tick(2)], "A 1..open e1 e2 e3 low@1 high@2")
case("a fall at the newest time is not told", RISE % "{ when: 'value == 3.0', level: high }", [x(0), x(1), x(2), x(3)], "A 1..open e1 e2 e3 e4 low@1 high@2")
KEPT = "level: low\nwhen: { max: { of: a, field: w }, at_least: 1, within: 2s }\nalert: { for: 1s, keep_firing_for: 5s, escalate: [{ when: '%s', level: high }] }"
case("what joins says nothing of the level before it has held for long enough", KEPT % "a.w >= 3.0",
     [x(0, w=1), x(4000, w=3), tick(20000)], "- 1000..11001x e1 e2 low@1000 high@5000")
case("what joins, by its value", KEPT % "value >= 3.0", [x(0, w=1), x(4000, w=3), tick(20000)], "- 1000..11001x e1 e2 low@1000 high@5000")
case("what does not hold for long enough never says it", KEPT.replace("within: 2s", "within: 1s").replace("for: 1s", "for: 1001ms") % "a.w >= 3.0",
     [x(0, w=1), x(1, w=1), x(4000, w=3), tick(20000)], "- 1001..6002x e1 e2 low@1001")
case("levels of a sequence rise with its completions", "level: low\nwhen: { sequence: [a, b], within: 10s, group_by: [site] }\nalert: { expire_after: 1s, escalate: [{ when: 'count >= 3', level: high }] }", [x(0), y(1), y(2), tick(2000)], "A 1..1002x e1 e2 e3 low@1 high@2")

# -- warn_at, milestones
WARN = "level: high\nwhen: { absence: { after: a, expected: b, deadline: 10s, warn_at: 70%% }, group_by: [site] }\nalert: { expire_after: %s }"
case("a warning one level lower, then the deadline", WARN % "99s", [x(0), tick(20000)], "A 7000..open e1 medium@7000 high@10000")
case("an answer at the warning prevents it", WARN % "99s", [x(0), y(7000), tick(20000)])
case("an answer after the warning clears it", WARN % "99s", [x(0), y(7001), tick(20000)], "A 7000..7001c e1 medium@7000")
case("an answer at the deadline keeps the level low", WARN % "99s", [x(0), y(10000), tick(20000)], "A 7000..10000c e1 medium@7000")
case("an answer after the deadline is too late for the level", WARN % "99s", [x(0), y(10001), tick(20000)], "A 7000..10001c e1 medium@7000 high@10000")
case("a warning may expire before the deadline", WARN % "1s", [x(0), tick(20000)], "A 7000..8000x e1 medium@7000")
case("the level stays until the episode ends", WARN % "99s", [x(0), x(4000), tick(30000)], "A 7000..open e1 e2 medium@7000 high@10000")
case("70% of an odd deadline is cut", WARN.replace("10s", "1s1ms") % "99s", [x(0), tick(20000)], "A 700..open e1 medium@700 high@1001")
case("a deadline at the newest time is not decided", WARN % "99s", [x(0), tick(10000)], "A 7000..open e1 medium@7000")
STONES = "when: { absence: { after: a, milestones: { b: 2s, c: 5s } }, group_by: [site] }\nalert: { expire_after: 99s }"
case("each milestone is an absence of its own", STONES, [x(0), z(5001), tick(9000)], "A/B 2000..open e1", "A/C 5000..5001c e1")
case("milestones answered in time", STONES, [x(0), y(2000), z(5000), tick(9000)])

# -- Alerts as events
BELOW = "when: { count: a, at_least: 2, within: 10s, group_by: [site] }\n---\n"
BOTH = BELOW + "{ events: { low: { alert: r1 } }, when: { all_of: [low, b], within: 5s, group_by: [site] } }"
case("an alert takes part while it is open", BOTH, [x(0), x(1), y(9000), tick(30000)], "r1 A 1..10001x e1 e2", "r2 A 9000..10001x r1@1 e3")
case("an alert that is over takes no part", BOTH, [x(0), x(1), y(10001), tick(30000)], "r1 A 1..10001x e1 e2")
case("and in its last millisecond it does", BOTH, [x(0), x(1), y(10000), tick(30000)], "r1 A 1..10001x e1 e2", "r2 A 10000..10001x r1@1 e3")
case("an event before the alert, within the window", BOTH, [y(0), x(4999), x(5000), tick(30000)], "r1 A 5000..15000x e2 e3", "r2 A 5000..5001x e1 r1@5000")
case("an alert without the key counts for every key", BOTH.replace("10s, group_by: [site]", "10s"), [x(0), x(1), y(2), y(3, site="B"), tick(9)], "r1 - 1..open e1 e2", "r2 A 2..open r1@1 e3", "r2 B 3..open r1@1 e4")
case("an alert of another key", BOTH, [x(0), x(1), y(9, site="B"), tick(19)], "r1 A 1..open e1 e2")
case("two alerts counted", BELOW + "{ events: { low: { alert: r1 } }, when: { count: low, at_least: 2, within: 1s } }", [x(0), x(1), x(2, site="B"), x(9000, site="B"), tick(30000)],
     "r1 A 1..10001x e1 e2", "r1 B 9000..10003x e3 e4", "r2 - 9000..10001x r1@1 r1@9000")
case("an alert in a sequence is an event at its begin", BELOW + "{ events: { low: { alert: r1 } }, when: { sequence: [low, b], within: 5s, group_by: [site] }, alert: { expire_after: 99s } }",
     [x(0), x(1), y(5001), y(5002), tick(6000)], "r1 A 1..open e1 e2", "r2 A 5001..open r1@1 e3")
case("an alert that clears", BELOW + "{ events: { low: { alert: r1 } }, when: { event: b, group_by: [site] }, alert: { clear_when: low } }",
     [y(0), x(0), x(1), y(2), tick(6000)], "r1 A 1..open e2 e3", "r2 A 0..1c e1", "r2 A 2..open e4")
case("an answer that is an alert", BELOW + "{ events: { low: { alert: r1 } }, when: { absence: { after: b, expected: low, deadline: 1s }, group_by: [site] }, alert: { expire_after: 99s } }",
     [y(0), x(0), x(1000), y(5000), tick(9000)], "r1 A 1000..open e2 e3", "r2 A 6000..open e4")
ENDED = BELOW + "{ events: { low: { alert: r1, state: %s } }, when: { event: low, group_by: [site] }, alert: { expire_after: 9s } }"
case("an alert's end as an event", ENDED % "expired", [x(0), x(1), tick(10009)], "r1 A 1..10001x e1 e2", "r2 A 10001..open r1@1")
case("another end than the one named", ENDED % "cleared", [x(0), x(1), tick(10009)], "r1 A 1..10001x e1 e2")
case("a rise as an event", COUNT3 + "\n---\n{ events: { low: { alert: r1, state: escalated } }, when: { event: low, group_by: [site] }, alert: { expire_after: 9s } }",
     [x(0), x(1), x(2), tick(9)], "r1 A 1..open e1 e2 e3 low@1 high@2", "r2 A 2..open r1@1")
case("any alert from the time at which it reaches a level", COUNT3 + "\n---\n{ events: { low: { alert: any, level: high } }, when: { count: low, at_least: 1, within: 1s } }",
     [x(0), x(1), x(2), tick(20000)], "r1 A 1..10002x e1 e2 e3 low@1 high@2", "r2 - 2..10002x r1@1")
case("any is none of those that use any", "when: { count: a, at_least: 1, within: 10s }\n---\n{ events: { low: { alert: any } }, when: { count: low, at_least: 1, within: 1s } }\n---\n"
     "{ events: { low: { alert: any, level: low } }, when: { count: low, at_least: 1, within: 1s } }", [x(0), tick(9)], "r1 - 0..open e1", "r2 - 0..open r1@0", "r3 - 0..open r1@0")
case("any is none under trial, but to a rule that is under trial itself",
     "status: experimental\nwhen: { count: a, at_least: 1, within: 10s }\n---\n{ events: { low: { alert: any } }, when: { count: low, at_least: 1, within: 1s } }\n---\n"
     "status: experimental\nevents: { low: { alert: any } }\nwhen: { count: low, at_least: 1, within: 1s }", [x(0), tick(9)], "r1 - 0..open e1", "r3 - 0..open r1@0")
case("three storeys", BOTH + "\n---\n{ events: { both: { alert: r2 } }, when: { all_of: [both, c], within: 5s } }", [x(0), x(1), y(9000), z(9001), tick(30000)],
     "r1 A 1..10001x e1 e2", "r2 A 9000..10001x r1@1 e3", "r3 - 9001..10001x r2@9000 e4")
case("match on an alert's key", BELOW + "{ events: { low: { alert: r1, match: { site: b } } }, when: { event: low, group_by: [site] }, alert: { expire_after: 9s } }",
     [x(0), x(1), x(2, site="B"), x(3, site="B"), tick(9)], "r1 A 1..open e1 e2", "r1 B 3..open e3 e4", "r2 B 3..open r1@3")
case("an alert stands where its newest evidence before its begin did", "when: { count: a, at_least: 2, within: 10s, group_by: [site] }\n---\n"
     "{ events: { low: { alert: r1 } }, when: { all_of: [low, b], within: 5s, near: { distance: 100 m } } }",
     [x(0, pos=east(0)), x(1, pos=east(500)), x(2, pos=east(0)), y(3, pos=east(600)), y(4, pos=east(0)), tick(9)], "r1 A 1..open e1 e2 e3", "r2 - 3..open r1@1 e4")
case("an exercise's alert is one of the exercise", BOTH, [x(0, mode="exercise"), x(1, mode="exercise"), y(2), y(3, mode="exercise"), tick(9)], "r1 EXERCISE/A 1..open e1 e2", "r2 EXERCISE/A 3..open r1@1 e4")
NEAR = BELOW + "{ events: { low: { alert: r1 } }, when: { all_of: [low, b], within: 5s, near: { distance: 100 m } } }"
case("near each other, an alert in its last millisecond", NEAR, [x(0, pos=east(0)), x(1, pos=east(0)), y(10000, pos=east(0)), tick(30000)], "r1 A 1..10001x e1 e2", "r2 - 10000..10001x r1@1 e3")
case("near each other, an alert that is over", NEAR, [x(0, pos=east(0)), x(1, pos=east(0)), y(10001, pos=east(0)), tick(30000)], "r1 A 1..10001x e1 e2")
case("the alert of one rule is not that of another", "when: { count: a, at_least: 1, within: 10s, group_by: [site] }\n---\nwhen: { count: b, at_least: 1, within: 10s, group_by: [site] }\n---\n"
     "{ events: { one: { alert: r1 }, two: { alert: r2 } }, when: { all_of: [one, two], within: 5s, group_by: [site] } }",
     [x(0), x(1), y(9), y(9, site="B"), tick(19)], "r1 A 0..open e1 e2", "r2 A 9..open e3", "r2 B 9..open e4", "r3 A 9..open r1@0 r2@9")
case("an alert is a point: the error of its evidence is not taken off", "when: { count: a, at_least: 1, within: 10s, group_by: [site] }\n---\n"
     "{ events: { low: { alert: r1 } }, when: { event: low, near: { place: camp, distance: 100 m } }, alert: { expire_after: 99s } }",
     [x(0, pos=east(-160, error_m=20)), x(1, site="B", pos=east(-150, error_m=20)), tick(9)], "r1 A 0..open e1", "r1 B 1..open e2", "r2 GAO 1..open r1@1")

# -- A line and what is decided in the same millisecond
case("a deadline that a line by distance prevents does not tie the episode before it", "when: { absence: { after: a, expected: b, deadline: 3s }, group_by: [site] }\nalert: { clear_when: { c: { near: a, distance: 100 m } } }",
     [x(0, pos=east(0)), x(1000, pos=east(500)), z(4000, pos=east(500)), tick(9000)], "A 3000..open e1")
case("a line by distance a millisecond after the deadline ends it", "when: { absence: { after: a, expected: b, deadline: 3s }, group_by: [site] }\nalert: { clear_when: { c: { near: a, distance: 100 m } } }",
     [x(0, pos=east(0)), x(1000, pos=east(500)), z(4001, pos=east(500)), tick(9000)], "A 3000..4001c e1 e2")
case("what becomes evidence later does not move an alert", "when: { absence: { after: a, expected: b, deadline: 3s }, group_by: [site] }\nalert: { expire_after: 99s }\n---\n"
     "{ events: { low: { alert: r1 } }, when: { event: low, near: { place: Gao, distance: 100 m } }, alert: { expire_after: 99s } }",
     [x(0, pos=east(0)), x(1000, pos=east(5000)), tick(9000)], "r1 A 3000..open e1 e2", "r2 GAO 3000..open r1@3000")
case("what a line spares runs out in its millisecond", "when: { average: { of: a, field: n }, more_than: 0.3, within: 2s, group_by: [site] }\nalert: { expire_after: 1s, clear_when: { c: { near: a, distance: 100 m } } }",
     [x(0, n=2, pos=east(500)), x(1000, n=1, pos=east(0)), z(1000, pos=east(0)), tick(9000)], "A 0..1000x e1")

# -- what a line by distance ends, and what it leaves
WAITS = """
when: { count: a, at_least: 1, within: 2s }
alert: { clear_when: { b: { near: a, distance: 100 m } }, for: 1s, keep_firing_for: 3s }
"""
HERE, THERE = {"pos": east(0)}, {"pos": east(5000)}
for line, expected in [(3500, ["- 1000..3500c e1", "- 4000..8001x e2"]), (4000, ["- 1000..4000c e1", "- 4000..8001x e2"]),
                       (4001, ["- 1000..4001c e1 e2"])]:
    case(f"what waits to join is no part of what a line at {line} ends", WAITS,
         [x(0, **HERE), x(3000, **THERE), y(line, **HERE), tick(20000)], *expected)
case("an event that a line of its millisecond touches does not say that it is over", "when: { min: { of: a, field: w }, more_than: 0.1, within: 1s }\nalert: { clear_when: { b: { near: a, distance: 100 m } } }",
     [x(0, w=1, **THERE), x(1001, w=0, **HERE), y(1001, **HERE), tick(9000)], "- 0..1001x e1")
case("two alerts of one rule, begin and evidence are two", """
events: { a: { type: x }, b: { type: x } }
when: { sequence: [a, b], within: 10s }
alert: { expire_after: 1s }
---
events: { a: { alert: r1 } }
when: { count: a, at_least: 2, within: 10s }
""", [x(0), x(0), tick(9000)], "r1 - 0..1000x e1 e2", "r1 - 0..1000x e1 e2", "r2 - 0..1000x r1@0 r1@0")
case("an alert lies where its evidence does, though that is dated after its begin", """
when: { absence: { after: a, expected: b, deadline: 1s, from: since }, group_by: [site] }
alert: { expire_after: 5s }
---
events: { a: { alert: r1, near: { place: Gao, distance: 100 m } } }
when: { event: a }
alert: { expire_after: 1s }
""", [x(3000, since=0, **HERE), tick(20000)], "r1 A 1000..6000x e1", "r2 - 1000..2000x r1@1000")
case("what a line has touched while `for` waited lets no later one end the episode", WAITS.replace("within: 2s", "within: 5s"),
     [x(0, **HERE), x(0, **THERE), y(500, **HERE), y(1500, **HERE), tick(20000)], "- 1000..8001x e2")
case("two alerts of one begin and place are a pair near each other", """
events: { a: { type: x }, b: { type: x } }
when: { sequence: [a, b], within: 10s, group_by: [site], once_per: onset }
alert: { expire_after: 1s }
---
events: { a: { alert: r1 } }
when: { count: a, at_least: 2, within: 10s, near: { distance: 100 m }, group_by: [site] }
""", [x(0, **HERE), x(0, **THERE), tick(9000)], "r1 A 0..1000x e1 e2", "r1 A 0..1000x e1 e2", "r2 A 0..1000x r1@0 r1@0")
case("a line that ends a cluster lets one that shares an event with it go on", """
events: { a: { type: x }, c: { type: "*" } }
when: { any_kinds: [a, c], at_least: 2, within: 10s, near: { distance: 100 m } }
alert: { clear_when: { b: { near: a, distance: 100 m } } }
""", [x(0, pos=east(0)), x(8000, pos=east(-60)), z(10000, pos=east(100)), x(11000, pos=east(190)), y(12000, pos=east(-100)), tick(40000)],
     "- 0..12000c e1 e2 e3", "- 11000..21001x e3 e4")
case("a rise that time alone brings waits until it has passed", 'level: low\nwhen: { count: a, at_least: 1, within: 1s, group_by: [site] }\nalert: { escalate: [{ when: "value < 2.0", level: high }] }',
     [x(0), x(500), tick(1001)], "A 0..open e1 e2 high@0 low@500")
case(".. and is so when it has", 'level: low\nwhen: { count: a, at_least: 1, within: 1s, group_by: [site] }\nalert: { escalate: [{ when: "value < 2.0", level: high }] }',
     [x(0), x(500), tick(1002)], "A 0..open e1 e2 high@0 low@500 high@1001")

"""The hand cases of match, the first kinds, and how episodes begin and end."""

from harness import BASE, GEO, case, east, tick, w, x, y, z

COUNT2 = "when: { count: a, at_least: 2, within: 10s, group_by: [site] }"
NEAR2 = "when: { count: a, at_least: 2, within: 10s, near: { distance: 100 m } }"
NEAR3 = "when: { count: a, at_least: 3, within: 10s, near: { distance: 100 m } }"
P0, P100, P101 = east(0), east(100), east(100.001)

# -- Which events count
case("a repeat is no second event", COUNT2, [x(0, id="e"), x(1, id="e"), tick(9)])
case("the same id of another source is another event", COUNT2, [x(0, id="e", source="/1"), x(1, id="e", source="/2"), tick(9)], "A 1..open e e")
case("the first of a repeated identity stands", COUNT2, [x(0), x(5, id="q", site="B"), x(6, id="q"), tick(9)])
case("finer digits are cut", COUNT2, [x(0, time="2026-01-01T00:00:00.0009Z"), x(10000), tick(20000)], "A 10000..10001x e1 e2")
case("an offset is counted", COUNT2, [x(0, time="2026-01-01T01:00:00+01:00"), x(1), tick(2)], "A 1..open e1 e2")
case("every test of match has to hold", "{ events: { a: { type: x, match: { n: 1, s: p } } }, " + COUNT2 + " }",
     [x(0, n=1, s="p"), x(1, n=1, s="q"), x(2, n=2, s="p"), x(3, n=1, s="P"), tick(9)], "A 3..open e1 e4")
case("any of a list is enough", "{ events: { a: { type: x, match: { s: [p, q] } } }, " + COUNT2 + " }", [x(0, s="p"), x(1, s="q"), x(2, s="r"), tick(9)], "A 1..open e1 e2")
for test, given in [
        ("w|gt: 1", [({"w": 1}, 0), ({"w": 1.001}, 1)]), ("w|gte: 1", [({"w": 0.999}, 0), ({"w": 1}, 1)]),
        ("w|lt: 1", [({"w": 1}, 0), ({"w": 0.999}, 1)]), ("w|lte: 1", [({"w": 1.001}, 0), ({"w": 1}, 1)]),
        ("s|not: p", [({"s": "P"}, 0), ({"s": "q"}, 1), ({}, 1)]),
        ("s|contains: AB", [({"s": "xaby"}, 1), ({"s": "a b"}, 0), ({}, 0)]),
        ("s|startswith: ab", [({"s": "Abc"}, 1), ({"s": "cab"}, 0)]),
        ("s|endswith: ab", [({"s": "cAB"}, 1), ({"s": "abc"}, 0)]),
        ("s|re: '^a.c'", [({"s": "ABCd"}, 1), ({"s": "xabc"}, 0)]),
        ("s|re|cased: 'b'", [({"s": "abc"}, 1), ({"s": "ABC"}, 0)]),
        ("s|cased: Ab", [({"s": "Ab"}, 1), ({"s": "ab"}, 0)]),
        ("s: strasse", [({"s": "Straße"}, 1), ({"s": "strase"}, 0)]),
        ("n|exists: true", [({"n": 0}, 1), ({}, 0)]), ("n|exists: false", [({"n": 0}, 0), ({}, 1)]),
        ("l: Red", [({"l": ["blue", "red"]}, 1), ({"l": ["blue"]}, 0), ({"l": []}, 0)]),
        ("l|all: [red, blue]", [({"l": ["red", "blue"]}, 1), ({"l": ["red", "x"]}, 0), ({"l": []}, 0)]),
        ("l|contains: red", [({"l": ["Red"]}, 1), ({"l": ["reddish"]}, 0)]),
        ("l|not: red", [({"l": ["blue"]}, 1), ({"l": ["red", "blue"]}, 0), ({}, 1)]),
        ("b: true", [({"b": True}, 1), ({"b": False}, 0)]), ("n: lists.few", [({"n": 2}, 1), ({"n": 3}, 0)]),
        ("w|gt|not: 1", [({"w": 1}, 1), ({"w": 2}, 0), ({}, 1)]),
        ("since|gte: '2026-01-01T00:00:01Z'", [({"since": 1000}, 1), ({"since": 999}, 0)]),
        ("source: /t", [({"source": "/T"}, 1), ({"source": "/s"}, 0)]),
        ("pos.alt_m|lt: 120", [({"pos": east(0, alt_m=119.999)}, 1), ({"pos": east(0, alt_m=120)}, 0),
                               ({"pos": east(0)}, 0), ({"pos": None}, 0)]),
        ("pos.alt_m|gt|not: 120", [({"pos": east(0, alt_m=120)}, 1), ({"pos": east(0, alt_m=120.001)}, 0),
                                   ({"pos": east(0)}, 1)]),
        ("pos.alt_m: 120", [({"pos": east(0, alt_m=120.0004)}, 1), ({"pos": east(0, alt_m=120.0006)}, 0)]),
        ("pos.alt_m: -0.001", [({"pos": east(0, alt_m=-0.0006)}, 1), ({"pos": east(0, alt_m=-0.0004)}, 0)]),
        ("pos.alt_m|exists: true", [({"pos": east(0, alt_m=-500)}, 1), ({"pos": east(0, alt_m=-500.001)}, 0),
                                    ({"pos": east(0, alt_m=100000)}, 1), ({"pos": east(0, alt_m=100000.001)}, 0),
                                    ({"pos": east(0, alt_m="7")}, 0), ({"pos": east(0)}, 0)]),
        ("pos.alt_m|exists: false", [({"pos": east(0, alt_m=100001)}, 1), ({}, 1), ({"pos": east(0, alt_m=0)}, 0)]),
        ("pos|exists: true", [({"pos": east(0, alt_m=100001)}, 1), ({"pos": east(0, error_m=-1)}, 0)]),
        ("pos.lat|gte: 10", [({"pos": {"lat": 10, "lon": 20}}, 1), ({"pos": {"lat": 9.999999, "lon": 20}}, 0)]),
        ("pos.lon|lt: 20", [({"pos": {"lat": 10, "lon": 20}}, 0), ({"pos": {"lat": 10, "lon": 19.999999}}, 1)]),
        ("pos.error_m|lte: 5", [({"pos": east(0, error_m=5)}, 1), ({"pos": east(0, error_m=5.1)}, 0), ({"pos": east(0)}, 1)]),
        ("w: 1.0", [({"w": 1}, 1), ({"w": 1.1}, 0)])]:
    given = [x(i, **fields) for i, (fields, _) in enumerate(given)], [i for i, (_, met) in enumerate(given) if met]
    case(f"match {test}", "{ events: { a: { type: x, match: { \"" + test.replace(": ", "\": ", 1) + " } } }, when: { event: a }, alert: { expire_after: 9s } }",
         given[0] + [tick(50)], *[f"- {i}..open e{i + 1}" for i in given[1]])
case("a wrong optional field is missing", "when: { event: a, group_by: [n] }\nalert: { expire_after: 9s }", [x(0, n=1.5), x(1, n="1"), x(2, n=1), tick(9)], "1 2..open e3")
case("a key is text without case", COUNT2, [x(0, site="A"), x(1, site="a"), x(2, site="B"), tick(9)], "A 1..open e1 e2")
case("numbers are compared by value", "when: { count: a, at_least: 2, within: 10s, group_by: [w] }", [x(0, w=1), x(1, w=1.0), x(2, w=1.5), tick(9)], "1 1..open e1 e2")
case("an event without a key field does not count", COUNT2, [x(0), x(1, site=None), tick(9)])
case("modes do not mix", COUNT2, [x(0), x(1, mode="exercise"), x(2, mode="exercise"), tick(9)], "EXERCISE/A 2..open e2 e3")
case("as renames a field into the key", "{ events: { a: { type: x, as: { case: alt } } }, when: { count: a, at_least: 2, within: 10s, group_by: [case] } }", [x(0, alt="k"), x(1, alt="K"), x(2, alt="m"), tick(9)], "K 1..open e1 e2")

# -- Places
PLACE2 = "when: { count: a, at_least: 2, within: 10s, near: { place: camp, distance: 100 m } }"
case("a place near becomes part of the key", PLACE2, [x(0, pos=P0), x(1, pos=east(150)), x(2, pos=east(450)), tick(9)], "GAO 1..open e1 e2")
case("a millimetre beyond is not near", PLACE2, [x(0, pos=P0), x(1, pos=east(150.001)), tick(9)])
case("the circular error is taken off", PLACE2, [x(0, pos=P0), x(1, pos=east(155, error_m=5)), tick(9)], "GAO 1..open e1 e2")
case("a millimetre beyond, error and all", PLACE2, [x(0, pos=P0), x(1, pos=east(155.001, error_m=5)), tick(9)])
case("at two camps it counts for both", "when: { count: a, at_least: 2, within: 10s, near: { place: camp, distance: 200 m } }", [x(0, pos=east(150)), x(1, pos=east(150)), tick(9)], "GAO 1..open e1 e2", "KIDAL 1..open e1 e2")
case("a place named, by its alias", "when: { count: a, at_least: 2, within: 10s, near: { place: gawgaw, distance: 200 m } }", [x(0, pos=east(150)), x(1, pos=east(150)), tick(9)], "GAO 1..open e1 e2")
case("an alias's near alone only filters", "{ events: { a: { type: x, near: { place: camp, distance: 200 m } } }, when: { count: a, at_least: 2, within: 10s } }", [x(0, pos=east(-100)), x(1, pos=east(400)), x(2, pos=east(3000)), tick(9)], "- 1..open e1 e2")
case("unless group_by names the kind", "{ events: { a: { type: x, near: { place: camp, distance: 200 m } } }, when: { count: a, at_least: 2, within: 10s, group_by: [camp] } }", [x(0, pos=east(-100)), x(1, pos=east(400)), x(2, pos=east(400)), tick(9)], "KIDAL 2..open e2 e3")
case("at names the location", "{ events: { a: { type: x, at: other } }, " + PLACE2 + " }", [x(0, pos=P0), x(1, other=P0), x(2, other=P0, pos=east(5000)), tick(9)], "GAO 2..open e2 e3")
case("inside a polygon", "when: { event: a, near: { place: Square, distance: 0 m } }\nalert: { expire_after: 9s }", [x(0, pos={"lat": 10.002, "lon": 30.002}), x(1, pos={"lat": 10.005, "lon": 30.005}), x(2, pos={"lat": 10.002, "lon": 29.999}), tick(9)], "SQUARE 0..open e1")
case("outside, but within the distance of its edge", "when: { event: a, near: { place: Square, distance: 120 m } }\nalert: { expire_after: 9s }", [x(0, pos={"lat": 10.002, "lon": 29.999}), x(1, pos={"lat": 10.002, "lon": 29.9989}), tick(9)], "SQUARE 0..open e1")
case("over the dateline", "when: { event: a, near: { place: Line, distance: 100 m } }\nalert: { expire_after: 9s }", [x(0, pos=east(-100, (0.0, 180.0))), x(1, pos=east(100, (0.0, 180.0))), x(2, pos=east(100.001, (0.0, 180.0))), tick(9)], "LINE 0..open e1 e2")
case("at the pole", "when: { event: a, near: { place: Pole, distance: 100 m } }\nalert: { expire_after: 9s }", [x(0, pos=dict(zip(("lat", "lon"), GEO.go((90.0, 0.0), 17, 105)))), x(1, pos=dict(zip(("lat", "lon"), GEO.go((90.0, 0.0), -90, 105.001)))), tick(9)], "POLE 0..open e1")

# -- count
case("exactly within", COUNT2, [x(0), x(10000), tick(30000)], "A 10000..10001x e1 e2")
case("a millisecond too far", COUNT2, [x(0), x(10001), tick(30000)])
case("begins and ends at the millisecond", COUNT2, [x(0), x(4000), x(9000), tick(30000)], "A 4000..14001x e1 e2 e3")
case("a gap of one millisecond makes two", COUNT2, [x(0), x(1000), x(11002), tick(30000)], "A 1000..10001x e1 e2")
case("two after a gap", COUNT2, [x(0), x(1), x(10002), x(10003), tick(30000)], "A 1..10001x e1 e2", "A 10003..20003x e3 e4")
case("equal times count", COUNT2, [x(5), x(5), tick(9)], "A 5..open e1 e2")
case("order of arrival does not matter", COUNT2, [tick(9000), x(4000), x(0), tick(9)], "A 4000..open e3 e2", accept_late_ms=9000)
case("too late by a millisecond", COUNT2, [tick(9000), x(4000), x(0), tick(9)], accept_late_ms=8999)
case("what is told at once runs out, whatever arrives just then", COUNT2.replace("2", "3", 1), [x(0), x(0), x(5), x(10001), tick(20000)], "A 5..10001x e1 e2 e3")
case("more than two", "when: { count: a, more_than: 2, within: 10s, group_by: [site] }", [x(0), x(1), x(2), tick(9)], "A 2..open e1 e2 e3")
case("two are not more than two", "when: { count: a, more_than: 2, within: 10s, group_by: [site] }", [x(0), x(1), tick(9)])
MOST1 = "when: { count: a, at_most: 1, within: 10s, group_by: [site] }"
case("from above, judged from the first event and within on", MOST1, [x(5), tick(10006)], "A 10005..open e1")
case("and only told behind the watermark", MOST1, [x(5), tick(10005)])
case("at_most ends when one is too many: the event says so", MOST1, [x(0), x(11000), x(12000), tick(13000)], "A 10000..12000c e1 e2")
case("at_most with two in the window holds not", MOST1, [x(0), x(1), tick(10002)], "A 10001..open e2")
case("less_than", "when: { count: a, less_than: 1, within: 10s, group_by: [site] }", [x(0), tick(30000)], "A 10001..open")
case("a member is known from the begin of the stream", "when: { count: a, at_most: 0, within: 10s, group_by: [site], members: lists.sites }", [tick(7), x(3000), tick(10008)], "M 10007..open")
case("members are awaited in actual only", "when: { count: a, at_most: 0, within: 10s, group_by: [site], members: lists.sites }", [tick(7), x(3000, mode="test"), tick(10008)], "A 10007..open", "M 10007..open")
case("a line makes the key begin anew", "when: { count: a, at_most: 1, within: 10s, group_by: [site] }\nalert: { clear_when: b }", [x(0), y(11000), x(12000), tick(22001)], "A 10000..11000c e1", "A 22000..open e3")
DISTINCT = "when: { count_distinct: { of: a, field: s }, at_least: 2, within: 10s, group_by: [site] }"
case("different values, without case", DISTINCT, [x(0, s="p"), x(1, s="P"), x(2), x(3, s="q"), tick(9)], "A 3..open e1 e2 e4")
case("the same value twice is one", DISTINCT, [x(0, s="p"), x(1, s="P"), tick(9)])

# -- sum, average, min, max
SUM = "when: { sum: { of: a, field: w }, at_least: 0.3, within: 10s, group_by: [site] }"
case("a sum in whole millionths", SUM, [x(0, w=0.1), x(1, w=0.2), tick(9)], "A 1..open e1 e2")
case("a millionth short", SUM, [x(0, w=0.1), x(1, w=0.199999), tick(9)])
case("a threshold in millionths", SUM.replace("0.3", "0.300001"), [x(0, w=0.1), x(1, w=0.2), tick(9)])
case("a threshold in millionths, met", SUM.replace("0.3", "0.300001"), [x(0, w=0.1), x(1, w=0.200001), tick(9)], "A 1..open e1 e2")
case("more_than asks for more", SUM.replace("at_least", "more_than"), [x(0, w=0.1), x(1, w=0.2), tick(9)])
case("half a millionth is rounded away from zero", "when: { sum: { of: a, field: v }, at_least: 1, within: 10s, group_by: [site] }", [x(0, v=0.9999995000000001), tick(9)], "A 0..open e1")
case("a value beyond the bound does not count", "when: { sum: { of: a, field: big }, at_least: 1, within: 10s, group_by: [site] }", [x(0, big=9000000000001), x(1, big=9000000000000), tick(9)], "A 1..open e2")
case("an event without the field does not count", SUM, [x(0, w=0.3), x(1), tick(9)], "A 0..open e1")
case("a sum that can fall waits for the watermark", SUM.replace("field: w", "field: v"), [x(0), x(5, v=1)])
case("and is told behind it", SUM.replace("field: w", "field: v"), [x(0), x(5, v=1), tick(6)], "A 5..open e2")
case("a sum that only rises is told at once", SUM, [x(5, w=1)], "A 5..open e1")
case("a falling sum is cleared by the event", SUM.replace("field: w", "field: v"), [x(0, v=1), x(5, v=-1), tick(6)], "A 0..5c e1")
case("a rising sum runs out", SUM, [x(0, w=1), tick(10002)], "A 0..10001x e1")
case("a sum from above holds of nothing", "when: { sum: { of: a, field: w }, at_most: 0, within: 10s, group_by: [site] }", [x(0, w=1), tick(10002)], "A 10001..open")
AVERAGE = "when: { average: { of: a, field: v }, at_least: 1, within: 10s, group_by: [site] }"
case("an average at the threshold", AVERAGE, [x(0, v=0), x(1, v=2), tick(2)], "A 1..open e1 e2")
case("an average waits for the watermark", AVERAGE, [x(0, v=0), x(1, v=2)])
case("an average below", AVERAGE, [x(0, v=0), x(1, v=1.999999), tick(2)])
case("an average of nothing holds not", "when: { average: { of: a, field: v }, at_most: 1, within: 10s, group_by: [site] }", [x(0, v=0), tick(20000)], "A 0..10001x e1")
case("the event that moves the average clears", AVERAGE, [x(0, v=1), x(5, v=0), tick(6)], "A 0..5c e1")
MAX = "when: { max: { of: a, field: v }, at_least: 2, within: 10s, group_by: [site] }"
case("a maximum is told at once", MAX, [x(0, v=1), x(1, v=2)], "A 1..open e1 e2")
case("a maximum below", MAX, [x(0, v=1), x(1, v=1.999999)])
case("max at_most waits, and an event clears it", MAX.replace("at_least", "at_most"), [x(0, v=2), x(5, v=2.1), tick(6)], "A 0..5c e1")
case("min at_most is told at once", MAX.replace("max", "min").replace("at_least", "at_most"), [x(5, v=2)], "A 5..open e1")
case("min less_than", MAX.replace("max", "min").replace("at_least", "less_than"), [x(5, v=2)])
case("min at_least waits", MAX.replace("max", "min"), [x(5, v=2)])
case("min at_least looks at all", MAX.replace("max", "min"), [x(0, v=3), x(5, v=1), tick(10006)], "A 0..5c e1")

# -- all_of, any_kinds
ALL = "when: { all_of: [a, b], within: 10s, group_by: [site] }"
case("all kinds, in any order", ALL, [y(0), x(10000), tick(20000)], "A 10000..10001x e1 e2")
case("all kinds, a millisecond too far", ALL, [y(0), x(10001), tick(20000)])
case("twice the same is not all", ALL, [x(0), x(1), tick(9)])
case("one event may be of two kinds", "{ events: { b: { type: [x, y] } }, " + ALL + " }", [x(0), tick(9)], "A 0..open e1")
ANY2 = "when: { any_kinds: [a, b, c], at_least: 2, within: 10s, group_by: [site] }"
case("two kinds of three", ANY2, [x(0), x(1), z(2), tick(9)], "A 2..open e1 e2 e3")
case("one kind thrice", ANY2, [x(0), x(1), x(2), tick(9)])

# -- pairwise near
case("at the distance", NEAR2, [x(0, pos=P0), x(1, pos=P100), tick(9)], "- 1..open e1 e2")
case("a millimetre beyond the distance", NEAR2, [x(0, pos=P0), x(1, pos=P101), tick(9)])
case("pairwise near, exactly within", NEAR2, [x(0, pos=P0), x(10000, pos=P100), tick(20000)], "- 10000..10001x e1 e2")
case("pairwise near, a millisecond beyond", NEAR2, [x(0, pos=P0), x(10001, pos=P100), tick(20000)])
case("errors are not taken off between events", NEAR2, [x(0, pos=P0), x(1, pos=east(100.001, error_m=50)), tick(9)])
case("no location, not counted", NEAR2, [x(0, pos=P0), x(1), tick(9)])
case("a clique, not a chain", NEAR3, [x(0, pos=P0), x(1, pos=east(90)), x(2, pos=east(180)), tick(9)])
case("three of each other", NEAR3, [x(0, pos=P0), x(1, pos=east(50)), x(2, pos=P100), tick(9)], "- 2..open e1 e2 e3")
case("clusters that share an event are one", NEAR2, [x(0, pos=P0), x(1, pos=P100), x(2, pos=east(200)), tick(9)], "- 1..open e1 e2 e3")
case("clusters that share none are two", NEAR2, [x(0, pos=P0), x(1, pos=P100), x(2, pos=east(1000)), x(3, pos=east(1100)), tick(9)], "- 1..open e1 e2", "- 3..open e3 e4")
case("a cluster stays one as events expire", NEAR2, [x(0, pos=P0), x(9000, pos=P100), x(10000, pos=east(200)), tick(30000)], "- 9000..19001x e1 e2 e3")
case("sharing an event, but not the time", NEAR2, [x(0, pos=P0), x(3000, pos=P100), x(12000, pos=east(200)), tick(30000)], "- 3000..10001x e1 e2", "- 12000..13001x e2 e3")
case("stretches that touch are one", NEAR2, [x(0, pos=P0), x(3000, pos=P100), x(10001, pos=east(200)), tick(30000)], "- 3000..13001x e1 e2 e3")
case("keep_firing_for joins over the gap", NEAR2 + "\nalert: { keep_firing_for: 1999ms }", [x(0, pos=P0), x(3000, pos=P100), x(12000, pos=east(200)), tick(30000)], "- 3000..15000x e1 e2 e3")
case("and not over a longer one", NEAR2 + "\nalert: { keep_firing_for: 1998ms }", [x(0, pos=P0), x(3000, pos=P100), x(12000, pos=east(200)), tick(30000)], "- 3000..11999x e1 e2", "- 12000..14999x e2 e3")
case("a cluster that lapsed takes in no more", NEAR2 + "\nalert: { expire_after: 2s }", [x(0, pos=P0), x(1, pos=P100), x(2002, pos=east(150)), tick(2003)], "- 1..2001x e1 e2", "- 2002..open e2 e3")
case("at the millisecond it would lapse it does", NEAR2 + "\nalert: { expire_after: 2s }", [x(0, pos=P0), x(1, pos=P100), x(2001, pos=east(150)), tick(2003)], "- 1..open e1 e2 e3")
case("an event that belongs to two clusters makes them one", NEAR2, [x(0, pos=P0), x(1, pos=P0), x(2, pos=east(200)), x(3, pos=east(200)), x(4, pos=P100), tick(9)], "- 1..open e1 e2 e3 e4 e5")
case("with group_by one episode a key", NEAR2.replace("near:", "group_by: [site], near:"), [x(0, pos=P0), x(1, pos=P100), x(2, pos=east(1000)), x(3, pos=east(1100)), x(4, pos=east(5000)), tick(9)], "A 1..open e1 e2 e3 e4")
case("different values, pairwise near", "when: { count_distinct: { of: a, field: s }, at_least: 2, within: 10s, near: { distance: 100 m } }", [x(0, s="p", pos=P0), x(1, s="p", pos=P0), x(2, s="q", pos=P101), x(3, s="q", pos=P100), tick(9)], "- 3..open e1 e2 e4")
case("all kinds, pairwise near", "when: { all_of: [a, b], within: 10s, near: { distance: 100 m } }", [x(0, pos=P0), y(1, pos=P101), y(2, pos=P100), tick(9)], "- 2..open e1 e3")
case("over the dateline, pairwise", NEAR2, [x(0, pos=east(-50, (0.0, 180.0))), x(1, pos=east(50, (0.0, 180.0))), tick(9)], "- 1..open e1 e2")
case("around the pole, pairwise", NEAR2, [x(0, pos={"lat": 89.9996, "lon": 0}), x(1, pos={"lat": 89.9996, "lon": 180}), x(2, pos={"lat": 89.9999, "lon": 77}), tick(9)], "- 1..open e1 e2 e3")

# -- from raw to episodes
case("expire_after drops it early", COUNT2 + "\nalert: { expire_after: 2s }", [x(0), x(1), tick(5000)], "A 1..2001x e1 e2")
case("evidence renews it", COUNT2 + "\nalert: { expire_after: 2s }", [x(0), x(1), x(2001), tick(5000)], "A 1..4001x e1 e2 e3")
case("a millisecond later it is another", COUNT2 + "\nalert: { expire_after: 2s }", [x(0), x(1), x(2002), tick(5000)], "A 1..2001x e1 e2", "A 2002..4002x e1 e2 e3")
case("the newest evidence of the stretch, of a clique gone by too", NEAR2.replace("near:", "group_by: [site], near:") + "\nalert: { expire_after: 6s }",
     [x(0, pos=east(90)), x(4000, pos=east(1000)), x(4001, pos=east(1000)), x(9000, pos=P0), tick(30000)], "A 4001..14001x e1 e2 e3 e4")
case("for: exactly so long is not long enough", COUNT2 + "\nalert: { for: 2s }", [x(0), x(8001), tick(30000)])
case("for: a millisecond longer is", COUNT2 + "\nalert: { for: 2s }", [x(0), x(8000), tick(30000)], "A 10000..10001x e1 e2")
case("for is told behind the watermark", COUNT2 + "\nalert: { for: 2s }", [x(0), x(1), tick(2001)])
case("for, told", COUNT2 + "\nalert: { for: 2s }", [x(0), x(1), tick(2002)], "A 2001..open e1 e2")
case("keep_firing_for prolongs it", COUNT2 + "\nalert: { keep_firing_for: 3s }", [x(0), x(1), tick(30000)], "A 1..13001x e1 e2")
case("the next begins where the other ends: one", COUNT2 + "\nalert: { keep_firing_for: 3s }", [x(0), x(1), x(13000), x(13001), tick(13002)], "A 1..open e1 e2 e3 e4")
case("the next begins a millisecond later: two", COUNT2 + "\nalert: { keep_firing_for: 3s }", [x(0), x(1), x(13001), x(13002), tick(13003)], "A 1..13001x e1 e2", "A 13002..open e3 e4")
case("what is not decided yet joins nothing yet", COUNT2 + "\nalert: { for: 2s, keep_firing_for: 9s }", [x(0), x(1), x(13000), x(13001), tick(15001)], "A 2001..open e1 e2")
case("what is decided joins", COUNT2 + "\nalert: { for: 2s, keep_firing_for: 9s }", [x(0), x(1), x(13000), x(13001), tick(15002)], "A 2001..open e1 e2 e3 e4")
case("keep_firing_for, but at the latest expire_after", COUNT2 + "\nalert: { keep_firing_for: 3s, expire_after: 12s }", [x(0), x(1), tick(30000)], "A 1..12001x e1 e2")
case("an end is told behind the watermark", COUNT2, [x(0), x(1), tick(10001)], "A 1..open e1 e2")
case("a millisecond beyond, it is over", COUNT2, [x(0), x(1), tick(10002)], "A 1..10001x e1 e2")

# -- the line of clear_when
CLEAR2 = COUNT2 + "\nalert: { keep_firing_for: 5s, clear_when: b }"
case("a line ends it", CLEAR2, [x(0), x(1), y(3), tick(9)], "A 1..3c e1 e2")
case("what is dated as the line counts no more", CLEAR2, [x(0), x(1), x(3), y(3), x(4), tick(9)], "A 1..3c e1 e2")
case("what is dated after it does", CLEAR2, [x(0), x(1), y(3), x(4), x(5), tick(9)], "A 1..3c e1 e2", "A 5..open e4 e5")
case("one that would begin at the line does not", CLEAR2, [x(0), x(3), y(3), tick(9)])
case("a line of another key", CLEAR2, [x(0), x(1), y(3, site="B"), tick(9)], "A 1..open e1 e2")
case("a line of another mode", CLEAR2, [x(0), x(1), y(3, mode="test"), tick(9)], "A 1..open e1 e2")
case("a line without its key field", CLEAR2, [x(0), x(1), y(3, site=None), tick(9)], "A 1..open e1 e2")
case("a line in the time it is kept firing", CLEAR2, [x(0), x(1), y(12000), tick(30000)], "A 1..12000c e1 e2")
case("nothing joins across a line", CLEAR2, [x(0), x(1), y(12000), x(12001), x(12002), tick(12003)], "A 1..12000c e1 e2", "A 12002..open e4 e5")
case("a line on the last millisecond clears", CLEAR2.replace("keep_firing_for: 5s, ", ""), [x(0), x(1), y(10001), tick(10002)], "A 1..10001c e1 e2")
case("a line agrees in the fields it carries", "{ events: { b: { type: y, as: { alt: s } } }, when: { count: a, at_least: 2, within: 10s, group_by: [site, alt] }, alert: { clear_when: b } }", [x(0, alt="p"), x(1, alt="p"), y(3, s="q"), y(4, s="p"), tick(9)], "A/P 1..4c e1 e2")
TIED = NEAR2 + "\nalert: { clear_when: { b: { near: a, distance: 10 m } } }"
case("tied by distance, it ends what has one of them", TIED, [x(0, pos=P0), x(1, pos=P100), y(3, pos=east(110)), tick(9)], "- 1..3c e1 e2")
case("a millimetre too far off", TIED, [x(0, pos=P0), x(1, pos=P100), y(3, pos=east(110.001)), tick(9)], "- 1..open e1 e2")
case("and all its evidence counts no more", TIED, [x(0, pos=P0), x(1, pos=P100), y(3, pos=east(110)), x(4, pos=P0), tick(9)], "- 1..3c e1 e2")
case("cut for a key, and begun at the same millisecond by others", TIED.replace("near:", "group_by: [site], near:", 1), [x(0, pos=P0), x(1, pos=P100), x(2, pos=east(1000)), x(3, pos=east(1000)), y(3, pos=east(110)), tick(9)], "A 1..3c e1 e2", "A 3..open e3 e4")
case("what stands elsewhere goes on", TIED, [x(0, pos=P0), x(1, pos=P100), x(2, pos=east(1000)), x(2, pos=east(1000)), y(3, pos=east(110)), tick(9)], "- 1..3c e1 e2", "- 2..open e3 e4")
case("a lone event touched counts no more", TIED, [x(0, pos=P0), y(1, pos=P0), x(2, pos=P100), tick(9)])
case("a lone event not touched does", TIED, [x(0, pos=P0), y(1, pos=east(50)), x(2, pos=P100), tick(9)], "- 2..open e1 e3")

# -- latest
LATEST = "{ events: { a: { type: x, match: { w|gte: 1 } } }, when: { latest: a, group_by: [site] }, alert: { expire_after: 5s } }"
case("holds while the newest meets", LATEST, [x(0, w=1), x(5, w=2), x(9, w=0), tick(10)], "A 0..9c e1 e2")
case("latest is told at once, its end is not", LATEST, [x(0, w=1), x(9, w=0)], "A 0..open e1")
case("what cannot be judged changes nothing", LATEST, [x(0, w=1), x(5), tick(10)], "A 0..open e1")
case("nor does it renew", LATEST, [x(0, w=1), x(4000), tick(6000)], "A 0..5000x e1")
case("a failing test decides, whatever is missing", LATEST.replace("w|gte: 1", "w|gte: 1, n: 1"), [x(0, w=1, n=1), x(5, n=2), tick(10)], "A 0..5c e1")
case("of equal times any that meets is enough", LATEST, [x(0, w=1), x(5, w=0), x(5, w=1), tick(10)], "A 0..open e1 e3")
case("newest by time, not by arrival", LATEST, [x(5, w=0), x(0, w=1), tick(10)], "A 0..5c e2")
case("every series by itself", LATEST, [x(0, w=1), x(1, w=0, site="B"), tick(10)], "A 0..open e1")
case("it lapses after expire_after", LATEST, [x(0, w=1), tick(5001)], "A 0..5000x e1")
case("it leaves a place it is not near", "{ when: { latest: a, group_by: [site], near: { place: camp, distance: 0 m } }, alert: { expire_after: 5s } }", [x(0, pos=P0), x(3, pos=east(300)), tick(10)], "A/GAO 0..3c e1", "A/KIDAL 3..open e2")
case("without a location nothing changes", "{ when: { latest: a, group_by: [site], near: { place: camp, distance: 0 m } }, alert: { expire_after: 5s } }", [x(0, pos=P0), x(3), tick(10)], "A/GAO 0..open e1")
case("a line holds until the next report", LATEST.replace("alert: {", "alert: { clear_when: b,"), [x(0, w=1), y(3), x(5, w=1), tick(10)], "A 0..3c e1", "A 5..open e3")
case("latest for", LATEST.replace("alert: {", "alert: { for: 2s,"), [x(0, w=1), x(1500, w=1), x(2001, w=0), tick(3000)], "A 2000..2001c e1 e2")

# -- event and sequence
EVENT = "when: { event: a }\nalert: { expire_after: 2s }"
case("each event is one", EVENT, [x(0), x(1), tick(2001)], "- 0..2000x e1", "- 1..open e2")
case("with group_by one a key", EVENT.replace("event: a", "event: a, group_by: [site]"), [x(0), x(2000), x(3000, site="B"), tick(4001)], "A 0..4000x e1 e2", "B 3000..open e3")
case("and another when it has lapsed", EVENT.replace("event: a", "event: a, group_by: [site]"), [x(0), x(2001), tick(2002)], "A 0..2000x e1", "A 2001..open e2")
SEQ = "when: { sequence: [a, b], within: 10s, group_by: [site] }\nalert: { expire_after: 60s }"
case("in order", SEQ, [x(0), y(10000), tick(10001)], "A 10000..open e1 e2")
case("a millisecond beyond within", SEQ, [x(0), y(10001), tick(10002)])
case("not in order", SEQ, [y(0), x(1), tick(9)])
case("equal times may stand in order", SEQ, [y(5), x(5), tick(9)], "A 5..open e1 e2")
case("different keys do not meet", SEQ, [x(0), y(1, site="B"), tick(9)])
case("different events", "{ events: { b: { type: [x, y] } }, " + SEQ.replace("\n", ", ") + " }", [x(5), tick(9)])
case("different events of one kind", "when: { sequence: [a, a], within: 10s, group_by: [site] }\nalert: { expire_after: 60s }", [x(5), x(5), tick(9)], "A 5..open e1 e2")
case("evidence is the earliest onset", SEQ, [x(0), x(1), y(5), tick(9)], "A 5..open e1 e3")
case("further completions extend it", SEQ.replace("60s", "5s"), [x(0), y(1000), y(6000), tick(11001)], "A 1000..11000x e1 e2 e3")
case("a completion after it lapsed is another", SEQ.replace("60s", "5s"), [x(0), y(1000), y(6001), tick(6002)], "A 1000..6000x e1 e2", "A 6001..open e1 e3")
ONSET = SEQ.replace("within: 10s", "within: 10s, once_per: onset")
case("each onset, at its first completion", ONSET, [x(0), x(1), y(5), y(6), tick(9)], "A 5..open e1 e3", "A 5..open e2 e3")
case("without group_by each completing event", "when: { sequence: [a, b], within: 10s }\nalert: { expire_after: 60s }", [x(0), x(1), y(5), y(6), tick(9)], "- 5..open e1 e3", "- 6..open e1 e4")
WITHOUT = SEQ.replace("within", "without: c, within")
case("without, strictly between", WITHOUT, [x(0), z(1), y(2), tick(9)])
case("without, as the first", WITHOUT, [x(0), z(0), y(2), tick(9)], "A 2..open e1 e3")
case("without, as the last", WITHOUT, [x(0), z(2), y(2), tick(9)], "A 2..open e1 e3")
case("without of another key", WITHOUT, [x(0), z(1, site="B"), y(2), tick(9)], "A 2..open e1 e3")
case("without of another mode", WITHOUT, [x(0), z(1, mode="test"), y(2), tick(9)], "A 2..open e1 e3")
case("without, and a later onset", WITHOUT, [x(0), z(1), x(1), y(2), tick(9)], "A 2..open e3 e4")
TIE = "when: { sequence: [a, { b: { near: a, distance: 100 m } }], within: 10s, without: { c: { near: a, distance: 10 m } } }\nalert: { expire_after: 60s }"
case("a step near another", TIE, [x(0, pos=P0), y(1, pos=P100), tick(9)], "- 1..open e1 e2")
case("a step a millimetre off", TIE, [x(0, pos=P0), y(1, pos=P101), tick(9)])
case("a step without a location", TIE, [x(0, pos=P0), y(1), tick(9)])
case("without, near the step named", TIE, [x(0, pos=P0), z(1, pos=east(-10)), y(2, pos=P100), tick(9)])
case("without, a millimetre off", TIE, [x(0, pos=P0), z(1, pos=east(-10.001)), y(2, pos=P100), tick(9)], "- 2..open e1 e3")
case("a choice of the middle that fits", "when: { sequence: [a, { b: { near: a, distance: 100 m } }, c], within: 10s }\nalert: { expire_after: 60s }", [x(0, pos=P0), y(1, pos=P101), y(2, pos=P0), y(3, pos=P0), z(4), tick(9)], "- 4..open e1 e3 e5")
case("the middle before the first", "when: { sequence: [a, b, c], within: 10s, group_by: [site] }\nalert: { expire_after: 60s }", [y(0), x(1), z(2), tick(9)])
case("onset: the smallest middle", "when: { sequence: [a, b, c], within: 10s, once_per: onset, group_by: [site] }\nalert: { expire_after: 60s }", [x(0), y(2), y(1), z(4), tick(9)], "A 4..open e1 e3 e4")
case("what a line touched starts nothing", SEQ.replace("alert: {", "alert: { clear_when: c,"), [x(0), z(1), y(2), tick(9)])
case("a line at the completion", SEQ.replace("alert: {", "alert: { clear_when: c,"), [x(0), z(2), y(2), tick(9)])
case("a line ends it; what comes after begins anew", SEQ.replace("alert: {", "alert: { clear_when: c,"), [x(0), y(1), z(2), x(3), y(4), tick(9)], "A 1..2c e1 e2", "A 4..open e4 e5")
case("a completion is told at once", SEQ, [x(0), y(1)], "A 1..open e1 e2")
case("a line ends the onsets that it is tied to", "when: { sequence: [a, b], within: 10s, once_per: onset, group_by: [site] }\nalert: { clear_when: { c: { near: a, distance: 10 m } } }", [x(0, pos=P0), x(1, pos=P100), y(2, pos=P0), z(3, pos=P100), tick(9)], "A 2..3c e2 e3", "A 2..open e1 e3")

# -- absence
LACK = "when: { absence: { after: a, expected: b, deadline: 10s }, group_by: [site] }\nalert: { expire_after: 60s }"
case("no answer", LACK, [x(0), tick(10001)], "A 10000..open e1")
case("told only behind the watermark", LACK, [x(0), tick(10000)])
case("an answer at the deadline is in time", LACK, [x(0), y(10000), tick(20000)])
case("a millisecond later it clears", LACK, [x(0), y(10001), tick(20000)], "A 10000..10001c e1")
case("an answer at once", LACK, [y(0), x(0), tick(20000)])
case("an answer before is none", LACK, [y(0), x(1), tick(10002)], "A 10001..open e2")
case("an answer of another key is none", LACK, [x(0), y(1, site="B"), tick(10002)], "A 10000..open e1")
case("an answer of another mode is none", LACK, [x(0), y(1, mode="test"), tick(10002)], "A 10000..open e1")
case("an answer serves all that wait", LACK, [x(0), x(5000), y(5000), tick(20000)])
case("several are one, from the first deadline missed", LACK, [x(0), x(5000), tick(15001)], "A 10000..open e1 e2")
case("one not yet due is no evidence", LACK, [x(0), x(5000), y(12000), tick(15001)], "A 10000..12000c e1")
case("what is not yet due is no evidence, though nobody answers", LACK, [x(0), x(5000), tick(15000)], "A 10000..open e1")
case("it lapses after the newest deadline", LACK, [x(0), x(5000), tick(75001)], "A 10000..75000x e1 e2")
SHORT = LACK.replace("10s", "2s").replace("60s", "2s")
case("a miss that has lapsed is no evidence of a later one", SHORT, [x(0), x(2001), tick(4002)], "A 2000..4000x e1", "A 4001..open e2")
case("one missed at the millisecond it would lapse goes on", SHORT, [x(0), x(2000), tick(4001)], "A 2000..open e1 e2")
case("an answer after it lapsed says nothing", SHORT, [x(0), y(4001), tick(5000)], "A 2000..4000x e1")
FROM = LACK.replace("deadline", "from: since, deadline")
case("the clock starts at the field", FROM, [x(5000, since=0), tick(10001)], "A 10000..open e1")
case("the field missing: the event's time", FROM, [x(5000), tick(15001)], "A 15000..open e1")
case("an answer dated from then on counts", FROM, [x(5000, since=0), y(0), tick(20000)])
case("an answer before the clock started", FROM, [x(5000, since=4000), y(3999), tick(20000)], "A 14000..open e1")
case("a deadline already past", FROM, [x(15000, since=0), tick(15001)], "A 10000..open e1")
case("a line stops the clock", LACK.replace("alert: {", "alert: { clear_when: c,"), [x(0), z(10000), tick(20000)])
case("a line after the deadline clears", LACK.replace("alert: {", "alert: { clear_when: c,"), [x(0), z(10001), tick(20000)], "A 10000..10001c e1")
case("a line as the event", LACK.replace("alert: {", "alert: { clear_when: c,"), [x(0), z(0), tick(20000)])
case("a line before the event", LACK.replace("alert: {", "alert: { clear_when: c,"), [x(1), z(0), tick(20000)], "A 10001..open e1")
EVERY = "when: { absence: { expected: a, every: 10s }, group_by: [site] }"
case("a beat, then silence", EVERY, [x(0), x(10000), tick(20001)], "A 20000..open e2")
case("a beat a millisecond too late ends it", EVERY, [x(0), x(10001), tick(12000)], "A 10000..10001c e1")
case("silence is told behind the watermark", EVERY, [x(0), tick(10000)])
case("of beats at one moment the last", EVERY, [x(0), x(0), tick(10001)], "A 10000..open e2")
MEMBERS = EVERY.replace("group_by", "members: lists.sites, group_by")
case("a member never heard", MEMBERS, [tick(0), x(5), tick(10001)], "M 10000..open")
case("a member heard in time", MEMBERS, [tick(0), x(10000), x(10000, site="M"), tick(20000)])
case("who is no member is known from the first beat", MEMBERS, [x(0, site="B"), x(10000), x(10000, site="M"), tick(10001)], "B 10000..open e1")
case("members in actual only", MEMBERS, [x(0, mode="test"), x(1), x(1, site="M"), tick(10002)], "A 10001..open e2", "M 10001..open e3", "TEST/A 10000..open e1")

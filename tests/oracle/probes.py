"""Which words of the language the program has: a small rule for each, refused as E0303 where it is not
built yet."""

import generate
from generate import Case

ONE = {"one": {"type": "x.a"}}
COUNT = {"count": "one", "at_least": "1", "within": "1s"}
END = {"expire_after": "1s"}
RULES = {
    "ratio": (ONE, {"ratio": {"of": "one", "to": "one"}, "at_least": "1", "within": "1s"}, {}),
    "percentile": (ONE, {"percentile": {"of": "one", "field": "v", "p": "50"}, "at_least": "1", "within": "1s"}, {}),
    "weighted": (ONE, {"average": {"of": "one", "field": "v", "half_life": "1s", "weight": "w"}, "at_least": "1",
                       "within": "1s"}, {}),
    "at_least_events": (ONE, {"average": {"of": "one", "field": "v"}, "at_least": "1", "at_least_events": "2",
                              "within": "1s"}, {}),
    "min_distinct": (ONE, dict(COUNT, min_distinct={"s": "2"}), {}),
    "trend": (ONE, {"trend": {"count": "one"}, "baseline": {"last": "2s"}, "at_least": "1", "within": "1s"}, {}),
    "own": (ONE, dict(COUNT, at_least="lists.limits", group_by=["site"]), {}),
    "where": ({"one": {"type": "x.a", "where": "w > 1.0"}}, COUNT, {}),
    "sun": ({"one": {"type": "x.a", "hours": "day"}}, COUNT, {}),
    "clock": ({"one": {"type": "x.a", "hours": {"between": "08:00-18:00", "utc_offset": "+02:00"}}}, COUNT, {}),
    "moving": (ONE, dict(COUNT, near={"place": "car", "distance": "100 m"}), {}),
    "escalate": (ONE, COUNT, {"escalate": [{"when": "count > 1", "level": "high"}]}),
    "milestones": (dict(ONE, two={"type": "x.b"}), {"absence": {"after": "one", "milestones": {"two": "1s"}},
                                                    "group_by": ["site"]}, END),
    "warn_at": (dict(ONE, two={"type": "x.b"}), {"absence": {"after": "one", "expected": "two", "deadline": "1s",
                                                             "warn_at": "50%"}, "group_by": ["site"]}, END),
    "alert": ({"one": {"alert": "below"}}, COUNT, {}),
    "state": ({"one": {"alert": "below", "state": "expired"}}, COUNT, {}),
    "any": ({"one": {"alert": "any", "level": "high"}}, COUNT, {}),
}


def rule(name, events, when, alert):
    return {"rule": name, "title": "A probe", "status": "experimental", "level": "low", "events": events,
            "when": when, "alert": dict(alert, topic="alerts.random")}


def words_built(runner):
    """The words of generate.WORDS that the program has."""
    built = []
    for word in generate.WORDS:
        rules = [rule("below", ONE, COUNT, {}), rule("probe", *RULES[word])]
        words = ["moving"] if word == "moving" else []
        said = runner.refusal(Case(rules, [], words=words))
        if said and "E0303" not in said:
            raise ValueError(f"the probe for {word} is refused:\n{said}")
        if not said:
            built.append(word)
    return built

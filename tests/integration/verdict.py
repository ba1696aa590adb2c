"""Is what tocsin told the truth? Each function returns a list of sentences, empty if all is well."""
import collections
import datetime
import json

import client

EVIDENCE_MOST = 100  # An alert names the first ones only.
SHOWN = 12           # Differences told of each sort.

# Whether somebody says that it is over, or nobody says it any more. An alert that has ended and is
# corrected is told as `update`: how it ended then stands in end_reason alone.
HOW = {"clear_when": "cleared", "newest_event": "cleared", "answered": "cleared",
       "window": "expired", "expire_after": "expired"}

Episode = collections.namedtuple("Episode", "rule mode key begin_ms end_ms state count evidence")
Episode.__doc__ = """One stretch of truth. key: ((name, folded text), ..) in order of names; end_ms
and state None while open; evidence: the first of its ids, in order."""


def fold(key):
    return tuple(sorted((name, str(value).casefold()) for name, value in key.items()))


def milliseconds(text):
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(text)
    return round((moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc))
                 / datetime.timedelta(milliseconds=1))


def last_told(messages):
    """alert_id -> (topic, its last record). An alert's records lie in one partition, in order; after
    a restart some may be told again: the last stands."""
    last = {}
    for message in messages:
        record = json.loads(message.value())["data"]
        last[record["alert_id"]] = (message.topic(), record)
    return last


def told_episodes(last, records):
    """What the last records say is true: (episodes, complaints). @records: place -> Record, to know
    the evidence by its coordinates."""
    episodes, wrong = [], []
    for topic, record in last.values():
        if record["state"] == "cancelled":
            if record["open"]:
                wrong.append(f"cancelled and open: {record['alert_id']}")
            continue
        evidence = []
        for item in record["evidence"]:
            at = (item["topic"], item["partition"], item["offset"])
            source = records.get(at)
            if source is None or source.event is None or source.event.id != item["id"]:
                wrong.append(f"{record['rule']} {record['alert_id']}: evidence {at} "
                             f"is not event {item['id']}")
                continue
            evidence.append(source.event.id)
        is_open = record["open"]
        how = None if is_open else HOW.get(record.get("end_reason"), "no reason")
        if record["state"] not in (("new", "update") if is_open else (how, "update")):
            wrong.append(f"{record['alert_id']}: {record['state']}, open: {is_open}, for "
                         f"{record.get('end_reason')}")
        suffix = "" if record["mode"] == "actual" else "." + record["mode"]
        if not topic.endswith(suffix) or (not suffix and topic.endswith((".exercise", ".test"))):
            wrong.append(f"{record['alert_id']} of mode {record['mode']} stands on {topic}")
        episodes.append(Episode(record["rule"], record["mode"], fold(record["key"]),
                                milliseconds(record["begin"]),
                                None if is_open else milliseconds(record["end"]),
                                how, record["count"], tuple(evidence)))
    return episodes, wrong


def few(sentences):
    extra = len(sentences) - SHOWN
    return sentences[:SHOWN] + ([f"... and {extra} more"] if extra > 0 else [])


def episodes(expected, told, is_crashed=False):
    """The same episodes, each once? What is told under two ids is wrong, but after a crash: what was
    told and not committed is told again, and its id follows the order of arrival, which is another."""
    want = collections.Counter(expected)
    got = collections.Counter(set(told) if is_crashed else told)
    missing, extra = list((want - got).elements()), list((got - want).elements())
    missing.sort(key=repr)
    extra.sort(key=repr)
    wrong = few([f"not told: {one}" for one in missing]) + few([f"not so: {one}" for one in extra])
    if wrong:
        by_rule = collections.Counter(one.rule for one in missing + extra)
        wrong.append(f"{len(missing)} not told, {len(extra)} not so, of {len(expected)}; by rule: "
                     f"{dict(by_rule)}")
    return wrong


def opened(messages, last):
    """alerts.open holds exactly the open alerts, each with its last record."""
    held = {}
    for message in messages:
        if message.value() is None:
            held.pop(message.key().decode(), None)
        else:
            held[message.key().decode()] = json.loads(message.value())["data"]
    want = {alert_id: record for alert_id, (_, record) in last.items() if record["open"]}
    wrong = [f"not in alerts.open: {want[one]['rule']} {one}" for one in sorted(want.keys() - held)]
    wrong += [f"over, but in alerts.open: {held[one]['rule']} {one}"
              for one in sorted(held.keys() - want)]
    wrong += [f"alerts.open holds seq {held[one]['seq']} of {one}, told was {want[one]['seq']}"
              for one in sorted(held.keys() & want.keys()) if held[one]["seq"] != want[one]["seq"]]
    return few(wrong)


def place_of(message):
    told = client.headers(message)
    return (told.get("tocsin-topic"), int(told.get("tocsin-partition", -1)),
            int(told.get("tocsin-offset", -1)))


def is_ours(header):
    return header[0].startswith("tocsin-")


def kept(expected, messages, may_repeat):
    """Dead or late letters: (complaints, repeats). @expected: place -> (reason, value, key, headers).
    Each once; again only where @may_repeat(place). All as it came, but that one too large may have
    lost its value; our own headers once each, in place of older ones."""
    wrong, seen = [], collections.Counter()
    for message in messages:
        at = place_of(message)
        seen[at] += 1
        if at not in expected:
            wrong.append(f"kept without need: {at}, {client.headers(message)}")
            continue
        reason, value, key, headers = expected[at]
        said = client.headers(message).get("tocsin-reason")
        if said != reason:
            wrong.append(f"{at}: said {said}, is {reason}: {(value or b'')[:60]}")
        if message.key() != key or reason != "too_large" and message.value() != value:
            wrong.append(f"{at} ({reason}): value or key is not what came")
        if [h for h in message.headers() if not is_ours(h)] != [h for h in headers if not is_ours(h)]:
            wrong.append(f"{at} ({reason}): headers are not what came: {message.headers()}")
        ours = [name for name, _ in message.headers() if is_ours((name, b""))]
        if len(set(ours)) < len(ours):
            wrong.append(f"{at} ({reason}): headers of ours stand twice: {message.headers()}")
    wrong += [f"not kept: {at}, {expected[at][0]}" for at in sorted(expected.keys() - seen.keys())]
    again = {at: count for at, count in seen.items() if count > 1}
    wrong += [f"kept {count} times: {at}" for at, count in sorted(again.items())
              if not may_repeat(at)]
    return few(wrong), sum(again.values()) - len(again)

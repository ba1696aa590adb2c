/* How bad an episode is, to the millisecond: every kind that has evidence or a value. */
#include "story.h"

#define COUNT2   "{ count: a, at_least: 2, within: 1s, group_by: [subject] }"
#define COUNT1   "{ count: a, at_least: 1, within: 1s, group_by: [subject] }"
#define SUM      "{ sum: { of: a, field: v }, at_least: 10, within: 1s, group_by: [subject] }"
#define ANY      "{ any_kinds: [a, b, c], at_least: 2, within: 1s, group_by: [subject] }"
#define TWO      "{ count: a, at_least: 2, within: 1s, near: { distance: 1 km } }"
#define KEYED    "{ count: a, at_least: 2, within: 1s, near: { distance: 1 km }, group_by: [subject] }"
#define SEQUENCE "{ sequence: [a, b], within: 1s, group_by: [subject] }"
#define ONSET    "{ sequence: [a, b], within: 1s, group_by: [subject], once_per: onset }"
#define LATEST   "{ latest: a, group_by: [subject] }"
#define ABSENT                                                                                     \
    "{ absence: { after: a, expected: b, from: since, deadline: 1s }, group_by: [subject] }"
#define WARN                                                                                       \
    "{ absence: { after: a, expected: b, from: since, deadline: 1s, warn_at: 70% }, "              \
    "group_by: [subject] }"
#define STEP(when) "escalate: [{ when: '" when "', level: critical }]"
#define HOUR       "expire_after: 1h, "

static const struct story cases[] = {
    {"a third hit is worse", COUNT2, STEP("count >= 3"), "a1@0 a2@500 a3@1000",
     "500..1501 window a1 a2 a3 | high critical@1000"},
    {"never more than two", COUNT2, STEP("count >= 3"), "a1@0 a2@500",
     "500..1001 window a1 a2 | high"},
    {"so many at once are worse from the begin", COUNT2, STEP("count >= 3"), "a1@0 a2@0 a3@0",
     "0..1001 window a1 a2 a3 | critical"},
    {"evidence stays when the window moves on", COUNT2, STEP("count >= 3"), "a1@0 a2@900 a3@1800",
     "900..1001 window a1 a2 | high; 1800..1901 window a2 a3 | high"},
    {"what is compared falls when an event leaves", COUNT2, STEP("value >= 3.0"),
     "a1@0 a2@500 a3@1000", "500..1501 window a1 a2 a3 | high critical@1000 high@1001"},
    {"up and down with each event", COUNT1, STEP("value >= 2.0"), "a1@0 a2@500 a3@1200",
     "0..2201 window a1 a2 a3 | high critical@500 high@1001 critical@1200 high@1501"},
    {"a sum", SUM, STEP("value > 12.5"), "a1@0=10 a2@100=2.5 a3@200=0.000001",
     "0..1001 window a1 a2 a3 | high critical@200"},
    {"kinds are counted once each", ANY, STEP("value > 2.0"), "a1@0 b2@100 b3@200 c4@300",
     "100..1201 window a1 b2 b3 c4 | high critical@300 high@1001"},
    {"kept on, it stays as it was", COUNT2, "keep_firing_for: 1s, " STEP("value >= 3.0"),
     "a1@0 a2@0 a3@0", "0..2001 window a1 a2 a3 | critical"},
    {"what comes while it is kept on counts when it holds again", COUNT2,
     "keep_firing_for: 2s, " STEP("count >= 3"), "a1@0 a2@0 a3@1500 a4@2000",
     "0..4501 window a1 a2 a3 a4 | high critical@2000"},
    {"for: what joins says nothing before it has served it", COUNT2,
     "for: 500ms, keep_firing_for: 2s, " STEP("count >= 4"), "a1@0 a2@100 a3@2000 a4@2000",
     "600..5001 window a1 a2 a3 a4 | high critical@2500"},
    {"for: it begins as bad as it is then", COUNT2, "for: 500ms, " STEP("count >= 3"),
     "a1@0 a2@100 a3@600 a4@650", "600..1601 window a1 a2 a3 a4 | critical"},
    {"for: worse a millisecond after it began", COUNT2, "for: 500ms, " STEP("count >= 4"),
     "a1@0 a2@100 a3@200 a4@601", "600..1201 window a1 a2 a3 a4 | high critical@601"},
    {"an error does not hold", COUNT2, STEP("1 / (count - 2) > 0"), "a1@0 a2@500 a3@1000",
     "500..1501 window a1 a2 a3 | high critical@1000"},
    {"the key speaks, too", COUNT2, STEP("subject == \"k\" && count > 2"), "a1@0 a2@500 a3@1000",
     "500..1501 window a1 a2 a3 | high critical@1000"},
    {"another key", COUNT2, STEP("subject == \"other\""), "a1@0 a2@500",
     "500..1001 window a1 a2 | high"},
    {"the id of the newest", COUNT2, STEP("a.id == \"a2\""), "a1@0 a2@500 a3@1000",
     "500..1501 window a1 a2 a3 | critical high@1000"},
    {"a field that nobody gave", COUNT2, STEP("a.v > 0.0"), "a1@0 a2@500",
     "500..1001 window a1 a2 | high"},
    {"a line ends it, and it begins anew", COUNT1, "clear_when: o, " STEP("count >= 2"),
     "a1@0 a2@100 o3@200 a4@300",
     "0..200 line a1 a2 | high critical@100; 300..1301 window a4 | high"},

    {"a cluster of three", TWO, STEP("count >= 3"), "a1@0:0/0 a2@10:0/0 a3@20:0/0",
     "10..1011 window a1 a2 a3 | high critical@20"},
    {"two clusters that join were one from the begin", TWO, STEP("count >= 4"),
     "a1@0:0/0 a2@10:0/0 a3@20:0/0.016 a4@30:0/0.016 a5@40:0/0.008",
     "10..1031 window a1 a2 a3 a4 a5 | high critical@30"},
    {"a cluster that has to last begins as bad as it is then", TWO,
     "for: 100ms, " STEP("count >= 3"), "a1@0:0/0 a2@10:0/0 a3@110:0/0",
     "110..1011 window a1 a2 a3 | critical"},
    {"a cluster worse a millisecond after it began", TWO, "for: 100ms, " STEP("count >= 3"),
     "a1@0:0/0 a2@10:0/0 a3@111:0/0", "110..1011 window a1 a2 a3 | high critical@111"},
    {"with a key all cliques count", KEYED, STEP("count >= 4"),
     "a1@0:0/0 a2@10:0/0 a3@20:1/1 a4@30:1/1", "10..1021 window a1 a2 a3 a4 | high critical@30"},

    {"each completion adds its evidence", SEQUENCE, HOUR STEP("count >= 3"),
     "a1@0 b2@100 a3@200 b4@300", "100..open a1 b2 b4 | high critical@300"},
    {"each onset stands for itself", ONSET, HOUR STEP("a.id == \"a1\""), "a1@0 a2@50 b3@100",
     "100..3600100 expired a1 b3 | critical; 100..3600100 expired a2 b3 | high"},
    {"the newest that met", LATEST, HOUR STEP("a.id == \"a2\""), "a1@0+ a2@100+ a3@200+ a4@300-",
     "0..300 said a1 a2 a3 | high critical@100 high@200"},

    {"a second one is missed", ABSENT, HOUR STEP("count >= 2"), "a1@0 a2@500",
     "1000..open a1 a2 | high critical@1500"},
    {"reported after it was missed, it counts from its deadline", ABSENT, HOUR STEP("count >= 2"),
     "a1@0<0 a2@3000<500", "1000..open a1 a2 | high critical@1500"},
    {"reported late, it begins earlier and is worse earlier", ABSENT,
     "clear_when: c, " STEP("count >= 2"), "a1@1000<1000 a2@4000<500",
     "1500..open a1 a2 | high critical@2000"},
    {"two warned of are as bad as one that is due", WARN, HOUR STEP("count >= 2"), "a1@0 a2@100",
     "700..open a1 a2 | medium critical@800"},
    {"warned of, due, and a second one warned of", WARN, HOUR STEP("count >= 2"), "a1@0 a2@500",
     "700..open a1 a2 | medium high@1000 critical@1200"},
};

UNIT_TABLE("match/level", cases, story_holds)

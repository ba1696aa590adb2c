/* The hash of a rule changes with what it decides, and with nothing else. */
#include "rules.h"

#define EVENTS                                                                                     \
    "events:\n"                                                                                    \
    "  impact:\n    type: [detection.indirect_fire, detection.camera]\n"                           \
    "    match: { confidence|gte: 0.7, sensor: [a, b] }\n"                                         \
    "  over: { type: report.all_clear, near: { place: camp, distance: 1 km } }\n"
#define WHEN                                                                                       \
    "when:\n  count: impact\n  at_least: 3\n  within: 10m\n"                                       \
    "  near: { place: camp, distance: 300 m }\n"
#define ALERT "alert: { topic: alerts.fire, clear_when: over }\n"
#define ONE   RULES_HEAD EVENTS WHEN ALERT

static const struct semantic_case {
    const char *name, *other;
    bool is_same;
} cases[] = {
    {"the same text", ONE, true},
    {"another layout, order of keys, of types, of operands, of events",
     "level: high\nstatus: experimental\ntitle: T\nrule: r\n"
     "alert:\n  clear_when: [over]\n  topic: \"alerts.fire\"\n"
     "when: { near: { distance: 0.3 km, place: CAMP }, within: 600s, count: impact, at_least: 3 }\n"
     "events:\n"
     "  over:\n    near: { distance: 1000 m, place: camp }\n    type: report.all_clear\n"
     "  impact: { match: { sensor: [B, a], confidence|gte: 0.70 }, "
     "type: [detection.camera, detection.indirect_fire] }\n",
     true},
    {"title, owner, description, response, status, tags, tests, version",
     "rule: r\ntitle: Other\nversion: 2\nstatus: deprecated\nlevel: high\nowner: me\n"
     "description: words\nresponse: [run]\ntags: [a]\n" EVENTS WHEN ALERT
     "tests: [{ name: a, given: [], expect: [] }]\n",
     true},
    {"brief, summary, recipients",
     RULES_HEAD EVENTS WHEN
     "alert: { topic: alerts.fire, clear_when: over, brief: '{count}', recipients: [x] }\n",
     true},
    {"texts in another language",
     "rule: r\ntitle: { fr: T, en: T }\nstatus: experimental\nlevel: high\n"
     "response: { fr: [courez] }\n" EVENTS WHEN
     "alert: { topic: alerts.fire, clear_when: over, brief: { fr: '{count} coups' } }\n",
     true},
    {"an event that is never used",
     RULES_HEAD EVENTS "  more: { type: report.casualty }\n" WHEN ALERT, true},
    {"another level", "rule: r\ntitle: T\nstatus: experimental\nlevel: low\n" EVENTS WHEN ALERT,
     false},
    {"another operand",
     RULES_HEAD
     "events:\n"
     "  impact:\n    type: [detection.indirect_fire, detection.camera]\n"
     "    match: { confidence|gte: 0.7, sensor: [a, c] }\n"
     "  over: { type: report.all_clear, near: { place: camp, distance: 1 km } }\n" WHEN ALERT,
     false},
    {"another operator",
     RULES_HEAD
     "events:\n"
     "  impact:\n    type: [detection.indirect_fire, detection.camera]\n"
     "    match: { confidence|gt: 0.7, sensor: [a, b] }\n"
     "  over: { type: report.all_clear, near: { place: camp, distance: 1 km } }\n" WHEN ALERT,
     false},
    {"one type fewer",
     RULES_HEAD
     "events:\n"
     "  impact:\n    type: [detection.camera]\n"
     "    match: { confidence|gte: 0.7, sensor: [a, b] }\n"
     "  over: { type: report.all_clear, near: { place: camp, distance: 1 km } }\n" WHEN ALERT,
     false},
    {"another threshold",
     RULES_HEAD EVENTS "when:\n  count: impact\n  at_least: 4\n  within: 10m\n"
                       "  near: { place: camp, distance: 300 m }\n" ALERT,
     false},
    {"another window",
     RULES_HEAD EVENTS "when:\n  count: impact\n  at_least: 3\n  within: 11m\n"
                       "  near: { place: camp, distance: 300 m }\n" ALERT,
     false},
    {"a millimetre",
     RULES_HEAD EVENTS "when:\n  count: impact\n  at_least: 3\n  within: 10m\n"
                       "  near: { place: camp, distance: 300.001 m }\n" ALERT,
     false},
    {"one place instead of every",
     RULES_HEAD EVENTS "when:\n  count: impact\n  at_least: 3\n  within: 10m\n"
                       "  near: { place: Gao, distance: 300 m }\n" ALERT,
     false},
    {"one more key part",
     RULES_HEAD EVENTS
     "when:\n  count: impact\n  at_least: 3\n  within: 10m\n  group_by: [subject]\n"
     "  near: { place: camp, distance: 300 m }\n" ALERT,
     false},
    {"no clear_when", RULES_HEAD EVENTS WHEN "alert: { topic: alerts.fire }\n", false},
    {"kept firing",
     RULES_HEAD EVENTS WHEN
     "alert: { topic: alerts.fire, clear_when: over, keep_firing_for: 1m }\n",
     false},
    {"another topic", RULES_HEAD EVENTS WHEN "alert: { topic: alerts.fires, clear_when: over }\n",
     false},
};

static void hashes(void **state)
{
    const struct semantic_case *c = *state;
    struct rules one = rules_load(ONE), other = rules_load(c->other);

    assert_non_null(one.set);
    assert_non_null(other.set);
    assert_int_equal(toc_hash128_compare(toc_ruleset_get(one.set, 0)->hash,
                                         toc_ruleset_get(other.set, 0)->hash) == 0,
                     c->is_same);
    rules_finish(&one);
    rules_finish(&other);
}

UNIT_TABLE("rule/semantic", cases, hashes)

/* `where:` in a rule: its hash changes with what is asked, not with how it is written. */
#include "rules.h"

#define RULE(type, expression)                                                                     \
    RULES_HEAD "events:\n  impact:\n    type: " type "\n    where: \"" expression "\"\n"           \
               "when: { count: impact, at_least: 3, within: 10m, group_by: [sensor] }\n"           \
               "alert: { topic: alerts.fire }\n"
#define WHERE(expression) RULE("detection.indirect_fire", expression)
#define NONE                                                                                       \
    RULES_HEAD "events:\n  impact: { type: detection.indirect_fire }\n"                            \
               "when: { count: impact, at_least: 3, within: 10m, group_by: [sensor] }\n"           \
               "alert: { topic: alerts.fire }\n"
static const struct where_case {
    const char *name, *one, *other;
    bool is_same;
} cases[] = {
    {"spaces, brackets, quotes, comments", WHERE("confidence > 0.5 && sensor in ['a', 'b']"),
     WHERE("(confidence>0.5)  &&  sensor in ['a', \\\"b\\\"] // why"), true},
    {"another number", WHERE("confidence > 0.5"), WHERE("confidence > 0.6"), false},
    {"another operator", WHERE("confidence > 0.5"), WHERE("confidence >= 0.5"), false},
    {"another field", WHERE("has(confidence)"), WHERE("has(sensor)"), false},
    {"an expression, and none", WHERE("true"), NONE, false},
    {"the order of the types it is checked for",
     RULE("[detection.indirect_fire, detection.camera]", "confidence > 0.5"),
     RULE("[detection.camera, detection.indirect_fire]", "confidence > 0.5"), true},
};

static void hashes(void **state)
{
    const struct where_case *c = *state;
    struct rules one = rules_load(c->one), other = rules_load(c->other);

    assert_non_null(one.set);
    assert_non_null(other.set);
    assert_int_equal(toc_hash128_compare(toc_ruleset_get(one.set, 0)->hash,
                                         toc_ruleset_get(other.set, 0)->hash) == 0,
                     c->is_same);
    rules_finish(&one);
    rules_finish(&other);
}

UNIT_TABLE("rule/where", cases, hashes)

/* engine/members.c - what begins with the stream: keys that are known without an event, and what a
 * trend looks back on. */
#include "engine/core.h"

void toc_members_begin_of(struct toc_engine *engine, struct toc_ruled *ruled)
{
    const struct toc_rule *rule = ruled->rule;
    int64_t begin_ms = ruled->since_ms > engine->begin_ms ? ruled->since_ms : engine->begin_ms;

    for (size_t m = 0; m < rule->member_count; m++) {
        struct toc_key key = {.mode = TOC_MODE_ACTUAL, .count = rule->key_part_count};
        for (size_t i = 0; i < rule->key_part_count; i++) {
            size_t at = m * rule->key_part_count + i;
            key.values[i] = (struct toc_key_value){
                .folded = rule->members[at], .label = rule->member_labels[at], .place = -1};
            if (rule->key_parts[i].is_place) {
                key.values[i].place = toc_places_find(engine->places, rule->key_parts[i].name,
                                                      rule->member_labels[at]);
            }
        }
        struct toc_keyed *keyed = toc_keyed_find(engine, ruled, &key, true, begin_ms);
        if (keyed == NULL) {
            continue;
        }
        if (keyed->match.settled.is_known && keyed->match.settled.known_ms > begin_ms) {
            toc_match_begin(&keyed->match, begin_ms);
        }
        toc_keyed_tell(engine, keyed, true);
    }
}

/* What a trend takes for usual reaches back to the begin of the stream, not further. */
static void begin_trends(struct toc_engine *engine, struct toc_ruled *ruled)
{
    for (struct toc_keyed *keyed = ruled->first, *next; keyed != NULL; keyed = next) {
        next = keyed->next;
        if (ruled->since_ms < engine->begin_ms) { /* One put in later sees from then on. */
            toc_match_stream(&keyed->match, engine->begin_ms);
        }
        toc_keyed_tell(engine, keyed, true);
    }
}

void toc_members_begin(struct toc_engine *engine)
{
    for (size_t r = 0; r < engine->rule_count; r++) {
        toc_members_begin_of(engine, &engine->rules[r]);
        if (engine->rules[r].rule->kind == TOC_KIND_TREND) {
            begin_trends(engine, &engine->rules[r]);
        }
    }
}

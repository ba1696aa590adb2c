/* Why, from the engine's own state: what is kept of the key, at the newest time it has reached. */
#include "base/mem.h"
#include "engine/core.h"
#include "engine/why_core.h"

static struct toc_ruled *find_ruled(struct toc_engine *engine, struct toc_str name,
                                    const struct toc_why_part parts[], size_t part_count)
{
    int index = toc_ruleset_find(engine->options.rules, name);

    for (size_t r = index >= 0 ? engine->first_part[index] : 0;
         index >= 0 && r < engine->first_part[index + 1]; r++) {
        struct toc_ruled *ruled = &engine->rules[r];
        bool is_it = ruled->rule->milestone.size == 0;
        for (size_t i = 0; i < part_count && !is_it; i++) {
            is_it = toc_str_equal(parts[i].name, TOC_STR("milestone")) &&
                    toc_str_equal(parts[i].value, ruled->rule->milestone);
        }
        if (is_it) {
            return ruled;
        }
    }
    return index >= 0 ? &engine->rules[engine->first_part[index]] : NULL;
}

static bool is_at_place(const struct toc_why *why, const struct toc_entry *entry)
{
    for (size_t p = 0; p < why->key.count; p++) {
        if (why->rule->key_parts[p].is_place && entry->place_count > 0) {
            for (size_t i = 0; i < entry->place_count; i++) {
                if ((int32_t)entry->places[i] == why->key.values[p].place) {
                    return true;
                }
            }
            return false;
        }
    }
    return true;
}

/* The rule whose alert it is; empty of a reported event. */
static struct toc_str below_of(const struct toc_alias *alias, const struct toc_kept *kept)
{
    for (size_t b = 0; b < alias->binding_count; b++) {
        if (alias->bindings[b].below != NULL && alias->bindings[b].type == kept->type) {
            return alias->bindings[b].below->name;
        }
    }
    return TOC_STR("");
}

static bool is_same(const struct toc_kept *a, const struct toc_kept *b)
{
    return b != NULL && a->identity.high == b->identity.high && a->identity.low == b->identity.low;
}

static void add_entries(struct toc_why *why, const struct toc_match *match)
{
    const struct toc_kept *last = NULL;
    const struct toc_rule *rule = why->rule;

    for (uint64_t seq = match->ring.first; seq < match->ring.end; seq++) {
        const struct toc_entry *entry = toc_ring_get(&match->ring, seq);
        if (entry->alias >= rule->alias_count || entry->is_late) {
            continue; /* A line of people, or one that counts for nothing. */
        }
        const struct toc_alias *alias = &rule->aliases[entry->alias];
        bool is_counted = (alias->roles & TOC_ROLE_COUNTED) != 0;
        if (rule->kind == TOC_KIND_LATEST && is_counted && !entry->is_judged) {
            continue; /* It changes nothing. */
        }
        why->numbers += !is_same(entry->kept, last);
        last = entry->kept;
        struct toc_why_event event = {
            .at_ms = entry->kept->at_ms,
            .start_ms = entry->at_ms,
            .value = entry->value,
            .end_ms = entry->is_stretch ? entry->end_ms : TOC_INSTANT_NONE,
            .is_stretch = entry->is_stretch,
            .number = why->numbers,
            .alias = entry->alias,
            .source = entry->kept->source,
            .id = entry->kept->id,
            .sort = entry->kept->sort,
            .below = below_of(alias, entry->kept),
            .point = toc_position_point(&entry->position),
            .has_point = entry->position.has_point,
            .is_meeting = entry->is_meeting && is_at_place(why, entry),
        };
        if (is_counted && rule->kind != TOC_KIND_LATEST) { /* There they are places. */
            event.weight = entry->weight;
            memcpy(event.distinct, entry->distinct, sizeof event.distinct);
        }
        toc_why_keep(why, &event);
    }
}

json_t *toc_engine_why(struct toc_engine *engine, struct toc_str name,
                       const struct toc_why_part parts[], size_t part_count, enum toc_mode mode,
                       struct toc_text *out_words)
{
    struct toc_ruled *ruled = find_ruled(engine, name, parts, part_count);
    if (ruled == NULL) {
        toc_text_addf(out_words, "there is no rule called %.*s", (int)name.size, name.data);
        return NULL;
    }
    struct toc_why *why =
        toc_why_create(engine->options.rules, ruled->rule, parts, part_count, mode, out_words);
    if (why == NULL) {
        return NULL;
    }
    why->is_live = true;
    why->known_ms = TOC_INSTANT_NONE;
    struct toc_why_verdict verdict = {
        .begin_ms = TOC_INSTANT_NONE,
        .end_ms = TOC_INSTANT_NONE,
        .stream_ms = ruled->since_ms > engine->begin_ms ? ruled->since_ms : engine->begin_ms};
    struct toc_keyed *keyed = toc_keyed_find(engine, ruled, &why->key, false, TOC_INSTANT_NONE);
    int64_t at_ms = engine->newest_ms != TOC_INSTANT_NONE ? engine->newest_ms : 0;
    if (keyed != NULL) {
        const struct toc_match_state *newest = &keyed->match.newest;
        at_ms = newest->now_ms > at_ms ? newest->now_ms : at_ms;
        why->known_ms = newest->is_known ? newest->known_ms : TOC_INSTANT_NONE;
        add_entries(why, &keyed->match);
        for (size_t i = 0; i < newest->episodes.count; i++) {
            const struct toc_episode *episode = &newest->episodes.items[i];
            bool is_here = episode->place < 0;
            for (size_t p = 0; p < why->key.count; p++) {
                is_here |=
                    why->rule->key_parts[p].is_place && why->key.values[p].place == episode->place;
            }
            if (is_here && episode->begin_ms <= at_ms && at_ms < episode->end_ms) {
                verdict.holds = true;
                verdict.begin_ms = episode->begin_ms;
                verdict.end_ms = episode->end_ms;
            }
        }
    }
    json_t *answer = toc_why_answer(why, at_ms, &verdict);
    toc_why_destroy(why);
    return answer;
}

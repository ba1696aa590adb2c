/* How bad an episode is, ms by ms. rules/README.md, "Levels".
 * Unless a step looks at `value`, a level follows from the evidence alone and from when each piece
 * became evidence. So a step of the matcher adds at most one change, and where evidence came in
 * before the last one (two clusters that join, a clock reported late) all are found anew. */
#include "base/assert.h"
#include "expr/cel_field.h"
#include "match/match.h"

/* What an expression sees. */
struct view {
    const struct toc_match *match;
    const struct toc_episode *episode;
    uint64_t count;
    bool has_value;
    double value;
    const struct toc_kept *newest[TOC_EPISODE_ALIASES];
};

static const struct toc_alias *alias_of(const struct toc_match *match, size_t field)
{
    return &match->rule->aliases[match->rule->alert.level_fields[field].alias];
}

static struct toc_cel_value field_value(const struct view *view, size_t field, int32_t id,
                                        struct toc_cel_scratch *scratch)
{
    const struct toc_level_field *of = &view->match->rule->alert.level_fields[field];
    const struct toc_alias *alias = alias_of(view->match, field);
    const struct toc_kept *kept = view->newest[of->alias];

    for (size_t b = 0; kept != NULL && b < alias->binding_count; b++) {
        if (alias->bindings[b].type != kept->type) {
            continue;
        }
        switch (of->slots[b]) {
        case TOC_SLOT_NONE:
            return toc_cel_missing(id);
        case TOC_SLOT_ID:
            return toc_cel_string(kept->id);
        case TOC_SLOT_SOURCE:
            return toc_cel_string(kept->source);
        case TOC_SLOT_TYPE:
            return toc_cel_string(kept->type_name);
        case TOC_SLOT_TIME: {
            struct toc_value time = {.kind = TOC_VALUE_TIME, .at_ms = kept->at_ms};
            return toc_cel_field_value(&time, id, scratch);
        }
        default:
            return toc_cel_field_value(toc_kept_field(kept, of->slots[b]), id, scratch);
        }
    }
    return toc_cel_missing(id);
}

static struct toc_cel_value bind(int32_t id, struct toc_cel_scratch *scratch, const void *context)
{
    const struct view *view = context;
    const struct toc_match *match = view->match;

    if (id == TOC_LEVEL_COUNT) {
        return toc_cel_int((int64_t)view->count);
    }
    if (id == TOC_LEVEL_VALUE) {
        return view->has_value ? toc_cel_double(view->value) : toc_cel_missing(id);
    }
    if (id >= TOC_LEVEL_FIELD) {
        return field_value(view, (size_t)(id - TOC_LEVEL_FIELD), id, scratch);
    }
    size_t part = (size_t)(id - TOC_LEVEL_KEY);
    if (match->rule->key_parts[part].is_place && view->episode->place >= 0) {
        return toc_cel_string(
            toc_places_get(*match->level_room->places, (size_t)view->episode->place)->name);
    }
    return match->level_room->key[part];
}

/* What the rule itself says at @at_ms: one lower while only the warning has passed. */
static uint8_t base_at(const struct toc_rule *rule, const struct toc_episode *episode,
                       int64_t at_ms)
{
    bool is_warning = rule->warn_percent > 0 && at_ms < episode->due_ms;

    return (uint8_t)(is_warning && rule->level > TOC_LEVEL_INFORMATIONAL ? rule->level - 1
                                                                         : rule->level);
}

/* The highest of that and of the steps that hold. */
static uint8_t level_at(struct toc_match *match, const struct view *view, int64_t at_ms)
{
    const struct toc_alert_spec *spec = &match->rule->alert;
    uint8_t level = base_at(match->rule, view->episode, at_ms);

    for (size_t i = 0; spec->has_when && i < spec->escalation_count; i++) {
        const struct toc_escalation *step = &spec->escalations[i];
        if (step->when == NULL || step->level <= level) {
            continue;
        }
        struct toc_cel_value holds =
            toc_cel_eval(step->when, match->level_room->machine, bind, view, TOC_CEL_FUEL);
        if (holds.kind == TOC_CEL_BOOL && holds.is_true) {
            level = (uint8_t)step->level;
        }
        match->over_fuel += holds.kind == TOC_CEL_ERROR && (holds.error.code == TOC_CEL_E_FUEL ||
                                                            holds.error.code == TOC_CEL_E_SPACE);
    }
    return level;
}

/* All that is evidence by @at_ms, of what is kept of it. Returns the next ms at which more is. */
static int64_t look_at(struct view *view, int64_t at_ms)
{
    const struct toc_episode *episode = view->episode;
    int64_t next_ms = TOC_INSTANT_NEVER;

    view->count = 0;
    for (size_t a = 0; a < TOC_EPISODE_ALIASES; a++) {
        view->newest[a] = NULL;
    }
    for (size_t i = 0; i < episode->evidence_count; i++) {
        const struct toc_evidence *evidence = &episode->evidence[i];
        if (evidence->since_ms > at_ms) {
            next_ms = evidence->since_ms < next_ms ? evidence->since_ms : next_ms;
            continue;
        }
        view->count++;
        for (size_t a = 0; a < TOC_EPISODE_ALIASES; a++) { /* In order: the last is the newest. */
            if ((evidence->aliases >> a & 1) != 0 || a == evidence->alias) {
                view->newest[a] = evidence->kept;
            }
        }
    }
    return next_ms;
}

/* All that there is now. */
static void look_now(struct view *view)
{
    view->count = view->episode->count;
    for (size_t a = 0; a < TOC_EPISODE_ALIASES; a++) {
        view->newest[a] = view->episode->newest[a].kept;
    }
}

/* All levels before @at_ms, from the begin on. */
static void find_anew(struct toc_match *match, struct view *view, struct toc_episode *episode,
                      int64_t at_ms)
{
    int64_t next_ms = episode->begin_ms;

    episode->level_count = 0;
    while (next_ms < at_ms) {
        int64_t now_ms = next_ms;
        next_ms = look_at(view, now_ms);
        if (episode->due_ms > now_ms && episode->due_ms < next_ms) {
            next_ms = episode->due_ms;
        }
        toc_episode_level(episode, now_ms, level_at(match, view, now_ms));
    }
}

void toc_level_note(struct toc_match *match, const struct toc_match_state *state,
                    struct toc_episode *episode, int64_t at_ms)
{
    const struct toc_rule *rule = match->rule;
    struct view view = {.match = match, .episode = episode};

    if (!toc_rule_has_levels(rule)) {
        return;
    }
    toc_assert(!rule->alert.has_when || match->level_room != NULL);
    uint64_t what = episode->digest + (uint64_t)episode->due_ms;
    if (rule->alert.is_value_read) {
        view.has_value = toc_window_value(match, state, &view.value);
    } else if (episode->level_count > 0 && !episode->is_unleveled && what == episode->leveled &&
               at_ms > episode->begin_ms && at_ms < episode->due_ms) {
        return; /* Nothing new to judge by. */
    }
    if (at_ms <= episode->begin_ms) { /* `for` may still have to be served. */
        at_ms = episode->begin_ms;
        episode->level_count = 0;
    } else if (episode->is_unleveled || episode->level_count == 0) {
        toc_assert(!rule->alert.is_value_read);
        find_anew(match, &view, episode, at_ms);
    }
    episode->is_unleveled = false;
    episode->leveled = what;
    look_now(&view);
    toc_episode_level(episode, at_ms, level_at(match, &view, at_ms));
}

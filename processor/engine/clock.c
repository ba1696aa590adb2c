/* Watermarks and horizons. design: the watermark of a rule is the least of partition time -
 * max_disorder over the inputs it waits for, the horizon the least of partition time - accept_late
 * over all inputs it reads. */
#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"

static bool carries(const struct toc_input *input, struct toc_str type)
{
    for (size_t i = 0; i < input->type_count; i++) {
        if (toc_catalogue_covers(input->types[i], type)) {
            return true;
        }
    }
    return input->types == NULL || input->type_count == 0;
}

static uint64_t inputs_of_type(const struct toc_engine *engine, size_t type)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < engine->options.input_count; i++) {
        if (carries(&engine->inputs[i].spec, toc_catalogue_type(engine->catalogue, type)->name)) {
            mask |= UINT64_C(1) << i;
        }
    }
    return mask;
}

/* Those of its events, and of the positions of what these may be near. */
static uint64_t inputs_of(const struct toc_engine *engine, const struct toc_alias *alias)
{
    uint64_t mask = 0;

    for (size_t b = 0; b < alias->binding_count; b++) {
        mask |= inputs_of_type(engine, (size_t)alias->bindings[b].type);
    }
    for (size_t t = 0; alias->near.is_moving && t < toc_catalogue_count(engine->catalogue); t++) {
        if (toc_str_equal(toc_catalogue_type(engine->catalogue, t)->mover.kind, alias->near.kind)) {
            mask |= inputs_of_type(engine, t);
        }
    }
    return mask;
}

static bool is_own(const struct toc_engine *engine, const struct toc_alias *alias)
{
    bool is_own = alias->binding_count > 0;

    for (size_t b = 0; b < alias->binding_count && is_own; b++) {
        is_own = toc_type_is_own(
            toc_catalogue_type(engine->catalogue, (size_t)alias->bindings[b].type)->name);
    }
    return is_own;
}

/* What @alias brings: events of some inputs, alerts that wait for those of others, or what people
 * do, by the lane clock. */
static void add_alias(const struct toc_engine *engine, const struct toc_alias *alias,
                      bool is_awaited, struct toc_group *out)
{
    struct toc_group of = {0};

    if (!alias->is_alert) {
        of.waits_for = of.looks_back = inputs_of(engine, alias);
        /* What the machine says of itself comes by no input, at the lane clock. */
        of.waits_for_clock = of.looks_at_clock = of.looks_back == 0 && is_own(engine, alias);
    } else if (alias->change == TOC_CHANGE_NEW || alias->change == TOC_CHANGE_ACKED) {
        of.waits_for_clock = of.looks_at_clock = true;
    }
    bool is_by_clock = of.waits_for_clock;
    for (size_t b = 0; alias->is_alert && !is_by_clock && b < alias->binding_count; b++) {
        int below = toc_ruleset_find(engine->options.rules, alias->bindings[b].below->name);
        toc_assert(below >= 0);
        for (size_t r = engine->first_part[below]; r < engine->first_part[below + 1]; r++) {
            const struct toc_group *group = engine->rules[r].group;
            toc_assert(group != NULL);
            of.waits_for |= group->waits_for;
            of.looks_back |= group->looks_back;
            of.waits_for_clock |= group->waits_for_clock;
            of.looks_at_clock |= group->looks_at_clock;
        }
    }
    out->looks_back |= of.looks_back;
    out->looks_at_clock |= of.looks_at_clock;
    if (is_awaited) {
        out->waits_for |= of.waits_for;
        out->waits_for_clock |= of.waits_for_clock;
    }
}

bool toc_clock_is_same(const struct toc_group *a, const struct toc_group *b)
{
    return a->waits_for == b->waits_for && a->looks_back == b->looks_back && a->rank == b->rank &&
           a->waits_for_clock == b->waits_for_clock && a->looks_at_clock == b->looks_at_clock;
}

static void find_group(struct toc_engine *engine, struct toc_ruled *ruled)
{
    const struct toc_rule *rule = ruled->rule;
    bool is_absence = rule->kind == TOC_KIND_ABSENCE || rule->kind == TOC_KIND_SILENCE;
    struct toc_group group = {
        .rank = rule->rank, .watermark_ms = TOC_INSTANT_NONE, .horizon_ms = TOC_INSTANT_NONE};
    size_t g = 0;

    for (size_t a = 0; a < rule->alias_count; a++) {
        const struct toc_alias *alias = &rule->aliases[a];
        if (alias->roles != 0) {
            add_alias(engine, alias, !is_absence || (alias->roles & TOC_ROLE_EXPECTED) != 0,
                      &group);
        }
    }
    while (g < engine->group_count && !toc_clock_is_same(&engine->groups[g], &group)) {
        g++;
    }
    if (g == engine->group_count) {
        engine->groups[engine->group_count++] = group;
    }
    ruled->group = &engine->groups[g];
}

/* Groups in order of rank, so that what rules rest on is told before they are. */
void toc_clock_build(struct toc_engine *engine)
{
    engine->groups =
        toc_arena_array(&engine->config, engine->rule_count + 1, sizeof *engine->groups);
    for (size_t r = 0; r < engine->rule_count; r++) {
        unsigned rank = engine->rules[r].rule->rank;
        engine->rank_most = rank > engine->rank_most ? rank : engine->rank_most;
    }
    for (unsigned rank = 0; rank <= engine->rank_most; rank++) {
        for (size_t r = 0; r < engine->rule_count; r++) {
            if (engine->rules[r].rule->rank == rank) {
                find_group(engine, &engine->rules[r]);
            }
        }
    }
}

static int64_t least_of(const struct toc_engine *engine, uint64_t mask, bool is_clock,
                        bool is_watermark)
{
    int64_t least_ms = TOC_INSTANT_NEVER;

    if (is_clock) { /* What people do is dated at the lane clock: never late. */
        least_ms = engine->now_ms;
    }

    for (size_t i = 0; mask != 0; i++, mask >>= 1) {
        const struct toc_engine_input *input = &engine->inputs[i];
        if ((mask & 1) == 0) {
            continue;
        }
        int64_t low_ms = input->low_ms;
        if (is_watermark && input->is_blind && engine->now_ms > low_ms) {
            low_ms =
                engine->now_ms; /* Blind, it holds nothing back; what it brings still counts. */
        }
        if (low_ms == TOC_INSTANT_NONE) {
            return TOC_INSTANT_NONE;
        }
        int64_t at_ms =
            low_ms - (is_watermark ? input->spec.max_disorder_ms : input->spec.accept_late_ms);
        least_ms = at_ms < least_ms ? at_ms : least_ms;
    }
    return least_ms == TOC_INSTANT_NEVER ? TOC_INSTANT_NONE : least_ms;
}

void toc_clock_recount(struct toc_engine *engine, size_t index)
{
    struct toc_engine_input *input = &engine->inputs[index];
    int64_t low_ms = TOC_INSTANT_NEVER;

    for (uint32_t p = 0; p < input->spec.partition_count; p++) {
        const struct toc_partition *partition = &input->partitions[p];
        int64_t time_ms = partition->time_ms;
        if (partition->is_idle && engine->now_ms > time_ms) {
            time_ms = engine->now_ms;
        }
        low_ms = time_ms < low_ms ? time_ms : low_ms; /* NONE is the least of all. */
        input->newest_ms = time_ms > input->newest_ms ? time_ms : input->newest_ms;
    }
    if (low_ms > input->low_ms || input->low_ms == TOC_INSTANT_NONE) {
        input->low_ms = low_ms; /* It never goes back, not even for a new partition. */
    }
}

static struct toc_keyed *of_telling(struct toc_due *due)
{
    return (struct toc_keyed *)(void *)((char *)due - offsetof(struct toc_keyed, telling));
}

static struct toc_keyed *of_settling(struct toc_due *due)
{
    return (struct toc_keyed *)(void *)((char *)due - offsetof(struct toc_keyed, settling));
}

void toc_clock_run(struct toc_engine *engine, struct toc_group *group)
{
    struct toc_due *due;

    while ((due = toc_due_first(&group->telling)) != NULL && due->at_ms <= group->watermark_ms) {
        struct toc_keyed *keyed = of_telling(due);
        toc_due_remove(&group->telling, due);
        toc_keyed_tell(engine, keyed, false);
    }
    while ((due = toc_due_first(&group->settling)) != NULL && due->at_ms <= group->horizon_ms) {
        struct toc_keyed *keyed = of_settling(due);
        toc_due_remove(&group->settling, due);
        toc_match_settle(&keyed->match, group->horizon_ms);
        toc_keyed_tell(engine, keyed, false);
        if (toc_match_is_idle(&keyed->match) && keyed->alerts.count == 0) {
            toc_keyed_destroy(engine, keyed);
        }
    }
}

static void move_group(struct toc_engine *engine, struct toc_group *group)
{
    int64_t watermark_ms = least_of(engine, group->waits_for, group->waits_for_clock, true);
    int64_t horizon_ms = least_of(engine, group->looks_back, group->looks_at_clock, false);

    if (watermark_ms > group->watermark_ms) {
        group->watermark_ms = watermark_ms;
    }
    if (horizon_ms > group->horizon_ms) {
        group->horizon_ms = horizon_ms;
    }
    toc_clock_run(engine, group);
}

/* Before the groups of the next rank run, they have what was handed up to them. */
static void hand_up(struct toc_engine *engine, size_t g)
{
    if (g + 1 == engine->group_count || engine->groups[g + 1].rank > engine->groups[g].rank) {
        toc_keyed_take(engine);
    }
}

void toc_clock_move(struct toc_engine *engine, size_t input)
{
    uint64_t bit = UINT64_C(1) << input;

    for (size_t g = 0; g < engine->group_count; g++) {
        struct toc_group *group = &engine->groups[g];
        if (((group->waits_for | group->looks_back) & bit) != 0) {
            move_group(engine, group);
        }
        hand_up(engine, g);
    }
}

void toc_clock_tick(struct toc_engine *engine)
{
    for (size_t g = 0; g < engine->group_count; g++) {
        struct toc_group *group = &engine->groups[g];
        if (group->waits_for_clock || group->looks_at_clock) {
            move_group(engine, group);
        }
        hand_up(engine, g);
    }
}

void toc_clock_settle(struct toc_engine *engine, int64_t at_ms)
{
    for (size_t g = 0; g < engine->group_count; g++) {
        struct toc_group *group = &engine->groups[g];
        if (at_ms > group->watermark_ms) {
            group->watermark_ms = at_ms;
            toc_clock_run(engine, group);
        }
        hand_up(engine, g);
    }
}

#include "engine/engine.h"

#include "base/assert.h"
#include "base/mem.h"
#include "engine/core.h"

enum {
    KEYS_MOST = 1000000,
    SEEN_LEAST_MS = 60000,    /* Repeats of inputs that accept nothing late. */
    SEEN_LONG_MS = 604800000, /* 7 days: see rules/README.md, events older than accept_late. */
};

/* --- Building ------------------------------------------------------------------------------- */

static void add_wish(int *slots, size_t *count, int slot)
{
    for (size_t i = 0; i < *count; i++) {
        if (slots[i] == slot) {
            return;
        }
    }
    if (slot >= 0 || slot == TOC_SLOT_SUBJECT || slot == TOC_SLOT_MODE) {
        slots[(*count)++] = slot;
    }
}

/* Kept events borrow their list, and may outlive the rules: the engine keeps each list once. */
static struct toc_wish intern_wish(struct toc_engine *engine, struct toc_str type, const int *slots,
                                   size_t count)
{
    size_t i = 0;
    while (i < engine->wished_count &&
           (!toc_str_equal(engine->wished[i].type, type) || engine->wished[i].count != count ||
            memcmp(engine->wished[i].slots, slots, count * sizeof *slots) != 0)) {
        i++;
    }
    if (i == engine->wished_count) {
        if (engine->wished_count == engine->wished_room) {
            engine->wished_room = engine->wished_room * 2 + 32;
            engine->wished =
                toc_mem_resize(engine->wished, engine->wished_room, sizeof *engine->wished);
        }
        int *own = toc_arena_array(&engine->arena, count + 1, sizeof *own);
        memcpy(own, slots, count * sizeof *slots);
        engine->wished[engine->wished_count++] = (struct toc_wished){
            .type = toc_arena_str(&engine->arena, type), .slots = own, .count = count};
    }
    return (struct toc_wish){.slots = engine->wished[i].slots, .count = count};
}

/* The fields of @type that texts quote. */
static void wish_for(struct toc_engine *engine, int type, const struct toc_wakes *wakes,
                     struct toc_wish *out)
{
    const struct toc_type *of = toc_catalogue_type(engine->catalogue, (size_t)type);
    int *slots = toc_arena_array(
        &engine->config, of->field_count * TOC_PART_END + TOC_ENVELOPE_FIELDS + 1, sizeof *slots);
    size_t count = 0;

    for (size_t w = 0; w < wakes->count; w++) {
        const struct toc_rule *rule = wakes->items[w].ruled->rule;
        for (size_t t = 0; t < 2 * rule->wording_count; t++) {
            const struct toc_wording *wording = &rule->wordings[t / 2];
            const struct toc_template *text = t % 2 == 0 ? &wording->brief : &wording->summary;
            for (size_t p = 0; p < text->count; p++) {
                const struct toc_piece *piece = &text->pieces[p];
                if (piece->kind == TOC_PIECE_FIELD && piece->index == wakes->items[w].alias) {
                    add_wish(slots, &count, toc_type_slot(of, piece->text));
                }
            }
        }
    }
    for (size_t w = 0; w < wakes->count; w++) { /* What `escalate` looks at. */
        const struct toc_rule *rule = wakes->items[w].ruled->rule;
        size_t binding =
            (size_t)(wakes->items[w].binding - rule->aliases[wakes->items[w].alias].bindings);
        for (size_t f = 0; f < rule->alert.level_field_count; f++) {
            const struct toc_level_field *field = &rule->alert.level_fields[f];
            if (field->slots != NULL && field->alias == wakes->items[w].alias) {
                add_wish(slots, &count, field->slots[binding]);
            }
        }
    }
    for (size_t w = 0; w < wakes->count; w++) { /* It may have to be judged again: moving.c. */
        if (wakes->items[w].ruled->rule->aliases[wakes->items[w].alias].near.is_moving) {
            for (size_t i = 0; i < of->field_count; i++) {
                add_wish(slots, &count, (int)i);
            }
            add_wish(slots, &count, TOC_SLOT_SUBJECT);
        }
    }
    int eta = toc_type_field(of, TOC_STR("eta")); /* For impact_at. */
    if (wakes->count > 0 && eta >= 0) {
        add_wish(slots, &count, eta);
    }
    *out = intern_wish(engine, of->name, slots, count);
}

static void build_wakes(struct toc_engine *engine)
{
    size_t type_count = toc_catalogue_all(engine->catalogue);

    engine->wakes = toc_arena_array(&engine->config, type_count + 1, sizeof *engine->wakes);
    for (int pass = 0; pass < 2; pass++) { /* Count, then fill. */
        for (size_t r = 0; r < engine->rule_count; r++) {
            const struct toc_rule *rule = engine->rules[r].rule;
            for (size_t a = 0; a < rule->alias_count; a++) {
                const struct toc_alias *alias = &rule->aliases[a];
                for (size_t b = 0; alias->roles != 0 && b < alias->binding_count; b++) {
                    struct toc_wakes *wakes = &engine->wakes[alias->bindings[b].type];
                    if (pass == 1) {
                        wakes->items[wakes->count] =
                            (struct toc_wake){.ruled = &engine->rules[r],
                                              .alias = (uint8_t)a,
                                              .binding = &alias->bindings[b]};
                    }
                    wakes->count++;
                }
            }
        }
        for (size_t t = 0; pass == 0 && t < type_count; t++) {
            engine->wakes[t].items = toc_arena_array(&engine->config, engine->wakes[t].count + 1,
                                                     sizeof *engine->wakes[t].items);
            engine->wakes[t].count = 0;
        }
    }
    for (size_t t = 0; t < type_count; t++) {
        wish_for(engine, (int)t, &engine->wakes[t], &engine->wakes[t].wish);
    }
}

static void build_rules(struct toc_engine *engine)
{
    size_t count = toc_ruleset_count(engine->options.rules);

    engine->rule_count = 0;
    engine->first_part = toc_arena_array(&engine->config, count + 1, sizeof *engine->first_part);
    for (size_t i = 0; i < count; i++) {
        engine->first_part[i] = engine->rule_count;
        engine->rule_count += toc_rule_part_count(toc_ruleset_get(engine->options.rules, i));
    }
    engine->first_part[count] = engine->rule_count;
    engine->rules = toc_arena_array(&engine->config, engine->rule_count + 1, sizeof *engine->rules);
    for (size_t r = 0, i = 0; r < engine->rule_count; r++) {
        i += r == engine->first_part[i + 1];
        struct toc_ruled *ruled = &engine->rules[r];
        const struct toc_rule *rule =
            toc_rule_part(toc_ruleset_get(engine->options.rules, i), r - engine->first_part[i]);
        ruled->rule = rule;
        ruled->index = i;
        ruled->since_ms = TOC_INSTANT_NONE;
        ruled->is_at_once = toc_match_is_at_once(rule);
        for (size_t k = 0; k < rule->key_part_count; k++) {
            if (rule->kind != TOC_KIND_LATEST || !rule->key_parts[k].is_place) {
                ruled->key_mask |= 1u << k;
            }
        }
    }
}

static void build_inputs(struct toc_engine *engine)
{
    int64_t late_ms = 0;

    toc_assert(engine->options.input_count <= TOC_INPUTS_MOST);
    engine->inputs =
        toc_arena_array(&engine->arena, engine->options.input_count + 1, sizeof *engine->inputs);
    for (size_t i = 0; i < engine->options.input_count; i++) {
        struct toc_engine_input *input = &engine->inputs[i];
        input->spec = engine->options.inputs[i];
        input->low_ms = input->newest_ms = input->read_ms = input->heard_ms = TOC_INSTANT_NONE;
        input->wait_ms = TOC_INSTANT_NEVER;
        uint32_t count = input->spec.partition_count;
        input->spec.partition_count = 0;
        toc_assert(input->spec.accept_late_ms >= input->spec.max_disorder_ms);
        toc_engine_partitions(engine, i, count);
        late_ms = input->spec.accept_late_ms > late_ms ? input->spec.accept_late_ms : late_ms;
    }
    toc_seen_init(&engine->seen, late_ms > SEEN_LEAST_MS ? late_ms : SEEN_LEAST_MS);
    toc_seen_init(&engine->seen_long, late_ms > SEEN_LONG_MS ? late_ms : SEEN_LONG_MS);
}

/* Names of types as kept events borrow them: a swap changes the catalogue, not the text. */
static void build_type_names(struct toc_engine *engine)
{
    size_t count = toc_catalogue_all(engine->catalogue);
    engine->type_names = toc_arena_array(&engine->config, count + 1, sizeof *engine->type_names);
    for (size_t t = 0; t < count; t++) {
        struct toc_str name = toc_catalogue_type(engine->catalogue, t)->name;
        size_t i = 0;
        while (!toc_str_equal(engine->wished[i].type, name)) {
            i++; /* Every type has a wish, if an empty one. */
        }
        engine->type_names[t] = engine->wished[i].type;
    }
}

void toc_engine_build(struct toc_engine *engine)
{
    engine->catalogue = toc_ruleset_catalogue(engine->options.rules);
    engine->places = toc_ruleset_places(engine->options.rules);
    build_rules(engine);
    build_wakes(engine);
    build_type_names(engine);
    engine->group_count = 0;
    toc_clock_build(engine);
    toc_raised_build(engine);
    toc_moving_build(engine);
}

struct toc_engine *toc_engine_create(const struct toc_engine_options *options)
{
    struct toc_engine *engine = toc_mem_get(sizeof *engine);

    engine->options = *options;
    engine->options.source = toc_arena_str(&engine->arena, options->source);
    if (engine->options.keys_most == 0) {
        engine->options.keys_most = KEYS_MOST;
    }
    engine->now_ms = engine->begin_ms = engine->newest_ms = TOC_INSTANT_NONE;
    engine->silence_due_ms = TOC_INSTANT_NEVER;
    engine->machine = toc_cel_machine_create(TOC_CEL_SCRATCH);
    build_inputs(engine);
    toc_engine_build(engine);
    return engine;
}

void toc_engine_drop_rule(struct toc_engine *engine, struct toc_ruled *ruled)
{
    toc_assert(ruled->first == NULL);
    for (size_t i = 0; i < ruled->partial_count; i++) {
        toc_partial_finish(engine, &ruled->partials[i]);
    }
    toc_mem_free(ruled->partials);
    toc_table_finish(&ruled->keys);
    toc_mem_free(ruled->loud_ms);
    toc_watches_finish(engine, &ruled->watches);
}

void toc_engine_destroy(struct toc_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    for (size_t r = 0; r < engine->rule_count; r++) {
        struct toc_ruled *ruled = &engine->rules[r];
        while (ruled->first != NULL) {
            toc_keyed_destroy(engine, ruled->first);
        }
        toc_engine_drop_rule(engine, ruled);
    }
    for (size_t g = 0; g < engine->group_count; g++) {
        toc_due_finish(&engine->groups[g].telling);
        toc_due_finish(&engine->groups[g].settling);
    }
    for (size_t i = 0; i < engine->options.input_count; i++) {
        toc_mem_free(engine->inputs[i].partitions);
    }
    toc_moving_finish(engine);
    toc_adopt_finish(engine);
    toc_silence_finish(engine);
    toc_table_finish(&engine->by_id);
    toc_mem_free(engine->touched);
    toc_due_finish(&engine->pacing);
    toc_cel_machine_destroy(engine->machine);
    toc_seen_finish(&engine->seen);
    toc_seen_finish(&engine->seen_long);
    toc_text_finish(&engine->record);
    toc_text_finish(&engine->topic);
    toc_text_finish(&engine->folded);
    toc_text_finish(&engine->also);
    toc_kept_pool_finish(&engine->pool);
    toc_mem_free(engine->wished);
    toc_arena_finish(&engine->config);
    toc_arena_finish(&engine->arena);
    toc_mem_free(engine);
}

/* --- Time ----------------------------------------------------------------------------------- */

void toc_engine_partitions(struct toc_engine *engine, size_t index, uint32_t count)
{
    struct toc_engine_input *input = &engine->inputs[index];
    uint32_t before = input->spec.partition_count;

    toc_assert(count >= before && count <= TOC_PARTITIONS_MOST);
    input->partitions = toc_mem_resize(input->partitions, count, sizeof *input->partitions);
    for (uint32_t p = before; p < count; p++) {
        input->partitions[p] = (struct toc_partition){.time_ms = TOC_INSTANT_NONE};
    }
    input->spec.partition_count = count;
}

void toc_engine_idle(struct toc_engine *engine, size_t index, uint32_t partition, bool is_idle)
{
    struct toc_engine_input *input = &engine->inputs[index];

    toc_assert(partition < input->spec.partition_count);
    struct toc_partition *at = &input->partitions[partition];
    if (at->is_idle == is_idle) {
        return;
    }
    if (at->is_idle && engine->now_ms > at->time_ms) {
        at->time_ms = engine->now_ms; /* Time does not go back when it wakes. */
    }
    at->is_idle = is_idle;
    if (is_idle) {
        toc_clock_recount(engine, index);
        toc_clock_move(engine, index);
    }
}

static void begin_stream(struct toc_engine *engine, int64_t at_ms)
{
    if (engine->begin_ms == TOC_INSTANT_NONE || at_ms < engine->begin_ms) {
        engine->begin_ms = at_ms;
        toc_members_begin(engine);
    }
}

/* Tell the updates that update_every held back up to @until_ms; and what that joins. */
static void tell_paced(struct toc_engine *engine, int64_t until_ms)
{
    struct toc_due *due;

    while ((due = toc_due_first(&engine->pacing)) != NULL && due->at_ms <= until_ms) {
        for (; due != NULL && due->at_ms <= until_ms; due = toc_due_first(&engine->pacing)) {
            struct toc_keyed *keyed =
                (struct toc_keyed *)(void *)((char *)due - offsetof(struct toc_keyed, pacing));
            toc_due_remove(&engine->pacing, due);
            toc_keyed_touch(engine, keyed);
        }
        toc_keyed_take(engine);
        until_ms = engine->now_ms < until_ms ? engine->now_ms : until_ms;
    }
}

void toc_engine_tick(struct toc_engine *engine, int64_t now_ms)
{
    if (now_ms <= engine->now_ms) {
        return;
    }
    engine->now_ms = now_ms;
    if (engine->begin_ms == TOC_INSTANT_NONE) {
        begin_stream(engine, now_ms);
    }
    toc_sight_tick(engine);
    for (size_t i = 0; i < engine->options.input_count; i++) {
        const struct toc_engine_input *input = &engine->inputs[i];
        bool is_idle = input->is_blind;
        for (uint32_t p = 0; p < input->spec.partition_count && !is_idle; p++) {
            is_idle = input->partitions[p].is_idle;
        }
        if (is_idle) {
            toc_clock_recount(engine, i);
            toc_clock_move(engine, i);
        }
    }
    if (now_ms >= engine->silence_due_ms) {
        toc_silence_turn(engine);
    }
    toc_clock_tick(engine);
    tell_paced(engine, now_ms);
}

/* Partition time: the newest event time, none counted beyond the lane clock or its Kafka
 * timestamp. Decides what the watermark has passed before the event itself is looked at: an event
 * at the watermark is on time. */
static void move_partition(struct toc_engine *engine, size_t index, struct toc_partition *partition,
                           const struct toc_event *event)
{
    struct toc_engine_input *input = &engine->inputs[index];
    int64_t at_ms = event->at_ms;

    if (at_ms > engine->now_ms) {
        at_ms = engine->now_ms;
    }
    if (event->origin.stored_ms != TOC_INSTANT_NONE && at_ms > event->origin.stored_ms) {
        at_ms = event->origin.stored_ms;
    }
    if (at_ms <= partition->time_ms) {
        return;
    }
    bool was_lowest = partition->time_ms <= input->low_ms;
    partition->time_ms = at_ms;
    input->newest_ms = at_ms > input->newest_ms ? at_ms : input->newest_ms;
    if (was_lowest) {
        toc_clock_recount(engine, index);
        toc_clock_move(engine, index);
    }
}

void toc_engine_settle(struct toc_engine *engine)
{
    toc_clock_settle(engine, engine->newest_ms);
    engine->is_flushing = true;
    tell_paced(engine, TOC_INSTANT_NEVER);
    engine->is_flushing = false;
}

/* --- Events --------------------------------------------------------------------------------- */

static enum toc_feed note_identity(struct toc_engine *engine, const struct toc_event *event)
{
    enum toc_seen_verdict verdict =
        toc_seen_note(&engine->seen, event->identity, event->content, engine->newest_ms);

    return verdict == TOC_SEEN_FIRST    ? TOC_FEED_TAKEN
           : verdict == TOC_SEEN_REPEAT ? TOC_FEED_REPEAT
                                        : TOC_FEED_CONFLICT;
}

enum toc_feed toc_engine_feed(struct toc_engine *engine, size_t index, uint32_t partition_index,
                              const struct toc_event *event)
{
    toc_assert(index < engine->options.input_count);
    struct toc_engine_input *input = &engine->inputs[index];
    toc_assert(partition_index < input->spec.partition_count);
    struct toc_partition *partition = &input->partitions[partition_index];

    engine->counts.events++;
    if (partition->is_idle) {
        toc_engine_idle(engine, index, partition_index, false);
    }
    toc_sight_hear(engine, index, event);
    bool is_late = partition->time_ms != TOC_INSTANT_NONE &&
                   event->at_ms < partition->time_ms - input->spec.accept_late_ms;
    if (!is_late) {
        move_partition(engine, index, partition, event);
    }
    if (partition->time_ms > engine->newest_ms) {
        engine->newest_ms = partition->time_ms;
    }
    enum toc_feed feed = note_identity(engine, event);
    if (feed != TOC_FEED_TAKEN) {
        engine->counts.repeats += feed == TOC_FEED_REPEAT;
        engine->counts.conflicts += feed == TOC_FEED_CONFLICT;
        return feed;
    }
    if (is_late) {
        engine->counts.late++;
    } else if (engine->begin_ms == TOC_INSTANT_NONE || event->at_ms < engine->begin_ms) {
        begin_stream(engine, event->at_ms);
    }
    toc_moving_note(engine, event, is_late);
    toc_dispatch(engine, event, is_late);
    toc_sight_heard(engine, index);
    if (event->is_time_corrected) {
        toc_own_clock(engine, index, event);
    }
    toc_own_full(engine);
    tell_paced(engine, engine->now_ms); /* Incidents that have become one. */
    return is_late ? TOC_FEED_LATE : TOC_FEED_TAKEN;
}

/* --- What can be asked ------------------------------------------------------------------------ */

int64_t toc_engine_now(const struct toc_engine *engine)
{
    return engine->now_ms;
}

int64_t toc_engine_due(const struct toc_engine *engine)
{
    const struct toc_due *pacing = toc_due_first(&engine->pacing);
    int64_t due_ms = pacing != NULL ? pacing->at_ms : TOC_INSTANT_NEVER;

    due_ms = engine->silence_due_ms < due_ms ? engine->silence_due_ms : due_ms;
    due_ms = toc_sight_due(engine) < due_ms ? toc_sight_due(engine) : due_ms;

    for (size_t g = 0; g < engine->group_count; g++) {
        const struct toc_group *group = &engine->groups[g];
        const struct toc_due *telling = toc_due_first(&group->telling);
        int64_t behind_ms = 0; /* How far the watermark lags the clock of a silent input. */
        for (size_t i = 0; i < engine->options.input_count; i++) {
            if ((group->waits_for >> i & 1) != 0 &&
                engine->inputs[i].spec.max_disorder_ms > behind_ms) {
                behind_ms = engine->inputs[i].spec.max_disorder_ms;
            }
        }
        if (telling != NULL && telling->at_ms + behind_ms < due_ms) {
            due_ms = telling->at_ms + behind_ms;
        }
    }
    return due_ms;
}

struct toc_engine_counts toc_engine_counts(const struct toc_engine *engine)
{
    struct toc_engine_counts counts = engine->counts;

    counts.keys = engine->key_count;
    counts.kept_events = engine->pool.kept;
    return counts;
}

struct toc_rule_counts toc_engine_rule_counts(const struct toc_engine *engine, size_t rule)
{
    toc_assert(rule < toc_ruleset_count(engine->options.rules));
    struct toc_rule_counts counts = {0};
    for (size_t r = engine->first_part[rule]; r < engine->first_part[rule + 1]; r++) {
        const struct toc_rule_counts *part = &engine->rules[r].counts;
        counts.matched += part->matched;
        counts.missing_key += part->missing_key;
        counts.missing_field += part->missing_field;
        counts.where_failed += part->where_failed;
        counts.where_budget += part->where_budget;
        counts.told_new += part->told_new;
        counts.open += part->open;
        counts.budget += part->budget;
    }
    return counts;
}

int64_t toc_engine_partition_time(const struct toc_engine *engine, size_t input, uint32_t partition)
{
    toc_assert(input < engine->options.input_count &&
               partition < engine->inputs[input].spec.partition_count);
    const struct toc_partition *at = &engine->inputs[input].partitions[partition];
    return at->is_idle && engine->now_ms > at->time_ms ? engine->now_ms : at->time_ms;
}

int64_t toc_engine_watermark(const struct toc_engine *engine, size_t rule)
{
    toc_assert(rule < toc_ruleset_count(engine->options.rules));
    int64_t least_ms = TOC_INSTANT_NEVER;
    for (size_t r = engine->first_part[rule]; r < engine->first_part[rule + 1]; r++) {
        int64_t at_ms = engine->rules[r].group->watermark_ms; /* NONE is the least of all. */
        least_ms = at_ms < least_ms ? at_ms : least_ms;
    }
    return least_ms;
}

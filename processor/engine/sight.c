/* Inputs that are silent for too long. While one is blind it holds no watermark back, and an
 * emptying window ends nothing: alert/withhold.c withholds such ends until it is heard up to them.
 * Meaning: rules/README.md, "What people do, and what the machine holds back". */
#include "engine/core.h"

static bool can_be_blind(const struct toc_engine_input *input)
{
    return input->spec.max_age_ms > 0;
}

void toc_sight_tick(struct toc_engine *engine)
{
    for (size_t i = 0; i < engine->options.input_count; i++) {
        struct toc_engine_input *input = &engine->inputs[i];
        if (input->read_ms == TOC_INSTANT_NONE) {
            input->read_ms = engine->now_ms;
        }
        if (can_be_blind(input) && !input->is_blind &&
            engine->now_ms - input->read_ms > input->spec.max_age_ms) {
            input->is_blind = true;
            toc_own_input(engine, i, input->read_ms + input->spec.max_age_ms + 1);
        }
    }
}

void toc_sight_hear(struct toc_engine *engine, size_t index, const struct toc_event *event)
{
    struct toc_engine_input *input = &engine->inputs[index];
    int64_t at_ms = event->at_ms;

    if (event->origin.stored_ms != TOC_INSTANT_NONE && at_ms > event->origin.stored_ms) {
        at_ms = event->origin.stored_ms;
    }
    if (engine->now_ms != TOC_INSTANT_NONE && at_ms > engine->now_ms) {
        at_ms = engine->now_ms;
    }
    /* As stored, so that a restart that reads it back knows the same. */
    int64_t stored_ms = event->origin.stored_ms;
    input->read_ms =
        stored_ms != TOC_INSTANT_NONE && stored_ms < engine->now_ms && stored_ms > input->read_ms
            ? stored_ms
            : engine->now_ms;
    input->heard_ms = at_ms > input->heard_ms ? at_ms : input->heard_ms;
    bool was_blind = input->is_blind;
    input->is_blind = false;
    if (was_blind && engine->now_ms != TOC_INSTANT_NONE) {
        toc_own_input(engine, index, engine->now_ms);
    }
}

void toc_sight_heard(struct toc_engine *engine, size_t index)
{
    struct toc_engine_input *input = &engine->inputs[index];
    uint64_t bit = UINT64_C(1) << index;

    if (engine->is_disowned && engine->adopted_count > 0) {
        toc_engine_disown(engine);
    }
    if (input->heard_ms < input->wait_ms) {
        return;
    }
    input->wait_ms = TOC_INSTANT_NEVER; /* Whoever still waits says so again. */
    for (size_t r = 0; r < engine->rule_count; r++) {
        struct toc_ruled *ruled = &engine->rules[r];
        if ((ruled->group->looks_back & bit) == 0) {
            continue;
        }
        for (struct toc_keyed *keyed = ruled->first; keyed != NULL; keyed = keyed->next) {
            if (keyed->alerts.count > 0) {
                toc_keyed_tell(engine, keyed, false);
            }
        }
    }
}

size_t toc_sight_of(struct toc_engine *engine, const struct toc_group *group,
                    const struct toc_sight **out)
{
    size_t count = 0;

    for (size_t i = 0; i < engine->options.input_count; i++) {
        const struct toc_engine_input *input = &engine->inputs[i];
        if (can_be_blind(input) && (group->looks_back >> i & 1) != 0) {
            engine->sights[count++] = (struct toc_sight){.input = input->spec.name,
                                                         .bit = (unsigned)i,
                                                         .is_blind = input->is_blind,
                                                         .heard_ms = input->heard_ms};
        }
    }
    *out = engine->sights;
    return count;
}

void toc_sight_wait(struct toc_engine *engine, const struct toc_group *group, int64_t end_ms)
{
    for (size_t i = 0; i < engine->options.input_count; i++) {
        struct toc_engine_input *input = &engine->inputs[i];
        if (can_be_blind(input) && (group->looks_back >> i & 1) != 0 && end_ms < input->wait_ms) {
            input->wait_ms = end_ms;
        }
    }
}

int64_t toc_sight_due(const struct toc_engine *engine)
{
    int64_t due_ms = TOC_INSTANT_NEVER;

    for (size_t i = 0; i < engine->options.input_count; i++) {
        const struct toc_engine_input *input = &engine->inputs[i];
        if (can_be_blind(input) && !input->is_blind && input->read_ms != TOC_INSTANT_NONE &&
            input->read_ms + input->spec.max_age_ms + 1 < due_ms) {
            due_ms = input->read_ms + input->spec.max_age_ms + 1;
        }
    }
    return due_ms;
}

static struct toc_engine_input *find(const struct toc_engine *engine, struct toc_str name)
{
    for (size_t i = 0; i < engine->options.input_count; i++) {
        if (toc_str_equal(engine->inputs[i].spec.name, name)) {
            return &engine->inputs[i];
        }
    }
    return NULL;
}

void toc_sight_adopt(struct toc_engine *engine, struct toc_str name)
{
    struct toc_engine_input *input = find(engine, name);

    if (input != NULL && can_be_blind(input) && input->heard_ms == TOC_INSTANT_NONE) {
        input->is_blind = true;
    }
}

bool toc_sight_is_blind(const struct toc_engine *engine, struct toc_str name)
{
    const struct toc_engine_input *input = find(engine, name);

    return input != NULL && input->is_blind;
}

bool toc_engine_is_blind(const struct toc_engine *engine, size_t input)
{
    return engine->inputs[input].is_blind;
}

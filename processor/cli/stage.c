#include "cli/stage.h"

#include <stdio.h>

#include "base/mem.h"
#include "event/decode_mapping.h"

static void on_told(const struct toc_told *told, void *context)
{
    struct toc_stage *stage = context;
    struct toc_stage_tally *tally =
        &stage->tallies[toc_ruleset_find(stage->rules, told->rule->name)];

    tally->told_new += told->state == TOC_ALERT_NEW;
    tally->cancelled += told->state == TOC_ALERT_CANCELLED;
    if (stage->is_booked) {
        toc_book_add(&stage->book, told);
    }
    if (stage->is_silent) {
        return;
    }
    fwrite(told->record.data, 1, told->record.size, stdout);
    fputc('\n', stdout);
}

static bool open_input(struct toc_stage *stage, const struct toc_stage_options *options,
                       size_t index)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(stage->rules);
    const struct toc_config_input *config =
        options->configs != NULL ? options->configs[index] : NULL;
    const struct toc_input *of = &options->inputs[index];
    struct toc_stage_input *input = &stage->inputs[index];
    struct toc_mapping *mapping = NULL;

    if (config != NULL && config->mapping != NULL &&
        !toc_mapping_parse(config->mapping, catalogue, &stage->arena, options->diag, &mapping)) {
        return false;
    }
    input->decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = catalogue,
        .mode = config != NULL ? (enum toc_mode)config->mode : TOC_MODE_ACTUAL,
        .clamp_ms = config != NULL ? config->clamp_ms : 0,
        .mapping = mapping,
        .on_dropped = options->on_dropped,
        .context = options->context,
    });
    if (of->types != NULL) {
        input->types = toc_catalogue_covered(catalogue, of->types, of->type_count);
    }
    return true;
}

bool toc_stage_open(struct toc_stage *stage, const struct toc_stage_options *options)
{
    stage->tallies = toc_mem_array(toc_ruleset_count(stage->rules), sizeof *stage->tallies);
    stage->clock_ms = TOC_INSTANT_NONE;
    stage->inputs = toc_mem_array(options->input_count, sizeof *stage->inputs);
    stage->input_count = options->input_count;
    for (size_t i = 0; i < options->input_count; i++) {
        if (!open_input(stage, options, i)) {
            return false;
        }
    }
    stage->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = stage->rules,
        .inputs = options->inputs,
        .input_count = options->input_count,
        .source = TOC_STR("/tocsin/replay"),
        .on_told = on_told,
        .context = stage,
    });
    return true;
}

void toc_stage_finish(struct toc_stage *stage)
{
    toc_engine_destroy(stage->engine);
    for (size_t i = 0; i < stage->input_count; i++) {
        toc_decoder_destroy(stage->inputs[i].decoder);
        toc_mem_free(stage->inputs[i].types);
    }
    toc_mem_free(stage->inputs);
    toc_arena_finish(&stage->arena);
    toc_book_finish(&stage->book);
    toc_mem_free(stage->tallies);
    toc_ruleset_destroy(stage->rules);
}

void toc_stage_tick(struct toc_stage *stage, int64_t now_ms)
{
    if (now_ms > stage->clock_ms) {
        stage->clock_ms = now_ms;
        toc_engine_tick(stage->engine, now_ms);
    }
}

/* What the machine says of itself nobody else says; in a file it stands like any other. */
static bool is_declared(const struct toc_stage_input *input, const struct toc_event *event,
                        bool is_file)
{
    return (is_file || !toc_type_is_own(event->type_name)) &&
           (input->types == NULL || input->types[event->type]);
}

bool toc_stage_feed(struct toc_stage *stage, size_t input, uint32_t partition,
                    const struct toc_record *record, bool is_by_event, enum toc_refusal *out_reason,
                    struct toc_text *detail)
{
    const struct toc_stage_input *of = &stage->inputs[input];
    const struct toc_event *events;
    size_t count;

    if (toc_decoder_decode(of->decoder, record, &events, &count, out_reason, detail) != TOC_OK) {
        return false;
    }
    bool is_whole = toc_decoder_refused_parts(of->decoder) == 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_declared(of, &events[i], is_by_event)) {
            if (is_whole) {
                *out_reason = TOC_REFUSAL_UNKNOWN_TYPE;
                toc_text_clear(detail);
                toc_text_add(detail, TOC_STR("the input does not declare this type"));
            }
            is_whole = false;
            continue;
        }
        if (is_by_event) {
            toc_stage_tick(stage, events[i].at_ms);
        }
        /* Repeats and late ones are counted by the engine. */
        (void)toc_engine_feed(stage->engine, input, partition, &events[i]);
    }
    return is_whole;
}

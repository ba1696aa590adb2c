#include "lane/core.h"

#include "base/assert.h"
#include "base/mem.h"

/* ---- Telling ---- */

void toc_intake_put(struct toc_lane *lane, const struct toc_letter *letter)
{
    toc_ledger_told(lane->ledger);
    toc_outbox_put(lane->outbox, letter, lane->ticket);
}

void toc_intake_on_told(const struct toc_told *told, void *context)
{
    struct toc_lane *lane = context;
    struct toc_letter letter;
    struct toc_str topic = told->topic;
    toc_assert(lane->is_feeding);
    if (topic.size == 0 && lane->look != NULL) { /* Adopted, and its rule is no more. */
        topic = toc_plan_topic(&lane->look->plan, told->alert_id);
    }
    if (topic.size == 0) {
        TOC_LOG(lane->options.log, WARNING, "open.topic_gone",
                toc_log_text("alert_id", told->alert_id));
    }
    /* The row of alerts.open is there before the world hears of a new alert, and gone only after
     * it heard the end, each known to be stored: no crash leaves one open that nobody knows. */
    bool is_new = told->is_open && told->state == TOC_ALERT_NEW;
    for (int turn = 0; turn < 2; turn++) {
        if ((turn == 0) == is_new) {
            toc_letters_open(&lane->letters, told, topic, lane->clock_ms, &letter);
        } else if (topic.size > 0) {
            toc_letters_alert(&lane->letters, told, topic, lane->clock_ms, &letter);
        } else {
            continue;
        }
        letter.is_last = turn == 1 && (is_new || !told->is_open);
        toc_intake_put(lane, &letter);
        bool is_alert = (turn == 0) != is_new;
        for (size_t i = 0; is_alert && i < told->also_count; i++) {
            struct toc_letter copy;
            toc_letters_alert(&lane->letters, told, told->also[i], lane->clock_ms, &copy);
            copy.is_last = false;
            toc_intake_put(lane, &copy);
        }
    }
    if (lane->options.on_told != NULL) {
        lane->options.on_told(told, lane->options.context);
    }
}

void toc_intake_begin(struct toc_lane *lane)
{
    lane->ticket = toc_ledger_open(lane->ledger, lane->clock_ms);
    lane->is_feeding = true;
    lane->counts.batches++;
}

void toc_intake_end(struct toc_lane *lane)
{
    lane->is_feeding = false;
    toc_ledger_close(lane->ledger);
}

/* ---- Feeding ---- */

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct toc_intake *input = context;
    (void)event;
    (void)field;
    input->counts.dropped_fields++;
}

static void to_dead(struct toc_lane *lane, struct toc_intake *input, const struct toc_read *read,
                    enum toc_refusal reason, struct toc_str detail)
{
    struct toc_letter letter;
    input->counts.refused[reason]++;
    toc_letters_dead(&lane->letters, read, input->of->input.name, toc_refusal_text(reason), detail,
                     &letter);
    toc_intake_put(lane, &letter);
}

static bool is_declared(const struct toc_intake *input, const struct toc_event *event)
{
    if (event->type_name.size > 7 && memcmp(event->type_name.data, "tocsin.", 7) == 0) {
        return false; /* What the machine says of itself nobody else says. */
    }
    return input->types == NULL || input->types[event->type];
}

/* False: one of them at least is of a type that the input does not declare. */
static bool feed_events(struct toc_lane *lane, struct toc_intake *input,
                        const struct toc_part *part, const struct toc_read *read,
                        const struct toc_event events[], size_t count)
{
    bool is_late = false;
    bool is_all = true;
    for (size_t i = 0; i < count; i++) {
        if (!is_declared(input, &events[i])) {
            is_all = false;
            continue;
        }
        enum toc_feed fed = toc_engine_feed(lane->engine, part->input, part->index, &events[i]);
        if (lane->state == TOC_LANE_WARMING) {
            continue; /* Counted when it was live. */
        }
        input->counts.events++;
        input->counts.taken += fed == TOC_FEED_TAKEN;
        input->counts.repeats += fed == TOC_FEED_REPEAT;
        input->counts.conflicts += fed == TOC_FEED_CONFLICT;
        input->counts.late += fed == TOC_FEED_LATE;
        input->counts.corrected += events[i].is_time_corrected;
        is_late = is_late || fed == TOC_FEED_LATE;
    }
    if (is_late && lane->state != TOC_LANE_WARMING) {
        struct toc_letter letter;
        toc_letters_late(&lane->letters, read, input->of->input.name, &letter);
        toc_intake_put(lane, &letter);
    }
    return is_all;
}

void toc_intake_set_idle(struct toc_lane *lane, size_t number, bool is_idle)
{
    struct toc_lane_slot *mine = &lane->parts[number];
    if (mine->is_idle != is_idle && !toc_acting_is_of(lane, number)) {
        const struct toc_part *part = toc_reader_part(lane->reader, number);
        mine->is_idle = is_idle;
        toc_engine_idle(lane->engine, part->input, part->index, is_idle);
    }
}

void toc_intake_feed(struct toc_lane *lane, const struct toc_read *read)
{
    if (toc_acting_is_of(lane, read->part)) {
        toc_acting_feed(lane, read);
        return;
    }
    const struct toc_part *part = toc_reader_part(lane->reader, read->part);
    struct toc_intake *input = &lane->inputs[part->input];
    const struct toc_event *events = NULL;
    size_t count = 0;
    enum toc_refusal reason = TOC_REFUSAL_EMPTY;
    bool is_warming = lane->state == TOC_LANE_WARMING;

    toc_intake_set_idle(lane, read->part, false);
    lane->parts[read->part].heard_ms = lane->clock_ms;
    *(is_warming ? &input->counts.warmed : &input->counts.records) += 1;
    enum toc_status status =
        toc_decoder_decode(input->decoder, &read->record, &events, &count, &reason, &lane->detail);
    bool is_whole = status == TOC_OK && toc_decoder_refused_parts(input->decoder) == 0;
    if (status == TOC_OK && !feed_events(lane, input, part, read, events, count) && is_whole) {
        is_whole = false;
        reason = TOC_REFUSAL_UNKNOWN_TYPE;
        toc_text_clear(&lane->detail);
        toc_text_addf(&lane->detail, "the input does not declare this type");
    }
    if (!is_whole && !is_warming) { /* Of an array, what is right was fed. */
        to_dead(lane, input, read, reason, toc_text_str(&lane->detail));
    }
    if (!is_warming) {
        toc_ledger_read(lane->ledger, read->part, read->record.origin.offset + 1);
    }
}

void toc_intake_open(struct toc_lane *lane, size_t index)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(lane->options.rules);
    const struct toc_lane_input *of = &lane->options.inputs[index];
    struct toc_intake *input = &lane->inputs[index];
    input->of = of;
    input->decoder = toc_decoder_create(&(struct toc_decoder_options){
        .catalogue = catalogue,
        .mode = of->mode,
        .clamp_ms = of->clamp_ms,
        .mapping = of->mapping,
        .on_dropped = on_dropped,
        .context = input,
    });
    if (of->input.types != NULL) {
        input->types = toc_catalogue_covered(catalogue, of->input.types, of->input.type_count);
    }
    lane->plan_inputs[index] =
        (struct toc_plan_input){.topics = of->topics, .topic_count = of->topic_count};
}

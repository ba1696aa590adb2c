/* What people do, record by record: to the engine, or to the dead letters with the reason. */
#include "lane/core.h"

static size_t input_of(const struct toc_lane *lane)
{
    return lane->options.input_count; /* One beyond those of events. */
}

void toc_acting_open(struct toc_lane *lane)
{
    struct toc_intake *intake = &lane->inputs[input_of(lane)];

    lane->acting = (struct toc_lane_input){
        .input = {.name = TOC_STR("actions")},
        .topics = &lane->options.actions,
        .topic_count = 1,
        .idle_after_ms = INT64_MAX,
    };
    intake->of = &lane->acting;
    lane->plan_inputs[input_of(lane)] = (struct toc_plan_input){
        .topics = &lane->options.actions, .topic_count = 1, .memory_ms = TOC_ACTING_BACK_MS};
}

bool toc_acting_is_of(const struct toc_lane *lane, size_t number)
{
    return toc_reader_part(lane->reader, number)->input == input_of(lane);
}

static void refuse(struct toc_lane *lane, const struct toc_read *read,
                   enum toc_action_refusal reason)
{
    struct toc_letter letter;

    lane->counts.actions.refused[reason]++;
    TOC_LOG(lane->options.log, WARNING, "action.refused",
            toc_log_words("reason", toc_action_refusal_text(reason)),
            toc_log_text("detail", toc_text_str(&lane->detail)),
            toc_log_number("offset", read->record.origin.offset));
    toc_letters_dead(&lane->letters, read, lane->acting.input.name, toc_action_refusal_text(reason),
                     toc_text_str(&lane->detail), &letter);
    toc_intake_put(lane, &letter);
}

void toc_acting_feed(struct toc_lane *lane, const struct toc_read *read)
{
    struct toc_action action;
    enum toc_action_refusal reason = TOC_ACTION_REFUSAL_NOT_JSON;
    enum toc_act act = TOC_ACT_REFUSED;
    struct toc_intake *intake = &lane->inputs[input_of(lane)];

    if (toc_action_decode(read->record.bytes, read->record.origin.stored_ms, &action, &reason,
                          &lane->detail) == TOC_OK) {
        act = toc_engine_act(lane->engine, &action, &reason);
        if (act == TOC_ACT_REFUSED) {
            toc_text_add(&lane->detail, toc_str_of(toc_action_refusal_words(reason)));
        }
        toc_action_finish(&action);
    }
    if (lane->state == TOC_LANE_WARMING) {
        intake->counts.warmed++;
        return; /* It was answered when it was live. */
    }
    intake->counts.records++;
    lane->counts.actions.taken += act == TOC_ACT_TAKEN;
    lane->counts.actions.repeats += act == TOC_ACT_REPEAT;
    if (act == TOC_ACT_REFUSED) {
        refuse(lane, read, reason);
    }
    toc_ledger_read(lane->ledger, read->part, read->record.origin.offset + 1);
}

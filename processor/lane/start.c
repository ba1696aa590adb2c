#include "lane/core.h"

#include "base/assert.h"
#include "base/mem.h"

#include <jansson.h>

#include <stdio.h>

enum {
    LOOK_AGAIN_MS = 2000,
    NOT_FOUND_MOST = 3,       /* A broker that has just started may not know its topics yet. */
    STORED_MARGIN_MS = 60000, /* Clocks of producers and brokers differ. */
};

/* ---- Going live ---- */

/* The `data` of a CloudEvent record, as text. */
static bool unwrap(struct toc_lane *lane, struct toc_str record, struct toc_open_alert *open)
{
    json_error_t error;
    json_t *event = json_loadb(record.data, record.size, JSON_REJECT_DUPLICATES, &error);
    json_t *data = json_object_get(event, "data");
    json_t *rule = json_object_get(data, "rule");
    bool is_ours = json_is_string(rule);
    if (is_ours) {
        char *text = json_dumps(data, JSON_COMPACT);
        toc_text_clear(&lane->record);
        toc_text_add(&lane->record, toc_str_of(text));
        toc_text_clear(&lane->detail);
        toc_text_add(&lane->detail, (struct toc_str){.data = json_string_value(rule),
                                                     .size = json_string_length(rule)});
        free(text); /* jansson's own. */
        open->record = toc_text_str(&lane->record);
        open->rule = toc_text_str(&lane->detail);
    }
    json_decref(event);
    return is_ours;
}

static void adopt(struct toc_lane *lane, const struct toc_plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        struct toc_open_alert open = {.alert_id = plan->rows[i].alert_id};
        if (unwrap(lane, plan->rows[i].record, &open) &&
            toc_engine_adopt(lane->engine, &open) == TOC_OK) {
            lane->counts.adopted++;
        } else {
            TOC_LOG(lane->options.log, WARNING, "open.unreadable",
                    toc_log_text("alert_id", plan->rows[i].alert_id));
        }
    }
}

void toc_start_go_live(struct toc_lane *lane)
{
    uint64_t warmed = 0;
    for (size_t i = 0; i < lane->part_count; i++) {
        toc_intake_set_idle(lane, i, lane->parts[i].was_idle);
    }
    toc_engine_tick(lane->engine, lane->plan_clock_ms);
    adopt(lane, &lane->look->plan);
    lane->clock_ms = lane->plan_clock_ms;
    lane->state = TOC_LANE_LIVE;
    toc_intake_begin(lane);
    toc_engine_unmute(lane->engine);
    toc_intake_end(lane);
    for (size_t i = 0; i < lane->part_count; i++) {
        toc_intake_set_idle(lane, i, false); /* Not yet heard of again. */
        toc_reader_set_stop(lane->reader, i, INT64_MAX);
    }
    toc_drain_move_clock(lane);
    for (size_t i = 0; i < lane->part_count; i++) {
        lane->parts[i].heard_ms = lane->clock_ms;
    }
    for (size_t i = 0; i < lane->options.input_count; i++) {
        warmed += lane->inputs[i].counts.warmed;
    }
    lane->counts.live_since_ms = lane->clock_ms;
    TOC_LOG(lane->options.log, INFO, "lane.live", toc_log_number("warmed", (int64_t)warmed),
            toc_log_number("adopted", (int64_t)lane->counts.adopted),
            toc_log_number("partitions", (int64_t)lane->part_count));
    if (lane->options.on_live != NULL) {
        lane->options.on_live(lane->options.context);
    }
    toc_waker_again(&lane->reading);
}

void toc_start_forget(struct toc_lane *lane)
{
    if (lane->look != NULL) {
        toc_plan_finish(&lane->look->plan);
        toc_text_finish(&lane->look->words);
        toc_mem_free(lane->look);
        lane->look = NULL;
    }
}

bool toc_start_is_warm(const struct toc_lane *lane)
{
    for (size_t i = 0; i < lane->part_count; i++) {
        if (!toc_reader_is_at_end(lane->reader, i)) {
            return false;
        }
    }
    return true;
}

/* ---- Looking where to begin ---- */

static void look_work(void *job)
{
    struct toc_look *look = job;
    look->status = look->is_check ? toc_plan_check(&look->options, &look->words)
                                  : toc_plan_make(&look->options, &look->plan, &look->words);
}

static void on_gap(const struct toc_part *part, int64_t from, int64_t to, void *context)
{
    struct toc_lane *lane = context;
    lane->inputs[part->input].counts.gaps++;
    TOC_LOG(lane->options.log, ERROR, "input.gap", toc_log_words("topic", part->topic),
            toc_log_number("partition", part->partition), toc_log_number("from", from),
            toc_log_number("to", to));
}

static void on_read_trouble(const struct toc_part *part, const char *words, void *context)
{
    struct toc_lane *lane = context;
    TOC_LOG(lane->options.log, WARNING, "input.trouble",
            toc_log_words("topic", part != NULL ? part->topic : "-"),
            toc_log_number("partition", part != NULL ? part->partition : -1),
            toc_log_words("error", words));
}

void toc_start_add_part(struct toc_lane *lane, const struct toc_plan_part *plan, int64_t start,
                        int64_t stop)
{
    size_t number = toc_reader_add(lane->reader, plan->input, plan->index, plan->topic,
                                   plan->partition, start, stop);
    toc_assert(number == lane->part_count);
    lane->part_count++;
    lane->parts = toc_mem_resize(lane->parts, lane->part_count, sizeof *lane->parts);
    lane->parts[number] = (struct toc_lane_slot){
        .end = -1, .first_end = -1, .heard_ms = lane->clock_ms, .was_idle = plan->was_idle};
    lane->commit_spots =
        toc_mem_resize(lane->commit_spots, lane->part_count, sizeof *lane->commit_spots);
    toc_ledger_place(lane->ledger, number, plan->position);
}

static void start_engine(struct toc_lane *lane, const struct toc_plan *plan)
{
    struct toc_input *inputs = toc_mem_array(lane->options.input_count, sizeof *inputs);
    char source[160];
    for (size_t i = 0; i < lane->options.input_count; i++) {
        inputs[i] = lane->inputs[i].of->input;
        inputs[i].partition_count = 0;
    }
    for (size_t i = 0; i < plan->part_count; i++) {
        if (plan->parts[i].input < lane->options.input_count) {
            inputs[plan->parts[i].input].partition_count++;
        }
    }
    (void)snprintf(source, sizeof source, "/tocsin/%s", lane->options.app);
    lane->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = lane->options.rules,
        .inputs = inputs,
        .input_count = lane->options.input_count,
        .source = toc_str_of(source),
        .on_told = toc_intake_on_told,
        .context = lane,
    });
    toc_engine_mute(lane->engine);
    toc_mem_free(inputs);
}

/* The plan is there: open what it asks for and read back. */
static void warm_up(struct toc_lane *lane, const struct toc_look *look)
{
    const struct toc_plan *plan = &look->plan;
    int64_t records = 0;
    lane->plan_clock_ms = plan->clock_ms;
    lane->clock_ms = plan->clock_ms;
    start_engine(lane, plan);
    lane->reader =
        toc_reader_create(lane->options.reader, lane->reading.fd,
                          &(struct toc_reader_events){
                              .on_gap = on_gap, .on_trouble = on_read_trouble, .context = lane});
    for (size_t i = 0; i < plan->part_count; i++) {
        toc_start_add_part(lane, &plan->parts[i], plan->parts[i].start, plan->parts[i].position);
        records += plan->parts[i].position - plan->parts[i].start;
    }
    TOC_LOG(lane->options.log, INFO, "lane.warming",
            toc_log_words("begin", plan->is_first ? "ends" : "committed"),
            toc_log_number("clock_ms", plan->clock_ms), toc_log_number("offsets_back", records),
            toc_log_number("memory_ms", look->options.memory_ms),
            toc_log_number("open_alerts", (int64_t)plan->row_count));
    lane->state = TOC_LANE_WARMING;
    if (!toc_reader_assign(lane->reader)) {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
}

static void look_failed(struct toc_lane *lane, const struct toc_look *look)
{
    TOC_LOG(lane->options.log, ERROR, "lane.cannot_begin",
            toc_log_text("error", toc_text_str(&look->words)));
    lane->look_at_ms = toc_core_steady_ms(lane) + LOOK_AGAIN_MS;
    lane->not_found = look->status == TOC_E_NOT_FOUND ? lane->not_found + 1 : 0;
    if (lane->not_found == NOT_FOUND_MOST) {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
}

static void look_done(void *job)
{
    struct toc_look *look = job;
    struct toc_lane *lane = look->lane;

    lane->is_looking = false;
    if (lane->state != TOC_LANE_STANDBY && lane->state != TOC_LANE_LOOKING) {
        ; /* Told to stop meanwhile. */
    } else if (look->status != TOC_OK) {
        look_failed(lane, look);
    } else if (look->is_check) {
        toc_hold_join(lane);
    } else {
        lane->look = look;
        warm_up(lane, look);
    }
    if (lane->look != look) {
        toc_plan_finish(&look->plan);
        toc_text_finish(&look->words);
        toc_mem_free(look);
    }
    toc_waker_again(&lane->reading);
    toc_core_turn(lane);
}

/* How far back evidence can lie that still matters, in stored time. */
static int64_t memory_ms(const struct toc_lane *lane)
{
    int64_t longest = 0;
    int64_t late = 0;
    int64_t clamp = 0;
    for (size_t i = 0; i < toc_ruleset_count(lane->options.rules); i++) {
        int64_t memory = toc_rule_memory_ms(toc_ruleset_get(lane->options.rules, i));
        longest = memory > longest ? memory : longest;
    }
    for (size_t i = 0; i < lane->options.input_count; i++) {
        const struct toc_lane_input *input = &lane->options.inputs[i];
        late = input->input.accept_late_ms > late ? input->input.accept_late_ms : late;
        clamp = input->clamp_ms > clamp ? input->clamp_ms : clamp;
    }
    int64_t most = lane->options.read_back_ms;
    return longest + late < most ? longest + late + clamp + STORED_MARGIN_MS : most;
}

void toc_start_look(struct toc_lane *lane)
{
    struct toc_look *look = toc_mem_get(sizeof *look);
    look->lane = lane;
    look->is_check = lane->state == TOC_LANE_STANDBY;
    look->options = (struct toc_plan_options){
        .reader = lane->options.reader,
        .producer = lane->producer,
        .inputs = lane->plan_inputs,
        .input_count = lane->intake_count,
        .outputs = lane->options.outputs,
        .output_count = lane->options.output_count,
        .open_topic = lane->open_topic,
        .memory_ms = memory_ms(lane),
        .now_ms = toc_core_wall_ms(lane),
        .timeout_ms = TOC_LANE_QUESTION_MS,
    };
    lane->is_looking = true;
    toc_worker_do(lane->worker, look_work, look_done, look);
}

#include "lane/lane.h"

#include "base/assert.h"
#include "base/mem.h"
#include "lane/ledger.h"
#include "lane/letters.h"
#include "lane/plan.h"
#include "lane/waker.h"
#include "lane/worker.h"
#include "source/group.h"

#include <jansson.h>

#include <stdio.h>

enum {
    DRAIN_RECORDS = 512,    /* A batch: at most so many records ... */
    DRAIN_MS = 5,           /* ... and so much time. */
    OUTBOX_EVENTS = 256,
    OUTBOX_BYTES = 64 << 20,
    HOLD_WARM_MS = 10000,   /* How long one partition may hold the order back. */
    HOLD_LIVE_MS = 1000,
    BEAT_MS = 1000,         /* The slowest step of the loop; also the safety timer. */
    OVERDUE_MS = 50,        /* How often what rests on silence is looked at again. */
    COMMIT_GAP_MS = 200,    /* Commits at most so often, and when only time passes: */
    COMMIT_CLOCK_MS = 5000,
    PROBE_MS = 1000,        /* How often the ends are asked for. */
    PROBE_STALE_MS = 4000,  /* An older answer proves nothing. */
    PARTITIONS_MS = 30000,  /* How often we ask for new partitions. */
    QUESTION_MS = 5000,     /* How long a question to the broker may take. */
    LOOK_AGAIN_MS = 2000,
    STOP_MS = 10000,
    ALIVE_MS = 10000,
    STORED_MARGIN_MS = 60000, /* Clocks of producers and brokers differ. */
};

/* What the lane knows of a partition, beside the reader. */
struct part {
    int64_t heard_ms;  /* Lane clock when a record last came. */
    int64_t end;       /* As the broker last said, -1 = never. */
    int64_t proven_ms; /* Steady clock when that was asked. */
    bool is_idle;
    bool was_idle; /* When the position was committed. */
};

struct input {
    const struct toc_lane_input *of;
    struct toc_decoder *decoder;
    bool *types; /* By catalogue index: declared? NULL = all. */
    struct toc_lane_input_counts counts;
};

/* A job of the worker and its answer. */
struct look {
    struct toc_lane *lane;
    bool is_check; /* Only whether the topics exist. */
    struct toc_plan_options options;
    struct toc_plan plan;
    enum toc_status status;
    struct toc_text words;
};
struct probe {
    struct toc_lane *lane;
    struct toc_spot *spots;
    size_t count;
    int64_t asked_ms;
    enum toc_status status;
    struct toc_text words;
};
struct survey {
    struct toc_lane *lane;
    struct toc_spot *found; /* One a topic: partition = how many it has. */
    struct toc_spot *fresh; /* Partitions unknown so far, with their beginnings. */
    size_t count, fresh_count;
    enum toc_status status;
    struct toc_text words;
};

struct renewal {
    struct toc_lane *lane;
    rd_kafka_t *producer; /* The broken one, then the new one. */
};

struct toc_lane {
    struct toc_lane_options options;
    rd_kafka_t *producer; /* NULL while the worker makes another. */
    enum toc_lane_state state;
    enum toc_status result;
    char *open_topic, *dead_topic, *late_topic;
    struct input *inputs;
    struct part *parts;
    size_t part_count;
    struct toc_plan_input *plan_inputs;

    struct toc_waker reading, control;
    uv_timer_t beat;
    struct toc_worker *worker;
    struct toc_reader *reader;
    struct toc_group *group;
    struct toc_outbox *outbox;
    struct toc_ledger *ledger;
    struct toc_engine *engine;
    struct toc_letters letters;
    struct look *look; /* Holds the plan until warm-up is over. */
    struct toc_spot *commit_spots;

    uint64_t ticket; /* Of the open batch. */
    bool is_feeding, is_done, is_probing, is_surveying, is_looking, is_lost;
    int64_t clock_ms;        /* The lane clock: never goes back. */
    int64_t plan_clock_ms;
    int64_t steady_ms;       /* When the loop last came round. */
    int64_t look_at_ms, probe_at_ms, survey_at_ms, commit_at_ms, stop_by_ms; /* Steady clock. */
    int64_t commit_clock_ms; /* Lane clock in the commit under way. */
    uint64_t commit_progress, committed_progress;
    bool has_committed, is_last_commit, is_leaving;
    struct toc_text detail, record;
    struct toc_lane_counts counts;
};

const char *toc_lane_state_text(enum toc_lane_state state)
{
    static const char *const texts[] = {"standby", "looking", "warming",
                                        "live",    "stopping", "stopped"};
    return texts[state];
}

static int64_t steady_ms(const struct toc_lane *lane)
{
    uv_update_time(lane->options.loop);
    return (int64_t)uv_now(lane->options.loop) + 1; /* Never 0, which means "not". */
}

static int64_t wall_ms(const struct toc_lane *lane)
{
    return lane->options.clock.now_ms(lane->options.clock.context);
}

static void turn(struct toc_lane *lane);

/* ---- Telling ---- */

static void put(struct toc_lane *lane, const struct toc_letter *letter)
{
    toc_ledger_told(lane->ledger);
    toc_outbox_put(lane->outbox, letter, lane->ticket);
}

static void on_told(const struct toc_told *told, void *context)
{
    struct toc_lane *lane = context;
    struct toc_letter letter;
    struct toc_str topic = told->topic;
    toc_assert(lane->is_feeding);
    if (topic.size == 0 && lane->look != NULL) { /* Adopted, and its rule is no more. */
        topic = toc_plan_topic(&lane->look->plan, told->alert_id);
    }
    if (topic.size > 0) {
        toc_letters_alert(&lane->letters, told, topic, lane->clock_ms, &letter);
        put(lane, &letter);
    } else {
        TOC_LOG(lane->options.log, WARNING, "open.topic_gone",
                toc_log_text("alert_id", told->alert_id));
    }
    toc_letters_open(&lane->letters, told, topic, lane->clock_ms, &letter);
    put(lane, &letter);
    if (lane->options.on_told != NULL) {
        lane->options.on_told(told, lane->options.context);
    }
}

static void begin_batch(struct toc_lane *lane)
{
    lane->ticket = toc_ledger_open(lane->ledger, lane->clock_ms);
    lane->is_feeding = true;
    lane->counts.batches++;
}

static void end_batch(struct toc_lane *lane)
{
    lane->is_feeding = false;
    toc_ledger_close(lane->ledger);
}

static void on_stored(uint64_t ticket, void *context)
{
    struct toc_lane *lane = context;
    toc_ledger_stored(lane->ledger, ticket);
}

static void on_outbox_trouble(const char *topic, const char *words, bool is_fatal, void *context)
{
    struct toc_lane *lane = context;
    TOC_LOG(lane->options.log, WARNING, is_fatal ? "outbox.broken" : "outbox.refused",
            toc_log_words("topic", topic != NULL ? topic : "-"), toc_log_words("error", words));
}

/* ---- Feeding ---- */

static void on_dropped(const struct toc_event *event, const struct toc_field *field, void *context)
{
    struct input *input = context;
    (void)event;
    (void)field;
    input->counts.dropped_fields++;
}

static void to_dead(struct toc_lane *lane, struct input *input, const struct toc_read *read,
                    enum toc_refusal reason, struct toc_str detail)
{
    struct toc_letter letter;
    input->counts.refused[reason]++;
    toc_letters_dead(&lane->letters, read, input->of->input.name, toc_refusal_text(reason), detail,
                     &letter);
    put(lane, &letter);
}

static bool is_declared(const struct input *input, const struct toc_event *event)
{
    return input->types == NULL || input->types[event->type];
}

/* False: one of them at least is of a type that the input does not declare. */
static bool feed_events(struct toc_lane *lane, struct input *input, const struct toc_part *part,
                        const struct toc_read *read, const struct toc_event events[], size_t count)
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
        put(lane, &letter);
    }
    return is_all;
}

static void set_idle(struct toc_lane *lane, size_t number, bool is_idle)
{
    struct part *mine = &lane->parts[number];
    if (mine->is_idle != is_idle) {
        const struct toc_part *part = toc_reader_part(lane->reader, number);
        mine->is_idle = is_idle;
        toc_engine_idle(lane->engine, part->input, part->index, is_idle);
    }
}

static void feed(struct toc_lane *lane, const struct toc_read *read)
{
    const struct toc_part *part = toc_reader_part(lane->reader, read->part);
    struct input *input = &lane->inputs[part->input];
    const struct toc_event *events = NULL;
    size_t count = 0;
    enum toc_refusal reason = TOC_REFUSAL_EMPTY;
    bool is_warming = lane->state == TOC_LANE_WARMING;

    set_idle(lane, read->part, false);
    lane->parts[read->part].heard_ms = lane->clock_ms;
    *(is_warming ? &input->counts.warmed : &input->counts.records) += 1;
    enum toc_status status = toc_decoder_decode(input->decoder, &read->record, &events, &count,
                                                &reason, &lane->detail);
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

/* ---- Time ---- */

/* The lane clock follows the wall clock and never goes back. */
static void move_clock(struct toc_lane *lane)
{
    int64_t now_ms = wall_ms(lane);
    if (now_ms > lane->clock_ms) {
        lane->clock_ms = now_ms;
    } else if (lane->clock_ms - now_ms > BEAT_MS) {
        TOC_LOG(lane->options.log, WARNING, "clock.back",
                toc_log_number("behind_ms", lane->clock_ms - now_ms));
    }
}

static bool is_silent(const struct toc_lane *lane, size_t number)
{
    const struct part *mine = &lane->parts[number];
    const struct toc_part *part = toc_reader_part(lane->reader, number);
    return mine->end >= 0 && part->next >= mine->end && part->head == NULL &&
           lane->steady_ms - mine->proven_ms <= PROBE_STALE_MS &&
           lane->clock_ms - mine->heard_ms >= lane->inputs[part->input].of->idle_after_ms;
}

/* Silence first, then time: what is not proven to be silent must not be carried along. */
static void tick(struct toc_lane *lane)
{
    move_clock(lane);
    for (size_t i = 0; i < lane->part_count; i++) {
        set_idle(lane, i, is_silent(lane, i));
    }
    toc_engine_tick(lane->engine, lane->clock_ms);
}

/* ---- Warm-up ---- */

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

static void go_live(struct toc_lane *lane)
{
    uint64_t warmed = 0;
    for (size_t i = 0; i < lane->part_count; i++) {
        set_idle(lane, i, lane->parts[i].was_idle);
    }
    toc_engine_tick(lane->engine, lane->plan_clock_ms);
    adopt(lane, &lane->look->plan);
    lane->clock_ms = lane->plan_clock_ms;
    lane->state = TOC_LANE_LIVE;
    begin_batch(lane);
    toc_engine_unmute(lane->engine);
    end_batch(lane);
    for (size_t i = 0; i < lane->part_count; i++) {
        set_idle(lane, i, false); /* Not yet heard of again. */
        toc_reader_set_stop(lane->reader, i, INT64_MAX);
    }
    move_clock(lane);
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
    toc_plan_finish(&lane->look->plan);
    toc_text_finish(&lane->look->words);
    toc_mem_free(lane->look);
    lane->look = NULL;
    if (lane->options.on_live != NULL) {
        lane->options.on_live(lane->options.context);
    }
    toc_waker_again(&lane->reading);
}

static bool is_warm(const struct toc_lane *lane)
{
    for (size_t i = 0; i < lane->part_count; i++) {
        if (!toc_reader_is_at_end(lane->reader, i)) {
            return false;
        }
    }
    return true;
}

static bool drain_warming(struct toc_lane *lane)
{
    int64_t until_ms = steady_ms(lane) + DRAIN_MS;
    for (size_t i = 0; i < DRAIN_RECORDS; i++) {
        struct toc_read read;
        enum toc_reader_next next =
            toc_reader_next(lane->reader, steady_ms(lane), HOLD_WARM_MS, &read);
        if (next != TOC_READER_RECORD) {
            if (is_warm(lane)) {
                go_live(lane);
            }
            return false;
        }
        int64_t stored_ms = read.record.origin.stored_ms;
        if (stored_ms != TOC_INSTANT_NONE) {
            toc_engine_tick(lane->engine,
                            stored_ms < lane->plan_clock_ms ? stored_ms : lane->plan_clock_ms);
        }
        feed(lane, &read);
        if ((i & 15) == 15 && steady_ms(lane) >= until_ms) {
            break;
        }
    }
    return true;
}

/* ---- Live ---- */

static bool may_read(const struct toc_lane *lane)
{
    return toc_ledger_has_room(lane->ledger) && !toc_outbox_is_full(lane->outbox);
}

static bool drain_live(struct toc_lane *lane)
{
    bool is_more = true;
    if (!may_read(lane)) {
        lane->counts.held_back++;
        return false; /* Acknowledgements wake us. */
    }
    int64_t now_ms = steady_ms(lane);
    int64_t until_ms = now_ms + DRAIN_MS;
    move_clock(lane);
    begin_batch(lane);
    tick(lane);
    for (size_t i = 0; i < DRAIN_RECORDS && !toc_outbox_is_full(lane->outbox); i++) {
        struct toc_read read;
        if (toc_reader_next(lane->reader, now_ms, HOLD_LIVE_MS, &read) != TOC_READER_RECORD) {
            is_more = false;
            break;
        }
        feed(lane, &read);
        if ((i & 15) == 15 && (now_ms = steady_ms(lane)) >= until_ms) {
            break;
        }
    }
    end_batch(lane);
    return is_more;
}

/* ---- Beginning ---- */

static void look_work(void *job)
{
    struct look *look = job;
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

static void finish(struct toc_lane *lane, enum toc_status status)
{
    if (lane->state != TOC_LANE_STOPPED) {
        lane->state = TOC_LANE_STOPPED;
        lane->result = status;
        TOC_LOG(lane->options.log, INFO, "lane.stopped",
                toc_log_words("status", toc_status_text(status)),
                toc_log_number("in_flight", (int64_t)toc_ledger_in_flight(lane->ledger)));
        toc_waker_close(&lane->reading);
        toc_waker_close(&lane->control);
        uv_close((uv_handle_t *)&lane->beat, NULL);
        toc_worker_close(lane->worker);
        lane->options.on_stopped(status, lane->options.context);
    }
}

static void add_part(struct toc_lane *lane, const struct toc_plan_part *plan, int64_t start,
                     int64_t stop)
{
    size_t number = toc_reader_add(lane->reader, plan->input, plan->index, plan->topic,
                                   plan->partition, start, stop);
    toc_assert(number == lane->part_count);
    lane->part_count++;
    lane->parts = toc_mem_resize(lane->parts, lane->part_count, sizeof *lane->parts);
    lane->parts[number] =
        (struct part){.end = -1, .heard_ms = lane->clock_ms, .was_idle = plan->was_idle};
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
        inputs[plan->parts[i].input].partition_count++;
    }
    (void)snprintf(source, sizeof source, "/tocsin/%s", lane->options.app);
    lane->engine = toc_engine_create(&(struct toc_engine_options){
        .rules = lane->options.rules,
        .inputs = inputs,
        .input_count = lane->options.input_count,
        .source = toc_str_of(source),
        .on_told = on_told,
        .context = lane,
    });
    toc_engine_mute(lane->engine);
    toc_mem_free(inputs);
}

/* The plan is there: open what it asks for and read back. */
static void warm_up(struct toc_lane *lane, const struct look *look)
{
    const struct toc_plan *plan = &look->plan;
    int64_t records = 0;
    lane->plan_clock_ms = plan->clock_ms;
    lane->clock_ms = plan->clock_ms;
    start_engine(lane, plan);
    lane->reader = toc_reader_create(
        lane->options.reader, lane->reading.fd,
        &(struct toc_reader_events){
            .on_gap = on_gap, .on_trouble = on_read_trouble, .context = lane});
    for (size_t i = 0; i < plan->part_count; i++) {
        add_part(lane, &plan->parts[i], plan->parts[i].start, plan->parts[i].position);
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

static void join_group(struct toc_lane *lane);

static void look_failed(struct toc_lane *lane, const struct look *look)
{
    TOC_LOG(lane->options.log, ERROR, "lane.cannot_begin",
            toc_log_text("error", toc_text_str(&look->words)));
    lane->look_at_ms = steady_ms(lane) + LOOK_AGAIN_MS;
    if (look->status == TOC_E_NOT_FOUND) { /* Waiting makes no topic. */
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
}

static void look_done(void *job)
{
    struct look *look = job;
    struct toc_lane *lane = look->lane;

    lane->is_looking = false;
    if (lane->state != TOC_LANE_STANDBY && lane->state != TOC_LANE_LOOKING) {
        ; /* Told to stop meanwhile. */
    } else if (look->status != TOC_OK) {
        look_failed(lane, look);
    } else if (look->is_check) {
        join_group(lane);
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
    turn(lane);
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

static void begin_look(struct toc_lane *lane)
{
    struct look *look = toc_mem_get(sizeof *look);
    look->lane = lane;
    look->is_check = lane->state == TOC_LANE_STANDBY;
    look->options = (struct toc_plan_options){
        .reader = lane->options.reader,
        .producer = lane->producer,
        .inputs = lane->plan_inputs,
        .input_count = lane->options.input_count,
        .outputs = lane->options.outputs,
        .output_count = lane->options.output_count,
        .open_topic = lane->open_topic,
        .memory_ms = memory_ms(lane),
        .now_ms = wall_ms(lane),
        .timeout_ms = QUESTION_MS,
    };
    lane->is_looking = true;
    toc_worker_do(lane->worker, look_work, look_done, look);
}

/* ---- Questions while live ---- */

static void probe_work(void *job)
{
    struct probe *probe = job;
    probe->status = toc_broker_ends(probe->lane->options.reader, probe->spots, probe->count,
                                    QUESTION_MS, &probe->words);
}

static void probe_done(void *job)
{
    struct probe *probe = job;
    struct toc_lane *lane = probe->lane;
    lane->is_probing = false;
    if (probe->status == TOC_OK) {
        for (size_t i = 0; i < probe->count; i++) {
            lane->parts[i].end = probe->spots[i].offset;
            lane->parts[i].proven_ms = probe->asked_ms;
        }
    } else {
        TOC_LOG(lane->options.log, WARNING, "input.unreachable",
                toc_log_text("error", toc_text_str(&probe->words)));
    }
    toc_text_finish(&probe->words);
    toc_mem_free(probe->spots);
    toc_mem_free(probe);
}

static void begin_probe(struct toc_lane *lane)
{
    struct probe *probe = toc_mem_get(sizeof *probe);
    probe->lane = lane;
    probe->count = lane->part_count;
    probe->asked_ms = lane->steady_ms;
    probe->spots = toc_mem_array(probe->count, sizeof *probe->spots);
    for (size_t i = 0; i < probe->count; i++) {
        const struct toc_part *part = toc_reader_part(lane->reader, i);
        probe->spots[i].topic = part->topic;
        probe->spots[i].partition = part->partition;
    }
    lane->is_probing = true;
    toc_worker_do(lane->worker, probe_work, probe_done, probe);
}

static void survey_work(void *job)
{
    struct survey *survey = job;
    rd_kafka_t *client = survey->lane->options.reader;
    for (size_t i = 0; i < survey->count && survey->status == TOC_OK; i++) {
        struct toc_spot *topic = &survey->found[i];
        int32_t count = 0;
        survey->status =
            toc_broker_partitions(client, topic->topic, QUESTION_MS, &count, &survey->words);
        for (int32_t p = topic->partition; p < count && survey->status == TOC_OK; p++) {
            struct toc_spot fresh = {.topic = topic->topic, .partition = p, .offset = (int64_t)i};
            survey->fresh = toc_mem_resize(survey->fresh, survey->fresh_count + 1,
                                           sizeof *survey->fresh);
            survey->fresh[survey->fresh_count++] = fresh;
        }
    }
}

/* New partitions are read from their beginning: all they hold was written since we looked. */
static void survey_done(void *job)
{
    struct survey *survey = job;
    struct toc_lane *lane = survey->lane;
    lane->is_surveying = false;
    if (survey->status == TOC_OK && lane->state == TOC_LANE_LIVE) {
        for (size_t i = 0; i < survey->fresh_count; i++) {
            const struct toc_spot *fresh = &survey->fresh[i];
            size_t input = 0;
            uint32_t index = 0;
            for (size_t k = 0; k < lane->part_count; k++) {
                const struct toc_part *part = toc_reader_part(lane->reader, k);
                if (strcmp(part->topic, fresh->topic) == 0) {
                    input = part->input;
                }
            }
            for (size_t k = 0; k < lane->part_count; k++) {
                index += toc_reader_part(lane->reader, k)->input == input;
            }
            TOC_LOG(lane->options.log, WARNING, "input.partition_added",
                    toc_log_words("topic", fresh->topic),
                    toc_log_number("partition", fresh->partition));
            toc_engine_partitions(lane->engine, input, index + 1);
            add_part(lane,
                     &(struct toc_plan_part){.input = input,
                                             .index = index,
                                             .topic = fresh->topic,
                                             .partition = fresh->partition,
                                             .position = 0},
                     0, INT64_MAX);
        }
        if (survey->fresh_count > 0) {
            (void)toc_reader_assign(lane->reader);
        }
    }
    toc_text_finish(&survey->words);
    toc_mem_free(survey->found);
    toc_mem_free(survey->fresh);
    toc_mem_free(survey);
}

static void begin_survey(struct toc_lane *lane)
{
    struct survey *survey = toc_mem_get(sizeof *survey);
    survey->lane = lane;
    for (size_t i = 0; i < lane->options.input_count; i++) {
        for (size_t j = 0; j < lane->options.inputs[i].topic_count; j++) {
            struct toc_spot topic = {.topic = lane->options.inputs[i].topics[j]};
            for (size_t k = 0; k < lane->part_count; k++) {
                const struct toc_part *part = toc_reader_part(lane->reader, k);
                topic.partition += strcmp(part->topic, topic.topic) == 0;
            }
            survey->found =
                toc_mem_resize(survey->found, survey->count + 1, sizeof *survey->found);
            survey->found[survey->count++] = topic;
        }
    }
    lane->is_surveying = true;
    toc_worker_do(lane->worker, survey_work, survey_done, survey);
}

/* A broken producer is replaced: what it held is in the outbox and goes again. */
static void renewal_work(void *job)
{
    struct renewal *renewal = job;
    const struct toc_lane_options *options = &renewal->lane->options;
    struct toc_text words = {.size = 0};
    int32_t count = 0;
    enum toc_status status = TOC_OK;
    options->unmake(renewal->producer);
    renewal->producer = options->make_producer(options->context);
    for (size_t i = 0; i < options->output_count && status == TOC_OK && renewal->producer != NULL;
         i++) { /* Asked now, or the first record of each topic waits a second. */
        status = toc_broker_partitions(renewal->producer, options->outputs[i], QUESTION_MS, &count,
                                       &words);
    }
    toc_text_finish(&words);
}

static void renewal_done(void *job)
{
    struct renewal *renewal = job;
    struct toc_lane *lane = renewal->lane;
    if (renewal->producer != NULL) {
        lane->producer = renewal->producer;
        lane->counts.renewals++;
        toc_outbox_renew(lane->outbox, renewal->producer);
    } else {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
    toc_mem_free(renewal);
    turn(lane);
}

static void begin_renewal(struct toc_lane *lane)
{
    struct renewal *renewal = toc_mem_get(sizeof *renewal);
    renewal->lane = lane;
    renewal->producer = toc_outbox_release(lane->outbox);
    lane->producer = NULL;
    toc_worker_do(lane->worker, renewal_work, renewal_done, renewal);
}

/* ---- Committing ---- */

static void on_committed(const char *words, void *context)
{
    struct toc_lane *lane = context;
    if (words == NULL) {
        lane->counts.commits++;
        lane->counts.committed_clock_ms = lane->commit_clock_ms;
        lane->committed_progress = lane->commit_progress;
        lane->has_committed = true;
    } else {
        lane->counts.commit_failures++;
        lane->is_last_commit = false;
        TOC_LOG(lane->options.log, WARNING, "commit.failed", toc_log_words("error", words));
    }
}

static bool is_commit_due(const struct toc_lane *lane)
{
    int64_t clock_ms = toc_ledger_clock(lane->ledger);
    if (clock_ms == INT64_MIN || lane->is_lost) {
        return false;
    }
    return !lane->has_committed || toc_ledger_progress(lane->ledger) != lane->committed_progress ||
           clock_ms - lane->counts.committed_clock_ms >= COMMIT_CLOCK_MS;
}

static void commit(struct toc_lane *lane)
{
    lane->commit_at_ms = lane->steady_ms + COMMIT_GAP_MS;
    lane->commit_progress = toc_ledger_progress(lane->ledger);
    lane->commit_clock_ms = toc_ledger_clock(lane->ledger);
    for (size_t i = 0; i < lane->part_count; i++) {
        const struct toc_part *part = toc_reader_part(lane->reader, i);
        struct toc_spot *spot = &lane->commit_spots[i];
        spot->topic = part->topic;
        spot->partition = part->partition;
        spot->offset = toc_ledger_position(lane->ledger, i);
        toc_plan_note(lane->commit_clock_ms, lane->parts[i].is_idle && spot->offset == part->next,
                      spot->note);
    }
    toc_group_commit(lane->group, lane->commit_spots, lane->part_count);
}

/* ---- The group ---- */

static void on_held(void *context)
{
    struct toc_lane *lane = context;
    TOC_LOG(lane->options.log, INFO, "lane.held", toc_log_words("app", lane->options.app));
    if (lane->state == TOC_LANE_STANDBY) {
        lane->state = TOC_LANE_LOOKING;
    }
}

static void on_lost(const char *words, void *context)
{
    struct toc_lane *lane = context;
    TOC_LOG(lane->options.log, ERROR, "lane.lost", toc_log_words("reason", words));
    /* Another may be running it already. Nothing more is committed; a new process stands by. */
    lane->is_lost = true;
    if (lane->state != TOC_LANE_STOPPING) {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
}

static void on_group_trouble(const char *words, bool is_fatal, void *context)
{
    struct toc_lane *lane = context;
    TOC_LOG(lane->options.log, WARNING, "group.trouble", toc_log_words("error", words));
    if (is_fatal && lane->state != TOC_LANE_STOPPING) {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
}

static void join_group(struct toc_lane *lane)
{
    lane->group = toc_group_create(lane->options.group, lane->control.fd,
                                   lane->options.is_alone ? NULL : lane->open_topic,
                                   &(struct toc_group_events){
                                       .on_held = on_held,
                                       .on_lost = on_lost,
                                       .on_committed = on_committed,
                                       .on_trouble = on_group_trouble,
                                       .context = lane,
                                   });
}

/* ---- The turn of the loop ---- */

static void serve_stopping(struct toc_lane *lane)
{
    bool is_late = lane->steady_ms >= lane->stop_by_ms;
    if (toc_worker_is_busy(lane->worker) && !is_late) {
        return;
    }
    if (lane->group == NULL) {
        finish(lane, lane->result);
        return;
    }
    if (!lane->is_leaving && !is_late && !lane->is_lost) {
        if (toc_ledger_in_flight(lane->ledger) > 0) {
            return;
        }
        if (toc_group_is_committing(lane->group)) {
            return;
        }
        if (is_commit_due(lane) && lane->reader != NULL && !lane->is_last_commit) {
            lane->is_last_commit = true;
            commit(lane);
            return;
        }
    }
    if (is_late) {
        TOC_LOG(lane->options.log, WARNING, "lane.stop_unfinished",
                toc_log_number("in_flight", (int64_t)toc_ledger_in_flight(lane->ledger)));
        finish(lane, lane->result == TOC_OK ? TOC_E_BROKER : lane->result);
        return;
    }
    if (!lane->is_leaving) {
        lane->is_leaving = true;
        toc_group_leave(lane->group);
    }
    if (toc_group_has_left(lane->group)) {
        finish(lane, lane->result);
    }
}

static void serve_questions(struct toc_lane *lane)
{
    bool has_question = lane->state == TOC_LANE_LOOKING ||
                        (lane->state == TOC_LANE_STANDBY && lane->group == NULL);
    if (has_question && !lane->is_looking && lane->producer != NULL && lane->steady_ms >= lane->look_at_ms) {
        begin_look(lane);
    }
    if (lane->state != TOC_LANE_LIVE) {
        return;
    }
    if (!lane->is_probing && lane->steady_ms >= lane->probe_at_ms) {
        lane->probe_at_ms = lane->steady_ms + PROBE_MS;
        begin_probe(lane);
    }
    if (!lane->is_surveying && lane->steady_ms >= lane->survey_at_ms) {
        lane->survey_at_ms = lane->steady_ms + PARTITIONS_MS;
        begin_survey(lane);
    }
    if (!toc_group_is_committing(lane->group) && is_commit_due(lane) &&
        lane->steady_ms >= lane->commit_at_ms) {
        commit(lane);
    }
}

static void on_beat(uv_timer_t *timer)
{
    struct toc_lane *lane = timer->data;
    if (lane->reader != NULL) {
        toc_reader_wake(lane->reader); /* Belt and braces: should an edge ever be missed. */
    }
    toc_waker_again(&lane->reading);
    turn(lane);
}

/* How long may the loop sleep if nothing wakes it? */
static int64_t sleep_ms(const struct toc_lane *lane)
{
    int64_t sleep = lane->state == TOC_LANE_STOPPING ? 20 : BEAT_MS;
    if (lane->state == TOC_LANE_LIVE) {
        int64_t due_ms = toc_engine_due(lane->engine);
        if (due_ms <= lane->clock_ms) { /* Ticked already: it waits for a watermark to move. */
            sleep = OVERDUE_MS;
        } else if (due_ms != TOC_INSTANT_NEVER) {
            double wait = (double)(due_ms - wall_ms(lane)) / lane->options.clock.speed;
            if (wait < (double)sleep) {
                sleep = wait > 1 ? (int64_t)wait + 1 : 1;
            }
        }
        if (is_commit_due(lane) && lane->commit_at_ms - lane->steady_ms < sleep) {
            sleep = lane->commit_at_ms - lane->steady_ms;
        }
    }
    int64_t retry_ms = toc_outbox_retry_ms(lane->outbox);
    if (retry_ms > 0 && retry_ms - lane->steady_ms < sleep) {
        sleep = retry_ms - lane->steady_ms;
    }
    return sleep > 1 ? sleep : 1;
}

static void turn(struct toc_lane *lane)
{
    if (lane->state == TOC_LANE_STOPPED) {
        return;
    }
    lane->steady_ms = steady_ms(lane);
    bool was_full = lane->state == TOC_LANE_LIVE && !may_read(lane);
    if (lane->group != NULL) {
        toc_group_serve(lane->group);
    }
    if (toc_outbox_serve(lane->outbox, lane->steady_ms, OUTBOX_EVENTS)) {
        toc_waker_again(&lane->control);
    }
    if (toc_outbox_is_broken(lane->outbox) && lane->producer != NULL && !lane->is_looking) {
        begin_renewal(lane);
    }
    if (lane->state == TOC_LANE_STOPPING) {
        serve_stopping(lane);
    } else {
        serve_questions(lane);
        if (was_full && may_read(lane)) {
            toc_waker_again(&lane->reading);
        }
    }
    if (lane->state != TOC_LANE_STOPPED) {
        (void)uv_timer_start(&lane->beat, on_beat, (uint64_t)sleep_ms(lane), 0);
    }
}

static bool on_reading(bool is_woken, void *context)
{
    struct toc_lane *lane = context;
    bool is_more = false;
    lane->counts.wakes += is_woken;
    if (lane->reader != NULL && is_woken) {
        toc_reader_wake(lane->reader);
    }
    lane->steady_ms = steady_ms(lane);
    if (lane->state == TOC_LANE_WARMING) {
        is_more = drain_warming(lane);
    } else if (lane->state == TOC_LANE_LIVE) {
        is_more = drain_live(lane);
    }
    turn(lane);
    return is_more && lane->state != TOC_LANE_STOPPED;
}

static bool on_control(bool is_woken, void *context)
{
    struct toc_lane *lane = context;
    lane->counts.wakes += is_woken;
    turn(lane);
    return false;
}

/* ---- Life ---- */

static char *topic_name(const char *app, const char *suffix)
{
    struct toc_text text = {.size = 0};
    toc_text_addf(&text, "%s.%s", app, suffix);
    return text.data;
}

static void open_input(struct toc_lane *lane, size_t index)
{
    const struct toc_catalogue *catalogue = toc_ruleset_catalogue(lane->options.rules);
    const struct toc_lane_input *of = &lane->options.inputs[index];
    struct input *input = &lane->inputs[index];
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
        input->types = toc_mem_array(toc_catalogue_count(catalogue), sizeof *input->types);
        for (size_t t = 0; t < toc_catalogue_count(catalogue); t++) {
            for (size_t i = 0; i < of->input.type_count && !input->types[t]; i++) {
                input->types[t] = toc_catalogue_covers(of->input.types[i],
                                                       toc_catalogue_type(catalogue, t)->name);
            }
        }
    }
    lane->plan_inputs[index] =
        (struct toc_plan_input){.topics = of->topics, .topic_count = of->topic_count};
}

struct toc_lane *toc_lane_create(const struct toc_lane_options *options)
{
    rd_kafka_t *producer = options->make_producer(options->context);
    if (producer == NULL) {
        return NULL;
    }
    struct toc_lane *lane = toc_mem_get(sizeof *lane);
    lane->options = *options;
    lane->producer = producer;
    lane->counts.committed_clock_ms = TOC_INSTANT_NONE;
    lane->counts.live_since_ms = TOC_INSTANT_NONE;
    lane->open_topic = topic_name(options->app, "alerts.open");
    lane->dead_topic = topic_name(options->app, "dead");
    lane->late_topic = topic_name(options->app, "late");
    lane->letters.open_topic = toc_str_of(lane->open_topic);
    lane->letters.dead_topic = toc_str_of(lane->dead_topic);
    lane->letters.late_topic = toc_str_of(lane->late_topic);
    lane->inputs = toc_mem_array(options->input_count, sizeof *lane->inputs);
    lane->plan_inputs = toc_mem_array(options->input_count, sizeof *lane->plan_inputs);
    for (size_t i = 0; i < options->input_count; i++) {
        open_input(lane, i);
    }
    lane->ledger = toc_ledger_create();
    toc_waker_open(&lane->reading, options->loop, on_reading, lane);
    toc_waker_open(&lane->control, options->loop, on_control, lane);
    lane->beat.data = lane;
    toc_assert(uv_timer_init(options->loop, &lane->beat) == 0);
    lane->worker = toc_worker_create(options->loop);
    lane->outbox = toc_outbox_create(lane->producer, lane->control.fd,
                                     &(struct toc_outbox_options){
                                         .most_records = options->outbox_most,
                                         .most_bytes = OUTBOX_BYTES,
                                         .on_stored = on_stored,
                                         .on_trouble = on_outbox_trouble,
                                         .context = lane,
                                     });
    toc_waker_again(&lane->control);
    return lane;
}

void toc_lane_destroy(struct toc_lane *lane)
{
    if (lane == NULL) {
        return;
    }
    toc_worker_destroy(lane->worker);
    toc_reader_destroy(lane->reader);
    toc_group_destroy(lane->group);
    toc_outbox_destroy(lane->outbox);
    if (lane->producer != NULL) {
        lane->options.unmake(lane->producer);
    }
    toc_engine_destroy(lane->engine);
    toc_ledger_destroy(lane->ledger);
    if (lane->look != NULL) {
        toc_plan_finish(&lane->look->plan);
        toc_text_finish(&lane->look->words);
        toc_mem_free(lane->look);
    }
    for (size_t i = 0; i < lane->options.input_count; i++) {
        toc_decoder_destroy(lane->inputs[i].decoder);
        toc_mem_free(lane->inputs[i].types);
    }
    toc_mem_free(lane->inputs);
    toc_mem_free(lane->plan_inputs);
    toc_mem_free(lane->parts);
    toc_mem_free(lane->commit_spots);
    toc_mem_free(lane->open_topic);
    toc_mem_free(lane->dead_topic);
    toc_mem_free(lane->late_topic);
    toc_text_finish(&lane->detail);
    toc_text_finish(&lane->record);
    toc_mem_free(lane);
}

void toc_lane_stop(struct toc_lane *lane)
{
    if (lane->state != TOC_LANE_STOPPING && lane->state != TOC_LANE_STOPPED) {
        TOC_LOG(lane->options.log, INFO, "lane.stopping",
                toc_log_words("state", toc_lane_state_text(lane->state)));
        lane->state = TOC_LANE_STOPPING;
        lane->stop_by_ms = steady_ms(lane) + STOP_MS;
        toc_waker_again(&lane->control);
    }
}

/* ---- What can be seen ---- */

struct toc_lane_counts toc_lane_counts(const struct toc_lane *lane)
{
    struct toc_lane_counts counts = lane->counts;
    counts.state = lane->state;
    counts.in_flight = toc_ledger_in_flight(lane->ledger);
    counts.outbox = toc_outbox_counts(lane->outbox);
    if (lane->engine != NULL) {
        counts.engine = toc_engine_counts(lane->engine);
    }
    return counts;
}

const struct toc_lane_input_counts *toc_lane_input_counts(const struct toc_lane *lane,
                                                          size_t input)
{
    toc_assert(input < lane->options.input_count);
    return &lane->inputs[input].counts;
}

size_t toc_lane_parts(const struct toc_lane *lane)
{
    return lane->part_count;
}

struct toc_lane_part_status toc_lane_part(const struct toc_lane *lane, size_t number)
{
    toc_assert(number < lane->part_count);
    const struct toc_part *part = toc_reader_part(lane->reader, number);
    return (struct toc_lane_part_status){
        .topic = part->topic,
        .partition = part->partition,
        .input = part->input,
        .next = part->next,
        .end = lane->parts[number].end,
        .time_ms = toc_engine_partition_time(lane->engine, part->input, part->index),
        .is_idle = lane->parts[number].is_idle,
    };
}

const struct toc_engine *toc_lane_engine(const struct toc_lane *lane)
{
    return lane->engine;
}

bool toc_lane_is_alive(const struct toc_lane *lane, int64_t steady_ms_now)
{
    return lane->state != TOC_LANE_STOPPED && steady_ms_now - lane->steady_ms < ALIVE_MS;
}

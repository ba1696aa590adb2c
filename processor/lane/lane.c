#include "lane/lane.h"

#include "base/assert.h"
#include "base/mem.h"
#include "lane/core.h"

enum {
    OUTBOX_EVENTS = 256,
    OUTBOX_BYTES = 64 << 20,
    OVERDUE_MS = 50,       /* How often what rests on silence is looked at again. */
    PROBE_MS = 1000,       /* How often the ends are asked for. */
    PARTITIONS_MS = 30000, /* How often we ask for new partitions. */
    STOP_MS = 10000,
    ALIVE_MS = 10000,
};

const char *toc_lane_state_text(enum toc_lane_state state)
{
    static const char *const texts[] = {"standby", "looking",  "warming",
                                        "live",    "stopping", "stopped"};
    return texts[state];
}

int64_t toc_core_steady_ms(const struct toc_lane *lane)
{
    uv_update_time(lane->options.loop);
    return (int64_t)uv_now(lane->options.loop) + 1;
}

int64_t toc_core_wall_ms(const struct toc_lane *lane)
{
    return lane->options.clock.now_ms(lane->options.clock.context);
}

/* ---- Stopping ---- */

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
        if (toc_ledger_clock(lane->ledger) != INT64_MIN && !lane->is_last_commit) {
            lane->is_last_commit = true; /* Tried again if it is refused. */
            toc_hold_commit(lane);
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
    bool has_question =
        lane->state == TOC_LANE_LOOKING || (lane->state == TOC_LANE_STANDBY && lane->group == NULL);
    if (has_question && !lane->is_looking && lane->producer != NULL &&
        lane->steady_ms >= lane->look_at_ms) {
        toc_start_look(lane);
    }
    if (lane->state != TOC_LANE_LIVE) {
        return;
    }
    if (!lane->is_probing && lane->steady_ms >= lane->probe_at_ms) {
        lane->probe_at_ms = lane->steady_ms + PROBE_MS;
        toc_watch_probe(lane);
    }
    if (!lane->is_surveying && lane->steady_ms >= lane->survey_at_ms) {
        lane->survey_at_ms = lane->steady_ms + PARTITIONS_MS;
        toc_watch_survey(lane);
    }
    if (!toc_group_is_committing(lane->group) && toc_hold_is_commit_due(lane) &&
        lane->steady_ms >= lane->commit_at_ms) {
        toc_hold_commit(lane);
    }
}

static void on_beat(uv_timer_t *timer)
{
    struct toc_lane *lane = timer->data;
    if (lane->reader != NULL) {
        toc_reader_wake(lane->reader); /* Belt and braces: should an edge ever be missed. */
    }
    toc_waker_again(&lane->reading);
    toc_core_turn(lane);
}

/* How long may the loop sleep if nothing wakes it? */
static int64_t sleep_ms(const struct toc_lane *lane)
{
    int64_t sleep = lane->state == TOC_LANE_STOPPING ? 20 : TOC_LANE_BEAT_MS;
    if (lane->state == TOC_LANE_LIVE) {
        int64_t due_ms = toc_engine_due(lane->engine);
        if (due_ms <= lane->clock_ms) { /* Ticked already: it waits for a watermark to move. */
            sleep = OVERDUE_MS;
        } else if (due_ms != TOC_INSTANT_NEVER) {
            double wait = (double)(due_ms - toc_core_wall_ms(lane)) / lane->options.clock.speed;
            if (wait < (double)sleep) {
                sleep = wait > 1 ? (int64_t)wait + 1 : 1;
            }
        }
        if (toc_hold_is_commit_due(lane) && !toc_group_is_committing(lane->group) &&
            lane->commit_at_ms - lane->steady_ms < sleep) {
            sleep = lane->commit_at_ms - lane->steady_ms;
        }
    }
    int64_t retry_ms = toc_outbox_retry_ms(lane->outbox);
    if (retry_ms > 0 && retry_ms - lane->steady_ms < sleep) {
        sleep = retry_ms - lane->steady_ms;
    }
    return sleep > 1 ? sleep : 1;
}

void toc_core_turn(struct toc_lane *lane)
{
    if (lane->state == TOC_LANE_STOPPED) {
        return;
    }
    lane->steady_ms = toc_core_steady_ms(lane);
    bool was_full = lane->state == TOC_LANE_LIVE && !toc_drain_may_read(lane);
    if (lane->group != NULL) {
        toc_group_serve(lane->group);
    }
    if (toc_outbox_serve(lane->outbox, lane->steady_ms, OUTBOX_EVENTS)) {
        toc_waker_again(&lane->control);
    }
    if (toc_outbox_is_broken(lane->outbox) && lane->producer != NULL && !lane->is_looking) {
        toc_watch_renew(lane);
    }
    if (lane->state == TOC_LANE_STOPPING) {
        serve_stopping(lane);
    } else {
        serve_questions(lane);
        if (was_full && toc_drain_may_read(lane)) {
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
    lane->steady_ms = toc_core_steady_ms(lane);
    if (lane->state == TOC_LANE_WARMING) {
        is_more = toc_drain_warming(lane);
    } else if (lane->state == TOC_LANE_LIVE) {
        is_more = toc_drain_live(lane);
    }
    toc_core_turn(lane);
    return is_more && lane->state != TOC_LANE_STOPPED;
}

static bool on_control(bool is_woken, void *context)
{
    struct toc_lane *lane = context;
    lane->counts.wakes += is_woken;
    toc_core_turn(lane);
    return false;
}

/* ---- Life ---- */

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

static char *topic_name(const char *app, const char *suffix)
{
    struct toc_text text = {.size = 0};
    toc_text_addf(&text, "%s.%s", app, suffix);
    return text.data;
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
    lane->intake_count = options->input_count + (options->actions != NULL);
    lane->inputs = toc_mem_array(lane->intake_count, sizeof *lane->inputs);
    lane->plan_inputs = toc_mem_array(lane->intake_count, sizeof *lane->plan_inputs);
    if (options->actions != NULL) {
        toc_acting_open(lane);
    }
    for (size_t i = 0; i < options->input_count; i++) {
        toc_intake_open(lane, i);
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
    toc_start_forget(lane);
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
        lane->stop_by_ms = toc_core_steady_ms(lane) + STOP_MS;
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

const struct toc_lane_input_counts *toc_lane_input_counts(const struct toc_lane *lane, size_t input)
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
        .time_ms = toc_acting_is_of(lane, number)
                       ? TOC_INSTANT_NONE
                       : toc_engine_partition_time(lane->engine, part->input, part->index),
        .is_idle = lane->parts[number].is_idle,
    };
}

const struct toc_engine *toc_lane_engine(const struct toc_lane *lane)
{
    return lane->engine;
}

struct toc_engine *toc_lane_ask(struct toc_lane *lane)
{
    return lane->state == TOC_LANE_LIVE ? lane->engine : NULL;
}

bool toc_lane_is_alive(const struct toc_lane *lane, int64_t steady_ms_now)
{
    return lane->state != TOC_LANE_STOPPED && steady_ms_now - lane->steady_ms < ALIVE_MS;
}

#include "lane/core.h"

enum {
    DRAIN_RECORDS = 512,  /* A batch: at most so many records ... */
    DRAIN_MS = 5,         /* ... and so much time. */
    HOLD_WARM_MS = 10000, /* How long one partition may hold the order back. */
    HOLD_LIVE_MS = 1000,
    PROBE_STALE_MS = 4000, /* An older answer proves nothing. */
};

/* ---- Time ---- */

/* The lane clock follows the wall clock and never goes back. */
void toc_drain_move_clock(struct toc_lane *lane)
{
    int64_t now_ms = toc_core_wall_ms(lane);
    if (now_ms > lane->clock_ms) {
        lane->clock_ms = now_ms;
    } else if (lane->clock_ms - now_ms > TOC_LANE_BEAT_MS) {
        TOC_LOG(lane->options.log, WARNING, "clock.back",
                toc_log_number("behind_ms", lane->clock_ms - now_ms));
    }
}

static bool is_silent(const struct toc_lane *lane, size_t number)
{
    const struct toc_lane_slot *mine = &lane->parts[number];
    const struct toc_part *part = toc_reader_part(lane->reader, number);
    return mine->end >= 0 && part->next >= mine->end && part->head == NULL &&
           lane->steady_ms - mine->proven_ms <= PROBE_STALE_MS &&
           lane->clock_ms - mine->heard_ms >= lane->inputs[part->input].of->idle_after_ms;
}

/* Silence first, then time: what is not proven to be silent must not be carried along. */
static void tick(struct toc_lane *lane)
{
    toc_drain_move_clock(lane);
    for (size_t i = 0; i < lane->part_count; i++) {
        toc_intake_set_idle(lane, i, is_silent(lane, i));
    }
    toc_engine_tick(lane->engine, lane->clock_ms);
}

/* ---- Warm-up ---- */

bool toc_drain_warming(struct toc_lane *lane)
{
    int64_t until_ms = toc_core_steady_ms(lane) + DRAIN_MS;
    for (size_t i = 0; i < DRAIN_RECORDS; i++) {
        struct toc_read read;
        enum toc_reader_next next =
            toc_reader_next(lane->reader, toc_core_steady_ms(lane), HOLD_WARM_MS, &read);
        if (next != TOC_READER_RECORD) {
            if (toc_start_is_warm(lane)) {
                toc_start_go_live(lane);
            }
            return false;
        }
        int64_t stored_ms = read.record.origin.stored_ms;
        /* Actions are read back further than events: they do not begin the stream. */
        if (stored_ms != TOC_INSTANT_NONE && !toc_acting_is_of(lane, read.part)) {
            toc_engine_tick(lane->engine,
                            stored_ms < lane->plan_clock_ms ? stored_ms : lane->plan_clock_ms);
        }
        toc_intake_feed(lane, &read);
        if ((i & 15) == 15 && toc_core_steady_ms(lane) >= until_ms) {
            break;
        }
    }
    return true;
}

/* ---- Live ---- */

bool toc_drain_may_read(const struct toc_lane *lane)
{
    return toc_ledger_has_room(lane->ledger) && !toc_outbox_is_full(lane->outbox);
}

/* What an earlier run told beyond its committed position comes true again while we read up to where
 * the inputs ended, and once silence is believed again; what is unknown even then, nobody says any
 * more. */
static void catch_up(struct toc_lane *lane)
{
    for (size_t i = 0; i < lane->options.input_count; i++) {
        const struct toc_lane_input *input = &lane->options.inputs[i];
        if (lane->clock_ms - lane->counts.live_since_ms <
            input->idle_after_ms + input->input.max_disorder_ms + PROBE_STALE_MS) {
            return;
        }
    }
    for (size_t i = 0; i < lane->part_count; i++) {
        if (lane->parts[i].first_end < 0 ||
            toc_reader_part(lane->reader, i)->next < lane->parts[i].first_end) {
            return;
        }
    }
    lane->has_caught_up = true;
    toc_engine_disown(lane->engine);
    toc_start_forget(lane);
}

bool toc_drain_live(struct toc_lane *lane)
{
    bool is_more = true;
    if (!toc_drain_may_read(lane)) {
        lane->counts.held_back++;
        return false; /* Acknowledgements wake us. */
    }
    int64_t now_ms = toc_core_steady_ms(lane);
    int64_t until_ms = now_ms + DRAIN_MS;
    toc_drain_move_clock(lane);
    toc_intake_begin(lane);
    tick(lane);
    for (size_t i = 0; i < DRAIN_RECORDS && !toc_outbox_is_full(lane->outbox); i++) {
        struct toc_read read;
        if (toc_reader_next(lane->reader, now_ms, HOLD_LIVE_MS, &read) != TOC_READER_RECORD) {
            is_more = false;
            break;
        }
        toc_intake_feed(lane, &read);
        if ((i & 15) == 15 && (now_ms = toc_core_steady_ms(lane)) >= until_ms) {
            break;
        }
    }
    if (!lane->has_caught_up) {
        catch_up(lane);
    }
    toc_intake_end(lane);
    return is_more;
}

#include "lane/core.h"

enum {
    COMMIT_GAP_MS = 200, /* Commits at most so often, and when only time passes: */
    COMMIT_CLOCK_MS = 5000,
};

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
        lane->commit_at_ms = lane->steady_ms + COMMIT_GAP_MS;
        TOC_LOG(lane->options.log, WARNING, "commit.failed", toc_log_words("error", words));
    }
}

bool toc_hold_is_commit_due(const struct toc_lane *lane)
{
    int64_t clock_ms = toc_ledger_clock(lane->ledger);
    if (clock_ms == INT64_MIN || lane->is_lost) {
        return false;
    }
    return !lane->has_committed || toc_ledger_progress(lane->ledger) != lane->committed_progress ||
           clock_ms - lane->counts.committed_clock_ms >= COMMIT_CLOCK_MS;
}

void toc_hold_commit(struct toc_lane *lane)
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

/* ---- The lease ---- */

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

void toc_hold_join(struct toc_lane *lane)
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

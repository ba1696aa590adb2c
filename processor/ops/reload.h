/* ops/reload.h - other rules while it runs: all or nothing, between two batches.
 *
 *   asked (SIGHUP, POST /reload, a file changed) -> read and check everything (thread pool)
 *     -> wrong: nothing changes, every finding is in the page and the log
 *     -> dry run: what would happen, rule by rule
 *     -> the bundle in force again (rule/bundle.h): nothing to do, all is kept
 *     -> swap between two batches (toc_lane_swap); the rules before are freed
 *
 * The configuration is read again only to be held against the new rules: its own changes take a
 * restart. Asked again meanwhile, it begins again when it is done.
 * Threads: the loop's; reading runs in libuv's pool. */
#pragma once
#include "lane/lane.h"
#include "ops/config.h"

struct toc_reload_options {
    uv_loop_t *loop;
    struct toc_log *log;
    struct toc_lane *lane;
    rd_kafka_t *reader; /* Asked whether new topics exist. */
    const struct toc_config *config;
    const struct toc_ruleset *rules;     /* In force; the caller's. */
    const struct toc_lane_input *inputs; /* Likewise. */
};

struct toc_reload;
struct toc_reload *toc_reload_create(const struct toc_reload_options *options);
void toc_reload_ask(struct toc_reload *reload, bool is_dry_run);
/* What came of it last, appended as text; the HTTP status. */
unsigned toc_reload_print(const struct toc_reload *reload, struct toc_text *out);
/* Those in force now. Borrowed until the next swap. */
const struct toc_ruleset *toc_reload_rules(const struct toc_reload *reload);
/* No swap any more; run the loop until it is done, then destroy, after the lane. */
void toc_reload_close(struct toc_reload *reload);
void toc_reload_destroy(struct toc_reload *reload);

/* ops/run.h - the running processor: one libuv loop from start to clean stop.
 *
 * It owns the loop, the lane, the HTTP server and the signals. Nothing here blocks but
 * toc_run_serve.
 * Threads: create, serve and destroy belong to one thread; toc_run_stop may be called from any. */
#pragma once
#include <stdio.h>

#include <tocsin/status.h>

#include "engine/engine.h"
#include "lane/clock.h"
#include "ops/config.h"

struct toc_run_options {
    struct toc_clock clock; /* now_ms NULL = the system's wall clock. */
    bool has_signals;       /* Stop at SIGTERM and SIGINT. */
    bool is_alone;          /* Nobody else runs this <app>: no lease is taken (a demo). */
    FILE *log;              /* NULL = stderr. */
    /* A look at each record as it is told (demo prints it); may be NULL. On the loop. */
    void (*on_told)(const struct toc_told *told, void *context);
    /* Warm-up is over and the lane is live; once. May be NULL. On the loop. */
    void (*on_live)(void *context);
    void *context;
};

struct toc_run;

/* @config and @rules are borrowed for its life; toc_config_check has passed. TOC_E_INVALID:
 * librdkafka refused a setting; TOC_E_IO: the HTTP port is taken. *out is untouched then, and the
 * log says why. */
TOC_MUST_CHECK enum toc_status toc_run_create(const struct toc_config *config,
                                              const struct toc_ruleset *rules,
                                              const struct toc_run_options *options,
                                              struct toc_run **out);
/* Serve until told to stop: TOC_OK after a clean stop (all told is acknowledged, positions
 * committed), TOC_E_BROKER when the broker refuses what cannot be retried (a topic that does not
 * exist). */
TOC_MUST_CHECK enum toc_status toc_run_serve(struct toc_run *run);
void toc_run_stop(struct toc_run *run);
void toc_run_destroy(struct toc_run *run);

/* All of the above, until SIGTERM or SIGINT. @options may be NULL. */
TOC_MUST_CHECK enum toc_status toc_run(const struct toc_config *config,
                                       const struct toc_ruleset *rules,
                                       const struct toc_run_options *options);

/* lane/worker.h - one thread for calls that block.
 *
 * libuv's own pool has four threads for all; a few slow broker calls would starve it. Jobs run one
 * after another in the order given; `done` runs on the loop. Threads: all but `work` on
 * the loop's. */
#pragma once
#include <stdbool.h>
#include <uv.h>

struct toc_worker;

struct toc_worker *toc_worker_create(uv_loop_t *loop);
/* @work runs on the worker's thread, then @done on the loop, each with @job. */
void toc_worker_do(struct toc_worker *worker, void (*work)(void *job), void (*done)(void *job),
                   void *job);
bool toc_worker_is_busy(const struct toc_worker *worker);
/* Wait for the job under way, if any (its `done` and all later jobs do not run), close the handles.
 * Run the loop once more, then toc_worker_destroy. */
void toc_worker_close(struct toc_worker *worker);
void toc_worker_destroy(struct toc_worker *worker);

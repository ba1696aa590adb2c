/* lane/waker.h - from librdkafka's queues to the libuv loop.
 *
 * A queue writes to our eventfd when it turns from empty to non-empty, and only then. So the fd is
 * read first, then the queue is drained by a bounded piece; if more is left we call ourselves again
 * by an idle handle, which lets the loop serve others in between. Threads: the loop's. */
#pragma once
#include <stdbool.h>
#include <uv.h>

struct toc_waker {
    int fd; /* For rd_kafka_queue_io_event_enable, with 8 bytes. */
    uv_poll_t poll;
    uv_idle_t again;
    /* Take a piece. @is_woken: the fd said so (else it is the rest of a drain). True: more
     * is left. */
    bool (*on_wake)(bool is_woken, void *context);
    void *context;
};

/* @waker stays where it is until closed. */
void toc_waker_open(struct toc_waker *waker, uv_loop_t *loop,
                    bool (*on_wake)(bool is_woken, void *context), void *context);
/* Call on_wake soon, as if more were left. */
void toc_waker_again(struct toc_waker *waker);
/* Its handles are closed; run the loop once more before its memory goes. Twice does nothing. */
void toc_waker_close(struct toc_waker *waker);

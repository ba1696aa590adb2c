#include "lane/waker.h"

#include "base/assert.h"

#include <sys/eventfd.h>
#include <unistd.h>

static void on_idle(uv_idle_t *handle)
{
    struct toc_waker *waker = handle->data;
    if (!waker->on_wake(false, waker->context)) {
        (void)uv_idle_stop(handle);
    }
}

void toc_waker_again(struct toc_waker *waker)
{
    if (!uv_is_closing((uv_handle_t *)&waker->again)) {
        (void)uv_idle_start(&waker->again, on_idle);
    }
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct toc_waker *waker = handle->data;
    uint64_t written = 0;
    (void)status;
    (void)events;
    ssize_t size = read(waker->fd, &written, sizeof written);
    (void)size; /* Read before draining, or a wake-up could be lost; empty is no harm. */
    if (waker->on_wake(true, waker->context)) {
        toc_waker_again(waker);
    }
}

void toc_waker_open(struct toc_waker *waker, uv_loop_t *loop,
                    bool (*on_wake)(bool is_woken, void *context), void *context)
{
    waker->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    toc_assert(waker->fd >= 0);
    waker->on_wake = on_wake;
    waker->context = context;
    waker->poll.data = waker;
    waker->again.data = waker;
    toc_assert(uv_poll_init(loop, &waker->poll, waker->fd) == 0);
    toc_assert(uv_idle_init(loop, &waker->again) == 0);
    toc_assert(uv_poll_start(&waker->poll, UV_READABLE, on_readable) == 0);
}

void toc_waker_close(struct toc_waker *waker)
{
    if (!uv_is_closing((uv_handle_t *)&waker->poll)) {
        (void)uv_poll_stop(&waker->poll);
        uv_close((uv_handle_t *)&waker->poll, NULL);
        uv_close((uv_handle_t *)&waker->again, NULL);
        (void)close(waker->fd);
    }
}

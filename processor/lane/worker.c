#include "lane/worker.h"

#include "base/assert.h"
#include "base/mem.h"

struct task {
    struct task *next;
    void (*work)(void *job);
    void (*done)(void *job);
    void *job;
};

struct toc_worker {
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t news;
    uv_async_t finished;
    struct task *todo, **todo_end; /* Guarded by lock, as are the next three. */
    struct task *done, **done_end;
    bool is_closing;
    size_t count; /* Given and not yet done. The loop's. */
};

static void run(void *argument)
{
    struct toc_worker *worker = argument;
    uv_mutex_lock(&worker->lock);
    for (;;) {
        while (worker->todo == NULL && !worker->is_closing) {
            uv_cond_wait(&worker->news, &worker->lock);
        }
        if (worker->is_closing) {
            break;
        }
        struct task *task = worker->todo;
        worker->todo = task->next;
        if (worker->todo == NULL) {
            worker->todo_end = &worker->todo;
        }
        uv_mutex_unlock(&worker->lock);
        task->work(task->job);
        uv_mutex_lock(&worker->lock);
        task->next = NULL;
        *worker->done_end = task;
        worker->done_end = &task->next;
        (void)uv_async_send(&worker->finished);
    }
    uv_mutex_unlock(&worker->lock);
}

static void on_finished(uv_async_t *handle)
{
    struct toc_worker *worker = handle->data;
    uv_mutex_lock(&worker->lock);
    struct task *task = worker->done;
    worker->done = NULL;
    worker->done_end = &worker->done;
    uv_mutex_unlock(&worker->lock);
    while (task != NULL) {
        struct task *next = task->next;
        worker->count--;
        task->done(task->job);
        toc_mem_free(task);
        task = next;
    }
}

struct toc_worker *toc_worker_create(uv_loop_t *loop)
{
    struct toc_worker *worker = toc_mem_get(sizeof *worker);
    worker->todo_end = &worker->todo;
    worker->done_end = &worker->done;
    worker->finished.data = worker;
    toc_assert(uv_mutex_init(&worker->lock) == 0);
    toc_assert(uv_cond_init(&worker->news) == 0);
    toc_assert(uv_async_init(loop, &worker->finished, on_finished) == 0);
    toc_assert(uv_thread_create(&worker->thread, run, worker) == 0);
    return worker;
}

void toc_worker_do(struct toc_worker *worker, void (*work)(void *job), void (*done)(void *job),
                   void *job)
{
    struct task *task = toc_mem_get(sizeof *task);
    *task = (struct task){.work = work, .done = done, .job = job};
    worker->count++;
    uv_mutex_lock(&worker->lock);
    *worker->todo_end = task;
    worker->todo_end = &task->next;
    uv_cond_signal(&worker->news);
    uv_mutex_unlock(&worker->lock);
}

bool toc_worker_is_busy(const struct toc_worker *worker)
{
    return worker->count > 0;
}

void toc_worker_close(struct toc_worker *worker)
{
    uv_mutex_lock(&worker->lock);
    worker->is_closing = true;
    uv_cond_signal(&worker->news);
    uv_mutex_unlock(&worker->lock);
    (void)uv_thread_join(&worker->thread);
    uv_close((uv_handle_t *)&worker->finished, NULL);
}

static void drop(struct task *task)
{
    while (task != NULL) {
        struct task *next = task->next;
        toc_mem_free(task);
        task = next;
    }
}

void toc_worker_destroy(struct toc_worker *worker)
{
    if (worker != NULL) {
        drop(worker->todo);
        drop(worker->done);
        uv_cond_destroy(&worker->news);
        uv_mutex_destroy(&worker->lock);
        toc_mem_free(worker);
    }
}

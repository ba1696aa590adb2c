#include "unit.h"

#include "lane/waker.h"
#include "lane/worker.h"

#include <unistd.h>

struct job {
    uv_thread_t *loop_thread;
    int *order;
    int number, at;
    bool was_elsewhere, was_done_here;
};

static void work(void *context)
{
    struct job *job = context;
    uv_thread_t self = uv_thread_self();
    job->was_elsewhere = !uv_thread_equal(&self, job->loop_thread);
    job->at = (*job->order)++;
}

static void done(void *context)
{
    struct job *job = context;
    uv_thread_t self = uv_thread_self();
    job->was_done_here = uv_thread_equal(&self, job->loop_thread);
}

static void jobs_run_elsewhere_in_order_and_end_on_the_loop(void **state)
{
    (void)state;
    uv_loop_t loop;
    uv_thread_t self = uv_thread_self();
    struct job jobs[20];
    int order = 0; /* The worker's alone. */
    assert_int_equal(uv_loop_init(&loop), 0);
    struct toc_worker *worker = toc_worker_create(&loop);
    for (int i = 0; i < 20; i++) {
        jobs[i] = (struct job){.loop_thread = &self, .order = &order, .number = i};
        toc_worker_do(worker, work, done, &jobs[i]);
    }
    while (toc_worker_is_busy(worker)) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(jobs[i].at, i);
        assert_true(jobs[i].was_elsewhere && jobs[i].was_done_here);
    }
    toc_worker_close(worker);
    uv_run(&loop, UV_RUN_DEFAULT);
    toc_worker_destroy(worker);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void closing_with_jobs_left_leaks_nothing(void **state)
{
    (void)state;
    uv_loop_t loop;
    uv_thread_t self = uv_thread_self();
    struct job jobs[50];
    int order = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct toc_worker *worker = toc_worker_create(&loop);
    for (int i = 0; i < 50; i++) {
        jobs[i] = (struct job){.loop_thread = &self, .order = &order};
        toc_worker_do(worker, work, done, &jobs[i]);
    }
    toc_worker_close(worker);
    uv_run(&loop, UV_RUN_DEFAULT);
    toc_worker_destroy(worker);
    assert_int_equal(uv_loop_close(&loop), 0);
}

struct queue {
    struct toc_waker waker;
    int left, pieces, wakes;
};

static bool on_wake(bool is_woken, void *context)
{
    struct queue *queue = context;
    queue->wakes += is_woken;
    queue->pieces++;
    queue->left -= queue->left > 8 ? 8 : queue->left;
    if (queue->left == 0) {
        toc_waker_close(&queue->waker);
    }
    return queue->left > 0;
}

static void one_edge_drains_all_in_pieces(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct queue queue = {.left = 81};
    uint64_t one = 1;
    assert_int_equal(uv_loop_init(&loop), 0);
    toc_waker_open(&queue.waker, &loop, on_wake, &queue);
    assert_int_equal(write(queue.waker.fd, &one, sizeof one), sizeof one);
    uv_run(&loop, UV_RUN_DEFAULT); /* Ends, as nothing is left open. */
    assert_int_equal(queue.left, 0);
    assert_int_equal(queue.pieces, 11);
    assert_int_equal(queue.wakes, 1);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_run_elsewhere_in_order_and_end_on_the_loop),
        cmocka_unit_test(closing_with_jobs_left_leaks_nothing),
        cmocka_unit_test(one_edge_drains_all_in_pieces),
    };
    return cmocka_run_group_tests_name("lane/worker", tests, NULL, NULL);
}

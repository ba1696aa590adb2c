#include "unit.h"

#include "ops/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

static unsigned write_page(struct toc_text *out, void *context)
{
    toc_text_addf(out, "page %d\n", ++*(int *)context);
    return 200;
}

static unsigned write_unready(struct toc_text *out, void *context)
{
    (void)context;
    toc_text_addf(out, "warming\n");
    return 503;
}

static unsigned post_page(bool is_dry_run, struct toc_text *out, void *context)
{
    (void)context;
    toc_text_addf(out, is_dry_run ? "dry\n" : "done\n");
    return 202;
}

static unsigned ask_page(const struct toc_http_request *request, struct toc_text *out,
                         void *context)
{
    const char *name = toc_http_param(request, "name");
    (void)context;
    toc_text_addf(out, "asked %s\n", name != NULL ? name : "nothing");
    return 200;
}

static const struct toc_http_page pages[] = {
    {"/metrics", "text/plain; version=0.0.4", write_page, NULL, NULL},
    {"/readyz", "text/plain", write_unready, post_page, NULL},
    {"/ask", "text/plain", NULL, NULL, ask_page},
};

/* Ask as a thread of its own, as the loop must go on. */
struct question {
    int port;
    const char *text;
    char answer[65536];
    uv_async_t done;
};

static void ask(void *context)
{
    struct question *question = context;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)question->port),
                             .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t size = 0;
    ssize_t got = 0;
    if (connect(socket_fd, (struct sockaddr *)&to, sizeof to) == 0 &&
        write(socket_fd, question->text, strlen(question->text)) >= 0) {
        while ((got = read(socket_fd, question->answer + size,
                           sizeof question->answer - 1 - size)) > 0) {
            size += (size_t)got;
        }
    }
    question->answer[size] = '\0';
    (void)close(socket_fd);
    uv_async_send(&question->done);
}

static void on_done(uv_async_t *async)
{
    uv_stop(async->loop);
}

static const char *answer(uv_loop_t *loop, int port, const char *text, struct question *question)
{
    uv_thread_t thread;
    *question = (struct question){.port = port, .text = text};
    assert_int_equal(uv_async_init(loop, &question->done, on_done), 0);
    assert_int_equal(uv_thread_create(&thread, ask, question), 0);
    uv_run(loop, UV_RUN_DEFAULT);
    uv_thread_join(&thread);
    uv_close((uv_handle_t *)&question->done, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    return question->answer;
}

#define REQUEST(line) line " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void pages_are_served_on_the_loop(void **state)
{
    (void)state;
    static struct question question;
    uv_loop_t loop;
    struct toc_http *http = NULL;
    int count = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(toc_http_open(&loop, "127.0.0.1", 0, pages, 3, &count, &http), TOC_OK);
    int port = toc_http_port(http);
    assert_true(port > 0);
    const char *text = answer(&loop, port, REQUEST("GET /metrics"), &question);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    assert_non_null(strstr(text, "text/plain; version=0.0.4"));
    assert_non_null(strstr(text, "\r\n\r\npage 1\n"));
    assert_non_null(strstr(answer(&loop, port, REQUEST("GET /readyz"), &question), " 503 "));
    assert_non_null(strstr(answer(&loop, port, REQUEST("GET /"), &question), " 404 "));
    assert_non_null(strstr(answer(&loop, port, REQUEST("DELETE /metrics"), &question), " 405 "));
    text = answer(&loop, port, REQUEST("HEAD /metrics"), &question);
    assert_non_null(strstr(text, " 200 "));
    assert_null(strstr(text, "page"));
    assert_null(strstr(answer(&loop, port, "nonsense\r\n\r\n", &question), "page"));
    assert_non_null(strstr(answer(&loop, port, REQUEST("GET /metrics"), &question), "page 3"));

    assert_non_null(strstr(answer(&loop, port, REQUEST("POST /readyz"), &question), "done\n"));
    assert_non_null(
        strstr(answer(&loop, port, REQUEST("POST /readyz?dry_run=1"), &question), "dry\n"));
    assert_non_null(strstr(answer(&loop, port, REQUEST("POST /metrics"), &question), " 405 "));

    assert_non_null(strstr(answer(&loop, port, REQUEST("GET /ask?name=camp%3DGao"), &question),
                           "asked camp=Gao\n"));
    assert_non_null(strstr(answer(&loop, port, REQUEST("GET /ask"), &question), "asked nothing\n"));

    struct toc_http *second = NULL; /* The port is taken. */
    assert_int_equal(toc_http_open(&loop, "127.0.0.1", port, pages, 3, &count, &second), TOC_E_IO);
    assert_int_equal(toc_http_open(&loop, "localhost", 0, pages, 3, &count, &second),
                     TOC_E_INVALID);
    assert_null(second);
    toc_http_close(http);
    uv_run(&loop, UV_RUN_DEFAULT);
    toc_http_destroy(http);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pages_are_served_on_the_loop)};
    return cmocka_run_group_tests_name("ops/http", tests, NULL, NULL);
}

#include "ops/http.h"

#include "base/assert.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <microhttpd.h>

enum { CONNECTIONS_MOST = 32, TIMEOUT_S = 10, CONNECTION_BYTES = 8192, STEPS_MOST = 64 };

struct toc_http {
    const struct toc_http_page *pages;
    size_t page_count;
    void *context;
    struct MHD_Daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer; /* What libmicrohttpd has to do by then (closing idle connections). */
};

struct toc_http_request {
    struct MHD_Connection *connection;
};

const char *toc_http_param(const struct toc_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

static void serve(struct toc_http *http);

static void on_timer(uv_timer_t *timer)
{
    serve(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    serve(poll->data);
}

static void serve(struct toc_http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    int step = 0;
    (void)MHD_run(http->daemon);
    while (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES) {
        if (wait_ms > 0 || ++step >= STEPS_MOST) { /* Others want the loop too. */
            (void)uv_timer_start(&http->timer, on_timer, wait_ms > 0 ? wait_ms : 1, 0);
            return;
        }
        (void)MHD_run(http->daemon);
    }
    (void)uv_timer_stop(&http->timer);
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              const char *content_type, struct toc_str body)
{
    union {
        const char *in;
        void *out;
    } bytes = {.in = body.data};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.size, bytes.out, MHD_RESPMEM_MUST_COPY);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **state)
{
    struct toc_http *http = context;
    (void)version;
    (void)upload;
    (void)state;
    bool is_post = strcmp(method, "POST") == 0;
    if (!is_post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        *upload_size = 0;
        return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
                      TOC_STR("GET, or POST of /reload\n"));
    }
    for (size_t i = 0; i < http->page_count; i++) {
        const struct toc_http_page *page = &http->pages[i];
        if (strcmp(path, page->path) != 0) {
            continue;
        }
        *upload_size = 0;
        if (is_post && page->post == NULL) {
            return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
                          TOC_STR("GET only\n"));
        }
        const char *dry_run =
            MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "dry_run");
        struct toc_text text = {.size = 0};
        struct toc_http_request request = {connection};
        unsigned status = is_post             ? page->post(dry_run != NULL, &text, http->context)
                          : page->ask != NULL ? page->ask(&request, &text, http->context)
                                              : page->write(&text, http->context);
        enum MHD_Result result =
            answer(connection, status, page->content_type, toc_text_str(&text));
        toc_text_finish(&text);
        return result;
    }
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain",
                  TOC_STR("/livez /readyz /metrics /reload /explain\n"));
}

static void on_silent_log(void *context, const char *format, va_list list)
{
    (void)context;
    (void)format;
    (void)list; /* A peer's broken connection is no news. */
}

enum toc_status toc_http_open(uv_loop_t *loop, const char *address, int port,
                              const struct toc_http_page pages[], size_t count, void *context,
                              struct toc_http **out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
    if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) {
        return TOC_E_INVALID;
    }
    struct toc_http *http = toc_mem_get(sizeof *http);
    http->pages = pages;
    http->page_count = count;
    http->context = context;
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | (is_v4 ? 0U : (unsigned)MHD_USE_IPv6);
    http->daemon = MHD_start_daemon(
        flags, (uint16_t)port, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER,
        on_silent_log, NULL, MHD_OPTION_SOCK_ADDR,
        is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MOST, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    if (http->daemon == NULL) {
        toc_mem_free(http);
        return TOC_E_IO;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    toc_assert(info != NULL);
    http->poll.data = http;
    http->timer.data = http;
    toc_assert(uv_poll_init(loop, &http->poll, info->epoll_fd) == 0);
    toc_assert(uv_timer_init(loop, &http->timer) == 0);
    toc_assert(uv_poll_start(&http->poll, UV_READABLE, on_readable) == 0);
    *out = http;
    return TOC_OK;
}

int toc_http_port(const struct toc_http *http)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

void toc_http_close(struct toc_http *http)
{
    if (http != NULL && !uv_is_closing((uv_handle_t *)&http->poll)) {
        (void)uv_poll_stop(&http->poll);
        uv_close((uv_handle_t *)&http->poll, NULL);
        uv_close((uv_handle_t *)&http->timer, NULL);
    }
}

void toc_http_destroy(struct toc_http *http)
{
    if (http != NULL) {
        MHD_stop_daemon(http->daemon);
        toc_mem_free(http);
    }
}

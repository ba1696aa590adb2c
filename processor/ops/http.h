/* ops/http.h - /livez, /readyz, /metrics for those who watch, /reload for those who edit.
 *
 * libmicrohttpd without a thread of its own: the loop watches its descriptor and a handler reads
 * the live state without a lock. No bodies are read, few connections, short time-outs.
 * There is no authentication, so it listens on loopback unless told otherwise.
 * Threads: the loop's. */
#pragma once
#include <stdbool.h>
#include <uv.h>

#include "base/text.h"
#include <tocsin/status.h>

struct toc_http_request;
/* The value of ?name=.., or NULL. Borrowed for the call. */
const char *toc_http_param(const struct toc_http_request *request, const char *name);

struct toc_http_page {
    const char *path, *content_type;
    /* Append the page to @out; the HTTP status. */
    unsigned (*write)(struct toc_text *out, void *context);
    /* What POST does, with ?dry_run=1 or without; NULL: GET and HEAD only. */
    unsigned (*post)(bool is_dry_run, struct toc_text *out, void *context);
    /* A page that is asked something, in place of `write`; or NULL. */
    unsigned (*ask)(const struct toc_http_request *request, struct toc_text *out, void *context);
};

struct toc_http;

/* Serve @pages (borrowed) at @address:@port (0 = any free one). TOC_E_IO: it cannot be had. */
TOC_MUST_CHECK enum toc_status toc_http_open(uv_loop_t *loop, const char *address, int port,
                                             const struct toc_http_page pages[], size_t count,
                                             void *context, struct toc_http **out);
int toc_http_port(const struct toc_http *http);
/* Stop serving; run the loop once more, then destroy. NULL does nothing. */
void toc_http_close(struct toc_http *http);
void toc_http_destroy(struct toc_http *http);

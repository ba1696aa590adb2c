#include "ops/run.h"

#include "base/mem.h"
#include "engine/why.h"
#include "event/decode_mapping.h"
#include "lane/lane.h"
#include "ops/clients.h"
#include "ops/http.h"
#include "ops/metrics.h"
#include "ops/reload.h"
#include "ops/rules_watch.h"
#include "ops/topics.h"

#include <signal.h>
#include <time.h>

enum { SIGNALS = 3 };

struct toc_run {
    const struct toc_config *config;
    const struct toc_ruleset *rules;
    struct toc_run_options options;
    uv_loop_t loop;
    uv_async_t stop;
    uv_signal_t signals[SIGNALS];
    struct toc_reload *reload;
    struct toc_rules_watch *watch;
    struct toc_log *log;
    struct toc_lane *lane;
    struct toc_http *http;
    rd_kafka_t *reader, *group;
    struct toc_lane_input *inputs;
    struct toc_topics topics;
    const char **outputs;
    size_t output_count;
    struct toc_arena arena; /* Mappings and lists. */
    struct toc_diag *diag;
    enum toc_status status;
};

static int64_t wall_ms(void *context)
{
    struct timespec now;
    (void)context;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Pages ---- */

static unsigned write_live(struct toc_text *out, void *context)
{
    const struct toc_run *run = context;
    bool is_alive = toc_lane_is_alive(run->lane, (int64_t)uv_now(&run->loop));
    toc_text_addf(out, "%s\n", is_alive ? "alive" : "stuck");
    return is_alive ? 200 : 503;
}

/* Ready: live, and what is told reaches Kafka. */
static unsigned write_ready(struct toc_text *out, void *context)
{
    const struct toc_run *run = context;
    struct toc_lane_counts counts = toc_lane_counts(run->lane);
    toc_text_addf(out, "%s\n", toc_lane_state_text(counts.state));
    return counts.state == TOC_LANE_LIVE ? 200 : 503;
}

static unsigned write_metrics(struct toc_text *out, void *context)
{
    const struct toc_run *run = context;
    toc_metrics_print(run->lane, run->inputs, run->config->input_count,
                      toc_reload_rules(run->reload), out);
    return 200;
}

static unsigned write_reload(struct toc_text *out, void *context)
{
    const struct toc_run *run = context;
    return toc_reload_print(run->reload, out);
}

static unsigned post_reload(bool is_dry_run, struct toc_text *out, void *context)
{
    struct toc_run *run = context;
    toc_reload_ask(run->reload, is_dry_run);
    toc_text_addf(out, "asked; GET /reload says what came of it\n");
    return 202;
}

/* ?rule=R&key=NAME=VALUE,..: why it holds now, or does not. */
static unsigned ask_why(const struct toc_http_request *request, struct toc_text *out, void *context)
{
    struct toc_run *run = context;
    struct toc_why_part parts[TOC_RULE_KEY_PARTS];
    size_t count = 0;
    enum toc_mode mode = TOC_MODE_ACTUAL;
    const char *rule = toc_http_param(request, "rule"), *key = toc_http_param(request, "key");
    struct toc_engine *engine = toc_lane_ask(run->lane);
    if (engine == NULL) {
        toc_text_addf(out, "not live\n");
        return 503;
    }
    char *own = toc_mem_copy(key != NULL ? key : "", key != NULL ? strlen(key) : 0);
    json_t *answer = NULL;
    if (rule != NULL && toc_why_split(own, parts, &count, &mode)) {
        answer = toc_engine_why(engine, toc_str_of(rule), parts, count, mode, out);
    } else {
        toc_text_addf(out, "/explain?rule=RULE&key=NAME=VALUE,..");
    }
    if (answer != NULL) {
        toc_why_print(answer, out);
    } else {
        toc_text_add_char(out, '\n');
    }
    unsigned status = answer != NULL ? 200 : 404;
    json_decref(answer);
    toc_mem_free(own);
    return status;
}

static const struct toc_http_page pages[] = {
    {"/livez", "text/plain; charset=utf-8", write_live, NULL, NULL},
    {"/readyz", "text/plain; charset=utf-8", write_ready, NULL, NULL},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", write_metrics, NULL, NULL},
    {"/reload", "text/plain; charset=utf-8", write_reload, post_reload, NULL},
    {"/explain", "text/plain; charset=utf-8", NULL, NULL, ask_why},
};

/* ---- Stopping: the one ordered list ----
 * signal or call -> the lane stops (reads no more, flushes, commits, leaves) -> on_stopped closes
 * HTTP, signals and the call -> the loop runs out -> destroy: lane, clients, loop. */

static void on_stopped(enum toc_status status, void *context)
{
    struct toc_run *run = context;
    run->status = status;
    toc_http_close(run->http);
    toc_reload_close(run->reload);
    toc_rules_watch_close(run->watch);
    uv_close((uv_handle_t *)&run->stop, NULL);
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_close((uv_handle_t *)&run->signals[i], NULL);
    }
}

static void on_told(const struct toc_told *told, void *context)
{
    struct toc_run *run = context;
    run->options.on_told(told, run->options.context);
}

static void on_live(void *context)
{
    struct toc_run *run = context;
    run->options.on_live(run->options.context);
}

static void on_stop(uv_async_t *async)
{
    struct toc_run *run = async->data;
    toc_lane_stop(run->lane);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct toc_run *run = signal->data;
    TOC_LOG(run->log, INFO, "run.signal", toc_log_number("signal", number));
    if (number == SIGHUP) {
        toc_reload_ask(run->reload, false);
    } else {
        toc_lane_stop(run->lane);
    }
}

static void on_rules_changed(void *context)
{
    struct toc_run *run = context;
    toc_reload_ask(run->reload, false);
}

void toc_run_stop(struct toc_run *run)
{
    (void)uv_async_send(&run->stop);
}

/* ---- Starting ---- */

static const char **texts_of(struct toc_run *run, const struct toc_str texts[], size_t count)
{
    const char **list = toc_arena_array(&run->arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        list[i] = texts[i].data; /* The config's texts end in NUL. */
    }
    return list;
}

static bool make_inputs(struct toc_run *run)
{
    const struct toc_config *config = run->config;
    run->inputs = toc_arena_array(&run->arena, config->input_count, sizeof *run->inputs);
    for (size_t i = 0; i < config->input_count; i++) {
        const struct toc_config_input *from = &config->inputs[i];
        struct toc_mapping *mapping = NULL;
        if (from->mapping != NULL &&
            !toc_mapping_parse(from->mapping, toc_ruleset_catalogue(run->rules), &run->arena,
                               run->diag, &mapping)) {
            TOC_LOG(run->log, ERROR, "config.mapping", toc_log_text("input", from->name));
            return false; /* toc_config_check would have said why. */
        }
        run->inputs[i] = (struct toc_lane_input){
            .input = {.name = from->name,
                      .types = from->types,
                      .type_count = from->type_count,
                      .max_disorder_ms = from->max_disorder_ms,
                      .accept_late_ms = from->accept_late_ms,
                      .max_age_ms = from->max_age_ms},
            .topics = texts_of(run, from->topics, from->topic_count),
            .topic_count = from->topic_count,
            .idle_after_ms = from->idle_after_ms,
            .clamp_ms = from->clamp_ms,
            .mode = (enum toc_mode)from->mode,
            .mapping = mapping,
        };
    }
    return true;
}

static void make_outputs(struct toc_run *run)
{
    toc_topics_init(&run->topics, run->config, run->rules);
    run->outputs = toc_arena_array(&run->arena, run->topics.count, sizeof *run->outputs);
    for (size_t i = 0; i < run->topics.count; i++) {
        if (run->topics.list[i].use > TOC_TOPIC_ACTIONS) {
            run->outputs[run->output_count++] = run->topics.list[i].name.data;
        }
    }
}

static enum toc_status open_clients(struct toc_run *run)
{
    enum toc_status status =
        toc_client_create(run->config, TOC_CLIENT_READER, run->log, &run->reader);
    if (status == TOC_OK) {
        status = toc_client_create(run->config, TOC_CLIENT_GROUP, run->log, &run->group);
    }
    return status;
}

static rd_kafka_t *make_producer(void *context)
{
    struct toc_run *run = context;
    rd_kafka_t *producer = NULL;
    enum toc_status status =
        toc_client_create(run->config, TOC_CLIENT_PRODUCER, run->log, &producer);
    return status == TOC_OK ? producer : NULL;
}

static enum toc_status open_http(struct toc_run *run)
{
    const struct toc_config_http *http = &run->config->http;
    if (http->port == 0) {
        return TOC_OK;
    }
    enum toc_status status = toc_http_open(&run->loop, http->address.data, (int)http->port, pages,
                                           sizeof pages / sizeof pages[0], run, &run->http);
    if (status != TOC_OK) {
        TOC_LOG(run->log, ERROR, "http.refused", toc_log_text("address", http->address),
                toc_log_number("port", http->port));
    }
    return status;
}

static void open_loop(struct toc_run *run)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    run->stop.data = run;
    (void)uv_async_init(&run->loop, &run->stop, on_stop);
    for (size_t i = 0; i < SIGNALS; i++) {
        (void)uv_signal_init(&run->loop, &run->signals[i]);
        run->signals[i].data = run;
        if (run->options.has_signals) {
            (void)uv_signal_start(&run->signals[i], on_signal, numbers[i]);
        }
    }
}

enum toc_status toc_run_create(const struct toc_config *config, const struct toc_ruleset *rules,
                               const struct toc_run_options *options, struct toc_run **out)
{
    struct toc_run *run = toc_mem_get(sizeof *run);
    run->config = config;
    run->rules = rules;
    run->options = *options;
    run->diag = toc_diag_create();
    if (run->options.clock.now_ms == NULL) {
        run->options.clock = (struct toc_clock){.now_ms = wall_ms, .speed = 1};
    }
    run->log = toc_log_create(options->log != NULL ? options->log : stderr,
                              (enum toc_log_level)config->log_level, NULL);
    (void)uv_loop_init(&run->loop);
    enum toc_status status = make_inputs(run) ? TOC_OK : TOC_E_INVALID;
    if (status == TOC_OK) {
        make_outputs(run);
        status = open_clients(run);
    }
    if (status == TOC_OK) {
        status = open_http(run);
    }
    if (status != TOC_OK) {
        toc_run_destroy(run);
        return status;
    }
    open_loop(run);
    run->lane = toc_lane_create(&(struct toc_lane_options){
        .loop = &run->loop,
        .clock = run->options.clock,
        .log = run->log,
        .reader = run->reader,
        .group = run->group,
        .make_producer = make_producer,
        .unmake = toc_client_destroy,
        .rules = rules,
        .inputs = run->inputs,
        .input_count = config->input_count,
        .app = config->app.data,
        .is_alone = options->is_alone,
        .actions = run->config->actions.data,
        .outputs = run->outputs,
        .output_count = run->output_count,
        .read_back_ms = config->read_back_ms,
        .outbox_most = (size_t)config->outbox_most,
        .on_told = options->on_told != NULL ? on_told : NULL,
        .on_live = options->on_live != NULL ? on_live : NULL,
        .on_stopped = on_stopped,
        .context = run,
    });
    if (run->lane == NULL) {
        uv_close((uv_handle_t *)&run->stop, NULL);
        for (size_t i = 0; i < SIGNALS; i++) {
            uv_close((uv_handle_t *)&run->signals[i], NULL);
        }
        toc_run_destroy(run);
        return TOC_E_INVALID;
    }
    run->reload = toc_reload_create(&(struct toc_reload_options){.loop = &run->loop,
                                                                 .log = run->log,
                                                                 .lane = run->lane,
                                                                 .reader = run->reader,
                                                                 .config = config,
                                                                 .rules = rules,
                                                                 .inputs = run->inputs});
    if (config->watch_rules == 1) {
        struct toc_rule_paths paths = toc_config_rule_paths(config);
        run->watch = toc_rules_watch_create(&run->loop, &paths, on_rules_changed, run);
    }
    *out = run;
    return TOC_OK;
}

enum toc_status toc_run_serve(struct toc_run *run)
{
    TOC_LOG(run->log, INFO, "run.start", toc_log_text("app", run->config->app),
            toc_log_number("rules", (int64_t)toc_ruleset_count(run->rules)),
            toc_log_words("bundle", toc_ruleset_bundle(run->rules)),
            toc_log_number("inputs", (int64_t)run->config->input_count),
            toc_log_number("http_port", run->http != NULL ? toc_http_port(run->http) : 0));
    (void)uv_run(&run->loop, UV_RUN_DEFAULT);
    return run->status;
}

void toc_run_destroy(struct toc_run *run)
{
    if (run == NULL) {
        return;
    }
    if (run->lane != NULL && toc_lane_counts(run->lane).state != TOC_LANE_STOPPED) {
        toc_lane_stop(run->lane); /* It never served. */
        (void)uv_run(&run->loop, UV_RUN_DEFAULT);
    }
    toc_http_close(run->http);
    (void)uv_run(&run->loop, UV_RUN_NOWAIT);
    toc_lane_destroy(run->lane);
    toc_reload_destroy(run->reload);
    toc_http_destroy(run->http);
    toc_client_destroy(run->reader);
    toc_client_destroy(run->group);
    (void)uv_loop_close(&run->loop);
    toc_topics_finish(&run->topics);
    toc_arena_finish(&run->arena);
    toc_diag_destroy(run->diag);
    toc_log_destroy(run->log);
    toc_mem_free(run);
}

enum toc_status toc_run(const struct toc_config *config, const struct toc_ruleset *rules,
                        const struct toc_run_options *options)
{
    struct toc_run_options own = {.has_signals = true};
    struct toc_run *run = NULL;
    if (options != NULL) {
        own = *options;
        own.has_signals = true;
    }
    enum toc_status status = toc_run_create(config, rules, &own, &run);
    if (status == TOC_OK) {
        status = toc_run_serve(run);
        toc_run_destroy(run);
    }
    return status;
}

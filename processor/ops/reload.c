#include "ops/reload.h"

#include "base/assert.h"
#include "base/mem.h"
#include "event/decode_mapping.h"
#include "ops/topics.h"

enum {
    AGAIN_MS = 20,     /* Not live, or the outbox is full: try so much later. */
    TOPIC_MS = 5000,   /* How long to ask the broker for a topic. */
    NAMED_MOST = 1000, /* Rules named one by one in the page. */
};

/* A rule set with what was made for it. */
struct generation {
    struct toc_ruleset *rules;
    struct toc_lane_input *inputs;
    struct toc_arena arena; /* Inputs and their mappings. */
};

/* One reading, done away from the loop. */
struct job {
    uv_work_t work;
    struct toc_reload *reload;
    bool is_dry_run, is_right;
    struct generation made;
    struct toc_text words; /* Findings, if any. */
};

struct toc_reload {
    struct toc_reload_options options;
    uv_timer_t again;
    struct job *job;           /* Under way, or waits for the lane; NULL: idle. */
    bool is_asked, is_dry_run; /* Asked again meanwhile. */
    bool is_closing;
    struct generation now; /* rules NULL: still those of the options. */
    uint64_t done, refused;
    unsigned status; /* HTTP, of `page`. */
    struct toc_text page;
    size_t counts[TOC_SWAP_REMOVED + 1];
    size_t named;
};

static void begin(struct toc_reload *reload, bool is_dry_run);

static void generation_finish(struct generation *made)
{
    toc_ruleset_destroy(made->rules);
    toc_arena_finish(&made->arena);
    *made = (struct generation){0};
}

/* ---- Reading, in the pool ---- */

/* The inputs in force with mappings for the new types. */
static bool make_inputs(struct job *job, struct toc_diag *diag)
{
    const struct toc_reload_options *options = &job->reload->options;
    const struct toc_config *config = options->config;

    job->made.inputs =
        toc_arena_array(&job->made.arena, config->input_count, sizeof *job->made.inputs);
    for (size_t i = 0; i < config->input_count; i++) {
        struct toc_mapping *mapping = NULL;
        if (config->inputs[i].mapping != NULL &&
            !toc_mapping_parse(config->inputs[i].mapping, toc_ruleset_catalogue(job->made.rules),
                               &job->made.arena, diag, &mapping)) {
            return false; /* toc_config_check has said why. */
        }
        job->made.inputs[i] = options->inputs[i];
        job->made.inputs[i].mapping = mapping;
    }
    return true;
}

static bool has_topic(rd_kafka_t *client, const char *name)
{
    const struct rd_kafka_metadata *found = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    bool is_there =
        topic != NULL &&
        rd_kafka_metadata(client, 0, topic, &found, TOPIC_MS) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        found->topic_cnt == 1 && found->topics[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (found != NULL) {
        rd_kafka_metadata_destroy(found);
    }
    if (topic != NULL) {
        rd_kafka_topic_destroy(topic);
    }
    return is_there;
}

/* An alert must have somewhere to go before its rule is in force. */
static bool has_topics(struct job *job)
{
    const struct toc_reload *reload = job->reload;
    struct toc_topics before, after;
    bool are_there = true;

    toc_topics_init(&before, reload->options.config, toc_reload_rules(reload));
    toc_topics_init(&after, reload->options.config, job->made.rules);
    for (size_t i = 0; i < after.count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < before.count && !is_known; k++) {
            is_known = toc_str_equal(before.list[k].name, after.list[i].name);
        }
        if (!is_known && !has_topic(reload->options.reader, after.list[i].name.data)) {
            are_there = false;
            toc_text_addf(&job->words, "topic %s does not exist; create it: tocsin topics\n",
                          after.list[i].name.data);
        }
    }
    toc_topics_finish(&before);
    toc_topics_finish(&after);
    return are_there;
}

static void on_work(uv_work_t *work)
{
    struct job *job = work->data;
    const struct toc_config *config = job->reload->options.config;
    struct toc_diag *diag = toc_diag_create();
    struct toc_config *again = NULL; /* Its marks are what findings point into. */
    struct toc_rule_paths paths = toc_config_rule_paths(config);

    bool is_right = toc_config_load(config->path.data, diag, &again) &&
                    toc_ruleset_load(&paths, diag, &job->made.rules) &&
                    toc_config_check(again, job->made.rules, diag);
    if (toc_diag_count(diag) > 0) {
        toc_diag_print(diag, false, &job->words);
    }
    job->is_right = is_right && make_inputs(job, diag) && has_topics(job);
    toc_config_destroy(again);
    toc_diag_destroy(diag);
}

/* ---- Swapping, on the loop ---- */

static void on_rule(const struct toc_swap_rule *rule, void *context)
{
    struct toc_reload *reload = context;

    reload->counts[rule->verdict]++;
    if (rule->verdict == TOC_SWAP_KEPT) {
        return;
    }
    if (++reload->named > NAMED_MOST) {
        return;
    }
    toc_text_addf(&reload->page, "%.*s: %s", (int)rule->name.size, rule->name.data,
                  toc_swap_verdict_text(rule->verdict));
    if (rule->exact_ms != TOC_INSTANT_NONE) {
        char exact[TOC_INSTANT_TEXT];
        toc_instant_format(rule->exact_ms, exact);
        toc_text_addf(&reload->page, ", exact from %s", exact);
    }
    toc_text_add_char(&reload->page, '\n');
}

static void add_counts(struct toc_reload *reload, const char *what)
{
    toc_text_addf(&reload->page, "%s:", what);
    for (int v = 0; v <= TOC_SWAP_REMOVED; v++) {
        toc_text_addf(&reload->page, "%s %zu %s", v > 0 ? "," : "", reload->counts[v],
                      toc_swap_verdict_text((enum toc_swap_verdict)v));
    }
    toc_text_add_char(&reload->page, '\n');
    if (reload->named > NAMED_MOST) {
        toc_text_addf(&reload->page, "and %zu more\n", reload->named - NAMED_MOST);
    }
}

/* What is in force, and what was read. False: both are the same. */
static bool add_bundles(struct toc_reload *reload)
{
    const char *before = toc_ruleset_bundle(toc_reload_rules(reload));
    const char *after = toc_ruleset_bundle(reload->job->made.rules);
    bool is_other = strcmp(before, after) != 0;

    if (is_other) {
        toc_text_addf(&reload->page, "bundle %s -> %s\n", before, after);
    } else {
        toc_text_addf(&reload->page, "the same bundle, nothing to do: %s\n", after);
    }
    return is_other;
}

static void finish_job(struct toc_reload *reload)
{
    generation_finish(&reload->job->made);
    toc_text_finish(&reload->job->words);
    toc_mem_free(reload->job);
    reload->job = NULL;
    if (reload->is_asked && !reload->is_closing) {
        reload->is_asked = false;
        begin(reload, reload->is_dry_run);
    }
}

static void refuse(struct toc_reload *reload)
{
    struct toc_str words = toc_text_str(&reload->job->words), line;

    reload->refused++;
    reload->status = 422;
    toc_text_clear(&reload->page);
    toc_text_addf(&reload->page, "refused, the rules before stay in force\n");
    toc_text_add(&reload->page, words);
    TOC_LOG(reload->options.log, ERROR, "reload.refused",
            toc_log_number("bytes", (int64_t)words.size));
    for (; words.size > 0; words.data += line.size + 1, words.size -= line.size + 1) {
        const char *end = memchr(words.data, '\n', words.size);
        line = (struct toc_str){words.data, end != NULL ? (size_t)(end - words.data) : words.size};
        TOC_LOG(reload->options.log, ERROR, "reload.finding", toc_log_text("text", line));
        if (line.size == words.size) {
            break;
        }
    }
    finish_job(reload);
}

/* The rules in force are the rules that were read. */
static void keep_all(struct toc_reload *reload)
{
    const struct toc_ruleset *rules = toc_reload_rules(reload);

    reload->done++;
    reload->status = 200;
    reload->counts[TOC_SWAP_KEPT] = toc_ruleset_count(rules);
    add_counts(reload, "reloaded");
    TOC_LOG(reload->options.log, INFO, "reload.same",
            toc_log_words("bundle", toc_ruleset_bundle(rules)));
    finish_job(reload);
}

static void on_again(uv_timer_t *timer);

static void apply(struct toc_reload *reload)
{
    struct job *job = reload->job;
    const struct toc_engine *engine = toc_lane_engine(reload->options.lane);

    memset(reload->counts, 0, sizeof reload->counts);
    reload->named = 0;
    toc_text_clear(&reload->page);
    toc_text_add(&reload->page, toc_text_str(&job->words)); /* Warnings. */
    if (!add_bundles(reload) && !job->is_dry_run) {
        keep_all(reload);
        return;
    }
    uint64_t begun_ns = uv_hrtime();
    if (engine != NULL && job->is_dry_run) {
        toc_engine_compare(engine, job->made.rules, on_rule, reload);
        add_counts(reload, "dry run, nothing has changed");
        reload->status = 200;
        finish_job(reload);
        return;
    }
    if (engine == NULL ||
        !toc_lane_swap(reload->options.lane, job->made.rules, job->made.inputs, on_rule, reload)) {
        (void)uv_timer_start(&reload->again, on_again, AGAIN_MS, 0);
        return;
    }
    int64_t stall_us = (int64_t)((uv_hrtime() - begun_ns) / 1000);
    struct generation before = reload->now;
    reload->now = job->made;
    job->made = before; /* Freed with the job. */
    reload->done++;
    reload->status = 200;
    add_counts(reload, "reloaded");
    toc_text_addf(&reload->page, "the loop stood still for %lld us\n", (long long)stall_us);
    TOC_LOG(reload->options.log, INFO, "reload.done",
            toc_log_number("rules", (int64_t)toc_ruleset_count(reload->now.rules)),
            toc_log_number("kept", (int64_t)reload->counts[TOC_SWAP_KEPT]),
            toc_log_number("windows", (int64_t)reload->counts[TOC_SWAP_WINDOWS]),
            toc_log_number("reset", (int64_t)reload->counts[TOC_SWAP_RESET]),
            toc_log_number("added", (int64_t)reload->counts[TOC_SWAP_ADDED]),
            toc_log_number("removed", (int64_t)reload->counts[TOC_SWAP_REMOVED]),
            toc_log_words("bundle", toc_ruleset_bundle(reload->now.rules)),
            toc_log_number("stall_us", stall_us));
    finish_job(reload);
}

static void on_again(uv_timer_t *timer)
{
    apply(timer->data);
}

static void on_read(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct toc_reload *reload = job->reload;

    (void)status;
    if (reload->is_closing) {
        finish_job(reload);
    } else if (!job->is_right) {
        refuse(reload);
    } else {
        apply(reload);
    }
}

static void begin(struct toc_reload *reload, bool is_dry_run)
{
    struct job *job = toc_mem_get(sizeof *job);

    job->reload = reload;
    job->is_dry_run = is_dry_run;
    job->work.data = job;
    reload->job = job;
    reload->status = 202;
    toc_text_clear(&reload->page);
    toc_text_addf(&reload->page, "reading\n");
    toc_assert(uv_queue_work(reload->options.loop, &job->work, on_work, on_read) == 0);
}

/* ---- Life ---- */

struct toc_reload *toc_reload_create(const struct toc_reload_options *options)
{
    struct toc_reload *reload = toc_mem_get(sizeof *reload);

    reload->options = *options;
    reload->again.data = reload;
    reload->status = 200;
    toc_text_addf(&reload->page, "never reloaded; POST here, ?dry_run=1 to ask what it would do\n");
    toc_assert(uv_timer_init(options->loop, &reload->again) == 0);
    return reload;
}

void toc_reload_ask(struct toc_reload *reload, bool is_dry_run)
{
    if (reload->is_closing) {
        return;
    }
    if (reload->job != NULL) { /* What is wanted last counts; a real one beats a dry run. */
        reload->is_dry_run = is_dry_run && (!reload->is_asked || reload->is_dry_run);
        reload->is_asked = true;
        return;
    }
    begin(reload, is_dry_run);
}

unsigned toc_reload_print(const struct toc_reload *reload, struct toc_text *out)
{
    toc_text_add(out, toc_text_str(&reload->page));
    return reload->status;
}

const struct toc_ruleset *toc_reload_rules(const struct toc_reload *reload)
{
    return reload->now.rules != NULL ? reload->now.rules : reload->options.rules;
}

void toc_reload_close(struct toc_reload *reload)
{
    if (reload == NULL || reload->is_closing) {
        return;
    }
    reload->is_closing = true;
    bool is_waiting = uv_is_active((uv_handle_t *)&reload->again);
    uv_close((uv_handle_t *)&reload->again, NULL);
    if (is_waiting) {
        finish_job(reload);
    }
}

void toc_reload_destroy(struct toc_reload *reload)
{
    if (reload != NULL) {
        toc_assert(reload->job == NULL);
        generation_finish(&reload->now);
        toc_text_finish(&reload->page);
        toc_mem_free(reload);
    }
}

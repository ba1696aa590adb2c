#include "lane/plan.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void toc_plan_note(int64_t clock_ms, bool is_idle, char out[TOC_SPOT_NOTE])
{
    (void)snprintf(out, TOC_SPOT_NOTE, "tocsin 1 clock=%" PRId64 " idle=%d", clock_ms, is_idle);
}

bool toc_plan_note_parse(const char *note, int64_t *out_clock_ms, bool *out_is_idle)
{
    int64_t clock_ms = 0;
    int is_idle = 0;
    int size = 0;
    if (sscanf(note, "tocsin 1 clock=%" SCNd64 " idle=%d%n", &clock_ms, &is_idle, &size) != 2 ||
        note[size] != '\0' || clock_ms < TOC_INSTANT_MIN || clock_ms > TOC_INSTANT_MAX ||
        (is_idle != 0 && is_idle != 1)) {
        return false;
    }
    *out_clock_ms = clock_ms;
    *out_is_idle = is_idle == 1;
    return true;
}

/* ---- Partitions ---- */

static enum toc_status find_parts(const struct toc_plan_options *options, struct toc_plan *plan,
                                  struct toc_text *words)
{
    for (size_t i = 0; i < options->input_count; i++) {
        uint32_t index = 0;
        for (size_t j = 0; j < options->inputs[i].topic_count; j++) {
            const char *topic = options->inputs[i].topics[j];
            int32_t count = 0;
            enum toc_status status =
                toc_broker_partitions(options->reader, topic, options->timeout_ms, &count, words);
            if (status != TOC_OK) {
                return status;
            }
            size_t all = plan->part_count + (size_t)count;
            plan->parts = toc_mem_resize(plan->parts, all, sizeof *plan->parts);
            for (int32_t p = 0; p < count; p++) {
                plan->parts[plan->part_count++] = (struct toc_plan_part){
                    .input = i, .index = index++, .topic = topic, .partition = p};
            }
        }
    }
    return TOC_OK;
}

static enum toc_status check_outputs(const struct toc_plan_options *options, struct toc_text *words)
{
    for (size_t i = 0; i < options->output_count; i++) {
        int32_t count = 0;
        enum toc_status status = toc_broker_partitions(options->producer, options->outputs[i],
                                                       options->timeout_ms, &count, words);
        if (status != TOC_OK) {
            return status;
        }
    }
    return TOC_OK;
}

/* ---- Positions ---- */

static bool is_known_topic(const struct toc_plan *plan, const struct toc_spot committed[],
                           const char *topic)
{
    for (size_t i = 0; i < plan->part_count; i++) {
        if (strcmp(plan->parts[i].topic, topic) == 0 && committed[i].offset >= 0) {
            return true;
        }
    }
    return false;
}

static struct toc_spot *spots_of(const struct toc_plan *plan)
{
    struct toc_spot *spots = toc_mem_array(plan->part_count, sizeof *spots);
    for (size_t i = 0; i < plan->part_count; i++) {
        spots[i] = (struct toc_spot){
            .topic = plan->parts[i].topic, .partition = plan->parts[i].partition, .offset = -1};
    }
    return spots;
}

static void place(const struct toc_plan_options *options, struct toc_plan *plan,
                  const struct toc_spot committed[], const struct toc_spot begins[],
                  const struct toc_spot ends[])
{
    plan->is_first = true;
    plan->clock_ms = TOC_INSTANT_NONE;
    for (size_t i = 0; i < plan->part_count; i++) {
        struct toc_plan_part *part = &plan->parts[i];
        int64_t clock_ms = 0;
        if (committed[i].offset < 0) {
            part->position =
                is_known_topic(plan, committed, part->topic) ? begins[i].offset : ends[i].offset;
            continue;
        }
        plan->is_first = false;
        part->position = committed[i].offset;
        if (toc_plan_note_parse(committed[i].note, &clock_ms, &part->was_idle) &&
            clock_ms > plan->clock_ms) {
            plan->clock_ms = clock_ms;
        }
    }
    if (plan->clock_ms == TOC_INSTANT_NONE) {
        plan->clock_ms = options->now_ms;
    }
}

/* The first record of each partition that its input still has to know. */
static enum toc_status find_starts(const struct toc_plan_options *options,
                                   const struct toc_plan *plan, struct toc_spot starts[],
                                   struct toc_text *words)
{
    enum toc_status status = TOC_OK;

    for (size_t first = 0, end; first < plan->part_count && status == TOC_OK; first = end) {
        int64_t own_ms = options->inputs[plan->parts[first].input].memory_ms;
        int64_t memory_ms = own_ms > options->memory_ms ? own_ms : options->memory_ms;
        for (end = first + 1; end < plan->part_count; end++) {
            int64_t next_ms = options->inputs[plan->parts[end].input].memory_ms;
            if ((next_ms > options->memory_ms ? next_ms : options->memory_ms) != memory_ms) {
                break;
            }
        }
        status = toc_broker_at(options->reader, starts + first, end - first,
                               plan->clock_ms - memory_ms, options->timeout_ms, words);
    }
    return status;
}

static enum toc_status find_positions(const struct toc_plan_options *options, struct toc_plan *plan,
                                      struct toc_text *words)
{
    struct toc_spot *committed = spots_of(plan);
    struct toc_spot *begins = spots_of(plan);
    struct toc_spot *ends = spots_of(plan);
    struct toc_spot *starts = spots_of(plan);
    size_t count = plan->part_count;
    int timeout_ms = options->timeout_ms;

    enum toc_status status =
        toc_broker_committed(options->reader, committed, count, timeout_ms, words);
    if (status == TOC_OK) {
        status = toc_broker_begins(options->reader, begins, count, timeout_ms, words);
    }
    if (status == TOC_OK) {
        status = toc_broker_ends(options->reader, ends, count, timeout_ms, words);
    }
    if (status == TOC_OK) {
        place(options, plan, committed, begins, ends);
        status = find_starts(options, plan, starts, words);
    }
    for (size_t i = 0; i < count && status == TOC_OK; i++) {
        struct toc_plan_part *part = &plan->parts[i];
        part->start = starts[i].offset < part->position ? starts[i].offset : part->position;
    }
    toc_mem_free(committed);
    toc_mem_free(begins);
    toc_mem_free(ends);
    toc_mem_free(starts);
    return status;
}

/* ---- Open alerts ---- */

/* Rows as they come; when they are many, only the last of each alert is kept. */
struct table {
    struct toc_plan_row *rows;
    size_t count, room;
};

static int by_id(const void *a, const void *b)
{
    const struct toc_plan_row *left = a;
    const struct toc_plan_row *right = b;
    return toc_str_compare(left->alert_id, right->alert_id);
}

static struct toc_str keep(struct toc_str text)
{
    return (struct toc_str){.data = text.data != NULL ? toc_mem_copy(text.data, text.size) : NULL,
                            .size = text.size};
}

static void release(struct toc_str *text)
{
    union {
        const char *in;
        void *out;
    } bytes = {.in = text->data};
    toc_mem_free(bytes.out);
    *text = (struct toc_str){.data = NULL};
}

static void release_row(struct toc_plan_row *row)
{
    release(&row->alert_id);
    release(&row->record);
    release(&row->topic);
}

/* Sort (rows of one alert stay in the order of the log, by their place) and keep the last ones. */
static void condense(struct table *table)
{
    size_t kept = 0;
    struct toc_plan_row *order = toc_mem_array(table->count, sizeof *order);
    struct toc_plan_row *spare = table->rows;
    /* A merge sort, bottom up: stable, which qsort is not. */
    for (size_t width = 1; width < table->count; width *= 2) {
        for (size_t low = 0; low < table->count; low += 2 * width) {
            size_t middle = low + width < table->count ? low + width : table->count;
            size_t high = low + 2 * width < table->count ? low + 2 * width : table->count;
            for (size_t a = low, b = middle, to = low; to < high; to++) {
                bool is_left = b >= high || (a < middle && by_id(&spare[a], &spare[b]) <= 0);
                order[to] = spare[is_left ? a++ : b++];
            }
        }
        struct toc_plan_row *swap = spare;
        spare = order;
        order = swap;
    }
    for (size_t i = 0; i < table->count; i++) {
        bool is_last = i + 1 == table->count || by_id(&spare[i], &spare[i + 1]) != 0;
        if (is_last && spare[i].record.data != NULL) {
            spare[kept++] = spare[i];
        } else {
            release_row(&spare[i]);
        }
    }
    toc_mem_free(order);
    table->rows = spare;
    table->room = table->count;
    table->count = kept;
}

static void on_row(struct toc_str key, struct toc_str value, struct toc_str topic, void *context)
{
    struct table *table = context;
    if (key.data == NULL) {
        return; /* None of ours. */
    }
    if (table->count == table->room) {
        if (table->count > 0) {
            condense(table);
        }
        size_t room = table->count < 2048 ? 4096 : table->count * 2;
        table->rows = toc_mem_resize(table->rows, room, sizeof *table->rows);
        table->room = room;
    }
    table->rows[table->count++] =
        (struct toc_plan_row){.alert_id = keep(key), .record = keep(value), .topic = keep(topic)};
}

/* An alert whose rule is no more is ended where it was told, if that topic is still there. */
static enum toc_status check_row_topics(const struct toc_plan_options *options,
                                        struct toc_plan *plan, struct toc_text *words)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        struct toc_str topic = plan->rows[i].topic;
        bool is_known = topic.size == 0;
        int32_t count = 0;
        for (size_t k = 0; k < options->output_count && !is_known; k++) {
            is_known = toc_str_equal(toc_str_of(options->outputs[k]), topic);
        }
        if (is_known) {
            continue;
        }
        enum toc_status status = toc_broker_partitions(options->producer, topic.data,
                                                       options->timeout_ms, &count, words);
        if (status == TOC_E_NOT_FOUND) {
            release(&plan->rows[i].topic);
        } else if (status != TOC_OK) {
            return status;
        }
    }
    return TOC_OK;
}

struct toc_str toc_plan_topic(const struct toc_plan *plan, struct toc_str alert_id)
{
    const struct toc_plan_row wanted = {.alert_id = alert_id};
    const struct toc_plan_row *row =
        plan->row_count > 0
            ? bsearch(&wanted, plan->rows, plan->row_count, sizeof *plan->rows, by_id)
            : NULL;
    return row != NULL ? row->topic : (struct toc_str){.data = NULL};
}

static enum toc_status read_open(const struct toc_plan_options *options, struct toc_plan *plan,
                                 struct toc_text *words)
{
    struct table table = {.count = 0};
    enum toc_status status = toc_broker_read(options->reader, options->open_topic, "tocsin-topic",
                                             options->timeout_ms, words, on_row, &table);
    if (table.count > 0) {
        condense(&table);
    }
    plan->rows = table.rows;
    plan->row_count = table.count;
    return status == TOC_OK ? check_row_topics(options, plan, words) : status;
}

enum toc_status toc_plan_check(const struct toc_plan_options *options, struct toc_text *out_words)
{
    struct toc_plan parts = {.part_count = 0};
    enum toc_status status = find_parts(options, &parts, out_words);
    toc_plan_finish(&parts);
    return status == TOC_OK ? check_outputs(options, out_words) : status;
}

enum toc_status toc_plan_make(const struct toc_plan_options *options, struct toc_plan *plan,
                              struct toc_text *out_words)
{
    enum toc_status status = find_parts(options, plan, out_words);
    if (status == TOC_OK) {
        status = check_outputs(options, out_words);
    }
    if (status == TOC_OK) {
        status = find_positions(options, plan, out_words);
    }
    if (status == TOC_OK) {
        status = read_open(options, plan, out_words);
    }
    return status;
}

void toc_plan_finish(struct toc_plan *plan)
{
    for (size_t i = 0; i < plan->row_count; i++) {
        release_row(&plan->rows[i]);
    }
    toc_mem_free(plan->rows);
    toc_mem_free(plan->parts);
    *plan = (struct toc_plan){.parts = NULL};
}

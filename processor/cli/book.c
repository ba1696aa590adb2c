#include "cli/book.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/instant.h"
#include "base/mem.h"
#include "cli/show.h"

enum { INDEX_FIRST = 1024, DAY = 10 /* "2026-03-01" */ };

void toc_book_finish(struct toc_book *book)
{
    toc_arena_finish(&book->arena);
    toc_mem_free(book->alerts);
    toc_mem_free(book->index);
    *book = (struct toc_book){0};
}

static size_t *find_slot(struct toc_book *book, const char *id)
{
    size_t at = toc_hash64(id, strlen(id), 0) & (book->index_room - 1);
    while (book->index[at] != 0 && strcmp(book->alerts[book->index[at] - 1].id, id) != 0) {
        at = (at + 1) & (book->index_room - 1);
    }
    return &book->index[at];
}

static void grow_index(struct toc_book *book)
{
    if (2 * book->count < book->index_room) {
        return;
    }
    toc_mem_free(book->index);
    book->index_room = book->index_room == 0 ? INDEX_FIRST : 2 * book->index_room;
    book->index = toc_mem_array(book->index_room, sizeof *book->index);
    for (size_t i = 0; i < book->count; i++) {
        *find_slot(book, book->alerts[i].id) = i + 1;
    }
}

static struct toc_book_alert *find(struct toc_book *book, struct toc_str id)
{
    char name[TOC_ALERT_ID] = {0};
    memcpy(name, id.data, id.size < sizeof name ? id.size : sizeof name - 1);
    grow_index(book);
    size_t *slot = find_slot(book, name);
    if (*slot == 0) {
        if (book->count == book->room) {
            book->room = book->room == 0 ? INDEX_FIRST : 2 * book->room;
            book->alerts = toc_mem_resize(book->alerts, book->room, sizeof *book->alerts);
        }
        book->alerts[book->count] = (struct toc_book_alert){0};
        memcpy(book->alerts[book->count].id, name, sizeof name);
        *slot = ++book->count;
    }
    return &book->alerts[*slot - 1];
}

static struct toc_str keep(struct toc_book *book, struct toc_str before, const json_t *text)
{
    struct toc_str now = toc_str_of(json_is_string(text) ? json_string_value(text) : "");
    return toc_str_equal(before, now) ? before : toc_arena_str(&book->arena, now);
}

/* Mode, if it is not the usual one, and values, each with @between behind it. */
static struct toc_str keep_key(struct toc_book *book, const json_t *record, const char *before,
                               char between)
{
    struct toc_text text = {0};
    const char *mode = json_string_value(json_object_get(record, "mode")), *name;
    json_t *key = json_object_get(record, "key"), *value;
    if (mode != NULL && strcmp(mode, "actual") != 0) {
        toc_text_addf(&text, "%s%s%c", before, mode, between);
    }
    json_object_foreach(key, name, value)
    {
        char *bare = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        toc_text_addf(&text, "%s=%s%c", name,
                      json_is_string(value) ? json_string_value(value) : bare, between);
        free(bare);
    }
    struct toc_str kept =
        toc_arena_str(&book->arena, (struct toc_str){text.data, text.size > 0 ? text.size - 1 : 0});
    toc_text_finish(&text);
    return kept;
}

static int64_t instant_of(const json_t *record, const char *member, int64_t otherwise_ms)
{
    int64_t at_ms;
    const char *text = json_string_value(json_object_get(record, member));
    return text != NULL && toc_instant_parse(toc_str_of(text), &at_ms) ? at_ms : otherwise_ms;
}

void toc_book_add(struct toc_book *book, const struct toc_told *told)
{
    struct toc_book_alert *alert = find(book, told->alert_id);
    json_t *record = json_loadb(told->data.data, told->data.size, 0, NULL);
    if (alert->rule.size == 0) {
        alert->rule = toc_arena_str(&book->arena, told->rule->name);
        alert->key = keep_key(book, record, "", ' ');
        alert->asked = keep_key(book, record, "mode=", ',');
        alert->begin_ms = TOC_INSTANT_MIN;
    }
    alert->is_cancelled = told->state == TOC_ALERT_CANCELLED;
    alert->begin_ms = instant_of(record, "begin", alert->begin_ms);
    alert->end_ms = told->is_open ? TOC_INSTANT_NEVER : instant_of(record, "end", alert->begin_ms);
    alert->brief = keep(book, alert->brief, json_object_get(record, "brief"));
    alert->level = keep(book, alert->level, json_object_get(record, "level"));
    json_decref(record);
}

static void day_of(const struct toc_book_alert *alert, char out[TOC_INSTANT_TEXT])
{
    toc_instant_format(alert->begin_ms, out);
    out[DAY] = '\0';
}

static int by_rule_and_day(const void *a, const void *b)
{
    const struct toc_book_alert *left = a, *right = b;
    char days[2][TOC_INSTANT_TEXT];
    int order = toc_str_compare(left->rule, right->rule);
    if (order == 0) {
        day_of(left, days[0]);
        day_of(right, days[1]);
        order = strcmp(days[0], days[1]);
    }
    return order != 0 ? order : toc_str_compare(left->level, right->level);
}

/* Cancelled ones to the end; says how many are before them. Ids are not looked up any more. */
static size_t keep_true(struct toc_book *book)
{
    size_t kept = 0;
    for (size_t i = 0; i < book->count; i++) {
        if (!book->alerts[i].is_cancelled) {
            struct toc_book_alert swapped = book->alerts[kept];
            book->alerts[kept++] = book->alerts[i];
            book->alerts[i] = swapped;
        }
    }
    return kept;
}

void toc_book_print_days(struct toc_book *book, FILE *stream)
{
    size_t count = keep_true(book);
    int width = 4;
    for (size_t i = 0; i < count; i++) {
        width = (int)book->alerts[i].rule.size > width ? (int)book->alerts[i].rule.size : width;
    }
    if (count > 1) {
        qsort(book->alerts, count, sizeof *book->alerts, by_rule_and_day);
    }
    fprintf(stream, "%-*s  %-10s  %-13s %8s\n", width, "rule", "day", "level", "alerts");
    for (size_t i = 0, next; i < count; i = next) {
        const struct toc_book_alert *alert = &book->alerts[i];
        char day[TOC_INSTANT_TEXT];
        for (next = i + 1; next < count && by_rule_and_day(alert, &book->alerts[next]) == 0;) {
            next++;
        }
        day_of(alert, day);
        fprintf(stream, "%-*.*s  %s  %-13.*s %8zu\n", width, (int)alert->rule.size,
                alert->rule.data, day, (int)alert->level.size, alert->level.data, next - i);
    }
}

static int by_key(const struct toc_book_alert *left, const struct toc_book_alert *right)
{
    int order = toc_str_compare(left->rule, right->rule);
    return order != 0 ? order : toc_str_compare(left->key, right->key);
}

static int by_key_and_begin(const void *a, const void *b)
{
    const struct toc_book_alert *left = a, *right = b;
    int order = by_key(left, right);
    return order != 0 ? order
                      : (left->begin_ms > right->begin_ms) - (left->begin_ms < right->begin_ms);
}

struct single { /* An alert that only one of the books has. */
    const struct toc_book_alert *alert;
    bool is_lost;
};

static int by_begin(const void *a, const void *b)
{
    const struct toc_book_alert *left = ((const struct single *)a)->alert;
    const struct toc_book_alert *right = ((const struct single *)b)->alert;
    int order = (left->begin_ms > right->begin_ms) - (left->begin_ms < right->begin_ms);
    return order != 0 ? order : by_key(left, right);
}

/* Mark what the two have in common: both sorted by key and begin. Alerts of one key may lie over
 * each other (clusters, onsets), so each looks at all of its key that begin before it ends. */
static void match(struct toc_book *one, size_t one_count, struct toc_book *other,
                  size_t other_count)
{
    size_t from = 0;
    for (size_t i = 0; i < one_count; i++) {
        struct toc_book_alert *alert = &one->alerts[i];
        while (from < other_count && (by_key(&other->alerts[from], alert) < 0 ||
                                      (by_key(&other->alerts[from], alert) == 0 &&
                                       other->alerts[from].end_ms < alert->begin_ms))) {
            from++;
        }
        for (size_t k = from; k < other_count && by_key(&other->alerts[k], alert) == 0 &&
                              other->alerts[k].begin_ms <= alert->end_ms;
             k++) {
            if (alert->begin_ms <= other->alerts[k].end_ms) {
                alert->is_matched = other->alerts[k].is_matched = true;
            }
        }
    }
}

static size_t list_single(struct toc_book *book, size_t count, bool is_lost, struct single *out)
{
    size_t listed = 0;
    for (size_t i = 0; i < count; i++) {
        if (!book->alerts[i].is_matched) {
            out[listed++] = (struct single){&book->alerts[i], is_lost};
        }
    }
    return listed;
}

static void print_single(const struct single *single, struct toc_text *line, FILE *stream)
{
    const struct toc_book_alert *alert = single->alert;
    char begin[TOC_INSTANT_TEXT];
    toc_instant_format(alert->begin_ms, begin);
    toc_text_clear(line);
    toc_text_addf(line, "%c %s  %-13s %s  ", single->is_lost ? '-' : '+', begin, alert->level.data,
                  alert->rule.data);
    toc_show_plain(alert->key.data, line);
    toc_text_add(line, alert->key.size > 0 ? TOC_STR("  ") : TOC_STR(""));
    toc_show_plain(alert->brief.data, line);
    fprintf(stream, "%s\n", line->data);
}

struct toc_book_difference toc_book_diff(struct toc_book *before, struct toc_book *after,
                                         FILE *stream)
{
    size_t before_count = keep_true(before), after_count = keep_true(after);
    if (before_count > 1) {
        qsort(before->alerts, before_count, sizeof *before->alerts, by_key_and_begin);
    }
    if (after_count > 1) {
        qsort(after->alerts, after_count, sizeof *after->alerts, by_key_and_begin);
    }
    match(after, after_count, before, before_count);
    struct single *singles = toc_mem_array(before_count + after_count, sizeof *singles);
    size_t lost = list_single(before, before_count, true, singles);
    size_t gained = list_single(after, after_count, false, singles + lost);
    if (lost + gained > 1) {
        qsort(singles, lost + gained, sizeof *singles, by_begin);
    }
    struct toc_text line = {0};
    for (size_t i = 0; i < lost + gained; i++) {
        print_single(&singles[i], &line, stream);
    }
    toc_text_finish(&line);
    toc_mem_free(singles);
    return (struct toc_book_difference){
        .gained = gained, .lost = lost, .kept = after_count - gained};
}

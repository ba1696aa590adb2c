#include "state/kept.h"

#include "base/assert.h"
#include "base/mem.h"

enum { BLOCK_BYTES = 1 << 18 };

struct block { /* Start of a block: chains them for the end. */
    struct block *next;
    size_t pad; /* Keeps what follows aligned to 16. */
};

static void *pool_get(struct toc_kept_pool *pool, size_t size, uint32_t *out_size)
{
    size_t class = (size + TOC_KEPT_CLASS - 1) / TOC_KEPT_CLASS;

    *out_size = (uint32_t)(class * TOC_KEPT_CLASS);
    if (class > TOC_KEPT_CLASSES) { /* Long texts: rare, and bounded by the record's size. */
        return toc_mem_get(*out_size);
    }
    void *item = pool->free[class - 1];
    if (item != NULL) {
        memcpy(&pool->free[class - 1], item, sizeof(void *));
        return item;
    }
    if (pool->used_bytes + *out_size > pool->room_bytes) {
        struct block *block = toc_mem_get(BLOCK_BYTES);
        block->next = pool->blocks;
        pool->blocks = block;
        pool->used_bytes = sizeof *block;
        pool->room_bytes = BLOCK_BYTES;
    }
    item = (char *)pool->blocks + pool->used_bytes;
    pool->used_bytes += *out_size;
    return item;
}

void toc_kept_pool_finish(struct toc_kept_pool *pool)
{
    toc_assert(pool->kept == 0);
    toc_incident_pool_finish(&pool->incidents);
    for (struct block *block = pool->blocks; block != NULL;) {
        struct block *next = block->next;
        toc_mem_free(block);
        block = next;
    }
    *pool = (struct toc_kept_pool){0};
}

static size_t text_bytes(const struct toc_value *value)
{
    size_t bytes = 0;

    if (value->kind == TOC_VALUE_TEXT) {
        bytes = value->text.size;
    } else if (value->kind == TOC_VALUE_LIST) {
        bytes = value->list.count * sizeof(struct toc_str) + sizeof(struct toc_str);
        for (size_t i = 0; i < value->list.count; i++) {
            bytes += value->list.items[i].size;
        }
    }
    return bytes;
}

static struct toc_str put(char **at, struct toc_str text)
{
    struct toc_str copy = {.data = *at, .size = text.size};

    if (text.size > 0) {
        memcpy(*at, text.data, text.size);
        *at += text.size;
    }
    return copy;
}

static void put_list(char **at, struct toc_value *value)
{
    size_t count = value->list.count;
    size_t gap = (sizeof(void *) - (uintptr_t)*at % sizeof(void *)) % sizeof(void *);
    struct toc_str *items = (struct toc_str *)(void *)(*at + gap);

    *at += gap + count * sizeof *items;
    for (size_t i = 0; i < count; i++) {
        items[i] = put(at, value->list.items[i]);
    }
    value->list.items = items;
}

struct toc_kept *toc_kept_create(struct toc_kept_pool *pool, const struct toc_event *event,
                                 struct toc_wish wish, struct toc_str topic,
                                 struct toc_str type_name)
{
    size_t size = sizeof(struct toc_kept) + wish.count * sizeof(struct toc_value) + event->id.size +
                  event->source.size + event->sort.size;
    for (size_t i = 0; i < wish.count; i++) {
        struct toc_value value = toc_event_value(event, wish.slots[i]);
        size += text_bytes(&value);
    }
    uint32_t room;
    struct toc_kept *kept = pool_get(pool, size, &room);

    *kept = (struct toc_kept){
        .refs = 1,
        .size_bytes = room,
        .at_ms = event->at_ms,
        .identity = event->identity,
        .type = event->type,
        .mode = event->mode,
        .is_time_corrected = event->is_time_corrected,
        .partition = event->origin.partition,
        .offset = event->origin.offset,
        .topic = topic,
        .type_name = type_name,
        .slots = wish.slots,
        .field_count = wish.count,
    };
    char *at = (char *)&kept->fields[wish.count];
    for (size_t i = 0; i < wish.count; i++) {
        kept->fields[i] = toc_event_value(event, wish.slots[i]);
        if (kept->fields[i].kind == TOC_VALUE_LIST) {
            put_list(&at, &kept->fields[i]); /* Lists first need alignment; texts none. */
        } else if (kept->fields[i].kind == TOC_VALUE_TEXT) {
            kept->fields[i].text = put(&at, kept->fields[i].text);
        }
    }
    kept->id = put(&at, event->id);
    kept->source = put(&at, event->source);
    kept->sort = event->sort.size > 0 ? put(&at, event->sort) : kept->id;
    toc_assert(at <= (char *)kept + room);
    pool->kept++;
    return kept;
}

void toc_kept_release(struct toc_kept_pool *pool, struct toc_kept *kept)
{
    toc_assert(kept->refs > 0);
    if (--kept->refs > 0) {
        return;
    }
    pool->kept--;
    toc_incident_release(kept->incident);
    size_t class = kept->size_bytes / TOC_KEPT_CLASS;
    if (class > TOC_KEPT_CLASSES) {
        toc_mem_free(kept);
        return;
    }
    memcpy(kept, &pool->free[class - 1], sizeof(void *));
    pool->free[class - 1] = kept;
}

const struct toc_value *toc_kept_field(const struct toc_kept *kept, int slot)
{
    for (size_t i = 0; i < kept->field_count; i++) {
        if (kept->slots[i] == slot && kept->fields[i].kind != TOC_VALUE_NONE) {
            return &kept->fields[i];
        }
    }
    return NULL;
}

static void rename_text(struct toc_str *text, struct toc_str from, struct toc_str to)
{
    union {
        const char *in;
        char *out;
    } bytes = {.in = text->data};

    if (toc_str_equal(*text, from)) {
        memcpy(bytes.out, to.data, to.size);
    }
}

void toc_kept_rename(struct toc_kept *kept, struct toc_str id)
{
    char old[64];
    struct toc_str from = {.data = old, .size = id.size};

    toc_assert(kept->id.size == id.size && id.size <= sizeof old);
    memcpy(old, kept->id.data, id.size);
    for (size_t i = 0; i < kept->field_count; i++) {
        if (kept->fields[i].kind == TOC_VALUE_TEXT) {
            rename_text(&kept->fields[i].text, from, id);
        }
    }
    rename_text(&kept->id, from, id);
}

int toc_kept_compare(const struct toc_kept *a, const struct toc_kept *b)
{
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    int order = toc_str_compare(a->source, b->source);
    return order != 0 ? order : toc_str_compare(a->sort, b->sort);
}

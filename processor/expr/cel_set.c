/* cel_set.c - is a text in a list, without case? Open addressing over folded texts. */
#include "base/hash.h"
#include "expr/cel_program.h"

struct toc_cel_set {
    struct toc_str name;
    const struct toc_str *items;
    const uint32_t *index; /* 1 + item, 0 = free. */
    size_t mask;
    uint64_t digest;
};

const struct toc_cel_set *toc_cel_set_create(struct toc_arena *arena, struct toc_cel_list list,
                                             struct toc_str name)
{
    struct toc_cel_set *set = toc_arena_get(arena, sizeof *set);
    struct toc_str *items = toc_arena_array(arena, list.count, sizeof *items);
    size_t size = 8;

    while (size < list.count * 2) {
        size *= 2;
    }
    uint32_t *index = toc_arena_array(arena, size, sizeof *index);
    uint64_t digest = list.count;
    for (size_t i = 0; i < list.count; i++) {
        struct toc_str text = toc_arena_str(arena, list.folded[i]);
        size_t at = (size_t)toc_hash64(text.data, text.size, 0) & (size - 1);

        items[i] = text;
        digest += toc_hash64(text.data, text.size, 1); /* A sum has no order. */
        while (index[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        index[at] = (uint32_t)i + 1;
    }
    *set = (struct toc_cel_set){.name = toc_arena_str(arena, name),
                                .items = items,
                                .index = index,
                                .mask = size - 1,
                                .digest = digest};
    return set;
}

struct toc_cel_value toc_cel_set_has(const struct toc_cel_set *set, struct toc_cel_scratch *scratch,
                                     struct toc_str text)
{
    size_t before = scratch->used, room;
    bool has = false;

    if (!toc_cel_pay_bytes(scratch, text.size)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    room = text.size * 3;
    char *folded = toc_cel_take(scratch, room);
    if (folded == NULL) {
        return toc_cel_fail(TOC_CEL_E_SPACE);
    }
    struct toc_str key = {.data = folded, .size = toc_text_fold_into(text, room, folded)};
    for (size_t at = (size_t)toc_hash64(key.data, key.size, 0) & set->mask; set->index[at] != 0;
         at = (at + 1) & set->mask) {
        if (toc_str_equal(set->items[set->index[at] - 1], key)) {
            has = true;
            break;
        }
    }
    scratch->used = before;
    return toc_cel_bool(has);
}

struct toc_str toc_cel_set_name(const struct toc_cel_set *set)
{
    return set->name;
}

uint64_t toc_cel_set_digest(const struct toc_cel_set *set)
{
    return set->digest;
}

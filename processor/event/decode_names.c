#include "event/decode_names.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/mem.h"

enum {
    NAMES_MOST = TOC_FIELDS_MOST + TOC_NAMES_LEARNT,
    HEAD = 16,  /* Bytes compared as two words: a size of four bytes, and twelve of the name. */
    SLOTS = 256 /* Of the hash table: at most half full. */
};

struct name { /* 64 bytes: a line of the cache, and an address by shifting. */
    uint64_t head[2], mask[2];
    const char *rest; /* What is behind the head. */
    uint32_t rest_size;
    uint32_t next; /* Which came next last time; 0: none did. */
    uint64_t unused[2];
};

struct toc_names {
    size_t given, count;
    struct name names[NAMES_MOST + 1]; /* From 1; names[0] is before the first. */
    uint8_t table[SLOTS];              /* By hash, linear probing; 0 is empty. */
    char learnt[TOC_NAMES_LEARNT][TOC_NAME_LEARNT_SIZE];
};

static void name_init(struct name *name, struct toc_str whole)
{
    char head[HEAD] = {0}, mask[HEAD] = {0};
    uint32_t size = (uint32_t)whole.size;
    size_t in_head = whole.size < HEAD - sizeof size ? whole.size : HEAD - sizeof size;

    memcpy(head, &size, sizeof size);
    if (in_head > 0) {
        memcpy(head + sizeof size, whole.data, in_head);
    }
    memset(mask, 0xFF, sizeof size + in_head);
    memcpy(name->head, head, HEAD);
    memcpy(name->mask, mask, HEAD);
    name->rest = whole.data + in_head;
    name->rest_size = (uint32_t)(whole.size - in_head);
}

/* Is @name the text whose size and bytes stand at @sized? */
static inline bool is_name(const struct name *name, const char *sized)
{
    uint64_t head[2];

    memcpy(head, sized, HEAD); /* The buffer is longer than its texts: decode_json.h. */
    return (((head[0] ^ name->head[0]) & name->mask[0]) |
            ((head[1] ^ name->head[1]) & name->mask[1])) == 0 &&
           (name->rest_size == 0 || memcmp(name->rest, sized + HEAD, name->rest_size) == 0);
}

static void add(struct toc_names *names, struct toc_str whole, size_t slot)
{
    names->count++;
    names->table[slot] = (uint8_t)names->count;
    name_init(&names->names[names->count], whole);
}

/* The number of the name at @sized, learnt if need be; 0 if it is not known and there is no room.
 */
static size_t look_up(struct toc_names *names, const char *sized)
{
    struct toc_str whole = {.data = sized + sizeof(uint32_t)};
    uint32_t size;

    memcpy(&size, sized, sizeof size);
    whole.size = size;
    size_t slot = toc_hash64(whole.data, whole.size, 0) % SLOTS;

    for (; names->table[slot] != 0; slot = (slot + 1) % SLOTS) {
        if (is_name(&names->names[names->table[slot]], sized)) {
            return names->table[slot];
        }
    }
    if (names->count - names->given == TOC_NAMES_LEARNT || whole.size > TOC_NAME_LEARNT_SIZE) {
        return 0;
    }
    char *copy = names->learnt[names->count - names->given];

    memcpy(copy, whole.data, whole.size);
    add(names, (struct toc_str){copy, whole.size}, slot);
    return names->count;
}

struct toc_names *toc_names_create(const struct toc_str given[], size_t count)
{
    struct toc_names *names = toc_mem_get(sizeof *names);

    toc_assert(count <= TOC_FIELDS_MOST);
    names->given = count;
    for (size_t i = 0; i < count; i++) {
        size_t slot = toc_hash64(given[i].data, given[i].size, 0) % SLOTS;
        while (names->table[slot] != 0) {
            slot = (slot + 1) % SLOTS;
        }
        add(names, given[i], slot);
        names->names[i].next = (uint32_t)(i + 1); /* A first guess: the order of the catalogue. */
    }
    return names;
}

void toc_names_destroy(struct toc_names *names)
{
    toc_mem_free(names);
}

/* Sort the @count texts at @odd by bytes, merging from the bottom up through the room behind them;
 * no heap, n log n whatever they are. Returns where the sorted ones are. */
static const uint32_t *sort(const struct toc_json *json, uint32_t *odd, size_t count)
{
    uint32_t *from = odd, *to = odd + TOC_WALK_ODD;

    for (size_t width = 1; width < count; width *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * width) {
            size_t left = begin, middle = begin + width < count ? begin + width : count;
            size_t right = middle, end = begin + 2 * width < count ? begin + 2 * width : count;

            for (size_t i = begin; i < end; i++) {
                if (left < middle &&
                    (right == end || toc_str_compare(toc_json_text(json, from[left]),
                                                     toc_json_text(json, from[right])) <= 0)) {
                    to[i] = from[left++];
                } else {
                    to[i] = from[right++];
                }
            }
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* Are the names not learnt of one object, walk->odd from @first on, all different? */
static bool is_odd_unique(struct toc_walk *walk, size_t first)
{
    size_t count = walk->odd_count - first;
    const uint32_t *sorted = sort(walk->json, walk->odd + first, count);

    for (size_t i = 1; i < count; i++) {
        struct toc_str name = toc_json_text(walk->json, sorted[i]);
        if (toc_str_equal(name, toc_json_text(walk->json, sorted[i - 1]))) {
            walk->reason = TOC_REFUSAL_DUPLICATE_NAME;
            walk->name = name;
            return false;
        }
    }
    return true;
}

static inline bool is_nested(const struct toc_json *json, uint32_t at)
{
    char tag = toc_json_tag(json, at);

    return tag == '{' || tag == '[';
}

/* Where a walk through an object stands. */
struct step {
    uint32_t at;     /* The name to come. */
    uint32_t before; /* The number of the name before it. */
};

/* Go on while the names are given ones and come as foreseen: nearly always to the end. Kept apart
 * from what is rare, so that a compiler has registers for it. */
static struct step walk_foreseen(const struct name *all, const struct toc_json *json,
                                 struct step step, uint32_t end, uint32_t given, uint32_t out_at[])
{
    const struct toc_json held = *json; /* No store can change it. */

    while (step.at < end) {
        uint32_t now = all[step.before].next;

        if (now - 1 >= given || !is_name(&all[now], toc_json_sized(&held, step.at)) ||
            out_at[now - 1] != 0) {
            break;
        }
        out_at[now - 1] = step.at + 1;
        step.before = now;
        step.at = toc_json_after(&held, step.at + 1);
    }
    return step;
}

/* Take any one member: look its name up, note it, walk its value if it was not given. */
static bool walk_any(struct toc_names *names, struct toc_walk *walk, struct step *step,
                     unsigned depth, uint64_t *seen, uint32_t out_at[])
{
    const struct toc_json *json = walk->json;
    const char *sized = toc_json_sized(json, step->at);
    uint32_t at = step->at + 1, now = names->names[step->before].next;
    uint64_t bit = 0;
    bool is_repeated;

    if (now == 0 || !is_name(&names->names[now], sized)) {
        now = (uint32_t)look_up(names, sized);
        names->names[step->before].next = now;
    }
    if (now == 0) {
        walk->odd[walk->odd_count++] = at - 1;
        is_repeated = false; /* Not that we know of: is_odd_unique. */
    } else if (now - 1 < names->given) {
        is_repeated = out_at[now - 1] != 0;
        out_at[now - 1] = at;
    } else {
        bit = UINT64_C(1) << (now - 1 - names->given);
        is_repeated = (*seen & bit) != 0;
        *seen |= bit;
    }
    if (is_repeated) {
        walk->reason = TOC_REFUSAL_DUPLICATE_NAME;
        walk->name = toc_json_text(json, at - 1);
        return false;
    }
    step->before = now != 0 ? now : step->before;
    step->at = toc_json_after(json, at);
    return (now != 0 && bit == 0) || !is_nested(json, at) || toc_walk_value(walk, at, depth + 1);
}

bool toc_names_walk(struct toc_names *names, struct toc_walk *walk, uint32_t at, unsigned depth,
                    uint32_t out_at[])
{
    uint32_t end = toc_json_after(walk->json, at) - 1, given = (uint32_t)names->given;
    struct step step = {.at = at + 1, .before = 0};
    size_t first_odd = walk->odd_count;
    uint64_t seen = 0; /* Bit i: the i-th learnt name. */

    if (depth > TOC_RECORD_DEPTH) {
        walk->reason = TOC_REFUSAL_TOO_DEEP;
        return false;
    }
    if (given > 0) {
        memset(out_at, 0, given * sizeof *out_at);
    }
    for (;;) {
        step = walk_foreseen(names->names, walk->json, step, end, given, out_at);
        if (step.at >= end) {
            break;
        }
        if (!walk_any(names, walk, &step, depth, &seen, out_at)) {
            return false;
        }
    }
    if (walk->odd_count > first_odd + 1 && !is_odd_unique(walk, first_odd)) {
        return false;
    }
    walk->odd_count = first_odd;
    return true;
}

bool toc_walk_value(struct toc_walk *walk, uint32_t at, unsigned depth)
{
    if (toc_json_tag(walk->json, at) == '{') {
        return toc_names_walk(walk->other, walk, at, depth, NULL);
    }
    if (toc_json_tag(walk->json, at) != '[') {
        return true;
    }
    if (depth > TOC_RECORD_DEPTH) {
        walk->reason = TOC_REFUSAL_TOO_DEEP;
        return false;
    }
    uint32_t end = toc_json_after(walk->json, at) - 1;

    for (at++; at < end; at = toc_json_after(walk->json, at)) {
        if (is_nested(walk->json, at) && !toc_walk_value(walk, at, depth + 1)) {
            return false;
        }
    }
    return true;
}

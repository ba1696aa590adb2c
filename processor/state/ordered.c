#include "state/ordered.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/mem.h"

void toc_ordered_finish(struct toc_ordered *ordered)
{
    toc_mem_free(ordered->nodes);
    *ordered = (struct toc_ordered){0};
}

static uint32_t make(struct toc_ordered *ordered, int64_t value)
{
    uint32_t at = ordered->free;

    if (at != 0) {
        ordered->free = ordered->nodes[at].left;
    } else {
        if (ordered->used + 1 >= ordered->room) {
            ordered->room = ordered->room == 0 ? 8 : ordered->room * 2;
            toc_assert(ordered->room <= UINT32_MAX);
            ordered->nodes = toc_mem_resize(ordered->nodes, ordered->room, sizeof *ordered->nodes);
        }
        if (ordered->used == 0) {
            ordered->nodes[0] = (struct toc_ordered_node){0};
            ordered->used = 1;
        }
        at = (uint32_t)ordered->used++;
    }
    ordered->nodes[at] =
        (struct toc_ordered_node){.value = value, .level = 1, .count = 1, .size = 1};
    return at;
}

static void resize(struct toc_ordered_node *nodes, uint32_t at)
{
    nodes[at].size = nodes[nodes[at].left].size + nodes[nodes[at].right].size + nodes[at].count;
}

/* A left child of the same level becomes the parent. */
static uint32_t skew(struct toc_ordered_node *nodes, uint32_t at)
{
    uint32_t left = nodes[at].left;

    if (at == 0 || left == 0 || nodes[left].level != nodes[at].level) {
        return at;
    }
    nodes[at].left = nodes[left].right;
    nodes[left].right = at;
    resize(nodes, at);
    resize(nodes, left);
    return left;
}

/* Two right children of the same level in a row: the middle one rises. */
static uint32_t split(struct toc_ordered_node *nodes, uint32_t at)
{
    uint32_t right = nodes[at].right;

    if (at == 0 || right == 0 || nodes[nodes[right].right].level != nodes[at].level) {
        return at;
    }
    nodes[at].right = nodes[right].left;
    nodes[right].left = at;
    nodes[right].level++;
    resize(nodes, at);
    resize(nodes, right);
    return right;
}

static uint32_t insert(struct toc_ordered *ordered, uint32_t at, int64_t value)
{
    if (at == 0) {
        return make(ordered, value);
    }
    if (value < ordered->nodes[at].value) {
        uint32_t left = insert(ordered, ordered->nodes[at].left, value);
        ordered->nodes[at].left = left; /* The array may have moved meanwhile. */
    } else if (value > ordered->nodes[at].value) {
        uint32_t right = insert(ordered, ordered->nodes[at].right, value);
        ordered->nodes[at].right = right;
    } else {
        ordered->nodes[at].count++;
    }
    resize(ordered->nodes, at);
    return split(ordered->nodes, skew(ordered->nodes, at));
}

void toc_ordered_add(struct toc_ordered *ordered, int64_t value)
{
    ordered->root = insert(ordered, ordered->root, value);
}

/* After something below @at was taken out. */
static uint32_t rebalance(struct toc_ordered_node *nodes, uint32_t at)
{
    uint32_t left = nodes[nodes[at].left].level, right = nodes[nodes[at].right].level;
    uint32_t level = (left < right ? left : right) + 1;

    if (level < nodes[at].level) {
        nodes[at].level = level;
        if (level < right) {
            nodes[nodes[at].right].level = level;
        }
    }
    resize(nodes, at);
    at = skew(nodes, at);
    nodes[at].right = skew(nodes, nodes[at].right);
    if (nodes[at].right != 0) {
        uint32_t next = nodes[at].right;
        nodes[next].right = skew(nodes, nodes[next].right);
        resize(nodes, next);
    }
    resize(nodes, at);
    at = split(nodes, at);
    nodes[at].right = split(nodes, nodes[at].right);
    resize(nodes, at);
    return at;
}

static uint32_t take_out(struct toc_ordered *ordered, uint32_t at, int64_t value)
{
    struct toc_ordered_node *nodes = ordered->nodes;

    toc_assert(at != 0);
    if (value < nodes[at].value) {
        nodes[at].left = take_out(ordered, nodes[at].left, value);
    } else if (value > nodes[at].value) {
        nodes[at].right = take_out(ordered, nodes[at].right, value);
    } else if (nodes[at].count > 1) {
        nodes[at].count--;
    } else if (nodes[at].left == 0 && nodes[at].right == 0) {
        nodes[at].left = ordered->free;
        ordered->free = at;
        return 0;
    } else { /* Its neighbour in order takes its place. */
        bool is_next = nodes[at].left == 0;
        uint32_t from = is_next ? nodes[at].right : nodes[at].left;
        while ((is_next ? nodes[from].left : nodes[from].right) != 0) {
            from = is_next ? nodes[from].left : nodes[from].right;
        }
        nodes[at].value = nodes[from].value;
        nodes[at].count = nodes[from].count;
        nodes[from].count = 1;
        if (is_next) {
            nodes[at].right = take_out(ordered, nodes[at].right, nodes[at].value);
        } else {
            nodes[at].left = take_out(ordered, nodes[at].left, nodes[at].value);
        }
    }
    return rebalance(nodes, at);
}

void toc_ordered_remove(struct toc_ordered *ordered, int64_t value)
{
    ordered->root = take_out(ordered, ordered->root, value);
}

int64_t toc_ordered_at(const struct toc_ordered *ordered, uint32_t rank)
{
    const struct toc_ordered_node *nodes = ordered->nodes;
    uint32_t at = ordered->root;

    toc_assert(rank >= 1 && rank <= toc_ordered_size(ordered));
    for (;;) {
        uint32_t before = nodes[nodes[at].left].size;
        if (rank <= before) {
            at = nodes[at].left;
        } else if (rank <= before + nodes[at].count) {
            return nodes[at].value;
        } else {
            rank -= before + nodes[at].count;
            at = nodes[at].right;
        }
    }
}

void toc_ordered_copy(struct toc_ordered *to, const struct toc_ordered *from)
{
    struct toc_ordered_node *nodes = to->nodes;
    size_t room = to->room;

    if (room < from->used) {
        toc_mem_free(nodes);
        room = from->room;
        nodes = toc_mem_array(room, sizeof *nodes);
    }
    if (from->used > 0) {
        memcpy(nodes, from->nodes, from->used * sizeof *nodes);
    }
    *to = *from;
    to->nodes = nodes;
    to->room = room;
}

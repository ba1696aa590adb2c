#include "lane/ledger.h"

#include "base/assert.h"
#include "base/mem.h"

struct step {
    size_t part;
    int64_t next;
};

struct batch {
    int64_t clock_ms;
    uint64_t untold; /* Told and not yet stored. */
    bool is_open, has_told;
    struct step *steps; /* Kept from lap to lap. */
    size_t count, room;
};

struct toc_ledger {
    struct batch batches[TOC_LEDGER_MOST]; /* A ring: ticket modulo its size. */
    uint64_t first, end;                   /* Tickets: first not done, next to be given. */
    int64_t *positions;
    int64_t *seen; /* What the open batch has in its steps, by part: index + 1, or 0. */
    size_t part_count;
    int64_t clock_ms;
    uint64_t progress;
};

struct toc_ledger *toc_ledger_create(void)
{
    struct toc_ledger *ledger = toc_mem_get(sizeof *ledger);
    ledger->clock_ms = INT64_MIN;
    return ledger;
}

void toc_ledger_destroy(struct toc_ledger *ledger)
{
    if (ledger != NULL) {
        for (size_t i = 0; i < TOC_LEDGER_MOST; i++) {
            toc_mem_free(ledger->batches[i].steps);
        }
        toc_mem_free(ledger->positions);
        toc_mem_free(ledger->seen);
        toc_mem_free(ledger);
    }
}

void toc_ledger_place(struct toc_ledger *ledger, size_t part, int64_t next)
{
    if (part == ledger->part_count) {
        ledger->part_count++;
        ledger->positions =
            toc_mem_resize(ledger->positions, ledger->part_count, sizeof *ledger->positions);
        ledger->seen = toc_mem_resize(ledger->seen, ledger->part_count, sizeof *ledger->seen);
        ledger->seen[part] = 0;
    }
    toc_assert(part < ledger->part_count);
    ledger->positions[part] = next;
}

bool toc_ledger_has_room(const struct toc_ledger *ledger)
{
    return ledger->end - ledger->first < TOC_LEDGER_MOST;
}

static struct batch *batch_of(struct toc_ledger *ledger, uint64_t ticket)
{
    toc_assert(ticket >= ledger->first && ticket < ledger->end);
    return &ledger->batches[ticket % TOC_LEDGER_MOST];
}

static struct batch *open_batch(struct toc_ledger *ledger)
{
    struct batch *batch = batch_of(ledger, ledger->end - 1);
    toc_assert(batch->is_open);
    return batch;
}

uint64_t toc_ledger_open(struct toc_ledger *ledger, int64_t clock_ms)
{
    toc_assert(toc_ledger_has_room(ledger));
    uint64_t ticket = ledger->end++;
    struct batch *batch = batch_of(ledger, ticket);
    batch->clock_ms = clock_ms;
    batch->untold = 0;
    batch->is_open = true;
    batch->has_told = false;
    batch->count = 0;
    return ticket;
}

void toc_ledger_read(struct toc_ledger *ledger, size_t part, int64_t next)
{
    struct batch *batch = open_batch(ledger);
    toc_assert(part < ledger->part_count);
    if (ledger->seen[part] == 0) {
        if (batch->count == batch->room) {
            batch->room = batch->room == 0 ? 8 : batch->room * 2;
            batch->steps = toc_mem_resize(batch->steps, batch->room, sizeof *batch->steps);
        }
        batch->steps[batch->count++] = (struct step){.part = part};
        ledger->seen[part] = (int64_t)batch->count;
    }
    batch->steps[ledger->seen[part] - 1].next = next;
}

void toc_ledger_told(struct toc_ledger *ledger)
{
    struct batch *batch = open_batch(ledger);
    batch->untold++;
    batch->has_told = true;
}

/* Move on over what is done. */
static void settle(struct toc_ledger *ledger)
{
    while (ledger->first < ledger->end) {
        struct batch *batch = &ledger->batches[ledger->first % TOC_LEDGER_MOST];
        if (batch->is_open || batch->untold > 0) {
            return;
        }
        for (size_t i = 0; i < batch->count; i++) {
            ledger->positions[batch->steps[i].part] = batch->steps[i].next;
        }
        ledger->clock_ms = batch->clock_ms;
        ledger->progress += batch->count > 0 || batch->has_told;
        ledger->first++;
    }
}

void toc_ledger_close(struct toc_ledger *ledger)
{
    struct batch *batch = open_batch(ledger);
    for (size_t i = 0; i < batch->count; i++) {
        ledger->seen[batch->steps[i].part] = 0;
    }
    batch->is_open = false;
    if (batch->count == 0 && !batch->has_told && toc_ledger_in_flight(ledger) > 1) {
        ledger->end--; /* Time alone passed while others wait: no place for that in the ring. */
    }
    settle(ledger);
}

void toc_ledger_stored(struct toc_ledger *ledger, uint64_t ticket)
{
    struct batch *batch = batch_of(ledger, ticket);
    toc_assert(batch->untold > 0);
    batch->untold--;
    settle(ledger);
}

int64_t toc_ledger_position(const struct toc_ledger *ledger, size_t part)
{
    toc_assert(part < ledger->part_count);
    return ledger->positions[part];
}

int64_t toc_ledger_clock(const struct toc_ledger *ledger)
{
    return ledger->clock_ms;
}

uint64_t toc_ledger_progress(const struct toc_ledger *ledger)
{
    return ledger->progress;
}

size_t toc_ledger_in_flight(const struct toc_ledger *ledger)
{
    return (size_t)(ledger->end - ledger->first);
}

/* engine/deliver.c - what an event is to a rule, into the keys that it concerns, and out again. */
#include "base/mem.h"
#include "engine/core.h"

static void note_landing(struct toc_raised *raised, struct toc_landing landing)
{
    for (size_t i = 0; i < raised->landing_count; i++) {
        const struct toc_landing *other = &raised->landings[i];
        if (other->ruled == landing.ruled && other->order == landing.order) {
            return;
        }
    }
    if (raised->landing_count == raised->landing_room) {
        raised->landing_room = raised->landing_room * 2 + 2;
        raised->landings =
            toc_mem_resize(raised->landings, raised->landing_room, sizeof *raised->landings);
    }
    raised->landings[raised->landing_count++] = landing;
}

void toc_partial_finish(struct toc_engine *engine, struct toc_partial *partial)
{
    toc_kept_release(&engine->pool, partial->entry.kept);
    toc_mem_free(partial->texts);
}

/* An event with part of a key only: to every key that agrees, and for those still to come. */
static void spread(const struct toc_delivery *way, struct toc_ruled *ruled,
                   const struct toc_entry *entry, const struct toc_key *key, unsigned mask)
{
    struct toc_engine *engine = way->engine;
    struct toc_entry shared = *entry;

    if (way->raised != NULL) {
        note_landing(way->raised, (struct toc_landing){.ruled = ruled});
        shared.is_shared = true;
        entry = &shared;
    }
    for (struct toc_keyed *keyed = ruled->first, *next; keyed != NULL; keyed = next) {
        next = keyed->next;
        if (toc_key_agrees(&keyed->key, key, mask)) {
            toc_keyed_add(engine, keyed, entry);
        }
    }
    if (way->is_late) {
        return;
    }
    /* Forget those that no event can come before any more. */
    size_t left = 0;
    for (size_t i = 0; i < ruled->partial_count; i++) {
        struct toc_partial *old = &ruled->partials[i];
        if (toc_partial_last_ms(ruled->rule, old) < ruled->group->horizon_ms) {
            toc_partial_finish(engine, old);
        } else {
            ruled->partials[left++] = *old;
        }
    }
    ruled->partial_count = left;
    if (ruled->partial_count == ruled->partial_room) {
        ruled->partial_room = ruled->partial_room == 0 ? 16 : ruled->partial_room * 2;
        ruled->partials =
            toc_mem_resize(ruled->partials, ruled->partial_room, sizeof *ruled->partials);
    }
    struct toc_partial *partial = &ruled->partials[ruled->partial_count++];
    *partial = (struct toc_partial){.entry = *entry, .key = *key, .mask = mask};
    toc_kept_share(partial->entry.kept);
    size_t size = 0;
    for (size_t i = 0; i < key->count; i++) {
        size += (mask >> i & 1) != 0 ? key->values[i].folded.size : 0;
    }
    char *at = partial->texts = toc_mem_get(size);
    for (size_t i = 0; i < key->count; i++) {
        struct toc_str *folded = &partial->key.values[i].folded;
        if ((mask >> i & 1) == 0 || folded->size == 0) {
            *folded = (struct toc_str){0};
            continue;
        }
        memcpy(at, folded->data, folded->size);
        folded->data = at;
        at += folded->size;
    }
}

static void take_out_of_key(const struct toc_delivery *way, struct toc_keyed *keyed,
                            const struct toc_entry *entry)
{
    toc_keyed_touch(way->engine, keyed);
    if (toc_match_remove(&keyed->match, entry->kept, entry->alias)) {
        keyed->ruled->counts.matched--;
    }
}

/* What deliver() did with @entry, undone. */
static void take_out(const struct toc_delivery *way, struct toc_ruled *ruled,
                     const struct toc_entry *entry, const struct toc_key *key, unsigned mask)
{
    struct toc_engine *engine = way->engine;
    size_t left = 0;

    if ((mask & ruled->key_mask) == ruled->key_mask) {
        struct toc_keyed *keyed = toc_keyed_find(engine, ruled, key, false, TOC_INSTANT_NONE);
        if (keyed != NULL) {
            take_out_of_key(way, keyed, entry);
        }
        return;
    }
    mask &= ruled->key_mask;
    for (struct toc_keyed *keyed = ruled->first; keyed != NULL; keyed = keyed->next) {
        if (toc_key_agrees(&keyed->key, key, mask)) {
            take_out_of_key(way, keyed, entry);
        }
    }
    for (size_t i = 0; i < ruled->partial_count; i++) {
        struct toc_partial *partial = &ruled->partials[i];
        if (partial->entry.kept == entry->kept && partial->entry.alias == entry->alias &&
            toc_key_agrees(&partial->key, key, mask)) {
            toc_partial_finish(engine, partial);
        } else {
            ruled->partials[left++] = *partial;
        }
    }
    ruled->partial_count = left;
}

void toc_deliver(const struct toc_delivery *way, struct toc_ruled *ruled,
                 const struct toc_entry *entry, const struct toc_key *key, unsigned mask)
{
    unsigned roles = ruled->rule->aliases[entry->alias].roles;

    if (way->is_taken_out) {
        take_out(way, ruled, entry, key, mask);
        return;
    }
    if ((mask & ruled->key_mask) != ruled->key_mask) {
        spread(way, ruled, entry, key, mask & ruled->key_mask);
        return;
    }
    bool may_create = !way->is_late || (roles & (TOC_ROLE_COUNTED | TOC_ROLE_AFTER)) != 0;
    struct toc_keyed *keyed = toc_keyed_find(way->engine, ruled, key, may_create, TOC_INSTANT_NONE);
    if (keyed == NULL) {
        return;
    }
    if (way->raised != NULL) {
        note_landing(way->raised, (struct toc_landing){.ruled = ruled,
                                                       .hash = keyed->hash,
                                                       .order = keyed->telling.order});
    }
    toc_keyed_add(way->engine, keyed, entry);
}

#include "state/episode.h"

#include "base/assert.h"
#include "base/mem.h"

static void release(struct toc_episode *episode, struct toc_kept_pool *pool)
{
    for (size_t i = 0; i < episode->evidence_count; i++) {
        toc_kept_release(pool, episode->evidence[i].kept);
    }
    for (size_t i = 0; i < TOC_EPISODE_ALIASES; i++) {
        if (episode->newest[i].kept != NULL) {
            toc_kept_release(pool, episode->newest[i].kept);
        }
    }
    if (episode->located != NULL) {
        toc_kept_release(pool, episode->located);
        episode->located = NULL;
    }
    toc_mem_free(episode->evidence);
    episode->evidence = NULL;
    episode->evidence_count = episode->evidence_room = 0;
    memset(episode->newest, 0, sizeof episode->newest);
}

void toc_episodes_finish(struct toc_episodes *list, struct toc_kept_pool *pool)
{
    for (size_t i = 0; i < list->count; i++) {
        release(&list->items[i], pool);
    }
    toc_mem_free(list->items);
    *list = (struct toc_episodes){0};
}

static void reserve(struct toc_episodes *list, size_t count)
{
    if (list->room < count) {
        list->room = list->room * 2 > count ? list->room * 2 : count;
        list->items = toc_mem_resize(list->items, list->room, sizeof *list->items);
    }
}

void toc_episodes_copy(struct toc_episodes *to, const struct toc_episodes *from, int64_t keep_ms,
                       struct toc_kept_pool *pool)
{
    size_t kept = 0;

    for (size_t i = 0; i < to->count; i++) {
        if (to->items[i].is_withheld && to->items[i].end_ms <= keep_ms) {
            to->items[kept] = to->items[i];
            to->items[kept++].id = 0; /* The numbers begin anew. */
        } else {
            release(&to->items[i], pool);
        }
    }
    reserve(to, kept + from->count);
    to->count = kept + from->count;
    to->next_id = from->next_id;
    for (size_t i = 0; i < from->count; i++) {
        struct toc_episode *copy = &to->items[kept + i];
        *copy = from->items[i];
        copy->alert = NULL;
        copy->evidence_room = copy->evidence_count;
        copy->evidence = NULL;
        if (copy->evidence_count > 0) {
            copy->evidence = toc_mem_array(copy->evidence_count, sizeof *copy->evidence);
            memcpy(copy->evidence, from->items[i].evidence,
                   copy->evidence_count * sizeof *copy->evidence);
        }
        for (size_t e = 0; e < copy->evidence_count; e++) {
            toc_kept_share(copy->evidence[e].kept);
        }
        if (copy->located != NULL) {
            toc_kept_share(copy->located);
        }
        for (size_t e = 0; e < TOC_EPISODE_ALIASES; e++) {
            if (copy->newest[e].kept != NULL) {
                toc_kept_share(copy->newest[e].kept);
            }
        }
    }
}

struct toc_episode *toc_episodes_add(struct toc_episodes *list, int64_t begin_ms)
{
    reserve(list, list->count + 1);
    struct toc_episode *episode = &list->items[list->count++];
    *episode = (struct toc_episode){
        .id = ++list->next_id,
        .begin_ms = begin_ms,
        .end_ms = TOC_INSTANT_NEVER,
        .first_ms = TOC_INSTANT_NONE,
        .last_ms = TOC_INSTANT_NONE,
        .renewed_ms = TOC_INSTANT_NONE,
        .due_ms = TOC_INSTANT_NEVER,
        .line_ms = TOC_INSTANT_NONE,
        .place = -1,
    };
    return episode;
}

struct toc_episode *toc_episodes_find(const struct toc_episodes *list, uint64_t id)
{
    for (size_t i = list->count; i-- > 0;) { /* Mostly the last. */
        if (list->items[i].id == id) {
            return &list->items[i];
        }
    }
    return NULL;
}

void toc_episodes_remove(struct toc_episodes *list, size_t index, struct toc_kept_pool *pool)
{
    toc_assert(index < list->count);
    release(&list->items[index], pool);
    list->count--;
    memmove(&list->items[index], &list->items[index + 1],
            (list->count - index) * sizeof *list->items);
}

static void note_newest(struct toc_episode *episode, const struct toc_evidence *evidence,
                        struct toc_kept_pool *pool)
{
    struct toc_evidence *newest = &episode->newest[evidence->alias];

    if (newest->kept == evidence->kept) {
        return;
    }
    if (newest->kept != NULL) {
        if (toc_kept_compare(newest->kept, evidence->kept) > 0) {
            return;
        }
        toc_kept_release(pool, newest->kept);
    }
    *newest = *evidence;
    toc_kept_share(newest->kept);
}

static void locate(struct toc_episode *episode, const struct toc_evidence *evidence,
                   struct toc_kept_pool *pool)
{
    if (episode->is_placed || !evidence->position.has_point ||
        (episode->located != NULL && toc_kept_compare(episode->located, evidence->kept) > 0)) {
        return;
    }
    toc_kept_share(evidence->kept);
    if (episode->located != NULL) {
        toc_kept_release(pool, episode->located);
    }
    episode->located = evidence->kept;
    episode->position = evidence->position;
}

void toc_episode_place(struct toc_episode *episode, struct toc_kept_pool *pool)
{
    episode->is_placed = true;
    if (episode->located != NULL) {
        toc_kept_release(pool, episode->located);
        episode->located = NULL;
    }
}

void toc_episode_see(struct toc_episode *episode, const struct toc_evidence *evidence,
                     struct toc_kept_pool *pool)
{
    note_newest(episode, evidence, pool);
    locate(episode, evidence, pool);
}

void toc_episode_add(struct toc_episode *episode, const struct toc_evidence *evidence,
                     struct toc_kept_pool *pool)
{
    struct toc_kept *kept = evidence->kept;
    bool is_known = false;

    toc_assert(evidence->alias < TOC_EPISODE_ALIASES);
    for (size_t i = 0; i < TOC_EPISODE_ALIASES && !is_known; i++) {
        is_known = episode->newest[i].kept == kept;
    }
    size_t at = episode->evidence_count;
    while (!is_known && at > 0) {
        int order = toc_kept_compare(kept, episode->evidence[at - 1].kept);
        if (order > 0) {
            break;
        }
        is_known = order == 0;
        at--;
    }
    toc_episode_see(episode, evidence, pool);
    if (is_known) { /* It qualifies for two aliases: one event all the same. */
        return;
    }
    episode->count++;
    episode->digest += toc_episode_digest_of(kept);
    if (episode->first_ms == TOC_INSTANT_NONE || kept->at_ms < episode->first_ms) {
        episode->first_ms = kept->at_ms;
    }
    if (kept->at_ms > episode->last_ms) {
        episode->last_ms = kept->at_ms;
    }
    if (at == TOC_EVIDENCE_MOST) {
        return;
    }
    if (episode->evidence_count == TOC_EVIDENCE_MOST) {
        toc_kept_release(pool, episode->evidence[--episode->evidence_count].kept);
    } else if (episode->evidence_count == episode->evidence_room) {
        episode->evidence_room = episode->evidence_room == 0 ? 4 : episode->evidence_room * 2;
        episode->evidence =
            toc_mem_resize(episode->evidence, episode->evidence_room, sizeof *episode->evidence);
    }
    memmove(&episode->evidence[at + 1], &episode->evidence[at],
            (episode->evidence_count - at) * sizeof *episode->evidence);
    episode->evidence[at] = *evidence;
    toc_kept_share(kept);
    episode->evidence_count++;
}

void toc_episode_begin(struct toc_episode *episode, int64_t begin_ms)
{
    size_t past = 0; /* Changes that lie before the begin now. */

    episode->begin_ms = begin_ms;
    while (past + 1 < episode->level_count && episode->levels[past + 1].since_ms <= begin_ms) {
        past++;
    }
    if (episode->level_count > 0) {
        episode->level_count -= past;
        memmove(episode->levels, episode->levels + past,
                episode->level_count * sizeof *episode->levels);
        episode->levels[0].since_ms = begin_ms;
    }
}

void toc_episode_level(struct toc_episode *episode, int64_t since_ms, uint8_t level)
{
    struct toc_level_since *last =
        episode->level_count > 0 ? &episode->levels[episode->level_count - 1] : NULL;

    toc_assert(last == NULL || since_ms >= last->since_ms);
    if (last != NULL && last->level == level) {
        return;
    }
    if (last != NULL && last->since_ms == since_ms) { /* Within one ms only what it comes to. */
        last->level = level;
        if (episode->level_count > 1 && last[-1].level == level) {
            episode->level_count--;
        }
        return;
    }
    if (episode->level_count == TOC_EPISODE_LEVELS) { /* The first stays, the oldest change goes. */
        memmove(&episode->levels[1], &episode->levels[2],
                (TOC_EPISODE_LEVELS - 2) * sizeof *episode->levels);
        episode->level_count--;
    }
    episode->levels[episode->level_count++] =
        (struct toc_level_since){.since_ms = since_ms, .level = level};
}

void toc_episode_join(struct toc_episode *into, struct toc_episode *from,
                      struct toc_kept_pool *pool)
{
    uint64_t beyond = from->count - from->evidence_count;

    for (size_t i = 0; i < from->evidence_count; i++) {
        toc_episode_add(into, &from->evidence[i], pool);
    }
    for (size_t i = 0; i < TOC_EPISODE_ALIASES; i++) {
        if (from->newest[i].kept != NULL) {
            note_newest(into, &from->newest[i], pool);
        }
    }
    into->count += beyond; /* The digest goes on without those that were not kept. */
    if (from->last_ms > into->last_ms) {
        into->last_ms = from->last_ms;
    }
    if (from->due_ms < into->due_ms) {
        into->due_ms = from->due_ms;
    }
    into->is_unleveled = true;
    release(from, pool);
    from->count = 0;
}

bool toc_episode_has(const struct toc_episode *episode, struct toc_hash128 identity)
{
    for (size_t i = 0; i < episode->evidence_count; i++) {
        if (toc_hash128_compare(episode->evidence[i].kept->identity, identity) == 0) {
            return true;
        }
    }
    return false;
}

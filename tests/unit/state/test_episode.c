/* Evidence: in order, each event once, the first hundred kept, all counted. */
#include "events.h"

#include "state/episode.h"

static void add(struct toc_episode *episode, struct toc_kept_pool *pool, struct toc_kept *kept,
                uint8_t alias)
{
    toc_episode_add(episode, &(struct toc_evidence){.kept = kept, .alias = alias}, pool);
}

/* An event that nobody else holds. */
static void add_at(struct toc_episode *episode, struct toc_kept_pool *pool, int64_t at_ms,
                   const char *id, uint8_t alias)
{
    struct toc_kept *kept = keep(pool, at_ms, "s", id);

    add(episode, pool, kept, alias);
    toc_kept_release(pool, kept);
}

static void a_new_one_is_on_and_without_evidence(struct toc_episodes *list,
                                                 struct toc_kept_pool *pool)
{
    struct toc_episode *episode = toc_episodes_add(list, 500);
    (void)pool;

    assert_int_equal(episode->begin_ms, 500);
    assert_int_equal(episode->end_ms, TOC_INSTANT_NEVER);
    assert_int_equal(episode->ending, TOC_ENDING_NONE);
    assert_int_equal(episode->first_ms, TOC_INSTANT_NONE);
    assert_int_equal(episode->last_ms, TOC_INSTANT_NONE);
    assert_int_equal(episode->count, 0);
    assert_int_equal(episode->place, -1);
    assert_null(episode->alert);
}

static void evidence_stands_in_order_whatever_came_first(struct toc_episodes *list,
                                                         struct toc_kept_pool *pool)
{
    static const int64_t arrival[] = {30, 10, 50, 20, 40, -10, 0};
    struct toc_episode *episode = toc_episodes_add(list, 0);

    for (size_t i = 0; i < UNIT_COUNT(arrival); i++) {
        add_at(episode, pool, arrival[i], "x", 0);
    }
    assert_int_equal(episode->count, 7);
    assert_int_equal(episode->first_ms, -10);
    assert_int_equal(episode->last_ms, 50);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(episode->evidence[i].kept->at_ms, (int64_t)i * 10 - 10);
    }
    assert_int_equal(pool->kept, 7);
}

static void an_event_under_two_aliases_is_one(struct toc_episodes *list, struct toc_kept_pool *pool)
{
    struct toc_episode *episode = toc_episodes_add(list, 0);
    struct toc_kept *kept = keep(pool, 10, "s", "a");

    add(episode, pool, kept, 0);
    add_at(episode, pool, 20, "b", 0);
    add(episode, pool, kept, 1); /* Neither the last in order nor the newest of its alias. */
    add(episode, pool, kept, 0);
    assert_int_equal(episode->count, 2);
    assert_int_equal(episode->evidence_count, 2);
    assert_ptr_equal(episode->newest[1].kept, kept);
    assert_int_equal(episode->newest[0].kept->at_ms, 20);
    toc_kept_release(pool, kept);
}

static void the_newest_of_each_alias_is_known(struct toc_episodes *list, struct toc_kept_pool *pool)
{
    struct toc_episode *episode = toc_episodes_add(list, 0);

    add_at(episode, pool, 10, "a", 0);
    add_at(episode, pool, 10, "b", 0); /* Equal times: the greater id. */
    add_at(episode, pool, 5, "c", 0);
    add_at(episode, pool, 1, "d", TOC_EPISODE_ALIASES - 1);
    assert_true(toc_str_equal(episode->newest[0].kept->id, TOC_STR("b")));
    assert_true(toc_str_equal(episode->newest[TOC_EPISODE_ALIASES - 1].kept->id, TOC_STR("d")));
    assert_null(episode->newest[1].kept);
}

static void a_hundred_are_kept(struct toc_episodes *list, struct toc_kept_pool *pool)
{
    struct toc_episode *episode = toc_episodes_add(list, 0);

    for (int64_t i = 0; i < TOC_EVIDENCE_MOST; i++) {
        add_at(episode, pool, i, "x", 0);
    }
    assert_int_equal(episode->count, TOC_EVIDENCE_MOST);
    assert_int_equal(episode->evidence_count, TOC_EVIDENCE_MOST);
    assert_int_equal(pool->kept, TOC_EVIDENCE_MOST);
}

static void beyond_a_hundred_the_first_are_kept_and_all_are_counted(struct toc_episodes *list,
                                                                    struct toc_kept_pool *pool)
{
    struct toc_episode *episode = toc_episodes_add(list, 0);

    for (int64_t i = 0; i < 250; i++) { /* Even ones first, then the odd ones come late. */
        int64_t at_ms = i < 125 ? i * 2 : (i - 125) * 2 + 1;
        add_at(episode, pool, at_ms, "x", 0);
    }
    assert_int_equal(episode->count, 250);
    assert_int_equal(episode->evidence_count, TOC_EVIDENCE_MOST);
    assert_int_equal(episode->first_ms, 0);
    assert_int_equal(episode->last_ms, 249);
    for (size_t i = 0; i < TOC_EVIDENCE_MOST; i++) {
        assert_int_equal(episode->evidence[i].kept->at_ms, i);
    }
    assert_int_equal(episode->newest[0].kept->at_ms, 249);
    assert_int_equal(pool->kept, TOC_EVIDENCE_MOST + 1); /* .. and the newest of the alias. */
}

static void joined_it_has_the_evidence_of_both(struct toc_episodes *list,
                                               struct toc_kept_pool *pool)
{
    (void)toc_episodes_add(list, 0);
    (void)toc_episodes_add(list, 100);
    struct toc_episode *into = &list->items[0], *from = &list->items[1];
    struct toc_kept *shared = keep(pool, 20, "s", "shared");

    add_at(into, pool, 10, "a", 0);
    add(into, pool, shared, 0);
    add(from, pool, shared, 0);
    add_at(from, pool, 5, "b", 1);
    add_at(from, pool, 30, "c", 1);
    toc_episode_join(into, from, pool);
    assert_int_equal(into->count, 4);
    assert_int_equal(into->evidence_count, 4);
    assert_int_equal(into->first_ms, 5);
    assert_int_equal(into->last_ms, 30);
    assert_int_equal(into->newest[1].kept->at_ms, 30);
    assert_int_equal(from->count, 0);
    assert_int_equal(from->evidence_count, 0);
    assert_null(from->newest[1].kept);
    toc_kept_release(pool, shared);
    assert_int_equal(pool->kept, 4);
}

static void joined_beyond_a_hundred_all_are_counted(struct toc_episodes *list,
                                                    struct toc_kept_pool *pool)
{
    (void)toc_episodes_add(list, 0);
    (void)toc_episodes_add(list, 0);
    struct toc_episode *into = &list->items[0], *from = &list->items[1];

    for (int64_t i = 0; i < 150; i++) {
        add_at(into, pool, i * 2, "x", 0);
        add_at(from, pool, i * 2 + 1, "x", 0);
    }
    toc_episode_join(into, from, pool);
    assert_int_equal(into->count, 300);
    assert_int_equal(into->evidence_count, TOC_EVIDENCE_MOST);
    assert_int_equal(into->last_ms, 299);
    for (size_t i = 0; i < TOC_EVIDENCE_MOST; i++) {
        assert_int_equal(into->evidence[i].kept->at_ms, i);
    }
}

static void a_copy_stands_on_its_own(struct toc_episodes *list, struct toc_kept_pool *pool)
{
    struct toc_episodes copy = {0};
    struct toc_episode *episode = toc_episodes_add(list, 7);

    for (int64_t i = 0; i < 9; i++) {
        add_at(episode, pool, i, "x", 3);
    }
    episode->alert = (struct toc_alert *)(void *)&copy; /* Any will do: it must not be copied. */
    (void)toc_episodes_add(&copy, 1);                   /* What it held before is given back. */
    add_at(&copy.items[0], pool, 1, "old", 0);
    toc_episodes_copy(&copy, list, TOC_INSTANT_NONE, pool);
    assert_int_equal(copy.count, 1);
    assert_int_equal(copy.items[0].id, list->items[0].id);
    assert_int_equal(copy.items[0].begin_ms, 7);
    assert_null(copy.items[0].alert);
    assert_int_equal(pool->kept, 9);
    list->items[0].alert = NULL;
    toc_episodes_finish(list, pool);
    assert_int_equal(pool->kept, 9);
    assert_int_equal(copy.items[0].evidence[8].kept->at_ms, 8);
    add_at(&copy.items[0], pool, 9, "x", 3);
    assert_int_equal(copy.items[0].count, 10);
    assert_int_equal(copy.items[0].evidence_count, 10);
    (void)toc_episodes_add(&copy, 0); /* Ids go on growing in the copy. */
    assert_true(copy.items[1].id > copy.items[0].id);
    toc_episodes_finish(&copy, pool);
}

static void found_by_its_id_until_it_is_removed(struct toc_episodes *list,
                                                struct toc_kept_pool *pool)
{
    uint64_t ids[4];

    for (int64_t i = 0; i < 4; i++) {
        struct toc_episode *episode = toc_episodes_add(list, i);
        add_at(episode, pool, i, "x", 0);
        ids[i] = episode->id;
        assert_true(i == 0 || ids[i] > ids[i - 1]);
    }
    toc_episodes_remove(list, 1, pool);
    assert_int_equal(pool->kept, 3);
    assert_null(toc_episodes_find(list, ids[1]));
    assert_null(toc_episodes_find(list, ids[3] + 1));
    for (int64_t i = 0; i < 4; i++) {
        if (i != 1) {
            assert_int_equal(toc_episodes_find(list, ids[i])->begin_ms, i);
        }
    }
}

static const struct episode_case {
    const char *name;
    void (*test)(struct toc_episodes *list, struct toc_kept_pool *pool);
} cases[] = {
    {"a new one is on and has no evidence", a_new_one_is_on_and_without_evidence},
    {"evidence stands in order, whatever came first", evidence_stands_in_order_whatever_came_first},
    {"an event under two aliases is one event", an_event_under_two_aliases_is_one},
    {"the newest of each alias is known", the_newest_of_each_alias_is_known},
    {"a hundred are kept", a_hundred_are_kept},
    {"beyond a hundred the first are kept and all are counted",
     beyond_a_hundred_the_first_are_kept_and_all_are_counted},
    {"joined it has the evidence of both, shared events once", joined_it_has_the_evidence_of_both},
    {"joined beyond a hundred, all are counted", joined_beyond_a_hundred_all_are_counted},
    {"a copy stands on its own", a_copy_stands_on_its_own},
    {"one is found by its id until it is removed", found_by_its_id_until_it_is_removed},
};

/* Whatever it did, nothing stays kept behind. */
static void holds(void **state)
{
    const struct episode_case *c = *state;
    struct toc_kept_pool pool = {0};
    struct toc_episodes list = {0};

    c->test(&list, &pool);
    toc_episodes_finish(&list, &pool);
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

UNIT_TABLE("state/episode", cases, holds)

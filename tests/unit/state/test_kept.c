/* One copy of an event for all who count it. */
#include "events.h"

static void is_as_it_came(void **state)
{
    struct toc_kept_pool pool = {0};
    struct toc_event event = event_of(1234, "radar/1", "e-7");
    (void)state;

    event.type = 5;
    event.mode = TOC_MODE_EXERCISE;
    event.is_time_corrected = true;
    struct toc_kept *kept =
        toc_kept_create(&pool, &event, (struct toc_wish){0}, TOC_STR("in"), TOC_STR("x.a"));
    assert_int_equal(kept->at_ms, 1234);
    assert_int_equal(kept->type, 5);
    assert_int_equal(kept->mode, TOC_MODE_EXERCISE);
    assert_true(kept->is_time_corrected);
    assert_false(kept->is_late);
    assert_int_equal(kept->partition, 3);
    assert_int_equal(kept->offset, 17);
    assert_true(toc_str_equal(kept->id, TOC_STR("e-7")));
    assert_true(toc_str_equal(kept->source, TOC_STR("radar/1")));
    assert_true(kept->id.data != event.id.data); /* A copy: the decoder moves on. */
    assert_int_equal(toc_hash128_compare(kept->identity, event.identity), 0);
    toc_kept_release(&pool, kept);
    toc_kept_pool_finish(&pool);
}

static void stays_until_the_last_reference_is_given_back(void **state)
{
    struct toc_kept_pool pool = {0};
    struct toc_kept *kept = keep(&pool, 1, "s", "a");
    (void)state;

    assert_ptr_equal(toc_kept_share(kept), kept);
    assert_int_equal(kept->refs, 2);
    toc_kept_release(&pool, kept);
    assert_int_equal(pool.kept, 1);
    assert_true(toc_str_equal(kept->id, TOC_STR("a")));
    toc_kept_release(&pool, kept);
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

static void room_given_back_serves_again(void **state)
{
    struct toc_kept_pool pool = {0};
    struct toc_kept *first = keep(&pool, 1, "s", "a");
    (void)state;

    toc_kept_release(&pool, first);
    struct toc_kept *second = keep(&pool, 2, "s", "b");
    assert_ptr_equal(second, first);
    assert_int_equal(second->at_ms, 2);
    assert_int_equal(second->refs, 1);
    toc_kept_release(&pool, second);
    toc_kept_pool_finish(&pool);
}

/* 10,000 events are far more than a block holds. */
static void many_events_take_no_more_room_the_second_time(void **state)
{
    enum { COUNT = 10000 };
    static struct toc_kept *all[COUNT];
    struct toc_kept_pool pool = {0};
    const void *newest_block = NULL;
    (void)state;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            all[i] = keep(&pool, i, "s",
                          i % 2 == 0 ? "short"
                                     : "an id that is somewhat longer than "
                                       "the other one, by a class or two");
        }
        assert_int_equal(pool.kept, COUNT);
        if (round == 0) {
            newest_block = pool.blocks;
        }
        assert_ptr_equal(pool.blocks, newest_block);
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(all[i]->at_ms, i);
            toc_kept_release(&pool, all[i]);
        }
    }
    toc_kept_pool_finish(&pool);
}

/* --- Wished fields ------------------------------------------------------------------------- */

static void keeps_the_fields_wished_for_only(void **state)
{
    struct toc_kept_pool pool = {0};
    char letters[] = "mortar", first[] = "rpg", second[] = "machine gun";
    struct toc_str weapons[] = {{first, 3}, {second, 11}};
    struct toc_value fields[] = {
        {.kind = TOC_VALUE_NUMBER, .number = 0.7},
        {.kind = TOC_VALUE_TEXT, .text = {letters, 6}},
        {.kind = TOC_VALUE_LIST, .list = {weapons, 2}},
        {.kind = TOC_VALUE_NONE},
        {.kind = TOC_VALUE_BOOL, .is_true = true},
    };
    int slots[] = {1, 2, 3, TOC_SLOT_SUBJECT, 4};
    struct toc_event event = event_of(1, "s", "a");
    (void)state;

    event.fields = fields;
    event.field_count = UNIT_COUNT(fields);
    event.subject = TOC_STR("alpha");
    struct toc_kept *kept =
        toc_kept_create(&pool, &event, (struct toc_wish){slots, 5}, TOC_STR("in"), TOC_STR("x.a"));
    memset(letters, 'X', 6); /* The decoder writes over what it lent. */
    memset(first, 'X', 3);
    memset(second, 'X', 11);
    memset(weapons, 0, sizeof weapons);

    assert_null(toc_kept_field(kept, 0)); /* Not wished for. */
    assert_null(toc_kept_field(kept, 3)); /* Wished for, and missing. */
    assert_null(toc_kept_field(kept, 63));
    assert_true(toc_str_equal(toc_kept_field(kept, 1)->text, TOC_STR("mortar")));
    assert_true(toc_str_equal(toc_kept_field(kept, TOC_SLOT_SUBJECT)->text, TOC_STR("alpha")));
    assert_true(toc_kept_field(kept, 4)->is_true);
    const struct toc_value *list = toc_kept_field(kept, 2);
    assert_int_equal(list->kind, TOC_VALUE_LIST);
    assert_int_equal(list->list.count, 2);
    assert_true(toc_str_equal(list->list.items[0], TOC_STR("rpg")));
    assert_true(toc_str_equal(list->list.items[1], TOC_STR("machine gun")));
    toc_kept_release(&pool, kept);
    toc_kept_pool_finish(&pool);
}

/* Lists after texts of any length: what lies behind them stays aligned (UBSan looks). */
static void lists_behind_texts_of_any_length(void **state)
{
    struct toc_kept_pool pool = {0};
    int slots[] = {0, 1, 2, 3};
    (void)state;

    for (size_t size = 0; size < 20; size++) {
        struct toc_str items[] = {TOC_STR("one"), TOC_STR(""), TOC_STR("three")};
        struct toc_value fields[] = {
            {.kind = TOC_VALUE_TEXT, .text = {"0123456789abcdefghij", size}},
            {.kind = TOC_VALUE_LIST, .list = {items, 3}},
            {.kind = TOC_VALUE_LIST, .list = {items, 0}},
            {.kind = TOC_VALUE_LIST, .list = {items, 1}},
        };
        struct toc_event event = event_of(1, "source", "id");
        event.fields = fields;
        event.field_count = UNIT_COUNT(fields);
        struct toc_kept *kept = toc_kept_create(&pool, &event, (struct toc_wish){slots, 4},
                                                TOC_STR("in"), TOC_STR("x.a"));
        assert_int_equal(toc_kept_field(kept, 0)->text.size, size);
        assert_true(toc_str_equal(toc_kept_field(kept, 1)->list.items[2], TOC_STR("three")));
        assert_int_equal(toc_kept_field(kept, 2)->list.count, 0);
        assert_true(toc_str_equal(toc_kept_field(kept, 3)->list.items[0], TOC_STR("one")));
        assert_true(toc_str_equal(kept->id, TOC_STR("id")));
        toc_kept_release(&pool, kept);
    }
    toc_kept_pool_finish(&pool);
}

/* Both sides of the largest class, and far beyond. */
static void texts_of_every_size_class(void **state)
{
    static char text[100000];
    struct toc_kept_pool pool = {0};
    const size_t classes = (size_t)TOC_KEPT_CLASS * TOC_KEPT_CLASSES;
    int slot = 0;
    (void)state;

    memset(text, 'x', sizeof text);
    for (size_t size = 0; size < sizeof text; size += size < classes + 200 ? 31 : 20011) {
        struct toc_value field = {.kind = TOC_VALUE_TEXT, .text = {text, size}};
        struct toc_event event = event_of((int64_t)size, "s", "a");
        event.fields = &field;
        event.field_count = 1;
        struct toc_kept *kept = toc_kept_create(&pool, &event, (struct toc_wish){&slot, 1},
                                                TOC_STR("in"), TOC_STR("x.a"));
        struct toc_kept *other = keep(&pool, 1, "s", "b"); /* What lies next to it stays whole. */
        assert_int_equal(toc_kept_field(kept, 0)->text.size, size);
        if (size > 0) {
            assert_memory_equal(toc_kept_field(kept, 0)->text.data, text, size);
        }
        assert_true(toc_str_equal(other->id, TOC_STR("b")));
        toc_kept_release(&pool, other);
        toc_kept_release(&pool, kept);
    }
    assert_int_equal(pool.kept, 0);
    toc_kept_pool_finish(&pool);
}

static void compares_by_time_then_source_then_id(void **state)
{
    static const struct {
        int64_t at_ms;
        const char *source, *id;
    } ordered[] = {
        {-5, "z", "z"}, {1, "a", "b"}, {1, "a", "ba"}, {1, "aa", "a"}, {1, "b", "a"}, {2, "a", "a"},
    };
    struct toc_kept_pool pool = {0};
    (void)state;

    for (size_t i = 0; i < UNIT_COUNT(ordered); i++) {
        for (size_t j = 0; j < UNIT_COUNT(ordered); j++) {
            struct toc_kept *a = keep(&pool, ordered[i].at_ms, ordered[i].source, ordered[i].id);
            struct toc_kept *b = keep(&pool, ordered[j].at_ms, ordered[j].source, ordered[j].id);
            int order = toc_kept_compare(a, b);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            toc_kept_release(&pool, a);
            toc_kept_release(&pool, b);
        }
    }
    toc_kept_pool_finish(&pool);
}

static const struct kept_case {
    const char *name;
    void (*test)(void **state);
} cases[] = {
    {"is as it came", is_as_it_came},
    {"stays until the last reference is given back", stays_until_the_last_reference_is_given_back},
    {"room given back serves again", room_given_back_serves_again},
    {"many events take no more room the second time",
     many_events_take_no_more_room_the_second_time},
    {"keeps the fields wished for only", keeps_the_fields_wished_for_only},
    {"lists behind texts of any length", lists_behind_texts_of_any_length},
    {"texts of every size class", texts_of_every_size_class},
    {"compares by time then source then id", compares_by_time_then_source_then_id},
};

static void runs(void **state)
{
    const struct kept_case *c = *state;
    c->test(state);
}

UNIT_TABLE("state/kept", cases, runs)

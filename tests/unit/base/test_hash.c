#include "unit.h"

#include "base/hash.h"

/* Published values of XXH3 (seed 0) for no input: the hashes in journals must never move. */
static void is_xxh3(void)
{
    struct toc_hash128 none = toc_hash128("", 0);

    assert_true(toc_hash64("", 0, 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(none.high == UINT64_C(0x99AA06D3014798D8));
    assert_true(none.low == UINT64_C(0x6001C324468D497F));
}

static void takes_no_bytes(void)
{
    assert_true(toc_hash64(NULL, 0, 0) == toc_hash64("", 0, 0));
}

static void depends_on_seed(void)
{
    assert_true(toc_hash64("a", 1, 0) != toc_hash64("a", 1, 1));
    assert_true(toc_hash64("a", 1, 0) != toc_hash64("b", 1, 0));
}

static void orders(void)
{
    struct toc_hash128 a = {.high = 1, .low = 9}, b = {.high = 2, .low = 0},
                       c = {.high = 2, .low = 1};

    assert_true(toc_hash128_compare(a, b) < 0);
    assert_true(toc_hash128_compare(b, a) > 0);
    assert_true(toc_hash128_compare(b, c) < 0);
    assert_true(toc_hash128_compare(c, b) > 0);
    assert_int_equal(toc_hash128_compare(c, c), 0);
}

static const struct hash_case {
    const char *name;
    void (*check)(void);
} cases[] = {
    {"the published values of XXH3", is_xxh3},
    {"NULL is no bytes", takes_no_bytes},
    {"another seed or byte is another hash", depends_on_seed},
    {"128 bits order by the high half first", orders},
};

static void holds(void **state)
{
    ((const struct hash_case *)*state)->check();
}

UNIT_TABLE("base/hash", cases, holds)

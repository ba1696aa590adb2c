#include "rule/keys.h"

#include <string.h>

#include "base/assert.h"

static const struct toc_keys_entry keys[] = {
#define TOC_KEY(block, name, kind, need, words)                                                    \
    {TOC_BLOCK_##block, name, TOC_KEY_##kind, TOC_KEY_##need, words},
#include "rule/keys.def"
};

static const char *const blocks[] = {
#define TOC_BLOCK(name, what) [TOC_BLOCK_##name] = what,
#include "rule/keys.def"
};

size_t toc_keys_count(void)
{
    return sizeof keys / sizeof keys[0];
}

const struct toc_keys_entry *toc_keys_get(size_t index)
{
    toc_assert(index < toc_keys_count());
    return &keys[index];
}

const struct toc_keys_entry *toc_keys_find(enum toc_block block, const char *name, size_t size)
{
    for (size_t i = 0; i < toc_keys_count(); i++) {
        if (keys[i].block == block && strlen(keys[i].name) == size &&
            memcmp(keys[i].name, name, size) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

const char *toc_keys_block(enum toc_block block)
{
    toc_assert(block < TOC_BLOCK_COUNT);
    return blocks[block];
}

enum toc_block toc_keys_block_under(enum toc_key_kind kind)
{
    static const struct {
        enum toc_key_kind kind;
        enum toc_block block;
    } blocks_under[] = {
#define UNDER(kind, block) {TOC_KEY_##kind, TOC_BLOCK_##block}
        UNDER(EVENTS, EVENT),
        UNDER(NEAR, NEAR),
        UNDER(WHEN_NEAR, WHEN_NEAR),
        UNDER(WHEN, WHEN),
        UNDER(MEASURE, MEASURE),
        UNDER(AVERAGE, AVERAGE),
        UNDER(PERCENTILE, PERCENTILE),
        UNDER(RATIO, RATIO),
        UNDER(TREND, TREND),
        UNDER(BASELINE, BASELINE),
        UNDER(ABSENCE, ABSENCE),
        UNDER(ALERT, ALERT),
        UNDER(ESCALATE, ESCALATE),
        UNDER(TESTS, TEST),
        UNDER(CAP, CAP),
#undef UNDER
    };

    for (size_t i = 0; i < sizeof blocks_under / sizeof blocks_under[0]; i++) {
        if (blocks_under[i].kind == kind) {
            return blocks_under[i].block;
        }
    }
    return TOC_BLOCK_COUNT;
}

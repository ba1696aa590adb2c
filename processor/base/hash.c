#include "base/hash.h"

#include <xxhash.h>

/* XXH3 takes NULL for no bytes, but says so only of the one-shot calls used here. */

uint64_t toc_hash64(const void *bytes, size_t size_bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size_bytes, seed);
}

struct toc_hash128 toc_hash128(const void *bytes, size_t size_bytes)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, size_bytes);

    return (struct toc_hash128){.high = hash.high64, .low = hash.low64};
}

int toc_hash128_compare(struct toc_hash128 a, struct toc_hash128 b)
{
    if (a.high != b.high) {
        return a.high < b.high ? -1 : 1;
    }
    if (a.low != b.low) {
        return a.low < b.low ? -1 : 1;
    }
    return 0;
}

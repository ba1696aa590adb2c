/* base/hash.h - XXH3 (xxHash 0.8, Debian libxxhash) behind our names: 64 bits for tables, 128 for
 * identities. Same bytes, same hash, on every host. Not a defence against somebody who can write to
 * an input topic and looks for collisions; tables that hold foreign keys compare the keys. */
#pragma once
#include <stdint.h>

#include "base/text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct toc_hash128 {
    uint64_t high, low;
};

uint64_t toc_hash64(const void *bytes, size_t size_bytes, uint64_t seed);
struct toc_hash128 toc_hash128(const void *bytes, size_t size_bytes);
/* Order for trees and sorting: <0, 0, >0. */
int toc_hash128_compare(struct toc_hash128 a, struct toc_hash128 b);

#ifdef __cplusplus
}
#endif

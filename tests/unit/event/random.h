/* random.h - the same numbers on every run (xorshift64*, Vigna 2016). */
#pragma once
#include <math.h>
#include <stdint.h>

static uint64_t random_state = UINT64_C(0x9E3779B97F4A7C15);

static inline uint64_t random_bits(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

static inline double random_from(double least, double most)
{
    return least + (most - least) * ((double)(random_bits() >> 11) / 9007199254740992.0);
}

/* bench_decode_floor.h - each line of an NDJSON text parsed by simdjson's DOM, and nothing else.
 * 64 bytes behind @bytes are readable. Returns how many lines were valid. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
#endif
    uint64_t
    bench_decode_floor(const char *bytes, size_t size);

/* counted.h - every request to toc_mem_* is counted: the linker wraps them (-Wl,--wrap). For one
 * test program each. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void *__real_toc_mem_get(size_t size_bytes);
void *__real_toc_mem_array(size_t count, size_t size_bytes);
void *__real_toc_mem_resize(void *old, size_t count, size_t size_bytes);
void *__wrap_toc_mem_get(size_t size_bytes);
void *__wrap_toc_mem_array(size_t count, size_t size_bytes);
void *__wrap_toc_mem_resize(void *old, size_t count, size_t size_bytes);

static uint64_t requests;

void *__wrap_toc_mem_get(size_t size_bytes)
{
    requests++;
    return __real_toc_mem_get(size_bytes);
}

void *__wrap_toc_mem_array(size_t count, size_t size_bytes)
{
    requests++;
    return __real_toc_mem_array(count, size_bytes);
}

void *__wrap_toc_mem_resize(void *old, size_t count, size_t size_bytes)
{
    requests++;
    return __real_toc_mem_resize(old, count, size_bytes);
}

#include "bench_decode_floor.h"

#include <cstring>
#include <simdjson.h>

uint64_t bench_decode_floor(const char *bytes, size_t size)
{
    simdjson::dom::parser parser;
    uint64_t valid = 0;

    if (parser.allocate(1 << 20) != simdjson::SUCCESS) {
        return 0;
    }
    for (const char *line = bytes, *end = bytes + size; line < end;) {
        auto stop =
            static_cast<const char *>(std::memchr(line, '\n', static_cast<size_t>(end - line)));

        stop = stop != nullptr ? stop : end;
        valid += parser.parse(line, static_cast<size_t>(stop - line), false).error() ==
                 simdjson::SUCCESS;
        line = stop + 1;
    }
    return valid;
}

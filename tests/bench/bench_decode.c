/* bench_decode - what decoding costs beside a plain simdjson DOM parse of the same bytes.
 *   bench_decode TYPES_DIR [FILE [ROUNDS]]
 * FILE is NDJSON, one CloudEvent a line; without it (or with "-") 200,000 events of the types in
 * tests/bench/workload are made, the same every time. Prints the median CPU time of ROUNDS (default
 * 5) of each way, taken in turns so that a busy machine slows all of them alike. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "bench_decode_floor.h"
#include "event/decode.h"

enum { EVENTS = 200000, ROUNDS_MOST = 99, WAYS = 3 };

static double now_s(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Seven events of ten are rockets, as in the workload. */
static void make(struct toc_text *out)
{
    uint64_t seed = 1;

    for (int i = 0; i < EVENTS; i++) {
        unsigned kind = (unsigned)(next(&seed) % 10), site = (unsigned)(next(&seed) % 40);
        double lat = 16.2 + (double)(next(&seed) % 20000) * 1e-5;
        double lon = -0.1 + (double)(next(&seed) % 20000) * 1e-5;
        const char *type = kind < 7   ? "rocket.detection"
                           : kind < 9 ? "position.report"
                                      : "casualty.report";

        toc_text_addf(out,
                      "{\"specversion\":\"1.0\",\"id\":\"e%09d\",\"source\":\"/sensor/%u\","
                      "\"type\":\"%s\",\"time\":\"2025-11-21T12:%02d:%02d.%03dZ\","
                      "\"subject\":\"site-%u\",\"datacontenttype\":\"application/json\","
                      "\"data\":{\"lat\":%.5f,\"lon\":%.5f,",
                      i, (unsigned)(next(&seed) % 97), type, i / 60000, i / 1000 % 60, i % 1000,
                      site, lat, lon);
        if (kind < 7) {
            toc_text_addf(out,
                          "\"confidence\":%.5f,\"munition\":\"%s\",\"speed_mps\":%u,"
                          "\"impact\":{\"lat\":%.5f,\"lon\":%.5f,\"eta_s\":%u}}}\n",
                          (double)(next(&seed) % 100000) * 1e-5,
                          next(&seed) % 2 == 0 ? "107mm rocket" : "82mm mortar",
                          (unsigned)(200 + next(&seed) % 300), lat + 0.01, lon + 0.01,
                          (unsigned)(next(&seed) % 30));
        } else if (kind < 9) {
            toc_text_addf(out, "\"unit\":\"patrol-%u\",\"speed_mps\":%.1f}}\n",
                          (unsigned)(next(&seed) % 200), (double)(next(&seed) % 200) * 0.1);
        } else {
            toc_text_addf(out, "\"case\":\"c%d\",\"severity\":%u}}\n", i,
                          (unsigned)(next(&seed) % 4));
        }
    }
}

static bool load(const char *path, struct toc_text *out)
{
    static char block[1 << 16];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL) {
        return false;
    }
    while ((size = fread(block, 1, sizeof block, file)) > 0) {
        toc_text_add(out, (struct toc_str){block, size});
    }
    return fclose(file) == 0;
}

struct result {
    uint64_t events, refused;
    int64_t sum; /* So that nothing is optimised away. */
};

static struct result decode(struct toc_decoder *decoder, struct toc_str file, bool is_padded)
{
    struct result result = {0};
    struct toc_record record = {.is_padded = is_padded, .origin = {.topic = TOC_STR("file")}};

    record.origin.stored_ms = TOC_INSTANT_NONE;
    for (const char *line = file.data, *end = file.data + file.size; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const struct toc_event *events;
        enum toc_refusal reason;
        size_t count;

        stop = stop != NULL ? stop : end;
        record.bytes = (struct toc_str){line, (size_t)(stop - line)};
        record.origin.offset++;
        if (toc_decoder_decode(decoder, &record, &events, &count, &reason, NULL) == TOC_OK) {
            result.events += count;
            result.sum += events[0].at_ms;
        } else {
            result.refused++;
        }
        line = stop + 1;
    }
    return result;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

int main(int count, char **words)
{
    static const char *const names[WAYS] = {"simdjson DOM parse alone", "decode, padded records",
                                            "decode, records copied"};
    static double took_s[WAYS][ROUNDS_MOST];
    struct toc_diag *diag = toc_diag_create();
    struct toc_catalogue *catalogue = NULL;
    struct toc_text file = {0}, padding = {0};
    struct result result = {0};
    int rounds = count > 3 ? atoi(words[3]) : 5;
    uint64_t parsed = 0;

    if (count < 2 || rounds < 1 || rounds > ROUNDS_MOST) {
        (void)fprintf(stderr, "usage: bench_decode TYPES_DIR [FILE|- [ROUNDS]]\n");
        return 2;
    }
    if (!toc_catalogue_load(words[1], diag, &catalogue)) {
        toc_diag_print(diag, false, &padding);
        (void)fputs(padding.data, stderr);
        return 3;
    }
    if (count > 2 && strcmp(words[2], "-") != 0) {
        if (!load(words[2], &file)) {
            (void)fprintf(stderr, "cannot read %s\n", words[2]);
            return 4;
        }
    } else {
        make(&file);
    }
    struct toc_str bytes = toc_text_str(&file);

    for (int i = 0; i < TOC_RECORD_PADDING; i++) {
        toc_text_add_char(&file, ' ');
    }
    bytes.data = file.data;
    struct toc_decoder *decoder =
        toc_decoder_create(&(struct toc_decoder_options){.catalogue = catalogue});

    for (int i = 0; i < rounds; i++) {
        for (int way = 0; way < WAYS; way++) {
            double begin_s = now_s();

            if (way == 0) {
                parsed = bench_decode_floor(bytes.data, bytes.size);
            } else {
                result = decode(decoder, bytes, way == 1);
            }
            took_s[way][i] = now_s() - begin_s;
        }
    }
    (void)printf("%" PRIu64 " events, %" PRIu64 " refused, %" PRIu64 " parsed, %.0f bytes each\n",
                 result.events, result.refused, parsed,
                 (double)bytes.size / (double)(parsed > 0 ? parsed : 1));
    for (int way = 0; way < WAYS; way++) {
        qsort(took_s[way], (size_t)rounds, sizeof took_s[way][0], by_size);
        double each_s = took_s[way][rounds / 2] / (double)(parsed > 0 ? parsed : 1);
        (void)printf("%-26s %6.0f ns/event  %6.2f M events/s\n", names[way], each_s * 1e9,
                     1e-6 / each_s);
    }
    toc_decoder_destroy(decoder);
    toc_catalogue_destroy(catalogue);
    toc_diag_destroy(diag);
    toc_text_finish(&file);
    toc_text_finish(&padding);
    return result.events + result.refused == parsed ? 0 : 1;
}

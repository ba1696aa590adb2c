/* fuzz_place.c - can any bytes crash the reader of places, or give one whose middle is not its own?
 * Text forms of points (MGRS) are tried on the same bytes. */
#include <math.h>
#include <stdint.h>

#include "base/assert.h"
#include "event/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct toc_str text = {.data = (const char *)bytes, .size = size};
    struct toc_diag *diag = toc_diag_create();
    struct toc_places *places;
    struct toc_text out = {0};
    struct toc_point point;

    if (toc_geo_parse_mgrs(text, &point)) {
        toc_assert(fabs(point.lat_deg) <= 90 && fabs(point.lon_deg) <= 180 && point.error_m > 0);
    }
    if (toc_places_parse("f.geojson", text, diag, &places)) {
        for (size_t i = 0; i < toc_places_count(places); i++) {
            const struct toc_place *place = toc_places_get(places, i);
            uint32_t near;

            toc_assert(toc_places_distance_mm(places, i, place->centre) <= 11);
            toc_assert(toc_places_near(places, place->kind, -1, place->centre, 11, 1, &near) > 0);
            toc_assert(toc_places_find(places, place->kind, place->name) == (int)i);
            (void)toc_places_distance_mm(places, i, (struct toc_point){.lat_deg = 16});
        }
        toc_places_destroy(places);
    }
    toc_diag_print(diag, true, &out);
    toc_text_finish(&out);
    toc_diag_destroy(diag);
    return 0;
}

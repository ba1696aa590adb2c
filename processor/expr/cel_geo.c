/* cel_geo.c - positions in expressions. */
#include "expr/cel_func.h"

enum { GEODESIC_ITEMS = 50 };

struct toc_cel_value toc_cel_fn_distance(struct toc_cel_scratch *scratch,
                                         const struct toc_cel_value *args, size_t count)
{
    (void)count;
    if (!toc_cel_pay_items(scratch, GEODESIC_ITEMS)) {
        return toc_cel_fail(TOC_CEL_E_FUEL);
    }
    /* Whole millimetres, so that two hosts decide alike. */
    return toc_cel_double((double)toc_geo_distance_mm(*args[0].point, *args[1].point) / 1000.0);
}

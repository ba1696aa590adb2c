/* event/place.h - places that stay: camps, premises, routes, from GeoJSON (RFC 7946).
 *
 * A Feature's properties: `kind` (camp, premises, route, ...; like a field's name), `name`,
 * optional `aliases` [text], `radius_m` (of a Point; 0 if absent), `utc_offset` ("+02:00"). Of others
 * those that are numbers are kept: rules may compare with them.
 * Geometry: Point, Polygon with holes, MultiPolygon, LineString (for routes: it has no inside).
 * Edges are straight in longitude and latitude, so an area may cross the 180th meridian or hold a
 * pole; its farthest point is at most 2,500 km from its middle. Names match by alias, without case
 * or accents.
 *
 * Distances are geodesic, to the outline: of a circle exact, of other shapes to a millimetre of an
 * outline within 10 mm of the one drawn (event/place_shape.h). Memory: one arena, 24 bytes a
 * vertex; nothing from the heap once loaded. Immutable once loaded. Threads: any. */
#pragma once
#include "base/diag.h"
#include "event/geo.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_PLACES_MOST = 100000,
    TOC_PLACES_FILE = 16 << 20,    /* Bytes of a file. */
    TOC_PLACES_VERTICES = 2000000, /* Of all outlines together. */
    TOC_PLACE_NAME_SIZE = 128,     /* Bytes of a name, */
    TOC_PLACE_KIND_SIZE = 64,      /* of a kind. */
    TOC_PLACE_KINDS = 256,         /* Fewer than that. */
    TOC_PLACE_ALIASES = 32,        /* Of a place. */
    TOC_PLACE_RADIUS_M = 2500000,
    TOC_PLACE_PROPERTIES = 32, /* Numbers of a place, at most; names of as many bytes as kinds. */
    TOC_PLACE_OFFSET_MIN = 14 * 60,
};

struct toc_place_property {
    struct toc_str name;
    int64_t value; /* Millionths, half away from zero. */
};

struct toc_place {
    struct toc_str kind;     /* Folded. */
    struct toc_str name;     /* As written. */
    struct toc_str id;       /* Folded name: what keys hold. */
    struct toc_point centre; /* A point inside it (of a concave polygon too); on a line. */
    double radius_m;         /* Of a point place. */
    bool has_offset;
    int32_t offset_min; /* utc_offset: local time less UTC. */
    const struct toc_place_property *properties;
    size_t property_count;
};

struct toc_places;

/* Load every *.geojson of @directory (sorted); a directory that does not exist is an error only if
 * @must_exist. False: errors were added, *out is NULL. Name clashes within a kind are errors. */
bool toc_places_load(const char *directory, bool must_exist, struct toc_diag *diag,
                     struct toc_places **out);
bool toc_places_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                      struct toc_places **out); /* One GeoJSON text. */
void toc_places_destroy(struct toc_places *places);

size_t toc_places_count(const struct toc_places *places);
const struct toc_place *toc_places_get(const struct toc_places *places, size_t index);
/* Is there a place of this kind (any spelling)? */
bool toc_places_has_kind(const struct toc_places *places, struct toc_str kind);
/* Index of the place called @name (name or alias, any spelling) of @kind (empty = any: the first),
 * or -1. */
int toc_places_find(const struct toc_places *places, struct toc_str kind, struct toc_str name);
/* The number called @name of @place, in millionths. False: it has none. */
bool toc_place_number(const struct toc_place *place, struct toc_str name, int64_t *out);
/* "+02:00", "-03:30": minutes. False: it is none, or beyond 14 hours. */
bool toc_place_offset(struct toc_str text, int32_t *out_min);
/* Distance from @point to the outline of the place: 0 inside, else whole mm; the point's error_m is
 * taken off (not below 0). */
int64_t toc_places_distance_mm(const struct toc_places *places, size_t index,
                               struct toc_point point);
/* The circular error of @point in whole mm, bounded. */
int64_t toc_places_error_mm(struct toc_point point);
/* Indices, ascending, of the places of @kind (or, if @only >= 0, just that place) within
 * @limit_mm of @point. Returns how many; the first @room are written. Indexed by a grid: cost does
 * not grow with the number of far places. */
size_t toc_places_near(const struct toc_places *places, struct toc_str kind, int only,
                       struct toc_point point, int64_t limit_mm, size_t room, uint32_t out[]);

#ifdef __cplusplus
}
#endif

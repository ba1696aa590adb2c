/* event/place_shape.h - the outline of a place: is a point inside, else how far is it?
 *
 * Edges are straight in longitude and latitude (RFC 7946, 3.1.1), the short way round where that
 * crosses the 180th meridian. Each is cut, when it is added, into pieces of at most 100 km so short
 * that an arc in a plane through the Earth's centre stays within 10 mm of it; from then on the
 * outline is made of those arcs. Seen from the Earth's centre they fall on straight lines in the
 * plane that touches the ellipsoid at the point asked about, and that plane is true to scale there:
 * so inside is decided by counting crossings in it, and the nearest point of the outline is found
 * in it. The distance told is the geodesic to that nearest point. Dateline and poles need no care.
 *
 * Exact: the distance to the arcs to 1 mm (beyond 50 km by search along the nearest arcs). Price:
 * the outline once through, some 5 ns a vertex; if the point is outside, twice. Self-crossing
 * outlines are read by the even-odd rule, each polygon for itself.
 * Threads: any; a finished shape is immutable. */
#pragma once
#include "base/arena.h"
#include "event/geo.h"

enum {
    TOC_SHAPE_VERTICES = 200000, /* Of one shape, after cutting. */
    TOC_SHAPE_BOUND_M = 2500000, /* From its middle to its farthest vertex. */
    TOC_SHAPE_CHUNK = 32,
};

struct toc_ring {
    uint32_t first, count; /* Vertices; of a polygon the last is the first again. */
    bool is_area;          /* Ring of a polygon; else a line. */
    bool begins_polygon;   /* The outer ring; holes follow. */
};

/* A ball around the edges from TOC_SHAPE_CHUNK vertices in a row, so that most of a long line need
 * not be looked at. */
struct toc_chunk {
    struct toc_vector middle;
    double radius_m;
};

struct toc_shape {
    struct toc_vector *vertices;
    size_t vertex_count;
    struct toc_ring *rings;
    size_t ring_count;
    struct toc_chunk *chunks; /* One for each TOC_SHAPE_CHUNK vertices begun. */
    struct toc_point middle;  /* All of it lies within bound_mm of here. */
    int64_t bound_mm;
};

/* A shape being made; zeroed = empty. Finish it in every case. */
struct toc_shape_draft {
    struct toc_shape shape;
    size_t vertex_room, ring_room;
};

void toc_shape_begin_ring(struct toc_shape_draft *draft, bool is_area, bool begins_polygon);
/* The next vertex of the ring; NULL, or why it cannot be (static). */
const char *toc_shape_add(struct toc_shape_draft *draft, struct toc_point vertex,
                          const struct toc_point *previous);
/* Move to *out, in @arena, and find a point inside (of lines: on them). NULL, or what is wrong
 * with the whole (static). */
const char *toc_shape_complete(struct toc_shape_draft *draft, struct toc_arena *arena,
                               struct toc_shape *out, struct toc_point *out_inside);
void toc_shape_finish(struct toc_shape_draft *draft);

/* 0 inside, else whole mm to the outline. */
int64_t toc_shape_distance_mm(const struct toc_shape *shape, struct toc_point point);
/* The same <= @limit_mm, for less where a line is far away. */
bool toc_shape_is_within(const struct toc_shape *shape, struct toc_point point, int64_t limit_mm);

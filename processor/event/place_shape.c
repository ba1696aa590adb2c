#include "event/place_shape.h"

#include <math.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/mem.h"

#define RADIUS_M    6371008.8 /* Mean radius, for tolerances. */
#define DEGREE      (3.14159265358979323846 / 180)
#define DEVIATION_M 0.01 /* How far an arc may leave the straight line it stands for. */
#define PIECE_M     100000.0
#define PLANE_M     50000.0             /* Up to here the plane finds the nearest point to 1 mm. */
#define FAR_MM      INT64_C(3500000000) /* Farther from the middle the plane would be no help. */

enum { SCANLINES = 16, SEARCH_STEPS = 4 };

void toc_shape_begin_ring(struct toc_shape_draft *draft, bool is_area, bool begins_polygon)
{
    struct toc_shape *shape = &draft->shape;

    if (shape->ring_count == draft->ring_room) {
        draft->ring_room = draft->ring_room == 0 ? 4 : draft->ring_room * 2;
        shape->rings = toc_mem_resize(shape->rings, draft->ring_room, sizeof *shape->rings);
    }
    shape->rings[shape->ring_count++] = (struct toc_ring){
        .first = (uint32_t)shape->vertex_count,
        .is_area = is_area,
        .begins_polygon = begins_polygon,
    };
}

static void add_vertex(struct toc_shape_draft *draft, struct toc_point point)
{
    struct toc_shape *shape = &draft->shape;

    if (shape->vertex_count == draft->vertex_room) {
        draft->vertex_room = draft->vertex_room == 0 ? 16 : draft->vertex_room * 2;
        shape->vertices =
            toc_mem_resize(shape->vertices, draft->vertex_room, sizeof *shape->vertices);
    }
    shape->vertices[shape->vertex_count++] = toc_geo_to_vector(point);
    shape->rings[shape->ring_count - 1].count++;
}

/* Into how many pieces must an edge be cut? A line straight in longitude l and latitude f bends
 * away from the great circle by at most 2 |dl sin f| per unit of its length, hence by that times
 * length / 8 in its middle, and by 1/n^2 of it when cut into n. */
static double pieces_of(struct toc_point a, struct toc_point b, double turn_deg)
{
    double steepest = fabs(sin(fmax(fabs(a.lat_deg), fabs(b.lat_deg)) * DEGREE));
    double flattest = cos(fmin(fabs(a.lat_deg), fabs(b.lat_deg)) * DEGREE);
    double length_m, bend_m;

    if (a.lat_deg * b.lat_deg < 0) {
        flattest = 1; /* It crosses the equator. */
    }
    length_m = RADIUS_M * DEGREE * (fabs(turn_deg) * flattest + fabs(a.lat_deg - b.lat_deg));
    bend_m = fabs(turn_deg) * DEGREE * steepest * length_m / 4;
    return ceil(fmax(1, fmax(length_m / PIECE_M, sqrt(bend_m / DEVIATION_M))));
}

const char *toc_shape_add(struct toc_shape_draft *draft, struct toc_point vertex,
                          const struct toc_point *previous)
{
    double turn_deg, pieces;

    if (previous == NULL) {
        if (draft->shape.vertex_count >= TOC_SHAPE_VERTICES) {
            return "it has too many points";
        }
        add_vertex(draft, vertex);
        return NULL;
    }
    turn_deg = remainder(vertex.lon_deg - previous->lon_deg, 360); /* -180..180: the short way. */
    if (fabs(turn_deg) > 90) {
        return "an edge spans more than 90 degrees of longitude: add points between";
    }
    pieces = pieces_of(*previous, vertex, turn_deg);
    if (pieces > (double)(TOC_SHAPE_VERTICES - draft->shape.vertex_count)) {
        return "it has too many points, counting those that its long edges need";
    }
    for (double i = 1; i < pieces; i++) {
        double lon_deg = previous->lon_deg + turn_deg * i / pieces;

        add_vertex(draft, (struct toc_point){
                              .lat_deg = previous->lat_deg +
                                         (vertex.lat_deg - previous->lat_deg) * i / pieces,
                              .lon_deg = remainder(lon_deg, 360),
                          });
    }
    add_vertex(draft, vertex);
    return NULL;
}

void toc_shape_finish(struct toc_shape_draft *draft)
{
    toc_mem_free(draft->shape.vertices);
    toc_mem_free(draft->shape.rings);
    *draft = (struct toc_shape_draft){0};
}

/* The plane that touches the ellipsoid at a point: east and north of it in metres. */
struct plane {
    struct toc_vector at, up, east, north;
    double height, middle; /* at . up, at . north */
};

struct spot {
    double x, y;
};

static double dot(struct toc_vector a, struct toc_vector b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static struct plane plane_at(struct toc_point point)
{
    double lat = point.lat_deg * DEGREE, lon = point.lon_deg * DEGREE;
    struct plane plane = {
        .at = toc_geo_to_vector(point),
        .up = {cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)},
        .east = {-sin(lon), cos(lon), 0},
        .north = {-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)},
    };

    plane.height = dot(plane.at, plane.up);
    plane.middle = dot(plane.at, plane.north);
    return plane;
}

/* @vertex seen on the plane from the Earth's centre. */
static struct spot project(const struct plane *plane, struct toc_vector vertex)
{
    double scale = plane->height / dot(vertex, plane->up);

    return (struct spot){.x = scale * dot(vertex, plane->east),
                         .y = scale * dot(vertex, plane->north) - plane->middle};
}

static struct toc_point unproject(const struct plane *plane, struct spot spot)
{
    return toc_geo_from_vector((struct toc_vector){
        .x = plane->at.x + spot.x * plane->east.x + spot.y * plane->north.x,
        .y = plane->at.y + spot.x * plane->east.y + spot.y * plane->north.y,
        .z = plane->at.z + spot.x * plane->east.z + spot.y * plane->north.z,
    });
}

/* The spot of the edge a-b nearest to the origin. */
static struct spot nearest_on(struct spot a, struct spot b)
{
    double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    double along = square > 0 ? -(a.x * dx + a.y * dy) / square : 0;

    along = along < 0 ? 0 : along > 1 ? 1 : along;
    return (struct spot){.x = a.x + along * dx, .y = a.y + along * dy};
}

/* Does the edge cross the ray from the origin to the east? Half-open in y, so that a vertex on it
 * is counted once. */
static bool is_crossing(struct spot a, struct spot b)
{
    double side = a.x * b.y - a.y * b.x;

    return (a.y > 0) != (b.y > 0) && (b.y > a.y ? side > 0 : side < 0);
}

static double length(struct toc_vector a, struct toc_vector b)
{
    struct toc_vector way = {a.x - b.x, a.y - b.y, a.z - b.z};

    return sqrt(dot(way, way));
}

/* The first vertex from @i on of the ring, or its end, that ends an edge which may lie within
 * @reach_m of the plane's point: a chord through the Earth is no longer than the way. Areas need
 * every edge. */
static uint32_t next_edge(const struct toc_shape *shape, const struct toc_ring *ring,
                          const struct plane *plane, double reach_m, uint32_t i)
{
    while (!ring->is_area && i < ring->count && (ring->first + i - 1) % TOC_SHAPE_CHUNK == 0) {
        const struct toc_chunk *chunk = &shape->chunks[(ring->first + i - 1) / TOC_SHAPE_CHUNK];

        if (length(plane->at, chunk->middle) <= reach_m + chunk->radius_m) {
            break;
        }
        i += TOC_SHAPE_CHUNK;
    }
    return i;
}

/* Is the origin inside? If not, *out_square is the square of the distance to the outline, infinite
 * if all of it is beyond @reach_m. */
static bool look(const struct toc_shape *shape, const struct plane *plane, double reach_m,
                 double *out_square)
{
    double least = INFINITY;
    bool is_inside = false; /* Of the polygon whose rings pass. */

    for (size_t r = 0; r < shape->ring_count; r++) {
        const struct toc_ring *ring = &shape->rings[r];
        const struct toc_vector *vertices = shape->vertices + ring->first;
        struct spot before = {0};
        uint32_t last = ring->count; /* Which vertex `before` is. */

        if (ring->begins_polygon && is_inside) {
            return true;
        }
        for (uint32_t i = next_edge(shape, ring, plane, reach_m, 1); i < ring->count;
             i = next_edge(shape, ring, plane, reach_m, i + 1)) {
            struct spot now = project(plane, vertices[i]), near;

            before = last == i - 1 ? before : project(plane, vertices[i - 1]);
            near = nearest_on(before, now);
            least = fmin(least, near.x * near.x + near.y * near.y);
            is_inside ^= ring->is_area && is_crossing(before, now);
            before = now;
            last = i;
        }
    }
    *out_square = least;
    return is_inside;
}

static double distance_on_arc(struct toc_point point, struct toc_vector a, struct toc_vector b,
                              double along)
{
    return toc_geo_distance_m(point, toc_geo_from_vector((struct toc_vector){
                                         .x = a.x + along * (b.x - a.x),
                                         .y = a.y + along * (b.y - a.y),
                                         .z = a.z + along * (b.z - a.z),
                                     }));
}

/* Least geodesic distance from @point to the arc a-b, far shorter than the way there: its square is
 * nearly a parabola, whose lowest point is looked at ever closer. */
static double search_arc(struct toc_point point, struct toc_vector a, struct toc_vector b)
{
    double low = 0, high = 1, best_m = INFINITY;

    for (int step = 0; step < SEARCH_STEPS; step++) {
        double middle = (low + high) / 2, span = (high - low) / 8, m[3], bend;

        m[0] = distance_on_arc(point, a, b, low);
        m[1] = distance_on_arc(point, a, b, middle);
        m[2] = distance_on_arc(point, a, b, high);
        best_m = fmin(best_m, fmin(m[0], fmin(m[1], m[2])));
        bend = m[0] * m[0] - 2 * m[1] * m[1] + m[2] * m[2];
        if (bend <= 0) {
            break; /* Near the antipode: an end is nearest. */
        }
        middle += (high - low) / 4 * (m[0] * m[0] - m[2] * m[2]) / bend;
        middle = fmax(0, fmin(1, middle));
        low = fmax(0, middle - span);
        high = fmin(1, middle + span);
    }
    return best_m;
}

/* From outside, not far: the geodesic to each edge that may be the nearest. */
static double measure(const struct toc_shape *shape, const struct plane *plane,
                      struct toc_point point, double reach_m, double least_m)
{
    /* Off its origin the plane stretches; by flattening, not alike in all directions. */
    double most_m = least_m * (1 + 1e-6 + 0.02 * least_m / RADIUS_M) + 1e-4, best_m = INFINITY;

    for (size_t r = 0; r < shape->ring_count; r++) {
        const struct toc_ring *ring = &shape->rings[r];
        const struct toc_vector *vertices = shape->vertices + ring->first;
        struct spot before = {0};
        uint32_t last = ring->count;

        for (uint32_t i = next_edge(shape, ring, plane, reach_m, 1); i < ring->count;
             i = next_edge(shape, ring, plane, reach_m, i + 1)) {
            struct spot now = project(plane, vertices[i]), near;

            before = last == i - 1 ? before : project(plane, vertices[i - 1]);
            near = nearest_on(before, now);
            if (near.x * near.x + near.y * near.y <= most_m * most_m) {
                best_m = fmin(best_m, least_m <= PLANE_M
                                          ? toc_geo_distance_m(point, unproject(plane, near))
                                          : search_arc(point, vertices[i - 1], vertices[i]));
            }
            before = now;
            last = i;
        }
    }
    return best_m;
}

/* From far: pieces are at most 100 km long and more than 1,000 km away, so the nearest point of one
 * is less than 2 km nearer than the nearer of its ends. */
static double measure_far(const struct toc_shape *shape, struct toc_point point)
{
    double best_m = INFINITY, least_m;

    for (size_t i = 0; i < shape->vertex_count; i++) {
        best_m = fmin(best_m, toc_geo_distance_m(point, toc_geo_from_vector(shape->vertices[i])));
    }
    least_m = best_m;
    for (size_t r = 0; r < shape->ring_count; r++) {
        const struct toc_vector *v = shape->vertices + shape->rings[r].first;

        for (uint32_t i = 1; i < shape->rings[r].count; i++) {
            if (toc_geo_distance_m(point, toc_geo_from_vector(v[i])) < least_m + 2000 ||
                toc_geo_distance_m(point, toc_geo_from_vector(v[i - 1])) < least_m + 2000) {
                best_m = fmin(best_m, search_arc(point, v[i - 1], v[i]));
            }
        }
    }
    return best_m;
}

/* The distance, or any larger than @reach_m if it is. */
static double distance_m(const struct toc_shape *shape, struct toc_point point, double reach_m)
{
    struct plane plane;
    double square;

    if (!toc_geo_is_within(point, shape->middle, FAR_MM)) {
        return measure_far(shape, point);
    }
    plane = plane_at(point);
    if (look(shape, &plane, reach_m, &square)) {
        return 0;
    }
    return isinf(square) ? square : measure(shape, &plane, point, reach_m, sqrt(square));
}

int64_t toc_shape_distance_mm(const struct toc_shape *shape, struct toc_point point)
{
    return llround(distance_m(shape, point, INFINITY) * 1000);
}

bool toc_shape_is_within(const struct toc_shape *shape, struct toc_point point, int64_t limit_mm)
{
    double limit_m = (double)limit_mm / 1000;
    double m = distance_m(shape, point, limit_m + 0.01); /* More than rounding can add. */

    return !isinf(m) && llround(m * 1000) <= limit_mm;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The middle of the widest stretch inside a polygon, over some lines drawn across it from west to
 * east. @spots are the vertices on @plane, @xs has room for as many. False if it has no inside. */
static bool find_inside(const struct toc_shape *shape, const struct plane *plane,
                        const struct spot *spots, double *xs, struct toc_point *out)
{
    double widest = 0;

    for (size_t first = 0, end; first < shape->ring_count; first = end) {
        double low = INFINITY, high = -INFINITY;

        for (end = first;
             end < shape->ring_count && (end == first || !shape->rings[end].begins_polygon);
             end++) {
            for (uint32_t i = 0; i < shape->rings[end].count; i++) {
                low = fmin(low, spots[shape->rings[end].first + i].y);
                high = fmax(high, spots[shape->rings[end].first + i].y);
            }
        }
        for (int line = 0; line < SCANLINES; line++) {
            double y = low + (high - low) * (line + 0.5) / SCANLINES;
            size_t count = 0;

            for (size_t r = first; r < end; r++) {
                const struct spot *s = spots + shape->rings[r].first;

                for (uint32_t i = 1; i < shape->rings[r].count; i++) {
                    if ((s[i - 1].y > y) != (s[i].y > y)) {
                        xs[count++] = s[i - 1].x + (y - s[i - 1].y) / (s[i].y - s[i - 1].y) *
                                                       (s[i].x - s[i - 1].x);
                    }
                }
            }
            qsort(xs, count, sizeof *xs, compare_doubles);
            for (size_t i = 0; i + 1 < count; i += 2) {
                struct spot spot = {.x = (xs[i] + xs[i + 1]) / 2, .y = y};
                struct toc_point point = unproject(plane, spot);

                if (xs[i + 1] - xs[i] > widest && toc_shape_distance_mm(shape, point) == 0) {
                    widest = xs[i + 1] - xs[i];
                    *out = point;
                }
            }
        }
    }
    return widest > 0;
}

static const char *find_middle(struct toc_shape *shape)
{
    struct toc_vector sum = {0};

    for (size_t i = 0; i < shape->vertex_count; i++) {
        sum.x += shape->vertices[i].x;
        sum.y += shape->vertices[i].y;
        sum.z += shape->vertices[i].z;
    }
    if (sqrt(dot(sum, sum)) < (double)shape->vertex_count * RADIUS_M / 2) {
        return "it is too large: at most 2,500 km from its middle";
    }
    shape->middle = toc_geo_from_vector(sum);
    for (size_t i = 0; i < shape->vertex_count; i++) {
        int64_t mm = toc_geo_distance_mm(shape->middle, toc_geo_from_vector(shape->vertices[i]));

        shape->bound_mm = mm > shape->bound_mm ? mm : shape->bound_mm;
    }
    shape->bound_mm += 1; /* For what rounding hides. */
    return shape->bound_mm > (int64_t)TOC_SHAPE_BOUND_M * 1000
               ? "it is too large: at most 2,500 km from its middle"
               : NULL;
}

/* Balls around the edges from each TOC_SHAPE_CHUNK vertices. */
static struct toc_chunk *chunks_of(const struct toc_shape *shape, struct toc_arena *arena)
{
    size_t count = (shape->vertex_count + TOC_SHAPE_CHUNK - 1) / TOC_SHAPE_CHUNK;
    struct toc_chunk *chunks = toc_arena_array(arena, count, sizeof *chunks);

    for (size_t c = 0; c < count; c++) {
        size_t first = c * TOC_SHAPE_CHUNK, end = first + TOC_SHAPE_CHUNK + 1;
        double longest_m = 0;

        end = end < shape->vertex_count ? end : shape->vertex_count;
        chunks[c].middle = shape->vertices[(first + end) / 2];
        for (size_t i = first; i < end; i++) {
            chunks[c].radius_m =
                fmax(chunks[c].radius_m, length(shape->vertices[i], chunks[c].middle));
            longest_m = i > first
                            ? fmax(longest_m, length(shape->vertices[i], shape->vertices[i - 1]))
                            : longest_m;
        }
        /* An arc rises above its chord by length^2 / 8 R, R nowhere below 6,335 km. */
        chunks[c].radius_m += longest_m * longest_m / (8 * 6.3e6) + 0.01;
    }
    return chunks;
}

const char *toc_shape_complete(struct toc_shape_draft *draft, struct toc_arena *arena,
                               struct toc_shape *out, struct toc_point *out_inside)
{
    struct toc_shape shape = draft->shape;
    const char *wrong = find_middle(&shape);

    if (wrong != NULL) {
        return wrong;
    }
    if (shape.rings[0].is_area) {
        struct plane plane = plane_at(shape.middle);
        struct spot *spots = toc_mem_array(shape.vertex_count, sizeof *spots);
        double *xs = toc_mem_array(shape.vertex_count, sizeof *xs);

        for (size_t i = 0; i < shape.vertex_count; i++) {
            spots[i] = project(&plane, shape.vertices[i]);
        }
        if (!find_inside(&shape, &plane, spots, xs, out_inside)) {
            wrong = "it has no inside";
        }
        toc_mem_free(xs);
        toc_mem_free(spots);
    } else {
        *out_inside = toc_geo_from_vector(shape.vertices[shape.vertex_count / 2]);
    }
    if (wrong == NULL) {
        *out = shape;
        out->vertices = toc_arena_array(arena, shape.vertex_count, sizeof *out->vertices);
        out->rings = toc_arena_array(arena, shape.ring_count, sizeof *out->rings);
        memcpy(out->vertices, shape.vertices, shape.vertex_count * sizeof *out->vertices);
        memcpy(out->rings, shape.rings, shape.ring_count * sizeof *out->rings);
        out->chunks = chunks_of(out, arena);
    }
    return wrong;
}

#include "event/place.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/mem.h"
#include "event/place_read.h"

/* Places are found by their middle: the Earth is cut into cells of half a degree, and each place
 * stands in the cell of its middle. A search looks through the cells within its limit and
 * SMALL_M; the few places larger than that stand by themselves and are tried every time. */
enum {
    ROWS = 360,
    COLUMNS = 720,
    SMALL_M = 20000,
    CELL_LARGE = ROWS * COLUMNS, /* Behind all true cells. */
};
#define CELL_DEG 0.5
#define METRES_A_DEGREE                                                                            \
    110574.0                 /* At least, along any meridian; and 111319 or more a degree of       \
                              */
#define METRES_EAST 111319.0 /* longitude, times the cosine of the latitude. */
#define LIMIT_MOST  INT64_C(40000000000) /* Twice the way to the antipode: everything. */

struct slot { /* Sorted by kind, cell, place. */
    uint32_t kind, cell, place;
};

struct name {            /* Sorted by text, place. */
    struct toc_str text; /* Folded. */
    uint32_t place;
};

struct toc_places {
    struct toc_arena arena;
    struct toc_place_entry *entries;
    size_t count;
    struct toc_str *kinds;
    size_t kind_count;
    struct slot *slots; /* One each. */
    struct name *names;
    size_t name_count;
};

/* Building. */

static uint32_t cell_at(double lat_deg, double lon_deg)
{
    int row = (int)floor((lat_deg + 90) / CELL_DEG),
        column = (int)floor((lon_deg + 180) / CELL_DEG);

    row = row < 0 ? 0 : row >= ROWS ? ROWS - 1 : row;
    column = column < 0 ? 0 : column >= COLUMNS ? COLUMNS - 1 : column;
    return (uint32_t)(row * COLUMNS + column);
}

static bool is_point(const struct toc_place_entry *entry)
{
    return entry->shape.vertex_count == 0;
}

static int64_t radius_mm(const struct toc_place_entry *entry)
{
    return llround(entry->place.radius_m * 1000);
}

static struct slot slot_of(const struct toc_place_entry *entry, uint32_t kind, uint32_t place)
{
    struct toc_point middle = is_point(entry) ? entry->place.centre : entry->shape.middle;
    int64_t bound_mm = is_point(entry) ? radius_mm(entry) : entry->shape.bound_mm;

    return (struct slot){
        .kind = kind,
        .cell = bound_mm > (int64_t)SMALL_M * 1000 ? (uint32_t)CELL_LARGE
                                                   : cell_at(middle.lat_deg, middle.lon_deg),
        .place = place,
    };
}

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_slots(const void *left, const void *right)
{
    const struct slot *a = left, *b = right;

    if (a->kind != b->kind) {
        return compare_u32(a->kind, b->kind);
    }
    return a->cell != b->cell ? compare_u32(a->cell, b->cell) : compare_u32(a->place, b->place);
}

static int compare_names(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    int order = toc_str_compare(a->text, b->text);

    return order != 0 ? order : compare_u32(a->place, b->place);
}

/* Number of the kind, taken up if it is new; @room kinds may be. */
static uint32_t kind_of(struct toc_places *places, struct toc_str kind)
{
    for (size_t i = 0; i < places->kind_count; i++) {
        if (toc_str_equal(places->kinds[i], kind)) {
            return (uint32_t)i;
        }
    }
    places->kinds[places->kind_count] = kind;
    return (uint32_t)places->kind_count++;
}

static void check_names(const struct toc_places *places, struct toc_diag *diag)
{
    for (size_t i = 0; i < places->name_count; i++) {
        const struct toc_place_entry *later = &places->entries[places->names[i].place];

        for (size_t j = i; j > 0 && toc_str_equal(places->names[j - 1].text, places->names[i].text);
             j--) {
            const struct toc_place_entry *first = &places->entries[places->names[j - 1].place];

            if (toc_str_equal(first->place.kind, later->place.kind)) {
                toc_diag_add(diag, TOC_SEVERITY_ERROR, "E0224", later->mark, (struct toc_str){0},
                             "feature %zu (\"%s\") shares the name \"%s\" with %s \"%s\" of %s, "
                             "feature %zu",
                             later->feature, later->place.name.data, places->names[i].text.data,
                             first->place.kind.data, first->place.name.data,
                             toc_diag_path(diag, first->mark.file), first->feature);
                break;
            }
        }
    }
}

/* Take over what was read, and build the tables over it. */
static struct toc_places *places_of(struct toc_place_reader *reader, struct toc_places *places)
{
    size_t names = 0;

    places->count = reader->count;
    places->entries = toc_arena_array(&places->arena, reader->count, sizeof *places->entries);
    if (reader->count > 0) {
        memcpy(places->entries, reader->entries, reader->count * sizeof *places->entries);
    }
    places->kinds = toc_arena_array(&places->arena, TOC_PLACE_KINDS, sizeof *places->kinds);
    places->slots = toc_arena_array(&places->arena, places->count, sizeof *places->slots);
    for (size_t i = 0; i < places->count; i++) {
        struct toc_place_entry *entry = &places->entries[i];
        uint32_t kind;

        if (places->kind_count == TOC_PLACE_KINDS) {
            toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0225", entry->mark,
                         (struct toc_str){0}, "there are %d kinds of places or more",
                         TOC_PLACE_KINDS);
            break;
        }
        kind = kind_of(places, entry->place.kind);
        entry->place.kind = places->kinds[kind];
        places->slots[i] = slot_of(entry, kind, (uint32_t)i);
        names += entry->name_count;
    }
    places->names = toc_arena_array(&places->arena, names, sizeof *places->names);
    for (size_t i = 0; i < places->count && places->name_count < names; i++) {
        for (size_t j = 0; j < places->entries[i].name_count; j++) {
            places->names[places->name_count++] =
                (struct name){.text = places->entries[i].names[j], .place = (uint32_t)i};
        }
    }
    qsort(places->slots, places->count, sizeof *places->slots, compare_slots);
    qsort(places->names, places->name_count, sizeof *places->names, compare_names);
    check_names(places, reader->diag);
    return places;
}

/* Build, if nothing was wrong; @errors were there before. */
static bool finish(struct toc_place_reader *reader, struct toc_places *places, size_t errors,
                   struct toc_places **out)
{
    places_of(reader, places);
    toc_mem_free(reader->entries);
    if (toc_diag_errors(reader->diag) != errors) {
        toc_places_destroy(places);
        *out = NULL;
        return false;
    }
    *out = places;
    return true;
}

static void refuse_path(struct toc_diag *diag, const char *path, enum toc_status st)
{
    struct toc_mark mark = {.file = toc_diag_add_file(diag, path, TOC_STR(""))};

    toc_diag_add(diag, TOC_SEVERITY_ERROR, st == TOC_E_LIMIT ? "E0225" : "E0201", mark,
                 (struct toc_str){0}, "cannot be read: %s",
                 st == TOC_E_LIMIT ? "it is too large" : strerror(errno));
}

bool toc_places_load(const char *directory, bool must_exist, struct toc_diag *diag,
                     struct toc_places **out)
{
    struct toc_places *places = toc_mem_get(sizeof *places);
    struct toc_place_reader reader = {.arena = &places->arena, .diag = diag};
    size_t errors = toc_diag_errors(diag), count = 0;
    struct toc_arena paths_arena = {0};
    const char *const *paths = NULL;
    struct toc_text text = {0};
    enum toc_status st = toc_file_list(directory, ".geojson", &paths_arena, &paths, &count);

    if (st != TOC_OK && (st != TOC_E_NOT_FOUND || must_exist)) {
        refuse_path(diag, directory, st);
    }
    for (size_t i = 0; i < count; i++) {
        toc_text_clear(&text);
        st = toc_file_read(paths[i], TOC_PLACES_FILE, &text);
        if (st != TOC_OK) {
            refuse_path(diag, paths[i], st);
        } else {
            toc_place_read(&reader, paths[i], toc_text_str(&text));
        }
    }
    toc_text_finish(&text);
    toc_arena_finish(&paths_arena);
    return finish(&reader, places, errors, out);
}

bool toc_places_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                      struct toc_places **out)
{
    struct toc_places *places = toc_mem_get(sizeof *places);
    struct toc_place_reader reader = {.arena = &places->arena, .diag = diag};
    size_t errors = toc_diag_errors(diag);

    toc_place_read(&reader, path, text);
    return finish(&reader, places, errors, out);
}

void toc_places_destroy(struct toc_places *places)
{
    if (places == NULL) {
        return;
    }
    toc_arena_finish(&places->arena);
    toc_mem_free(places);
}

/* Names. */

size_t toc_places_count(const struct toc_places *places)
{
    return places->count;
}

const struct toc_place *toc_places_get(const struct toc_places *places, size_t index)
{
    toc_assert(index < places->count);
    return &places->entries[index].place;
}

enum { FOLDED_SIZE = 3 * TOC_PLACE_NAME_SIZE };

/* @text folded into @room, or false if no place could be called so. */
static bool fold_name(struct toc_str text, char room[FOLDED_SIZE], struct toc_str *out)
{
    if (text.size > (size_t)4 * TOC_PLACE_NAME_SIZE) { /* Accents may be longer than letters. */
        return false;
    }
    *out = (struct toc_str){.data = room, .size = toc_text_fold_name_into(text, FOLDED_SIZE, room)};
    return out->size <= FOLDED_SIZE;
}

/* Number of the kind, or -1. */
static int find_kind(const struct toc_places *places, struct toc_str kind)
{
    char room[FOLDED_SIZE];
    struct toc_str folded;

    if (!fold_name(kind, room, &folded)) {
        return -1;
    }
    for (size_t i = 0; i < places->kind_count; i++) {
        if (toc_str_equal(places->kinds[i], folded)) {
            return (int)i;
        }
    }
    return -1;
}

bool toc_places_has_kind(const struct toc_places *places, struct toc_str kind)
{
    return find_kind(places, kind) >= 0;
}

int toc_places_find(const struct toc_places *places, struct toc_str kind, struct toc_str name)
{
    int wanted = kind.size > 0 ? find_kind(places, kind) : -1;
    size_t low = 0, high = places->name_count;
    char room[FOLDED_SIZE];
    struct toc_str folded;

    if ((kind.size > 0 && wanted < 0) || !fold_name(name, room, &folded)) {
        return -1;
    }
    while (low < high) { /* The first that is not before it. */
        size_t middle = low + (high - low) / 2;

        if (toc_str_compare(places->names[middle].text, folded) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < places->name_count && toc_str_equal(places->names[low].text, folded); low++) {
        uint32_t place = places->names[low].place;

        if (wanted < 0 || toc_str_equal(places->entries[place].place.kind, places->kinds[wanted])) {
            return (int)place;
        }
    }
    return -1;
}

/* Distances. */

int64_t toc_places_error_mm(struct toc_point point)
{
    toc_assert(point.error_m >= 0);
    return point.error_m < 3e7 ? llround(point.error_m * 1000) : INT64_C(30000000000);
}

int64_t toc_places_distance_mm(const struct toc_places *places, size_t index,
                               struct toc_point point)
{
    const struct toc_place_entry *entry;
    int64_t mm;

    toc_assert(index < places->count);
    entry = &places->entries[index];
    mm = is_point(entry) ? toc_geo_distance_mm(entry->place.centre, point) - radius_mm(entry)
                         : toc_shape_distance_mm(&entry->shape, point);
    mm -= toc_places_error_mm(point);
    return mm < 0 ? 0 : mm;
}

/* toc_places_distance_mm() <= @limit_mm, mostly for less. */
static bool is_near(const struct toc_places *places, uint32_t index, struct toc_point point,
                    int64_t limit_mm)
{
    const struct toc_place_entry *entry = &places->entries[index];
    int64_t reach_mm = limit_mm + toc_places_error_mm(point);

    if (is_point(entry)) {
        return toc_geo_is_within(entry->place.centre, point, reach_mm + radius_mm(entry));
    }
    return toc_geo_is_within(entry->shape.middle, point, reach_mm + entry->shape.bound_mm + 1) &&
           toc_shape_is_within(&entry->shape, point, reach_mm);
}

/* A search under way. */
struct search {
    const struct toc_places *places;
    uint32_t kind;
    struct toc_point point;
    int64_t limit_mm;
    size_t room, count;
    uint32_t *out;
};

/* Keep @place, in order. */
static void found(struct search *search, uint32_t place)
{
    size_t kept = search->count < search->room ? search->count : search->room;

    search->count++;
    if (kept == search->room) {
        if (kept == 0 || search->out[kept - 1] < place) {
            return;
        }
        kept--; /* The last gives way. */
    }
    for (; kept > 0 && search->out[kept - 1] > place; kept--) {
        search->out[kept] = search->out[kept - 1];
    }
    search->out[kept] = place;
}

static void search_cells(struct search *search, uint32_t first_cell, uint32_t last_cell)
{
    const struct toc_places *places = search->places;
    struct slot first = {.kind = search->kind, .cell = first_cell};
    size_t low = 0, high = places->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_slots(&places->slots[middle], &first) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < places->count && places->slots[low].kind == search->kind &&
           places->slots[low].cell <= last_cell;
         low++) {
        if (is_near(places, places->slots[low].place, search->point, search->limit_mm)) {
            found(search, places->slots[low].place);
        }
    }
}

/* Whoever is within @reach_m of the point is at most so many degrees north or south of it, and, as
 * no way there leads nearer to a pole than that, at most so many east or west. */
static void search_around(struct search *search, double reach_m)
{
    double lat = search->point.lat_deg, lon = search->point.lon_deg;
    double high = reach_m / METRES_A_DEGREE, wide = 360;
    double polar = fabs(lat) + high; /* The latitude nearest to a pole. */
    int first_row = (int)floor((fmax(lat - high, -90) + 90) / CELL_DEG);
    int last_row = (int)floor((fmin(lat + high, 90) + 90) / CELL_DEG);
    int first, last;

    if (polar < 89.9) {
        wide = fmin(wide, reach_m / (METRES_EAST * cos(polar * 0.017453292519943295)));
    }
    first = (int)floor((lon - wide + 180) / CELL_DEG);
    last = (int)floor((lon + wide + 180) / CELL_DEG);
    if (wide >= 179) {
        first = 0;
        last = COLUMNS - 1;
    }
    last_row = last_row >= ROWS ? ROWS - 1 : last_row;
    for (int row = first_row; row <= last_row; row++) {
        uint32_t base = (uint32_t)(row * COLUMNS);

        if (first < 0) { /* Across the 180th meridian. */
            search_cells(search, base + (uint32_t)(first + COLUMNS), base + COLUMNS - 1);
        }
        if (last >= COLUMNS) {
            search_cells(search, base, base + (uint32_t)(last - COLUMNS));
        }
        search_cells(search, base + (uint32_t)(first < 0 ? 0 : first),
                     base + (uint32_t)(last >= COLUMNS ? COLUMNS - 1 : last));
    }
}

size_t toc_places_near(const struct toc_places *places, struct toc_str kind, int only,
                       struct toc_point point, int64_t limit_mm, size_t room, uint32_t out[])
{
    struct search search = {.places = places, .point = point, .room = room, .out = out};
    int wanted;

    search.limit_mm = limit_mm < LIMIT_MOST ? limit_mm : LIMIT_MOST;
    if (limit_mm < 0) {
        return 0;
    }
    if (only >= 0) {
        toc_assert((size_t)only < places->count);
        if (is_near(places, (uint32_t)only, point, search.limit_mm)) {
            found(&search, (uint32_t)only);
        }
        return search.count;
    }
    wanted = find_kind(places, kind);
    if (wanted < 0) {
        return 0;
    }
    search.kind = (uint32_t)wanted;
    search_around(&search,
                  (double)(search.limit_mm + toc_places_error_mm(point)) / 1000 + SMALL_M + 1);
    search_cells(&search, CELL_LARGE, CELL_LARGE);
    return search.count;
}

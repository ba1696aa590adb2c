#include "event/place_read.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <jansson.h>

#include "base/mem.h"

/* A feature being read. */
struct feature {
    struct toc_place_reader *reader;
    struct toc_place_entry *entry;
    bool is_wrong;
};

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
complain(struct feature *f, const char *code, const char *format, ...)
{
    char what[600];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    f->is_wrong = true;
    toc_diag_add(f->reader->diag, TOC_SEVERITY_ERROR, code, f->entry->mark, (struct toc_str){0},
                 "feature %zu%s%.200s%s: %s", f->entry->feature,
                 f->entry->place.name.size > 0 ? " (\"" : "",
                 f->entry->place.name.size > 0 ? f->entry->place.name.data : "",
                 f->entry->place.name.size > 0 ? "\")" : "", what);
}

/* A name or alias as it is looked up; kept in the arena. Empty if it is not fit to be one. */
static struct toc_str take_name(struct feature *f, const json_t *value, const char *what)
{
    struct toc_str text = {.data = json_string_value(value), .size = json_string_length(value)};
    struct toc_str folded = {0};
    struct toc_text room = {0};
    bool is_sound = text.size > 0 && text.size <= TOC_PLACE_NAME_SIZE;

    for (size_t i = 0; i < text.size && is_sound; i++) {
        is_sound = (unsigned char)text.data[i] >= 0x20 && text.data[i] != 0x7F;
    }
    if (is_sound) {
        toc_text_fold_name(&room, text);
        is_sound = room.size > 0; /* Nothing but accents. */
    }
    if (is_sound) {
        folded = toc_arena_str(f->reader->arena, toc_text_str(&room));
    } else {
        complain(f, "E0222", "%s must be a text of 1 to %d bytes without control characters", what,
                 TOC_PLACE_NAME_SIZE);
    }
    toc_text_finish(&room);
    return folded;
}

/* Kinds become key fields of rules, so they look like names of fields. */
static bool is_kind(struct toc_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (!((c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9'))) {
            return false;
        }
    }
    return text.size > 0 && text.size <= TOC_PLACE_KIND_SIZE;
}

bool toc_place_offset(struct toc_str text, int32_t *out_min)
{
    if (text.size != 6 || (text.data[0] != '+' && text.data[0] != '-') || text.data[3] != ':') {
        return false;
    }
    for (size_t i = 1; i < 6; i++) {
        if (i != 3 && (text.data[i] < '0' || text.data[i] > '9')) {
            return false;
        }
    }
    int minute = (text.data[4] - '0') * 10 + (text.data[5] - '0');
    int min = ((text.data[1] - '0') * 10 + (text.data[2] - '0')) * 60 + minute;
    if (minute > 59 || min > TOC_PLACE_OFFSET_MIN) {
        return false;
    }
    *out_min = text.data[0] == '-' ? -min : min;
    return true;
}

/* What rules may compare with: the numbers, and by which clock people live there. */
static void take_numbers(struct feature *f, const json_t *properties)
{
    const json_t *offset = json_object_get(properties, "utc_offset");
    struct toc_place *place = &f->entry->place;
    struct toc_place_property *numbers =
        toc_arena_array(f->reader->arena, TOC_PLACE_PROPERTIES, sizeof *numbers);
    const char *name;
    json_t *value;

    if (offset != NULL &&
        !(place->has_offset =
              json_is_string(offset) &&
              toc_place_offset(toc_str_of(json_string_value(offset)), &place->offset_min))) {
        complain(f, "E0222", "properties.utc_offset must be such as \"+02:00\"");
    }
    json_object_foreach((json_t *)(uintptr_t)properties, name, value)
    {
        double number = json_number_value(value);
        if (!json_is_number(value) || strlen(name) > TOC_PLACE_KIND_SIZE ||
            !(fabs(number) <= 9e12)) {
            continue;
        }
        if (place->property_count == TOC_PLACE_PROPERTIES) {
            complain(f, "E0225", "it has more than %d properties that are numbers",
                     TOC_PLACE_PROPERTIES);
            return;
        }
        numbers[place->property_count++] = (struct toc_place_property){
            .name = toc_arena_str(f->reader->arena, toc_str_of(name)),
            .value = json_is_integer(value) ? (int64_t)json_integer_value(value) * 1000000
                                            : (int64_t)llround(number * 1e6),
        };
    }
    place->properties = numbers;
}

bool toc_place_number(const struct toc_place *place, struct toc_str name, int64_t *out)
{
    for (size_t i = 0; i < place->property_count; i++) {
        if (toc_str_equal(place->properties[i].name, name)) {
            *out = place->properties[i].value;
            return true;
        }
    }
    return false;
}

static void take_properties(struct feature *f, const json_t *properties)
{
    const json_t *kind = json_object_get(properties, "kind"), *alias;
    const json_t *name = json_object_get(properties, "name");
    const json_t *aliases = json_object_get(properties, "aliases");
    struct toc_place_entry *entry = f->entry;
    size_t i;

    if (!json_is_string(name)) {
        complain(f, "E0222", "properties.name is missing or no text");
        return;
    }
    entry->place.id = take_name(f, name, "properties.name");
    if (entry->place.id.size == 0) {
        return;
    }
    entry->place.name = toc_arena_str(f->reader->arena, toc_str_of(json_string_value(name)));
    if (!json_is_string(kind)) {
        complain(f, "E0222", "properties.kind is missing or no text: camp, premises, route, ...");
    } else {
        entry->place.kind = take_name(f, kind, "properties.kind");
        if (entry->place.kind.size > 0 && !is_kind(entry->place.kind)) {
            complain(f, "E0222",
                     "properties.kind must be a letter or '_', then letters, digits and "
                     "'_', at most %d",
                     TOC_PLACE_KIND_SIZE);
        }
    }
    if (aliases != NULL &&
        (!json_is_array(aliases) || json_array_size(aliases) > TOC_PLACE_ALIASES)) {
        complain(f, "E0222", "properties.aliases must be a list of at most %d texts",
                 TOC_PLACE_ALIASES);
        return;
    }
    entry->names =
        toc_arena_array(f->reader->arena, json_array_size(aliases) + 1, sizeof *entry->names);
    entry->names[entry->name_count++] = entry->place.id;
    json_array_foreach(aliases, i, alias)
    {
        struct toc_str folded = take_name(f, alias, "an alias");
        bool is_new = folded.size > 0;

        for (size_t j = 0; j < entry->name_count && is_new; j++) {
            is_new = !toc_str_equal(entry->names[j], folded);
        }
        if (is_new) {
            entry->names[entry->name_count++] = folded;
        }
    }
}

/* RFC 7946, 3.1.1: longitude, latitude; an altitude is not looked at. */
static bool take_position(struct feature *f, const json_t *position, struct toc_point *out)
{
    const json_t *lon = json_array_get(position, 0), *lat = json_array_get(position, 1);

    if (!json_is_number(lon) || !json_is_number(lat)) {
        complain(f, "E0223", "a position must be [longitude, latitude]");
        return false;
    }
    *out = (struct toc_point){.lat_deg = json_number_value(lat), .lon_deg = json_number_value(lon)};
    if (!(fabs(out->lat_deg) <= 90) || !(fabs(out->lon_deg) <= 180)) {
        complain(f, "E0223",
                 "position [%.10g, %.10g] lies outside longitude -180..180, latitude -90..90",
                 out->lon_deg, out->lat_deg);
        return false;
    }
    return true;
}

static bool take_line(struct feature *f, struct toc_shape_draft *draft, const json_t *positions,
                      bool is_area, bool begins_polygon)
{
    size_t count = json_array_size(positions); /* 0 of what is no array. */
    struct toc_point first = {0}, previous = {0};

    if (count < (is_area ? 4U : 2U)) {
        complain(f, "E0223",
                 is_area ? "a ring has at least four positions"
                         : "a line has at least two positions");
        return false;
    }
    toc_shape_begin_ring(draft, is_area, begins_polygon);
    for (size_t i = 0; i < count; i++) {
        struct toc_point point;
        const char *wrong;

        if (!take_position(f, json_array_get(positions, i), &point)) {
            return false;
        }
        wrong = toc_shape_add(draft, point, i == 0 ? NULL : &previous);
        if (wrong != NULL) {
            complain(f, "E0223", "%s", wrong);
            return false;
        }
        first = i == 0 ? point : first;
        previous = point;
    }
    if (is_area && (first.lat_deg != previous.lat_deg || first.lon_deg != previous.lon_deg)) {
        complain(f, "E0223", "a ring must end where it begins");
        return false;
    }
    return true;
}

static bool take_polygon(struct feature *f, struct toc_shape_draft *draft, const json_t *rings)
{
    if (json_array_size(rings) == 0) {
        complain(f, "E0223", "a polygon is a list of rings, the outer one first");
        return false;
    }
    for (size_t i = 0; i < json_array_size(rings); i++) {
        if (!take_line(f, draft, json_array_get(rings, i), true, i == 0)) {
            return false;
        }
    }
    return true;
}

static bool take_polygons(struct feature *f, struct toc_shape_draft *draft, const json_t *polygons)
{
    if (json_array_size(polygons) == 0) {
        complain(f, "E0223", "a MultiPolygon is a list of polygons");
        return false;
    }
    for (size_t i = 0; i < json_array_size(polygons); i++) {
        if (!take_polygon(f, draft, json_array_get(polygons, i))) {
            return false;
        }
    }
    return true;
}

static void take_shape(struct feature *f, struct toc_shape_draft *draft)
{
    struct toc_place_entry *entry = f->entry;
    const char *wrong =
        toc_shape_complete(draft, f->reader->arena, &entry->shape, &entry->place.centre);

    if (wrong != NULL) {
        complain(f, "E0223", "%s", wrong);
        return;
    }
    f->reader->vertex_count += entry->shape.vertex_count;
    if (f->reader->vertex_count > TOC_PLACES_VERTICES) {
        complain(f, "E0225", "all outlines together have more than %d points", TOC_PLACES_VERTICES);
    }
}

static void take_geometry(struct feature *f, const json_t *geometry, const json_t *radius)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    struct toc_shape_draft draft = {0};
    bool is_shape = false;

    if (type == NULL) {
        complain(f, "E0223", "the geometry or its type is missing");
    } else if (strcmp(type, "Point") == 0) {
        (void)take_position(f, coordinates, &f->entry->place.centre);
    } else if (strcmp(type, "Polygon") == 0) {
        is_shape = take_polygon(f, &draft, coordinates);
    } else if (strcmp(type, "MultiPolygon") == 0) {
        is_shape = take_polygons(f, &draft, coordinates);
    } else if (strcmp(type, "LineString") == 0) {
        is_shape = take_line(f, &draft, coordinates, false, true);
    } else {
        complain(f, "E0223",
                 "a geometry is a Point, Polygon, MultiPolygon or LineString, not %.40s", type);
    }
    if (is_shape) {
        take_shape(f, &draft);
    }
    toc_shape_finish(&draft);
    if (radius == NULL) {
        return;
    }
    if (type != NULL && strcmp(type, "Point") != 0) {
        complain(f, "E0222", "properties.radius_m goes with a Point only");
    } else if (!json_is_number(radius) || !(json_number_value(radius) >= 0) ||
               !(json_number_value(radius) <= TOC_PLACE_RADIUS_M)) {
        complain(f, "E0222", "properties.radius_m must be a number from 0 to %d",
                 TOC_PLACE_RADIUS_M);
    } else {
        f->entry->place.radius_m = json_number_value(radius);
    }
}

static bool is_of_type(const json_t *object, const char *type)
{
    const char *given = json_string_value(json_object_get(object, "type"));

    return given != NULL && strcmp(given, type) == 0;
}

static void read_feature(struct toc_place_reader *reader, struct toc_mark mark, size_t number,
                         const json_t *object)
{
    struct toc_place_entry entry = {.mark = mark, .feature = number};
    struct feature f = {.reader = reader, .entry = &entry};
    const json_t *properties = json_object_get(object, "properties");

    if (!is_of_type(object, "Feature")) {
        complain(&f, "E0221", "it is no object of type Feature");
        return;
    }
    take_properties(&f, properties);
    take_numbers(&f, properties);
    take_geometry(&f, json_object_get(object, "geometry"), json_object_get(properties, "radius_m"));
    if (f.is_wrong) {
        return;
    }
    if (reader->count == TOC_PLACES_MOST) {
        complain(&f, "E0225", "there are more than %d places", TOC_PLACES_MOST);
        return;
    }
    if (reader->count == reader->room) {
        reader->room = reader->room == 0 ? 64 : reader->room * 2;
        reader->entries = toc_mem_resize(reader->entries, reader->room, sizeof *reader->entries);
    }
    reader->entries[reader->count++] = entry;
}

void toc_place_read(struct toc_place_reader *reader, const char *path, struct toc_str text)
{
    struct toc_mark mark = {.file = toc_diag_add_file(reader->diag, path, text)};
    const json_t *features;
    json_error_t error;
    json_t *root = NULL;

    if (text.size > TOC_PLACES_FILE) {
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0225", mark, (struct toc_str){0},
                     "a file of places has at most 16 MiB");
        return;
    }
    root =
        json_loadb(text.data != NULL ? text.data : "", text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        mark.line = error.line > 0 ? (uint32_t)error.line : 0;
        mark.column = error.column > 0 ? (uint32_t)error.column : 1;
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0220", mark, (struct toc_str){0},
                     "not valid JSON: %s", error.text);
        return;
    }
    features = json_object_get(root, "features");
    if (is_of_type(root, "Feature")) {
        read_feature(reader, mark, 1, root);
    } else if (is_of_type(root, "FeatureCollection") && json_is_array(features)) {
        for (size_t i = 0; i < json_array_size(features); i++) {
            read_feature(reader, mark, i + 1, json_array_get(features, i));
        }
    } else {
        toc_diag_add(reader->diag, TOC_SEVERITY_ERROR, "E0221", mark, (struct toc_str){0},
                     "a file of places is a GeoJSON FeatureCollection or Feature");
    }
    json_decref(root);
}

#include "event/decode_pick.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/instant.h"
#include "base/number.h"

/* What following a mapping through one record needs. */
struct follower {
    const struct toc_mapping *mapping;
    struct toc_reader *reader;
    const struct toc_json *json;
    const struct toc_plan *plans;
    const struct toc_record *record;
    enum toc_mode mode;
    int64_t clamp_ms;
    uint32_t element; /* Where the element that is being read stands. */
    size_t index;     /* Which of the array it is. */
};

/* The member of the object at @at called @name, or the element of the array, or 0. */
static uint32_t step(const struct toc_json *json, uint32_t at, struct toc_str name)
{
    uint32_t end = toc_json_after(json, at) - 1;

    if (toc_json_tag(json, at) == '{') {
        for (at++; at < end; at = toc_json_after(json, at + 1)) {
            if (toc_str_equal(toc_json_text(json, at), name)) {
                return at + 1;
            }
        }
    } else if (toc_json_tag(json, at) == '[') {
        int64_t left;

        if (!toc_number_parse_integer(name, &left) || left < 0) {
            return 0;
        }
        for (at++; at < end; at = toc_json_after(json, at)) {
            if (left-- == 0) {
                return at;
            }
        }
    }
    return 0;
}

/* Where @path leads; 0 if there is nothing, or null. */
static uint32_t find(const struct follower *f, const struct toc_path *path)
{
    uint32_t at = path->is_from_record ? TOC_JSON_ROOT : f->element;

    for (size_t i = 0; i < path->count && at != 0; i++) {
        at = step(f->json, at, path->steps[i]);
    }
    return at != 0 && toc_json_tag(f->json, at) == 'n' ? 0 : at;
}

/* A text, a whole number or a bool as text; numbers are written into the arena. */
static bool as_text(const struct follower *f, uint32_t at, struct toc_str *out_text)
{
    char digits[24];

    switch (toc_json_tag(f->json, at)) {
    case '"':
        *out_text = toc_json_text(f->json, at);
        return true;
    case 't':
        *out_text = TOC_STR("true");
        return true;
    case 'f':
        *out_text = TOC_STR("false");
        return true;
    case 'l':
        (void)snprintf(digits, sizeof digits, "%" PRId64, toc_json_integer(f->json, at));
        break;
    case 'u':
        (void)snprintf(digits, sizeof digits, "%" PRIu64, (uint64_t)toc_json_integer(f->json, at));
        break;
    default:
        return false;
    }
    *out_text = toc_arena_str(f->reader->arena, toc_str_of(digits));
    return true;
}

static bool as_number(const struct follower *f, uint32_t at, double *out_number)
{
    switch (toc_json_tag(f->json, at)) {
    case 'l':
    case 'u':
    case 'd':
        *out_number = toc_json_number(f->json, at);
        return true;
    case '"':
        return toc_number_parse(toc_json_text(f->json, at), out_number);
    default:
        return false;
    }
}

/* The index of the code at @at in the table of @pick, or its count: not there. */
static enum toc_fit look_up(const struct follower *f, const struct toc_pick *pick, uint32_t at,
                            size_t *out_index)
{
    struct toc_str text;

    if (!as_text(f, at, &text)) {
        return TOC_FIT_WRONG;
    }
    *out_index = 0;
    while (*out_index < pick->code_count && !toc_str_equal(text, pick->codes[*out_index])) {
        ++*out_index;
    }
    return *out_index < pick->code_count || pick->other.data != NULL ? TOC_FIT_OK : TOC_FIT_WRONG;
}

/* What @pick gives as text. */
static enum toc_fit pick_text(const struct follower *f, const struct toc_pick *pick,
                              struct toc_str *out_text)
{
    uint32_t at = pick->kind == TOC_PICK_PATH ? find(f, &pick->path) : 0;
    size_t index;

    if (pick->kind == TOC_PICK_CONSTANT) {
        *out_text = pick->constant;
        return TOC_FIT_OK;
    }
    if (at == 0) {
        return TOC_FIT_MISSING;
    }
    if (pick->code_count == 0) {
        return as_text(f, at, out_text) ? TOC_FIT_OK : TOC_FIT_WRONG;
    }
    if (look_up(f, pick, at, &index) != TOC_FIT_OK) {
        return TOC_FIT_WRONG;
    }
    *out_text = index < pick->code_count ? pick->meanings[index] : pick->other;
    return TOC_FIT_OK;
}

/* The time at @at in @format. */
static bool as_time(const struct follower *f, enum toc_time_format format, uint32_t at,
                    int64_t *out_ms)
{
    double number;

    if (format == TOC_TIME_RFC3339) {
        return toc_json_tag(f->json, at) == '"' &&
               toc_reader_time(f->reader, toc_json_text(f->json, at), out_ms);
    }
    if (!as_number(f, at, &number)) {
        return false;
    }
    /* Finer digits are cut; a double holds every decimal of a millisecond to 10^-6 ms. */
    number = floor(format == TOC_TIME_EPOCH_S ? number * 1000 + 1e-4 : number);
    if (!(number >= (double)TOC_INSTANT_MIN && number <= (double)TOC_INSTANT_MAX)) {
        return false;
    }
    *out_ms = (int64_t)number;
    return true;
}

static enum toc_fit read_point(const struct follower *f, const struct toc_pick *pick,
                               struct toc_value *out_value)
{
    struct toc_value value = {.kind = TOC_VALUE_POINT};
    uint32_t lat = find(f, &pick->path), lon = find(f, &pick->lon);
    uint32_t error = pick->error.count > 0 ? find(f, &pick->error) : 0;
    uint32_t alt = pick->alt.count > 0 ? find(f, &pick->alt) : 0;
    double alt_m;

    if (lat == 0 && lon == 0) {
        return TOC_FIT_MISSING;
    }
    if (lat == 0 || lon == 0 || !as_number(f, lat, &value.point.lat_deg) ||
        !as_number(f, lon, &value.point.lon_deg) ||
        (error != 0 && !as_number(f, error, &value.point.error_m)) ||
        !toc_point_is_valid(&value.point)) {
        return TOC_FIT_WRONG;
    }
    bool is_right =
        alt == 0 || (as_number(f, alt, &alt_m) &&
                     toc_point_set_alt(&value.point, alt_m * pick->alt_scale + pick->alt_offset));
    *out_value = value;
    return is_right ? TOC_FIT_OK : TOC_FIT_PARTLY;
}

static enum toc_fit read_entry(const struct follower *f, const struct toc_entry *entry,
                               const struct toc_column *column, struct toc_value *out_value)
{
    const struct toc_pick *pick = entry->pick;
    enum toc_value_kind kind = column->field->kind;
    struct toc_str text;
    double number;

    if (pick->kind == TOC_PICK_CONSTANT) {
        *out_value = entry->constant;
        return TOC_FIT_OK;
    }
    if (pick->kind == TOC_PICK_POINT) {
        return read_point(f, pick, out_value);
    }
    uint32_t at = find(f, &pick->path);

    if (at == 0) {
        return TOC_FIT_MISSING;
    }
    if (pick->code_count > 0) {
        size_t index;
        enum toc_fit fit = look_up(f, pick, at, &index);

        if (fit == TOC_FIT_OK) {
            *out_value = index < pick->code_count ? entry->meanings[index] : entry->constant;
        }
        return fit;
    }
    char tag = toc_json_tag(f->json, at);

    if (kind == TOC_VALUE_TIME) {
        out_value->kind = TOC_VALUE_TIME;
        return as_time(f, pick->format, at, &out_value->at_ms) ? TOC_FIT_OK : TOC_FIT_WRONG;
    }
    if (kind == TOC_VALUE_NUMBER || kind == TOC_VALUE_INTEGER) {
        if (entry->is_scaled) {
            return as_number(f, at, &number)
                       ? toc_reader_number(column, number * entry->scale + entry->offset, out_value)
                       : TOC_FIT_WRONG;
        }
        if (tag == '"') {
            return as_number(f, at, &number) ? toc_reader_number(column, number, out_value)
                                             : TOC_FIT_WRONG;
        }
    }
    if (kind == TOC_VALUE_TEXT && (tag == 'l' || tag == 'u') && as_text(f, at, &text)) {
        return toc_reader_text(f->reader, column, text, out_value);
    }
    return toc_reader_value(f->reader, column, at, 1, out_value); /* Walked before: no depth. */
}

/* One of the texts of the envelope. */
static bool read_text(const struct follower *f, const struct toc_pick *pick, const char *what,
                      bool is_compulsory, struct toc_str *out_text, struct toc_trouble *trouble)
{
    enum toc_fit fit = pick_text(f, pick, out_text);

    if (fit == TOC_FIT_OK && out_text->size > TOC_ID_SIZE) {
        return toc_trouble_set(trouble, TOC_REFUSAL_MAPPING, "%s is longer than 256 bytes", what);
    }
    if (fit == TOC_FIT_WRONG) {
        return toc_trouble_set(trouble, TOC_REFUSAL_MAPPING, "%s is no text, or no code", what);
    }
    if (is_compulsory && (fit == TOC_FIT_MISSING || out_text->size == 0)) {
        return toc_trouble_set(trouble, TOC_REFUSAL_MAPPING, "%s is missing", what);
    }
    return true;
}

/* The id: as given, made different for each element if it is not theirs, else the coordinates. */
static bool read_id(const struct follower *f, struct toc_str *out_id, struct toc_trouble *trouble)
{
    const struct toc_origin *origin = &f->record->origin;
    const struct toc_pick *pick = &f->mapping->id;
    char id[TOC_ID_SIZE + 64];
    int size = 0;

    if (pick->kind != TOC_PICK_NONE) {
        if (!read_text(f, pick, "id", true, out_id, trouble)) {
            return false;
        }
        if (!f->mapping->has_each || !pick->path.is_from_record) {
            return true;
        }
        memcpy(id, out_id->data, out_id->size);
        size = (int)out_id->size;
    } else if (origin->topic.size <= TOC_ID_SIZE - 64) {
        size = snprintf(id, sizeof id, "%.*s/%" PRId32 "/%" PRId64, (int)origin->topic.size,
                        origin->topic.data, origin->partition, origin->offset);
    } else { /* A path of a file may be long. */
        size = snprintf(id, sizeof id, "%016" PRIx64 "/%" PRId32 "/%" PRId64,
                        toc_hash64(origin->topic.data, origin->topic.size, 0), origin->partition,
                        origin->offset);
    }
    if (f->mapping->has_each) {
        size += snprintf(id + size, sizeof id - (size_t)size, "#%zu", f->index);
    }
    if (size > TOC_ID_SIZE) {
        return toc_trouble_set(trouble, TOC_REFUSAL_MAPPING, "id is longer than 256 bytes");
    }
    *out_id = toc_arena_str(f->reader->arena, (struct toc_str){id, (size_t)size});
    return true;
}

static bool read_draft(const struct follower *f, struct toc_draft *draft,
                       struct toc_trouble *trouble)
{
    const struct toc_mapping *mapping = f->mapping;
    struct toc_str type = {0}, mode = {0};
    uint32_t time_at;

    if (!read_text(f, &mapping->type, "type", true, &type, trouble)) {
        trouble->reason = TOC_REFUSAL_UNKNOWN_TYPE;
        return false;
    }
    draft->type = toc_catalogue_find(mapping->catalogue, type);
    if (draft->type < 0 || !mapping->types[draft->type].is_made) {
        return toc_trouble_name(trouble, TOC_REFUSAL_UNKNOWN_TYPE, "not in the catalogue:", type);
    }
    if (!read_text(f, &mapping->source, "source", true, &draft->source, trouble) ||
        !read_text(f, &mapping->subject, "subject", false, &draft->subject, trouble) ||
        !read_text(f, &mapping->mode, "mode", false, &mode, trouble) ||
        !read_id(f, &draft->id, trouble)) {
        return false;
    }
    draft->mode = f->mode;
    if (mode.size > 0 && !toc_mode_parse(mode, &draft->mode)) {
        return toc_trouble_name(trouble, TOC_REFUSAL_MAPPING,
                                "mode is not actual, exercise or test but", mode);
    }
    time_at = mapping->time.kind == TOC_PICK_PATH ? find(f, &mapping->time.path) : 0;
    if (time_at == 0 || !as_time(f, mapping->time.format, time_at, &draft->own_ms)) {
        draft->own_ms = TOC_INSTANT_NONE;
    }
    const struct toc_mapped_type *mapped = &mapping->types[draft->type];
    const struct toc_plan *plan = &f->plans[draft->type];
    enum toc_fit fits[TOC_FIELDS_MOST];

    draft->fields =
        toc_arena_array(f->reader->arena, plan->type->field_count, sizeof *draft->fields);
    for (size_t i = 0; i < plan->type->field_count; i++) {
        fits[i] = TOC_FIT_MISSING;
    }
    for (size_t i = 0; i < mapped->count; i++) {
        size_t field = mapped->entries[i].field;
        fits[field] =
            read_entry(f, &mapped->entries[i], &plan->columns[field], &draft->fields[field]);
    }
    for (size_t i = 0; i < plan->type->field_count; i++) {
        if (!toc_draft_field(draft, plan, i, fits[i], &f->reader->walk, trouble)) {
            return false;
        }
    }
    return true;
}

/* Read the element f->element as the next event. */
static bool read_element(const struct follower *f, struct toc_mapped_events *out,
                         struct toc_trouble *trouble)
{
    struct toc_draft draft = {.dropped = 0};

    if (!read_draft(f, &draft, trouble) ||
        !toc_draft_finish(&draft, &f->plans[draft.type], &f->record->origin, f->clamp_ms,
                          &out->events[out->count], trouble)) {
        return false;
    }
    out->dropped[out->count++] = draft.dropped;
    return true;
}

bool toc_mapping_apply(const struct toc_mapping *mapping, struct toc_reader *reader,
                       const struct toc_plan plans[], const struct toc_record *record,
                       enum toc_mode mode, int64_t clamp_ms, struct toc_mapped_events *out_events,
                       struct toc_trouble *trouble)
{
    const struct toc_json *json = reader->walk.json;
    struct follower f = {mapping, reader, json, plans, record, mode, clamp_ms, TOC_JSON_ROOT, 0};
    size_t count = 0;

    *out_events = (struct toc_mapped_events){0};
    if (!toc_walk_value(&reader->walk, TOC_JSON_ROOT, 1)) {
        return toc_trouble_walk(trouble, &reader->walk);
    }
    if (!mapping->has_each) {
        out_events->events = toc_arena_get(reader->arena, sizeof *out_events->events);
        out_events->dropped = toc_arena_get(reader->arena, sizeof *out_events->dropped);
        return read_element(&f, out_events, trouble);
    }
    uint32_t at = find(&f, &mapping->each);

    if (at == 0 || toc_json_tag(json, at) != '[') {
        return toc_trouble_set(trouble, TOC_REFUSAL_MAPPING, "there is no array of events");
    }
    uint32_t end = toc_json_after(json, at) - 1;

    for (uint32_t i = at + 1; i < end; i = toc_json_after(json, i)) {
        count++;
    }
    if (count > TOC_BATCH_MOST) {
        return toc_trouble_set(trouble, TOC_REFUSAL_TOO_MANY, "%zu events", count);
    }
    out_events->events = toc_arena_array(reader->arena, count, sizeof *out_events->events);
    out_events->dropped = toc_arena_array(reader->arena, count, sizeof *out_events->dropped);
    for (f.element = at + 1; f.element < end; f.element = toc_json_after(json, f.element)) {
        struct toc_trouble silent = {.detail = NULL};
        bool is_first = out_events->refused == 0;

        if (!read_element(&f, out_events, is_first ? trouble : &silent)) {
            out_events->refused++;
            if (is_first && trouble->detail != NULL &&
                trouble->detail->size < TOC_DETAIL_SIZE - 32) {
                toc_text_addf(trouble->detail, " (element %zu)", f.index);
            }
        }
        f.index++;
    }
    return out_events->count > 0 || out_events->refused == 0;
}

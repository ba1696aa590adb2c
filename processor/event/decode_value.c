#include "event/decode_value.h"

#include <math.h>

#include "base/instant.h"
#include "base/mem.h"
#include "base/number.h"

enum { PLACE_LAT, PLACE_LON, PLACE_ERROR, PLACE_CE, PLACE_ALT, PLACE_HAE, PLACE_COUNT };
enum { FOLD_ROOM = 512 }; /* What folds to more is in no closed list. */

void toc_reader_init(struct toc_reader *reader, struct toc_arena *arena)
{
    const struct toc_str place[PLACE_COUNT] = {
        [PLACE_LAT] = TOC_STR("lat"),       [PLACE_LON] = TOC_STR("lon"),
        [PLACE_ERROR] = TOC_STR("error_m"), [PLACE_CE] = TOC_STR("ce"),
        [PLACE_ALT] = TOC_STR("alt_m"),     [PLACE_HAE] = TOC_STR("hae"),
    };

    *reader = (struct toc_reader){.arena = arena, .minute_ms = TOC_INSTANT_NONE};
    reader->place = toc_names_create(place, PLACE_COUNT);
    reader->walk.other = toc_names_create(NULL, 0);
    reader->walk.odd = toc_mem_array(2 * (size_t)TOC_WALK_ODD, sizeof *reader->walk.odd);
}

void toc_reader_finish(struct toc_reader *reader)
{
    toc_names_destroy(reader->place);
    toc_names_destroy(reader->walk.other);
    toc_mem_free(reader->walk.odd);
}

struct toc_column toc_column_of(const struct toc_field *field, struct toc_arena *arena)
{
    struct toc_column column = {.field = field};

    if (field->values != NULL) {
        struct toc_text folded = {0};

        column.folded = toc_arena_array(arena, field->value_count, sizeof *column.folded);
        for (size_t i = 0; i < field->value_count; i++) {
            toc_text_clear(&folded);
            toc_text_fold(&folded, field->values[i]);
            column.folded[i] = toc_arena_str(arena, toc_text_str(&folded));
        }
        toc_text_finish(&folded);
    }
    return column;
}

/* Two digits at @digits, or -1. */
static int two(const char *digits)
{
    unsigned tens = (unsigned)(digits[0] - '0'), ones = (unsigned)(digits[1] - '0');

    return tens < 10 && ones < 10 ? (int)(tens * 10 + ones) : -1;
}

bool toc_reader_time(struct toc_reader *reader, struct toc_str text, int64_t *out_ms)
{
    enum { MINUTE = sizeof reader->minute, WHOLE = 24 };
    int second = -1, hundredths = -1;
    unsigned last = 10;

    if (text.size == WHOLE && text.data[16] == ':' && text.data[19] == '.' &&
        text.data[23] == 'Z') {
        second = two(text.data + 17);
        hundredths = two(text.data + 20);
        last = (unsigned)(text.data[22] - '0');
    }
    /* A leap second (60) goes the long way. */
    bool is_plain = second >= 0 && second < 60 && hundredths >= 0 && last < 10;
    int64_t in_minute = (int64_t)second * 1000 + hundredths * 10 + (int64_t)last;

    if (is_plain && reader->minute_ms != TOC_INSTANT_NONE &&
        memcmp(text.data, reader->minute, MINUTE) == 0) {
        *out_ms = reader->minute_ms + in_minute;
        return true;
    }
    if (!toc_instant_parse(text, out_ms)) {
        return false;
    }
    if (is_plain) {
        memcpy(reader->minute, text.data, MINUTE);
        reader->minute_ms = *out_ms - in_minute;
    }
    return true;
}

/* Find @text in the closed list of @column; an open list has every text. */
static bool choose(const struct toc_column *column, struct toc_str text, struct toc_str *out)
{
    const struct toc_field *field = column->field;
    char room[FOLD_ROOM];

    *out = text;
    if (column->folded == NULL) {
        return true;
    }
    for (size_t i = 0; i < field->value_count; i++) { /* Mostly it is spelt as in the catalogue. */
        if (toc_str_equal(text, field->values[i])) {
            *out = field->values[i];
            return true;
        }
    }
    if (text.size > FOLD_ROOM / 3) {
        return false;
    }
    struct toc_str folded = {room, toc_text_fold_into(text, sizeof room, room)};

    for (size_t i = 0; i < field->value_count; i++) {
        if (toc_str_equal(folded, column->folded[i])) {
            *out = field->values[i];
            return true;
        }
    }
    return false;
}

bool toc_point_is_valid(const struct toc_point *point)
{
    return point->lat_deg >= -90 && point->lat_deg <= 90 && point->lon_deg >= -180 &&
           point->lon_deg <= 180 && point->error_m >= 0 && isfinite(point->error_m);
}

static bool is_number(char tag)
{
    return tag == 'd' || tag == 'l' || tag == 'u';
}

static enum toc_fit read_place(struct toc_reader *reader, uint32_t at, unsigned depth,
                               struct toc_value *out_value)
{
    const struct toc_json *json = reader->walk.json;
    uint32_t places[PLACE_COUNT];
    const double unknown_hae = 9999999; /* As Cursor on Target says that it does not know. */
    double numbers[PLACE_COUNT] = {0};
    bool is_given[PLACE_COUNT] = {false}, is_wrong = false, is_partly = false;

    if (!toc_names_walk(reader->place, &reader->walk, at, depth, places)) {
        return TOC_FIT_REFUSED;
    }
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        char tag = places[i] != 0 ? toc_json_tag(json, places[i]) : 'n';

        if (is_number(tag)) {
            numbers[i] = toc_json_number(json, places[i]);
            is_given[i] = true;
        } else if (tag != 'n') {
            bool is_height = i == PLACE_ALT || i == PLACE_HAE;

            is_partly |= is_height;
            is_wrong |= !is_height;
            if (!toc_walk_value(&reader->walk, places[i], depth + 1)) {
                return TOC_FIT_REFUSED;
            }
        }
    }
    struct toc_point point = {
        .lat_deg = numbers[PLACE_LAT],
        .lon_deg = numbers[PLACE_LON],
        .error_m = is_given[PLACE_ERROR] ? numbers[PLACE_ERROR] : numbers[PLACE_CE],
    };

    if (is_wrong || !is_given[PLACE_LAT] || !is_given[PLACE_LON] || numbers[PLACE_CE] < 0 ||
        !toc_point_is_valid(&point)) {
        return TOC_FIT_WRONG;
    }
    if (is_given[PLACE_ALT]) {
        is_partly |= !toc_point_set_alt(&point, numbers[PLACE_ALT]);
    } else if (is_given[PLACE_HAE] && numbers[PLACE_HAE] != unknown_hae) {
        is_partly |= !toc_point_set_alt(&point, numbers[PLACE_HAE]);
    }
    *out_value = (struct toc_value){.kind = TOC_VALUE_POINT, .point = point};
    return is_partly ? TOC_FIT_PARTLY : TOC_FIT_OK;
}

static enum toc_fit read_list(struct toc_reader *reader, const struct toc_column *column,
                              uint32_t at, struct toc_value *out_value)
{
    const struct toc_json *json = reader->walk.json;
    uint32_t end = toc_json_after(json, at) - 1;
    size_t count = 0;

    for (uint32_t i = at + 1; i < end; i = toc_json_after(json, i)) {
        if (toc_json_tag(json, i) != '"') {
            return TOC_FIT_WRONG;
        }
        count++;
    }
    struct toc_str *items = toc_arena_array(reader->arena, count, sizeof *items);

    for (size_t i = 0; i < count; i++) {
        if (!choose(column, toc_json_text(json, at + 1 + (uint32_t)i), &items[i])) {
            return TOC_FIT_WRONG;
        }
    }
    *out_value =
        (struct toc_value){.kind = TOC_VALUE_LIST, .list = {.items = items, .count = count}};
    return TOC_FIT_OK;
}

enum toc_fit toc_reader_text(struct toc_reader *reader, const struct toc_column *column,
                             struct toc_str text, struct toc_value *out_value)
{
    struct toc_value value = {.kind = column->field->kind};
    bool is_right = false;

    if (value.kind == TOC_VALUE_TEXT) {
        is_right = choose(column, text, &value.text);
    } else if (value.kind == TOC_VALUE_TIME) {
        is_right = toc_reader_time(reader, text, &value.at_ms);
    } else if (value.kind == TOC_VALUE_POINT) {
        is_right = toc_geo_parse_mgrs(text, &value.point);
    }
    if (!is_right) {
        return TOC_FIT_WRONG;
    }
    *out_value = value;
    return TOC_FIT_OK;
}

static bool is_in_range(const struct toc_field *field, double number)
{
    return !field->has_range || (number >= field->least && number <= field->most);
}

enum toc_fit toc_reader_number(const struct toc_column *column, double number,
                               struct toc_value *out_value)
{
    const struct toc_field *field = column->field;
    const double exact = 9007199254740992.0; /* 2^53: beyond, a double skips whole numbers. */

    if (!isfinite(number) || !is_in_range(field, number)) {
        return TOC_FIT_WRONG;
    }
    if (field->kind == TOC_VALUE_NUMBER) {
        *out_value = (struct toc_value){.kind = TOC_VALUE_NUMBER, .number = number};
        return TOC_FIT_OK;
    }
    if (field->kind == TOC_VALUE_INTEGER && fabs(number) <= exact && trunc(number) == number) {
        *out_value = (struct toc_value){.kind = TOC_VALUE_INTEGER, .integer = (int64_t)number};
        return TOC_FIT_OK;
    }
    return TOC_FIT_WRONG;
}

bool toc_column_constant(const struct toc_column *column, struct toc_str constant,
                         struct toc_arena *arena, struct toc_value *out_value)
{
    struct toc_reader reader = {.minute_ms = TOC_INSTANT_NONE};
    struct toc_str *items;
    double number;

    switch (column->field->kind) {
    case TOC_VALUE_BOOL:
        out_value->kind = TOC_VALUE_BOOL;
        out_value->is_true = toc_str_equal(constant, TOC_STR("true"));
        return out_value->is_true || toc_str_equal(constant, TOC_STR("false"));
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
        return toc_number_parse(constant, &number) &&
               toc_reader_number(column, number, out_value) == TOC_FIT_OK;
    case TOC_VALUE_LIST:
        items = toc_arena_array(arena, 1, sizeof *items);
        out_value->kind = TOC_VALUE_LIST;
        out_value->list = (struct toc_value_list){.items = items, .count = 1};
        return choose(column, constant, items);
    default:
        return toc_reader_text(&reader, column, constant, out_value) == TOC_FIT_OK;
    }
}

enum toc_fit toc_reader_value(struct toc_reader *reader, const struct toc_column *column,
                              uint32_t at, unsigned depth, struct toc_value *out_value)
{
    const struct toc_json *json = reader->walk.json;
    const struct toc_field *field = column->field;

    switch (toc_json_tag(json, at)) {
    case 'n':
        return TOC_FIT_MISSING;
    case '"':
        return toc_reader_text(reader, column, toc_json_text(json, at), out_value);
    case 'l':
        if (field->kind == TOC_VALUE_INTEGER) { /* Exact beyond 2^53 too. */
            int64_t integer = toc_json_integer(json, at);

            if (!is_in_range(field, (double)integer)) {
                return TOC_FIT_WRONG;
            }
            *out_value = (struct toc_value){.kind = TOC_VALUE_INTEGER, .integer = integer};
            return TOC_FIT_OK;
        }
        return toc_reader_number(column, toc_json_number(json, at), out_value);
    case 'u':
    case 'd':
        return toc_reader_number(column, toc_json_number(json, at), out_value);
    case 't':
    case 'f':
        if (field->kind != TOC_VALUE_BOOL) {
            return TOC_FIT_WRONG;
        }
        *out_value =
            (struct toc_value){.kind = TOC_VALUE_BOOL, .is_true = toc_json_tag(json, at) == 't'};
        return TOC_FIT_OK;
    case '{':
        if (field->kind == TOC_VALUE_POINT) {
            return read_place(reader, at, depth, out_value);
        }
        break;
    case '[':
        if (field->kind == TOC_VALUE_LIST && depth <= TOC_RECORD_DEPTH) {
            enum toc_fit fit = read_list(reader, column, at, out_value);
            if (fit == TOC_FIT_OK) {
                return fit;
            }
        }
        break;
    default:
        break;
    }
    return toc_walk_value(&reader->walk, at, depth) ? TOC_FIT_WRONG : TOC_FIT_REFUSED;
}

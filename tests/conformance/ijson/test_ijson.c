/* test_ijson - is a record taken exactly if it is I-JSON of its declared type?
 *   test_ijson [COUNT [SEED]]      default 20,000 inputs, seed 1
 * Makes documents by a grammar that likes edges, breaks most of them a little, and compares the
 * decoder with jansson and a second reading of the rules (ijson.c), half of them as data of any
 * shape, half as CloudEvents with typed fields. Prints how many were taken and refused by reason,
 * and fails if one of the sorts it means to make was hardly made. */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "../../unit/event/decoding.h"
#include "ijson.h"

static uint64_t inputs = 20000, seed = 1;

static uint64_t next(void) /* splitmix64 */
{
    uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static size_t below(size_t bound)
{
    return (size_t)(next() % bound);
}

static const char *pick(const char *const any[], size_t count)
{
    return any[below(count)];
}
#define PICK(any) pick(any, UNIT_COUNT(any))

static void add(struct toc_text *out, const char *text)
{
    toc_text_add(out, toc_str_of(text));
}

static void add_space(struct toc_text *out)
{
    static const char *const spaces[] = {" ", "\n", "\t", "\r", "  "};

    if (below(6) == 0) {
        add(out, PICK(spaces));
    }
}

static void add_text(struct toc_text *out, bool is_name)
{
    static const char *const pieces[] = {
        "\\u0000",
        "a",
        "b",
        "lat",
        "rocket",
        "0",
        " ",
        "/",
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\u0041",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\xC3\xA9",
        "\xE2\x82\xAC",
        "\xF0\x9F\x98\x80",
        "\x7F",
        "\xEF\xBF\xBD",
        "\xE2\x80\xA8",
        "a longer piece that has no end",
    };
    static const char *const bad[] = {
        "\\ud800",      "\\udc00",      "\\ud800\\u0041",
        "\\uffff",      "\\ufdd0",      "\\udbff\\udfff",
        "\xEF\xBF\xBE", "\xEF\xB7\xAF", "\xF0\x9F\xBF\xBF",
        "\xC0\x80",     "\xED\xA0\x80", "\xFF",
        "\x01",         "\\x",          "\\u12",
        "\n",
    };

    toc_text_add_char(out, '"');
    for (size_t left = below(4); left > 0; left--) {
        /* jansson knows no NUL in names. */
        size_t first = is_name ? 1 : 0;
        add(out, below(150) == 0 ? PICK(bad) : pick(pieces + first, UNIT_COUNT(pieces) - first));
    }
    toc_text_add_char(out, '"');
}

static void add_number(struct toc_text *out)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "1e3",
        "1E-3",
        "2.5e+2",
        "9007199254740992",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551615",
        "1e308",
        "1.7976931348623157e308",
        "5e-324",
        "1e-400",
        "0e999999",
        "123456789012345678901234567890.0",
        "100",
        "0.1",
    };
    static const char *const bad[] = {
        "18446744073709551616",
        "-9223372036854775809",
        "100000000000000000000",
        "1e309",
        "-1e400",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "0x10",
        "NaN",
        "Infinity",
        "00",
        "1e+",
        "--1",
        "1.7976931348623159e308",
    };

    add(out, below(100) == 0 ? PICK(bad) : PICK(numbers));
}

static void add_value(struct toc_text *out, unsigned depth);

static void add_object(struct toc_text *out, unsigned depth)
{
    size_t count = below(7) == 0 ? below(90) : below(6);

    toc_text_add_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        add_space(out);
        if (below(5) == 0) {
            add_text(out, true);
        } else { /* Mostly different, sometimes not, sometimes only after unescaping. */
            size_t number = below(60) == 0 && i > 0 ? below(i) : i;
            toc_text_addf(out, below(40) == 0 ? "\"\\u006b%zu\"" : "\"k%zu\"", number);
        }
        add_space(out);
        toc_text_add_char(out, ':');
        add_value(out, depth);
        if (i + 1 < count) {
            toc_text_add_char(out, ',');
        }
    }
    toc_text_add_char(out, '}');
}

static void add_value(struct toc_text *out, unsigned depth)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t kind = below(depth > 5 ? 5 : 8);

    add_space(out);
    if (kind < 2) {
        add_number(out);
    } else if (kind < 4) {
        add_text(out, false);
    } else if (kind == 4) {
        add(out, PICK(words));
    } else if (kind == 5 && below(12) == 0) { /* Around the deepest allowed. */
        size_t levels = 25 + below(9);

        for (size_t i = 0; i < levels; i++) {
            add(out, "[");
        }
        add(out, below(2) == 0 ? "{}" : "7");
        for (size_t i = 0; i < levels; i++) {
            add(out, "]");
        }
    } else if (kind == 5) {
        add(out, "[");
        for (size_t left = below(4); left > 0; left--) {
            add_value(out, depth + 1);
            add(out, left > 1 ? "," : "");
        }
        add(out, "]");
    } else {
        add_object(out, depth + 1);
    }
    add_space(out);
}

/* A value for a field of the kind: the first of those below, which is right, if it is required,
 * else any of them, sometimes anything. */
static void add_field_value(struct toc_text *out, const struct toc_field *field)
{
    static const char *const places[] = {
        "{\"lat\":16.25,\"lon\":-0.5}",
        "{\"lat\":90,\"lon\":-180,\"ce\":0}",
        "{\"lon\":1,\"x\":[{}],\"lat\":2,\"error_m\":12}",
        "{\"lat\":90.01,\"lon\":0}",
        "{\"lat\":1}",
        "{\"lat\":1,\"lon\":null}",
        "\"30QYD1234567890\"",
        "\"30QYD12345678901\"",
        "\"nowhere\"",
        "{\"lat\":1,\"lon\":1,\"ce\":-1}",
        "{\"lat\":1,\"lon\":1,\"error_m\":\"5\"}",
        "{\"lat\":1,\"lon\":1,\"error_m\":null,\"ce\":3}",
        "{}",
        "{\"lat\":1,\"lon\":1,\"lat\":2}",
    };
    static const char *const times[] = {
        "\"2026-11-21T10:00:00Z\"",
        "\"2026-11-21t10:00:00.123456+05:30\"",
        "\"2026-11-21T10:00:00.123Z\"",
        "\"2026-02-29T10:00:00Z\"",
        "\"2026-11-21\"",
    };
    static const char *const lists[] = {"[]",         "[\"radar\"]", "[\"EYES\",\"radar\"]",
                                        "[\"ears\"]", "[1]",         "[[\"radar\"]]",
                                        "\"radar\""};
    static const char *const texts[] = {"\"rocket\"", "\"Mortar\"", "\"155 MM\"", "\"stone\"",
                                        "\"\""};
    static const char *const integers[] = {"1",
                                           "0",
                                           "3",
                                           "4",
                                           "100",
                                           "101",
                                           "2.0",
                                           "2.5",
                                           "-1",
                                           "1e2",
                                           "9007199254740992.0",
                                           "1e16",
                                           "99999999999999999999"};
    static const char *const numbers[] = {"0", "1", "0.999", "1.0000001", "-0.0", "-1", "1e300"};
    static const char *const bools[] = {"true", "false", "0"};

    bool is_first = field->is_required && below(8) != 0;

    if (below(40) == 0) {
        add_value(out, 4);
        return;
    }
#define FIRST_OR_PICK(any) pick(any, is_first ? 1 : UNIT_COUNT(any))
    switch (field->kind) {
    case TOC_VALUE_BOOL:
        add(out, FIRST_OR_PICK(bools));
        break;
    case TOC_VALUE_INTEGER:
        add(out, FIRST_OR_PICK(integers));
        break;
    case TOC_VALUE_NUMBER:
        add(out, FIRST_OR_PICK(numbers));
        break;
    case TOC_VALUE_TEXT:
        add(out, FIRST_OR_PICK(texts));
        break;
    case TOC_VALUE_TIME:
        add(out, FIRST_OR_PICK(times));
        break;
    case TOC_VALUE_POINT:
        add(out, FIRST_OR_PICK(places));
        break;
    default:
        add(out, FIRST_OR_PICK(lists));
        break;
    }
#undef FIRST_OR_PICK
}

static void add_event(struct toc_text *out, const struct toc_catalogue *catalogue)
{
    static const char *const attributes[] = {
        "\"specversion\":\"1.0\"", "\"id\":\"e1\"",
        "\"source\":\"/s\"",       "\"time\":\"2026-11-21T10:00:00.123Z\"",
        "\"subject\":\"camp\"",    "\"datacontenttype\":\"application/json\"",
        "\"mode\":\"exercise\"",   "\"traceparent\":\"00-1\"",
    };
    static const char *const odd[] = {
        "\"specversion\":\"1.1\"",
        "\"id\":\"\"",
        "\"id\":null",
        "\"source\":7",
        "\"subject\":null",
        "\"subject\":[]",
        "\"datacontenttype\":\"text/plain\"",
        "\"datacontenttype\":\"a/b+JSON;x=y\"",
        "\"mode\":\"drill\"",
        "\"mode\":null",
        "\"time\":17",
        "\"data_base64\":\"e30=\"",
        "\"data_base64\":null",
        "\"extra\":{\"a\":[1]}",
    };
    const struct toc_type *type =
        toc_catalogue_type(catalogue, below(toc_catalogue_count(catalogue)));
    size_t turn = below(UNIT_COUNT(attributes));
    const char *comma = "";

    add(out, "{");
    for (size_t i = 0; i < UNIT_COUNT(attributes); i++) {
        size_t which = (i + turn) % UNIT_COUNT(attributes);

        if (which < 3 ? below(150) != 0 : below(4) != 0) { /* Compulsory ones are mostly there. */
            toc_text_addf(out, "%s%s", comma, attributes[which]);
            comma = ",";
        }
    }
    if (below(8) == 0) {
        toc_text_addf(out, "%s%s", comma, PICK(odd));
        comma = ",";
    }
    toc_text_addf(out, "%s\"type\":\"%.*s\",\"data\":{", comma, (int)type->name.size,
                  type->name.data);
    comma = "";
    turn = below(2);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct toc_field *field = &type->fields[turn != 0 ? type->field_count - 1 - i : i];

        if (field->is_required ? below(60) != 0 : below(3) == 0) {
            toc_text_addf(out, "%s\"%.*s\":", comma, (int)field->name.size, field->name.data);
            add_field_value(out, field);
            comma = ",";
        }
        if (below(12) == 0) {
            toc_text_addf(out, "%s\"x%zu\":", comma, i);
            add_value(out, 4);
            comma = ",";
        }
    }
    add(out, "}}");
}

/* Change @text a little, or not at all: bytes, pieces of syntax, cuts, doublings. */
static void mutate(struct toc_text *text)
{
    static const char *const pieces[] = {
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "0",
        "-",
        ".",
        "e",
        "1e999",
        "null",
        "tru",
        "\xEF\xBB\xBF",
        "\x80",
        "\xF4\x90\x80\x80",
        "\f",
        "/**/",
        "{}",
        "[]",
        "\"a\":1,",
        "  ",
    };
    struct toc_text out = {0};

    for (size_t times = below(3); times > 0 && text->size > 0; times--) {
        size_t at = below(text->size), size = below(12), kind = below(6);

        if (kind == 0) {
            text->data[at] = (char)next();
            continue;
        }
        size = at + size > text->size ? text->size - at : size;
        toc_text_clear(&out);
        toc_text_add(&out, (struct toc_str){text->data, at});
        if (kind == 1) {        /* Cut the rest off. */
        } else if (kind == 2) { /* Leave some out. */
            toc_text_add(&out, (struct toc_str){text->data + at + size, text->size - at - size});
        } else if (kind == 3) { /* Say some twice. */
            toc_text_add(&out, (struct toc_str){text->data + at, size});
            toc_text_add(&out, (struct toc_str){text->data + at, text->size - at});
        } else {
            add(&out, PICK(pieces));
            toc_text_add(&out, (struct toc_str){text->data + at, text->size - at});
        }
        toc_text_clear(text);
        toc_text_add(text, toc_text_str(&out));
    }
    toc_text_finish(&out);
}

static const struct toc_header binary[] = {
    {{"ce_specversion", 14}, {"1.0", 3}},
    {{"ce_id", 5}, {"1", 1}},
    {{"ce_source", 9}, {"/s", 2}},
    {{"ce_type", 7}, {"a.open", 6}},
};

static void show(const char *what, struct toc_str text)
{
    print_error("%s: ", what);
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        print_error(byte >= ' ' && byte < 0x7F ? "%c" : "<%02x>", byte);
    }
    print_error("\n");
}

/* Where jansson and the decoder agree that a record is refused, do they mean the same? */
static bool is_fair(struct toc_str text, enum toc_refusal reason)
{
    enum verdict json = ijson_is_json(text);

    switch (reason) {
    case TOC_REFUSAL_NOT_JSON:
    case TOC_REFUSAL_NOT_UTF8:
        return json != VERDICT_TAKEN;
    case TOC_REFUSAL_DUPLICATE_NAME:
    case TOC_REFUSAL_NOT_OBJECT:
        return json != VERDICT_REFUSED;
    default: /* Depth and range may be seen before what else is wrong. */
        return true;
    }
}

static uint64_t told[TOC_REFUSAL_COUNT + 1], undecided, dropped_fields;

static void count(bool is_taken, enum toc_refusal reason)
{
    told[is_taken ? TOC_REFUSAL_COUNT : (size_t)reason]++;
}

static void compare_shape(struct decoding *d, struct toc_str text)
{
    enum verdict verdict = ijson_judge(text, NULL);
    bool is_taken = decoding_take(d, text, binary, UNIT_COUNT(binary), STORED_MS);

    if (verdict == VERDICT_NONE) {
        undecided++;
        return;
    }
    count(is_taken, d->reason);
    if (is_taken != (verdict == VERDICT_TAKEN) || (!is_taken && !is_fair(text, d->reason))) {
        show(is_taken ? "taken" : toc_refusal_text(d->reason), text);
        fail();
    }
}

static void compare_event(struct decoding *d, struct toc_str text)
{
    json_t *tree = NULL;
    enum verdict verdict = ijson_judge(text, &tree);
    uint64_t expected = 0, got = 0;
    bool is_right = verdict == VERDICT_TAKEN && ijson_judge_event(tree, d->catalogue, &expected);
    bool is_taken = decoding_take(d, text, NULL, 0, STORED_MS);

    if (verdict == VERDICT_NONE) {
        undecided++;
        return;
    }
    count(is_taken, d->reason);
    if (is_taken) {
        const struct toc_type *type = toc_catalogue_type(d->catalogue, (size_t)d->events[0].type);
        char name[80];

        for (size_t i = 0; i < type->field_count; i++) {
            (void)snprintf(name, sizeof name, "%.*s ", (int)type->fields[i].name.size,
                           type->fields[i].name.data);
            got |= (uint64_t)(strstr(d->dropped, name) != NULL) << i;
            dropped_fields += got >> i & 1;
        }
    }
    if (is_taken != is_right || got != expected ||
        (is_taken && !ijson_is_event(tree, d->events, d->catalogue)) ||
        (!is_taken && !is_fair(text, d->reason))) {
        show(is_taken ? "taken" : toc_refusal_text(d->reason), text);
        fail();
    }
    json_decref(tree);
}

static void agrees_with_jansson(void **state)
{
    /* What must have been met, else the inputs prove little: a share of all in 1/10,000. */
    static const struct {
        enum toc_refusal reason;
        unsigned least;
    } met[] = {
        {TOC_REFUSAL_COUNT, 2000},       {TOC_REFUSAL_NOT_JSON, 1000},
        {TOC_REFUSAL_NOT_UTF8, 50},      {TOC_REFUSAL_TOO_DEEP, 20},
        {TOC_REFUSAL_NOT_OBJECT, 2},     {TOC_REFUSAL_DUPLICATE_NAME, 200},
        {TOC_REFUSAL_NOT_IJSON, 50},     {TOC_REFUSAL_ENVELOPE, 100},
        {TOC_REFUSAL_MISSING_FIELD, 50}, {TOC_REFUSAL_WRONG_FIELD, 200},
        {TOC_REFUSAL_UNKNOWN_TYPE, 2},
    };
    struct decoding d;
    struct toc_text text = {0};
    (void)state;

    decoding_begin(&d, NULL, NULL);
    for (uint64_t i = 0; i < inputs; i++) {
        toc_text_clear(&text);
        if (i % 2 == 0) {
            if (below(100) == 0) {
                add_value(&text, 0);
            } else {
                add_object(&text, 1);
            }
            mutate(&text);
            compare_shape(&d, toc_text_str(&text));
        } else {
            add_event(&text, d.catalogue);
            if (below(3) == 0) {
                mutate(&text);
            }
            compare_event(&d, toc_text_str(&text));
        }
    }
    print_message("%" PRIu64 " inputs, all agreed: %" PRIu64 " taken (%" PRIu64
                  " fields dropped), %" PRIu64 " left undecided by jansson\n",
                  inputs, told[TOC_REFUSAL_COUNT], dropped_fields, undecided);
    for (int i = 0; i < TOC_REFUSAL_COUNT; i++) {
        print_message("%10" PRIu64 " %s\n", told[i], toc_refusal_text((enum toc_refusal)i));
    }
    for (size_t i = 0; i < UNIT_COUNT(met); i++) {
        if (told[met[i].reason] * 10000 < met[i].least * inputs) {
            print_error("too few of sort %d\n", (int)met[i].reason);
            fail();
        }
    }
    toc_text_finish(&text);
    decoding_end(&d);
}

int main(int word_count, char **words)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_jansson)};

    if (word_count > 1) {
        inputs = strtoull(words[1], NULL, 10);
    }
    if (word_count > 2) {
        seed = strtoull(words[2], NULL, 10);
    }
    return cmocka_run_group_tests_name("conformance/ijson", tests, NULL, NULL);
}

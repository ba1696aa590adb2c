#include "expr/condition_build.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/number.h"

enum { INDEX_FROM = 8 }; /* More text operands than that are looked up by hash. */

/* Kinds of fields as bits, for what a modifier goes with. */
enum {
    TEXTS = 1 << TOC_VALUE_TEXT | 1 << TOC_VALUE_LIST,
    NUMBERS = 1 << TOC_VALUE_NUMBER | 1 << TOC_VALUE_INTEGER | 1 << TOC_VALUE_TIME,
    BOOLS = 1 << TOC_VALUE_BOOL,
    PLACES = 1 << TOC_VALUE_POINT,
};

static const struct {
    const char *name; /* As in a rule; "" = none written. */
    unsigned kinds;
    bool is_single; /* Takes one operand only. */
} ops[] = {
    [TOC_TEST_EQUAL] = {"", TEXTS | NUMBERS | BOOLS, false},
    [TOC_TEST_MORE_THAN] = {"gt", NUMBERS, true},
    [TOC_TEST_AT_LEAST] = {"gte", NUMBERS, true},
    [TOC_TEST_LESS_THAN] = {"lt", NUMBERS, true},
    [TOC_TEST_AT_MOST] = {"lte", NUMBERS, true},
    [TOC_TEST_CONTAINS] = {"contains", TEXTS, false},
    [TOC_TEST_STARTS_WITH] = {"startswith", TEXTS, false},
    [TOC_TEST_ENDS_WITH] = {"endswith", TEXTS, false},
    [TOC_TEST_PATTERN] = {"re", TEXTS, false},
    [TOC_TEST_EXISTS] = {"exists", TEXTS | NUMBERS | BOOLS | PLACES, true},
};
enum { OPS = sizeof ops / sizeof ops[0] };

#define NAME(literal)                                                                              \
    {                                                                                              \
        ("" literal), sizeof(literal) - 1                                                          \
    }
const struct toc_str toc_test_modifiers[] = {
    NAME("gt"),         NAME("gte"),      NAME("lt"), NAME("lte"),    NAME("not"), NAME("contains"),
    NAME("startswith"), NAME("endswith"), NAME("re"), NAME("exists"), NAME("all"), NAME("cased"),
};
const size_t toc_test_modifier_count = sizeof toc_test_modifiers / sizeof toc_test_modifiers[0];
#undef NAME

static bool set_flag(bool *flag, struct toc_str name, struct toc_text *out_error)
{
    if (*flag) {
        toc_text_addf(out_error, "the modifier \"%.*s\" stands twice", (int)name.size, name.data);
        return false;
    }
    *flag = true;
    return true;
}

static bool set_modifier(struct toc_test_key *key, struct toc_str name, struct toc_text *out_error)
{
    if (toc_str_equal(name, TOC_STR("not"))) {
        return set_flag(&key->is_negated, name, out_error);
    }
    if (toc_str_equal(name, TOC_STR("all"))) {
        return set_flag(&key->is_all, name, out_error);
    }
    if (toc_str_equal(name, TOC_STR("cased"))) {
        return set_flag(&key->is_cased, name, out_error);
    }
    for (int op = TOC_TEST_EQUAL + 1; op < (int)OPS; op++) {
        if (!toc_str_equal(name, toc_str_of(ops[op].name))) {
            continue;
        }
        if (key->op != TOC_TEST_EQUAL) {
            toc_text_addf(out_error, "the modifier \"%s\" does not go with \"%s\"", ops[op].name,
                          ops[key->op].name);
            return false;
        }
        key->op = (enum toc_test_op)op;
        return true;
    }
    toc_text_addf(out_error, "there is no modifier \"%.*s\"",
                  (int)(name.size < 100 ? name.size : 100), name.data);
    return false;
}

bool toc_test_parse_key(struct toc_str text, struct toc_test_key *out, struct toc_str *out_bad,
                        struct toc_text *out_error)
{
    struct toc_test_key key = {.op = TOC_TEST_EQUAL};
    bool is_first = true;

    toc_text_clear(out_error);
    for (size_t from = 0; from <= text.size;) {
        const char *bar = text.size > from ? memchr(text.data + from, '|', text.size - from) : NULL;
        size_t end = bar != NULL ? (size_t)(bar - text.data) : text.size;
        struct toc_str part = {.data = text.data + from, .size = end - from};

        if (is_first) {
            key.name = part;
            if (part.size == 0) {
                *out_bad = part;
                toc_text_add(out_error, TOC_STR("the name of a field is missing"));
                return false;
            }
        } else if (!set_modifier(&key, part, out_error)) {
            *out_bad = part;
            return false;
        }
        is_first = false;
        from = end + 1;
    }
    if (key.op == TOC_TEST_EXISTS && (key.is_negated || key.is_all || key.is_cased)) {
        *out_bad = TOC_STR("exists");
        out_bad->data = text.data + key.name.size;
        while (memcmp(out_bad->data, "|exists", 7) != 0) { /* It is there: it was read. */
            out_bad->data++;
        }
        out_bad->data++;
        toc_text_add(out_error,
                     TOC_STR("\"exists\" goes with no other modifier: it takes true or false"));
        return false;
    }
    *out = key;
    return true;
}

/* One test being made. */
struct build {
    struct toc_arena *arena;
    struct toc_patterns *patterns;
    const struct toc_field *field; /* Or NULL: an envelope field, */
    struct toc_field envelope;     /* described here. */
    const struct toc_test_key *key;
    enum toc_value_kind kind;
    struct toc_value *operands;
    struct toc_pattern **compiled;
    struct toc_str *out_nearest;
    struct toc_text *error;
};

/* What is called a text in an error: at most 60 bytes of it. */
static int shown(struct toc_str text)
{
    size_t size = text.size;

    if (size > 60) {
        for (size = 60; size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80; size--) {
        }
    }
    return (int)size;
}

static bool fail(struct build *b, const char *what, struct toc_str word)
{
    toc_text_addf(b->error, "\"%.*s\" %s", shown(word), word.data != NULL ? word.data : "", what);
    return false;
}

static bool build_bool(struct build *b, struct toc_str word, struct toc_value *out)
{
    out->kind = TOC_VALUE_BOOL;
    out->is_true = toc_str_equal(word, TOC_STR("true"));
    return out->is_true || toc_str_equal(word, TOC_STR("false")) ||
           fail(b, "is neither true nor false", word);
}

static bool build_time(struct build *b, struct toc_str word, struct toc_value *out)
{
    out->kind = TOC_VALUE_TIME;
    return toc_instant_parse(word, &out->at_ms) ||
           fail(b, "is no time such as 2026-01-31T08:00:00Z", word);
}

static bool build_number(struct build *b, struct toc_str word, struct toc_value *out)
{
    double number;

    if (!toc_number_parse(word, &number)) {
        return fail(b, "is no number", word);
    }
    if (b->field->has_range && (number < b->field->least || number > b->field->most)) {
        toc_text_addf(b->error, "%.*s lies outside the range of \"%.*s\", %.15g to %.15g",
                      shown(word), word.data, (int)b->field->name.size, b->field->name.data,
                      b->field->least, b->field->most);
        return false;
    }
    if (toc_number_parse_integer(word, &out->integer)) {
        out->kind = TOC_VALUE_INTEGER; /* Exact beyond 2^53 too. */
        return true;
    }
    if (b->kind == TOC_VALUE_INTEGER && b->key->op == TOC_TEST_EQUAL &&
        (number > 9.2e18 || number < -9.2e18 || number != (double)(int64_t)number)) {
        return fail(b, "is no whole number, and the field only holds such", word);
    }
    out->kind = TOC_VALUE_NUMBER;
    out->number = number;
    return true;
}

static bool build_text(struct build *b, struct toc_str word, struct toc_value *out)
{
    enum toc_test_op op = b->key->op;
    bool is_whole = op == TOC_TEST_EQUAL || (op == TOC_TEST_CONTAINS && b->kind == TOC_VALUE_LIST);
    struct toc_text folded = {0};

    if (word.size > TOC_TEST_OPERAND_SIZE) {
        return fail(b, "is too long: a text to compare with has at most 300 bytes", word);
    }
    if (word.size == 0 && !is_whole) {
        return fail(b, "stands in every text: compare with something longer", word);
    }
    if (is_whole && b->field->values != NULL && toc_field_value(b->field, word) < 0) {
        *b->out_nearest = toc_diag_nearest(word, b->field->values, b->field->value_count);
        toc_text_addf(b->error, "\"%.*s\" is no value of \"%.*s\"", shown(word), word.data,
                      (int)b->field->name.size, b->field->name.data);
        return false;
    }
    out->kind = TOC_VALUE_TEXT;
    if (b->key->is_cased) {
        out->text = toc_arena_str(b->arena, word);
        return true;
    }
    toc_text_fold(&folded, word);
    out->text = toc_arena_str(b->arena, toc_text_str(&folded));
    toc_text_finish(&folded);
    return true;
}

static bool build_pattern(struct build *b, struct toc_str word, size_t index)
{
    struct toc_text error = {0};

    b->operands[index].kind = TOC_VALUE_TEXT;
    b->operands[index].text = toc_arena_str(b->arena, word); /* As written, for explanations. */
    b->compiled[index] = toc_patterns_get(b->patterns, word, b->key->is_cased, &error);
    if (b->compiled[index] == NULL) {
        toc_text_addf(b->error, "\"%.*s\" is no pattern: %s", shown(word),
                      word.data != NULL ? word.data : "", error.data);
    }
    toc_text_finish(&error);
    return b->compiled[index] != NULL;
}

static bool build_operand(struct build *b, struct toc_str word, size_t index)
{
    struct toc_value *out = &b->operands[index];

    if (b->key->op == TOC_TEST_EXISTS) {
        return build_bool(b, word, out);
    }
    if (b->key->op == TOC_TEST_PATTERN) {
        return build_pattern(b, word, index);
    }
    switch (b->kind) {
    case TOC_VALUE_BOOL:
        return build_bool(b, word, out);
    case TOC_VALUE_TIME:
        return build_time(b, word, out);
    case TOC_VALUE_NUMBER:
    case TOC_VALUE_INTEGER:
        return build_number(b, word, out);
    default:
        toc_assert(b->kind == TOC_VALUE_TEXT || b->kind == TOC_VALUE_LIST);
        return build_text(b, word, out);
    }
}

/* Does the key fit the kind of the field, and the number of operands? */
static bool check_key(struct build *b, size_t word_count)
{
    const char *kind = toc_value_kind_text(b->kind), *op = ops[b->key->op].name;

    if ((ops[b->key->op].kinds & 1U << b->kind) == 0) {
        if (b->kind == TOC_VALUE_POINT) {
            toc_text_add(b->error,
                         TOC_STR("a place is compared by `near`; here it only takes \"exists\""));
        } else {
            toc_text_addf(b->error, "the modifier \"%s\" does not go with a field of type %s", op,
                          kind);
        }
        return false;
    }
    if (b->key->is_cased && (TEXTS & 1U << b->kind) == 0) {
        toc_text_addf(b->error, "the modifier \"cased\" does not go with a field of type %s", kind);
        return false;
    }
    if (b->key->is_all && b->kind != TOC_VALUE_LIST) {
        toc_text_addf(
            b->error,
            "the modifier \"all\" goes with a list (every item of it), not with a field of "
            "type %s",
            kind);
        return false;
    }
    if (word_count == 0) {
        toc_text_add(b->error, TOC_STR("there is nothing to compare with"));
        return false;
    }
    if (word_count > 1 && ops[b->key->op].is_single) {
        toc_text_addf(b->error, "the modifier \"%s\" takes one value", op);
        return false;
    }
    if (word_count > TOC_TEST_OPERANDS_MOST) {
        toc_text_addf(b->error, "more than %d values to compare with", TOC_TEST_OPERANDS_MOST);
        return false;
    }
    return true;
}

/* A field of the envelope described like one of a type. */
static void describe_envelope(struct build *b, int slot)
{
    static const struct toc_str modes[] = {{"actual", 6}, {"exercise", 8}, {"test", 4}};

    b->envelope.kind = slot == TOC_SLOT_TIME ? TOC_VALUE_TIME : TOC_VALUE_TEXT;
    b->envelope.name = TOC_STR("mode"); /* The only one with values, hence named in errors. */
    if (slot == TOC_SLOT_MODE) {
        b->envelope.values = b->envelope.folded_values = modes;
        b->envelope.value_count = sizeof modes / sizeof modes[0];
    }
    b->field = &b->envelope;
}

static void index_operands(struct build *b, size_t count, struct toc_test *test)
{
    uint32_t *index;
    size_t size = 16;

    while (size < count * 2) {
        size *= 2;
    }
    index = toc_arena_array(b->arena, size, sizeof *index);
    for (size_t i = 0; i < count; i++) {
        struct toc_str text = b->operands[i].text;
        size_t at = (size_t)toc_hash64(text.data, text.size, 0) & (size - 1);

        while (index[at] != 0) {
            at = (at + 1) & (size - 1);
        }
        index[at] = (uint32_t)i + 1;
    }
    test->operand_index = index;
    test->operand_index_size = size;
}

bool toc_test_build(struct toc_arena *arena, struct toc_patterns *patterns,
                    const struct toc_field *field, int slot, const struct toc_test_key *key,
                    const struct toc_str words[], size_t word_count, struct toc_test *out,
                    size_t *out_word, struct toc_str *out_nearest, struct toc_text *out_error)
{
    struct build b = {.arena = arena,
                      .patterns = patterns,
                      .field = field,
                      .key = key,
                      .out_nearest = out_nearest,
                      .error = out_error};
    struct toc_test test = {.slot = slot,
                            .op = key->op,
                            .is_negated = key->is_negated,
                            .is_all = key->is_all,
                            .is_cased = key->is_cased};

    toc_text_clear(out_error);
    *out_nearest = (struct toc_str){0};
    *out_word = word_count;
    if (field == NULL) {
        toc_assert(slot < TOC_SLOT_NONE);
        describe_envelope(&b, slot);
    }
    b.kind = b.field->kind;
    if (!check_key(&b, word_count)) {
        return false;
    }
    b.operands = toc_arena_array(arena, word_count, sizeof *b.operands);
    b.compiled =
        key->op == TOC_TEST_PATTERN ? toc_arena_array(arena, word_count, sizeof *b.compiled) : NULL;
    for (size_t i = 0; i < word_count; i++) {
        if (!build_operand(&b, words[i], i)) {
            *out_word = i;
            return false;
        }
    }
    test.operands = b.operands;
    test.operand_count = word_count;
    test.patterns = b.compiled;
    if ((TEXTS & 1U << b.kind) != 0 && word_count > INDEX_FROM &&
        (key->op == TOC_TEST_EQUAL || (key->op == TOC_TEST_CONTAINS && b.kind == TOC_VALUE_LIST))) {
        index_operands(&b, word_count, &test);
    }
    *out = test;
    return true;
}

#include "rule/possible.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/event.h"
#include "rule/draft.h"

/* The tests of one slot, and what was tried against them. */
struct trial {
    const struct toc_type *type;
    const struct toc_field *field; /* NULL: of the envelope. */
    int slot;
    enum toc_value_kind kind;
    struct toc_test *tests;
    size_t count;
    struct toc_value *fields; /* Of the event that is tried: all missing but the one. */
};

/* The field that is tried has @value, or if it is a part of a place, that part. */
static void put(const struct trial *trial, struct toc_value value)
{
    struct toc_value *field = &trial->fields[trial->slot % TOC_SLOT_PART];

    if (trial->slot < TOC_SLOT_PART || value.kind == TOC_VALUE_NONE) {
        *field = value;
        return;
    }
    *field = (struct toc_value){.kind = TOC_VALUE_POINT};
    switch ((enum toc_place_part)(trial->slot / TOC_SLOT_PART)) {
    case TOC_PART_LAT:
        field->point.lat_deg = value.number;
        break;
    case TOC_PART_LON:
        field->point.lon_deg = value.number;
        break;
    case TOC_PART_ERROR:
        field->point.error_m = value.number;
        break;
    default:
        (void)toc_point_set_alt(&field->point, value.number);
        break;
    }
}

static bool is_met(const struct trial *trial, struct toc_value value)
{
    struct toc_condition condition = {.tests = trial->tests, .count = trial->count};
    struct toc_event event = {
        .type_name = trial->type->name,
        .fields = trial->fields,
        .field_count = trial->type->field_count,
    };

    switch (trial->slot) {
    case TOC_SLOT_ID:
        event.id = value.text;
        break;
    case TOC_SLOT_SOURCE:
        event.source = value.text;
        break;
    case TOC_SLOT_SUBJECT:
        event.subject = value.kind == TOC_VALUE_NONE ? (struct toc_str){0} : value.text;
        break;
    case TOC_SLOT_TIME:
        event.at_ms = value.at_ms;
        break;
    case TOC_SLOT_MODE:
        (void)toc_mode_parse(value.text, &event.mode);
        break;
    case TOC_SLOT_TYPE:
        break;
    default:
        put(trial, value);
        break;
    }
    bool ok = toc_condition_judge(&condition, &event, NULL, NULL) == TOC_VERDICT_YES;
    if (trial->slot >= 0) {
        trial->fields[trial->slot % TOC_SLOT_PART] = (struct toc_value){0};
    }
    return ok;
}

static void try_text(const struct trial *trial, struct toc_str text, struct toc_possible *out)
{
    out->count += is_met(trial, (struct toc_value){.kind = TOC_VALUE_TEXT, .text = text}) ? 1 : 0;
}

/* The operands of a positive test of equality, or NULL: nothing says which texts there are. */
static const struct toc_test *find_equality(const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        if (trial->tests[i].op == TOC_TEST_EQUAL && !trial->tests[i].is_negated) {
            return &trial->tests[i];
        }
    }
    return NULL;
}

static void try_texts(const struct trial *trial, struct toc_possible *out)
{
    static const char *const modes[] = {"actual", "exercise", "test"};
    const struct toc_test *equality = find_equality(trial);

    out->is_finite = true;
    if (trial->slot == TOC_SLOT_TYPE) {
        try_text(trial, trial->type->name, out);
    } else if (trial->slot == TOC_SLOT_MODE) {
        for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            try_text(trial, toc_str_of(modes[i]), out);
        }
    } else if (trial->field != NULL && trial->field->value_count > 0) {
        for (size_t i = 0; i < trial->field->value_count; i++) {
            try_text(trial, trial->field->values[i], out);
        }
    } else if (equality != NULL) {
        for (size_t i = 0; i < equality->operand_count; i++) {
            try_text(trial, equality->operands[i].text, out);
        }
    } else {
        out->is_finite = false;
    }
}

static double number_of(const struct toc_value *value)
{
    return value->kind == TOC_VALUE_INTEGER ? (double)value->integer
           : value->kind == TOC_VALUE_TIME  ? (double)value->at_ms
                                            : value->number;
}

static struct toc_value value_of(enum toc_value_kind kind, double number)
{
    struct toc_value value = {.kind = kind};

    if (kind == TOC_VALUE_INTEGER) {
        value.integer = (int64_t)number;
    } else if (kind == TOC_VALUE_TIME) {
        value.at_ms = (int64_t)number;
    } else {
        value.number = number;
    }
    return value;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static bool is_comparison(enum toc_test_op op)
{
    return op == TOC_TEST_MORE_THAN || op == TOC_TEST_AT_LEAST || op == TOC_TEST_LESS_THAN ||
           op == TOC_TEST_AT_MOST;
}

/* The bounds that the range and the positive comparisons set, open ones taken as closed. */
static void bound(const struct trial *trial, struct toc_possible *out)
{
    out->least = -INFINITY;
    out->most = INFINITY;
    if (trial->field != NULL && trial->field->has_range) {
        out->least = trial->field->least;
        out->most = trial->field->most;
    }
    for (size_t i = 0; i < trial->count; i++) {
        const struct toc_test *test = &trial->tests[i];

        if (test->is_negated || !is_comparison(test->op)) {
            continue;
        }
        double operand = number_of(&test->operands[0]);
        if (test->op == TOC_TEST_MORE_THAN || test->op == TOC_TEST_AT_LEAST) {
            out->least = operand > out->least ? operand : out->least;
        } else {
            out->most = operand < out->most ? operand : out->most;
        }
    }
    out->has_bounds = isfinite(out->least) || isfinite(out->most);
}

static void try_numbers(const struct trial *trial, struct toc_possible *out)
{
    bool is_whole = trial->kind != TOC_VALUE_NUMBER, is_met_any = false;
    const struct toc_test *equality = find_equality(trial);
    size_t room = 4, count = 0;

    for (size_t i = 0; i < trial->count; i++) {
        room += trial->tests[i].operand_count;
    }
    double *cuts = toc_mem_array(room, sizeof *cuts);
    for (size_t i = 0; i < trial->count; i++) {
        for (size_t j = 0;
             trial->tests[i].op != TOC_TEST_EXISTS && j < trial->tests[i].operand_count; j++) {
            cuts[count++] = number_of(&trial->tests[i].operands[j]);
        }
    }
    bool has_range = trial->field != NULL && trial->field->has_range;
    if (has_range) {
        cuts[count++] = trial->field->least;
        cuts[count++] = trial->field->most;
    }
    if (count == 0) {
        cuts[count++] = 0;
    }
    qsort(cuts, count, sizeof *cuts, compare_numbers);
    for (size_t i = 0; i < count; i++) {
        double next = i + 1 < count ? cuts[i + 1] : cuts[i] + 2;
        double tries[] = {cuts[i] - 1, cuts[i], is_whole ? cuts[i] + 1 : (cuts[i] + next) / 2};

        for (size_t j = i > 0 && !is_whole ? 1 : 0; j < 3; j++) {
            bool is_in =
                !has_range || (tries[j] >= trial->field->least && tries[j] <= trial->field->most);
            is_met_any = is_met_any || (is_in && is_met(trial, value_of(trial->kind, tries[j])));
        }
    }
    toc_mem_free(cuts);
    bound(trial, out);
    out->is_finite = !is_met_any || equality != NULL;
    for (size_t i = 0; equality != NULL && i < equality->operand_count; i++) {
        double number = number_of(&equality->operands[i]);
        out->count += is_met(trial, value_of(trial->kind, number)) ? 1 : 0;
    }
}

/* Must it be there, and must it not? */
static bool is_torn(const struct trial *trial)
{
    bool is_wanted = false, is_unwanted = false;

    for (size_t i = 0; i < trial->count; i++) {
        const struct toc_test *test = &trial->tests[i];

        if (test->op == TOC_TEST_EXISTS) {
            is_wanted = is_wanted || test->operands[0].is_true;
            is_unwanted = is_unwanted || !test->operands[0].is_true;
        } else {
            is_wanted = is_wanted || !test->is_negated;
        }
    }
    return is_wanted && is_unwanted;
}

struct toc_possible toc_possible_find(const struct toc_type *type,
                                      const struct toc_condition *condition, int slot)
{
    struct toc_possible out = {0};
    struct trial trial = {
        .type = type,
        .field = toc_type_slot_field(type, slot),
        .slot = slot,
        .kind = toc_type_slot_kind(type, slot),
        .tests = toc_mem_array(condition->count + 1, sizeof *trial.tests),
        .fields = toc_mem_array(type->field_count + 1, sizeof *trial.fields),
    };
    bool can_miss = slot >= 0 ? !trial.field->is_required : slot == TOC_SLOT_SUBJECT;

    for (size_t i = 0; i < condition->count; i++) {
        if (condition->tests[i].slot == slot) {
            trial.tests[trial.count++] = condition->tests[i];
        }
    }
    out.is_missing = can_miss && is_met(&trial, (struct toc_value){0});
    switch (trial.kind) {
    case TOC_VALUE_BOOL:
        out.is_finite = true;
        for (int i = 0; i < 2; i++) {
            struct toc_value value = {.kind = TOC_VALUE_BOOL, .is_true = i == 1};
            out.count += is_met(&trial, value) ? 1 : 0;
        }
        break;
    case TOC_VALUE_INTEGER:
    case TOC_VALUE_NUMBER:
    case TOC_VALUE_TIME:
        try_numbers(&trial, &out);
        break;
    case TOC_VALUE_TEXT:
        try_texts(&trial, &out);
        break;
    default:
        break;
    }
    out.is_any = !is_torn(&trial) && (out.is_missing || !out.is_finite || out.count > 0);
    toc_mem_free(trial.tests);
    toc_mem_free(trial.fields);
    return out;
}

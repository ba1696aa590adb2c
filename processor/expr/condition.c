#include "expr/condition.h"

#include "base/assert.h"
#include "base/mem.h"
#include "expr/cel_event.h"
#include "expr/pattern.h"

enum { SCRATCH_SIZE = 1024 };

/* A text ready to be compared with operands: its bytes, and whether upper case in them is still to
 * be read as lower case (a text of ASCII is compared where it lies). */
struct subject {
    struct toc_str text;
    bool is_to_lower;
    char *heap; /* Of a long folded text, else NULL. */
};

static bool is_ascii(struct toc_str text)
{
    size_t i = 0;

    for (; i + 8 <= text.size; i += 8) {
        uint64_t eight;

        memcpy(&eight, text.data + i, 8);
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            return false;
        }
    }
    for (; i < text.size; i++) {
        if ((unsigned char)text.data[i] > 127) {
            return false;
        }
    }
    return true;
}

static struct subject subject_of(struct toc_str text, bool is_cased, char scratch[SCRATCH_SIZE])
{
    struct subject subject = {.text = text};
    size_t size;

    if (is_cased) {
        return subject;
    }
    if (is_ascii(text)) {
        subject.is_to_lower = true;
        return subject;
    }
    size = toc_text_fold_into(text, SCRATCH_SIZE, scratch);
    subject.text = (struct toc_str){.data = scratch, .size = size};
    if (size > SCRATCH_SIZE) {
        subject.heap = toc_mem_get(size);
        subject.text.data = subject.heap;
        (void)toc_text_fold_into(text, size, subject.heap);
    }
    return subject;
}

static char lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/* Do the @operand's bytes stand at @at in the subject? There are enough. */
static bool stands_at(const struct subject *subject, size_t at, struct toc_str operand)
{
    const char *bytes = subject->text.data + at;

    if (operand.size == 0) {
        return true;
    }
    if (!subject->is_to_lower) {
        return memcmp(bytes, operand.data, operand.size) == 0;
    }
    for (size_t i = 0; i < operand.size; i++) {
        if (lower(bytes[i]) != operand.data[i]) {
            return false;
        }
    }
    return true;
}

/* Is the subject among many operands? */
static bool is_indexed(const struct toc_test *test, const struct subject *subject)
{
    struct toc_str text = subject->text;
    char copy[SCRATCH_SIZE];
    size_t mask = test->operand_index_size - 1;

    if (text.size > sizeof copy) {
        return false; /* Operands are shorter (TOC_TEST_OPERAND_SIZE). */
    }
    if (subject->is_to_lower) {
        for (size_t i = 0; i < text.size; i++) {
            copy[i] = lower(text.data[i]);
        }
        text.data = copy;
    }
    for (size_t at = (size_t)toc_hash64(text.data, text.size, 0) & mask;
         test->operand_index[at] != 0; at = (at + 1) & mask) {
        if (toc_str_equal(test->operands[test->operand_index[at] - 1].text, text)) {
            return true;
        }
    }
    return false;
}

static bool holds_for_operand(enum toc_test_op op, const struct subject *subject,
                              struct toc_str operand)
{
    size_t size = subject->text.size;

    if (op == TOC_TEST_EQUAL) {
        return size == operand.size && stands_at(subject, 0, operand);
    }
    if (size < operand.size) {
        return false;
    }
    switch (op) {
    case TOC_TEST_STARTS_WITH:
        return stands_at(subject, 0, operand);
    case TOC_TEST_ENDS_WITH:
        return stands_at(subject, size - operand.size, operand);
    default:
        toc_assert(op == TOC_TEST_CONTAINS);
        for (size_t at = 0; at + operand.size <= size; at++) {
            if (stands_at(subject, at, operand)) {
                return true;
            }
        }
        return false;
    }
}

/* @op: CONTAINS of a list's item is EQUAL. */
static bool holds_for_text(const struct toc_test *test, enum toc_test_op op, struct toc_str text)
{
    char scratch[SCRATCH_SIZE];
    struct subject subject;
    bool holds = false;

    if (op == TOC_TEST_PATTERN) {
        for (size_t i = 0; i < test->operand_count && !holds; i++) {
            holds = toc_pattern_search(test->patterns[i], text);
        }
        return holds;
    }
    subject = subject_of(text, test->is_cased, scratch);
    if (op == TOC_TEST_EQUAL && test->operand_index != NULL) {
        holds = is_indexed(test, &subject);
    } else {
        for (size_t i = 0; i < test->operand_count && !holds; i++) {
            holds = holds_for_operand(op, &subject, test->operands[i].text);
        }
    }
    toc_mem_free(subject.heap);
    return holds;
}

static bool holds_for_list(const struct toc_test *test, struct toc_value_list list)
{
    enum toc_test_op op = test->op == TOC_TEST_CONTAINS ? TOC_TEST_EQUAL : test->op;

    for (size_t i = 0; i < list.count; i++) {
        if (holds_for_text(test, op, list.items[i]) != test->is_all) {
            return !test->is_all; /* The first that decides. */
        }
    }
    return test->is_all && list.count > 0;
}

/* Order of a whole number and a double, exactly: neither is rounded to the other. */
static int compare_mixed(int64_t whole, double number)
{
    int64_t cut;

    if (number >= 9223372036854775808.0) {
        return -1;
    }
    if (number < -9223372036854775808.0) {
        return 1;
    }
    cut = (int64_t)number;
    if (whole != cut) {
        return whole < cut ? -1 : 1;
    }
    return number > (double)cut ? -1 : number < (double)cut;
}

static int compare_whole(int64_t a, int64_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int compare(const struct toc_value *a, const struct toc_value *b)
{
    switch (a->kind) {
    case TOC_VALUE_BOOL:
        toc_assert(b->kind == TOC_VALUE_BOOL);
        return compare_whole(a->is_true, b->is_true);
    case TOC_VALUE_TIME:
        toc_assert(b->kind == TOC_VALUE_TIME);
        return compare_whole(a->at_ms, b->at_ms);
    case TOC_VALUE_INTEGER:
        return b->kind == TOC_VALUE_INTEGER ? compare_whole(a->integer, b->integer)
                                            : compare_mixed(a->integer, b->number);
    default:
        toc_assert(a->kind == TOC_VALUE_NUMBER);
        if (b->kind == TOC_VALUE_INTEGER) {
            return -compare_mixed(b->integer, a->number);
        }
        return a->number == b->number ? 0 : a->number < b->number ? -1 : 1;
    }
}

static bool holds_for_number(const struct toc_test *test, const struct toc_value *value)
{
    for (size_t i = 0; i < test->operand_count; i++) {
        int order = compare(value, &test->operands[i]);
        bool holds = test->op == TOC_TEST_EQUAL       ? order == 0
                     : test->op == TOC_TEST_MORE_THAN ? order > 0
                     : test->op == TOC_TEST_AT_LEAST  ? order >= 0
                     : test->op == TOC_TEST_LESS_THAN ? order < 0
                                                      : order <= 0;

        if (holds) {
            return true;
        }
    }
    return false;
}

static enum toc_verdict judge_test(const struct toc_test *test, const struct toc_value *value)
{
    bool holds;

    if (test->op == TOC_TEST_EXISTS) {
        holds = (value->kind != TOC_VALUE_NONE) == test->operands[0].is_true;
    } else if (value->kind == TOC_VALUE_NONE) {
        return test->is_negated ? TOC_VERDICT_YES : TOC_VERDICT_UNKNOWN;
    } else if (value->kind == TOC_VALUE_TEXT) {
        holds = holds_for_text(test, test->op, value->text);
    } else if (value->kind == TOC_VALUE_LIST) {
        holds = holds_for_list(test, value->list);
    } else {
        holds = holds_for_number(test, value);
    }
    return holds != test->is_negated ? TOC_VERDICT_YES : TOC_VERDICT_NO;
}

static void note_missing(enum toc_verdict *verdict, int slot, int *out_slot)
{
    if (*verdict == TOC_VERDICT_YES && out_slot != NULL) {
        *out_slot = slot;
    }
    *verdict = TOC_VERDICT_UNKNOWN;
}

/* What `where` adds to @verdict, which is YES or UNKNOWN. */
static enum toc_verdict judge_where(const struct toc_cel_program *where,
                                    const struct toc_event *event, struct toc_cel_machine *machine,
                                    enum toc_verdict verdict, int *out_slot)
{
    struct toc_cel_value value =
        toc_cel_eval(where, machine, toc_cel_event_bind, event, TOC_CEL_FUEL);

    if (value.kind != TOC_CEL_ERROR) {
        return value.kind == TOC_CEL_BOOL ? (value.is_true ? verdict : TOC_VERDICT_NO)
                                          : TOC_VERDICT_FAILED;
    }
    switch (value.error.code) {
    case TOC_CEL_E_MISSING:
        note_missing(&verdict, value.error.variable, out_slot);
        return verdict;
    case TOC_CEL_E_FUEL:
    case TOC_CEL_E_SPACE:
        return TOC_VERDICT_BUDGET;
    default:
        return TOC_VERDICT_FAILED;
    }
}

enum toc_verdict toc_condition_judge(const struct toc_condition *condition,
                                     const struct toc_event *event, struct toc_cel_machine *machine,
                                     int *out_slot)
{
    enum toc_verdict verdict = TOC_VERDICT_YES;

    for (size_t i = 0; i < condition->count; i++) {
        const struct toc_test *test = &condition->tests[i];
        struct toc_value value = toc_event_value(event, test->slot);
        enum toc_verdict one = judge_test(test, &value);

        if (one == TOC_VERDICT_NO) {
            return TOC_VERDICT_NO;
        }
        if (one == TOC_VERDICT_UNKNOWN) {
            note_missing(&verdict, test->slot, out_slot);
        }
    }
    return condition->where == NULL
               ? verdict
               : judge_where(condition->where, event, machine, verdict, out_slot);
}

/* Any bytes as an expression: findings or a program, never neither. Checked and unchecked, with all
 * fuel and memory or with as little as the first byte of the text says, and each twice. A checked
 * program gives a value of the type it was found to have. In brackets it is spelled the same. */
#include <stdlib.h>

#include "base/assert.h"
#include "expr/cel.h"

enum { VARIABLES = 13, SMALL_ROOM = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct toc_arena declared;
static struct toc_cel_variable variables[VARIABLES];
static struct toc_cel_value values[VARIABLES];
static struct toc_cel_machine *large, *small;
static size_t variable_count;

static void declare(const char *name, const struct toc_cel_type *type, struct toc_cel_value value)
{
    struct toc_cel_variable *variable = &variables[variable_count];

    toc_assert(variable_count < VARIABLES);
    variable->name = toc_str_of(name);
    variable->type = type;
    variable->id = (int32_t)variable_count;
    variable->may_miss = value.kind == TOC_CEL_ERROR;
    values[variable_count] = value;
    variable_count++;
}

static void declare_once(void)
{
    static const struct toc_point point = {.lat_deg = 16.27, .lon_deg = -0.04, .error_m = 50.0};
    static struct toc_cel_value texts[3], mixed[4];
    static struct toc_cel_entry entries[3];
    struct toc_cel_value list = {.kind = TOC_CEL_LIST}, any = list, map = {.kind = TOC_CEL_MAP},
                         place = {.kind = TOC_CEL_POINT};

    texts[0] = toc_cel_string(TOC_STR("rocket"));
    texts[1] = toc_cel_string(TOC_STR(""));
    texts[2] = toc_cel_string(TOC_STR("\xC3\xA9\xF0\x9F\x98\x80z"));
    list.list.items = texts;
    list.list.count = 3;
    mixed[0] = toc_cel_int(INT64_MIN);
    mixed[1] = toc_cel_null();
    mixed[2] = list;
    mixed[3] = toc_cel_double(0.5);
    any.list.items = mixed;
    any.list.count = 4;
    for (size_t i = 0; i < 3; i++) {
        entries[i].key = texts[i];
        entries[i].value = mixed[i];
    }
    map.map.entries = entries;
    map.map.count = 3;
    place.point = &point;
    declare("b", &toc_cel_type_bool, toc_cel_bool(true));
    declare("i", &toc_cel_type_int, toc_cel_int(3));
    declare("d", &toc_cel_type_double, toc_cel_double(-0.25));
    declare("s", &toc_cel_type_string, texts[2]);
    declare("t", &toc_cel_type_timestamp, toc_cel_timestamp(1795255200, 5000000));
    declare("u", &toc_cel_type_duration, toc_cel_duration(-2, 500000000));
    declare("p", &toc_cel_type_point, place);
    declare("l", toc_cel_type_list(&declared, &toc_cel_type_string), list);
    declare("m", toc_cel_type_map(&declared, &toc_cel_type_string, &toc_cel_dyn), map);
    declare("a", &toc_cel_dyn, any);
    declare("x.y", &toc_cel_type_string, toc_cel_missing(10));
    declare("x.y.z", &toc_cel_type_int, toc_cel_int(7));
    declare("none", &toc_cel_dyn, toc_cel_missing(12));
    large = toc_cel_machine_create(TOC_CEL_SCRATCH);
    small = toc_cel_machine_create(SMALL_ROOM);
}

static struct toc_cel_value bound(int32_t id, struct toc_cel_scratch *scratch, const void *context)
{
    (void)scratch;
    (void)context;
    toc_assert(id >= 0 && (size_t)id < variable_count);
    return values[id];
}

/* Is it what the checker found it to be? */
static bool is_of_type(enum toc_cel_kind kind, const struct toc_cel_program *program)
{
    const char *name = kind == TOC_CEL_NULL ? "null" : toc_cel_kind_text(kind);
    struct toc_text type = {0};
    bool is_same;

    toc_cel_type_print(toc_cel_program_type(program), &type);
    is_same = kind == TOC_CEL_ERROR || strcmp(type.data, "dyn") == 0 ||
              strncmp(type.data, name, strlen(name)) == 0;
    toc_text_finish(&type);
    return is_same;
}

static void run(const struct toc_cel_program *program, bool is_checked, uint64_t little)
{
    struct toc_cel_value first, again;
    enum toc_cel_error error = TOC_CEL_E_FUEL;
    uint64_t used;

    first = toc_cel_eval(program, large, bound, NULL, TOC_CEL_FUEL);
    used = toc_cel_machine_used(large);
    toc_assert(used <= TOC_CEL_FUEL);
    error = first.kind == TOC_CEL_ERROR ? first.error.code : error;
    toc_assert(!is_checked || is_of_type(first.kind, program));
    again = toc_cel_eval(program, large, bound, NULL, TOC_CEL_FUEL);
    toc_assert(again.kind == first.kind && used == toc_cel_machine_used(large));
    toc_assert(again.kind != TOC_CEL_ERROR || again.error.code == error);
    (void)toc_cel_eval(program, small, bound, NULL, TOC_CEL_FUEL);
    again = toc_cel_eval(program, large, bound, NULL, little);
    toc_assert(toc_cel_machine_used(large) <= little);
    toc_assert(used <= little || again.kind == TOC_CEL_ERROR);
}

/* In brackets, with a line end before the last, it is spelled the same. */
static void spell(const struct toc_cel_program *program, struct toc_str text,
                  const struct toc_cel_world *world)
{
    struct toc_text first = {0}, again = {0}, wrapped = {0};
    struct toc_cel_findings findings;
    struct toc_arena arena = {0};
    struct toc_patterns patterns = {0};
    const struct toc_cel_program *same;

    toc_cel_print(program, &first);
    toc_text_add(&wrapped, TOC_STR("( "));
    toc_text_add(&wrapped, text);
    toc_text_add(&wrapped, TOC_STR("\n)"));
    same = toc_cel_compile_unchecked(toc_text_str(&wrapped), world, &arena, &patterns, &findings);
    if (same != NULL) { /* Else it is too long or deep now. */
        toc_cel_print(same, &again);
        toc_assert(toc_str_equal(toc_text_str(&first), toc_text_str(&again)));
    }
    toc_text_clear(&again);
    toc_cel_disassemble(program, &again);
    toc_assert(again.size > 0);
    toc_patterns_finish(&patterns);
    toc_arena_finish(&arena);
    toc_text_finish(&first);
    toc_text_finish(&again);
    toc_text_finish(&wrapped);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct toc_cel_world world = {.variables = variables};
    struct toc_str text = {.data = (const char *)bytes, .size = size};

    if (variable_count == 0) {
        declare_once();
    }
    if (size == 0) {
        return 0;
    }
    world.variable_count = variable_count;
    for (int is_checked = 0; is_checked < 2; is_checked++) {
        struct toc_cel_findings findings;
        struct toc_arena arena = {0};
        struct toc_patterns patterns = {0};
        const struct toc_cel_program *program =
            is_checked ? toc_cel_compile(text, &world, NULL, &arena, &patterns, &findings)
                       : toc_cel_compile_unchecked(text, &world, &arena, &patterns, &findings);

        toc_assert(program != NULL || findings.count > 0);
        for (size_t i = 0; i < findings.count; i++) {
            const struct toc_cel_finding *one = &findings.items[i];

            toc_assert(one->offset <= size && one->from <= size && one->size <= size - one->from);
            toc_assert(one->line >= 1 && one->column >= 1 && one->text.size > 0);
            toc_assert(one->is_note || program == NULL);
        }
        if (program != NULL) {
            run(program, is_checked, bytes[0]);
            spell(program, text, &world);
        }
        toc_patterns_finish(&patterns);
        toc_arena_finish(&arena);
    }
    return 0;
}

/* Both sides of each bound: text, depth, parts, loops, stack; fuel and memory while it runs. That
 * running takes nothing from the heap: toc_mem_* are wrapped by the linker and counted. */
#include "compiled.h"

#include "counted.h"

/* @before, then @count times @piece, @middle, @count times @closing. */
static void compile_repeated(struct cel *cel, const char *before, const char *piece, size_t count,
                             const char *middle, const char *closing)
{
    struct toc_text text = {0};

    toc_text_add(&text, toc_str_of(before));
    for (size_t i = 0; i < count; i++) {
        toc_text_add(&text, toc_str_of(piece));
    }
    toc_text_add(&text, toc_str_of(middle));
    for (size_t i = 0; i < count; i++) {
        toc_text_add(&text, toc_str_of(closing));
    }
    cel_compile(cel, toc_text_str(&text), NULL);
    toc_text_finish(&text);
}

/* @most repetitions are read, one more is not. */
static const struct bound_case {
    const char *name, *before, *piece, *middle, *closing;
    size_t most;
    bool is_run;
} bounds[] = {
    {"bytes of the text", "true", " ", "", "", TOC_CEL_SOURCE - 4, true},
    {"brackets", "", "(", "1", ")", TOC_CEL_DEPTH - 1, true},
    {"lists within lists", "", "[", "1", "]", TOC_CEL_DEPTH - 1, true},
    {"signs", "", "!", "true", "", TOC_CEL_DEPTH - 1, true},
    {"a long sum", "1", "+1", "", "", TOC_CEL_DEPTH - 1, true},
    {"calls of calls", "'a'", ".trim()", "", "", TOC_CEL_DEPTH - 1, true},
    {"choices", "", "true?1:", "2", "", TOC_CEL_DEPTH - 1, true},
    {"parts", "[1", ",1", "]", "", TOC_CEL_NODES - 2, true},
    {"values on the stack", "[n", ",n", "]", "", TOC_CEL_STACK - 1, true},
    {"loops within loops", "", "[1].map(x,", "1", ")", TOC_CEL_NESTED, true},
    {"ors are no deeper for being many", "false", "||false", "", "", (TOC_CEL_SOURCE - 5) / 7,
     true},
};

static void holds_the_bound(void **state)
{
    for (size_t i = 0; i < UNIT_COUNT(bounds); i++) {
        const struct bound_case *c = &bounds[i];
        struct cel cel = {.machine = toc_cel_machine_create(1 << 20)};

        compile_repeated(&cel, c->before, c->piece, c->most, c->middle, c->closing);
        if (cel.program == NULL) {
            fail_msg("%s: %zu are too many", c->name, c->most);
        }
        struct toc_cel_value value =
            toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, TOC_CEL_FUEL * 10);
        assert_int_not_equal(value.kind, TOC_CEL_ERROR);
        compile_repeated(&cel, c->before, c->piece, c->most + 1, c->middle, c->closing);
        if (cel.program != NULL) {
            fail_msg("%s: one more than %zu is not too many", c->name, c->most);
        }
        assert_int_equal(cel.findings.count, 1);
        assert_int_equal(cel.findings.items[0].fault, TOC_CEL_SYNTAX);
        cel_finish(&cel);
    }
    (void)state;
}

static const char *const costly[] = {
    "true",
    "[1, 2, 3].all(x, x > 0)",
    "[3, 1, 2].map(x, [x, x].map(y, y * y)) == [[9, 9], [1, 1], [4, 4]]",
    "'a long text that costs by its size' + s == s",
    "s.matches('or.a') && l.exists(x, x.in_list('nice')) || geo.distance(p, p) > 1.0",
    "has(m) || event.?m.hasValue() || {'a': n}.?b.orValue(5) == 5",
};

/* With exactly what it used it gives the same; with one unit less it is out of fuel, and nothing
 * absorbs that. */
static void uses_its_fuel(void **state)
{
    for (size_t i = 0; i < UNIT_COUNT(costly); i++) {
        struct cel cel = {.machine = toc_cel_machine_create(TOC_CEL_SCRATCH)};

        cel_compile(&cel, toc_str_of(costly[i]), &toc_cel_type_bool);
        assert_non_null(cel.program);
        struct toc_cel_value first =
            toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, TOC_CEL_FUEL);
        assert_int_equal(first.kind, TOC_CEL_BOOL);
        uint64_t used = toc_cel_machine_used(cel.machine);
        struct toc_cel_value same = toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, used);
        assert_int_equal(same.kind, TOC_CEL_BOOL);
        assert_int_equal(same.is_true, first.is_true);
        for (uint64_t less = 0; less < used; less++) {
            struct toc_cel_value value =
                toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, less);
            assert_int_equal(value.kind, TOC_CEL_ERROR);
            assert_int_equal(value.error.code, TOC_CEL_E_FUEL);
        }
        cel_finish(&cel);
    }
    (void)state;
}

/* Less and less scratch: the same answer, and from some size on that it is full. */
static void uses_its_memory(void **state)
{
    static const char text[] = "[n, n].map(x, [x, x, x]).exists(y, y.size() == 3) || true";
    struct cel cel = {0};
    bool was_full = false;

    cel_compile(&cel, toc_str_of(text), &toc_cel_type_bool);
    assert_non_null(cel.program);
    for (size_t room = 1024; room-- > 0;) {
        struct toc_cel_machine *machine = toc_cel_machine_create(room);
        struct toc_cel_value value =
            toc_cel_eval(cel.program, machine, cel_bind, NULL, TOC_CEL_FUEL);

        if (value.kind == TOC_CEL_ERROR) {
            assert_int_equal(value.error.code, TOC_CEL_E_SPACE); /* Not absorbed by `|| true`. */
            was_full = true;
        } else {
            assert_false(was_full);
            assert_true(value.kind == TOC_CEL_BOOL && value.is_true);
        }
        toc_cel_machine_destroy(machine);
    }
    assert_true(was_full);
    cel_finish(&cel);
    (void)state;
}

static void takes_no_heap(void **state)
{
    for (size_t i = 0; i < UNIT_COUNT(costly); i++) {
        struct cel cel = {.machine = toc_cel_machine_create(TOC_CEL_SCRATCH)};

        cel_compile(&cel, toc_str_of(costly[i]), NULL);
        uint64_t before = requests;
        for (int again = 0; again < 3; again++) {
            (void)toc_cel_eval(cel.program, cel.machine, cel_bind, NULL, TOC_CEL_FUEL);
        }
        assert_int_equal(requests, before);
        cel_finish(&cel);
    }
    (void)state;
}

/* Spaces, quotes, brackets, the names of loops say nothing; what is asked does. */
static void is_spelled_alike(void **state)
{
    static const char *const alike[][2] = {
        {"n>4&&s=='a'", "( n > 4 )\n && // x\n (s == \"\\x61\")"},
        {"l.all(x, x == 'a')", "l.all(item, item == 'a')"},
        {"0x10 > n", "16 > n"},
    };
    static const char *const unlike[][2] = {
        {"n > 4", "n >= 4"},
        {"1 > n", "1.0 > n"},
        {"s == 'a'", "s == 'A'"},
        {"l.all(x, x == 'a')", "l.exists(x, x == 'a')"},
        {"(n + 1) * 2 > 3", "n + 1 * 2 > 3"},
        {"has(m)", "has(d)"},
        {"s == 'n'", "s == s"},
    };

    for (size_t i = 0; i < UNIT_COUNT(alike) + UNIT_COUNT(unlike); i++) {
        bool is_alike = i < UNIT_COUNT(alike);
        const char *const *pair = is_alike ? alike[i] : unlike[i - UNIT_COUNT(alike)];
        struct toc_text spelled[2] = {{0}, {0}};

        for (int side = 0; side < 2; side++) {
            struct cel cel = {0};

            cel_compile(&cel, toc_str_of(pair[side]), NULL);
            assert_non_null(cel.program);
            toc_cel_print(cel.program, &spelled[side]);
            cel_finish(&cel);
        }
        assert_int_equal(toc_str_equal(toc_text_str(&spelled[0]), toc_text_str(&spelled[1])),
                         is_alike);
        toc_text_finish(&spelled[0]);
        toc_text_finish(&spelled[1]);
    }
    (void)state;
}

static void tells_what_it_reads(void **state)
{
    struct cel cel = {0};
    const int32_t *ids;

    cel_compile(&cel, TOC_STR("event.d > d && has(m) || s == 'a' && s != 'b'"), NULL);
    assert_int_equal(toc_cel_program_reads(cel.program, &ids), 3);
    assert_int_equal(ids[0], CEL_D);
    assert_int_equal(ids[1], CEL_M);
    assert_int_equal(ids[2], CEL_S);
    toc_cel_disassemble(cel.program, &cel.said);
    assert_non_null(strstr(cel.said.data, "load            event.d\n"));
    assert_non_null(strstr(cel.said.data, "more.double\n"));
    assert_non_null(strstr(cel.said.data, "equal.string\n"));
    cel_finish(&cel);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_the_bound),  cmocka_unit_test(uses_its_fuel),
        cmocka_unit_test(uses_its_memory),  cmocka_unit_test(takes_no_heap),
        cmocka_unit_test(is_spelled_alike), cmocka_unit_test(tells_what_it_reads),
    };

    return cmocka_run_group_tests_name("expr/cel_bounds", tests, NULL, NULL);
}

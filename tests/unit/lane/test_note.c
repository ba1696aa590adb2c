#include "unit.h"

#include "lane/plan.h"

static const struct note_case {
    const char *name, *note;
    bool is_ours, is_idle;
    int64_t clock_ms;
} cases[] = {
    {"a busy partition", "tocsin 1 clock=1795305600000 idle=0", true, false, 1795305600000},
    {"a silent partition", "tocsin 1 clock=1795305600000 idle=1", true, true, 1795305600000},
    {"nothing", "", false, false, 0},
    {"of another version", "tocsin 2 clock=1795305600000 idle=0", false, false, 0},
    {"cut short", "tocsin 1 clock=1795305600000", false, false, 0},
    {"with more behind", "tocsin 1 clock=1795305600000 idle=1 x", false, false, 0},
    {"of another program", "{\"offset\":12}", false, false, 0},
    {"neither silent nor not", "tocsin 1 clock=1795305600000 idle=2", false, false, 0},
    {"a clock beyond the years", "tocsin 1 clock=253402300800000 idle=0", false, false, 0},
    {"the last clock there is", "tocsin 1 clock=253402300799999 idle=0", true, false,
     TOC_INSTANT_MAX},
};

static void reads_what_was_committed(void **state)
{
    const struct note_case *c = *state;
    int64_t clock_ms = 0;
    bool is_idle = false;
    char again[TOC_SPOT_NOTE];

    assert_int_equal(toc_plan_note_parse(c->note, &clock_ms, &is_idle), c->is_ours);
    assert_int_equal(clock_ms, c->clock_ms);
    assert_int_equal(is_idle, c->is_idle);
    if (c->is_ours) {
        toc_plan_note(clock_ms, is_idle, again);
        assert_string_equal(again, c->note);
    }
}

UNIT_TABLE("lane/note", cases, reads_what_was_committed)

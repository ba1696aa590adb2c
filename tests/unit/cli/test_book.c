#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/book.h"

/* One thing told: id, state, begin, end (NULL: open), key. */
struct said {
    const char *id;
    enum toc_alert_state state;
    const char *begin, *end, *camp;
};

static void add(struct toc_book *book, const struct said *said)
{
    struct toc_rule rule = {.name = TOC_STR("fire")};
    struct toc_text data = {0};
    toc_text_addf(&data,
                  "{\"mode\":\"actual\",\"level\":\"high\",\"key\":{\"camp\":\"%s\"},"
                  "\"brief\":\"Fire\\u001b[2J\",\"begin\":\"2026-03-01T%sZ\"",
                  said->camp, said->begin);
    if (said->end != NULL) {
        toc_text_addf(&data, ",\"end\":\"2026-03-01T%sZ\"", said->end);
    }
    toc_text_add_char(&data, '}');
    toc_book_add(book, &(struct toc_told){.rule = &rule,
                                          .state = said->state,
                                          .is_open = said->end == NULL,
                                          .alert_id = toc_str_of(said->id),
                                          .data = toc_text_str(&data)});
    toc_text_finish(&data);
}

static const struct book_case {
    const char *name;
    struct said before[3], after[3];
    const char *expected;
    struct toc_book_difference difference;
} cases[] = {
    {"the same stretch is the same alert, whatever its id",
     {{"1", TOC_ALERT_CLEARED, "06:00:00", "06:10:00", "Gao"}},
     {{"2", TOC_ALERT_CLEARED, "06:01:00", "06:10:00", "Gao"}},
     "",
     {.kept = 1}},
    {"stretches that touch in one millisecond are one alert",
     {{"1", TOC_ALERT_CLEARED, "06:00:00", "06:10:00", "Gao"}},
     {{"2", TOC_ALERT_CLEARED, "06:10:00", "06:11:00", "Gao"}},
     "",
     {.kept = 1}},
    {"a millisecond apart they are two; controls are not obeyed",
     {{"1", TOC_ALERT_CLEARED, "06:00:00", "06:10:00", "Gao"}},
     {{"2", TOC_ALERT_CLEARED, "06:10:00.001", "06:11:00", "Gao"}},
     "- 2026-03-01T06:00:00.000Z  high          fire  camp=Gao  Fire[2J\n"
     "+ 2026-03-01T06:10:00.001Z  high          fire  camp=Gao  Fire[2J\n",
     {.gained = 1, .lost = 1}},
    {"another key is another alert",
     {{"1", TOC_ALERT_NEW, "06:00:00", NULL, "Gao"}},
     {{"1", TOC_ALERT_NEW, "06:00:00", NULL, "Kidal"}},
     "- 2026-03-01T06:00:00.000Z  high          fire  camp=Gao  Fire[2J\n"
     "+ 2026-03-01T06:00:00.000Z  high          fire  camp=Kidal  Fire[2J\n",
     {.gained = 1, .lost = 1}},
    {"what was cancelled was not so",
     {{"1", TOC_ALERT_NEW, "06:00:00", NULL, "Gao"}},
     {{"1", TOC_ALERT_NEW, "06:00:00", NULL, "Gao"},
      {"1", TOC_ALERT_CANCELLED, "06:00:00", "06:01:00", "Gao"}},
     "- 2026-03-01T06:00:00.000Z  high          fire  camp=Gao  Fire[2J\n",
     {.lost = 1}},
    {"an open alert meets one that begins long after",
     {{"1", TOC_ALERT_NEW, "06:00:00", NULL, "Gao"}},
     {{"2", TOC_ALERT_NEW, "23:00:00", NULL, "Gao"}},
     "",
     {.kept = 1}},
    {"a long one of before is met by two after",
     {{"1", TOC_ALERT_CLEARED, "06:00:00", "08:00:00", "Gao"}},
     {{"2", TOC_ALERT_CLEARED, "06:00:00", "06:30:00", "Gao"},
      {"3", TOC_ALERT_CLEARED, "07:00:00", "07:30:00", "Gao"}},
     "",
     {.kept = 2}},
};

static void fill(struct toc_book *book, const struct said said[3])
{
    for (size_t i = 0; i < 3 && said[i].id != NULL; i++) {
        add(book, &said[i]);
    }
}

static void differs(void **state)
{
    const struct book_case *c = *state;
    struct toc_book before = {0}, after = {0};
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    fill(&before, c->before);
    fill(&after, c->after);
    struct toc_book_difference got = toc_book_diff(&before, &after, stream);
    fclose(stream);
    assert_string_equal(text, c->expected);
    assert_int_equal(got.gained, c->difference.gained);
    assert_int_equal(got.lost, c->difference.lost);
    assert_int_equal(got.kept, c->difference.kept);
    free(text);
    toc_book_finish(&before);
    toc_book_finish(&after);
}

UNIT_TABLE("cli/book", cases, differs)

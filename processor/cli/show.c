#include "cli/show.h"

static const struct look {
    const char *level, *words, *colour;
} looks[] = {
    {"critical", "CRITICAL", "\033[1;97;41m"}, {"high", "HIGH", "\033[1;31m"},
    {"medium", "MEDIUM", "\033[1;33m"},        {"low", "LOW", "\033[1;36m"},
    {"informational", "INFO", "\033[1m"},
};

static const char *text_of(const json_t *record, const char *member)
{
    const char *text = json_string_value(json_object_get(record, member));
    return text != NULL ? text : "";
}

/* The values of the key, mode left out: "Gao, C-17". */
static void add_key(const json_t *record, struct toc_text *out)
{
    const char *name, *before = "";
    json_t *value;
    json_object_foreach(json_object_get(record, "key"), name, value)
    {
        if (strcmp(name, "mode") != 0 && json_is_string(value)) {
            toc_text_addf(out, "%s%s", before, json_string_value(value));
            before = ", ";
        }
    }
}

static void add_head(const char *clock, const char *words, const char *colour, bool is_coloured,
                     struct toc_text *out)
{
    toc_text_addf(out, "%s  %s%-8s%s  ", clock, is_coloured ? colour : "", words,
                  is_coloured ? "\033[0m" : "");
}

static void add_begin(const json_t *record, const char *clock, bool is_coloured,
                      struct toc_text *out)
{
    const struct look *look = &looks[sizeof looks / sizeof looks[0] - 1];
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        look = strcmp(looks[i].level, text_of(record, "level")) == 0 ? &looks[i] : look;
    }
    add_head(clock, look->words, look->colour, is_coloured, out);
    toc_text_addf(out, "%s%s%s\n", is_coloured ? "\033[1m" : "", text_of(record, "brief"),
                  is_coloured ? "\033[0m" : "");
    const char *first = json_string_value(json_array_get(json_object_get(record, "response"), 0));
    if (first != NULL) {
        toc_text_addf(out, "                    > %s\n", first);
    }
}

static void add_end(const json_t *record, const char *words, const char *colour,
                    const char *meaning, const char *clock, bool is_coloured,
                    struct toc_text *out)
{
    add_head(clock, words, colour, is_coloured, out);
    toc_text_addf(out, "%s", text_of(record, "title"));
    toc_text_add(out, TOC_STR(" ["));
    add_key(record, out);
    toc_text_addf(out, "]: %s\n", meaning);
}

void toc_show_alert(const json_t *record, const char *clock, bool is_coloured,
                    struct toc_text *out)
{
    const char *state = text_of(record, "state");
    if (strcmp(state, "new") == 0) {
        add_begin(record, clock, is_coloured, out);
    } else if (strcmp(state, "cleared") == 0) {
        add_end(record, "CLEARED", "\033[1;32m", "over, somebody or something said so", clock,
                is_coloured, out);
    } else if (strcmp(state, "expired") == 0) {
        add_end(record, "EXPIRED", "\033[2m", "nothing says it any more; this is no all-clear",
                clock, is_coloured, out);
    } else if (strcmp(state, "cancelled") == 0) {
        add_end(record, "CANCEL", "\033[2m", "it was not so", clock, is_coloured, out);
    } else {
        add_head(clock, "update", "\033[2m", is_coloured, out);
        toc_text_addf(out, "%s\n", text_of(record, "brief"));
    }
}

#include "cli/show.h"

#include "base/instant.h"

static const struct look {
    const char *level, *words, *colour;
} looks[] = {
    {"critical", "CRITICAL", "\033[1;97;41m"}, {"high", "HIGH", "\033[1;31m"},
    {"medium", "MEDIUM", "\033[1;33m"},        {"low", "LOW", "\033[1;36m"},
    {"informational", "INFO", "\033[1m"},
};

void toc_show_plain(const char *text, struct toc_text *out)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];
        if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
            text++;
        } else if (byte >= 0x20 && byte != 0x7F) {
            toc_text_add_char(out, *text);
        }
    }
}

static const char *text_of(const json_t *record, const char *member)
{
    const char *text = json_string_value(json_object_get(record, member));
    return text != NULL ? text : "";
}

/* When it was so, not when it was told: "07:12:04". */
static void add_clock(const json_t *record, const char *member, struct toc_text *out)
{
    char text[TOC_INSTANT_TEXT];
    int64_t at_ms;
    if (toc_instant_parse(toc_str_of(text_of(record, member)), &at_ms)) {
        toc_instant_format(at_ms, text);
        toc_text_addf(out, "%.8s", text + 11);
    } else {
        toc_text_add(out, TOC_STR("--:--:--"));
    }
}

/* Time, how bad, and the name to say on the radio. */
static void add_head(const json_t *record, const char *clock, const char *words, const char *colour,
                     bool is_coloured, struct toc_text *out)
{
    add_clock(record, clock, out);
    toc_text_addf(out, "  %s%-8s%s  ", is_coloured ? colour : "", words,
                  is_coloured ? "\033[0m" : "");
    toc_show_plain(text_of(record, "ref"), out);
    toc_text_add(out, TOC_STR("  "));
}

static void add_begin(const json_t *record, bool is_coloured, struct toc_text *out)
{
    const struct look *look = &looks[sizeof looks / sizeof looks[0] - 1];
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        look = strcmp(looks[i].level, text_of(record, "level")) == 0 ? &looks[i] : look;
    }
    add_head(record, "begin", look->words, look->colour, is_coloured, out);
    toc_text_add(out, is_coloured ? TOC_STR("\033[1m") : TOC_STR(""));
    toc_show_plain(text_of(record, "brief"), out);
    toc_text_add(out, is_coloured ? TOC_STR("\033[0m\n") : TOC_STR("\n"));
    const char *first = json_string_value(json_array_get(json_object_get(record, "response"), 0));
    if (first != NULL) {
        toc_text_add(out, TOC_STR("                              > "));
        toc_show_plain(first, out);
        toc_text_add_char(out, '\n');
    }
}

static void add_end(const json_t *record, const char *words, const char *colour,
                    const char *meaning, bool is_coloured, struct toc_text *out)
{
    add_head(record, "end", words, colour, is_coloured, out);
    toc_show_plain(text_of(record, "title"), out);
    toc_text_addf(out, ": %s\n", meaning);
}

void toc_show_alert(const json_t *record, bool is_coloured, struct toc_text *out)
{
    const char *state = text_of(record, "state");
    if (strcmp(state, "new") == 0) {
        add_begin(record, is_coloured, out);
    } else if (strcmp(state, "cleared") == 0) {
        add_end(record, "CLEARED", "\033[1;32m", "it is over", is_coloured, out);
    } else if (strcmp(state, "expired") == 0) {
        add_end(record, "EXPIRED", "\033[2m", "no longer reported; this is no all-clear",
                is_coloured, out);
    } else if (strcmp(state, "cancelled") == 0) {
        add_end(record, "CANCEL", "\033[2m", "it was not so", is_coloured, out);
    } else {
        add_head(record, "last_event_time", "update", "\033[2m", is_coloured, out);
        toc_show_plain(text_of(record, "brief"), out);
        toc_text_add_char(out, '\n');
    }
}

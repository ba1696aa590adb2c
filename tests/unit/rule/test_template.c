/* Templates become pieces; what is not known is refused. */
#include "rules.h"

static const struct template_case {
    const char *name, *text;
    const char *pieces; /* One letter a piece: T K C V P F; NULL = refused. */
} cases[] = {
    {"plain text", "'take cover'", "T"},
    {"one value alone", "'{count}'", "C"},
    {"text around values", "'{value} at {sensor}: {count}, {place}.'", "VTKTCTPT"},
    {"values side by side", "'{sensor}{sensor}'", "KK"},
    {"a field of the newest evidence", "'{impact.munition} {impact.source}'", "FTF"},
    {"doubled braces are braces", "'{{count}} {{{count}}}'", "TCT"},
    {"a block of text", "|\n    {count}\n    {sensor}", "CTKT"},
    {"no value of that name", "'{counts}'", NULL},
    {"no such event", "'{impacts.munition}'", NULL},
    {"an event that is no evidence", "'{over.hazard}'", NULL},
    {"no such field", "'{impact.munitions}'", NULL},
    {"nothing in the braces", "'{}'", NULL},
    {"an open brace", "'{count'", NULL},
    {"a closing brace", "'count}'", NULL},
    {"an open brace at the end", "'count {'", NULL},
};

static void makes_pieces(void **state)
{
    static const char letters[] = {
        [TOC_PIECE_TEXT] = 'T',  [TOC_PIECE_KEY] = 'K',   [TOC_PIECE_COUNT] = 'C',
        [TOC_PIECE_VALUE] = 'V', [TOC_PIECE_PLACE] = 'P', [TOC_PIECE_FIELD] = 'F'};
    const struct template_case *c = *state;
    struct toc_text text = {0};

    toc_text_addf(&text,
                  RULES_HEAD
                  "events:\n  impact: { type: detection.indirect_fire }\n"
                  "  over: { type: report.all_clear, as: { sensor: hazard } }\n"
                  "when: { count: impact, at_least: 1, within: 1h, group_by: [sensor] }\n"
                  "alert:\n  topic: a\n  clear_when: over\n  brief: %s\n",
                  c->text);
    struct rules rules = rules_load(text.data);
    toc_text_finish(&text);
    if (c->pieces == NULL) {
        assert_null(rules.set);
        assert_int_equal(toc_diag_errors(rules.diag), 1);
    } else {
        assert_non_null(rules.set);
        const struct toc_template *brief = &toc_ruleset_get(rules.set, 0)->wordings[0].brief;
        char found[32] = "";

        assert_true(brief->count < sizeof found);
        for (size_t i = 0; i < brief->count; i++) {
            found[i] = letters[brief->pieces[i].kind];
        }
        assert_string_equal(found, c->pieces);
        assert_int_equal(toc_ruleset_get(rules.set, 0)->wordings[0].summary.count, 0);
    }
    rules_finish(&rules);
}

UNIT_TABLE("rule/template", cases, makes_pieces)

/* Which alerts are one incident. What is told as a line: "new one [1]; new two [1]": state, rule,
 * and which alert, in the order first told, its incident is named after; "was 2": and was until
 * now. */
#include "unit.h"

#include "acting.h"

/* --- A line a case --------------------------------------------------------------------------- */

/* Rules to choose from, by their first letter. */
static const struct {
    const char *name, *events, *when, *alert;
} rules[] = {
    {"one", "a: { type: x.a }", "{ count: a, at_least: 1, within: 5s, group_by: [subject] }",
     "update_every: 1s"},
    {"pair", "a: { type: x.a }", "{ count: a, at_least: 2, within: 5s, group_by: [mode] }",
     "update_every: 1s"},
    {"bees", "b: { type: x.b }", "{ count: b, at_least: 1, within: 5s, group_by: [subject] }",
     "update_every: 1s"},
    {"link", "a: { type: x.a }, b: { type: x.b }", "{ all_of: [a, b], within: 5s }",
     "update_every: 1s"},
    {"wide", "a: { type: x.a }, b: { type: x.b }",
     "{ any_kinds: [a, b], at_least: 2, within: 1m, group_by: [mode] }", "update_every: 1s"},
    {"step", "a: { type: x.a }, b: { type: x.b }, c: { type: x.c }",
     "{ sequence: [a, b], without: c, within: 5s, group_by: [subject] }", "expire_after: 5s"},
    {"up", "l: { alert: one }", "{ count: l, at_least: 1, within: 5s, group_by: [mode] }",
     "update_every: 1s"},
    {"rest", "l: { alert: one }", "{ event: l }", "expire_after: 1m"},
    {"quiet", "a: { type: x.a }", "{ count: a, at_least: 1, within: 5s, group_by: [subject] }",
     "cap: { at_most: 1, within: 1h }"},
    {"each", "a: { type: x.a }", "{ event: a }", "expire_after: 5s"},
    {"trial", "a: { type: x.a }", "{ count: a, at_least: 1, within: 5s, group_by: [subject] }",
     "update_every: 1s"},
};

/* @named: first letters. */
static struct toc_ruleset *load(const char *named)
{
    struct toc_text text = {0};

    for (; *named != '\0'; named++) {
        size_t i = 0;
        while (rules[i].name[0] != *named) {
            i++;
        }
        toc_text_addf(&text, "%srule: %s\ntitle: T\nstatus: %s\nlevel: low\nevents: { %s }\n",
                      text.size > 0 ? "---\n" : "", rules[i].name,
                      *named == 't' ? "experimental" : "deprecated", rules[i].events);
        toc_text_addf(&text, "when: %s\nalert: { topic: alerts.t, %s }\n", rules[i].when,
                      rules[i].alert);
    }
    struct toc_ruleset *set = feeding_load(text.data);
    toc_text_finish(&text);
    return set;
}

static const char *text_of(const json_t *record, const char *name)
{
    const json_t *value = json_object_get(record, name);
    return json_is_string(value) ? json_string_value(value) : NULL;
}

/* How many alerts had been told when the one called @id first was; 0: there is none. */
static unsigned number_of(const struct feeding *f, const char *id)
{
    unsigned number = 0;

    for (size_t i = 0; i < f->count; i++) {
        bool is_first = true;
        for (size_t j = 0; j < i && is_first; j++) {
            is_first = strcmp(f->told[j].id, f->told[i].id) != 0;
        }
        number += is_first;
        if (is_first && strcmp(f->told[i].id, id) == 0) {
            return number;
        }
    }
    return 0;
}

static void write_told(const struct feeding *f, size_t from, struct toc_text *out)
{
    toc_text_clear(out);
    for (size_t i = from; i < f->count; i++) {
        const json_t *data = f->told[i].data;
        toc_text_addf(out, "%s%s %s [%u", i > from ? "; " : "", text_of(data, "state"),
                      text_of(data, "rule"), number_of(f, text_of(data, "incident")));
        if (text_of(data, "incident_was") != NULL) {
            toc_text_addf(out, " was %u", number_of(f, text_of(data, "incident_was")));
        }
        toc_text_add_char(out, ']');
    }
}

/* @steps: "a@1.5" is an x.a of the subject k, 1,500 ms after the begin; "a@1.5/l" of l; "a@1.5!" in
 * an exercise; "t@3": the clock, and what it decides, comes there. */
static void run(struct feeding *f, const char *steps)
{
    static const char *const types[] = {"x.a", "x.b", "x.c"};
    static int number;
    char id[16];

    for (const char *at = steps; *at != '\0';) {
        char letter = *at;
        char *end;
        int64_t at_ms = 100000 + (int64_t)(strtod(at + 2, &end) * 1000 + 0.5);
        char subject[2] = {'k', '\0'};
        enum toc_mode mode = TOC_MODE_ACTUAL;
        if (*end == '/') {
            subject[0] = end[1];
            end += 2;
        }
        if (*end == '!') {
            mode = TOC_MODE_EXERCISE;
            end++;
        }
        (void)snprintf(id, sizeof id, "%d", ++number);
        if (letter == 't') {
            FEED(f, .type = "y.b", .id = id, .at_ms = at_ms);
        } else {
            FEED(f, .type = types[letter - 'a'], .id = id, .subject = subject, .mode = mode,
                 .at_ms = at_ms);
        }
        at = end + strspn(end, " ");
    }
}

static const struct incident_case {
    const char *name, *rules, *steps, *told;
} cases[] = {
    {"an alert alone is an incident of its own", "o", "a@0", "new one [1]"},
    {"two rules that count one event are one incident", "op", "a@0 a@0.5",
     "new one [1]; new pair [1]"},
    {"two that share nothing are two incidents", "ob", "a@0 b@0.5", "new one [1]; new bees [2]"},
    {"an event that two incidents share makes them one; who was told of the other is told", "obl",
     "a@0 b@2 t@3.1", "new one [1]; new bees [2]; new link [1]; update bees [1 was 2]"},
    {"being told so waits for update_every, as any update does", "obl", "a@0 b@2 a@2.2 t@2.9 t@3.1",
     "new one [1]; new bees [2]; new link [1]; update one [1]; update link [1]; update bees [1 was "
     "2]"},
    {"evidence that grows joins as well", "wb", "a@0 a@0.1 b@1 a@2",
     "new wide [1]; new bees [1]; update wide [1]"},
    {"what is shared is known before update_every lets it be told", "oe", "a@0 a@0.2",
     "new one [1]; new each [1]; new each [1]"},
    {"an exercise is another incident, whatever it resembles", "op", "a@0 a@0.5! a@0.6! a@0.7",
     "new one [1]; new one [2]; new pair [2]; new pair [1]"},
    {"an alert that rests on another is of its incident", "ou", "a@0", "new one [1]; new up [1]"},
    {"what rests on two alerts makes them one", "ou", "a@0/k a@1/l t@2.1",
     "new one [1]; new up [1]; new one [3]; update up [1]; update one [1 was 3]"},
    {"who rested on an alert that was over is of one incident with it when it opens again", "or",
     "t@10 a@3 a@7", "new one [1]; expired one [1]; new rest [2]; update one [2 was 1]"},
    {"when its alerts have ended an incident is over: what shares old evidence begins another",
     "ow", "a@0 t@6 b@7", "new one [1]; expired one [1]; new wide [2]"},
    {"as long as one of its alerts is open it goes on under its name", "owb", "a@0 b@4 t@6 b@20",
     "new one [1]; new wide [1]; new bees [1]; expired one [1]; expired bees [1]; update wide [1]; "
     "new bees [1]"},
    {"it keeps the name of an alert that was cancelled", "sb", "a@0 b@1 c@0.5 b@2",
     "new step [1]; new bees [1]; cancelled step [1]; update bees [1]"},
    {"a late event that makes two share joins them", "obl", "b@4 t@4.5 a@2 t@6",
     "new bees [1]; new one [2]; new link [1]; update one [1 was 2]"},
    {"an alert over when it is first known is of the incident all the same", "op", "a@0 a@3 t@20",
     "new one [1]; update one [1]; new pair [1]; expired one [1]; expired pair [1]"},
    {"what a cap mutes takes part", "qp", "a@0/k a@1/l t@20",
     "new quiet [1]; new quiet [2]; new pair [1]; update quiet [1 was 2]; expired quiet [1]; "
     "expired pair [1]; expired quiet [1]"},
    {"a rule under trial is on its own and joins nobody", "to", "a@0 a@1",
     "new trial [1]; new one [2]; update trial [1]; update one [2]"},
    {"many alerts of one key that share are one", "ep", "a@0 a@1 t@20",
     "new each [1]; new each [2]; new pair [1]; update each [1 was 2]; expired each [1]; expired "
     "each [1]; expired pair [1]"},
};

static void joins_what_shares_evidence(void **state)
{
    const struct incident_case *c = *state;
    struct feeding f = {.rules = load(c->rules)};
    struct toc_text told = {0};

    feeding_begin(&f, NULL, 0, 0);
    run(&f, c->steps);
    write_told(&f, 0, &told);
    assert_string_equal(told.data, c->told);
    toc_text_finish(&told);
    feeding_finish(&f);
}

UNIT_TABLE("engine/incident", cases, joins_what_shares_evidence)

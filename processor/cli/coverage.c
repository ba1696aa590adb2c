#include "cli/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/clauses.h"

enum outcome { SAME, TOLD_ELSE, NOTICED, REFUSED };

/* What one test said of the rule as written. */
struct result {
    const struct toc_yaml *test;
    struct toc_text told;
};

/* One rule under trial. */
struct session {
    const struct toc_trial_world *world;
    const struct toc_rule *rule;
    struct result *results; /* Of the tests that pass. */
    size_t count;
    bool needs_all; /* It reads alerts of other rules, so they stay. */
};

/* A change on its way into the loader. */
struct change {
    const struct session *session;
    const struct toc_clause_edit *edits;
    size_t edit_count;
};

static bool on_document(struct toc_yaml *document, struct toc_arena *arena, void *context)
{
    const struct change *change = context;
    const struct toc_yaml *name = toc_yaml_find(document, "rule");

    if (name == NULL || !toc_str_equal(name->text, change->session->rule->name)) {
        return change->session->needs_all;
    }
    toc_clause_apply(change->edits, change->edit_count, document, arena);
    return true;
}

/* All that was told, as one text; the rule's hash is bound to differ. */
static void write_told(const struct toc_trial *trial, struct toc_text *out)
{
    for (size_t i = 0; i < trial->told_count; i++) {
        json_t *record = trial->told[i].record;
        (void)json_object_del(record, "rule_hash");
        char *line = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
        toc_text_add(out, toc_str_of(line));
        toc_text_add_char(out, '\n');
        free(line);
    }
    toc_text_add(out, trial->rests ? TOC_STR(".") : TOC_STR("..."));
}

/* Live @test in @world. False: it fails, or is broken. What was told is appended to @out_told. */
static bool is_passed(const struct session *session, const struct toc_trial_world *world,
                      const struct toc_yaml *test, struct toc_text *out_told)
{
    struct toc_diag *diag = toc_diag_create();
    struct toc_text difference = {0};
    struct toc_trial trial;

    /* Marks of the test's own lists point into files of the first load. */
    for (uint32_t file = 0; file <= test->mark.file; file++) {
        (void)toc_diag_add_file(diag, "", TOC_STR(""));
    }
    toc_trial_run(&trial, world, session->rule->name, test, diag);
    bool is_right = !trial.is_broken && trial.rests &&
                    toc_expect_compare(toc_yaml_find(test, "expect"), trial.told, trial.told_count,
                                       &difference);
    write_told(&trial, out_told);
    toc_trial_finish(&trial);
    toc_text_finish(&difference);
    toc_diag_destroy(diag);
    return is_right;
}

/* The tests of the rule changed by @edits. */
static enum outcome try_edits(const struct session *session, const struct toc_clause_edit edits[],
                              size_t count)
{
    struct change change = {.session = session, .edits = edits, .edit_count = count};
    struct toc_ruleset_edit edit = {.on_document = on_document, .context = &change};
    struct toc_trial_world world = {.paths = session->world->paths, .edit = &edit};
    struct toc_diag *diag = toc_diag_create();
    struct toc_ruleset *rules = NULL;
    enum outcome outcome = SAME;

    if (!toc_ruleset_load_edited(&world.paths, NULL, &edit, diag, &rules)) {
        toc_diag_destroy(diag);
        return REFUSED;
    }
    world.rules = rules;
    for (size_t i = 0; outcome != NOTICED && i < session->count; i++) {
        const struct result *result = &session->results[i];
        struct toc_text told = {0};

        if (!is_passed(session, &world, result->test, &told)) {
            outcome = NOTICED;
        } else if (!toc_str_equal(toc_text_str(&told), toc_text_str(&result->told))) {
            outcome = TOLD_ELSE;
        }
        toc_text_finish(&told);
    }
    toc_ruleset_destroy(rules);
    toc_diag_destroy(diag);
    return outcome;
}

static enum outcome try_change(const struct session *session,
                               const struct toc_clause_change *change)
{
    enum outcome outcome = try_edits(session, change->edits, change->edit_count);

    if (outcome == REFUSED && change->other_count > 0) {
        outcome = try_edits(session, change->others, change->other_count);
    }
    return outcome;
}

static void report(struct toc_coverage *out, const struct session *session,
                   const struct toc_diag *diag, const struct toc_clause *clause,
                   const struct toc_clause_change *change, enum outcome outcome)
{
    toc_text_addf(
        &out->report, "%s:%lu:%lu: %.*s: %s: %.*s (%.*s, %s)\n",
        toc_diag_path(diag, clause->mark.file), (unsigned long)clause->mark.line,
        (unsigned long)clause->mark.column, (int)session->rule->name.size, session->rule->name.data,
        outcome == SAME        ? "untested"
        : outcome == TOLD_ELSE ? "unseen"
                               : "not tried",
        (int)clause->words.size, clause->words.data, (int)change->words.size, change->words.data,
        outcome == SAME        ? "every test is told the same"
        : outcome == TOLD_ELSE ? "what is told differs, and no test looks"
                               : "the rule would not load");
}

/* The first change that no test notices decides. */
static void try_clause(struct toc_coverage *out, const struct session *session,
                       const struct toc_diag *diag, const struct toc_clause *clause)
{
    const struct toc_clause_change *worst = NULL;
    enum outcome outcome = REFUSED;
    bool is_noticed = false;

    for (size_t i = 0; i < clause->change_count && worst == NULL; i++) {
        outcome = try_change(session, &clause->changes[i]);
        worst = outcome == SAME || outcome == TOLD_ELSE ? &clause->changes[i] : NULL;
        is_noticed = is_noticed || outcome == NOTICED;
    }
    if (worst == NULL && is_noticed) {
        out->tested++;
        return;
    }
    worst = worst != NULL ? worst : &clause->changes[0];
    out->untested += outcome == SAME;
    out->unseen += outcome == TOLD_ELSE;
    out->not_tried += outcome == REFUSED;
    report(out, session, diag, clause, worst, outcome);
}

/* Does @rule read alerts of others? */
static bool reads_alerts(const struct toc_rule *rule)
{
    const struct toc_yaml *events = toc_yaml_find(rule->source, "events");

    for (const struct toc_yaml *event = events != NULL ? events->first : NULL; event != NULL;
         event = event->next) {
        if (toc_yaml_find(event, "alert") != NULL) {
            return true;
        }
    }
    return false;
}

void toc_coverage_try(struct toc_coverage *out, const struct toc_trial_world *world,
                      const struct toc_rule *rule, const struct toc_diag *diag)
{
    struct session session = {.world = world, .rule = rule, .needs_all = reads_alerts(rule)};
    struct toc_clauses clauses;

    if (rule->tests == NULL) {
        return;
    }
    session.results = toc_mem_array(rule->tests->count + 1, sizeof *session.results);
    for (const struct toc_yaml *test = rule->tests->first; test != NULL; test = test->next) {
        struct result *result = &session.results[session.count];
        *result = (struct result){.test = test};
        if (is_passed(&session, world, test, &result->told)) {
            session.count++;
        } else {
            toc_text_finish(&result->told);
        }
    }
    toc_clauses_init(&clauses, rule->source);
    for (size_t i = 0; i < clauses.count; i++) {
        try_clause(out, &session, diag, &clauses.items[i]);
    }
    toc_clauses_finish(&clauses);
    for (size_t i = 0; i < session.count; i++) {
        toc_text_finish(&session.results[i].told);
    }
    toc_mem_free(session.results);
}

void toc_coverage_finish(struct toc_coverage *coverage)
{
    toc_text_finish(&coverage->report);
    *coverage = (struct toc_coverage){0};
}

#include "cli/summary.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static int by_name(const void *a, const void *b)
{
    const struct toc_rule *const *left = a, *const *right = b;
    return toc_str_compare((*left)->name, (*right)->name);
}

/* A row for every rule that told something, how many told nothing. */
static void print_rules(const struct toc_stage *stage)
{
    size_t count = toc_ruleset_count(stage->rules), quiet = 0;
    const struct toc_rule **sorted = toc_mem_array(count, sizeof *sorted);
    int width = 4;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = toc_ruleset_get(stage->rules, i);
        width = (int)sorted[i]->name.size > width ? (int)sorted[i]->name.size : width;
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    fprintf(stderr, "%-*s %10s %10s %10s\n", width, "rule", "new", "open", "cancelled");
    for (size_t i = 0; i < count; i++) {
        size_t index = (size_t)toc_ruleset_find(stage->rules, sorted[i]->name);
        struct toc_rule_counts counts = toc_engine_rule_counts(stage->engine, index);
        if (stage->tallies[index].told_new == 0) {
            quiet++;
            continue;
        }
        fprintf(stderr, "%-*.*s %10llu %10llu %10llu\n", width, (int)sorted[i]->name.size,
                sorted[i]->name.data, (unsigned long long)stage->tallies[index].told_new,
                (unsigned long long)counts.open,
                (unsigned long long)stage->tallies[index].cancelled);
    }
    if (quiet > 0) {
        fprintf(stderr, "%zu rules told nothing\n", quiet);
    }
    toc_mem_free(sorted);
}

static void print_count(struct toc_str rule, uint64_t count, const char *words)
{
    if (count > 0) {
        fprintf(stderr, "%.*s: %llu %s\n", (int)rule.size, rule.data, (unsigned long long)count,
                words);
    }
}

/* A rule that is quiet for want of a field must not look content. */
static void print_blind_spots(const struct toc_stage *stage)
{
    for (size_t i = 0; i < toc_ruleset_count(stage->rules); i++) {
        struct toc_str name = toc_ruleset_get(stage->rules, i)->name;
        struct toc_rule_counts counts = toc_engine_rule_counts(stage->engine, i);
        print_count(name, counts.missing_key, "events lack a field of its key");
        print_count(name, counts.missing_field, "events lack a field of its conditions");
        print_count(name, counts.where_failed, "events made its `where` end in an error");
        print_count(name, counts.where_budget, "events made its `where` use up its budget");
        print_count(name, counts.budget, "searches were too large: alerts may be missing");
    }
}

static void print_bundle(const struct toc_stage *stage, const struct toc_ruleset *before)
{
    if (before != NULL) {
        fprintf(stderr, "bundle %s -> %s\n", toc_ruleset_bundle(before),
                toc_ruleset_bundle(stage->rules));
    } else {
        fprintf(stderr, "bundle %s\n", toc_ruleset_bundle(stage->rules));
    }
}

void toc_summary_print(const struct toc_stage *stage, const struct toc_ruleset *before,
                       const struct toc_refusals *refused)
{
    struct toc_engine_counts counts = toc_engine_counts(stage->engine);

    fprintf(stderr, "events %llu, refused %llu", (unsigned long long)counts.events,
            (unsigned long long)refused->records);
    const char *lead = " (";
    for (int i = 0; i < TOC_REFUSAL_COUNT; i++) {
        if (refused->by_reason[i] > 0) {
            fprintf(stderr, "%s%s %llu", lead, toc_refusal_text((enum toc_refusal)i),
                    (unsigned long long)refused->by_reason[i]);
            lead = ", ";
        }
    }
    fprintf(stderr, "%s, late %llu, repeats %llu, conflicts %llu\n",
            refused->records > 0 ? ")" : "", (unsigned long long)counts.late,
            (unsigned long long)counts.repeats, (unsigned long long)counts.conflicts);
    if (refused->dropped_fields > 0) {
        fprintf(stderr, "wrong optional fields left out: %llu\n",
                (unsigned long long)refused->dropped_fields);
    }
    fprintf(stderr, "still held at the end: %llu keys, %llu events\n",
            (unsigned long long)counts.keys, (unsigned long long)counts.kept_events);
    if (counts.keys_refused > 0) {
        fprintf(stderr, "events not counted because too many keys were in use: %llu\n",
                (unsigned long long)counts.keys_refused);
    }
    print_bundle(stage, before);
    print_rules(stage);
    print_blind_spots(stage);
}

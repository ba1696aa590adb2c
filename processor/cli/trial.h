/* cli/trial.h - one inline test of one rule, lived through: `test` judges it, its coverage lives it
 * again with the rule changed, `check` reads its values without living it.
 *
 * Each trial gets an engine of its own, one input without disorder, and lives from the first event
 * until nothing is pending. Only the rule under test is looked at. */
#pragma once
#include "cli/expect.h"
#include "rule/load.h"

/* What a trial lives in. */
struct toc_trial_world {
    struct toc_rule_paths paths;
    const struct toc_ruleset *rules;
    const struct toc_ruleset_edit *edit; /* Done to @rules; of a test with lists of its own too. */
};

struct toc_trial {
    struct toc_expect_told *told; /* Each record is owned. */
    size_t told_count, told_room;
    bool is_broken; /* A value of the test is wrong: the diag says which; nothing was lived. */
    bool rests;     /* It came to rest after the last event. */
};

/* Live through @test of the rule called @rule. Findings go to @diag. Finish @out. */
void toc_trial_run(struct toc_trial *out, const struct toc_trial_world *world, struct toc_str rule,
                   const struct toc_yaml *test, struct toc_diag *diag);
void toc_trial_finish(struct toc_trial *trial);

/* Read the values of @test as a trial would. False: findings were added. */
bool toc_trial_check(const struct toc_trial_world *world, const struct toc_yaml *test,
                     struct toc_diag *diag);

/* cli/coverage.h - which clauses of a rule its inline tests show to matter.
 *
 * By evidence: every clause (cli/clauses.h) is taken away or moved a little, the rule is loaded
 * again, its tests are lived again. A clause is
 *   tested     if a test that passes fails without it;
 *   unseen     if something else is told without it, which no `expect` looks at;
 *   untested   if all that is told stays as it was;
 *   not tried  if the loader refuses the rule without it.
 * Costs as many loads and runs of the rule's tests as it has clauses. */
#pragma once
#include <stdio.h>

#include "cli/trial.h"

struct toc_coverage {
    size_t tested, unseen, untested, not_tried;
    struct toc_text report; /* A line for each clause that is not tested. */
};

/* Try the clauses of @rule, of world->rules; counts and lines are added to @out. */
void toc_coverage_try(struct toc_coverage *out, const struct toc_trial_world *world,
                      const struct toc_rule *rule, const struct toc_diag *diag);
void toc_coverage_finish(struct toc_coverage *coverage);

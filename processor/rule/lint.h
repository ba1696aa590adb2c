/* rule/lint.h - what loads and runs, but is hardly what its author meant. All warnings:
 *
 *   W0371  an event that nothing can qualify for, or a step that `without` makes unreachable
 *   W0372  a threshold that is always or never met, by what the field can hold
 *   W0373  an urgent rule drops events that lack an optional field
 *   W0374  a rule that is not `stable` lacks a firing or a quiet test (of a stable one: E0334)
 *   W0375  a text lacks a language that another text of the rule gives
 *
 * Pure; reads what the loader made, says it in the places the loader read. */
#pragma once
#include "rule/load.h"

/* Add what is found in the rules of @set to @diag, the one they were loaded with. */
void toc_lint_ruleset(const struct toc_ruleset *set, struct toc_diag *diag);

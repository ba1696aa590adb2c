/* cli/findings.h - what `check` found, for programs: JSON of our own, or SARIF 2.1.0.
 *
 * JSON: { tocsin, errors, warnings, left_out, bundle, findings: [ { severity, code, meaning,
 * message, file, line, column, width, suggestion } ] }. Lines and columns count from 1, line 0 is
 * the file as a whole; columns and width are characters; suggestion is left out where there is
 * none, bundle (the name of all that was read, rule/bundle.h) where it did not load.
 * SARIF (OASIS, 27 March 2020): one run; the codes met are its rules; a suggestion is a fix.
 * Source: section 3 of the standard, its paragraphs named in the code. */
#pragma once
#include "base/diag.h"

/* Append all of @diag, sorted, and a newline. @bundle: empty = none. */
void toc_findings_json(struct toc_diag *diag, const char *bundle, struct toc_text *out);
void toc_findings_sarif(struct toc_diag *diag, struct toc_text *out);

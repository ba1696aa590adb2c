/* cli/show.h - an alert record for a person who has one second: how bad, what, where, when, what to
 * do. Pure. */
#pragma once
#include <jansson.h>

#include "base/text.h"

/* Append @record (the `data` of an alert) as lines of text: of `new` the brief and the first thing
 * to do, of others one line. The time is when it was so. */
void toc_show_alert(const json_t *record, bool is_coloured, struct toc_text *out);
/* Append @text from elsewhere without what a terminal would obey: C0, DEL and C1 controls. */
void toc_show_plain(const char *text, struct toc_text *out);

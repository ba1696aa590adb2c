/* cli/schema.h - JSON Schema 2020-12 of rules, events, alerts, and AsyncAPI 3.0 of topics, from the
 * tables that the checker, the decoder and the record writer use. What is returned is the caller's
 * to json_decref; it is never NULL. */
#pragma once
#include <jansson.h>

#include "ops/topics.h"
#include "rule/words.h"

#define TOC_SCHEMA_DIALECT "https://json-schema.org/draft/2020-12/schema"

/* A document of a rule file, for editors: keys from rule/keys.def, types, fields, modifiers and the
 * words of closed lists from @words. Scalars may be typed as YAML 1.2 types them, or texts. What it
 * refuses, the checker refuses; the checker knows more. */
json_t *toc_schema_rules(const struct toc_rule_words *words);
/* A CloudEvent of one of the types, for producers. */
json_t *toc_schema_events(const struct toc_catalogue *catalogue);
/* A CloudEvent with an alert record, for readers. */
json_t *toc_schema_alerts(void);
/* Which topics there are and what stands in them: AsyncAPI 3.0.0. */
json_t *toc_schema_topics(const struct toc_topics *topics, const struct toc_catalogue *catalogue);

/* cli/schema_parts.h - pieces of JSON Schema 2020-12 as trees of jansson.
 * Everything is made or the process ends, as out of memory always does: nothing here is NULL. What
 * is made is the caller's; what is put into something is given away. */
#pragma once
#include <jansson.h>

#include "base/text.h"

/* @json itself, once it is known to be there. */
json_t *toc_schema_made(json_t *json);
void toc_schema_put(json_t *object, const char *name, json_t *value);
void toc_schema_put_str(json_t *object, struct toc_str name, json_t *value);
void toc_schema_append(json_t *list, json_t *value);
json_t *toc_schema_text(struct toc_str text);
json_t *toc_schema_type(const char *type);                        /* { type } */
json_t *toc_schema_list(json_t *items);                           /* An array of these. */
json_t *toc_schema_ref(const char *name);                         /* Of "#/$defs/@name". */
json_t *toc_schema_enum(const char *const words[], size_t count); /* { enum } */
json_t *toc_schema_any(json_t *first, json_t *second);            /* { anyOf } */
json_t *toc_schema_instant(void);
json_t *toc_schema_levels(void);
json_t *toc_schema_modes(void);
/* A CloudEvent whose `type` and `data` are these: its properties. */
json_t *toc_schema_envelope(json_t *type, json_t *data);
/* Let every reference to "#/$defs/.." within @json begin with @root instead. */
void toc_schema_rebase(json_t *json, const char *root);

/* rule/keys.h - which keys a rule file can have: one table, keys.def, read by the loader and by the
 * schema, so that an editor and `tocsin check` cannot disagree. Immutable; any thread may read. */
#pragma once
#include <stddef.h>

/* The mappings of a rule file. */
enum toc_block {
#define TOC_BLOCK(name, what) TOC_BLOCK_##name,
#include "rule/keys.def"
    TOC_BLOCK_COUNT
};

enum toc_key_need { TOC_KEY_OPTIONAL, TOC_KEY_REQUIRED, TOC_KEY_LATER };

/* What stands under a key. */
enum toc_key_kind {
    TOC_KEY_TEXT,
    TOC_KEY_TEXTS,    /* A list of texts, or one alone. */
    TOC_KEY_WORDING,  /* A text, or LANGUAGE: text. */
    TOC_KEY_WORDINGS, /* A list of texts or one, or LANGUAGE: such. */
    TOC_KEY_NAME,
    TOC_KEY_VERSION, /* A whole number from 1. */
    TOC_KEY_STATUS,
    TOC_KEY_LEVEL,
    TOC_KEY_CHANGE, /* A change of an alert. */
    TOC_KEY_BOOL,
    TOC_KEY_SPAN,
    TOC_KEY_DISTANCE,
    TOC_KEY_THRESHOLD,
    TOC_KEY_TAGS, /* Words of closed lists. */
    TOC_KEY_TOPIC,
    TOC_KEY_RECIPIENTS,
    TOC_KEY_TYPES,      /* Event types: one, a list, a beginning with `*`. */
    TOC_KEY_FIELD,      /* A field of an event. */
    TOC_KEY_MATCH,      /* Tests of fields. */
    TOC_KEY_PLACE,      /* A kind of place, or a place. */
    TOC_KEY_AS,         /* NAME: FIELD */
    TOC_KEY_ALIAS,      /* One of the rule's events. */
    TOC_KEY_ALIASES,    /* A list of them. */
    TOC_KEY_REFERENCES, /* One, a list, or each with a tie: NAME: { near, distance }. */
    TOC_KEY_STEPS,      /* A list of such. */
    TOC_KEY_GROUP_BY,
    TOC_KEY_ONCE,
    TOC_KEY_MEMBERS,    /* lists.NAME, or a list. */
    TOC_KEY_MILESTONES, /* EVENT: DEADLINE */
    TOC_KEY_PERCENT,    /* 70% */
    TOC_KEY_EVENTS,     /* NAME: block EVENT */
    TOC_KEY_NEAR,       /* A block; also those that follow. */
    TOC_KEY_WHEN_NEAR,
    TOC_KEY_WHEN,
    TOC_KEY_MEASURE,
    TOC_KEY_AVERAGE,
    TOC_KEY_PERCENTILE,
    TOC_KEY_RATIO,
    TOC_KEY_HOURS,
    TOC_KEY_CLOCK,  /* HH:MM-HH:MM */
    TOC_KEY_OFFSET, /* +HH:MM */
    TOC_KEY_TREND,
    TOC_KEY_BASELINE,
    TOC_KEY_METHOD,
    TOC_KEY_NUMBER,
    TOC_KEY_MIN_DISTINCT, /* FIELD: a whole number from 1 */
    TOC_KEY_COUNT_LEAST,  /* A whole number from 1. */
    TOC_KEY_ABSENCE,
    TOC_KEY_ALERT,
    TOC_KEY_CAP,
    TOC_KEY_ESCALATE, /* A list of blocks ESCALATE. */
    TOC_KEY_TESTS,    /* A list of blocks TEST. */
    TOC_KEY_GIVEN,
    TOC_KEY_EXPECT,
    TOC_KEY_LISTS, /* NAME: list */
};

struct toc_keys_entry {
    enum toc_block block;
    const char *name;
    enum toc_key_kind kind;
    enum toc_key_need need;
    const char *words; /* For editors and the tables of rules/README.md. */
};

/* All of them, block by block in the order of keys.def. */
size_t toc_keys_count(void);
const struct toc_keys_entry *toc_keys_get(size_t index);
/* The key of @block called so, or NULL. */
const struct toc_keys_entry *toc_keys_find(enum toc_block block, const char *name, size_t size);
/* "an event", "`when`": the block in a finding. */
const char *toc_keys_block(enum toc_block block);
/* The block under a key of this kind (of a list of blocks or a mapping to blocks: each of them), or
 * TOC_BLOCK_COUNT. */
enum toc_block toc_keys_block_under(enum toc_key_kind kind);

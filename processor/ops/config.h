/* ops/config.h - what the operator asked for: one YAML file, read strictly.
 *
 * Keys, defaults, ranges and their help stand in config_keys.def; the parser, the annotated example
 * (deploy/tocsin.yaml) and toc_config_help come from that table. Unknown keys, values out of range
 * and unreadable files are errors with file:line:column, all in one run (codes E04xx). Paths are
 * relative to the folder of the config file. Secrets stand in files of their own, never in this
 * one, and are never printed.
 * Memory: one arena. Immutable once loaded. Threads: any may read. */
#pragma once
#include "base/diag.h"
#include "base/yaml.h"
#include "event/event.h"
#include "rule/load.h"

enum { TOC_CONFIG_TOPICS_MOST = 64, TOC_CONFIG_CLIENT_MOST = 64, TOC_CONFIG_SECRET_SIZE = 4096 };

enum toc_config_format { TOC_FORMAT_CLOUDEVENTS, TOC_FORMAT_JSON };

struct toc_config_input {
    struct toc_str name;
    struct toc_mark mark;
    const struct toc_str *topics;
    size_t topic_count;
    const struct toc_str *types; /* Types or patterns; NULL = every type of the catalogue. */
    size_t type_count;
    int format;                     /* enum toc_config_format */
    const struct toc_yaml *mapping; /* Of `format: json`; else NULL. */
    int mode;                       /* enum toc_mode: what an event that names none gets. */
    int64_t max_disorder_ms, accept_late_ms, idle_after_ms, clamp_ms;
    int64_t max_age_ms; /* 0 = never blind. */
};

struct toc_config_pair {
    struct toc_str name, value;
};

struct toc_config_kafka {
    struct toc_str bootstrap; /* host:port, comma-separated. */
    int security;             /* Index into: plaintext ssl sasl_plaintext sasl_ssl */
    struct toc_str sasl_mechanism, sasl_username;
    struct toc_str ssl_ca_file, ssl_certificate_file, ssl_key_file; /* Paths. */
    struct toc_str sasl_password, ssl_key_password; /* Read from their files; never printed. */
    const struct toc_config_pair *client; /* Passed through to librdkafka, from an allow-list. */
    size_t client_count;
};

struct toc_config_http {
    struct toc_str address; /* Loopback unless told otherwise. */
    int64_t port;           /* 0 = no HTTP. */
};

struct toc_config {
    struct toc_str path; /* As it was loaded. */
    struct toc_str app;
    int64_t lanes;
    struct toc_str rules, types, places; /* Paths; empty `types`, `places` = the rules' own. */
    struct toc_str actions;              /* Topic; never empty. */
    int64_t read_back_ms;
    int64_t outbox_most; /* Records told and not yet acknowledged before inputs wait. */
    int log_level;       /* enum toc_log_level */
    int watch_rules;     /* 1: reload when a file of the rules changes. */
    struct toc_config_kafka kafka;
    struct toc_config_http http;
    struct toc_config_input *inputs;
    size_t input_count;
};

/* Load and check @path. False: errors were added to @diag, *out is NULL. */
bool toc_config_load(const char *path, struct toc_diag *diag, struct toc_config **out);
/* The same from a text: @path is what diagnostics say and what relative paths start from. */
bool toc_config_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                      struct toc_config **out);
void toc_config_destroy(struct toc_config *config); /* Wipes secrets. */

/* The paths for toc_ruleset_load. Borrowed from @config. */
struct toc_rule_paths toc_config_rule_paths(const struct toc_config *config);

/* Does the config fit the rules: every input's types are in the catalogue, every type that a rule
 * reads comes in by some input (else a warning), mappings fit their types, `lanes` can answer every
 * rule. Errors and warnings go to @diag (marks point into the file the config was loaded with, so
 * the diag must be the one given to toc_config_load). True: no error was added. */
bool toc_config_check(const struct toc_config *config, const struct toc_ruleset *rules,
                      struct toc_diag *diag);

/* Every key with its default and meaning, as text for a manual. */
void toc_config_help(struct toc_text *out);

#include "ops/config.h"

#include "base/mem.h"
#include "ops/config_holder.h"
#include "ops/config_read.h"

#include <librdkafka/rdkafka.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

const struct toc_key toc_keys[] = {
#define TOC_KEY(block, key, kind, required, fallback, bounds, help)                                \
    {TOC_BLOCK_##block, #key, TOC_KEY_##kind, required, fallback, bounds, help},
#include "ops/config_keys.def"
#undef TOC_KEY
};
const size_t toc_key_count = sizeof toc_keys / sizeof toc_keys[0];

/* ---- One block by the table ---- */

/* Where the value of a key goes. */
struct place {
    const char *name;
    void *at;
    size_t *count; /* TEXTS. */
};

static void *find_place(const struct place places[], const char *name, size_t **out_count)
{
    for (; places->name != NULL; places++) {
        if (strcmp(places->name, name) == 0) {
            *out_count = places->count;
            return places->at;
        }
    }
    return NULL;
}

static bool read_value(struct toc_config_reading *in, const struct toc_key *key,
                       const struct toc_yaml *node, void *at, size_t *count)
{
    switch (key->kind) {
    case TOC_KEY_NAME:
        return toc_config_read_name(in, node, at);
    case TOC_KEY_TEXT:
        return toc_config_read_text(in, node, at);
    case TOC_KEY_TEXTS:
        return toc_config_read_texts(in, node, at, count);
    case TOC_KEY_PATH:
    case TOC_KEY_FILE:
        return toc_config_read_path(in, node, key->kind == TOC_KEY_FILE, at);
    case TOC_KEY_SECRET:
        return toc_config_read_secret(in, node, at);
    case TOC_KEY_SPAN:
        return toc_config_read_span(in, node, key->bounds, at);
    case TOC_KEY_INTEGER:
        return toc_config_read_integer(in, node, key->bounds, at);
    case TOC_KEY_WORD:
        return toc_config_read_word(in, node, key->bounds, at);
    case TOC_KEY_MAPPING:
    case TOC_KEY_BLOCK:
        break; /* By their own readers. */
    }
    return true;
}

/* Fill the places of @block from @map (NULL = nothing written: all defaults). */
static void read_block(struct toc_config_reading *in, enum toc_key_block block, const char *what,
                       const struct toc_yaml *map, struct toc_mark mark,
                       const struct place places[])
{
    const char *names[32];
    size_t name_count = 0;
    for (size_t i = 0; i < toc_key_count; i++) {
        const struct toc_key *key = &toc_keys[i];
        if (key->block != block) {
            continue;
        }
        names[name_count++] = key->name;
        const struct toc_yaml *node = toc_yaml_find(map, key->name);
        struct toc_yaml fallback = {.kind = TOC_YAML_SCALAR,
                                    .mark = mark,
                                    .text = toc_str_of(key->fallback),
                                    .key = toc_str_of(key->name)};
        if (node == NULL && key->is_required) {
            toc_config_complain(in->diag, "E0402", mark, "%s lacks `%s`", what, key->name);
            continue;
        }
        if (node == NULL && key->fallback[0] != '\0') {
            node = &fallback;
        }
        size_t *count = NULL;
        void *at = find_place(places, key->name, &count);
        if (node != NULL && at != NULL) {
            (void)read_value(in, key, node, at, count);
        }
    }
    names[name_count] = NULL;
    if (map != NULL) {
        toc_yaml_check_keys(map, names, what, "E0401", in->diag);
    }
}

/* ---- kafka ---- */

static const struct client_key {
    const char *name, *roles;
} client_keys[] = {
#define TOC_CLIENT(name, roles) {name, roles},
#include "ops/config_client.def"
#undef TOC_CLIENT
};
enum { CLIENT_KEYS = sizeof client_keys / sizeof client_keys[0] };

const char *toc_config_client_roles(struct toc_str name)
{
    for (size_t i = 0; i < CLIENT_KEYS; i++) {
        if (toc_str_equal(toc_str_of(client_keys[i].name), name)) {
            return client_keys[i].roles;
        }
    }
    return NULL;
}

static void read_client(struct toc_config_reading *in, const struct toc_yaml *map,
                        struct toc_config_kafka *kafka)
{
    struct toc_str known[CLIENT_KEYS];
    char words[256];
    if (map == NULL) {
        return;
    }
    if (map->kind != TOC_YAML_MAPPING) {
        toc_config_complain(in->diag, "E0403", map->mark, "`client` needs settings and values");
        return;
    }
    for (size_t i = 0; i < CLIENT_KEYS; i++) {
        known[i] = toc_str_of(client_keys[i].name);
    }
    struct toc_config_pair *pairs = toc_arena_array(in->arena, map->count + 1, sizeof *pairs);
    rd_kafka_conf_t *trial = rd_kafka_conf_new();
    for (const struct toc_yaml *node = map->first; node != NULL; node = node->next) {
        struct toc_str value;
        if (toc_config_client_roles(node->key) == NULL) {
            toc_diag_add(in->diag, TOC_SEVERITY_ERROR, "E0410", node->key_mark,
                         toc_diag_nearest(node->key, known, CLIENT_KEYS),
                         "`%.*s` is not passed through to librdkafka", (int)node->key.size,
                         node->key.data);
            continue;
        }
        if (!toc_config_read_text(in, node, &value)) {
            continue;
        }
        struct toc_str name = toc_arena_str(in->arena, node->key);
        if (rd_kafka_conf_set(trial, name.data, value.data, words, sizeof words) !=
            RD_KAFKA_CONF_OK) {
            toc_config_complain(in->diag, "E0411", node->mark, "%s", words);
            continue;
        }
        pairs[kafka->client_count++] = (struct toc_config_pair){.name = name, .value = value};
    }
    rd_kafka_conf_destroy(trial);
    kafka->client = pairs;
}

static bool is_mapping(struct toc_config_reading *in, const struct toc_yaml *node)
{
    if (node != NULL && node->kind != TOC_YAML_MAPPING) {
        toc_config_complain(in->diag, "E0403", node->mark, "`%.*s` needs keys of its own",
                            (int)node->key.size, node->key.data);
        return false;
    }
    return node != NULL;
}

static void check_kafka(struct toc_config_reading *in, const struct toc_yaml *map,
                        const struct toc_config_kafka *kafka)
{
    bool is_sasl = kafka->security >= 2;
    bool has_name = toc_yaml_find(map, "sasl_username") != NULL;
    bool has_password = toc_yaml_find(map, "sasl_password_file") != NULL;
    const struct toc_yaml *key = toc_yaml_find(map, "ssl_key_file");
    if (is_sasl != has_name || is_sasl != has_password) {
        toc_config_complain(in->diag, "E0412", map->key_mark,
                            is_sasl ? "SASL needs `sasl_username` and `sasl_password_file`"
                                    : "a SASL name or password needs `security: sasl_ssl` or "
                                      "`sasl_plaintext`");
    }
    if ((key == NULL) != (toc_yaml_find(map, "ssl_certificate_file") == NULL)) {
        toc_config_complain(in->diag, "E0412", map->key_mark,
                            "`ssl_key_file` and `ssl_certificate_file` go together");
    }
}

static void read_kafka(struct toc_config_reading *in, const struct toc_yaml *map,
                       struct toc_config_kafka *kafka)
{
    int mechanism = 0;
    if (!is_mapping(in, map)) {
        return;
    }
    const struct place places[] = {
        {"bootstrap", &kafka->bootstrap, NULL},
        {"security", &kafka->security, NULL},
        {"sasl_mechanism", &mechanism, NULL},
        {"sasl_username", &kafka->sasl_username, NULL},
        {"sasl_password_file", &kafka->sasl_password, NULL},
        {"ssl_ca_file", &kafka->ssl_ca_file, NULL},
        {"ssl_certificate_file", &kafka->ssl_certificate_file, NULL},
        {"ssl_key_file", &kafka->ssl_key_file, NULL},
        {"ssl_key_password_file", &kafka->ssl_key_password, NULL},
        {NULL, NULL, NULL},
    };
    read_block(in, TOC_BLOCK_KAFKA, "`kafka`", map, map->key_mark, places);
    for (size_t i = 0; i < toc_key_count; i++) {
        if (strcmp(toc_keys[i].name, "sasl_mechanism") == 0) {
            kafka->sasl_mechanism =
                toc_arena_str(in->arena, toc_config_word(toc_keys[i].bounds, (size_t)mechanism));
        }
    }
    read_client(in, toc_yaml_find(map, "client"), kafka);
    check_kafka(in, map, kafka);
}

/* ---- inputs ---- */

static void check_topic(struct toc_config_reading *in, const struct toc_yaml *node,
                        const struct toc_config *config, const struct toc_config_input *input)
{
    struct toc_str topic = node->text;
    if (!toc_config_is_name(topic)) {
        toc_config_complain(in->diag, "E0406", node->mark,
                            "`%.*s` is no name of a topic: letters, digits, '.', '_' and '-'",
                            (int)topic.size, topic.data);
    }
    for (const struct toc_config_input *other = config->inputs; other < input; other++) {
        for (size_t k = 0; k < other->topic_count; k++) {
            if (toc_str_equal(other->topics[k], topic)) {
                toc_config_complain(in->diag, "E0407", node->mark,
                                    "topic `%.*s` is read by input `%.*s` already", (int)topic.size,
                                    topic.data, (int)other->name.size, other->name.data);
            }
        }
    }
}

static void read_input(struct toc_config_reading *in, const struct toc_yaml *map,
                       const struct toc_config *config, struct toc_config_input *input)
{
    input->name = toc_arena_str(in->arena, map->key);
    input->mark = map->key_mark;
    if (!toc_config_is_name(map->key)) {
        toc_config_complain(in->diag, "E0406", map->key_mark,
                            "an input's name has letters, digits, '.', '_' and '-' only");
    }
    if (!is_mapping(in, map)) {
        return;
    }
    const struct place places[] = {
        {"topics", &input->topics, &input->topic_count},
        {"types", &input->types, &input->type_count},
        {"format", &input->format, NULL},
        {"mode", &input->mode, NULL},
        {"max_disorder", &input->max_disorder_ms, NULL},
        {"accept_late", &input->accept_late_ms, NULL},
        {"idle_after", &input->idle_after_ms, NULL},
        {"max_age", &input->max_age_ms, NULL},
        {"clamp", &input->clamp_ms, NULL},
        {NULL, NULL, NULL},
    };
    size_t errors = toc_diag_errors(in->diag);
    read_block(in, TOC_BLOCK_INPUT, "an input", map, map->key_mark, places);
    input->mapping = toc_yaml_find(map, "mapping");
    if (toc_diag_errors(in->diag) > errors) {
        return; /* What follows compares values. */
    }
    const struct toc_yaml *topics = toc_yaml_find(map, "topics");
    bool is_list = topics->kind == TOC_YAML_SEQUENCE;
    for (const struct toc_yaml *item = is_list ? topics->first : topics; item != NULL;
         item = is_list ? item->next : NULL) {
        check_topic(in, item, config, input);
    }
    if ((input->format == TOC_FORMAT_JSON) != (input->mapping != NULL)) {
        toc_config_complain(in->diag, "E0412", map->key_mark,
                            "`format: json` and `mapping` go together");
    }
    if (input->accept_late_ms < input->max_disorder_ms) {
        const struct toc_yaml *late = toc_yaml_find(map, "accept_late");
        toc_config_complain(in->diag, "E0412", late != NULL ? late->mark : map->key_mark,
                            "`accept_late` must not be less than `max_disorder`");
    }
}

static void read_inputs(struct toc_config_reading *in, const struct toc_yaml *map,
                        struct toc_config *config)
{
    if (!is_mapping(in, map)) {
        return;
    }
    if (map->count == 0 || map->count > TOC_CONFIG_INPUTS_MOST) {
        toc_config_complain(in->diag, "E0403", map->mark, "1 to %d inputs are needed",
                            TOC_CONFIG_INPUTS_MOST);
        return;
    }
    config->inputs = toc_arena_array(in->arena, map->count, sizeof *config->inputs);
    for (const struct toc_yaml *node = map->first; node != NULL; node = node->next) {
        read_input(in, node, config, &config->inputs[config->input_count]);
        config->input_count++;
    }
}

/* ---- http ---- */

static void read_http(struct toc_config_reading *in, const struct toc_yaml *map,
                      struct toc_config_http *http)
{
    if (map != NULL && !is_mapping(in, map)) {
        return;
    }
    struct toc_mark mark = map != NULL ? map->key_mark : (struct toc_mark){.line = 0};
    const struct place places[] = {
        {"address", &http->address, NULL}, {"port", &http->port, NULL}, {NULL, NULL, NULL}};
    read_block(in, TOC_BLOCK_HTTP, "`http`", map, mark, places);
    const struct toc_yaml *address = toc_yaml_find(map, "address");
    if (address == NULL || http->address.size == 0) {
        return;
    }
    bool is_ip = false;
    if (!toc_config_is_loopback(http->address, &is_ip)) {
        if (is_ip) {
            toc_diag_add(in->diag, TOC_SEVERITY_WARNING, "W0416", address->mark,
                         (struct toc_str){.data = NULL},
                         "whoever reaches this address can read what is known and watched");
        } else {
            toc_config_complain(in->diag, "E0403", address->mark,
                                "`%.*s` is no IPv4 or IPv6 address", (int)http->address.size,
                                http->address.data);
        }
    }
}

/* ---- The whole ---- */

static void read_all(struct toc_config_reading *in, const struct toc_yaml *map, uint32_t file,
                     struct toc_config *config)
{
    struct toc_mark whole = {.file = file};
    if (map == NULL || map->kind != TOC_YAML_MAPPING || map->next != NULL) {
        toc_config_complain(in->diag, "E0403", map != NULL ? map->mark : whole,
                            "a configuration is one document of keys and values");
        return;
    }
    const struct place places[] = {
        {"app", &config->app, NULL},
        {"rules", &config->rules, NULL},
        {"types", &config->types, NULL},
        {"places", &config->places, NULL},
        {"actions", &config->actions, NULL},
        {"lanes", &config->lanes, NULL},
        {"read_back", &config->read_back_ms, NULL},
        {"outbox_most", &config->outbox_most, NULL},
        {"log_level", &config->log_level, NULL},
        {"watch_rules", &config->watch_rules, NULL},
        {NULL, NULL, NULL},
    };
    read_block(in, TOC_BLOCK_TOP, "the configuration", map, whole, places);
    if (config->actions.size == 0) {
        struct toc_text name = {.size = 0};
        toc_text_add(&name, config->app);
        toc_text_add(&name, TOC_STR(".actions"));
        config->actions = toc_arena_str(in->arena, toc_text_str(&name));
        toc_text_finish(&name);
    }
    if (config->lanes > 1) {
        toc_config_complain(in->diag, "E0413", toc_yaml_find(map, "lanes")->mark,
                            "this version has one lane: `lanes: 1`");
    }
    read_kafka(in, toc_yaml_find(map, "kafka"), &config->kafka);
    read_http(in, toc_yaml_find(map, "http"), &config->http);
    read_inputs(in, toc_yaml_find(map, "inputs"), config);
}

bool toc_config_parse(const char *path, struct toc_str text, struct toc_diag *diag,
                      struct toc_config **out)
{
    struct toc_config_holder *holder = toc_mem_get(sizeof *holder);
    const char *slash = strrchr(path, '/');
    struct toc_yaml *documents = NULL;
    size_t errors = toc_diag_errors(diag);
    struct toc_config_reading in = {
        .arena = &holder->arena,
        .diag = diag,
        .folder = {.data = path, .size = slash != NULL ? (size_t)(slash - path) + 1 : 0}};

    holder->config.path = toc_arena_str(&holder->arena, toc_str_of(path));
    uint32_t file = toc_diag_add_file(diag, path, text);
    if (toc_yaml_parse(text, file, &holder->arena, diag, &documents)) {
        holder->document = documents;
        read_all(&in, documents, file, &holder->config);
    }
    if (toc_diag_errors(diag) > errors) {
        toc_config_destroy(&holder->config);
        *out = NULL;
        return false;
    }
    *out = &holder->config;
    return true;
}

bool toc_config_load(const char *path, struct toc_diag *diag, struct toc_config **out)
{
    struct toc_text text = {.size = 0};
    char bytes[4096];
    size_t got = 0;
    bool is_read = false;
    FILE *file = fopen(path, "re");

    if (file != NULL) {
        errno = 0;
        while ((got = fread(bytes, 1, sizeof bytes, file)) > 0 && text.size <= TOC_YAML_FILE) {
            toc_text_add(&text, (struct toc_str){.data = bytes, .size = got});
        }
        is_read = ferror(file) == 0;
    }
    *out = NULL;
    if (is_read) {
        is_read = toc_config_parse(path, toc_text_str(&text), diag, out);
    } else {
        struct toc_mark mark = {.file = toc_diag_add_file(diag, path, TOC_STR(""))};
        toc_config_complain(diag, "E0408", mark, "cannot read %s: %s", path, strerror(errno));
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    toc_text_finish(&text);
    return is_read;
}

static void wipe(struct toc_str secret)
{
    union {
        const char *in;
        volatile char *out;
    } bytes = {.in = secret.data};
    union {
        const char *in;
        void *out;
    } whole = {.in = secret.data};
    for (size_t i = 0; i < secret.size; i++) {
        bytes.out[i] = 0;
    }
    toc_mem_free(whole.out);
}

void toc_config_destroy(struct toc_config *config)
{
    if (config != NULL) {
        struct toc_config_holder *holder = toc_config_holder(config);
        wipe(config->kafka.sasl_password);
        wipe(config->kafka.ssl_key_password);
        toc_arena_finish(&holder->arena);
        toc_mem_free(holder);
    }
}

struct toc_rule_paths toc_config_rule_paths(const struct toc_config *config)
{
    return (struct toc_rule_paths){
        .rules = config->rules.data, .types = config->types.data, .places = config->places.data};
}

void toc_config_help(struct toc_text *out)
{
    static const char *const blocks[] = {"", "kafka.", "http.", "inputs.NAME."};
    for (size_t i = 0; i < toc_key_count; i++) {
        const struct toc_key *key = &toc_keys[i];
        toc_text_addf(out, "%s%s", blocks[key->block], key->name);
        if (key->is_required) {
            toc_text_addf(out, " (compulsory)");
        } else if (key->fallback[0] != '\0') {
            toc_text_addf(out, " (default %s)", key->fallback);
        }
        if (key->kind == TOC_KEY_WORD) {
            toc_text_addf(out, " [%s]", key->bounds);
        }
        toc_text_addf(out, "\n    %s\n", key->help);
    }
}

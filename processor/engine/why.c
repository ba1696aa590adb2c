#include "engine/why.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/why_core.h"

static bool set_part(struct toc_why *why, size_t part, struct toc_str value)
{
    const struct toc_key_part *of = &why->rule->key_parts[part];
    const struct toc_places *places = toc_ruleset_places(why->rules);
    struct toc_key_value *to = &why->key.values[part];
    struct toc_text folded = {0};
    bool is_right = true;

    to->label = toc_arena_str(&why->arena, value);
    to->place = -1;
    if (of->is_place) {
        to->place = toc_places_find(places, of->name, value);
        if (to->place >= 0) {
            to->label = toc_places_get(places, (size_t)to->place)->name;
            toc_text_add(&folded, toc_places_get(places, (size_t)to->place)->id);
        } else {
            toc_text_fold_name(&folded, value);
        }
    } else if (of->is_milestone) {
        is_right = toc_str_equal(value, why->rule->milestone);
        toc_text_fold(&folded, value);
    } else {
        toc_text_fold(&folded, value);
    }
    to->folded = toc_arena_str(&why->arena, toc_text_str(&folded));
    toc_text_finish(&folded);
    return is_right;
}

bool toc_why_split(char *text, struct toc_why_part out_parts[], size_t *out_count,
                   enum toc_mode *out_mode)
{
    *out_count = 0;
    while (*text != '\0') {
        char *equal = strchr(text, '='), *end = equal;
        if (equal == NULL || *out_count == TOC_RULE_KEY_PARTS) {
            return false;
        }
        for (end = strchr(equal, ','); end != NULL; end = strchr(end + 1, ',')) {
            const char *next = strpbrk(end + 1, ",=");
            if (next != NULL && *next == '=') {
                break;
            }
        }
        *equal = '\0';
        if (end != NULL) {
            *end = '\0';
        }
        if (strcmp(text, "mode") == 0) {
            if (!toc_mode_parse(toc_str_of(equal + 1), out_mode)) {
                return false;
            }
        } else {
            out_parts[(*out_count)++] =
                (struct toc_why_part){toc_str_of(text), toc_str_of(equal + 1)};
        }
        if (end == NULL) {
            break;
        }
        text = end + 1;
    }
    return true;
}

/* The key's own threshold: the first that agrees. */
static void set_threshold(struct toc_why *why)
{
    const struct toc_rule *rule = why->rule;

    why->threshold = rule->threshold;
    why->is_mute = rule->has_own;
    for (size_t i = rule->own_count; i-- > 0;) {
        const struct toc_own_threshold *own = &rule->own[i];
        bool agrees = true;
        for (size_t p = 0; p < rule->key_part_count; p++) {
            agrees = agrees && ((own->mask >> p & 1) == 0 ||
                                toc_str_equal(own->values[p], why->key.values[p].folded));
        }
        why->threshold = agrees ? own->threshold : why->threshold;
        why->is_mute = why->is_mute && !agrees;
    }
}

static bool is_member(const struct toc_why *why)
{
    const struct toc_rule *rule = why->rule;

    for (size_t m = 0; m < rule->member_count && why->key.mode == TOC_MODE_ACTUAL; m++) {
        bool is_same = true;
        for (size_t p = 0; p < rule->key_part_count && is_same; p++) {
            is_same = toc_str_equal(rule->members[m * rule->key_part_count + p],
                                    why->key.values[p].folded);
        }
        if (is_same) {
            return true;
        }
    }
    return false;
}

struct toc_why *toc_why_create(const struct toc_ruleset *rules, const struct toc_rule *rule,
                               const struct toc_why_part parts[], size_t part_count,
                               enum toc_mode mode, struct toc_text *out_words)
{
    struct toc_why *why = toc_mem_get(sizeof *why);

    why->machine = toc_cel_machine_create(TOC_CEL_SCRATCH);
    why->rules = rules;
    why->rule = rule;
    why->key.mode = mode;
    why->key.count = rule->key_part_count;
    for (size_t p = 0; p < rule->key_part_count; p++) {
        size_t i = 0;
        while (i < part_count && !toc_str_equal(parts[i].name, rule->key_parts[p].name)) {
            i++;
        }
        bool is_mode = toc_str_equal(rule->key_parts[p].name, TOC_STR("mode"));
        struct toc_str value = i < part_count ? parts[i].value : toc_str_of(toc_mode_text(mode));
        if ((i == part_count && !is_mode) || !set_part(why, p, value)) {
            toc_text_addf(out_words, "the key of %.*s needs %.*s=..", (int)rule->name.size,
                          rule->name.data, (int)rule->key_parts[p].name.size,
                          rule->key_parts[p].name.data);
            toc_why_destroy(why);
            return NULL;
        }
    }
    if (part_count > rule->key_part_count) {
        toc_text_addf(out_words, "the key of %.*s has %zu parts", (int)rule->name.size,
                      rule->name.data, rule->key_part_count);
        toc_why_destroy(why);
        return NULL;
    }
    why->is_member = is_member(why);
    set_threshold(why);
    return why;
}

void toc_why_destroy(struct toc_why *why)
{
    if (why != NULL) {
        toc_mem_free(why->events);
        toc_mem_free(why->rejected);
        toc_text_finish(&why->words);
        toc_cel_machine_destroy(why->machine);
        toc_arena_finish(&why->arena);
        toc_mem_free(why);
    }
}

void toc_why_take_in(struct toc_why *why, const struct toc_event *event, int index, bool is_late,
                     int64_t end_ms)
{
    const struct toc_alias *alias = &why->rule->aliases[index];

    for (size_t b = 0; alias->roles != 0 && b < alias->binding_count; b++) {
        if (alias->bindings[b].type == event->type) {
            toc_why_judge(why, event, index, &alias->bindings[b], is_late, end_ms);
        }
    }
}

void toc_why_add(struct toc_why *why, const struct toc_event *event, bool is_late)
{
    for (size_t a = 0; a < why->rule->alias_count; a++) {
        toc_why_take_in(why, event, (int)a, is_late, TOC_INSTANT_NONE);
    }
    why->numbers++;
}

static int by_time(const void *a, const void *b)
{
    const struct toc_why_event *left = a, *right = b;
    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    int order = toc_str_compare(left->source, right->source);
    order = order != 0 ? order : toc_str_compare(left->sort, right->sort);
    return order != 0 ? order : left->alias - right->alias;
}

static int newest_first(const void *a, const void *b)
{
    const struct toc_why_rejected *left = a, *right = b;
    return (left->at_ms < right->at_ms) - (left->at_ms > right->at_ms);
}

void toc_why_sort(struct toc_why *why)
{
    if (!why->is_sorted && why->count > 1) {
        qsort(why->events, why->count, sizeof *why->events, by_time);
    }
    if (!why->is_sorted && why->rejected_count > 1) {
        qsort(why->rejected, why->rejected_count, sizeof *why->rejected, newest_first);
    }
    why->is_sorted = true;
}

void toc_why_add_key(const struct toc_why *why, struct toc_text *out)
{
    for (size_t p = 0; p < why->key.count; p++) {
        toc_text_addf(out, "%s%.*s=%.*s", p > 0 ? " " : "", (int)why->rule->key_parts[p].name.size,
                      why->rule->key_parts[p].name.data, (int)why->key.values[p].label.size,
                      why->key.values[p].label.data);
    }
}

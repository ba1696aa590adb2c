/* story.h - a rule, the events of one key, and the episodes that must follow.
 *
 * An event: its aliases, a number, '@', its time in ms; then as needed
 *   =1.5        the value compared, or what is told apart
 *   :10.5/20    where, latitude and longitude
 *   *2          its weight
 *   #3          a value of a field of `min_distinct`; once more for the next field
 *   <200        the instant its clock starts at (absence, `from`)
 *   + - ?       latest: meets, does not meet, cannot be judged
 *   &3          latest: it meets at this place
 * "ab1@5" is one event that qualifies for the aliases a and b. Its id is what stands before '@'.
 *
 * An episode: begin..end, how it ended, its evidence: "0..1001 window a1 a2; 5000..open a3"; if its
 * level can change also what it began with and each change: "0..open a1 | medium high@500".
 *
 * Each story is told in order, in every other order of arrival (up to six events), and in order
 * with the horizon close behind: the episodes must be the same. */
#pragma once
#include "loaded.h"

#include "event/decode.h"
#include "match/match.h"

enum { STORY_EVENTS = 16, STORY_PERMUTED = 6 };

#define STORY_END INT64_C(1000000) /* When the watermark has passed all. */

struct story {
    const char *name, *when, *alert, *events, *episodes;
};

struct story_event {
    char id[16];
    int64_t at_ms;
    struct toc_kept *kept;
    struct toc_entry entries[4];
    size_t count;
};

struct story_run {
    const struct toc_rule *rule;
    struct toc_level_room level_room; /* The key is "k". */
    struct toc_kept_pool pool;
    struct story_event events[STORY_EVENTS];
    size_t count;
};

static inline struct toc_ruleset *story_rules(const char *when, const char *alert)
{
    static const char *const types =
        "type: x.a\ntitle: A\nlocation: at\nfields: { v: { type: number }, w: { type: number, "
        "range: [0, 9] }, s: { type: text },"
        " at: { type: place }, since: { type: time } }\n---\n"
        "type: x.b\ntitle: B\nlocation: at\nfields: { v: { type: number }, w: { type: number, "
        "range: [0, 9] }, s: { type: text },"
        " at: { type: place }, since: { type: time } }\n---\n"
        "type: x.c\ntitle: C\nlocation: at\nfields: { v: { type: number }, w: { type: number, "
        "range: [0, 9] }, s: { type: text },"
        " at: { type: place }, since: { type: time } }\n";
    char rules[2048];

    (void)snprintf(rules, sizeof rules,
                   "rule: r\ntitle: T\nstatus: experimental\nlevel: high\nevents:\n"
                   "  a: { type: x.a }\n  b: { type: x.b }\n  c: { type: x.c }\n"
                   "  o: { type: [x.a, x.c] }\n  w: { type: [x.b, x.c] }\n"
                   "when: %s\nalert: { topic: alerts.t%s%s }\n",
                   when, alert[0] != '\0' ? ", " : "", alert);
    return loaded_rules(
        types,
        "{\"type\": \"FeatureCollection\", \"features\": ["
        "{\"type\": \"Feature\", \"properties\": {\"kind\": \"camp\", \"name\": \"North\"},"
        " \"geometry\": {\"type\": \"Point\", \"coordinates\": [0, 16]}}]}",
        rules);
}

static inline int story_alias(const struct toc_rule *rule, char letter)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        if (rule->aliases[i].name.data[0] == letter) {
            return (int)i;
        }
    }
    fail_msg("no alias %c", letter);
    return -1;
}

/* What the engine's dispatch makes of an event. */
static inline void story_read(struct story_run *run, const char *text)
{
    for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " ")) {
        assert_true(run->count < STORY_EVENTS);
        struct story_event *event = &run->events[run->count++];
        struct toc_entry entry = {0};
        size_t letters = strspn(at, "abcdefghijklmnopqrstuvwxyz"), size = strcspn(at, "@");
        char *end;
        bool has_value = false;
        int64_t since_ms = INT64_MIN;
        size_t distinct_count = 0;

        memcpy(event->id, at, size);
        event->at_ms = strtoll(at + size + 1, &end, 10);
        entry.at_ms = entry.value = event->at_ms;
        while (*end != ' ' && *end != '\0') {
            switch (*end++) {
            case '=':
                entry.value = (int64_t)(strtod(end, &end) * 1e6);
                has_value = true;
                break;
            case ':':
                entry.position.lat_deg = strtod(end, &end);
                entry.position.lon_deg = strtod(end + 1, &end);
                entry.position.has_point = true;
                break;
            case '*':
                entry.weight = (int64_t)(strtod(end, &end) * 1e6);
                break;
            case '#':
                assert_true(distinct_count < TOC_ENTRY_DISTINCT);
                entry.distinct[distinct_count++] = strtoull(end, &end, 10);
                break;
            case '<':
                since_ms = strtoll(end, &end, 10);
                break;
            case '+':
                entry.is_judged = entry.is_meeting = true;
                break;
            case '-':
                entry.is_judged = true;
                break;
            case '?':
                break;
            case '&':
                entry.places[entry.place_count++] = (uint32_t)strtoul(end, &end, 10);
                break;
            default:
                fail_msg("cannot read '%s'", at);
            }
        }
        struct toc_event of = {.at_ms = event->at_ms,
                               .id = toc_str_of(event->id),
                               .source = TOC_STR("s"),
                               .identity =
                                   toc_decoder_identity(TOC_STR("s"), toc_str_of(event->id))};
        event->kept =
            toc_kept_create(&run->pool, &of, (struct toc_wish){0}, TOC_STR("in"), TOC_STR("x.a"));
        for (size_t i = 0; i < letters; i++) {
            struct toc_entry own = entry;
            own.alias = (uint8_t)story_alias(run->rule, at[i]);
            if ((run->rule->aliases[own.alias].roles & TOC_ROLE_AFTER) != 0 &&
                since_ms != INT64_MIN) {
                own.at_ms = own.value = since_ms;
            } else if (!has_value) {
                own.value = event->at_ms;
            }
            event->entries[event->count++] = own;
        }
        at = end;
    }
}

static inline void story_put(struct toc_match *match, const struct story_event *event)
{
    for (size_t i = 0; i < event->count; i++) {
        struct toc_entry entry = event->entries[i];
        entry.kept = toc_kept_share(event->kept);
        toc_match_put(match, &entry);
    }
}

/* --- Episodes as text ----------------------------------------------------------------------- */

static inline void story_write(struct toc_text *out, const struct toc_episode *episode)
{
    static const char *const endings[] = {
        [TOC_ENDING_NONE] = "",          [TOC_ENDING_LINE] = " line",
        [TOC_ENDING_SAID] = " said",     [TOC_ENDING_ANSWER] = " answer",
        [TOC_ENDING_WINDOW] = " window", [TOC_ENDING_EXPIRED] = " expired",
        [TOC_ENDING_LATE] = " late",
    };
    toc_text_addf(out, "%lld..", (long long)episode->begin_ms);
    if (episode->end_ms == TOC_INSTANT_NEVER) {
        toc_text_add(out, TOC_STR("open"));
    } else {
        toc_text_addf(out, "%lld%s", (long long)episode->end_ms, endings[episode->ending]);
    }
    if (episode->place >= 0) {
        toc_text_addf(out, " at %d", (int)episode->place);
    }
    for (size_t i = 0; i < episode->evidence_count; i++) {
        toc_text_add_char(out, ' ');
        toc_text_add(out, episode->evidence[i].kept->id);
    }
    for (size_t i = 0; i < episode->level_count; i++) {
        toc_text_addf(out, "%s %s", i == 0 ? " |" : "",
                      toc_level_text((enum toc_level)episode->levels[i].level));
        if (i > 0) {
            toc_text_addf(out, "@%lld", (long long)episode->levels[i].since_ms);
        } else {
            assert_int_equal(episode->levels[0].since_ms, episode->begin_ms);
        }
    }
    assert_int_equal(episode->count, episode->evidence_count);
}

static inline int story_by_begin(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    long long begin = strtoll(*left, NULL, 10), other = strtoll(*right, NULL, 10);
    return begin != other ? (begin > other) - (begin < other) : strcmp(*left, *right);
}

struct story_told {
    struct toc_text texts[STORY_EVENTS];
    size_t count;
};

static inline void story_note(struct story_told *told, const struct toc_episode *episode)
{
    if (episode->end_ms > episode->begin_ms) { /* Else it was over before it began. */
        assert_true(told->count < STORY_EVENTS);
        story_write(&told->texts[told->count++], episode);
    }
}

static inline void story_compare(struct story_told *told, const char *expected, const char *how)
{
    const char *sorted[STORY_EVENTS];
    struct toc_text all = {0};

    for (size_t i = 0; i < told->count; i++) {
        sorted[i] = told->texts[i].data;
    }
    qsort(sorted, told->count, sizeof sorted[0], story_by_begin);
    for (size_t i = 0; i < told->count; i++) {
        toc_text_addf(&all, "%s%s", i == 0 ? "" : "; ", sorted[i]);
    }
    if (strcmp(all.data != NULL ? all.data : "", expected) != 0) {
        fail_msg("%s:\n  expected %s\n  got      %s", how, expected,
                 all.data != NULL ? all.data : "");
    }
    toc_text_finish(&all);
    for (size_t i = 0; i < told->count; i++) {
        toc_text_finish(&told->texts[i]);
    }
}

/* --- Telling it ----------------------------------------------------------------------------- */

/* In the order of @arrival. */
static inline void story_tell(struct story_run *run, const size_t arrival[], const char *expected,
                              const char *how)
{
    struct toc_match match;
    struct story_told told = {0};

    toc_match_init(&match, run->rule, &run->pool, -STORY_END, TOC_INSTANT_NONE);
    match.level_room = &run->level_room;
    match.stream_ms = 0;
    for (size_t i = 0; i < run->count; i++) {
        story_put(&match, &run->events[arrival[i]]);
        (void)toc_match_take(&match);
    }
    match.decided_ms = STORY_END;
    toc_match_advance(&match, STORY_END);
    for (size_t i = 0; i < match.newest.episodes.count; i++) {
        story_note(&told, &match.newest.episodes.items[i]);
    }
    toc_match_finish(&match);
    story_compare(&told, expected, how);
}

/* What the owner does with episodes that can change no more. */
static inline void story_forget(struct story_told *told, struct toc_match *match)
{
    struct toc_episodes *episodes = &match->newest.episodes;

    for (size_t i = episodes->count; i-- > 0;) {
        if (episodes->items[i].end_ms <= match->settled.now_ms) {
            story_note(told, &episodes->items[i]);
            toc_episodes_remove(episodes, i, match->pool);
        }
    }
}

/* In order of time, nothing accepted late: the horizon and the watermark follow the events. */
static inline void story_tell_settled(struct story_run *run, const char *expected)
{
    struct toc_match match;
    struct story_told told = {0};
    size_t order[STORY_EVENTS];

    for (size_t i = 0; i < run->count; i++) {
        size_t at = i;
        for (; at > 0 && run->events[order[at - 1]].at_ms > run->events[i].at_ms; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    toc_match_init(&match, run->rule, &run->pool, -STORY_END, TOC_INSTANT_NONE);
    match.level_room = &run->level_room;
    match.stream_ms = 0;
    for (size_t i = 0; i <= run->count; i++) {
        int64_t at_ms = i < run->count ? run->events[order[i]].at_ms : STORY_END;
        match.decided_ms = at_ms - 1;
        toc_match_advance(&match, at_ms - 1);
        toc_match_settle(&match, at_ms);
        story_forget(&told, &match);
        if (i < run->count) {
            story_put(&match, &run->events[order[i]]);
            (void)toc_match_take(&match);
        }
    }
    for (size_t i = 0; i < match.newest.episodes.count; i++) {
        story_note(&told, &match.newest.episodes.items[i]);
    }
    toc_match_finish(&match);
    story_compare(&told, expected, "with the horizon close behind");
}

static inline void story_permute(struct story_run *run, size_t arrival[], size_t fixed,
                                 const char *expected)
{
    if (fixed == run->count) {
        struct toc_text how = {0};
        for (size_t i = 0; i < run->count; i++) {
            toc_text_addf(&how, "%s ", run->events[arrival[i]].id);
        }
        story_tell(run, arrival, expected, how.data);
        toc_text_finish(&how);
        return;
    }
    for (size_t i = fixed; i < run->count; i++) {
        size_t other = arrival[i];
        arrival[i] = arrival[fixed];
        arrival[fixed] = other;
        story_permute(run, arrival, fixed + 1, expected);
        arrival[fixed] = arrival[i];
        arrival[i] = other;
    }
}

static inline void story_holds(void **state)
{
    const struct story *story = *state;
    struct toc_ruleset *rules = story_rules(story->when, story->alert);
    struct story_run run = {
        .rule = toc_ruleset_get(rules, 0),
        .level_room = {.machine = toc_cel_machine_create(TOC_CEL_SCRATCH),
                       .key = {toc_cel_string(TOC_STR("k"))}},
    };
    size_t arrival[STORY_EVENTS];

    story_read(&run, story->events);
    for (size_t i = 0; i < run.count; i++) {
        arrival[i] = i;
    }
    if (run.count > 0) {
        story_tell(&run, arrival, story->episodes, "as written");
    }
    story_tell_settled(&run, story->episodes);
    if (run.count > 0 && run.count <= STORY_PERMUTED) {
        story_permute(&run, arrival, 0, story->episodes);
    }
    for (size_t i = 0; i < run.count; i++) {
        toc_kept_release(&run.pool, run.events[i].kept);
    }
    assert_int_equal(run.pool.kept, 0);
    toc_kept_pool_finish(&run.pool);
    toc_cel_machine_destroy(run.level_room.machine);
    toc_ruleset_destroy(rules);
}

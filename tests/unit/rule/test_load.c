/* What the author wrote arrives: each kind, key, tie, list and word of `alert`. */
#include "rules.h"

#define HEAD      RULES_HEAD
#define IMPACT    "  impact: { type: detection.indirect_fire, match: { confidence|gte: 0.7 } }\n"
#define CAMERA    "  seen: { type: detection.camera }\n"
#define CLEAR     "  over: { type: report.all_clear }\n"
#define FIRE      "alert: { topic: alerts.fire }\n"
#define FIRE_HOUR "alert: { topic: alerts.fire, expire_after: 1h }\n"
#define NEAR      "near: { place: camp, distance: 300 m }"

static const struct toc_alias *alias(const struct toc_rule *rule, const char *name)
{
    for (size_t i = 0; i < rule->alias_count; i++) {
        if (toc_str_equal(rule->aliases[i].name, toc_str_of(name))) {
            return &rule->aliases[i];
        }
    }
    fail_msg("no alias %s", name);
    return NULL;
}

static int field(const struct toc_ruleset *set, const struct toc_binding *binding, const char *name)
{
    return toc_type_field(toc_catalogue_type(toc_ruleset_catalogue(set), (size_t)binding->type),
                          toc_str_of(name));
}

static void count(const struct toc_ruleset *set, const struct toc_rule *r)
{
    const struct toc_alias *impact = alias(r, "impact");

    assert_int_equal(r->kind, TOC_KIND_COUNT);
    assert_int_equal(r->compare, TOC_AT_LEAST);
    assert_int_equal(r->threshold, 3);
    assert_int_equal(r->within_ms, 600000);
    assert_int_equal(r->counted_count, 1);
    assert_int_equal(r->key_part_count, 1);
    assert_true(r->key_parts[0].is_text);
    assert_int_equal(impact->roles, TOC_ROLE_COUNTED);
    assert_int_equal(impact->key_mask, 1);
    assert_int_equal(impact->binding_count, 1);
    assert_int_equal(impact->bindings[0].key_slots[0], field(set, impact->bindings, "sensor"));
    assert_int_equal(impact->bindings[0].key_slots[1], TOC_SLOT_NONE);
    assert_int_equal(impact->bindings[0].condition.count, 1);
    assert_int_equal(impact->bindings[0].at_slot, field(set, impact->bindings, "impact"));
    assert_int_equal(impact->bindings[0].value_slot, TOC_SLOT_NONE);
    assert_int_equal(r->alert.update_every_ms, 10000);
    assert_int_equal(r->version, 1);
}

static void near_of_when(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->key_part_count, 1);
    assert_true(r->key_parts[0].is_place);
    assert_true(toc_str_equal(r->key_parts[0].name, TOC_STR("camp")));
    assert_int_equal(alias(r, "impact")->near.distance_mm, 300000);
    assert_int_equal(alias(r, "impact")->near.only, -1);
    assert_int_equal(alias(r, "impact")->bindings[0].key_slots[0], TOC_SLOT_PLACE);
    assert_int_equal(alias(r, "over")->near.distance_mm, 1000000); /* Its own stands. */
    assert_int_equal(alias(r, "over")->roles, TOC_ROLE_CLEAR);
    assert_int_equal(alias(r, "over")->key_mask, 1);
    assert_int_equal(alias(r, "over")->clear_tie.alias, -1);
    assert_false(r->has_near);
}

static void near_one_place(const struct toc_ruleset *set, const struct toc_rule *r)
{
    int only = alias(r, "impact")->near.only;

    assert_true(only >= 0);
    assert_true(toc_str_equal(toc_places_get(toc_ruleset_places(set), (size_t)only)->name,
                              TOC_STR("Kidal")));
    assert_true(toc_str_equal(alias(r, "impact")->near.kind, TOC_STR("village")));
    assert_int_equal(r->key_part_count, 0); /* Under the event it joins no key by itself. */
}

static void pairwise(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_true(r->has_near);
    assert_int_equal(r->near_mm, 1500000);
    assert_int_equal(r->threshold, 12);
    assert_int_equal(r->key_part_count, 0);
}

static void distinct(const struct toc_ruleset *set, const struct toc_rule *r)
{
    assert_int_equal(r->kind, TOC_KIND_COUNT_DISTINCT);
    assert_int_equal(r->compare, TOC_MORE_THAN);
    assert_int_equal(r->threshold, 0);
    assert_int_equal(alias(r, "impact")->bindings[0].value_slot,
                     field(set, alias(r, "impact")->bindings, "munition"));
}

static void sum(const struct toc_ruleset *set, const struct toc_rule *r)
{
    assert_int_equal(r->kind, TOC_KIND_SUM);
    assert_int_equal(r->threshold, 2500000);
    assert_true(r->is_sum_rising);
    assert_int_equal(alias(r, "impact")->bindings[0].value_slot,
                     field(set, alias(r, "impact")->bindings, "rounds"));
}

static void falling_sum(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_SUM);
    assert_int_equal(r->compare, TOC_LESS_THAN);
    assert_int_equal(r->threshold, -4000001);
    assert_false(r->is_sum_rising);
}

static void average(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_AVERAGE);
    assert_int_equal(r->threshold, -400000);
    assert_int_equal(r->alert.for_ms, 60000);
    assert_int_equal(r->alert.keep_firing_ms, 300000);
    assert_int_equal(toc_rule_memory_ms(r), 3600000 + 60000 + 300000);
}

static void sequence(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_SEQUENCE);
    assert_int_equal(r->once, TOC_ONCE_EVENT);
    assert_int_equal(r->step_count, 2);
    assert_int_equal(r->steps[0].tie.alias, -1);
    assert_int_equal(r->steps[1].tie.alias, r->steps[0].alias);
    assert_int_equal(r->steps[1].tie.distance_mm, 3000000);
    assert_int_equal(alias(r, "over")->roles, TOC_ROLE_WITHOUT | TOC_ROLE_CLEAR);
    assert_int_equal(alias(r, "over")->without_tie.alias, r->steps[0].alias);
    assert_int_equal(alias(r, "over")->without_tie.distance_mm, 3000000);
    assert_int_equal(alias(r, "over")->clear_tie.alias, r->steps[1].alias);
    assert_int_equal(alias(r, "over")->clear_tie.distance_mm, 0);
}

static void twice_one_step(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->step_count, 2);
    assert_int_equal(r->steps[0].alias, r->steps[1].alias);
    assert_int_equal(r->once, TOC_ONCE_ONSET);
}

static void event(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_EVENT);
    assert_int_equal(r->step_count, 1);
    assert_int_equal(r->once, TOC_ONCE_KEY);
    assert_int_equal(r->within_ms, 0);
    assert_int_equal(r->alert.expire_after_ms, 3600000);
    assert_int_equal(toc_rule_memory_ms(r), 3600000);
}

static void patterns(const struct toc_ruleset *set, const struct toc_rule *r)
{
    const struct toc_alias *any = alias(r, "any");

    (void)set;
    assert_int_equal(r->kind, TOC_KIND_LATEST);
    assert_int_equal(any->binding_count, 2); /* Two types of detection, each once. */
    assert_int_not_equal(any->bindings[0].type, any->bindings[1].type);
    assert_int_equal(any->bindings[0].condition.count, 2);
    assert_int_equal(any->bindings[1].condition.count, 2);
}

static void all_of(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_ALL_OF);
    assert_int_equal(r->counted_count, 2);
    assert_true(r->has_near);
    assert_int_equal(r->near_mm, 5000000);
}

static void any_kinds(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_ANY_KINDS);
    assert_int_equal(r->compare, TOC_MORE_THAN);
    assert_int_equal(r->threshold, 1);
}

static void absence(const struct toc_ruleset *set, const struct toc_rule *r)
{
    assert_int_equal(r->kind, TOC_KIND_ABSENCE);
    assert_int_equal(r->deadline_ms, 600000);
    assert_int_equal(alias(r, "hurt")->roles, TOC_ROLE_AFTER);
    assert_int_equal(alias(r, "hurt")->bindings[0].from_slot,
                     field(set, alias(r, "hurt")->bindings, "injured_at"));
    assert_int_equal(alias(r, "answer")->roles, TOC_ROLE_EXPECTED);
    assert_int_equal(alias(r, "answer")->bindings[0].key_slots[0],
                     field(set, alias(r, "answer")->bindings, "patient_no"));
    assert_int_equal(alias(r, "answer")->bindings[0].from_slot, TOC_SLOT_NONE);
}

static void milestones(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_ABSENCE);
    assert_int_equal(r->deadline_ms, 3600000);
    assert_int_equal(r->key_part_count, 2);
    assert_true(toc_str_equal(r->key_parts[1].name, TOC_STR("milestone")));
    assert_int_equal(toc_rule_part_count(r), 2);
    const struct toc_rule *part = toc_rule_part(r, 0);
    assert_true(toc_str_equal(part->name, r->name));
    assert_true(toc_str_equal(part->milestone, TOC_STR("answer")));
    assert_int_equal(part->deadline_ms, 3600000);
    assert_int_equal(part->warn_ms, 3600000 * 99LL / 100);
    assert_int_equal(alias(part, "answer")->roles, TOC_ROLE_EXPECTED);
    assert_int_equal(alias(part, "beat")->roles, 0);
    assert_int_equal(alias(part, "hurt")->bindings[0].key_slots[1], TOC_SLOT_MILESTONE);
    part = toc_rule_part(r, 1);
    assert_int_equal(part->deadline_ms, 7);
    assert_int_equal(part->warn_ms, 6);
    assert_int_equal(alias(part, "answer")->roles, 0);
    assert_int_equal(alias(part, "beat")->roles, TOC_ROLE_EXPECTED);
}

static void silence(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->kind, TOC_KIND_SILENCE);
    assert_int_equal(r->deadline_ms, 60000);
    assert_int_equal(r->member_count, 2);
    assert_true(toc_str_equal(r->members[0], TOC_STR("radar-1")));
    assert_true(toc_str_equal(r->member_labels[0], TOC_STR("Radar-1")));
}

static void members_of_two_parts(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->key_part_count, 2);
    assert_int_equal(r->member_count, 2);
    for (size_t part = 0; part < 2; part++) { /* In the order of the key, not of the entry. */
        bool is_camp = r->key_parts[part].is_place;

        assert_true(
            toc_str_equal(r->members[2 + part], is_camp ? TOC_STR("kidal") : TOC_STR("r 2")));
        assert_true(
            toc_str_equal(r->member_labels[2 + part], is_camp ? TOC_STR("Kidal") : TOC_STR("R 2")));
    }
}

static void many_ends(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(alias(r, "over")->clear_tie.alias, -1);
    assert_int_equal(alias(r, "over")->key_mask, 1);
    assert_int_equal(alias(r, "calm")->key_mask, 0);
    assert_int_equal(alias(r, "calm")->clear_tie.alias, r->counted[0]);
    assert_int_equal(alias(r, "calm")->clear_tie.distance_mm, 2000000);
}

static void envelope(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(alias(r, "impact")->bindings[0].key_slots[0], TOC_SLOT_SUBJECT);
    assert_int_equal(alias(r, "impact")->bindings[0].key_slots[1], TOC_SLOT_SOURCE);
    assert_int_equal(alias(r, "impact")->bindings[0].condition.tests[0].slot, TOC_SLOT_SOURCE);
}

static void head(const struct toc_ruleset *set, const struct toc_rule *r)
{
    (void)set;
    assert_int_equal(r->version, 7);
    assert_int_equal(r->status, TOC_RULE_STABLE);
    assert_int_equal(r->level, TOC_LEVEL_CRITICAL);
    assert_true(toc_str_equal(r->owner, TOC_STR("jmac")));
    assert_int_equal(r->wording_count, 1);
    assert_int_equal(r->wordings[0].language.size, 0);
    assert_int_equal(r->wordings[0].response_count, 2);
    assert_true(toc_str_equal(r->wordings[0].response[1], TOC_STR("Take cover")));
    assert_int_equal(r->tag_count, 1);
    assert_true(r->alert.is_urgent);
    assert_int_equal(r->alert.recipient_count, 1); /* One alone needs no brackets. */
    assert_int_equal(r->alert.update_every_ms, 30000);
    assert_non_null(r->tests);
    assert_int_equal(r->mark.line, 1);
    assert_int_equal(r->mark.column, 7);
}

static const struct load_case {
    const char *name, *text;
    void (*check)(const struct toc_ruleset *set, const struct toc_rule *rule);
} cases[] = {
    {"a count keeps its window, threshold, key and condition",
     HEAD "events:\n" IMPACT
          "when: { count: impact, at_least: 3, within: 10m, group_by: [sensor] }\n" FIRE,
     count},
    {"near under when serves every event without one, and joins the key",
     HEAD "events:\n" IMPACT
          "  over: { type: report.all_clear, near: { place: Camp, distance: 1 km } }\n"
          "when: { count: impact, at_least: 3, within: 10m, " NEAR " }\n"
          "alert: { topic: a, clear_when: over }\n",
     near_of_when},
    {"near under when is not added to a key that names its kind",
     HEAD "events:\n" IMPACT
          "  over: { type: report.all_clear, near: { place: camp, distance: 1 km } }\n"
          "when: { count: impact, at_least: 3, within: 10m, group_by: camp, " NEAR " }\n"
          "alert: { topic: a, clear_when: [over] }\n",
     near_of_when},
    {"near one place, named with its kind as two have the name",
     HEAD "events:\n  impact: { type: detection.indirect_fire, "
          "near: { place: village.Kidal, distance: 0 m } }\n"
          "when: { count: impact, at_least: 3, within: 10m }\n" FIRE,
     near_one_place},
    {"near without a place is pairwise, of at most twelve",
     HEAD "events:\n" IMPACT
          "when: { count: impact, at_least: 12, within: 10m, near: { distance: 1.5 km } }\n" FIRE,
     pairwise},
    {"count_distinct knows its field",
     HEAD "events:\n" IMPACT "when: { count_distinct: { of: impact, field: munition }, "
          "more_than: 0, within: 60s, group_by: [sensor] }\n" FIRE,
     distinct},
    {"a sum of what is never negative only rises",
     HEAD "events:\n" IMPACT
          "when: { sum: { of: impact, field: rounds }, more_than: 2.5, within: 1h }\n" FIRE,
     sum},
    {"a sum of what may be negative does not",
     HEAD "events:\n  find: { type: report.ordnance }\n"
          "when: { sum: { of: find, field: score }, less_than: -4.000001, within: 1h }\n" FIRE,
     falling_sum},
    {"an average, for some time, kept firing",
     HEAD "events:\n  find: { type: report.ordnance }\n"
          "when: { average: { of: find, field: score }, less_than: -0.4, within: 1h }\n"
          "alert: { topic: a, for: 1m, keep_firing_for: 5m }\n",
     average},
    {"a sequence with ties by distance",
     HEAD "events:\n" IMPACT CAMERA CLEAR
          "when:\n  sequence: [seen, { impact: { near: seen, distance: 3 km } }]\n"
          "  without: { over: { near: seen, distance: 3 km } }\n  within: 2h\n"
          "alert: { topic: a, clear_when: { over: { near: impact, distance: 0 m } } }\n",
     sequence},
    {"a sequence of two of the same, one alert an onset",
     HEAD "events:\n" IMPACT "when: { sequence: [impact, impact], within: 1h, once_per: onset, "
          "group_by: [sensor] }\n" FIRE_HOUR,
     twice_one_step},
    {"one event is enough",
     HEAD "events:\n" IMPACT "when: { event: impact, group_by: [sensor] }\n" FIRE_HOUR, event},
    {"types by list and pattern, each bound once",
     HEAD "events:\n  any: { type: ['detection.*', detection.camera], "
          "match: { confidence|lt|not: 0.5, sensor|re: ['^r', 'x$'] } }\n"
          "when: { latest: any, group_by: [sensor] }\n"
          "alert: { topic: a, for: 30s, expire_after: 10s }\n",
     patterns},
    {"all of two, near each other",
     HEAD "events:\n" IMPACT CAMERA
          "when: { all_of: [impact, seen], within: 3h, near: { distance: 5 km } }\n" FIRE,
     all_of},
    {"more than one of two kinds",
     HEAD
     "events:\n" IMPACT CAMERA
     "when: { any_kinds: [impact, seen], more_than: 1, within: 3h, group_by: [sensor] }\n" FIRE,
     any_kinds},
    {"an absence from a time of the event, its key renamed in the answer",
     HEAD "events:\n  hurt: { type: report.casualty }\n"
          "  answer: { type: report.response, as: { case: patient_no } }\n"
          "when:\n  absence: { after: hurt, expected: answer, deadline: 10m, from: injured_at }\n"
          "  group_by: [case]\n" FIRE_HOUR,
     absence},
    {"milestones are absences of their own",
     HEAD "events:\n  hurt: { type: report.casualty }\n"
          "  answer: { type: report.response, as: { subject: patient_no } }\n"
          "  beat: { type: status.sensor }\n"
          "when:\n  absence: { after: hurt, milestones: { answer: 1h, beat: 7ms }, warn_at: 99% }\n"
          "  group_by: [subject]\n" FIRE_HOUR,
     milestones},
    {"a heartbeat and its members, folded, with labels as written",
     HEAD "events:\n  beat: { type: status.sensor }\n"
          "when:\n  absence: { expected: beat, every: 60s }\n  group_by: [sensor]\n"
          "  members: [Radar-1, radar-2]\n" FIRE,
     silence},
    {"members of two key parts, one a place, in any order",
     HEAD "events:\n  seen: { type: detection.camera }\n"
          "when:\n  count: seen\n  at_most: 0\n  within: 1h\n  group_by: [sensor, camp]\n"
          "  " NEAR
          "\n  members: [{ sensor: R 1, camp: gao }, { camp: KIDAL, sensor: R 2 }]\n" FIRE,
     members_of_two_parts},
    {"ends by key and by distance in one list",
     HEAD "events:\n" IMPACT "  over: { type: report.all_clear, as: { sensor: hazard } }\n"
          "  calm: { type: report.all_clear }\n"
          "when: { count: impact, at_least: 1, within: 1h, group_by: sensor }\n"
          "alert:\n  topic: a\n"
          "  clear_when: [over, { calm: { near: impact, distance: 2 km } }]\n",
     many_ends},
    {"fields of the envelope are fields",
     HEAD "events:\n  impact: { type: detection.indirect_fire, "
          "match: { source|startswith: /radar } }\n"
          "when: { count: impact, at_least: 1, within: 1h, group_by: [subject, source] }\n" FIRE,
     envelope},
    {"the head of a rule",
     "rule: r\ntitle: T\nversion: 7\nstatus: stable\nlevel: critical\nowner: jmac\n"
     "response: [Sound the alarm, Take cover]\ntags: [x]\nevents:\n" IMPACT
     "when: { count: impact, at_least: 1, within: 1h }\n"
     "alert: { topic: a, urgent: true, recipients: ops, update_every: 30s }\n"
     "tests:\n  - { name: a, given: [], expect: [] }\n"
     "  - { name: b, given: [{ time: 0m, type: detection.camera }], expect: [{ state: new }] }\n",
     head},
};

static void loads(void **state)
{
    const struct load_case *c = *state;
    struct rules rules = rules_load(c->text);

    assert_non_null(rules.set);
    assert_int_equal(toc_diag_count(rules.diag), 0);
    assert_int_equal(toc_ruleset_count(rules.set), 1);
    assert_int_equal(toc_ruleset_find(rules.set, TOC_STR("r")), 0);
    assert_int_equal(toc_ruleset_find(rules.set, TOC_STR("R")), -1);
    c->check(rules.set, toc_ruleset_get(rules.set, 0));
    rules_finish(&rules);
}

UNIT_TABLE("rule/load", cases, loads)

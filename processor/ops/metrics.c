#include "ops/metrics.h"

#include <inttypes.h>

void toc_metrics_label(struct toc_str value, struct toc_text *out)
{
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i];
        if (c == '\\' || c == '"') {
            toc_text_add_char(out, '\\');
            toc_text_add_char(out, c);
        } else if (c == '\n') {
            toc_text_addf(out, "\\n");
        } else {
            toc_text_add_char(out, c);
        }
    }
}

static void head(struct toc_text *out, const char *kind, const char *name, const char *help)
{
    toc_text_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void print_plain(const struct toc_lane *of, struct toc_text *out)
{
    struct toc_lane_counts lane = toc_lane_counts(of);
#define TOC_METRIC(kind, name, value, help)                                                        \
    head(out, #kind, name, help);                                                                  \
    toc_text_addf(out, "%s %" PRIu64 "\n", name, (uint64_t)(value));
#include "ops/metrics.def"
#undef TOC_METRIC
    head(out, "gauge", "tocsin_state", "1 for the state the lane is in.");
    for (int state = TOC_LANE_STANDBY; state <= TOC_LANE_STOPPED; state++) {
        toc_text_addf(out, "tocsin_state{state=\"%s\"} %d\n",
                      toc_lane_state_text((enum toc_lane_state)state), (int)lane.state == state);
    }
    if (lane.committed_clock_ms != TOC_INSTANT_NONE) {
        head(out, "gauge", "tocsin_committed_clock_seconds", "Lane clock of the last commit.");
        toc_text_addf(out, "tocsin_committed_clock_seconds %.3f\n",
                      (double)lane.committed_clock_ms / 1000);
    }
    head(out, "counter", "tocsin_told_total", "Alert records told.");
    for (int state = 0; state < TOC_ALERT_STATES; state++) {
        toc_text_addf(out, "tocsin_told_total{state=\"%s\"} %" PRIu64 "\n",
                      toc_alert_state_text((enum toc_alert_state)state), lane.engine.told[state]);
    }
}

/* ---- By input ---- */

static const struct family {
    const char *name, *help;
    size_t offset; /* In struct toc_lane_input_counts. */
} families[] = {
#define FAMILY(field, help)                                                                        \
    {                                                                                              \
        "tocsin_input_" #field "_total", help, offsetof(struct toc_lane_input_counts, field)       \
    }
    FAMILY(records, "Records read while live."),
    FAMILY(warmed, "Records read back at the start."),
    FAMILY(events, "Events decoded."),
    FAMILY(taken, "Events that count."),
    FAMILY(repeats, "Events seen before (same source and id)."),
    FAMILY(conflicts, "Events seen before with other content."),
    FAMILY(late, "Events older than accept_late."),
    FAMILY(corrected, "Events whose time was replaced by the Kafka timestamp."),
    FAMILY(dropped_fields, "Optional fields dropped as wrong."),
    FAMILY(gaps, "Gaps in the log: records gone before they were read."),
#undef FAMILY
};

static void label_input(const struct toc_lane_input *input, struct toc_text *out)
{
    toc_text_addf(out, "{input=\"");
    toc_metrics_label(input->input.name, out);
    toc_text_add_char(out, '"');
}

static void print_inputs(const struct toc_lane *lane, const struct toc_lane_input inputs[],
                         size_t input_count, struct toc_text *out)
{
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        head(out, "counter", families[f].name, families[f].help);
        for (size_t i = 0; i < input_count; i++) {
            uint64_t number = 0;
            memcpy(&number, (const char *)toc_lane_input_counts(lane, i) + families[f].offset,
                   sizeof number);
            toc_text_addf(out, "%s", families[f].name);
            label_input(&inputs[i], out);
            toc_text_addf(out, "} %" PRIu64 "\n", number);
        }
    }
    head(out, "gauge", "tocsin_input_blind", "Silent for longer than its max_age.");
    for (size_t i = 0; i < input_count && toc_lane_engine(lane) != NULL; i++) {
        toc_text_addf(out, "tocsin_input_blind");
        label_input(&inputs[i], out);
        toc_text_addf(out, "} %d\n", toc_engine_is_blind(toc_lane_engine(lane), i));
    }
    head(out, "counter", "tocsin_input_refused_total", "Records refused, to the dead letters.");
    for (size_t i = 0; i < input_count; i++) {
        const struct toc_lane_input_counts *counts = toc_lane_input_counts(lane, i);
        for (int reason = 0; reason < TOC_REFUSAL_COUNT; reason++) {
            if (counts->refused[reason] > 0) {
                toc_text_addf(out, "tocsin_input_refused_total");
                label_input(&inputs[i], out);
                toc_text_addf(out, ",reason=\"%s\"} %" PRIu64 "\n",
                              toc_refusal_text((enum toc_refusal)reason), counts->refused[reason]);
            }
        }
    }
}

static void label_part(const struct toc_lane_part_status *part,
                       const struct toc_lane_input inputs[], size_t input_count, const char *name,
                       struct toc_text *out)
{
    toc_text_addf(out, "%s", name);
    if (part->input < input_count) {
        label_input(&inputs[part->input], out);
    } else {
        toc_text_addf(out, "{input=\"actions\"");
    }
    toc_text_addf(out, ",topic=\"");
    toc_metrics_label(toc_str_of(part->topic), out);
    toc_text_addf(out, "\",partition=\"%d\"}", (int)part->partition);
}

static void print_parts(const struct toc_lane *lane, const struct toc_lane_input inputs[],
                        size_t input_count, struct toc_text *out)
{
    size_t count = toc_lane_parts(lane);
    head(out, "gauge", "tocsin_partition_lag", "Records stored and not yet fed.");
    for (size_t i = 0; i < count; i++) {
        struct toc_lane_part_status part = toc_lane_part(lane, i);
        if (part.end >= 0) {
            label_part(&part, inputs, input_count, "tocsin_partition_lag", out);
            toc_text_addf(out, " %" PRId64 "\n", part.end > part.next ? part.end - part.next : 0);
        }
    }
    head(out, "gauge", "tocsin_partition_time_seconds", "Newest event time read.");
    for (size_t i = 0; i < count; i++) {
        struct toc_lane_part_status part = toc_lane_part(lane, i);
        if (part.time_ms != TOC_INSTANT_NONE) {
            label_part(&part, inputs, input_count, "tocsin_partition_time_seconds", out);
            toc_text_addf(out, " %.3f\n", (double)part.time_ms / 1000);
        }
    }
    head(out, "gauge", "tocsin_partition_idle", "1 while it is at its end and silent.");
    for (size_t i = 0; i < count; i++) {
        struct toc_lane_part_status part = toc_lane_part(lane, i);
        label_part(&part, inputs, input_count, "tocsin_partition_idle", out);
        toc_text_addf(out, " %d\n", part.is_idle);
    }
}

static void print_actions(const struct toc_lane *lane, struct toc_text *out)
{
    const struct toc_lane_counts counts = toc_lane_counts(lane);
    head(out, "counter", "tocsin_actions_total", "What people did, by what became of it.");
    toc_text_addf(out, "tocsin_actions_total{result=\"taken\"} %" PRIu64 "\n",
                  counts.actions.taken);
    toc_text_addf(out, "tocsin_actions_total{result=\"repeat\"} %" PRIu64 "\n",
                  counts.actions.repeats);
    for (int reason = 0; reason < TOC_ACTION_REFUSAL_COUNT; reason++) {
        if (counts.actions.refused[reason] > 0) {
            toc_text_addf(out, "tocsin_actions_total{result=\"%s\"} %" PRIu64 "\n",
                          toc_action_refusal_text((enum toc_action_refusal)reason),
                          counts.actions.refused[reason]);
        }
    }
}

/* ---- By rule ---- */

static const struct rule_family {
    const char *kind, *name, *help;
    size_t offset; /* In struct toc_rule_counts. */
} rule_families[] = {
    {"counter", "tocsin_rule_matched_total", "Events that counted.",
     offsetof(struct toc_rule_counts, matched)},
    {"counter", "tocsin_rule_missing_key_total", "Events without a field of the key.",
     offsetof(struct toc_rule_counts, missing_key)},
    {"counter", "tocsin_rule_missing_field_total", "Events not judged: a field was missing.",
     offsetof(struct toc_rule_counts, missing_field)},
    {"counter", "tocsin_rule_where_failed_total", "Events whose `where` ended in an error.",
     offsetof(struct toc_rule_counts, where_failed)},
    {"counter", "tocsin_rule_where_budget_total", "Events whose `where` used up its budget.",
     offsetof(struct toc_rule_counts, where_budget)},
    {"counter", "tocsin_rule_alerts_total", "Alerts begun.",
     offsetof(struct toc_rule_counts, told_new)},
    {"counter", "tocsin_rule_budget_total", "Times a budget brought its horizon nearer.",
     offsetof(struct toc_rule_counts, budget)},
    {"gauge", "tocsin_rule_open", "Alerts open now.", offsetof(struct toc_rule_counts, open)},
};

static void print_rules(const struct toc_engine *engine, const struct toc_ruleset *rules,
                        struct toc_text *out)
{
    for (size_t f = 0; f < sizeof rule_families / sizeof rule_families[0]; f++) {
        const struct rule_family *family = &rule_families[f];
        head(out, family->kind, family->name, family->help);
        for (size_t i = 0; i < toc_ruleset_count(rules); i++) {
            struct toc_rule_counts counts = toc_engine_rule_counts(engine, i);
            uint64_t number = 0;
            memcpy(&number, (const char *)&counts + family->offset, sizeof number);
            toc_text_addf(out, "%s{rule=\"", family->name);
            toc_metrics_label(toc_ruleset_get(rules, i)->name, out);
            toc_text_addf(out, "\"} %" PRIu64 "\n", number);
        }
    }
}

void toc_metrics_print(const struct toc_lane *lane, const struct toc_lane_input inputs[],
                       size_t input_count, const struct toc_ruleset *rules, struct toc_text *out)
{
    print_plain(lane, out);
    head(out, "gauge", "tocsin_rules_info", "Always 1: the bundle of rules in force.");
    toc_text_addf(out, "tocsin_rules_info{bundle=\"%s\"} 1\n", toc_ruleset_bundle(rules));
    print_inputs(lane, inputs, input_count, out);
    if (toc_lane_engine(lane) != NULL) {
        print_parts(lane, inputs, input_count, out);
        print_actions(lane, out);
        print_rules(toc_lane_engine(lane), rules, out);
    }
}

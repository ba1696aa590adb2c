#include "lane/core.h"

#include "base/mem.h"

struct probe {
    struct toc_lane *lane;
    struct toc_spot *spots;
    size_t count;
    int64_t asked_ms;
    enum toc_status status;
    struct toc_text words;
};
struct survey {
    struct toc_lane *lane;
    struct toc_spot *found; /* One a topic: partition = how many it has. */
    struct toc_spot *fresh; /* Partitions unknown so far, with their beginnings. */
    size_t count, fresh_count;
    enum toc_status status;
    struct toc_text words;
};

struct renewal {
    struct toc_lane *lane;
    rd_kafka_t *producer; /* The broken one, then the new one. */
};

static void probe_work(void *job)
{
    struct probe *probe = job;
    probe->status = toc_broker_ends(probe->lane->options.reader, probe->spots, probe->count,
                                    TOC_LANE_QUESTION_MS, &probe->words);
}

static void probe_done(void *job)
{
    struct probe *probe = job;
    struct toc_lane *lane = probe->lane;
    lane->is_probing = false;
    if (probe->status == TOC_OK) {
        for (size_t i = 0; i < probe->count; i++) {
            lane->parts[i].end = probe->spots[i].offset;
            if (lane->parts[i].first_end < 0 && lane->state == TOC_LANE_LIVE) {
                lane->parts[i].first_end = probe->spots[i].offset;
            }
            lane->parts[i].proven_ms = probe->asked_ms;
        }
    } else {
        TOC_LOG(lane->options.log, WARNING, "input.unreachable",
                toc_log_text("error", toc_text_str(&probe->words)));
    }
    toc_text_finish(&probe->words);
    toc_mem_free(probe->spots);
    toc_mem_free(probe);
}

void toc_watch_probe(struct toc_lane *lane)
{
    struct probe *probe = toc_mem_get(sizeof *probe);
    probe->lane = lane;
    probe->count = lane->part_count;
    probe->asked_ms = lane->steady_ms;
    probe->spots = toc_mem_array(probe->count, sizeof *probe->spots);
    for (size_t i = 0; i < probe->count; i++) {
        const struct toc_part *part = toc_reader_part(lane->reader, i);
        probe->spots[i].topic = part->topic;
        probe->spots[i].partition = part->partition;
    }
    lane->is_probing = true;
    toc_worker_do(lane->worker, probe_work, probe_done, probe);
}

static void survey_work(void *job)
{
    struct survey *survey = job;
    rd_kafka_t *client = survey->lane->options.reader;
    for (size_t i = 0; i < survey->count && survey->status == TOC_OK; i++) {
        struct toc_spot *topic = &survey->found[i];
        int32_t count = 0;
        survey->status = toc_broker_partitions(client, topic->topic, TOC_LANE_QUESTION_MS, &count,
                                               &survey->words);
        for (int32_t p = topic->partition; p < count && survey->status == TOC_OK; p++) {
            struct toc_spot fresh = {.topic = topic->topic, .partition = p, .offset = (int64_t)i};
            survey->fresh =
                toc_mem_resize(survey->fresh, survey->fresh_count + 1, sizeof *survey->fresh);
            survey->fresh[survey->fresh_count++] = fresh;
        }
    }
}

/* New partitions are read from their beginning: all they hold was written since we looked. */
static void survey_done(void *job)
{
    struct survey *survey = job;
    struct toc_lane *lane = survey->lane;
    lane->is_surveying = false;
    if (survey->status == TOC_OK && lane->state == TOC_LANE_LIVE) {
        for (size_t i = 0; i < survey->fresh_count; i++) {
            const struct toc_spot *fresh = &survey->fresh[i];
            size_t input = 0;
            uint32_t index = 0;
            for (size_t k = 0; k < lane->part_count; k++) {
                const struct toc_part *part = toc_reader_part(lane->reader, k);
                if (strcmp(part->topic, fresh->topic) == 0) {
                    input = part->input;
                }
            }
            for (size_t k = 0; k < lane->part_count; k++) {
                index += toc_reader_part(lane->reader, k)->input == input;
            }
            TOC_LOG(lane->options.log, WARNING, "input.partition_added",
                    toc_log_words("topic", fresh->topic),
                    toc_log_number("partition", fresh->partition));
            if (input < lane->options.input_count) {
                toc_engine_partitions(lane->engine, input, index + 1);
            }
            toc_start_add_part(lane,
                               &(struct toc_plan_part){.input = input,
                                                       .index = index,
                                                       .topic = fresh->topic,
                                                       .partition = fresh->partition,
                                                       .position = 0},
                               0, INT64_MAX);
        }
        if (survey->fresh_count > 0) {
            (void)toc_reader_assign(lane->reader);
        }
    }
    toc_text_finish(&survey->words);
    toc_mem_free(survey->found);
    toc_mem_free(survey->fresh);
    toc_mem_free(survey);
}

void toc_watch_survey(struct toc_lane *lane)
{
    struct survey *survey = toc_mem_get(sizeof *survey);
    survey->lane = lane;
    for (size_t i = 0; i < lane->intake_count; i++) {
        for (size_t j = 0; j < lane->inputs[i].of->topic_count; j++) {
            struct toc_spot topic = {.topic = lane->inputs[i].of->topics[j]};
            for (size_t k = 0; k < lane->part_count; k++) {
                const struct toc_part *part = toc_reader_part(lane->reader, k);
                topic.partition += strcmp(part->topic, topic.topic) == 0;
            }
            survey->found = toc_mem_resize(survey->found, survey->count + 1, sizeof *survey->found);
            survey->found[survey->count++] = topic;
        }
    }
    lane->is_surveying = true;
    toc_worker_do(lane->worker, survey_work, survey_done, survey);
}

/* A broken producer is replaced: what it held is in the outbox and goes again. */
static void renewal_work(void *job)
{
    struct renewal *renewal = job;
    const struct toc_lane_options *options = &renewal->lane->options;
    struct toc_text words = {.size = 0};
    int32_t count = 0;
    enum toc_status status = TOC_OK;
    options->unmake(renewal->producer);
    renewal->producer = options->make_producer(options->context);
    for (size_t i = 0; i < options->output_count && status == TOC_OK && renewal->producer != NULL;
         i++) { /* Asked now, or the first record of each topic waits a second. */
        status = toc_broker_partitions(renewal->producer, options->outputs[i], TOC_LANE_QUESTION_MS,
                                       &count, &words);
    }
    toc_text_finish(&words);
}

static void renewal_done(void *job)
{
    struct renewal *renewal = job;
    struct toc_lane *lane = renewal->lane;
    if (renewal->producer != NULL) {
        lane->producer = renewal->producer;
        lane->counts.renewals++;
        toc_outbox_renew(lane->outbox, renewal->producer);
    } else {
        lane->result = TOC_E_BROKER;
        toc_lane_stop(lane);
    }
    toc_mem_free(renewal);
    toc_core_turn(lane);
}

void toc_watch_renew(struct toc_lane *lane)
{
    struct renewal *renewal = toc_mem_get(sizeof *renewal);
    renewal->lane = lane;
    renewal->producer = toc_outbox_release(lane->outbox);
    lane->producer = NULL;
    toc_worker_do(lane->worker, renewal_work, renewal_done, renewal);
}

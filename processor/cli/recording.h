/* cli/recording.h - what the topics of a configuration's inputs hold since an instant, read once,
 * record by record, in the order in which a lane reads them back: by Kafka timestamp over all
 * partitions (source/reader.h). Up to the ends the topics have when it is opened; what stands in
 * open or aborted transactions is not read. Joins no group, commits nothing, writes nothing.
 * Memory: librdkafka's prefetch, whatever the span. Blocks; each question to the broker and each
 * wait for a record up to timeout_ms. */
#pragma once
#include "cli/command.h"
#include "engine/engine.h"
#include "ops/config.h"
#include "source/reader.h"

struct toc_recording;

struct toc_recording_options {
    const struct toc_config *config; /* Borrowed, as all here. */
    const char *const *topics;       /* These; none: those of every input. */
    size_t topic_count;
    int64_t since_ms; /* By Kafka timestamp; TOC_INSTANT_NONE = from the beginning. */
    int64_t timeout_ms;
};

/* TOC_EXIT_OK, or what to end with; stderr then says why: no input has such a topic, it does not
 * exist, the broker is away, nothing was stored since. */
enum toc_exit toc_recording_open(const struct toc_recording_options *options,
                                 struct toc_recording **out);
void toc_recording_close(struct toc_recording *recording);

/* The inputs that are read, for the engine, and as the configuration has them. */
size_t toc_recording_inputs(const struct toc_recording *recording, const struct toc_input **out,
                            const struct toc_config_input *const **out_configs);
size_t toc_recording_parts(const struct toc_recording *recording);
const struct toc_part *toc_recording_part(const struct toc_recording *recording, size_t part);
/* The wall clock when the ends were asked for. */
int64_t toc_recording_end_ms(const struct toc_recording *recording);
/* How many records there may be, and how many positions lie behind us. */
int64_t toc_recording_total(const struct toc_recording *recording);
int64_t toc_recording_done(const struct toc_recording *recording);

/* The next record, borrowed until the next call. False: the end, or, with *out_exit not OK, the
 * broker fell silent; stderr says so. */
bool toc_recording_next(struct toc_recording *recording, struct toc_read *out,
                        enum toc_exit *out_exit);

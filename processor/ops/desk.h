/* ops/desk.h - where people sit: which alerts are open, and sending what they do about one.
 * For command lines: everything here blocks. Memory: the caller's. */
#pragma once
#include <tocsin/status.h>

#include "lane/log.h"
#include "ops/config.h"

enum { TOC_DESK_WAIT_MS = 10000 }; /* How long a broker may take to answer. */

/* Read <app>.alerts.open: on_alert for the newest record of each alert that is open, as it stands
 * there (a CloudEvent), in no order; some may be told twice, the last one counts. A tombstone has
 * an empty @record. */
TOC_MUST_CHECK enum toc_status
toc_desk_read(const struct toc_config *config, struct toc_log *log, struct toc_text *out_words,
              void (*on_alert)(struct toc_str alert_id, struct toc_str record, void *context),
              void *context);

/* Write @record under @key to the actions topic and wait until it is stored. TOC_E_BROKER: it is
 * not known to be; @out_words says why. */
TOC_MUST_CHECK enum toc_status toc_desk_send(const struct toc_config *config, struct toc_log *log,
                                             struct toc_str key, struct toc_str record,
                                             struct toc_text *out_words);

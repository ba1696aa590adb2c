/* lane/ledger.h - how far everything is done: batches in flight and the position behind them.
 *
 * A batch is what one drain fed. It is done when everything it told is stored; positions and clock
 * move on over done batches only, in order, so a crash at any moment repeats, never skips. The
 * batch is what becomes one transaction when journal and exactly-once come.
 * Memory: TOC_LEDGER_MOST batches at most, their positions beside. Threads: one owner. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOC_LEDGER_MOST = 256 };

struct toc_ledger;

struct toc_ledger *toc_ledger_create(void);
void toc_ledger_destroy(struct toc_ledger *ledger);

/* Partition @part (numbered from 0, no holes) stands at @next. */
void toc_ledger_place(struct toc_ledger *ledger, size_t part, int64_t next);

/* Is there room for one more batch? If not, do not read. */
bool toc_ledger_has_room(const struct toc_ledger *ledger);
/* Begin a batch at lane clock @clock_ms; its ticket. */
uint64_t toc_ledger_open(struct toc_ledger *ledger, int64_t clock_ms);
/* The open batch has fed partition @part up to @next (exclusive). */
void toc_ledger_read(struct toc_ledger *ledger, size_t part, int64_t next);
/* The open batch has told one more record. */
void toc_ledger_told(struct toc_ledger *ledger);
void toc_ledger_close(struct toc_ledger *ledger);
/* One record of that batch is stored. */
void toc_ledger_stored(struct toc_ledger *ledger, uint64_t ticket);

/* What may be committed. @part's position, and the clock (INT64_MIN: no batch is done yet). */
int64_t toc_ledger_position(const struct toc_ledger *ledger, size_t part);
int64_t toc_ledger_clock(const struct toc_ledger *ledger);
/* Batches done since creation that read or told something: grows when a commit is worth while. */
uint64_t toc_ledger_progress(const struct toc_ledger *ledger);
size_t toc_ledger_in_flight(const struct toc_ledger *ledger); /* Batches not done. */

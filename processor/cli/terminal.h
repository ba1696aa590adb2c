/* cli/terminal.h - what a person sees: talk on stderr, colour where it helps, progress.
 * Standard output carries data only. Colour and progress are for terminals; NO_COLOR (not empty)
 * and TERM=dumb turn colour off. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* May @stream be coloured? */
bool toc_terminal_colour(FILE *stream);

/* "tocsin: ..." and a newline on stderr. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void toc_terminal_say(const char *format, ...);

/* A bar on stderr while work takes longer than a second; nothing unless stderr is a terminal. */
struct toc_progress {
    const char *what;
    int64_t total, done; /* Bytes; total 0 = not known. */
    int64_t begun_ms, shown_ms;
    bool is_wanted, is_shown;
    bool is_of_records; /* Records, not bytes. */
};
void toc_progress_init(struct toc_progress *progress, const char *what, int64_t total,
                       bool is_wanted);
/* @done bytes are done. Cheap enough for every block read, not for every event. */
void toc_progress_move(struct toc_progress *progress, int64_t done);
void toc_progress_finish(struct toc_progress *progress); /* Wipes the bar. */

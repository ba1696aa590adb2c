#include "cli/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 32, PATIENCE_MS = 1000, REDRAW_MS = 100 };

bool toc_terminal_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void toc_terminal_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("tocsin: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void toc_progress_init(struct toc_progress *progress, const char *what, int64_t total,
                       bool is_wanted)
{
    *progress = (struct toc_progress){
        .what = what,
        .total = total,
        .begun_ms = now_ms(),
        .is_wanted = is_wanted && isatty(STDERR_FILENO),
    };
}

void toc_progress_move(struct toc_progress *progress, int64_t done)
{
    progress->done = done;
    if (!progress->is_wanted) {
        return;
    }
    int64_t now = now_ms();
    if (now - progress->begun_ms < PATIENCE_MS || now - progress->shown_ms < REDRAW_MS) {
        return;
    }
    progress->shown_ms = now;
    progress->is_shown = true;
    double speed = (double)done / 1e6 / ((double)(now - progress->begun_ms) / 1e3);
    if (progress->total <= 0) {
        fprintf(stderr, "\r%s %.0f MB, %.0f MB/s\033[K", progress->what, (double)done / 1e6, speed);
        return;
    }
    static const char full[] = "################################";
    static const char empty[] = "................................";
    int64_t share = done < progress->total ? done * BAR / progress->total : BAR;
    fprintf(stderr, "\r%s [%.*s%.*s] %3d %%, ", progress->what, (int)share, full,
            (int)(BAR - share), empty, (int)(share * 100 / BAR));
    fprintf(stderr, progress->is_of_records ? "%.0f k records/s\033[K" : "%.0f MB/s\033[K",
            progress->is_of_records ? speed * 1e3 : speed);
}

void toc_progress_finish(struct toc_progress *progress)
{
    if (progress->is_shown) {
        fputs("\r\033[K", stderr);
        progress->is_shown = false;
    }
}

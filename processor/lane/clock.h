/* lane/clock.h - whose time it is.
 * The lane never asks the system: it asks this. `run` hands in the wall clock, `demo` one that runs
 * faster, a test one that it moves by hand. The lane clock made from it never goes back. */
#pragma once
#include <stdint.h>

struct toc_clock {
    int64_t (*now_ms)(void *context); /* Milliseconds since the Unix epoch. Called on the loop. */
    void *context;
    double speed; /* Lane milliseconds in a real one, > 0; how long to sleep until an instant. */
};

/* event/place_read.h - GeoJSON in, places in memory out; for event/place.c alone. */
#pragma once
#include "event/place.h"
#include "event/place_shape.h"

struct toc_place_entry {
    struct toc_place place;
    struct toc_shape shape; /* vertex_count 0: a point with a radius. */
    struct toc_str *names;  /* Folded: its id, then its aliases, none twice. */
    size_t name_count;
    struct toc_mark mark; /* Its file, for errors. */
    size_t feature;       /* Its number there, from 1. */
};

struct toc_place_reader {
    struct toc_arena *arena; /* Gets all that is kept. */
    struct toc_diag *diag;
    struct toc_place_entry *entries; /* Grown by toc_mem_resize; the caller frees it. */
    size_t count, room;
    size_t vertex_count;
};

/* Add the places of one GeoJSON text. What is wrong goes to the diag. */
void toc_place_read(struct toc_place_reader *reader, const char *path, struct toc_str text);

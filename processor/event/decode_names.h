/* event/decode_names.h - which member of an object is which, and is any named twice?
 *
 * A set of names knows the fields of one kind of object, and learns up to TOC_NAMES_LEARNT more
 * from the objects it sees. For each name it remembers which came next last time: a producer writes
 * its members in the same order again and again, so one comparison of two words finds most; a hash
 * table finds the rest. For each name it is noted whether this object had it: that is the proof
 * that no name is repeated (I-JSON, RFC 7493, 2.3; compared after unescaping). Names that are not
 * learnt are sorted and compared with their neighbours, so that no input takes quadratic time.
 * Memory: fixed, some 12 KiB a set. Threads: one owner. */
#pragma once
#include "event/catalogue.h"
#include "event/decode_json.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TOC_NAMES_LEARNT = 63,    /* By one set. */
    TOC_NAME_LEARNT_SIZE = 64 /* Bytes; longer ones are not learnt. */
};

struct toc_names;
/* A set that knows @names (at most TOC_FIELDS_MOST, all different): the i-th has the number i. */
struct toc_names *toc_names_create(const struct toc_str names[], size_t count);
void toc_names_destroy(struct toc_names *names);

/* One document being walked. */
struct toc_walk {
    const struct toc_json *json;
    struct toc_names *other; /* For objects nobody asked for. */
    uint32_t *odd;           /* Room for twice TOC_WALK_ODD entries: names that were not learnt. */
    size_t odd_count;
    enum toc_refusal reason; /* Set when a walk fails: DUPLICATE_NAME or TOO_DEEP. */
    struct toc_str name;     /* The name that was repeated. */
};
enum { TOC_WALK_ODD = TOC_RECORD_SIZE / 4 }; /* `"":0,` is the shortest member, 5 bytes. */

/* Walk the object at @at, which is nested @depth deep (the document's value: 1). out_at[i] becomes
 * the place of the value called names[i], 0 if there is none; @out_at has room for as many as names
 * were given. Values of those names are left to the caller, who walks them if they nest; all other
 * members are walked to their ground. False: the document is refused, @walk says why. */
bool toc_names_walk(struct toc_names *names, struct toc_walk *walk, uint32_t at, unsigned depth,
                    uint32_t out_at[]);

/* Walk any value that nobody asks for. */
bool toc_walk_value(struct toc_walk *walk, uint32_t at, unsigned depth);

#ifdef __cplusplus
}
#endif

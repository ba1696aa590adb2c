/* What people said of an alert, read back from its record as alert/said.c wrote it. What does not
 * read is left out: the record is our own, and an alert must not be lost for a remark. */
#include <jansson.h>

#include "engine/core.h"

static struct toc_str text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return (struct toc_str){.data = json_string_value(value), .size = json_string_length(value)};
}

static bool read(const json_t *from, struct toc_remark *out)
{
    *out = (struct toc_remark){
        .who = text_of(from, "who"), .post = text_of(from, "post"), .note = text_of(from, "note")};
    return out->who.size > 0 && toc_instant_parse(text_of(from, "when"), &out->at_ms);
}

static void read_all(const json_t *list, struct toc_said *said,
                     enum toc_said_result (*add)(struct toc_said *, const struct toc_remark *))
{
    struct toc_remark remark;
    size_t index;
    json_t *item;

    json_array_foreach(list, index, item)
    {
        if (read(item, &remark)) {
            (void)add(said, &remark);
        }
    }
}

struct toc_said *toc_adopt_said(const json_t *record)
{
    const json_t *acks = json_object_get(record, "acks");
    const json_t *comments = json_object_get(record, "comments");
    const json_t *taken_by = json_object_get(record, "taken_by");
    struct toc_remark remark;

    if (acks == NULL && comments == NULL && taken_by == NULL) {
        return NULL;
    }
    struct toc_said *said = toc_said_create();
    read_all(acks, said, toc_said_ack);
    read_all(comments, said, toc_said_comment);
    if (read(taken_by, &remark)) {
        (void)toc_said_take_over(said, &remark);
    }
    return said;
}

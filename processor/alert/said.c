#include "alert/said.h"

#include "base/assert.h"
#include "base/mem.h"

struct toc_said *toc_said_create(void)
{
    struct toc_said *said = toc_mem_get(sizeof *said);

    said->taken_by.at_ms = said->ended_by.at_ms = said->line_ms = TOC_INSTANT_NONE;
    return said;
}

/* The three texts lie in one block, which begins with `who`. */
static void forget(struct toc_remark *remark)
{
    toc_mem_free((char *)(uintptr_t)remark->who.data);
    *remark = (struct toc_remark){.at_ms = TOC_INSTANT_NONE};
}

static struct toc_remark copy_of(const struct toc_remark *remark)
{
    struct toc_remark copy = *remark;
    struct toc_str *texts[] = {&copy.who, &copy.post, &copy.note};
    char *at = toc_mem_get(copy.who.size + copy.post.size + copy.note.size);

    for (size_t i = 0; i < 3; i++) {
        if (texts[i]->size > 0) {
            memcpy(at, texts[i]->data, texts[i]->size);
        }
        texts[i]->data = at;
        at += texts[i]->size;
    }
    return copy;
}

void toc_said_destroy(struct toc_said *said)
{
    if (said == NULL) {
        return;
    }
    for (size_t i = 0; i < said->acks.count; i++) {
        forget(&said->acks.items[i]);
    }
    for (size_t i = 0; i < said->comments.count; i++) {
        forget(&said->comments.items[i]);
    }
    forget(&said->taken_by);
    forget(&said->ended_by);
    toc_mem_free(said);
}

static bool is_same_person(const struct toc_remark *a, const struct toc_remark *b)
{
    return toc_str_equal(a->who, b->who) && toc_str_equal(a->post, b->post);
}

static enum toc_said_result add(struct toc_remarks *remarks, const struct toc_remark *remark)
{
    if (remarks->count == TOC_SAID_MOST) {
        return TOC_SAID_FULL;
    }
    remarks->items[remarks->count++] = copy_of(remark);
    return TOC_SAID_NEW;
}

enum toc_said_result toc_said_ack(struct toc_said *said, const struct toc_remark *remark)
{
    for (size_t i = 0; i < said->acks.count; i++) {
        if (is_same_person(&said->acks.items[i], remark)) {
            return TOC_SAID_REPEAT;
        }
    }
    return add(&said->acks, remark);
}

enum toc_said_result toc_said_comment(struct toc_said *said, const struct toc_remark *remark)
{
    for (size_t i = 0; i < said->comments.count; i++) {
        const struct toc_remark *old = &said->comments.items[i];
        if (is_same_person(old, remark) && old->at_ms == remark->at_ms &&
            toc_str_equal(old->note, remark->note)) {
            return TOC_SAID_REPEAT;
        }
    }
    return add(&said->comments, remark);
}

enum toc_said_result toc_said_take_over(struct toc_said *said, const struct toc_remark *remark)
{
    struct toc_remark *old = &said->taken_by;

    if (old->at_ms != TOC_INSTANT_NONE &&
        (is_same_person(old, remark) || remark->at_ms < old->at_ms)) {
        return TOC_SAID_REPEAT;
    }
    forget(old);
    *old = copy_of(remark);
    return TOC_SAID_NEW;
}

void toc_said_end(struct toc_said *said, enum toc_ending ended, const struct toc_remark *remark,
                  int64_t line_ms)
{
    toc_assert(said->ended == TOC_ENDING_NONE);
    said->ended = ended;
    said->ended_by = copy_of(remark);
    said->line_ms = line_ms;
}

bool toc_said_is_acked(const struct toc_said *said)
{
    return said != NULL && (said->acks.count > 0 || said->taken_by.at_ms != TOC_INSTANT_NONE);
}

void toc_said_join(struct toc_said *into, const struct toc_said *from)
{
    enum toc_said_result result;

    for (size_t i = 0; i < from->acks.count; i++) {
        result = toc_said_ack(into, &from->acks.items[i]);
        into->is_untold |= result == TOC_SAID_NEW;
    }
    for (size_t i = 0; i < from->comments.count; i++) {
        result = toc_said_comment(into, &from->comments.items[i]);
        into->is_untold |= result == TOC_SAID_NEW;
    }
    if (from->taken_by.at_ms != TOC_INSTANT_NONE) {
        result = toc_said_take_over(into, &from->taken_by);
        into->is_untold |= result == TOC_SAID_NEW;
    }
}

static void write_remark(const struct toc_remark *remark, struct toc_text *out)
{
    char when[TOC_INSTANT_TEXT];

    toc_instant_format(remark->at_ms, when);
    toc_text_add(out, TOC_STR("{\"who\":"));
    toc_text_add_json(out, remark->who);
    if (remark->post.size > 0) {
        toc_text_add(out, TOC_STR(",\"post\":"));
        toc_text_add_json(out, remark->post);
    }
    toc_text_addf(out, ",\"when\":\"%s\"", when);
    if (remark->note.size > 0) {
        toc_text_add(out, TOC_STR(",\"note\":"));
        toc_text_add_json(out, remark->note);
    }
    toc_text_add_char(out, '}');
}

static void write_remarks(const char *name, const struct toc_remarks *remarks, struct toc_text *out)
{
    if (remarks->count == 0) {
        return;
    }
    toc_text_addf(out, ",\"%s\":", name);
    for (size_t i = 0; i < remarks->count; i++) {
        toc_text_add_char(out, i == 0 ? '[' : ',');
        write_remark(&remarks->items[i], out);
    }
    toc_text_add_char(out, ']');
}

void toc_said_write(const struct toc_said *said, struct toc_text *out)
{
    write_remarks("acks", &said->acks, out);
    write_remarks("comments", &said->comments, out);
    if (said->taken_by.at_ms != TOC_INSTANT_NONE) {
        toc_text_add(out, TOC_STR(",\"taken_by\":"));
        write_remark(&said->taken_by, out);
    }
    if (said->ended != TOC_ENDING_NONE) {
        toc_text_add(out, TOC_STR(",\"by\":"));
        write_remark(&said->ended_by, out);
    }
}

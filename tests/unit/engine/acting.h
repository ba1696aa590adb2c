/* acting.h - somebody does something about an alert, and what the engine says to it. */
#pragma once
#include "feeding.h"

/* Do what @data (the members of `data`, JSON with ' for ") says at @at_ms. "taken", "repeat", or
 * why it was refused. */
static inline const char *acting_do(struct feeding *f, const char *data, int64_t at_ms)
{
    static int number;
    struct toc_text text = {0}, detail = {0};
    struct toc_action action;
    enum toc_action_refusal reason = TOC_ACTION_REFUSAL_COUNT;
    const char *says;

    toc_text_addf(&text,
                  "{'specversion':'1.0','id':'act-%d','source':'/ops','type':'tocsin.action',"
                  "'data':{%s}}",
                  ++number, data);
    for (size_t i = 0; i < text.size; i++) {
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    }
    if (toc_action_decode(toc_text_str(&text), at_ms, &action, &reason, &detail) != TOC_OK) {
        fail_msg("%s: %s %s", text.data, toc_action_refusal_text(reason), detail.data);
    }
    if (!f->is_clocked) {
        toc_engine_tick(f->engine, at_ms);
    }
    enum toc_act act = toc_engine_act(f->engine, &action, &reason);
    says = act == TOC_ACT_TAKEN    ? "taken"
           : act == TOC_ACT_REPEAT ? "repeat"
                                   : toc_action_refusal_text(reason);
    toc_action_finish(&action);
    toc_text_finish(&text);
    toc_text_finish(&detail);
    return says;
}

/* The same of the alert @id by Traore, with @more members. */
static inline const char *acting_on(struct feeding *f, const char *action, const char *id,
                                    const char *more, int64_t at_ms)
{
    char data[512];

    (void)snprintf(data, sizeof data, "'action':'%s','alert_id':'%s','by':'Traore'%s", action, id,
                   more);
    return acting_do(f, data, at_ms);
}

#include "match/life.h"

#include "base/assert.h"
#include "match/match.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t expiry_ms(const struct toc_match *match, const struct toc_life *life)
{
    int64_t span = match->rule->alert.expire_after_ms;
    return span > 0 && life->last_ms != TOC_INSTANT_NONE ? life->last_ms + span : TOC_INSTANT_NEVER;
}

struct toc_episode *toc_life_episode(const struct toc_match_state *state,
                                     const struct toc_life *life)
{
    return life->episode != 0 ? toc_episodes_find(&state->episodes, life->episode) : NULL;
}

static void turn_off(const struct toc_match *match, struct toc_life *life, int64_t at_ms,
                     enum toc_ending ending)
{
    life->is_raw = false;
    if (life->is_held) {
        int64_t kept_ms = at_ms + match->rule->alert.keep_firing_ms;
        life->is_held = false;
        life->off_ms = least(kept_ms, expiry_ms(match, life)); /* Its own evidence counts, only. */
        life->off_ending = life->off_ms < kept_ms ? TOC_ENDING_EXPIRED : ending;
    }
}

static void close_episode(struct toc_match_state *state, struct toc_life *life)
{
    struct toc_episode *episode = toc_life_episode(state, life);

    toc_assert(episode != NULL);
    episode->end_ms = life->off_ms;
    episode->ending = life->off_ending;
    episode->is_closed = true;
    life->episode = 0;
}

void toc_life_set(const struct toc_match *match, struct toc_match_state *state,
                  struct toc_life *life, int64_t at_ms, bool is_raw, int64_t last_ms, uint64_t seq,
                  enum toc_ending ending)
{
    (void)state;
    if (!is_raw) {
        life->is_spent = false;
        if (life->is_raw) {
            turn_off(match, life, at_ms, ending);
        }
        return;
    }
    if (life->is_raw) {
        if (last_ms > life->last_ms) {
            life->last_ms = last_ms;
        }
        return;
    }
    if (life->is_spent && (last_ms == TOC_INSTANT_NONE || last_ms <= life->last_ms)) {
        return;
    }
    life->is_spent = false;
    life->is_raw = true;
    life->raw_ms = at_ms;
    life->last_ms = last_ms;
    life->raw_seq = seq;
}

void toc_life_step(const struct toc_match *match, struct toc_match_state *state,
                   struct toc_life *life, int64_t at_ms)
{
    if (life->is_raw && at_ms >= expiry_ms(match, life)) {
        turn_off(match, life, expiry_ms(match, life), TOC_ENDING_EXPIRED);
        life->is_spent = true;
    }
    int64_t begin_ms = life->raw_ms + match->rule->alert.for_ms;
    /* What rests on silence is not so in a millisecond that can still have events. */
    bool is_certain = match->is_at_once || begin_ms < at_ms || begin_ms <= match->passed_ms;
    if (life->is_raw && !life->is_held && at_ms >= begin_ms && is_certain) {
        if (life->episode != 0 && begin_ms > life->off_ms) {
            close_episode(state, life);
        }
        if (life->episode == 0) {
            struct toc_episode *episode = toc_episodes_add(&state->episodes, begin_ms);
            episode->place = life->place;
            life->episode = episode->id;
            life->evidence_seq = life->raw_seq;
        } else if (life->evidence_seq < life->raw_seq) {
            life->evidence_seq = life->raw_seq;
        }
        life->is_held = true;
    }
    /* What begins where it ends goes on; whether it does begin may not be certain yet. */
    bool is_joining = life->is_raw && begin_ms <= life->off_ms;
    bool is_over = at_ms > life->off_ms ||
                   (at_ms == life->off_ms && (match->is_at_once || at_ms <= match->passed_ms));
    if (life->episode != 0 && !life->is_held && is_over && !is_joining) {
        close_episode(state, life);
    }
}

bool toc_life_line(struct toc_match_state *state, struct toc_life *life, int64_t at_ms,
                   const struct toc_entry *line, const struct toc_line *as)
{
    struct toc_episode *episode = toc_life_episode(state, life);
    /* What waits for its `for` is no part of what a line by distance ends. */
    bool is_waiting = as->reach != TOC_LINE_KEY && life->is_raw && !life->is_held;

    if (episode != NULL && episode->last_ms > line->value) {
        return false; /* A late line that what is on is newer than. */
    }
    if (episode != NULL) {
        (void)toc_match_end(episode, at_ms, as->ending);
    }
    life->episode = 0;
    life->is_raw = is_waiting;
    life->is_held = life->is_spent = false;
    return episode != NULL;
}

int64_t toc_life_next(const struct toc_match *match, const struct toc_life *life)
{
    int64_t next_ms = TOC_INSTANT_NEVER;

    if (life->is_raw) {
        next_ms = expiry_ms(match, life);
        if (!life->is_held) {
            next_ms = least(next_ms, life->raw_ms + match->rule->alert.for_ms);
        }
    }
    if (life->episode != 0 && !life->is_held) {
        next_ms = least(next_ms, life->off_ms);
    }
    return next_ms;
}

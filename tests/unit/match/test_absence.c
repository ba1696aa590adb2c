/* What should have come and did not: deadlines to the millisecond, and silence. */
#include "story.h"

#define ANSWER "{ absence: { after: a, expected: b, deadline: 1s }, group_by: [subject] }"
#define FROM                                                                                       \
    "{ absence: { after: a, expected: b, from: since, deadline: 1s }, group_by: [subject] }"
#define EVERY "{ absence: { expected: a, every: 1s }, group_by: [subject] }"
#define WARN                                                                                       \
    "{ absence: { after: a, expected: b, from: since, deadline: 1s, warn_at: 70% }, "              \
    "group_by: [subject] }"
#define LONG "expire_after: 2h"

static const struct story cases[] = {
    {"nobody comes", ANSWER, LONG, "a1@0", "1000..open a1"},
    {"in the last millisecond is in time", ANSWER, LONG, "a1@0 b2@1000", ""},
    {"a millisecond later it clears", ANSWER, LONG, "a1@0 b2@1001", "1000..1001 answer a1"},
    {"a millisecond later, with another event at the deadline", ANSWER, LONG,
     "a1@0 a2@1000 b3@1001", "1000..1001 answer a1"},
    {"an answer of the same millisecond counts", ANSWER, LONG, "b1@0 a2@0", ""},
    {"an answer before the clock started does not", ANSWER, LONG, "b1@-1 a2@0", "1000..open a2"},
    {"one answer serves all clocks that have started", ANSWER, LONG, "a1@0 a2@500 b3@900", ""},
    {"an answer too late for the first is in time for the second", ANSWER, LONG,
     "a1@0 a2@500 b3@1200", "1000..1200 answer a1"},
    {"two missed are one alert", ANSWER, LONG, "a1@0 a2@500", "1000..open a1 a2"},
    {"missed again after the answer", ANSWER, LONG, "a1@0 b2@1100 a3@1200",
     "1000..1100 answer a1; 2200..open a3"},
    {"a deadline at the answer of the first joins", ANSWER, LONG, "a1@0 b2@1100 a3@100 a4@1101",
     "1000..1100 answer a1; 2101..open a4"},

    {"the expiry counts from the newest missed deadline", ANSWER, "expire_after: 500ms",
     "a1@0 a2@400", "1000..1900 expired a1 a2"},
    {"expired before the next is missed", ANSWER, "expire_after: 500ms", "a1@0 a2@501",
     "1000..1500 expired a1; 1501..2001 expired a2"},

    {"warned of one level lower, then due", WARN, LONG, "a1@0", "700..open a1 | medium high@1000"},
    {"answered at the warning", WARN, LONG, "a1@0 b2@700", ""},
    {"answered a millisecond after the warning", WARN, LONG, "a1@0 b2@701",
     "700..701 answer a1 | medium"},
    {"answered at the deadline", WARN, LONG, "a1@0 b2@1000", "700..1000 answer a1 | medium"},
    {"answered a millisecond after the deadline", WARN, LONG, "a1@0 b2@1001",
     "700..1001 answer a1 | medium high@1000"},
    {"the first deadline raises the alert of two", WARN, LONG, "a1@0 a2@400",
     "700..open a1 a2 | medium high@1000"},
    {"a clock reported after its deadline is due at once", WARN, LONG, "a1@2000<0",
     "700..open a1 | medium high@1000"},
    {"one reported late moves the begin and the rise", WARN, LONG, "a1@1000<1000 a2@1800<500",
     "1200..open a1 a2 | medium high@1500"},
    {"reported after the answer, warned of only", WARN, LONG, "b1@900 a2@950<100",
     "800..900 answer a2 | medium"},
    {"reported after the answer, due before it", WARN, LONG, "b1@1200 a2@1250<100",
     "800..1200 answer a2 | medium high@1100"},
    {"expired between warning and deadline", WARN, "expire_after: 200ms", "a1@0",
     "700..900 expired a1 | medium"},
    {"a line between warning and deadline", WARN, "clear_when: o", "a1@0 o2@800",
     "700..800 line a1 | medium"},

    {"a line before the deadline stops the clock", ANSWER, "clear_when: o", "a1@0 o2@500", ""},
    {"a line at the deadline stops it", ANSWER, "clear_when: o", "a1@0 o2@1000", ""},
    {"a line a millisecond later ends the alert", ANSWER, "clear_when: o", "a1@0 o2@1001",
     "1000..1001 line a1"},
    {"a line before the event does not touch it", ANSWER, "clear_when: o", "o1@-1 a2@0",
     "1000..open a2"},
    {"a line of its millisecond does", ANSWER, "clear_when: o", "o1@0 a2@0", ""},

    {"the clock starts in the past", FROM, LONG, "a1@500<200", "1200..open a1"},
    {"without the field it starts at the event", FROM, LONG, "a1@500", "1500..open a1"},
    {"an answer since then counts", FROM, LONG, "b1@300 a2@500<200", ""},
    {"an answer from before then does not", FROM, LONG, "b1@199 a2@500<200", "1200..open a2"},
    {"a deadline that is past already is missed", FROM, LONG, "a1@5000<200", "1200..open a1"},
    {"missed and answered before it was reported", FROM, LONG, "b1@3000 a2@5000<200",
     "1200..3000 answer a2"},

    {"a sensor falls silent", EVERY, LONG, "a1@0", "1000..open a1"},
    {"a heartbeat in the last millisecond", EVERY, LONG, "a1@0 a2@1000", "2000..open a2"},
    {"a heartbeat a millisecond late", EVERY, LONG, "a1@0 a2@1001",
     "1000..1001 answer a1; 2001..open a2"},
    {"of equal heartbeats the last is the evidence", EVERY, LONG, "a2@0 a1@0", "1000..open a2"},
    {"silence expires", EVERY, "expire_after: 500ms", "a1@0", "1000..1500 expired a1"},
};

UNIT_TABLE("match/absence", cases, story_holds)

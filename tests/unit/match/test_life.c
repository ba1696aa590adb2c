/* From raw stretches to episodes: expire_after, for, keep_firing_for, and lines between them.
 * An event alone holds for [t, t + 1001). */
#include "story.h"

#define ONE "{ count: a, at_least: 1, within: 1s, group_by: [subject] }"

static const struct story cases[] = {
    {"without a word it lasts as long as its window", ONE, "", "a1@0", "0..1001 window a1"},

    {"expire_after ends it early", ONE, "expire_after: 500ms", "a1@0", "0..500 expired a1"},
    {"an expiry after the window changes nothing", ONE, "expire_after: 5s", "a1@0",
     "0..1001 window a1"},
    {"evidence renews it", ONE, "expire_after: 500ms", "a1@0 a2@499", "0..999 expired a1 a2"},
    {"evidence at the millisecond of its expiry renews it", ONE, "expire_after: 500ms",
     "a1@0 a2@500", "0..1000 expired a1 a2"},
    {"evidence a millisecond later begins another", ONE, "expire_after: 500ms", "a1@0 a2@501",
     "0..500 expired a1; 501..1001 expired a1 a2"},

    {"for delays the begin", ONE, "for: 500ms", "a1@0", "500..1001 window a1"},
    {"for as long as it holds less one is served", ONE, "for: 1s", "a1@0", "1000..1001 window a1"},
    {"for exactly as long as it holds is not", ONE, "for: 1001ms", "a1@0", ""},
    {"a stretch without a gap serves for", ONE, "for: 1500ms", "a1@0 a2@1001",
     "1500..2002 window a1 a2"},
    {"a gap of a millisecond begins for anew", ONE, "for: 1500ms", "a1@0 a2@1002", ""},
    {"what comes while for is served is evidence", ONE, "for: 500ms", "a1@0 a2@600",
     "500..1601 window a1 a2"},

    {"keep_firing_for delays the end", ONE, "keep_firing_for: 500ms", "a1@0", "0..1501 window a1"},
    {"a stretch that touches joins", ONE, "keep_firing_for: 500ms", "a1@0 a2@1501",
     "0..3002 window a1 a2"},
    {"a millisecond later it does not", ONE, "keep_firing_for: 500ms", "a1@0 a2@1502",
     "0..1501 window a1; 1502..3003 window a2"},
    {"three in a chain are one", ONE, "keep_firing_for: 500ms", "a1@0 a2@1501 a3@3002",
     "0..4503 window a1 a2 a3"},

    {"expire_after cuts what is kept on", ONE, "expire_after: 1500ms, keep_firing_for: 2s", "a1@0",
     "0..1500 expired a1"},
    {"keep_firing_for ends before the expiry", ONE, "expire_after: 1600ms, keep_firing_for: 500ms",
     "a1@0", "0..1501 window a1"},
    {"expired before for is served it never begins", ONE, "expire_after: 400ms, for: 500ms", "a1@0",
     ""},
    {"expired just after for is served it was", ONE, "expire_after: 501ms, for: 500ms", "a1@0",
     "500..501 expired a1"},
    {"for and keep_firing_for: a begin within joins", ONE, "for: 500ms, keep_firing_for: 1s",
     "a1@0 a2@1500", "500..3501 window a1 a2"},
    {"for and keep_firing_for: a begin at the end joins", ONE, "for: 500ms, keep_firing_for: 1s",
     "a1@0 a2@1501", "500..3502 window a1 a2"},
    {"for and keep_firing_for: a millisecond later it does not", ONE,
     "for: 500ms, keep_firing_for: 1s", "a1@0 a2@1502",
     "500..2001 window a1; 2002..3503 window a2"},
    {"evidence of a stretch that has not begun prolongs nothing", ONE,
     "expire_after: 2s, for: 500ms, keep_firing_for: 3s", "a1@0 a2@1999",
     "500..2000 expired a1; 2499..3999 expired a2"},

    {"a line ends what is kept on", ONE, "keep_firing_for: 500ms, clear_when: o", "a1@0 o2@1200",
     "0..1200 line a1"},
    {"a line where it would end by itself is what ends it", ONE,
     "keep_firing_for: 500ms, clear_when: o", "a1@0 o2@1501", "0..1501 line a1"},
    {"a line after its end says nothing", ONE, "keep_firing_for: 500ms, clear_when: o",
     "a1@0 o2@1502", "0..1501 window a1"},
    {"nothing joins across a line", ONE, "keep_firing_for: 2s, clear_when: o",
     "a1@0 o2@1500 a3@1600", "0..1500 line a1; 1600..4601 window a3"},
    {"a line at the expiry is what ends it", ONE, "expire_after: 500ms, clear_when: o",
     "a1@0 o2@500", "0..500 line a1"},
    {"a line after the expiry says nothing", ONE, "expire_after: 500ms, clear_when: o",
     "a1@0 o2@501", "0..500 expired a1"},
    {"a line while for is served leaves nothing", ONE, "for: 500ms, clear_when: o", "a1@0 o2@499",
     ""},
    {"a line at the millisecond for is served leaves nothing", ONE, "for: 500ms, clear_when: o",
     "a1@0 o2@500", ""},
    {"a line a millisecond later ends an episode", ONE, "for: 500ms, clear_when: o", "a1@0 o2@501",
     "500..501 line a1"},
    {"for begins anew after a line", ONE, "for: 500ms, clear_when: o", "a1@0 o2@300 a3@400",
     "900..1401 window a3"},
    {"a line and an event of one millisecond: the event does not count", ONE, "clear_when: o",
     "o1@0 a2@0", ""},
};

UNIT_TABLE("match/life", cases, story_holds)

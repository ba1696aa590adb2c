/* One after another, and what must not lie between. 0.0089831 degrees along the equator are 999.99
 * m, 0.0089832 are 1,000.01 m. */
#include "story.h"

#define AB      "{ sequence: [a, b], within: 1s, group_by: [subject] }"
#define ABC     "{ sequence: [a, b, c], within: 1s, group_by: [subject] }"
#define WITHOUT "{ sequence: [a, b], without: w, within: 1s, group_by: [subject] }"
#define ONSET   "{ sequence: [a, b], within: 1s, once_per: onset, group_by: [subject] }"
#define ONSET3  "{ sequence: [a, b, c], within: 1s, once_per: onset, group_by: [subject] }"
#define EACH    "{ sequence: [a, b], within: 1s }"
#define NEAR    "{ sequence: [a, { b: { near: a, distance: 1 km } }], within: 1s }"
#define LONG    "expire_after: 2h"
#define SOON    "expire_after: 100ms"

static const struct story cases[] = {
    {"the last step in the last millisecond", AB, LONG, "a1@0 b2@1000", "1000..open a1 b2"},
    {"a millisecond too late", AB, LONG, "a1@0 b2@1001", ""},
    {"the wrong way round", AB, LONG, "b1@0 a2@10", ""},
    {"equal times have no order", AB, LONG, "b1@5 a2@5", "5..open a2 b1"},
    {"one event is not two steps", AB, LONG, "ab1@5", ""},
    {"two events that are both", AB, LONG, "ab1@5 ab2@5", "5..open ab1 ab2"},
    {"the earliest choice is the evidence", AB, LONG, "a1@0 a2@1 b3@10", "10..open a1 b3"},
    {"an onset that is too old gives way to the next", AB, LONG, "a1@0 a2@1 b3@1001",
     "1001..open a2 b3"},
    {"the middle step is the earliest", ABC, LONG, "a1@0 b2@10 b3@20 c4@30", "30..open a1 b2 c4"},
    {"three steps of one millisecond", ABC, LONG, "c1@0 b2@0 a3@0", "0..open a3 b2 c1"},
    {"a step is missing", ABC, LONG, "a1@0 c2@10", ""},
    {"a middle step before the first", ABC, LONG, "b1@0 a2@1 c3@2", ""},

    {"further completions are the same episode", AB, LONG, "a1@0 b2@10 b3@20", "10..open a1 b2 b3"},
    {"a completion renews it", AB, "expire_after: 100ms", "a1@0 b2@10 b3@110",
     "10..210 expired a1 b2 b3"},
    {"a millisecond later it is another", AB, "expire_after: 100ms", "a1@0 b2@10 b3@111",
     "10..110 expired a1 b2; 111..211 expired a1 b3"},
    {"an event that completes nothing renews nothing", AB, "expire_after: 100ms",
     "a1@0 b2@10 a3@50", "10..110 expired a1 b2"},

    {"something between prevents it", WITHOUT, LONG, "a1@0 w2@500 b3@1000", ""},
    {"at the first it is not between", WITHOUT, LONG, "a1@0 w2@0 b3@1000", "1000..open a1 b3"},
    {"a millisecond after the first it is", WITHOUT, LONG, "a1@0 w2@1 b3@1000", ""},
    {"at the last it is not between", WITHOUT, LONG, "a1@0 w2@1000 b3@1000", "1000..open a1 b3"},
    {"a millisecond before the last it is", WITHOUT, LONG, "a1@0 w2@999 b3@1000", ""},
    {"an onset behind it completes", WITHOUT, LONG, "a1@0 w2@500 a3@600 b4@1000",
     "1000..open a3 b4"},
    {"after the completion it is too late", WITHOUT, LONG, "a1@0 b2@10 w3@11", "10..open a1 b2"},

    {"each onset is an alert of its own", ONSET, SOON, "a1@0 a2@10 b3@20",
     "20..120 expired a1 b3; 20..120 expired a2 b3"},
    {"an onset completes once", ONSET, SOON, "a1@0 b2@10 b3@20", "10..110 expired a1 b2"},
    {"of two that complete it the smaller id does", ONSET, SOON, "a1@0 b3@20 b2@20",
     "20..120 expired a1 b2"},
    {"after the completion the smallest middle steps", ONSET3, SOON, "a1@0 b2@5 b3@6 c4@20",
     "20..120 expired a1 b2 c4"},
    {"an onset expires on its own", ONSET, "expire_after: 100ms", "a1@0 b2@10 a3@50 b4@60",
     "10..110 expired a1 b2; 60..160 expired a3 b4"},

    {"without a key each completing event is one", EACH, SOON, "a1@0 b2@10 b3@20",
     "10..110 expired a1 b2; 20..120 expired a1 b3"},
    {"near enough", NEAR, SOON, "a1@0:0/0 b2@10:0/0.0089831", "10..110 expired a1 b2"},
    {"too far", NEAR, SOON, "a1@0:0/0 b2@10:0/0.0089832", ""},
    {"nowhere is not near", NEAR, SOON, "a1@0:0/0 b2@10", ""},
    {"the nearer onset is taken though it is the later", NEAR, SOON, "a1@0:1/1 a2@5:0/0 b3@10:0/0",
     "10..110 expired a2 b3"},

    {"a line ends it", AB, "clear_when: o", "a1@0 b2@10 o3@20", "10..20 line a1 b2"},
    {"a line between leaves nothing to complete", AB, "clear_when: o", "a1@0 o2@5 b3@10", ""},
    {"a line at the completion leaves nothing", AB, "clear_when: o", "a1@0 b2@10 o3@10", ""},
    {"behind a line it begins anew", AB, "clear_when: o", "a1@0 b2@10 o3@20 a4@21 b5@22",
     "10..20 line a1 b2; 22..open a4 b5"},

    {"one event is enough", "{ event: a, group_by: [subject] }", LONG, "a1@0", "0..open a1"},
    {"another at the expiry renews it", "{ event: a, group_by: [subject] }", "expire_after: 100ms",
     "a1@0 a2@100", "0..200 expired a1 a2"},
    {"a millisecond later it is another event's own", "{ event: a, group_by: [subject] }",
     "expire_after: 100ms", "a1@0 a2@101", "0..100 expired a1; 101..201 expired a2"},
    {"without a key each event is one", "{ event: a }", "expire_after: 100ms", "a1@0 a2@10",
     "0..100 expired a1; 10..110 expired a2"},
};

UNIT_TABLE("match/sequence", cases, story_holds)

/* Near each other: cliques, and the clusters they make. 0.0089831 degrees along the equator are
 * 999.99 m, 0.0089832 are 1,000.01 m. */
#include "story.h"

#define TWO   "{ count: a, at_least: 2, within: 1s, near: { distance: 1 km } }"
#define THREE "{ count: a, at_least: 3, within: 1s, near: { distance: 1 km } }"
#define KEYED "{ count: a, at_least: 2, within: 1s, near: { distance: 1 km }, group_by: [subject] }"
#define ALL   "{ all_of: [a, b], within: 1s, near: { distance: 1 km } }"
#define ANY   "{ any_kinds: [a, b, c], at_least: 2, within: 1s, near: { distance: 1 km } }"
#define VALUES                                                                                     \
    "{ count_distinct: { of: a, field: s }, at_least: 2, within: 1s, near: { distance: 1 km } }"
#define TIED "clear_when: { o: { near: a, distance: 1 km } }"

static const struct story cases[] = {
    {"near enough, and soon enough", TWO, "", "a1@0:0/0 a2@1000:0/0.0089831",
     "1000..1001 window a1 a2"},
    {"a centimetre too far", TWO, "", "a1@0:0/0 a2@10:0/0.0089832", ""},
    {"a millisecond too late", TWO, "", "a1@0:0/0 a2@1001:0/0", ""},
    {"nowhere is near nothing", TWO, "", "a1@0:0/0 a2@10", ""},
    {"across the 180th meridian", TWO, "", "a1@0:0/179.9999 a2@10:0/-179.9999",
     "10..1001 window a1 a2"},
    {"around the pole", TWO, "", "a1@0:89.9999/0 a2@10:89.9999/120", "10..1001 window a1 a2"},

    {"a chain of three is no clique", THREE, "", "a1@0:0/0 a2@10:0/0.008 a3@20:0/0.016", ""},
    {"three pairwise near are", THREE, "", "a1@0:0/0 a2@10:0/0.004 a3@20:0/0.008",
     "20..1001 window a1 a2 a3"},

    {"two places, two clusters", TWO, "", "a1@0:0/0 a2@10:0/0.001 a3@20:1/1 a4@30:1/1.001",
     "10..1001 window a1 a2; 30..1021 window a3 a4"},
    {"cliques that share an event are one cluster", TWO, "", "a1@0:0/0 a2@10:0/0.008 a3@20:0/0.016",
     "10..1011 window a1 a2 a3"},
    {"two clusters that a third event joins", TWO, "",
     "a1@0:0/0 a2@10:0/0 a3@20:0/0.016 a4@30:0/0.016 a5@40:0/0.008",
     "10..1031 window a1 a2 a3 a4 a5"},
    {"it stays one when what joined it is gone", TWO, "",
     "a2@0:0/0.008 a1@500:0/0 a3@500:0/0.016 a4@600:0/-0.008 a5@600:0/0.024",
     "500..1501 window a2 a1 a3 a4 a5"},
    {"it goes on where stretches touch", TWO, "", "a1@0:0/0 a2@10:0/0 a3@1001:0/0",
     "10..1011 window a1 a2 a3"},
    {"a gap of a millisecond makes two", TWO, "", "a1@0:0/0 a2@10:0/0 a3@1002:0/0",
     "10..1001 window a1 a2; 1002..1011 window a2 a3"},
    {"keep_firing_for bridges the gap", TWO, "keep_firing_for: 1ms",
     "a1@0:0/0 a2@10:0/0 a3@1002:0/0", "10..1012 window a1 a2 a3"},

    {"with a key there is one episode, wherever", KEYED, "",
     "a1@0:0/0 a2@10:0/0 a3@20:1/1 a4@30:1/1", "10..1021 window a1 a2 a3 a4"},
    {"with a key, too, only cliques count", KEYED, "", "a1@0:0/0 a2@10:1/1", ""},
    {"with a key what is near nothing is no evidence", KEYED, "", "a1@0:0/0 a2@10:0/0 a3@20:1/1",
     "10..1001 window a1 a2"},

    {"one of each kind", ALL, "", "a1@0:0/0 b2@10:0/0", "10..1001 window a1 b2"},
    {"one of each kind, apart", ALL, "", "a1@0:0/0 b2@10:1/1", ""},
    {"two of one kind", ALL, "", "a1@0:0/0 a2@10:0/0", ""},
    {"any two kinds", ANY, "", "a1@0:0/0 c2@10:0/0", "10..1001 window a1 c2"},
    {"two different values", VALUES, "", "a1@0:0/0=1 a2@10:0/0=2", "10..1001 window a1 a2"},
    {"one value twice", VALUES, "", "a1@0:0/0=1 a2@10:0/0=1", ""},

    {"a line touches the cluster it is near", TWO, TIED,
     "a1@0:0/0 a2@10:0/0 a3@20:1/1 a4@30:1/1 o5@500:0/0",
     "10..500 line a1 a2; 30..1021 window a3 a4"},
    {"a line far from all touches none", TWO, TIED, "a1@0:0/0 a2@10:0/0 o3@500:2/2",
     "10..1001 window a1 a2"},
    {"what a line touches while for is served is no evidence", KEYED, "for: 500ms, " TIED,
     "a1@0:0/0 a2@0:0/0.005 a3@100:0/0.008 o4@300:0/-0.008", "500..1001 window a2 a3"},
    {"what lies nowhere does not count behind a line either",
     "{ count: a, at_least: 1, within: 1s, near: { distance: 1 km }, group_by: [subject] }", TIED,
     "a1@0 o2@500:0/0", ""},
    {"expire_after ends a cluster", TWO, "expire_after: 100ms", "a1@0:0/0 a2@10:0/0",
     "10..110 expired a1 a2"},
    {"for delays its begin", TWO, "for: 100ms", "a1@0:0/0 a2@10:0/0", "110..1001 window a1 a2"},
};

UNIT_TABLE("match/cluster", cases, story_holds)

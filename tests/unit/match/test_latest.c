/* What the newest judged event says. */
#include "story.h"

#define LATEST "{ latest: a, group_by: [subject] }"
#define CAMP   "{ latest: a, near: { place: camp, distance: 1 km }, group_by: [subject] }"
#define LONG   "expire_after: 2h"

static const struct story cases[] = {
    {"the newest meets", LATEST, LONG, "a1@0+", "0..open a1"},
    {"the newest does not", LATEST, LONG, "a1@0-", ""},
    {"enter and exit", LATEST, LONG, "a1@0+ a2@100-", "0..100 said a1"},
    {"what cannot be judged changes nothing", LATEST, LONG, "a1@0+ a2@100? a3@200-",
     "0..200 said a1"},
    {"enter again", LATEST, LONG, "a1@0+ a2@100- a3@101+", "0..100 said a1; 101..open a3"},
    {"of equal times one that meets is enough", LATEST, LONG, "a1@0+ a2@100- a3@100+",
     "0..open a1 a3"},
    {"further ones that meet are evidence", LATEST, LONG, "a1@0+ a2@100+ a3@200+",
     "0..open a1 a2 a3"},

    {"it expires", LATEST, "expire_after: 100ms", "a1@0+", "0..100 expired a1"},
    {"one at the millisecond of expiry renews it", LATEST, "expire_after: 100ms", "a1@0+ a2@100+",
     "0..200 expired a1 a2"},
    {"one a millisecond later begins another", LATEST, "expire_after: 100ms", "a1@0+ a2@101+",
     "0..100 expired a1; 101..201 expired a2"},
    {"what cannot be judged does not renew it", LATEST, "expire_after: 100ms", "a1@0+ a2@50?",
     "0..100 expired a1"},

    {"dwelled long enough", LATEST, "for: 100ms, " LONG, "a1@0+ a2@101-", "100..101 said a1"},
    {"dwelled a millisecond too short", LATEST, "for: 100ms, " LONG, "a1@0+ a2@100-", ""},

    {"a line ends it", LATEST, "clear_when: o", "a1@0+ o2@50", "0..50 line a1"},
    {"after a line a newer one begins another", LATEST, "clear_when: o", "a1@0+ o2@50 a3@51+",
     "0..50 line a1; 51..open a3"},
    {"one dated like the line is touched, too", LATEST, "clear_when: o", "a1@0+ o2@50 a3@50+",
     "0..50 line a1"},

    {"one episode a place met", CAMP, LONG, "a1@0+&0&1", "0..open at 0 a1; 0..open at 1 a1"},
    {"it moves from place to place", CAMP, LONG, "a1@0+&0 a2@100+&1",
     "0..100 said at 0 a1; 100..open at 1 a2"},
    {"it stays at one of two places", CAMP, LONG, "a1@0+&0&1 a2@100+&1",
     "0..100 said at 0 a1; 0..open at 1 a1 a2"},
    {"it leaves all places", CAMP, LONG, "a1@0+&0&1 a2@100-",
     "0..100 said at 0 a1; 0..100 said at 1 a1"},
};

UNIT_TABLE("match/latest", cases, story_holds)

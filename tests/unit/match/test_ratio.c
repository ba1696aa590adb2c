/* Ratios, percentiles, fading averages, and enough events of enough kinds, to the millisecond. */
#include "story.h"

#define RATIO(compare)                                                                             \
    "{ ratio: { of: a, to: [a, b] }, " compare ", within: 1s, group_by: [subject] }"
#define SIDES(compare)                                                                             \
    "{ ratio: { of: [a, o], to: b }, " compare ", within: 1s, group_by: [subject] }"
#define CENTILE(p, compare)                                                                        \
    "{ percentile: { of: a, field: v, p: " p " }, " compare ", within: 1s, group_by: [subject] }"
#define FADING(more, compare)                                                                      \
    "{ average: { of: a, field: v" more " }, " compare ", within: 1s, group_by: [subject] }"
#define CLEAR "clear_when: c"
#define NEAR  "clear_when: { c: { near: a, distance: 1 km } }"

static const struct story cases[] = {
    {"one of two is a half", RATIO("at_most: 0.5"), "", "a1@0 b2@100", "100..1101 window a1 b2"},
    {"a half is not less than a half", RATIO("less_than: 0.5"), "", "a1@0 b2@100",
     "1001..1101 window b2"},
    {"one of three is less than 0.333334", RATIO("less_than: 0.333334"), "", "a1@0 b2@0 b3@100",
     "100..1101 window a1 b2 b3"},
    {"but not less than 0.333333", RATIO("less_than: 0.333333"), "", "a1@0 b2@0 b3@100",
     "1001..1101 window b3"},
    {"nothing below the line holds nothing", SIDES("at_least: 1"), "", "a1@0", ""},
    {"more above than below", SIDES("at_least: 2"), "", "a1@0 a2@10 b3@20",
     "20..1001 window a1 a2 b3"},
    {"an event of two names above the line is one", SIDES("at_least: 2"), "", "ao1@0 b3@20", ""},
    {"and two of them are two", SIDES("at_least: 2"), "", "ao1@0 ao2@10 b3@20",
     "20..1001 window ao1 ao2 b3"},
    {"what leaves above the line ends it", RATIO("at_least: 0.5"), "", "a1@0 b2@500",
     "0..1001 window a1 b2"},
    {"at least so many below the line",
     "{ ratio: { of: a, to: [a, b] }, at_least: 0.5, at_least_events: 3, within: 1s, "
     "group_by: [subject] }",
     "", "a1@0 a2@100 b3@200", "200..1001 window a1 a2 b3"},
    {"a line makes it begin anew", RATIO("at_least: 0.5"), CLEAR, "a1@0 c2@100 b3@200 a4@300",
     "0..100 line a1; 300..1301 window b3 a4"},

    {"the median of one is that one", CENTILE("50", "at_least: 5"), "", "a1@0=5",
     "0..1001 window a1"},
    {"the median of two is the lower", CENTILE("50", "at_least: 5"), "", "a1@0=4 a2@100=5",
     "1001..1101 window a2"},
    {"above 50 it is the higher", CENTILE("50.001", "at_least: 5"), "", "a1@0=4 a2@100=5",
     "100..1101 window a1 a2"},
    {"the hundredth is the greatest", CENTILE("100", "more_than: 8.999999"), "",
     "a1@0=1 a2@10=9 a3@20=2", "10..1011 window a1 a2 a3"},
    {"the least percentile is the least", CENTILE("0.001", "at_most: 1"), "",
     "a1@0=3 a2@10=1 a3@20=2", "10..1011 window a1 a2 a3"},
    {"equal values have ranks of their own", CENTILE("75", "at_most: 2"), "",
     "a1@0=2 a2@0=2 a3@0=2 a4@1=7", "0..1001 window a1 a2 a3 a4"},
    {"a millionth decides", CENTILE("90", "less_than: 4"), "", "a1@0=4 a2@500=3.999999",
     "1001..1501 window a2"},
    {"of too few nothing is said",
     "{ percentile: { of: a, field: v, p: 50 }, at_least: 5, at_least_events: 2, within: 1s, "
     "group_by: [subject] }",
     "", "a1@0=9 a2@1000=9 a3@3000=9", "1000..1001 window a1 a2"},
    {"what a near line touches counts no more", CENTILE("100", "at_least: 5"), NEAR,
     "a1@0=9:0/0 a2@10=1:9/9 c3@100:0/0", "0..100 line a1 a2"},

    {"an older one counts half", FADING(", half_life: 500ms", "at_most: 1"), "", "a1@0=3 a2@500=0",
     "500..1501 window a1 a2"},
    {"a millionth less than that mean is not reached",
     FADING(", half_life: 500ms", "at_most: 0.999999"), "", "a1@0=3 a2@500=0",
     "1001..1501 window a2"},
    {"a weight counts as often", FADING(", weight: w", "at_least: 2.25"), "", "a1@0=3*3 a2@100=0*1",
     "0..1001 window a1 a2"},
    {"a millionth more than that mean is not reached", FADING(", weight: w", "at_least: 2.250001"),
     "", "a1@0=3*3 a2@100=0*1", "0..100 said a1"},
    {"no weight at all holds nothing", FADING(", weight: w", "at_most: 5"), "",
     "a1@0=3*0 a2@100=1*0", ""},
    {"but such events are evidence beside others", FADING(", weight: w", "at_most: 5"), "",
     "a1@0=9*0 a2@100=1*1", "100..1101 window a1 a2"},
    {"both", FADING(", half_life: 500ms, weight: w", "at_most: 1.5"), "", "a1@0=3*2 a2@500=0*1",
     "500..1501 window a1 a2"},
    {"a window of many half-lives is a matter of the newest",
     FADING(", half_life: 1ms", "at_most: 1"), "", "a1@0=9 a2@1000=1", "1000..2001 window a1 a2"},
    {"all alike are what they are, however they fade", FADING(", half_life: 7ms", "at_least: 0.1"),
     "", "a1@0=0.1 a2@13=0.1 a3@990=0.1", "0..1991 window a1 a2 a3"},
    {"the newest may have no weight", FADING(", half_life: 1ms, weight: w", "at_least: 4"), "",
     "a1@0=4*1 a2@999=0*0", "0..1001 window a1 a2"},
    {"what a near line touches weighs no more", FADING(", half_life: 1h", "at_most: 4"), NEAR,
     "a1@0=9:0/0 a2@10=4:9/9 c3@100:0/0", "100..1011 window a2"},
    {"what a key's line touches weighs no more", FADING(", half_life: 1h", "at_most: 4"), CLEAR,
     "a1@0=9 c2@100 a3@110=4", "110..1111 window a3"},
    {"a great one that left leaves no trace", FADING(", half_life: 1h", "at_least: 0.3"), "",
     "a1@0=9000000000000 a2@1=0.3 a3@2=0.3", "0..1003 window a1 a2 a3"},

    {"different values of a field, besides",
     "{ count: a, at_least: 2, min_distinct: { s: 2 }, within: 1s, group_by: [subject] }", "",
     "a1@0#1 a2@10#1 a3@20#2", "20..1011 window a1 a2 a3"},
    {"an event without the field counts, but adds no value",
     "{ count: a, at_least: 3, min_distinct: { s: 2 }, within: 1s, group_by: [subject] }", "",
     "a1@0#1 a2@10 a3@20#2", "20..1001 window a1 a2 a3"},
    {"of two fields",
     "{ count: a, at_least: 1, min_distinct: { s: 2, v: 2 }, within: 1s, group_by: [subject] }", "",
     "a1@0#1#1 a2@10#2#1 a3@20#2#2", "20..1001 window a1 a2 a3"},
    {"of few there are never enough of a kind",
     "{ sum: { of: a, field: v }, at_most: 5, min_distinct: { s: 2 }, within: 1s, "
     "group_by: [subject] }",
     "", "a1@0=1#1 a2@1000=1#1 a3@1001=1#2 a4@2001=1#2", "1001..2001 said a2 a3"},
};

UNIT_TABLE("match/ratio", cases, story_holds)

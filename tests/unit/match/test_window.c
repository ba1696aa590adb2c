/* Windows begin and end to the millisecond. */
#include "story.h"

#define COUNT2 "{ count: a, at_least: 2, within: 1s, group_by: [subject] }"
#define VALUE(kind, compare)                                                                       \
    "{ " kind ": { of: a, field: v }, " compare ", within: 1s, group_by: [subject] }"
#define DISTINCT(compare)                                                                          \
    "{ count_distinct: { of: a, field: s }, " compare ", within: 1s, group_by: [subject] }"
#define ALL   "{ all_of: [a, b], within: 1s, group_by: [subject] }"
#define ANY   "{ any_kinds: [a, b, c], at_least: 2, within: 1s, group_by: [subject] }"
#define CLEAR "clear_when: o"

static const struct story cases[] = {
    {"two exactly one window apart count for one millisecond", COUNT2, "", "a1@0 a2@1000",
     "1000..1001 window a1 a2"},
    {"a millisecond more and they never meet", COUNT2, "", "a1@0 a2@1001", ""},
    {"one alone is not two", COUNT2, "", "a1@0", ""},
    {"two at once count at once", COUNT2, "", "a1@7 a2@7", "7..1008 window a1 a2"},
    {"a third keeps it on without a gap", COUNT2, "", "a1@0 a2@500 a3@1000",
     "500..1501 window a1 a2 a3"},
    {"one more at the millisecond of its end keeps it on", COUNT2, "", "a1@0 a2@500 a3@1001",
     "500..1501 window a1 a2 a3"},
    {"a millisecond later it is another episode", COUNT2, "", "a1@0 a2@500 a3@1002",
     "500..1001 window a1 a2; 1002..1501 window a2 a3"},
    {"what fell out before it began is no evidence", COUNT2, "", "a1@0 a2@1001 a3@1002",
     "1002..2002 window a2 a3"},
    {"more than two needs three", "{ count: a, more_than: 2, within: 1s, group_by: [subject] }", "",
     "a1@0 a2@1 a3@2", "2..1001 window a1 a2 a3"},

    {"distinct values count", DISTINCT("at_least: 2"), "", "a1@0=1 a2@10=2",
     "10..1001 window a1 a2"},
    {"the same value twice does not", DISTINCT("at_least: 2"), "", "a1@0=1 a2@10=1", ""},
    {"a value stays while its last event is in the window", DISTINCT("at_least: 2"), "",
     "a1@0=1 a2@10=2 a3@500=1", "10..1011 window a1 a2 a3"},

    {"a sum reaches its threshold", VALUE("sum", "at_least: 10"), "", "a1@0=4 a2@100=6",
     "100..1001 window a1 a2"},
    {"a millionth less does not", VALUE("sum", "at_least: 10"), "", "a1@0=4 a2@100=5.999999", ""},
    {"more than the threshold is more", VALUE("sum", "more_than: 10"), "", "a1@0=4 a2@100=6", ""},
    {"a negative value ends a sum", VALUE("sum", "at_least: 10"), "", "a1@0=10 a2@100=-1",
     "0..100 said a1"},

    {"an average from below", VALUE("average", "less_than: 0"), "", "a1@0=1 a2@100=-2",
     "100..1101 window a1 a2"},
    {"an average exactly at its threshold is not less", VALUE("average", "less_than: 0"), "",
     "a1@0=2 a2@100=-2", "1001..1101 window a2"},
    {"an average exactly at its threshold is at most", VALUE("average", "at_most: 0"), "",
     "a1@0=2 a2@100=-2", "100..1101 window a1 a2"},
    {"the least of the window", VALUE("min", "less_than: 5"), "", "a1@0=5 a2@100=4.999999 a3@200=9",
     "100..1101 window a1 a2 a3"},
    {"the least from below", VALUE("min", "at_least: 5"), "", "a1@0=4 a2@100=6",
     "1001..1101 window a2"},
    {"the greatest of the window", VALUE("max", "at_least: 5"), "", "a1@0=4 a2@100=5 a3@600=1",
     "100..1101 window a1 a2 a3"},
    {"the greatest from above", VALUE("max", "at_most: 5"), "", "a1@0=4 a2@100=6",
     "0..100 said a1"},

    {"each kind has its event", ALL, "", "a1@0 b2@1000", "1000..1001 window a1 b2"},
    {"whatever comes first", ALL, "", "b1@0 a2@1000", "1000..1001 window b1 a2"},
    {"two of one kind are not all", ALL, "", "a1@0 a2@10", ""},
    {"an event may be of both kinds", ALL, "", "ab1@0", "0..1001 window ab1"},
    {"two of three kinds", ANY, "", "a1@0 c2@10", "10..1001 window a1 c2"},
    {"two of one kind are not two kinds", ANY, "", "a1@0 a2@10", ""},
    {"any two while they change places", ANY, "", "a1@0 b2@500 c3@1000",
     "500..1501 window a1 b2 c3"},
    {"an event may be of two of the kinds", ANY, "", "ab1@0", "0..1001 window ab1"},

    {"a line ends it", COUNT2, CLEAR, "a1@0 a2@100 o3@500", "100..500 line a1 a2"},
    {"what lies before the line counts no more", COUNT2, CLEAR, "a1@0 o2@100 a3@101", ""},
    {"what is dated like the line neither", COUNT2, CLEAR, "a1@0 o2@100 a3@100 a4@101", ""},
    {"what lies behind the line counts", COUNT2, CLEAR, "a1@0 o2@100 a3@101 a4@102",
     "102..1102 window a3 a4"},
    {"one that would begin at the line does not", COUNT2, CLEAR, "a1@0 a2@100 o3@100", ""},
    {"a line that nothing is open for does no harm", COUNT2, CLEAR, "o1@0 a2@1 a3@2",
     "2..1002 window a2 a3"},
    {"a line at the millisecond of the end ends it", COUNT2, CLEAR, "a1@0 a2@1000 o3@1001",
     "1000..1001 line a1 a2"},
};

UNIT_TABLE("match/window", cases, story_holds)

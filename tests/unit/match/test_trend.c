/* How many against how many there usually are, to the millisecond. The stream begins at 0. */
#include "story.h"

/* Windows of 100 ms: [m - 100, m], and before it [m - 201, m - 101], [m - 302, m - 202]. */
#define LAST(more, compare)                                                                        \
    "{ trend: { count: a }, baseline: { last: 200ms" more " }, warm_up: 1ms, " compare             \
    ", within: 100ms, group_by: [subject] }"
#define CLEAR "clear_when: c"
#define NEAR  "clear_when: { c: { near: a, distance: 1 km } }"

static const struct story cases[] = {
    {"nothing holds before a window lies behind the begin of the stream", LAST("", "at_least: 1"),
     "", "a1@200", "201..301 window a1"},
    {"nothing holds before the rule has watched",
     "{ trend: { count: a }, baseline: { last: 200ms }, warm_up: 250ms, at_least: 1, "
     "within: 100ms, group_by: [subject] }",
     "", "a1@200", "250..301 window a1"},
    {"by itself it watches for as long as it looks back",
     "{ trend: { count: a }, baseline: { last: 300ms }, at_least: 1, within: 100ms, "
     "group_by: [subject] }",
     "", "a1@299", "300..400 window a1"},
    {"twice the mean", LAST("", "at_least: 2"), "", "a1@50 a2@150 a3@302 a4@310",
     "310..403 window a3 a4"},
    {"a millionth more than twice is not reached", LAST("", "at_least: 2.000001"), "",
     "a1@50 a2@150 a3@302 a4@310", ""},
    {"two windows meet where one ends", LAST(", floor: 0.000001", "more_than: 1"), "",
     "a1@0 a2@201 a3@302", "202..302 said a2; 303..403 window a3"},
    {"what is usual rises and ends it by time alone", LAST(", floor: 0.1", "at_least: 2"), "",
     "a1@301 a2@350 a3@351", "301..451 window a1 a2 a3"},
    {"a floor for what is never there", LAST(", floor: 2", "at_least: 1"), "", "a1@300 a2@310",
     "310..401 window a1 a2"},
    {"fewer than usual, where there is something usual", LAST("", "at_most: 0.5"), "",
     "a1@100 a2@110 a3@120 a4@130 a5@260", "221..231 window a4; 260..361 window a5"},
    {"none at all is fewer, if that is asked for",
     "{ trend: { count: a }, baseline: { last: 200ms }, warm_up: 1ms, less_than: 1, "
     "at_least_events: 0, within: 100ms, group_by: [subject] }",
     "", "a1@150", "251..453 window"},
    {"of none nothing is said by itself", LAST("", "less_than: 1"), "", "a1@150", ""},
    {"the median is not moved by one wild window",
     "{ trend: { count: a }, baseline: { last: 300ms, method: robust_z }, warm_up: 1ms, "
     "at_least: 2, within: 100ms, group_by: [subject] }",
     "", "a1@10 a2@11 a3@12 a4@13 a5@390 a6@400", "400..491 window a5 a6"},
    {"deviations smaller than the floor are the floor",
     "{ trend: { count: a }, baseline: { last: 300ms, method: robust_z, floor: 1.000001 }, "
     "warm_up: 1ms, at_least: 2, within: 100ms, group_by: [subject] }",
     "", "a1@10 a2@11 a3@12 a4@13 a5@390 a6@400", ""},
    {"a moving average forgets",
     "{ trend: { count: a }, baseline: { last: 200ms, method: ewma, alpha: 0.5 }, warm_up: 1ms, "
     "at_least: 1.5, within: 100ms, group_by: [subject] }",
     "", "a1@120 a2@310 a3@320", "320..411 window a2 a3"},
    {"the same hours of days before",
     "{ trend: { count: a }, baseline: { same_hours_of: 1d }, warm_up: 1ms, at_least: 1, "
     "within: 100ms, group_by: [subject] }",
     "", "a1@50", ""},
    {"a line ends it and empties what is usual", LAST("", "at_least: 2"), CLEAR,
     "a1@50 a2@150 a3@302 a4@310 c5@320 a6@330 a7@340",
     "310..320 line a3 a4; 340..431 window a6 a7"},
    {"what a near line touches is not usual any more", LAST(", floor: 0.5", "at_least: 2"), NEAR,
     "a1@110:9/9 a2@120:9/9 c3@130:9/9 a4@250:0/0", "250..351 window a4"},
    {"what it does not touch is", LAST(", floor: 0.5", "at_least: 2"), NEAR,
     "a1@110:9/9 a2@120:9/9 c3@130:0/0 a4@250:0/0", "201..211 window a1 a2"},
};

UNIT_TABLE("match/trend", cases, story_holds)

/* The measuring workload: reports and detections at forty sites, as NDJSON CloudEvents.
 *
 *     gen COUNT [SEED]
 *
 * One event a line, in order of time, one millisecond apart; the same arguments give the same
 * bytes. Keyed by `subject`. What there is of each type, in two hundred: 140 rocket.detection,
 * 40 position.report, 8 demonstration.report, 4 roadblock.report, 2 all-clear.report,
 * 3 casualty.report, 3 response.report. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SITES = 40, SENSORS = 97, PATROLS = 200, ROADS = 20, TEAMS = 9, CASES_BACK = 60 };
#define BEGIN_MS INT64_C(1763726400000) /* 2025-11-21T12:00:00Z */

static uint64_t state;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(void)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int below(int limit)
{
    return (int)(draw() % (uint64_t)limit);
}

static double unit(void) /* [0, 1) */
{
    return (double)(draw() >> 11) * (1.0 / 9007199254740992.0);
}

static void print_time(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc;
    char text[32];

    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    printf("%s.%03dZ", text, (int)(at_ms % 1000));
}

/* C leaves the order in which arguments are evaluated open, so whatever draws twice draws first
 * into names: the same bytes from every compiler. */
struct event {
    const char *type;
    char data[256];
};

static void make_rocket(struct event *e, double lat, double lon)
{
    int eta_s = (int)(unit() * 30);
    int speed = (int)(200 + unit() * 300);
    const char *munition = (draw() & 1) ? "107mm rocket" : "82mm mortar";
    double confidence = unit();

    e->type = "rocket.detection";
    snprintf(e->data, sizeof e->data,
             "\"confidence\":%.5f,\"munition\":\"%s\",\"speed_mps\":%d,"
             "\"impact\":{\"lat\":%.5f,\"lon\":%.5f,\"eta_s\":%d}",
             confidence, munition, speed, lat + 0.01, lon + 0.01, eta_s);
}

static void make_position(struct event *e)
{
    double speed = unit() * 20;
    int patrol = below(PATROLS);

    e->type = "position.report";
    snprintf(e->data, sizeof e->data, "\"unit\":\"patrol-%d\",\"speed_mps\":%.1f", patrol, speed);
}

static void make_response(struct event *e, long cases)
{
    long answered = 0;
    if (cases > 0) {
        answered = cases - 1 - (long)(draw() % (uint64_t)(cases < CASES_BACK ? cases : CASES_BACK));
    }
    e->type = "response.report";
    snprintf(e->data, sizeof e->data, "\"case\":\"c%ld\",\"team\":\"med-%d\"", answered,
             below(TEAMS));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: gen COUNT [SEED]\n", stderr);
        return 2;
    }
    long count = atol(argv[1]), cases = 0;
    state = argc > 2 ? (uint64_t)atol(argv[2]) : 1;

    for (long i = 0; i < count; i++) {
        struct event e;
        int kind = below(200), site = below(SITES);
        double lat = 16.2 + unit() * 0.2;
        double lon = -0.1 + unit() * 0.2;

        if (kind < 140) {
            make_rocket(&e, lat, lon);
        } else if (kind < 180) {
            make_position(&e);
        } else if (kind < 188) {
            e.type = "demonstration.report";
            snprintf(e.data, sizeof e.data, "\"size\":%d,\"mood\":\"hostile\"",
                     (int)(unit() * 1000));
        } else if (kind < 192) {
            e.type = "roadblock.report";
            snprintf(e.data, sizeof e.data, "\"road\":\"RN%d\"", below(ROADS));
        } else if (kind < 194) {
            e.type = "all-clear.report";
            snprintf(e.data, sizeof e.data, "\"by\":\"jtoc\"");
        } else if (kind < 197) {
            e.type = "casualty.report";
            snprintf(e.data, sizeof e.data, "\"case\":\"c%ld\",\"severity\":%d", cases++, below(4));
        } else {
            make_response(&e, cases);
        }
        printf("{\"specversion\":\"1.0\",\"id\":\"e%09ld\",\"source\":\"/sensor/%d\","
               "\"type\":\"%s\",\"time\":\"",
               i, below(SENSORS), e.type);
        print_time(BEGIN_MS + i);
        printf("\",\"subject\":\"site-%d\",\"datacontenttype\":\"application/json\","
               "\"data\":{\"lat\":%.5f,\"lon\":%.5f,%s}}\n",
               site, lat, lon, e.data);
    }
    return 0;
}

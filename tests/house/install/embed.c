/* The engine inside another program: three finds on one road, by the rules as installed.
 *   embed RULES_DIR      prints what is told, one line an alert: state, topic, record */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tocsin/tocsin.h>

static void print(const struct tocsin_alert *alert, void *context)
{
    FILE *out = context;

    fprintf(out, "%s %s %s\n", alert->state, alert->topic, alert->record);
}

static int feed(struct tocsin *tocsin, const char *record, int64_t now_ms)
{
    const char *reason = "";

    if (tocsin_feed(tocsin, record, strlen(record), now_ms, &reason) != TOCSIN_TAKEN) {
        fprintf(stderr, "refused: %s\n", reason);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const found[] = {
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/eod\",\"type\":\"report.ordnance\","
        "\"time\":\"2026-03-01T06:00:00Z\",\"data\":{\"device\":\"ied\",\"outcome\":\"found\","
        "\"location\":{\"lat\":16.0,\"lon\":0.14}}}",
        "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/eod\",\"type\":\"report.ordnance\","
        "\"time\":\"2026-03-01T06:40:00Z\",\"data\":{\"device\":\"ied\",\"outcome\":\"found\","
        "\"location\":{\"lat\":16.001,\"lon\":0.14}}}",
        "{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/eod\",\"type\":\"report.ordnance\","
        "\"time\":\"2026-03-01T07:10:00Z\",\"data\":{\"device\":\"ied\",\"outcome\":\"found\","
        "\"location\":{\"lat\":16.002,\"lon\":0.141}}}",
    };
    const int64_t begin_ms = 1772344800000; /* 2026-03-01T06:00:00Z */
    const int64_t at_min[] = {0, 40, 70};
    struct tocsin_options options = {.rules = argc > 1 ? argv[1] : "rules",
                                     .accept_late_ms = 600000,
                                     .on_alert = print,
                                     .context = stdout};
    char *errors = NULL;
    int failed = 0;
    struct tocsin *tocsin = tocsin_create(&options, &errors);

    if (tocsin == NULL) {
        fprintf(stderr, "%s", errors);
        free(errors);
        return 3;
    }
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        failed |= feed(tocsin, found[i], begin_ms + at_min[i] * 60000);
    }
    if (tocsin_feed(tocsin, "{", 1, begin_ms, NULL) != TOCSIN_REFUSED) {
        fprintf(stderr, "a broken record was not refused\n");
        failed = 1;
    }
    tocsin_settle(tocsin);
    tocsin_destroy(tocsin);
    return failed;
}

#include "unit.h"

#include "ops/topics.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char type[] =
    "type: report.breach\n"
    "title: A breach\n"
    "fields: { site: { type: text, required: true, description: Where. } }\n";

static const char rule[] = "rule: %s\n"
                           "title: Breach\n"
                           "version: 1\n"
                           "status: experimental\n"
                           "level: high\n"
                           "owner: qrf\n"
                           "description: A breach of a perimeter is reported.\n"
                           "response: [Send the QRF.]\n"
                           "events: { breach: { type: report.breach } }\n"
                           "when: { event: breach, group_by: [site] }\n"
                           "alert: { topic: alerts.fire, expire_after: 1h }\n";

static void save(const char *folder, const char *name, const char *text)
{
    char path[128];
    int size = snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_in_range(size, 1, sizeof path - 1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static void each_topic_stands_once_by_use_and_name(void **state)
{
    (void)state;
    char folder[] = "topics-XXXXXX";
    char text[1024];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(text, sizeof text, rule, "one");
    save(folder, "one.yaml", text);
    (void)snprintf(text, sizeof text, rule, "two");
    save(folder, "two.yaml", text);
    (void)snprintf(text, sizeof text, "%s/types", folder);
    assert_int_equal(mkdir(text, 0700), 0);
    save(text, "report.yaml", type);

    struct toc_diag *diag = toc_diag_create();
    struct toc_config *config = NULL;
    struct toc_ruleset *rules = NULL;
    struct toc_topics topics;
    struct toc_text out = {.size = 0};
    (void)snprintf(text, sizeof text,
                   "app: watch\nrules: %s\nkafka: { bootstrap: \"a:1\" }\n"
                   "inputs: { b: { topics: [z, y] }, a: { topics: x } }\n",
                   folder);
    assert_true(toc_config_parse("c.yaml", toc_str_of(text), diag, &config));
    struct toc_rule_paths paths = toc_config_rule_paths(config);
    assert_true(toc_ruleset_load(&paths, diag, &rules));
    assert_true(toc_config_check(config, rules, diag));
    toc_topics_init(&topics, config, rules);
    toc_topics_print(&topics, &out);
    assert_string_equal(out.data, "x\tinput\tdelete\n"
                                  "y\tinput\tdelete\n"
                                  "z\tinput\tdelete\n"
                                  "watch.actions\tactions\tdelete\n"
                                  "alerts.fire.shadow\talerts\tdelete\n"
                                  "alerts.fire.shadow.exercise\talerts\tdelete\n"
                                  "alerts.fire.shadow.test\talerts\tdelete\n"
                                  "watch.alerts.open\topen alerts\tcompact\n"
                                  "watch.dead\tdead letters\tdelete\n"
                                  "watch.late\tlate records\tdelete\n");
    toc_text_finish(&out);
    toc_topics_finish(&topics);
    toc_ruleset_destroy(rules);
    toc_config_destroy(config);
    toc_diag_destroy(diag);
    static const char *const files[] = {"one.yaml", "two.yaml", "types/report.yaml"};
    for (size_t i = 0; i < UNIT_COUNT(files); i++) {
        (void)snprintf(text, sizeof text, "%s/%s", folder, files[i]);
        (void)unlink(text);
    }
    (void)snprintf(text, sizeof text, "%s/types", folder);
    (void)rmdir(text);
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_topic_stands_once_by_use_and_name)};
    return cmocka_run_group_tests_name("ops/topics", tests, NULL, NULL);
}

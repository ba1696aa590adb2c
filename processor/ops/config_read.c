#include "ops/config_read.h"

#include "base/instant.h"
#include "base/mem.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MOST = 200, LIST_MOST = 1024, WORDS_MOST = 8 };

void toc_config_complain(struct toc_diag *diag, const char *code, struct toc_mark mark,
                         const char *format, ...)
{
    char words[512];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(words, sizeof words, format, list);
    va_end(list);
    toc_diag_add(diag, TOC_SEVERITY_ERROR, code, mark, (struct toc_str){.data = NULL}, "%s", words);
}

struct toc_str toc_config_word(const char *words, size_t index)
{
    for (;;) {
        size_t size = strcspn(words, " ");
        if (index == 0 || size == 0) {
            return (struct toc_str){.data = words, .size = size};
        }
        index--;
        words += size + (words[size] == ' ');
    }
}

bool toc_config_is_name(struct toc_str text)
{
    if (text.size == 0 || text.size > NAME_MOST || toc_str_equal(text, TOC_STR(".")) ||
        toc_str_equal(text, TOC_STR(".."))) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-')) {
            return false;
        }
    }
    return true;
}

bool toc_config_read_text(struct toc_config_reading *in, const struct toc_yaml *node,
                          struct toc_str *out)
{
    if (node->kind != TOC_YAML_SCALAR || node->text.size == 0) {
        toc_config_complain(in->diag, "E0403", node->mark, "`%.*s` needs a text",
                            (int)node->key.size, node->key.data);
        return false;
    }
    *out = toc_arena_str(in->arena, node->text);
    return true;
}

bool toc_config_read_name(struct toc_config_reading *in, const struct toc_yaml *node,
                          struct toc_str *out)
{
    if (!toc_config_read_text(in, node, out)) {
        return false;
    }
    if (!toc_config_is_name(node->text)) {
        toc_config_complain(in->diag, "E0406", node->mark,
                            "`%.*s`: letters, digits, '.', '_' and '-' only, at most %d",
                            (int)node->text.size, node->text.data, NAME_MOST);
        return false;
    }
    return true;
}

bool toc_config_read_texts(struct toc_config_reading *in, const struct toc_yaml *node,
                           const struct toc_str **out, size_t *out_count)
{
    bool is_list = node->kind == TOC_YAML_SEQUENCE;
    size_t count = is_list ? node->count : 1;
    size_t filled = 0;
    bool is_right = true;

    if (count == 0 || count > LIST_MOST || node->kind == TOC_YAML_MAPPING) {
        toc_config_complain(in->diag, "E0403", node->mark,
                            "`%.*s` needs a text or a list of 1 to %d texts", (int)node->key.size,
                            node->key.data, LIST_MOST);
        return false;
    }
    struct toc_str *texts = toc_arena_array(in->arena, count, sizeof *texts);
    for (const struct toc_yaml *item = is_list ? node->first : node; item != NULL;
         item = is_list ? item->next : NULL) {
        if (item->kind != TOC_YAML_SCALAR || item->text.size == 0) {
            toc_config_complain(in->diag, "E0403", item->mark, "a text is needed here");
            is_right = false;
            continue;
        }
        for (size_t i = 0; i < filled; i++) {
            if (toc_str_equal(texts[i], item->text)) {
                toc_config_complain(in->diag, "E0407", item->mark, "`%.*s` stands here twice",
                                    (int)item->text.size, item->text.data);
                is_right = false;
            }
        }
        texts[filled++] = toc_arena_str(in->arena, item->text);
    }
    if (is_right) {
        *out = texts;
        *out_count = filled;
    }
    return is_right;
}

/* ---- Files ---- */

static struct toc_str resolve(struct toc_config_reading *in, struct toc_str path)
{
    if (path.data[0] == '/' || in->folder.size == 0) {
        return toc_arena_str(in->arena, path);
    }
    struct toc_text text = {.size = 0};
    toc_text_add(&text, in->folder);
    toc_text_add(&text, path);
    struct toc_str kept = toc_arena_str(in->arena, toc_text_str(&text));
    toc_text_finish(&text);
    return kept;
}

bool toc_config_read_path(struct toc_config_reading *in, const struct toc_yaml *node,
                          bool must_open, struct toc_str *out)
{
    struct toc_str text;
    if (!toc_config_read_text(in, node, &text)) {
        return false;
    }
    *out = resolve(in, text);
    if (must_open && access(out->data, R_OK) != 0) {
        toc_config_complain(in->diag, "E0408", node->mark, "cannot read %s: %s", out->data,
                            strerror(errno));
        return false;
    }
    return true;
}

/* Why the file cannot serve as a secret, or NULL, and then @bytes holds it. */
static const char *read_secret(int file, char bytes[], size_t *out_size, const char **out_code)
{
    struct stat status;
    size_t size = 0;

    *out_code = "E0408";
    if (fstat(file, &status) != 0) {
        return strerror(errno);
    }
    *out_code = "E0409";
    if (!S_ISREG(status.st_mode)) {
        return "not a regular file";
    }
    if ((status.st_mode & 077) != 0) {
        return "others than its owner may read it: chmod 400";
    }
    for (;;) {
        ssize_t got = read(file, bytes + size, TOC_CONFIG_SECRET_SIZE + 1 - size);
        if (got <= 0) {
            break;
        }
        size += (size_t)got;
        if (size > TOC_CONFIG_SECRET_SIZE) {
            return "larger than 4096 bytes";
        }
    }
    if (size > 0 && bytes[size - 1] == '\n') { /* An editor's last line end is none of it. */
        size--;
    }
    if (size == 0) {
        return "empty";
    }
    if (memchr(bytes, '\0', size) != NULL || memchr(bytes, '\n', size) != NULL) {
        return "more than one line";
    }
    *out_size = size;
    return NULL;
}

bool toc_config_read_secret(struct toc_config_reading *in, const struct toc_yaml *node,
                            struct toc_str *out)
{
    struct toc_str path;
    const char *code = "E0408";
    size_t size = 0;
    if (!toc_config_read_path(in, node, true, &path)) {
        return false;
    }
    int file = open(path.data, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        toc_config_complain(in->diag, code, node->mark, "cannot read %s: %s", path.data,
                            strerror(errno));
        return false;
    }
    char *bytes = toc_mem_get(TOC_CONFIG_SECRET_SIZE + 1);
    const char *wrong = read_secret(file, bytes, &size, &code);
    (void)close(file);
    if (wrong != NULL) {
        toc_config_complain(in->diag, code, node->mark, "%s: %s", path.data, wrong);
        memset(bytes, 0, TOC_CONFIG_SECRET_SIZE + 1);
        toc_mem_free(bytes);
        return false;
    }
    bytes[size] = '\0';
    *out = (struct toc_str){.data = bytes, .size = size};
    return true;
}

/* ---- Numbers and words ---- */

bool toc_config_read_span(struct toc_config_reading *in, const struct toc_yaml *node,
                          const char *bounds, int64_t *out_ms)
{
    struct toc_str low = toc_config_word(bounds, 0);
    struct toc_str high = toc_config_word(bounds, 1);
    int64_t least = 0;
    int64_t most = 0;
    int64_t span_ms = 0;
    if (!toc_span_parse(low, &least) || !toc_span_parse(high, &most)) {
        return false; /* Not reached: a test parses every bound of the table. */
    }
    if (node->kind != TOC_YAML_SCALAR || !toc_span_parse(node->text, &span_ms) || span_ms < least ||
        span_ms > most) {
        toc_config_complain(in->diag, "E0404", node->mark,
                            "`%.*s` needs a duration as 90s, 10m or 1h30m, from %.*s to %.*s",
                            (int)node->key.size, node->key.data, (int)low.size, low.data,
                            (int)high.size, high.data);
        return false;
    }
    *out_ms = span_ms;
    return true;
}

bool toc_config_read_integer(struct toc_config_reading *in, const struct toc_yaml *node,
                             const char *bounds, int64_t *out)
{
    int64_t least = 0;
    int64_t most = 0;
    int64_t number = 0;
    if (!toc_number_parse_integer(toc_config_word(bounds, 0), &least) ||
        !toc_number_parse_integer(toc_config_word(bounds, 1), &most)) {
        return false; /* Not reached, as above. */
    }
    if (node->kind != TOC_YAML_SCALAR || !toc_number_parse_integer(node->text, &number) ||
        number < least || number > most) {
        toc_config_complain(in->diag, "E0404", node->mark,
                            "`%.*s` needs a whole number from %" PRId64 " to %" PRId64,
                            (int)node->key.size, node->key.data, least, most);
        return false;
    }
    *out = number;
    return true;
}

bool toc_config_read_word(struct toc_config_reading *in, const struct toc_yaml *node,
                          const char *words, int *out)
{
    struct toc_str known[WORDS_MOST];
    size_t count = 0;
    struct toc_str text = {.data = NULL};
    for (; count < WORDS_MOST && toc_config_word(words, count).size > 0; count++) {
        known[count] = toc_config_word(words, count);
    }
    if (!toc_config_read_text(in, node, &text)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (toc_str_equal(known[i], text)) {
            *out = (int)i;
            return true;
        }
    }
    toc_diag_add(in->diag, TOC_SEVERITY_ERROR, "E0405", node->mark,
                 toc_diag_nearest(text, known, count), "`%.*s` is none of: %s", (int)text.size,
                 text.data, words);
    return false;
}

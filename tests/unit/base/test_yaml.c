#include "unit.h"

#include <stdio.h>

#include "base/yaml.h"

/* A text, the tree it gives (documents one after another), and its errors as "code@line:column". */
static const struct yaml_case {
    const char *name, *text, *tree, *errors;
} cases[] = {
    {"a mapping", "a: 1\nb: x y\n", "{a:1,b:x y}", ""},
    {"a sequence", "- a\n- [b, c]\n", "[a,[b,c]]", ""},
    {"flow mappings", "{ a: { b: c } }", "{a:{b:c}}", ""},
    {"words stay text", "a: NO\nb: on\nc: 12:30\nd: 0071\ne: ~\nf: null\n",
     "{a:NO,b:on,c:12:30,d:0071,e:~,f:null}", ""},
    {"quoted text is marked", "a: 'x'\nb: \"y\\n\"\nc: |\n  z\n", "{a:'x',b:'y\n',c:'z\n'}", ""},
    {"a key without a value is empty", "a:\nb: ''\n", "{a:!,b:''}", ""},
    {"comments", "# x\na: 1 # y\n", "{a:1}", ""},
    {"documents", "a: 1\n---\nb: 2\n---\n- c\n", "{a:1}{b:2}[c]", ""},
    {"nothing", "", "", ""},
    {"an empty document", "---\n", "!", ""},
    {"a byte order mark",
     "\xEF\xBB\xBF"
     "a: 1\na: 2\n",
     "{a:1,a:2}", "E0106@2:1"},
    {"a modifier in a key", "a|gte: 1", "{a|gte:1}", ""},
    {"other scripts", "ключ: значение\n", "{ключ:значение}", ""},

    {"a duplicate key", "a: 1\nb: 2\na: 3\n", "{a:1,b:2,a:3}", "E0106@3:1"},
    {"three alike are two errors", "{a: 1, a: 2, a: 3}", "{a:1,a:2,a:3}", "E0106@1:8 E0106@1:14"},
    {"the same key in two mappings", "- a: 1\n- a: 2\n", "[{a:1},{a:2}]", ""},
    {"keys differ by case", "a: 1\nA: 2\n", "{a:1,A:2}", ""},
    {"an anchor", "a: &x 1\n", "{a:1}", "E0104@1:4"},
    {"an alias", "a: &x 1\nb: *x\n", "{a:1}", "E0104@1:4 E0104@2:4"},
    {"an alias as a key", "a: &x k\n*x : 1\n", "{a:k}", "E0104@1:4 E0104@2:1"},
    {"an anchored mapping", "&x {a: 1}", "{a:1}", "E0104@1:1"},
    {"a tag", "a: !!int 1\nb: !x 2\n", "{a:1,b:2}", "E0105@1:4 E0105@2:4"},
    {"a tag of a sequence", "!!seq [a]", "[a]", "E0105@1:1"},
    {"a quoted key", "'a': 1\nb: 2\n", "{b:2}", "E0107@1:1"},
    {"a sequence as a key", "[a, b]: 1\nb: 2\n", "{b:2}", "E0107@1:1"},
    {"a mapping as a key", "? {a: b}\n: 1\n", "{}", "E0107@1:3"},
    {"an empty key", "{: 1}\n", "", "E0101@1:2"},
    {"an open bracket", "a: [1, 2\nb: 3\n", "", "E0101@2:2"},
    {"a tab as indentation", "a:\n\tb: 1\n", "", "E0101@2:1"},
    {"wrong indentation", "a: 1\n b: 2\n", "", "E0101@2:2"},
    {"an unknown alias", "a: *x\n", "{}", "E0104@1:4"},
    {"documents before the one with the error stay", "a: 1\n---\nb: [\n", "{a:1}", "E0101@4:1"},
    {"bytes that are not UTF-8", "a: 1\nb: \xFF\n", "", "E0108@2:4"},
    {"the byte that breaks a sequence of UTF-8 is marked", "a: é\xC3(\n", "", "E0108@1:6"},
    {"a control character", "a: \001\n", "", "E0108@1:4"},
    {"the columns of errors are characters", "é: {à: 1, à: 2}", "{é:{à:1,à:2}}", "E0106@1:11"},
    {"a directive", "%YAML 1.2\n---\na: 1\n", "{a:1}", ""},
    {"a directive for tags", "%TAG ! x:\n---\na: !b 1\n", "{a:1}", "E0105@3:4"},
    {"a strange version", "%YAML 9.9\n---\na: 1\n", "", "E0101@1:1"},
};

static void write_tree(const struct toc_yaml *node, struct toc_text *out)
{
    size_t count = 0;

    if (node->kind == TOC_YAML_SCALAR) {
        toc_text_addf(out, node->is_empty ? "!" : node->is_quoted ? "'%s'" : "%s", node->text.data);
        return;
    }
    toc_text_add_char(out, node->kind == TOC_YAML_MAPPING ? '{' : '[');
    for (const struct toc_yaml *child = node->first; child != NULL; child = child->next) {
        if (count++ > 0) {
            toc_text_add_char(out, ',');
        }
        if (node->kind == TOC_YAML_MAPPING) {
            toc_text_addf(out, "%s:", child->key.data);
        }
        write_tree(child, out);
    }
    assert_int_equal(count, node->count);
    toc_text_add_char(out, node->kind == TOC_YAML_MAPPING ? '}' : ']');
}

static void reads(void **state)
{
    const struct yaml_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_arena arena = {0};
    struct toc_text tree = {0}, errors = {0};
    struct toc_yaml *documents;
    uint32_t file = toc_diag_add_file(diag, "x.yaml", toc_str_of(c->text));
    bool is_sound = toc_yaml_parse(toc_str_of(c->text), file, &arena, diag, &documents);

    for (; documents != NULL; documents = documents->next) {
        write_tree(documents, &tree);
    }
    toc_diag_sort(diag);
    for (size_t i = 0; i < toc_diag_count(diag); i++) {
        const struct toc_finding *finding = toc_diag_get(diag, i);

        toc_text_addf(&errors, "%s%s@%lu:%lu", i > 0 ? " " : "", finding->code,
                      (unsigned long)finding->mark.line, (unsigned long)finding->mark.column);
    }
    assert_string_equal(errors.data != NULL ? errors.data : "", c->errors);
    assert_string_equal(tree.data != NULL ? tree.data : "", c->tree);
    assert_int_equal(is_sound, c->errors[0] == '\0');
    toc_text_finish(&tree);
    toc_text_finish(&errors);
    toc_arena_finish(&arena);
    toc_diag_destroy(diag);
}

UNIT_TABLE("base/yaml", cases, reads)

#include "expr/cel.h"

#include <inttypes.h>

#include "expr/cel_check.h"
#include "expr/cel_emit.h"
#include "expr/cel_spell.h"

/* The stages, one after the other; @scratch is freed by the caller. */
static const struct toc_cel_program *compile(struct toc_str text, const struct toc_cel_world *world,
                                             const struct toc_cel_type *wanted, bool is_lenient,
                                             struct toc_arena *scratch, struct toc_arena *arena,
                                             struct toc_patterns *patterns,
                                             struct toc_cel_findings *out_findings)
{
    struct toc_cel_report report;
    struct toc_cel_program *program;
    struct toc_cel_node *root;

    toc_cel_report_start(&report, text, arena, out_findings);
    root = toc_cel_parse(&report, scratch);
    if (root == NULL) {
        return NULL;
    }
    struct toc_cel_check check = {.report = &report,
                                  .world = world,
                                  .arena = scratch,
                                  .kept = arena,
                                  .patterns = patterns,
                                  .is_lenient = is_lenient};
    if (!toc_cel_check_tree(&check, root)) {
        return NULL;
    }
    if (wanted != NULL && !toc_cel_type_fits(&check.bindings, root->type, wanted)) {
        struct toc_text is = {0}, should = {0};

        toc_cel_type_print(root->type, &is);
        toc_cel_type_print(wanted, &should);
        toc_cel_report_add(&report, TOC_CEL_TYPE_FAULT, root->spot, (struct toc_str){0},
                           "the expression gives %s where %s is needed", is.data, should.data);
        toc_text_finish(&is);
        toc_text_finish(&should);
        return NULL;
    }
    program = toc_cel_emit(&report, world, root, scratch, arena);
    if (program != NULL) {
        struct toc_text spelled = {0};

        toc_cel_spell(root, &spelled);
        for (size_t i = 0; i < program->list_count; i++) { /* What is in them is part of it. */
            toc_text_addf(&spelled, " %016" PRIx64, toc_cel_set_digest(program->lists[i]));
        }
        program->spelled = toc_arena_str(arena, toc_text_str(&spelled));
        toc_text_finish(&spelled);
    }
    return program;
}

const struct toc_cel_program *
toc_cel_compile(struct toc_str text, const struct toc_cel_world *world,
                const struct toc_cel_type *wanted, struct toc_arena *arena,
                struct toc_patterns *patterns, struct toc_cel_findings *out_findings)
{
    struct toc_arena scratch = {0};
    const struct toc_cel_program *program =
        compile(text, world, wanted, false, &scratch, arena, patterns, out_findings);

    toc_arena_finish(&scratch);
    return program;
}

const struct toc_cel_program *toc_cel_compile_unchecked(struct toc_str text,
                                                        const struct toc_cel_world *world,
                                                        struct toc_arena *arena,
                                                        struct toc_patterns *patterns,
                                                        struct toc_cel_findings *out_findings)
{
    struct toc_arena scratch = {0};
    const struct toc_cel_program *program =
        compile(text, world, NULL, true, &scratch, arena, patterns, out_findings);

    toc_arena_finish(&scratch);
    return program;
}

const struct toc_cel_type *toc_cel_program_type(const struct toc_cel_program *program)
{
    return program->type;
}

void toc_cel_print(const struct toc_cel_program *program, struct toc_text *out)
{
    toc_text_add(out, program->spelled);
}

size_t toc_cel_program_reads(const struct toc_cel_program *program, const int32_t **out_ids)
{
    *out_ids = program->reads;
    return program->read_count;
}

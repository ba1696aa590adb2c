/* cel_disasm.c - a program as text, from the table of instructions. */
#include "expr/cel_program.h"

enum { SHOWN = 40 };

static void add_literal(const struct toc_cel_value *value, struct toc_text *out)
{
    switch (value->kind) {
    case TOC_CEL_NULL:
        toc_text_add(out, TOC_STR("null"));
        break;
    case TOC_CEL_BOOL:
        toc_text_add(out, value->is_true ? TOC_STR("true") : TOC_STR("false"));
        break;
    case TOC_CEL_INT:
        toc_text_addf(out, "%lld", (long long)value->whole);
        break;
    case TOC_CEL_DOUBLE:
        toc_text_addf(out, "%.17g", value->number);
        break;
    case TOC_CEL_STRING:
        toc_text_add_json(out, value->text);
        break;
    case TOC_CEL_LIST:
        toc_text_addf(out, "a list of %zu", value->list.count);
        break;
    case TOC_CEL_MAP:
        toc_text_addf(out, "a map of %zu", value->map.count);
        break;
    default:
        toc_text_addf(out, "type %s",
                      toc_cel_kind_text(value->kind == TOC_CEL_TYPE ? value->type : value->kind));
        break;
    }
}

static void add_operand(const struct toc_cel_program *program, const struct toc_cel_code *code,
                        struct toc_text *out)
{
    struct toc_str text;

    switch (toc_cel_ops[code->op].operand) {
    case TOC_CEL_O_NONE:
        return;
    case TOC_CEL_O_CONSTANT:
        add_literal(&program->constants[code->operand], out);
        return;
    case TOC_CEL_O_VARIABLE:
        toc_text_add(out, program->variable_names[code->operand]);
        return;
    case TOC_CEL_O_TARGET:
        toc_text_addf(out, "-> %u", (unsigned)code->operand);
        return;
    case TOC_CEL_O_COUNT:
        toc_text_addf(out, "%u", (unsigned)code->operand);
        return;
    case TOC_CEL_O_CALL:
        toc_text_addf(out, "%s/%u", program->calls[code->operand].overloads[0].name,
                      (unsigned)program->calls[code->operand].count);
        return;
    case TOC_CEL_O_SHAPE:
        toc_text_addf(out, "%u", (unsigned)program->shapes[code->operand].count);
        return;
    case TOC_CEL_O_LOOP:
        toc_text_addf(out, "#%u", (unsigned)code->loop);
        if (code->operand != 0) {
            toc_text_addf(out, " -> %u", (unsigned)code->operand);
        }
        return;
    case TOC_CEL_O_PATTERN:
        toc_text_add_json(out, program->pattern_texts[code->operand]);
        return;
    case TOC_CEL_O_PLACE:
        text = toc_places_get(program->places, code->operand)->name;
        toc_text_add(out, text);
        return;
    case TOC_CEL_O_LIST:
        toc_text_add(out, toc_cel_set_name(program->lists[code->operand]));
        return;
    case TOC_CEL_O_CODE:
        toc_text_add(out, toc_str_of(toc_cel_error_text((enum toc_cel_error)code->operand)));
        return;
    }
}

void toc_cel_disassemble(const struct toc_cel_program *program, struct toc_text *out)
{
    for (size_t i = 0; i < program->code_count; i++) {
        const struct toc_cel_code *code = &program->code[i];

        toc_text_addf(out, "%4zu  %-16s", i, toc_cel_ops[code->op].text);
        add_operand(program, code, out);
        while (out->size > 0 && out->data[out->size - 1] == ' ') {
            out->data[--out->size] = '\0';
        }
        toc_text_add_char(out, '\n');
    }
}

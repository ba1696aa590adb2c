#include "event/decode_json.h"

#include <new>
#include <simdjson.h>

#include "base/assert.h"
#include "base/mem.h"

static_assert(simdjson::SIMDJSON_PADDING <= TOC_RECORD_PADDING, "simdjson wants more padding");

struct toc_json_parser {
    simdjson::dom::parser parser;
    simdjson::dom::document document;
    char *padded; /* TOC_RECORD_SIZE + TOC_RECORD_PADDING bytes. */
};

/* simdjson does not count an empty innermost container; one more is let through here, and the walk
 * over the tape refuses it. */
enum { DEPTH = TOC_RECORD_DEPTH + 1 };

struct toc_json_parser *toc_json_create(void)
{
    auto *parser = new (std::nothrow) toc_json_parser();

    toc_assert(parser != nullptr);
    toc_assert(parser->parser.allocate(TOC_RECORD_SIZE, DEPTH) == simdjson::SUCCESS);
    toc_assert(parser->document.allocate(TOC_RECORD_SIZE) == simdjson::SUCCESS);
    parser->padded = static_cast<char *>(toc_mem_get(TOC_RECORD_SIZE + TOC_RECORD_PADDING));
    return parser;
}

void toc_json_destroy(struct toc_json_parser *parser)
{
    if (parser != nullptr) {
        toc_mem_free(parser->padded);
        delete parser;
    }
}

/* Could @text hold a noncharacter? In UTF-8 they begin with 0xEF or more; an escape may stand for
 * one. Written so that a compiler makes vectors of it, up to the next multiple of 16: what is
 * behind the text can only raise a false alarm, which costs a closer look. */
static bool is_suspect(struct toc_str text)
{
    unsigned char found = 0; /* A byte, or the vectors would be widened. */
    size_t size = (text.size + 15) & ~static_cast<size_t>(15);

    for (size_t i = 0; i < size; i++) {
        auto byte = static_cast<unsigned char>(text.data[i]);
        auto is_one = static_cast<unsigned char>((byte >= 0xEF) | (byte == '\\'));
        found = static_cast<unsigned char>(found | is_one);
    }
    return found != 0;
}

/* Are all its texts, names included, free of noncharacters (RFC 7493, 2.1)? */
static bool is_clean(const struct toc_json *json)
{
    auto end = static_cast<uint32_t>(json->tape[0]);

    for (uint32_t at = TOC_JSON_ROOT; at < end;) {
        char tag = toc_json_tag(json, at);
        if (tag == '"' && toc_json_has_noncharacter(toc_json_text(json, at))) {
            return false;
        }
        at = tag == '{' || tag == '[' ? at + 1 : toc_json_after(json, at);
    }
    return true;
}

bool toc_json_parse(struct toc_json_parser *parser, struct toc_str text, bool is_padded,
                    struct toc_json *out_json, enum toc_refusal *out_reason)
{
    toc_assert(text.size >= 1 && text.size <= TOC_RECORD_SIZE);
    if (!is_padded) {
        memcpy(parser->padded, text.data, text.size);
        text.data = parser->padded;
    }
    /* Later simdjson skips a byte order mark; RFC 8259, 8.1, says that none is sent. */
    if (static_cast<unsigned char>(text.data[0]) == 0xEF && text.size >= 3 &&
        memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        *out_reason = TOC_REFUSAL_NOT_JSON;
        return false;
    }
    switch (parser->parser
                .parse_into_document(parser->document, text.data, text.size,
                                     /* realloc_if_needed */ false)
                .error()) {
    case simdjson::SUCCESS:
        out_json->tape = parser->document.tape.get();
        out_json->strings = reinterpret_cast<const char *>(parser->document.string_buf.get());
        if (is_suspect(text) && !is_clean(out_json)) {
            *out_reason = TOC_REFUSAL_NOT_IJSON;
            return false;
        }
        return true;
    case simdjson::UTF8_ERROR:
        *out_reason = TOC_REFUSAL_NOT_UTF8;
        return false;
    case simdjson::DEPTH_ERROR:
        *out_reason = TOC_REFUSAL_TOO_DEEP;
        return false;
    case simdjson::NUMBER_ERROR:
        *out_reason = toc_json_why_number(text);
        return false;
    case simdjson::STRING_ERROR:
        *out_reason = toc_json_why_string(text);
        return false;
    case simdjson::MEMALLOC: /* All was allocated by toc_json_create. */
    case simdjson::CAPACITY:
        toc_assert_fail("simdjson has room for a record", __FILE__, __LINE__);
    default:
        *out_reason = toc_json_is_utf8(text) ? TOC_REFUSAL_NOT_JSON : TOC_REFUSAL_NOT_UTF8;
        return false;
    }
}

bool toc_json_is_utf8(struct toc_str text)
{
    return simdjson::validate_utf8(text.data, text.size);
}

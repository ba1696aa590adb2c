#include "unit.h"

#include <stdio.h>

#include "decoding.h"

/* Envelopes around `data`, which is the interesting part of most cases. */
#define HEAD                                                                                       \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"time\":\"2026-11-21T09:59:59Z\","
#define OPEN(d) HEAD "\"type\":\"a.open\",\"data\":" d "}"
#define HIT(more)                                                                                  \
    HEAD "\"type\":\"a.hit\",\"data\":{\"impact\":{\"lat\":16.3,\"lon\":-0.1}" more "}}"
#define IMPACT(d) HEAD "\"type\":\"a.hit\",\"data\":{\"impact\":" d "}}"
#define NEED(d)   HEAD "\"type\":\"a.need\",\"data\":" d "}"
#define WITHOUT   "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.open\""
#define D10       "[[[[[[[[[["
#define E10       "]]]]]]]]]]"
#define B64       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

enum { TAKEN = TOC_REFUSAL_COUNT };

static const struct decode_case {
    const char *name;
    const char *json;
    int expected;        /* TAKEN or a reason. */
    const char *dropped; /* NULL: nothing. */
} cases[] = {
    {"an empty record is refused", "", TOC_REFUSAL_EMPTY, NULL},
    {"white space alone is not JSON", " \n", TOC_REFUSAL_NOT_JSON, NULL},
    {"an empty data object is enough for a type without fields", OPEN("{}"), TAKEN, NULL},
    {"no data is no fields", WITHOUT "}", TAKEN, NULL},
    {"null data is no fields", WITHOUT ",\"data\":null}", TAKEN, NULL},
    {"white space around changes nothing", " \t\r\n" OPEN("{}") " \n", TAKEN, NULL},
    {"data that is an array is refused", OPEN("[]"), TOC_REFUSAL_ENVELOPE, NULL},
    {"data that is a text is refused", OPEN("\"{}\""), TOC_REFUSAL_ENVELOPE, NULL},
    {"data_base64 is refused", WITHOUT ",\"data_base64\":\"e30=\"}", TOC_REFUSAL_ENVELOPE, NULL},
    {"members of data that nobody knows are ignored", OPEN("{\"x\":[{\"y\":1}],\"z\":null}"), TAKEN,
     NULL},
    {"attributes that nobody knows are ignored",
     WITHOUT ",\"traceparent\":\"00-1\",\"n\":{\"a\":1}}", TAKEN, NULL},

    {"specversion 0.3 is refused",
     "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"specversion as a number is refused",
     "{\"specversion\":1.0,\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"a missing specversion is refused", "{\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"a missing id is refused", "{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"an empty id is refused",
     "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"a null id is missing",
     "{\"specversion\":\"1.0\",\"id\":null,\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"an id of 256 bytes is taken",
     "{\"specversion\":\"1.0\",\"id\":\"" B64 B64 B64 B64
     "\",\"source\":\"/s\",\"type\":\"a.open\",\"time\":\"2026-11-21T09:59:59Z\"}",
     TAKEN, NULL},
    {"an id of 257 bytes is refused",
     "{\"specversion\":\"1.0\",\"id\":\"x" B64 B64 B64 B64
     "\",\"source\":\"/s\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"a missing source is refused", "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"a.open\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"a missing type is refused", "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"an unknown type is refused",
     "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"a.opem\"}",
     TOC_REFUSAL_UNKNOWN_TYPE, NULL},
    {"a type is compared with its case",
     "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"A.open\"}",
     TOC_REFUSAL_UNKNOWN_TYPE, NULL},
    {"a null subject is none", WITHOUT ",\"subject\":null}", TAKEN, NULL},
    {"a subject that is a number is refused", WITHOUT ",\"subject\":5}", TOC_REFUSAL_ENVELOPE,
     NULL},
    {"JSON with parameters is JSON",
     WITHOUT ",\"datacontenttype\":\"Application/JSON ; charset=utf-8\"}", TAKEN, NULL},
    {"a +json type is JSON", WITHOUT ",\"datacontenttype\":\"application/geo+json\"}", TAKEN, NULL},
    {"XML is not JSON", WITHOUT ",\"datacontenttype\":\"application/xml\"}", TOC_REFUSAL_ENVELOPE,
     NULL},
    {"jsonl is not JSON", WITHOUT ",\"datacontenttype\":\"application/jsonl\"}",
     TOC_REFUSAL_ENVELOPE, NULL},
    {"just json is no media type", WITHOUT ",\"datacontenttype\":\"json\"}", TOC_REFUSAL_ENVELOPE,
     NULL},
    {"mode exercise is taken", WITHOUT ",\"mode\":\"exercise\"}", TAKEN, NULL},
    {"mode drill is refused: it may not be taken for the real thing",
     WITHOUT ",\"mode\":\"drill\"}", TOC_REFUSAL_ENVELOPE, NULL},
    {"a time of the wrong type is no reason to refuse", WITHOUT ",\"time\":[17]}", TAKEN, NULL},

    {"an array is not an object", "[]", TOC_REFUSAL_NOT_OBJECT, NULL},
    {"a text is not an object", "\"{}\"", TOC_REFUSAL_NOT_OBJECT, NULL},
    {"a number is not an object", "1", TOC_REFUSAL_NOT_OBJECT, NULL},
    {"null is not an object", "null", TOC_REFUSAL_NOT_OBJECT, NULL},

    {"a name twice at the top is refused", WITHOUT ",\"id\":\"2\"}", TOC_REFUSAL_DUPLICATE_NAME,
     NULL},
    {"an unknown name twice at the top is refused", WITHOUT ",\"q\":1,\"q\":1}",
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a field twice is refused", NEED("{\"case\":\"1\",\"level\":1,\"case\":\"1\"}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"an unknown name twice in data is refused", OPEN("{\"b\":1,\"a\":1,\"b\":2}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice deep in what nobody reads is refused",
     OPEN("{\"b\":[0,{\"c\":{\"d\":1,\"d\":1}}]}"), TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice in a place is refused", IMPACT("{\"lat\":1,\"lon\":1,\"lat\":1}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice in a place's extra is refused",
     IMPACT("{\"lat\":1,\"lon\":1,\"eta\":{\"s\":1,\"s\":1}}"), TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice where a text belongs is refused", HIT(",\"note\":{\"s\":1,\"s\":1}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice in a list is refused", HIT(",\"means\":[{\"s\":1,\"s\":1}]"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name twice in a latitude is refused", IMPACT("{\"lat\":{\"s\":1,\"s\":1},\"lon\":1}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"names are compared after unescaping", OPEN("{\"ab\":1,\"a\\u0062\":2}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a name with an escaped NUL is not the name before it", OPEN("{\"a\":1,\"a\\u0000\":2}"),
     TAKEN, NULL},
    {"two NULs are not one", OPEN("{\"a\\u0000\":1,\"a\\u0000\\u0000\":2}"), TAKEN, NULL},
    {"names that share twelve bytes are different",
     OPEN("{\"abcdefghijkl\":1,\"abcdefghijklm\":2,\"abcdefghijkln\":3}"), TAKEN, NULL},
    {"names that share twelve bytes can be the same",
     OPEN("{\"abcdefghijklm\":1,\"abcdefghijkln\":2,\"abcdefghijklm\":3}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"the same name in two objects is no repeat", OPEN("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"),
     TAKEN, NULL},
    {"two empty names are a repeat", OPEN("{\"\":1,\"\":2}"), TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"long names that differ at their end", OPEN("{\"" B64 "1\":1,\"" B64 "2\":2}"), TAKEN, NULL},
    {"long names that do not", OPEN("{\"" B64 "1\":1,\"" B64 "2\":2,\"" B64 "1\":2}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},

    {"depth 32 is taken", OPEN("{\"a\":" D10 D10 D10 "1" E10 E10 E10 "}"), TAKEN, NULL},
    {"depth 32, empty inside, is taken", OPEN("{\"a\":" D10 D10 D10 E10 E10 E10 "}"), TAKEN, NULL},
    {"depth 33 is refused", OPEN("{\"a\":" D10 D10 D10 "[1]" E10 E10 E10 "}"), TOC_REFUSAL_TOO_DEEP,
     NULL},
    {"depth 33, empty inside, is refused", OPEN("{\"a\":" D10 D10 D10 "{}" E10 E10 E10 "}"),
     TOC_REFUSAL_TOO_DEEP, NULL},
    {"depth 33 in a list is refused", HIT(",\"means\":" D10 D10 D10 "[]" E10 E10 E10),
     TOC_REFUSAL_TOO_DEEP, NULL},
    {"depth 40 is refused", OPEN("{\"a\":" D10 D10 D10 D10 "1" E10 E10 E10 E10 "}"),
     TOC_REFUSAL_TOO_DEEP, NULL},

    {"the largest uint64 can be represented", OPEN("{\"a\":18446744073709551615}"), TAKEN, NULL},
    {"one more cannot", OPEN("{\"a\":18446744073709551616}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"the least int64 can", OPEN("{\"a\":-9223372036854775808}"), TAKEN, NULL},
    {"one less cannot", OPEN("{\"a\":-9223372036854775809}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"1e308 can", OPEN("{\"a\":1e308}"), TAKEN, NULL},
    {"1e309 is no double", OPEN("{\"a\":1e309}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"1e-400 is 0", OPEN("{\"a\":1e-400}"), TAKEN, NULL},
    {"01 is not JSON", OPEN("{\"a\":01}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"-01 is not JSON", OPEN("{\"a\":-01}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"1. is not JSON", OPEN("{\"a\":1.}"), TOC_REFUSAL_NOT_JSON, NULL},
    {".5 is not JSON", OPEN("{\"a\":.5}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"1e is not JSON", OPEN("{\"a\":1e}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"+1 is not JSON", OPEN("{\"a\":+1}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"- is not JSON", OPEN("{\"a\":-}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"0x1 is not JSON", OPEN("{\"a\":0x1}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"NaN is not JSON", OPEN("{\"a\":NaN}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"Infinity is not JSON", OPEN("{\"a\":-Infinity}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"-0 is a number", OPEN("{\"a\":-0,\"b\":-0.0e-0}"), TAKEN, NULL},

    {"an unpaired high surrogate is not I-JSON", OPEN("{\"a\":\"\\ud800\"}"), TOC_REFUSAL_NOT_IJSON,
     NULL},
    {"an unpaired low surrogate is not I-JSON", OPEN("{\"a\":\"\\uDC00\"}"), TOC_REFUSAL_NOT_IJSON,
     NULL},
    {"two high surrogates are not I-JSON", OPEN("{\"a\":\"\\ud800\\ud800\"}"),
     TOC_REFUSAL_NOT_IJSON, NULL},
    {"a pair is a character", OPEN("{\"a\":\"\\ud83d\\ude00\"}"), TAKEN, NULL},
    {"an escape that is none is not JSON", OPEN("{\"a\":\"\\x41\"}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"a short escape is not JSON", OPEN("{\"a\":\"\\u12\"}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"U+FFFE is a noncharacter", OPEN("{\"a\":\"\xEF\xBF\xBE\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+FFFF escaped is one", OPEN("{\"a\":\"\\uffff\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+FFFF in a name is one", OPEN("{\"\\uffff\":1}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+FDD0 is one", OPEN("{\"a\":\"\xEF\xB7\x90\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+FDCF is none", OPEN("{\"a\":\"\xEF\xB7\x8F\"}"), TAKEN, NULL},
    {"U+FDEF is one", OPEN("{\"a\":\"\xEF\xB7\xAF\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+FDF0 is none", OPEN("{\"a\":\"\xEF\xB7\xB0\"}"), TAKEN, NULL},
    {"U+FFFD is none", OPEN("{\"a\":\"\xEF\xBF\xBD\"}"), TAKEN, NULL},
    {"U+1FFFE is one", OPEN("{\"a\":\"\xF0\x9F\xBF\xBE\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+1FFFD is none", OPEN("{\"a\":\"\xF0\x9F\xBF\xBD\"}"), TAKEN, NULL},
    {"U+10FFFF as a pair is one", OPEN("{\"a\":\"\\udbff\\udfff\"}"), TOC_REFUSAL_NOT_IJSON, NULL},
    {"U+1F600 is none", OPEN("{\"a\":\"\xF0\x9F\x98\x80\"}"), TAKEN, NULL},

    {"a lone continuation byte is not UTF-8", OPEN("{\"a\":\"\x80\"}"), TOC_REFUSAL_NOT_UTF8, NULL},
    {"an overlong form is not UTF-8", OPEN("{\"a\":\"\xC0\xAF\"}"), TOC_REFUSAL_NOT_UTF8, NULL},
    {"a surrogate in UTF-8 is not UTF-8", OPEN("{\"a\":\"\xED\xA0\x80\"}"), TOC_REFUSAL_NOT_UTF8,
     NULL},
    {"beyond U+10FFFF is not UTF-8", OPEN("{\"a\":\"\xF4\x90\x80\x80\"}"), TOC_REFUSAL_NOT_UTF8,
     NULL},
    {"Latin-1 is not UTF-8", OPEN("{\"a\":\"T\xE9l\xE9phone\"}"), TOC_REFUSAL_NOT_UTF8, NULL},
    {"a byte order mark is not JSON", "\xEF\xBB\xBF" OPEN("{}"), TOC_REFUSAL_NOT_JSON, NULL},

    {"what follows the object is not JSON", OPEN("{}") "x", TOC_REFUSAL_NOT_JSON, NULL},
    {"a second object is not JSON", OPEN("{}") OPEN("{}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"an open object is not JSON", "{\"a\":1", TOC_REFUSAL_NOT_JSON, NULL},
    {"an open text is not JSON", "{\"a\":\"", TOC_REFUSAL_NOT_JSON, NULL},
    {"a last comma is not JSON", OPEN("{\"a\":1,}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"a missing colon is not JSON", OPEN("{\"a\" 1}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"single quotes are not JSON", OPEN("{'a':1}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"a comment is not JSON", OPEN("{/**/}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"a name that is a number is not JSON", OPEN("{1:1}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"tru is not JSON", OPEN("{\"a\":tru}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"TRUE is not JSON", OPEN("{\"a\":TRUE}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"a tab in a text is not JSON", OPEN("{\"a\":\"\t\"}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"DEL in a text is JSON", OPEN("{\"a\":\"\x7F\"}"), TAKEN, NULL},
    {"U+2028 in a text is JSON", OPEN("{\"a\":\"\xE2\x80\xA8\"}"), TAKEN, NULL},
    {"a form feed between is not JSON", OPEN("{\f}"), TOC_REFUSAL_NOT_JSON, NULL},
    {"CSV is not JSON", "17,rocket,16.3,-0.1", TOC_REFUSAL_NOT_JSON, NULL},

    {"a required field that is missing refuses", NEED("{\"level\":1}"), TOC_REFUSAL_MISSING_FIELD,
     NULL},
    {"a required field that is null is missing", NEED("{\"case\":null,\"level\":1}"),
     TOC_REFUSAL_MISSING_FIELD, NULL},
    {"a required field of the wrong kind refuses", NEED("{\"case\":1,\"level\":1}"),
     TOC_REFUSAL_WRONG_FIELD, NULL},
    {"a required field below its range refuses", NEED("{\"case\":\"1\",\"level\":0}"),
     TOC_REFUSAL_WRONG_FIELD, NULL},
    {"at its least it is taken", NEED("{\"case\":\"1\",\"level\":1}"), TAKEN, NULL},
    {"at its most it is taken", NEED("{\"case\":\"1\",\"level\":3}"), TAKEN, NULL},
    {"above its range it refuses", NEED("{\"case\":\"1\",\"level\":4}"), TOC_REFUSAL_WRONG_FIELD,
     NULL},
    {"a whole number may be written 2.0", NEED("{\"case\":\"1\",\"level\":2.0}"), TAKEN, NULL},
    {"2.5 is no whole number", NEED("{\"case\":\"1\",\"level\":2.5}"), TOC_REFUSAL_WRONG_FIELD,
     NULL},
    {"no data lacks what is required", NEED("null"), TOC_REFUSAL_MISSING_FIELD, NULL},

    {"all optional fields right",
     HIT(",\"munition\":\"rocket\",\"confidence\":1,\"rounds\":100,"
         "\"serial\":9223372036854775807,\"is_confirmed\":true,"
         "\"seen_at\":\"2026-11-21T10:00:00+01:00\",\"note\":\"\","
         "\"means\":[\"radar\",\"EYES\"]"),
     TAKEN, NULL},
    {"null optional fields are missing, not dropped",
     HIT(",\"munition\":null,\"confidence\":null,\"means\":null"), TAKEN, NULL},
    {"a closed text is compared without case", HIT(",\"munition\":\"MORTAR\""), TAKEN, NULL},
    {"a text outside its list is dropped", HIT(",\"munition\":\"stone\""), TAKEN, "munition "},
    {"a number outside its range is dropped", HIT(",\"confidence\":1.01"), TAKEN, "confidence "},
    {"a number as a text is dropped", HIT(",\"confidence\":\"0.5\""), TAKEN, "confidence "},
    {"a whole number beyond int64 is dropped", HIT(",\"serial\":9223372036854775808"), TAKEN,
     "serial "},
    {"a double beyond 2^53 is no whole number", HIT(",\"serial\":1e16"), TAKEN, "serial "},
    {"a double of 2^53 is one", HIT(",\"serial\":9007199254740992.0"), TAKEN, NULL},
    {"a bool as a number is dropped", HIT(",\"is_confirmed\":1"), TAKEN, "is_confirmed "},
    {"a number as a bool is dropped", HIT(",\"rounds\":true"), TAKEN, "rounds "},
    {"a time without an offset is dropped", HIT(",\"seen_at\":\"2026-11-21T10:00:00\""), TAKEN,
     "seen_at "},
    {"a list with a number is dropped", HIT(",\"means\":[\"radar\",1]"), TAKEN, "means "},
    {"a list with a text outside is dropped", HIT(",\"means\":[\"radar\",\"ears\"]"), TAKEN,
     "means "},
    {"a text where a list belongs is dropped", HIT(",\"means\":\"radar\""), TAKEN, "means "},
    {"an empty list is a list", HIT(",\"means\":[]"), TAKEN, NULL},
    {"an object where a text belongs is dropped", HIT(",\"note\":{\"a\":1}"), TAKEN, "note "},
    {"two wrong ones are both told", HIT(",\"note\":[],\"rounds\":-1"), TAKEN, "rounds note "},

    {"a place at the pole", IMPACT("{\"lat\":-90,\"lon\":180}"), TAKEN, NULL},
    {"beyond the pole", IMPACT("{\"lat\":-90.0001,\"lon\":180}"), TOC_REFUSAL_WRONG_FIELD, NULL},
    {"beyond the date line", IMPACT("{\"lat\":0,\"lon\":180.0001}"), TOC_REFUSAL_WRONG_FIELD, NULL},
    {"a place without a longitude", IMPACT("{\"lat\":0}"), TOC_REFUSAL_WRONG_FIELD, NULL},
    {"a latitude as a text", IMPACT("{\"lat\":\"0\",\"lon\":0}"), TOC_REFUSAL_WRONG_FIELD, NULL},
    {"an error of 0 m", IMPACT("{\"lat\":0,\"lon\":0,\"error_m\":0}"), TAKEN, NULL},
    {"an error below 0", IMPACT("{\"lat\":0,\"lon\":0,\"error_m\":-1}"), TOC_REFUSAL_WRONG_FIELD,
     NULL},
    {"an error called ce", IMPACT("{\"lat\":0,\"lon\":0,\"ce\":30}"), TAKEN, NULL},
    {"a null error is none", IMPACT("{\"lat\":0,\"lon\":0,\"error_m\":null}"), TAKEN, NULL},
    {"a height", IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":-500}"), TAKEN, NULL},
    {"a height at the edge of space", IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":100000}"), TAKEN,
     NULL},
    {"a height below all mines is dropped, the place stands",
     IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":-500.001}"), TAKEN, "impact "},
    {"a height above is", IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":100000.001}"), TAKEN, "impact "},
    {"a height as a text is", IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":\"7\"}"), TAKEN, "impact "},
    {"a height that is an object is", IMPACT("{\"lat\":0,\"lon\":0,\"hae\":{\"m\":7}}"), TAKEN,
     "impact "},
    {"a name twice within a height", IMPACT("{\"lat\":0,\"lon\":0,\"hae\":{\"m\":7,\"m\":7}}"),
     TOC_REFUSAL_DUPLICATE_NAME, NULL},
    {"a null height is none", IMPACT("{\"lat\":0,\"lon\":0,\"alt_m\":null}"), TAKEN, NULL},
    {"a height that CoT does not know", IMPACT("{\"lat\":0,\"lon\":0,\"hae\":9999999.0}"), TAKEN,
     NULL},
    {"a height saves no wrong place", IMPACT("{\"lat\":91,\"lon\":0,\"alt_m\":7}"),
     TOC_REFUSAL_WRONG_FIELD, NULL},
    {"an MGRS place", IMPACT("\"30QYD1234567890\""), TAKEN, NULL},
    {"an MGRS place that is none", IMPACT("\"30QYI1234567890\""), TOC_REFUSAL_WRONG_FIELD, NULL},
    {"a place that is a pair", IMPACT("[16.3,-0.1]"), TOC_REFUSAL_WRONG_FIELD, NULL},
};

static void takes_or_refuses(void **state)
{
    const struct decode_case *c = *state;
    struct decoding d;

    decoding_begin(&d, NULL, NULL);
    for (int i = 0; i < 3; i++) { /* The second time, the names are known. */
        bool is_taken = decoding_take(&d, toc_str_of(c->json), NULL, 0, STORED_MS);

        assert_string_equal(is_taken ? "taken" : toc_refusal_text(d.reason),
                            c->expected == TAKEN ? "taken"
                                                 : toc_refusal_text((enum toc_refusal)c->expected));
        if (is_taken) {
            assert_int_equal(d.count, 1);
            assert_string_equal(d.dropped, c->dropped != NULL ? c->dropped : "");
            assert_int_equal(toc_decoder_refused_parts(d.decoder), 0);
        }
    }
    decoding_end(&d);
}

UNIT_TABLE("event/decode", cases, takes_or_refuses)

/* event/value.h - one typed value of an event, and the types a field can have. */
#pragma once
#include "event/geo.h"

enum toc_value_kind {
    TOC_VALUE_NONE, /* Missing, or null, or optional and wrong. */
    TOC_VALUE_BOOL,
    TOC_VALUE_INTEGER,
    TOC_VALUE_NUMBER,
    TOC_VALUE_TEXT,
    TOC_VALUE_TIME,
    TOC_VALUE_POINT,
    TOC_VALUE_LIST, /* Of texts. */
};

struct toc_value_list {
    const struct toc_str *items;
    size_t count;
};

struct toc_value {
    enum toc_value_kind kind;
    union {
        bool is_true;
        int64_t integer;
        double number;
        int64_t at_ms;
        struct toc_str text;
        struct toc_point point;
        struct toc_value_list list;
    };
};

#include <tocsin/status.h>

const char *toc_status_text(enum toc_status status)
{
    switch (status) {
#define TOC_STATUS(name, words)                                                                    \
    case TOC_##name:                                                                               \
        return words;
#include <tocsin/status.def>
#undef TOC_STATUS
    }
    return "an unknown status";
}

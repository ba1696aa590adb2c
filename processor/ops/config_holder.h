/* ops/config_holder.h - what lies behind a struct toc_config. Private to the folder. */
#pragma once
#include "ops/config.h"

enum { TOC_CONFIG_INPUTS_MOST = 64 };

struct toc_config_holder {
    struct toc_config config; /* First, so that one leads to the other. */
    struct toc_arena arena;
    struct toc_yaml *document;
};

struct toc_config_holder *toc_config_holder(const struct toc_config *config);
/* 127.0.0.0/8 or ::1; @out_is_ip: it is an address at all. */
bool toc_config_is_loopback(struct toc_str address, bool *out_is_ip);
/* Which clients a passed-through setting goes to ("c", "p", "cp"), or NULL: it is not passed. */
const char *toc_config_client_roles(struct toc_str name);

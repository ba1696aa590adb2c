/* What must not be: a file of layer `state` that asks the engine, two layers up. */
#include "engine/engine.h"

struct toc_engine *toc_upward_ask(const struct toc_engine_options *options);

struct toc_engine *toc_upward_ask(const struct toc_engine_options *options)
{
    return toc_engine_create(options);
}

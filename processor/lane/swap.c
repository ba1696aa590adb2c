#include "lane/core.h"

#include "base/mem.h"

bool toc_lane_swap(struct toc_lane *lane, const struct toc_ruleset *rules,
                   const struct toc_lane_input *inputs, toc_swap_fn *on_rule, void *context)
{
    if (lane->state != TOC_LANE_LIVE || !toc_drain_may_read(lane)) {
        return false;
    }
    toc_drain_move_clock(lane);
    toc_intake_begin(lane); /* What ends or begins by the swap is told as a batch. */
    toc_engine_tick(lane->engine, lane->clock_ms);
    toc_engine_swap(lane->engine, rules, on_rule, context);
    toc_intake_end(lane);
    lane->options.rules = rules;
    lane->options.inputs = inputs;
    for (size_t i = 0; i < lane->options.input_count; i++) {
        toc_decoder_destroy(lane->inputs[i].decoder);
        toc_mem_free(lane->inputs[i].types);
        lane->inputs[i].types = NULL;
        toc_intake_open(lane, i);
    }
    toc_waker_again(&lane->control); /* What was told has to go out. */
    return true;
}

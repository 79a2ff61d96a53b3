#include "app/machine_fact.h"

struct fact machine_fact(const struct machine *m, int64_t at) {
    struct fact f = {.kind = FACT_MACHINE, .root = ROOT_BATCH, .at = at};
    f.u.machine = (struct fact_machine){.load = m->load,
                                        .processors = m->processors,
                                        .memory_total = m->memory_total,
                                        .memory_available = m->memory_available,
                                        .swap_total = m->swap_total,
                                        .swap_used = m->swap_used};
    return f;
}

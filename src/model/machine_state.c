#include "model/machine_state.h"

enum { IDLE_HUNDREDTHS = 50 };

enum machine_state machine_judge(const struct fact_machine *m) {
    if (!m) return MACHINE_UNKNOWN;
    if (m->memory_total > 0) {
        if (m->memory_available < m->memory_total / 20) return MACHINE_SHORT;
        bool full = m->swap_total > 0 && m->swap_used > m->swap_total / 2;
        if (full && m->memory_available < m->memory_total / 7) return MACHINE_SWAPPING;
    }
    if (m->load < 0 || m->processors <= 0) return MACHINE_UNKNOWN;
    if (m->load / 200 >= m->processors) return MACHINE_OVERLOADED;
    return m->load < IDLE_HUNDREDTHS ? MACHINE_IDLE : MACHINE_WELL;
}

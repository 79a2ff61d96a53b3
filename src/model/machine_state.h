/* machine_state: is the machine a reason why runs get slow? Pure. */
#ifndef SW_MODEL_MACHINE_STATE_H
#define SW_MODEL_MACHINE_STATE_H

#include "model/fact.h"

enum machine_state {
    MACHINE_UNKNOWN,
    MACHINE_IDLE,       /* hardly anything runs: load below 0.5 */
    MACHINE_WELL,       /* it works, and nothing is the matter with it */
    MACHINE_OVERLOADED, /* load of twice the processors or more */
    MACHINE_SWAPPING,   /* less than a seventh of the memory is available, and more than half of the swap in use */
    MACHINE_SHORT       /* less than a twentieth of the memory is available */
};

/* The worst that the numbers show; m NULL: unknown. */
enum machine_state machine_judge(const struct fact_machine *m);

#endif

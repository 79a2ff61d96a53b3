/* away: time in which nobody looked, from clocks: the machine slept, or this program was stopped. Pure. */
#ifndef SW_APP_AWAY_H
#define SW_APP_AWAY_H

#include "model/fact.h"

#include <stdbool.h>

enum {
    AWAY_TURN_MS = 5 * 1000, /* the clocks are asked at least so often while somebody looks */
    AWAY_GAP_MS = 15 * 1000, /* and this long after the last time nobody did */
    AWAY_SLEPT_MS = 2 * 1000 /* clocks that stand still in a sleep and those that do not are read one after the other */
};

/* Zeroed: nothing is known yet. */
struct away {
    bool any;
    int64_t at, slept; /* of the last call */
    struct fact_away told;
};

/* at: the monotonic clock of facts, which may go on while the machine sleeps or not; awake, elapsed: as
 * platform/machine.h, -1 unknown. True: nobody looked since the last call, and *out says so. */
bool away_note(struct away *a, int64_t at, int64_t awake, int64_t elapsed, struct fact *out);

#endif

/* settle: is the sweep over? Pure; reads the table. Times in monotonic milliseconds. */
#ifndef SW_MODEL_SETTLE_H
#define SW_MODEL_SETTLE_H

#include "model/table.h"

enum {
    SETTLE_DEFAULT_MS = 600 * 1000, /* --settle */
    SETTLE_AFTER_PARENT_MS = 10 * 1000
};

enum settle_reason {
    SETTLE_NOT,
    SETTLE_ALL_DONE,    /* every case has its final status */
    SETTLE_PARENT_GONE, /* the process that runs the sweep has ended and the roots are quiet */
    SETTLE_ASKED,       /* the person says so; settle_judge never does */
    SETTLE_QUIET        /* no case is running and nothing has changed for the settling time */
};

/* *again: when time alone may change the answer, INT64_MAX never. A sweep nobody has started is never over, nor one
 * whose batch directory cannot be read. */
enum settle_reason settle_judge(const struct table *t, int64_t now, int64_t *again);

const char *settle_words(enum settle_reason r);

#endif

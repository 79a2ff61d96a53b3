/* closeup_job: keeps the close look at the case a person has open fresh, by the thread pool. */
#ifndef SW_APP_CLOSEUP_JOB_H
#define SW_APP_CLOSEUP_JOB_H

#include "watch/closeup_read.h"

#include <uv.h>

/* Starts zeroed. UI thread only. */
struct closeup_job {
    bool busy;
    void *ctx;
    void (*done)(struct closeup_job *job); /* on the loop's thread: there is something newer */
    char *title;                           /* of the case looked at, or being looked at */
    bool has_last;
    struct closeup last;        /* of that case, when has_last */
    uint64_t looks;             /* how many have ended */
    int64_t due;                /* monotonic ms of the next look */
    struct closeup_order order; /* private from here on: the worker's while busy */
    struct closeup read;
    int64_t began;
    uv_work_t work;
};

/* The newest look at this case; NULL: none yet. Asks for a new one when it is old: after 2 s, or so much later that
 * looking never takes more than a fiftieth of the time. */
const struct closeup *closeup_job_ask(struct closeup_job *job, uv_loop_t *loop, const struct table *t,
                                      const struct row *r, int64_t now);
void closeup_job_free(struct closeup_job *job); /* frees what it owns; not while busy */

#endif

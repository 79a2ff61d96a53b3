/* elsewhere: where did the absent cases go? The batches beside this one are searched for them, once the sweep is over:
 * while it runs, a case that is not there yet is no news, and an earlier sweep of the same list has them all. */
#ifndef SW_APP_ELSEWHERE_H
#define SW_APP_ELSEWHERE_H

#include "app/session.h"

#include <stdatomic.h>
#include <uv.h>

/* Searches for every case that is absent here, or only for `only` when it is not NULL, and applies what is found to the
 * session's table. Blocking, within SIBLINGS_BUDGET_MS unless a drive hangs. */
void elsewhere_run(struct session *s, const struct row *only);

/* What a person is told when not everything could be looked at. */
#define ELSEWHERE_CUT "the other batches are too many to search them all: an absent case may be in one all the same"

struct elsewhere_job {
    bool busy;
    bool cut; /* set when done: not everything could be looked at */
    const struct session *session;
    void *ctx;
    /* On the loop's thread. found: facts for the table; borrowed. */
    void (*done)(struct elsewhere_job *job, const struct fact_batch *found);
    uv_work_t work;
    char *list_text; /* private from here on */
    size_t list_len;
    char *archive; /* or NULL */
    bool *wanted;
    struct fact_batch *facts;
    int64_t at;
    atomic_bool stop;
};

/* The same on the thread pool. Not while busy. False: nothing is absent, nothing was started. */
bool elsewhere_start(struct elsewhere_job *job, uv_loop_t *loop, struct session *s,
                     void (*done)(struct elsewhere_job *job, const struct fact_batch *found), void *ctx);
/* Ends it soon; done is still called. */
void elsewhere_stop(struct elsewhere_job *job);

#endif

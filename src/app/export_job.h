/* export_job: some cases as a sweep list of their own, written by the thread pool. */
#ifndef SW_APP_EXPORT_JOB_H
#define SW_APP_EXPORT_JOB_H

#include "app/session.h"

#include <uv.h>

/* Under checks/ of the batch. */
#define EXPORT_NAME "selected_sweep_list.txt"

struct export_job {
    bool busy;
    int err; /* how the last one ended: 0 or a libuv error */
    size_t n;
    char *path; /* where it was written; the job's */
    void *ctx;
    void (*done)(struct export_job *job); /* on the loop's thread */
    char *text;
    size_t len;
    uv_work_t work;
};

/* Lines of the list as they stood, in the order given; a case without a list is a comment. Not while busy. */
void export_job_start(struct export_job *job, uv_loop_t *loop, const struct session *s, const uint32_t *rows, size_t n,
                      void (*done)(struct export_job *job), void *ctx);
void export_job_free(struct export_job *job); /* frees what it owns; not while busy */

#endif

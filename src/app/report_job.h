/* report_job: the report, made on the UI thread from the table, written by the thread pool. */
#ifndef SW_APP_REPORT_JOB_H
#define SW_APP_REPORT_JOB_H

#include "app/session.h"

#include <uv.h>

struct report_job {
    bool busy;
    int err;                 /* 0, or the libuv error of the first file that failed */
    const char *failed_path; /* of that file */
    void *ctx;
    struct report_file {
        const char *path;
        char *bytes;
        size_t len;
    } files[2];
    uv_work_t work;
    void (*done)(struct report_job *job); /* on the loop's thread */
};

/* Not while busy. The session must outlive the job. */
void report_job_start(struct report_job *job, uv_loop_t *loop, const struct session *s, bool settled,
                      void (*done)(struct report_job *job), void *ctx);
/* The same without a loop, blocking: for `check`. Returns 0 or a negative error, then job->failed_path. */
int report_job_run(struct report_job *job, const struct session *s, bool settled);
void report_job_free(struct report_job *job);

#endif

/* report_job: the report, made on the UI thread in slices of a few milliseconds, put aside and written by the thread
 * pool: never held whole. */
#ifndef SW_APP_REPORT_JOB_H
#define SW_APP_REPORT_JOB_H

#include "app/session.h"
#include "app/spool.h"
#include "report/report.h"

#include <uv.h>

/* How the last report ended. */
struct report_result {
    int err;                                   /* 0, or the libuv error of the first file that failed */
    const char *failed_path;                   /* of that file */
    char instead[SESSION_PATH];                /* where the first file that failed stands instead, "": nowhere */
    char warning[SESSION_PATH + SESSION_PATH]; /* what else there is to say, "": nothing */
};

struct report_job {
    bool busy;
    bool page_only; /* the HTML alone, written anew while the sweep runs */
    struct report_result result;
    void *ctx;
    void (*done)(struct report_job *job); /* on the loop's thread */
    const struct session *session;
    struct report_build *build; /* it and the rows: the pool's while there is work, else the loop's */
    struct spool *rows[ROWS_COUNT];
    struct report_input input; /* of its first slice: the moment the report is of */
    uv_idle_t slices;
    uv_work_t work;
};

/* Not while busy. The session must outlive the job; the report is of the moment its first slice is made, "settled" when
 * the table is over. */
void report_job_start(struct report_job *job, uv_loop_t *loop, const struct session *s, bool page_only,
                      void (*done)(struct report_job *job), void *ctx);
/* The same without a loop, blocking and streamed: for `check`, and for `replay`, whose moment is another one. With
 * in->only the files are of all cases, whoever reads them next, and what goes to stdout is of those alone. */
void report_job_run(const struct session *s, const struct report_input *in, struct report_result *result);
/* A report of this moment. */
struct report_input report_input_now(const struct session *s);

/* What a person should know of a result that is not simply good: one sentence, or "". */
void report_result_words(const struct report_result *r, char *out, size_t cap);

#endif

/* metrics_job: --metrics: the numbers of report/metrics.h, replaced whole every METRICS_EVERY_MS, when the sweep is
 * over or open again, and at the end. Made on the loop's thread, written by the thread pool. */
#ifndef SW_APP_METRICS_JOB_H
#define SW_APP_METRICS_JOB_H

#include "app/session.h"

#include <uv.h>

enum { METRICS_EVERY_MS = 15 * 1000 }; /* as often as scrapers usually look */

struct metrics_job;

/* say: what a person should know, on the loop's thread; borrowed text. */
struct metrics_job *metrics_job_open(uv_loop_t *loop, const char *path, void (*say)(void *ctx, const char *text),
                                     void *ctx);
/* The numbers of this session too, which must outlive the job; at most FLEET_MAX. */
void metrics_job_add(struct metrics_job *job, const struct session *s);
/* After a table was told something: the first numbers are written as soon as there are some. */
void metrics_job_step(struct metrics_job *job);
/* Written now, or when what is being written is done. */
void metrics_job_write(struct metrics_job *job);
/* The last numbers; done when metrics_job_busy is false (the loop must turn). */
void metrics_job_end(struct metrics_job *job);
bool metrics_job_busy(const struct metrics_job *job);
int metrics_job_error(const struct metrics_job *job); /* of the last write, 0: it was written */
/* Not while busy. Freed with the loop's next turns. */
void metrics_job_close(struct metrics_job *job);

#endif

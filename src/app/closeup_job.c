#include "app/closeup_job.h"

#include "app/session.h"

#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 2000, SHARE = 50 };

static void look(uv_work_t *work) {
    struct closeup_job *job = work->data;
    closeup_read(fs_real(), &job->order, &job->read);
}

static void looked(uv_work_t *work, int status) {
    struct closeup_job *job = work->data;
    (void)status; /* never cancelled */
    int64_t now = session_mono_ms(), took = now - job->began;
    job->busy = false;
    job->last = job->read;
    job->has_last = true;
    job->looks++;
    job->due = now + (took * SHARE > EVERY_MS ? took * SHARE : EVERY_MS);
    closeup_order_free(&job->order);
    job->done(job);
}

static void start(struct closeup_job *job, uv_loop_t *loop, const struct table *t, const struct row *r, int64_t now) {
    size_t size = strlen(r->title) + 1;
    free(job->title);
    job->title = malloc(size);
    if (!job->title) abort();
    memcpy(job->title, r->title, size);
    closeup_order_make(t, r, &job->order);
    job->began = now;
    job->busy = true;
    job->work.data = job;
    if (uv_queue_work(loop, &job->work, look, looked) != 0) abort();
}

const struct closeup *closeup_job_ask(struct closeup_job *job, uv_loop_t *loop, const struct table *t,
                                      const struct row *r, int64_t now) {
    bool same = job->title && strcmp(job->title, r->title) == 0;
    /* One at a time: what a drive holds up is not asked for again. */
    if (!job->busy && (!same || now >= job->due)) {
        if (!same) job->has_last = false;
        start(job, loop, t, r, now);
        same = true;
    }
    return same && job->has_last ? &job->last : NULL;
}

void closeup_job_free(struct closeup_job *job) {
    free(job->title);
    job->title = NULL;
    job->has_last = false;
}

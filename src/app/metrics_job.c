#include "app/metrics_job.h"

#include "model/fleet.h"
#include "platform/paths.h"
#include "report/atomic_file.h"
#include "report/metrics.h"

#include <stdio.h>
#include <stdlib.h>

struct metrics_job {
    uv_loop_t *loop;
    uv_timer_t timer;
    uv_work_t work;
    const char *path;
    char *system_path;
    const struct session *session[FLEET_MAX];
    struct eta eta[FLEET_MAX];
    size_t n;
    void (*say)(void *ctx, const char *text);
    void *ctx;
    int64_t started;
    bool busy, again, begun, ended;
    int err;
    struct buffer text; /* the pool's while busy */
    int work_err;
};

static void on_work(uv_work_t *work) {
    struct metrics_job *job = work->data;
    job->work_err = atomic_file_write(job->system_path, job->text.bytes, job->text.len);
}

static void on_done(uv_work_t *work, int status) {
    struct metrics_job *job = work->data;
    int before = job->err;
    char message[SESSION_MESSAGE];
    (void)status; /* never cancelled */
    job->busy = false;
    job->err = job->work_err;
    if (job->err < 0 && job->err != before && !job->ended) {
        snprintf(message, sizeof message,
                 "the metrics cannot be written to %.700s: %s; they are tried again every %d s", job->path,
                 uv_strerror(job->err), METRICS_EVERY_MS / 1000);
        job->say(job->ctx, message);
    }
    if (job->again) metrics_job_write(job);
}

void metrics_job_write(struct metrics_job *job) {
    job->again = job->busy;
    if (job->busy) return;
    struct metrics_input in[FLEET_MAX];
    int64_t now = session_mono_ms(), wall = session_wall_ms();
    for (size_t i = 0; i < job->n; i++) {
        in[i] = (struct metrics_input){.table = job->session[i]->table,
                                       .now = now,
                                       .wall = wall,
                                       .started = job->started,
                                       .watching = !job->ended,
                                       .eta = &job->eta[i]};
        eta_refresh(&job->eta[i], in[i].table, wall);
    }
    job->text.len = 0;
    metrics_text(in, job->n, SWEEPWATCH_VERSION, &job->text);
    job->begun = job->busy = true;
    job->work.data = job;
    if (uv_queue_work(job->loop, &job->work, on_work, on_done) < 0) abort();
}

static void on_timer(uv_timer_t *timer) { metrics_job_write(timer->data); }

struct metrics_job *metrics_job_open(uv_loop_t *loop, const char *path, void (*say)(void *ctx, const char *text),
                                     void *ctx) {
    struct metrics_job *job = calloc(1, sizeof *job);
    if (!job) abort();
    job->loop = loop;
    job->path = path;
    job->system_path = path_for_system(path);
    job->say = say;
    job->ctx = ctx;
    job->started = session_mono_ms();
    uv_timer_init(loop, &job->timer);
    job->timer.data = job;
    uv_timer_start(&job->timer, on_timer, METRICS_EVERY_MS, METRICS_EVERY_MS);
    return job;
}

void metrics_job_add(struct metrics_job *job, const struct session *s) { job->session[job->n++] = s; }

void metrics_job_step(struct metrics_job *job) {
    bool any = false;
    for (size_t i = 0; i < job->n; i++) any |= table_root(job->session[i]->table, ROOT_BATCH)->scanned;
    if (!job->begun && any) metrics_job_write(job);
}

void metrics_job_end(struct metrics_job *job) {
    job->ended = true;
    uv_timer_stop(&job->timer);
    metrics_job_write(job);
}

bool metrics_job_busy(const struct metrics_job *job) { return job->busy; }
int metrics_job_error(const struct metrics_job *job) { return job->err; }

static void free_job(uv_handle_t *timer) {
    struct metrics_job *job = timer->data;
    buffer_free(&job->text);
    free(job->system_path);
    free(job);
}

void metrics_job_close(struct metrics_job *job) { uv_close((uv_handle_t *)&job->timer, free_job); }

#include "app/report_job.h"

#include "report/atomic_file.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make(struct report_file *file, const char *path, struct buffer *b) {
    free(file->bytes);
    file->path = path;
    file->bytes = b->bytes;
    file->len = b->len;
}

static void make_files(struct report_job *job, const struct session *s, bool settled) {
    struct report_input in = {s->table, session_mono_ms(), session_wall_ms(), settled, SWEEPWATCH_VERSION};
    struct buffer csv = {0}, json = {0};
    report_csv(&in, &csv);
    report_json(&in, &json);
    make(&job->files[0], s->csv, &csv);
    make(&job->files[1], s->json, &json);
}

static int write_stdout(const struct report_file *f) {
    bool ok = fwrite(f->bytes, 1, f->len, stdout) == f->len && fflush(stdout) == 0;
    return ok ? 0 : UV_EPIPE;
}

static void write_files(struct report_job *job) {
    job->err = 0;
    job->failed_path = NULL;
    for (size_t i = 0; i < sizeof job->files / sizeof *job->files; i++) {
        const struct report_file *f = &job->files[i];
        int err;
        if (strcmp(f->path, "-") == 0) {
            err = write_stdout(f);
        } else {
            err = atomic_file_make_parents(f->path);
            /* A parent that cannot be made may still be there: the write decides. */
            int written = atomic_file_write(f->path, f->bytes, f->len);
            err = written < 0 ? (err < 0 ? err : written) : 0;
        }
        if (err < 0 && job->err == 0) {
            job->err = err;
            job->failed_path = f->path;
        }
    }
}

static void on_work(uv_work_t *work) { write_files(work->data); }

static void on_done(uv_work_t *work, int status) {
    struct report_job *job = work->data;
    job->busy = false;
    if (status < 0 && job->err == 0) {
        job->err = status;
        job->failed_path = job->files[0].path;
    }
    report_job_free(job);
    job->done(job);
}

void report_job_start(struct report_job *job, uv_loop_t *loop, const struct session *s, bool settled,
                      void (*done)(struct report_job *job), void *ctx) {
    job->busy = true;
    job->ctx = ctx;
    job->done = done;
    job->work.data = job;
    make_files(job, s, settled);
    int err = uv_queue_work(loop, &job->work, on_work, on_done);
    if (err < 0) on_done(&job->work, err);
}

static void to_file(void *ctx, const char *bytes, size_t len) { atomic_file_append(ctx, bytes, len); }

static void to_stdout(void *ctx, const char *bytes, size_t len) { fwrite(bytes, 1, len, ctx); }

/* Made and written piece by piece: never held whole. */
static int stream(const char *path, const struct report_input *in,
                  void (*make_report)(const struct report_input *in, struct buffer *out)) {
    bool on_stdout = strcmp(path, "-") == 0;
    if (!on_stdout) atomic_file_make_parents(path); /* cannot be made: it may be there, the write decides */
    struct atomic_file *f = on_stdout ? NULL : atomic_file_begin(path);
    struct buffer out = {.spill = on_stdout ? to_stdout : to_file, .ctx = on_stdout ? (void *)stdout : (void *)f};
    make_report(in, &out);
    buffer_spill(&out);
    buffer_free(&out);
    if (!on_stdout) return atomic_file_commit(f);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : UV_EPIPE;
}

int report_job_run(struct report_job *job, const struct session *s, bool settled) {
    struct report_input in = {s->table, session_mono_ms(), session_wall_ms(), settled, SWEEPWATCH_VERSION};
    job->failed_path = s->csv;
    job->err = stream(s->csv, &in, report_csv);
    if (job->err < 0) return job->err;
    job->failed_path = s->json;
    job->err = stream(s->json, &in, report_json);
    return job->err;
}

void report_job_free(struct report_job *job) {
    for (size_t i = 0; i < sizeof job->files / sizeof *job->files; i++) {
        free(job->files[i].bytes);
        job->files[i].bytes = NULL;
    }
}

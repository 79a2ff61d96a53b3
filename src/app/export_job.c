#include "app/export_job.h"

#include "model/text.h"
#include "platform/paths.h"
#include "report/atomic_file.h"
#include "report/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct buffer *b, const struct table *t, uint32_t row) {
    char clean[1024];
    if (row >= table_count(t)) return;
    const struct row *r = table_row(t, row);
    const struct sweep_case *c = table_case(t, r);
    if (c) {
        buffer_format(b, "%s\n", sweep_case_line(c));
    } else {
        text_clean(r->title, clean, sizeof clean);
        buffer_format(b, "# %s\n", clean);
    }
}

static void write_file(uv_work_t *work) {
    struct export_job *job = work->data;
    job->err = atomic_file_make_parents(job->path);
    if (job->err == 0) job->err = atomic_file_write(job->path, job->text, job->len);
}

static void written(uv_work_t *work, int status) {
    struct export_job *job = work->data;
    if (status < 0) job->err = status;
    free(job->text);
    job->text = NULL;
    job->busy = false;
    job->done(job);
}

void export_job_start(struct export_job *job, uv_loop_t *loop, const struct session *s, const uint32_t *rows, size_t n,
                      void (*done)(struct export_job *job), void *ctx) {
    struct buffer b = {0};
    size_t room = strlen(s->report_dir) + sizeof "/" EXPORT_NAME;
    export_job_free(job);
    job->path = malloc(room);
    if (!job->path) abort();
    snprintf(job->path, room, "%s%c%s", s->report_dir, path_separator(), EXPORT_NAME);
    for (size_t i = 0; i < n; i++) add_line(&b, s->table, rows[i]);
    job->text = b.bytes;
    job->len = b.len;
    job->n = n;
    job->done = done;
    job->ctx = ctx;
    job->busy = true;
    job->work.data = job;
    uv_queue_work(loop, &job->work, write_file, written);
}

void export_job_free(struct export_job *job) {
    free(job->text);
    free(job->path);
    job->text = NULL;
    job->path = NULL;
}

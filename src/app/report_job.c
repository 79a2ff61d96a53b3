#include "app/report_job.h"

#include "model/text.h"
#include "platform/paths.h"
#include "report/atomic_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_A_SLICE = 100, HELD_BYTES = 512 * 1024 /* so many bytes of rows are put aside */ };

struct report_input report_input_now(const struct session *s) {
    return (struct report_input){.table = s->table,
                                 .now = session_mono_ms(),
                                 .wall = session_wall_ms(),
                                 .settled = table_over(s->table),
                                 .version = SWEEPWATCH_VERSION,
                                 .csv_bom = s->options->csv_bom,
                                 .refresh_seconds = (int)(s->options->html_every_ms / 1000),
                                 .rerun_path = s->output[OUTPUT_RERUN],
                                 .retry_path = s->output[OUTPUT_RETRY]};
}

/* ---- files ---- */

/* Which of the outputs are written. */
enum part { PART_ALL, PART_PAGE, PART_FILES, PART_STDOUT };

struct files {
    const struct session *session;
    struct atomic_file *file[OUTPUT_COUNT]; /* NULL: standard output */
    char *beside[OUTPUT_COUNT];             /* where it stands because somebody holds its own file */
    int stdout_err;
    enum part part;
};

static bool on_stdout(const char *path) { return strcmp(path, "-") == 0; }

static bool takes_stdout(const struct files *f, enum report_output o) {
    const char *path = f->session->output[o];
    return (f->part == PART_ALL || f->part == PART_STDOUT) && path && on_stdout(path);
}

static void files_begin(struct files *f, const struct session *s, char *const path[OUTPUT_COUNT], enum part part) {
    memset(f, 0, sizeof *f);
    f->session = s;
    f->part = part;
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (!path[o] || on_stdout(path[o]) || part == PART_STDOUT || (part == PART_PAGE && o != OUTPUT_HTML)) continue;
        char *system_path = path_for_system(path[o]);
        if (!system_path) abort();
        atomic_file_make_parents(system_path); /* cannot be made: it may be there, the write decides */
        f->file[o] = atomic_file_begin(system_path);
        free(system_path);
        /* The report before this one; the lists follow from it, and a page of a running sweep is none. */
        if (o != OUTPUT_RERUN && o != OUTPUT_RETRY && part != PART_PAGE) atomic_file_keep_previous(f->file[o]);
    }
}

static void files_put(void *ctx, enum report_output o, const char *bytes, size_t len) {
    struct files *f = ctx;
    if (f->file[o]) {
        atomic_file_append(f->file[o], bytes, len);
    } else if (takes_stdout(f, o)) {
        if (fwrite(bytes, 1, len, stdout) != len) f->stdout_err = UV_EPIPE;
    }
}

struct commit {
    struct atomic_file *file;
    char *beside;
    int err;
};

static void commit(void *arg) {
    struct commit *c = arg;
    c->err = atomic_file_commit_or_beside(c->file, &c->beside);
}

/* The result of each file. made: 0, or why not all could be put. All at once: each waits for the disk, or for somebody
 * who has the old one open, and the disk does several in the time of one. */
static void files_commit(struct files *f, int made, int err[OUTPUT_COUNT]) {
    uv_thread_t thread[OUTPUT_COUNT];
    struct commit c[OUTPUT_COUNT] = {{0}};
    bool apart[OUTPUT_COUNT] = {false};
    if (made < 0) f->stdout_err = made;
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (!f->file[o]) continue;
        if (made < 0) atomic_file_fail(f->file[o], made);
        c[o].file = f->file[o];
        apart[o] = uv_thread_create(&thread[o], commit, &c[o]) == 0;
        if (!apart[o]) commit(&c[o]);
    }
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (apart[o]) uv_thread_join(&thread[o]);
        err[o] = c[o].err;
        f->beside[o] = c[o].beside;
        if (takes_stdout(f, (enum report_output)o)) {
            err[o] = fflush(stdout) == 0 && !ferror(stdout) ? f->stdout_err : UV_EPIPE;
        }
    }
}

/* ---- when a file cannot be written ---- */

/* The person's own directory for what programs leave behind; named after the batch, so that sweeps do not mix. */
static char *state_path(const struct session *s, enum report_output o) {
    char *dir = path_state_dir();
    if (!dir) return NULL;
    enum { MARK = 12 }; /* of its place: batches of equal names do not meet */
    const char *batch = s->batch_name ? s->batch_name : "batch", *name = report_output_name(o);
    const char *place = s->batch_path ? s->batch_path : s->label;
    size_t size = strlen(dir) + strlen(batch) + strlen(name) + MARK + 4;
    char *out = malloc(size);
    if (!out) abort();
    snprintf(out, size, "%s%c%s-%08x-%s", dir, path_separator(), batch,
             (unsigned)(text_hash(place, strlen(place), 0) & UINT32_MAX), name);
    free(dir);
    return out;
}

/* A file that nobody named is no reason to fail where the person named all that matters. */
static bool only_a_warning(const struct session *s, enum report_output o) {
    return !s->output_given[o] && s->output_given[OUTPUT_CSV] && s->output_given[OUTPUT_JSON];
}

static void note_failure(const struct session *s, enum report_output o, int err, const char *instead,
                         struct report_result *r) {
    if (only_a_warning(s, o)) {
        if (r->warning[0]) return;
        snprintf(r->warning, sizeof r->warning, "%s could not be written: %s", s->output[o], uv_strerror(err));
        return;
    }
    if (r->err < 0) return;
    r->err = err;
    r->failed_path = s->output[o];
    snprintf(r->instead, sizeof r->instead, "%s", instead ? instead : "");
}

/* Writes the outputs that failed and stand nowhere (beside) under the state directory. `again` makes all bytes once
 * more. */
static void write_instead(const struct session *s, const int err[OUTPUT_COUNT], char *const beside[OUTPUT_COUNT],
                          int (*again)(void *ctx, struct report_sink sink), void *ctx, struct report_result *r) {
    char *path[OUTPUT_COUNT] = {NULL};
    struct files f;
    int second[OUTPUT_COUNT];
    bool any = false;
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        bool failed = err[o] < 0 && !beside[o] && s->output[o] && !on_stdout(s->output[o]);
        if (failed && !only_a_warning(s, (enum report_output)o)) path[o] = state_path(s, (enum report_output)o);
        any |= path[o] != NULL;
    }
    if (any) {
        files_begin(&f, s, path, PART_FILES);
        int made = again(ctx, (struct report_sink){files_put, &f});
        for (int o = 0; o < OUTPUT_COUNT; o++) {
            if (made < 0 && f.file[o]) atomic_file_fail(f.file[o], made);
            second[o] = f.file[o] ? atomic_file_commit(f.file[o]) : UV_ENOENT;
        }
    }
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (err[o] < 0) {
            const char *instead = beside[o] ? path_for_people(beside[o]) : path[o] && second[o] >= 0 ? path[o] : NULL;
            note_failure(s, (enum report_output)o, err[o], instead, r);
        }
        free(path[o]);
    }
}

static void write_part(const struct session *s, enum part part, int (*make)(void *ctx, struct report_sink sink),
                       void *ctx, struct report_result *r) {
    struct files f;
    int err[OUTPUT_COUNT];
    memset(r, 0, sizeof *r);
    files_begin(&f, s, s->output, part);
    int made = make(ctx, (struct report_sink){files_put, &f});
    files_commit(&f, made, err);
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (err[o] >= 0) continue;
        write_instead(s, err, f.beside, make, ctx, r);
        break;
    }
    for (int o = 0; o < OUTPUT_COUNT; o++) free(f.beside[o]);
}

void report_result_words(const struct report_result *r, char *out, size_t cap) {
    out[0] = '\0';
    if (r->err < 0 && r->instead[0]) {
        snprintf(out, cap, "the report could not be written to %s: %s; it stands in %s", r->failed_path,
                 uv_strerror(r->err), r->instead);
    } else if (r->err < 0) {
        snprintf(out, cap, "the report could not be written to %s: %s", r->failed_path, uv_strerror(r->err));
    } else if (r->warning[0]) {
        snprintf(out, cap, "%s", r->warning);
    }
}

/* ---- blocking ---- */

struct part_work {
    void (*work)(void *arg);
    void *arg;
};

static void do_part(void *arg) {
    struct part_work *p = arg;
    p->work(p->arg);
}

static void all_hands(void (*work)(void *arg), void *const arg[], unsigned n) {
    uv_thread_t thread[REPORT_HANDS];
    struct part_work part[REPORT_HANDS];
    bool apart[REPORT_HANDS] = {false};
    for (unsigned i = 1; i < n; i++) {
        part[i] = (struct part_work){work, arg[i]};
        apart[i] = uv_thread_create(&thread[i], do_part, &part[i]) == 0;
    }
    work(arg[0]);
    for (unsigned i = 1; i < n; i++) {
        if (apart[i])
            uv_thread_join(&thread[i]);
        else
            work(arg[i]);
    }
}

struct turns {
    uv_mutex_t mutex;
    uv_cond_t passed;
    size_t over;
};

static void await_turn(void *ctx, size_t turn) {
    struct turns *t = ctx;
    uv_mutex_lock(&t->mutex);
    while (t->over != turn) uv_cond_wait(&t->passed, &t->mutex);
    uv_mutex_unlock(&t->mutex);
}

static void pass_turn(void *ctx) {
    struct turns *t = ctx;
    uv_mutex_lock(&t->mutex);
    t->over++;
    uv_cond_broadcast(&t->passed);
    uv_mutex_unlock(&t->mutex);
}

static int make_streamed(void *ctx, struct report_sink sink) {
    struct report_input in = *(const struct report_input *)ctx;
    struct turns turns = {.over = 0};
    unsigned processors = uv_available_parallelism();
    const struct report_hands hands = {processors < REPORT_HANDS ? processors : REPORT_HANDS, all_hands, &turns,
                                       await_turn, pass_turn};
    if (uv_mutex_init(&turns.mutex) || uv_cond_init(&turns.passed)) abort();
    in.hands = &hands;
    report_stream(&in, sink);
    uv_cond_destroy(&turns.passed);
    uv_mutex_destroy(&turns.mutex);
    return 0;
}

void report_job_run(const struct session *s, const struct report_input *in, struct report_result *result) {
    struct report_input all = *in, some = *in;
    all.only = NULL;
    write_part(s, in->only ? PART_FILES : PART_ALL, make_streamed, &all, result);
    bool any = false;
    for (int o = 0; o < OUTPUT_COUNT; o++) any |= s->output[o] && on_stdout(s->output[o]);
    if (!in->only || !any) return;
    struct report_result printed;
    write_part(s, PART_STDOUT, make_streamed, &some, &printed);
    if (result->err >= 0 && printed.err < 0) *result = printed;
}

/* ---- beside the live loop ---- */

static void rows_clear(void *ctx) {
    struct report_job *job = ctx;
    for (int i = 0; i < ROWS_COUNT; i++) spool_clear(job->rows[i]);
}

static void rows_add(void *ctx, enum report_rows rows, const char *bytes, size_t len) {
    struct report_job *job = ctx;
    spool_add(job->rows[rows], bytes, len);
}

static int rows_each(void *ctx, enum report_rows rows, void (*put)(void *to, const char *bytes, size_t len), void *to) {
    struct report_job *job = ctx;
    return spool_each(job->rows[rows], put, to);
}

static struct report_store store_of(struct report_job *job) {
    return (struct report_store){job, rows_clear, rows_add, rows_each};
}

static int make_built(void *ctx, struct report_sink sink) {
    struct report_job *job = ctx;
    struct report_store store = store_of(job);
    return report_build_put(job->build, &store, sink);
}

static void on_store(uv_work_t *work) {
    struct report_job *job = work->data;
    struct report_store store = store_of(job);
    report_build_store(job->build, &store);
}

static void on_work(uv_work_t *work) {
    struct report_job *job = work->data;
    on_store(work);
    write_part(job->session, job->page_only ? PART_PAGE : PART_ALL, make_built, job, &job->result);
    for (int i = 0; i < ROWS_COUNT; i++) spool_free(job->rows[i]);
}

static void on_done(uv_work_t *work, int status) {
    struct report_job *job = work->data;
    (void)status; /* never cancelled */
    report_build_free(job->build);
    job->build = NULL;
    job->busy = false;
    job->done(job);
}

static void on_slice(uv_idle_t *slices);

static void on_stored(uv_work_t *work, int status) {
    struct report_job *job = work->data;
    (void)status; /* never cancelled */
    uv_idle_start(&job->slices, on_slice);
}

static void on_slice(uv_idle_t *slices) {
    struct report_job *job = slices->data;
    /* One moment for all of it, but for the question whether the sweep is over: then it begins anew. */
    if (!report_build_begun(job->build)) job->input = report_input_now(job->session);
    job->input.settled = table_over(job->session->table);
    bool made = report_build_step(job->build, &job->input, ROWS_A_SLICE);
    if (!made && report_build_held(job->build) < HELD_BYTES) return;
    uv_idle_stop(slices);
    uv_work_cb work = made ? on_work : on_store;
    if (uv_queue_work(slices->loop, &job->work, work, made ? on_done : on_stored) < 0) abort();
}

void report_job_start(struct report_job *job, uv_loop_t *loop, const struct session *s, bool page_only,
                      void (*done)(struct report_job *job), void *ctx) {
    job->busy = true;
    job->page_only = page_only;
    job->ctx = ctx;
    job->done = done;
    job->session = s;
    job->build = report_build_new();
    for (int i = 0; i < ROWS_COUNT; i++) job->rows[i] = spool_new();
    job->work.data = job->slices.data = job;
    if (!job->slices.loop) uv_idle_init(loop, &job->slices);
    uv_idle_start(&job->slices, on_slice);
}

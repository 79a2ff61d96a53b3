#include "app/elsewhere.h"

#include "platform/paths.h"
#include "watch/siblings.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *p) {
    if (!p) abort();
    return p;
}

/* Nothing of it is here, and it is not simply all in the archive. */
static bool is_absent(const struct table *t, const struct row *r) {
    bool ambiguous;
    const struct place *local = table_place(t, r, ROOT_BATCH, &ambiguous);
    return table_case(t, r) && !ambiguous && !(local && local->has_files) && r->status != STATUS_COMPLETE;
}

/* NULL: none. */
static bool *find_absent(const struct table *t, const struct row *only) {
    bool any = false, *wanted = must(calloc(table_count(t) + 1, sizeof *wanted));
    for (size_t i = 0; table_list(t) && i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        if (only && r != only) continue;
        wanted[i] = is_absent(t, r);
        any |= wanted[i];
    }
    if (any) return wanted;
    free(wanted);
    return NULL;
}

/* Absolute, to be freed, or NULL. */
static char *archive_path(const struct table *t) {
    const char *path = table_root(t, ROOT_ARCHIVE)->path;
    return path ? path_absolute(path) : NULL;
}

/* Returns whether it was cut short. */
static bool search(const struct session *s, const struct sweep_list *list, const bool *wanted, const char *archive,
                   const atomic_bool *stop, int64_t at, struct fact_sink sink) {
    struct siblings_options o = {.fs = fs_real(),
                                 .profile = s->profile,
                                 .list = list,
                                 .wanted = wanted,
                                 .batch = s->batch_path,
                                 .archive = archive,
                                 .fold_case = s->policy.fold_case,
                                 .budget_ms = SIBLINGS_BUDGET_MS,
                                 .stop = stop};
    bool cut = false;
    if (s->batch_path) siblings_search(&o, at, sink, &cut);
    return cut;
}

static void apply(void *ctx, const struct fact *f) { table_apply(ctx, f); }

void elsewhere_run(struct session *s, const struct row *only) {
    bool *wanted = find_absent(s->table, only);
    if (!wanted) return;
    int64_t now = session_mono_ms();
    char *archive = archive_path(s->table);
    bool cut = search(s, table_list(s->table), wanted, archive, NULL, now, (struct fact_sink){apply, s->table});
    free(archive);
    if (cut) session_say("%s", ELSEWHERE_CUT);
    table_tick(s->table, session_mono_ms());
    free(wanted);
}

static void put(void *ctx, const struct fact *f) { fact_batch_add(ctx, f); }

/* The table's list may be replaced meanwhile: the worker reads its own copy. */
static void on_work(uv_work_t *work) {
    struct elsewhere_job *job = work->data;
    struct sweep_list *list = sweep_list_parse(job->list_text, job->list_len, job->session->profile, 0);
    job->cut =
        search(job->session, list, job->wanted, job->archive, &job->stop, job->at, (struct fact_sink){put, job->facts});
    sweep_list_free(list);
}

static void on_done(uv_work_t *work, int status) {
    struct elsewhere_job *job = work->data;
    (void)status;
    struct fact_batch *facts = job->facts; /* done may start the next search */
    free(job->list_text);
    free(job->archive);
    free(job->wanted);
    job->busy = false;
    job->done(job, facts);
    fact_batch_free(facts);
}

void elsewhere_stop(struct elsewhere_job *job) { atomic_store(&job->stop, true); }

bool elsewhere_start(struct elsewhere_job *job, uv_loop_t *loop, struct session *s,
                     void (*done)(struct elsewhere_job *job, const struct fact_batch *found), void *ctx) {
    if (!table_list(s->table) || !(job->wanted = find_absent(s->table, NULL))) return false;
    job->session = s;
    job->done = done;
    job->ctx = ctx;
    job->list_text = session_list_text(s, &job->list_len);
    job->archive = archive_path(s->table);
    job->facts = fact_batch_new();
    job->at = session_mono_ms();
    atomic_store(&job->stop, false);
    job->busy = true;
    job->work.data = job;
    if (uv_queue_work(loop, &job->work, on_work, on_done) != 0) abort();
    return true;
}

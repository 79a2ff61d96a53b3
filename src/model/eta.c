#include "model/eta.h"

#include "model/trace.h"

#include <string.h>

/* Beyond this nobody plans; it also keeps the products far from overflow. */
static const int64_t pace_max_ms = INT64_C(366) * 24 * 3600 * 1000;

static bool results_are_valid(const struct row *r) {
    return r->status == STATUS_COMPLETE || r->status == STATUS_ARCHIVING || r->status == STATUS_ARCHIVE_FAILED;
}

/* Wall ms at which the last result of a row was written; -1 unknown. */
static int64_t completed_at(const struct table *t, const struct row *r, int artifact) {
    for (int root = ROOT_BATCH; root < ROOT_COUNT; root++) {
        const struct place *p = table_place(t, r, (enum root_id)root, NULL);
        if (p == NULL) continue;
        const struct file_state *f = place_file(p, artifact);
        if (f->content == CONTENT_WHOLE && f->mtime_ns > 0) return f->mtime_ns / 1000000;
    }
    return -1;
}

/* Keeps the newest ETA_COMPLETIONS in ascending order. */
static void keep_newest(struct eta *e, int64_t at) {
    if (e->n_completed == ETA_COMPLETIONS) {
        if (at <= e->completed[0]) return;
        memmove(&e->completed[0], &e->completed[1], (ETA_COMPLETIONS - 1) * sizeof e->completed[0]);
        e->n_completed--;
    }
    size_t i = e->n_completed++;
    while (i > 0 && e->completed[i - 1] > at) {
        e->completed[i] = e->completed[i - 1];
        i--;
    }
    e->completed[i] = at;
}

static void read_table(struct eta *e, const struct table *t) {
    const struct profile *p = table_profile(t);
    int artifact = -1;
    for (int i = 0; i < p->n_artifacts; i++) {
        if (p->artifact[i].roles & ROLE_LAST_RESULT) artifact = i;
    }
    e->n_completed = 0;
    e->began_ms = e->newest_ms = -1;
    size_t n = table_count(t);
    for (size_t i = 0; i < n; i++) {
        const struct row *r = table_row(t, i);
        int64_t first, last;
        if (trace_span(t, r, &first, &last)) {
            if (e->began_ms < 0 || first < e->began_ms) e->began_ms = first;
            if (last > e->newest_ms) e->newest_ms = last;
        }
        if (artifact < 0 || !results_are_valid(r)) continue;
        int64_t at = completed_at(t, r, artifact);
        if (at >= 0) keep_newest(e, at);
    }
}

/* Mean ms between neighbours of completed[first..last]. */
static int64_t pace(const int64_t completed[], size_t first, size_t last) {
    int64_t ms = (completed[last] - completed[first]) / (int64_t)(last - first);
    return ms > pace_max_ms ? pace_max_ms : ms;
}

bool eta_estimate(const int64_t completed[], size_t n, size_t remaining, int64_t wall_ms, int64_t *low_ms,
                  int64_t *high_ms) {
    if (n < 3 || remaining == 0) return false;
    size_t middle = (n - 1) / 2;
    int64_t older = pace(completed, 0, middle), newer = pace(completed, middle, n - 1);
    int64_t fast = older < newer ? older : newer, slow = older < newer ? newer : older;
    /* The gap that is still open counts once it is longer than usual. */
    int64_t silence = wall_ms - completed[n - 1];
    if (silence > newer) {
        int64_t open = (wall_ms - completed[middle]) / (int64_t)(n - middle);
        if (open > slow) slow = open < pace_max_ms ? open : pace_max_ms;
    }
    *low_ms = fast * (int64_t)remaining;
    *high_ms = slow * (int64_t)remaining;
    return *high_ms / ETA_SPREAD <= *low_ms + ETA_SPREAD_FROM_MS;
}

void eta_refresh(struct eta *e, const struct table *t, int64_t wall_ms) {
    uint64_t version = table_version(t);
    int64_t since = wall_ms - e->read_at;
    /* Many rows are read less often: a sweep of so many does not end within seconds. */
    int64_t every = ETA_RESCAN_MS * (1 + (int64_t)(table_count(t) / 2000));
    /* A wall clock that was set back must not hold the estimate: since < 0 reads at once. */
    if (!e->read || (version != e->version && (since >= every || since < 0))) {
        read_table(e, t);
        e->version = version;
        e->read_at = wall_ms;
        e->read = true;
    }
    size_t terminal = 0;
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (status_is_terminal((enum case_status)s)) terminal += table_status_count(t, (enum case_status)s);
    }
    e->remaining = table_count(t) - terminal;
    bool moving = table_status_count(t, STATUS_RUNNING) + table_status_count(t, STATUS_ARCHIVING) > 0;
    e->low_ms = e->high_ms = 0;
    e->known = moving && eta_estimate(e->completed, e->n_completed, e->remaining, wall_ms, &e->low_ms, &e->high_ms);
}

int64_t eta_elapsed(const struct eta *e, const struct table *t, int64_t wall_ms) {
    if (e->began_ms < 0) return -1;
    int64_t end = table_over(t) ? e->newest_ms : wall_ms;
    return end > e->began_ms ? end - e->began_ms : 0;
}

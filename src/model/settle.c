#include "model/settle.h"

static bool all_done(const struct table *t) {
    size_t done = table_status_count(t, STATUS_FAILED) + table_status_count(t, STATUS_INVALID) +
                  table_status_count(t, STATUS_ARCHIVE_FAILED) + table_status_count(t, STATUS_COMPLETE) +
                  table_status_count(t, STATUS_MISSING);
    return table_count(t) > 0 && done == table_count(t);
}

/* What a first pass found is no change, but half a file of it is condemned only when a look after the settling time
 * still finds it so: the last pass must not begin earlier. */
static int64_t judged_from(const struct table *t) {
    int64_t from = INT64_MIN;
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *r = table_root(t, (enum root_id)i);
        if (r->scanned && r->scanned_at + r->settle_ms > from) from = r->scanned_at + r->settle_ms;
    }
    return from;
}

enum settle_reason settle_judge(const struct table *t, int64_t now, int64_t *again) {
    const struct root_state *batch = table_root(t, ROOT_BATCH), *archive = table_root(t, ROOT_ARCHIVE);
    *again = INT64_MAX;
    if (!batch->scanned || !batch->readable) return SETTLE_NOT;
    if (archive->in_play && archive->readable && !archive->scanned) return SETTLE_NOT;
    int64_t settle = table_policy(t)->settle_ms;
    int64_t rest = archive->settle_ms > batch->settle_ms ? archive->settle_ms : batch->settle_ms;
    enum settle_reason reason = SETTLE_NOT;
    int64_t need = 0;
    if (all_done(t)) {
        /* Without a list more cases may come: only the long silence says that none will. */
        reason = table_list(t) ? SETTLE_ALL_DONE : SETTLE_QUIET;
        need = table_list(t) ? rest : settle;
    } else if (table_parent(t) == 0) {
        reason = SETTLE_PARENT_GONE;
        need = settle < SETTLE_AFTER_PARENT_MS ? settle : SETTLE_AFTER_PARENT_MS;
        if (need < rest) need = rest;
    } else if (table_status_count(t, STATUS_RUNNING) == 0 && table_status_count(t, STATUS_PENDING) < table_count(t)) {
        reason = SETTLE_QUIET;
        need = settle;
    }
    if (reason == SETTLE_NOT) return reason;
    int64_t silence = table_silence(t, now), from = judged_from(t);
    if (silence >= need && now >= from) return reason;
    *again = now + need - silence;
    if (*again < from) *again = from;
    return SETTLE_NOT;
}

const char *settle_words(enum settle_reason r) {
    switch (r) {
    case SETTLE_ALL_DONE:
        return "the sweep is over: every case has its final status";
    case SETTLE_PARENT_GONE:
        return "the sweep is over: its process has ended and nothing changes any more";
    case SETTLE_ASKED:
        return "the sweep was called over: what has not finished is missing";
    case SETTLE_QUIET:
        return "the sweep is over: no case is running and nothing changes any more";
    default:
        return "not settled";
    }
}

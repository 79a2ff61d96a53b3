#include "model/stall_cause.h"

static bool is_full(const struct root_state *r) {
    return r->in_play && r->readable && r->space_total > 0 && r->space_free < STALL_FULL_BYTES &&
           r->space_free < r->space_total / 10;
}

static bool is_slow(const struct root_state *r, int64_t now) {
    return r->slow || (r->slow_at >= 0 && now - r->slow_at <= STALL_SLOW_MS);
}

static void note_away(const struct table *t, const struct place *p, struct stall_cause *c) {
    const struct fact_away *a = table_away(t);
    if (!p || a->until <= p->changed_at) return;
    c->slept = a->slept > 0;
    c->away_ms = c->slept ? a->slept : a->until - a->from;
}

struct stall_cause stall_cause_of(const struct table *t, const struct row *r, int64_t quiet_ms, int64_t now) {
    const struct root_state *batch = table_root(t, ROOT_BATCH);
    const struct place *archived = table_place(t, r, ROOT_ARCHIVE, NULL);
    struct stall_cause c = {.silent = table_status_count(t, STATUS_STALLED),
                            .going = table_status_count(t, STATUS_RUNNING),
                            .others_ms = table_run_silence(t, now)};
    if (c.others_ms < 0 || c.others_ms > quiet_ms) c.others_ms = quiet_ms; /* its last change was in the archive */
    note_away(t, table_place(t, r, ROOT_BATCH, NULL), &c);
    if (r->flags & FLAG_LOCKED) {
        c.kind = STALL_LOCKED;
        return c;
    }
    bool archive_full = is_full(table_root(t, ROOT_ARCHIVE)) && archived && archived->has_files;
    if (is_full(batch) || archive_full) {
        c.kind = STALL_FULL;
        c.root = is_full(batch) ? ROOT_BATCH : ROOT_ARCHIVE;
        return c;
    }
    if (c.others_ms < quiet_ms / 2) { /* somebody went on for more than half of its silence */
        c.kind = STALL_ALONE;
        return c;
    }
    c.machine = machine_judge(table_machine(t, now));
    c.kind = is_slow(batch, now) ? STALL_SLOW : c.going == 0 ? STALL_ALL : STALL_NONE_NEWER;
    return c;
}

const char *stall_cause_word(enum stall_cause_kind kind) {
    static const char *const words[] = {"locked", "drive_full", "alone", "root_slow", "all_silent", "none_newer"};
    return words[kind];
}

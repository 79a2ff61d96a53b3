/* eta: when the sweep may be done, as a range, from how fast cases have been finishing.
 *
 * A completion is the modification time of a case's last result (ROLE_LAST_RESULT), wall clock, of every case whose
 * results are valid: also those finished before the monitor was opened. The pace is taken from the newest
 * ETA_COMPLETIONS of them, in an older and a newer half: the faster half gives `low`, the slower one `high`. A silence
 * longer than the newer pace counts as one more gap and stretches `high`. Unknown is an honest answer: with fewer than
 * 3 completions, when nothing is running, and when the range is so wide (ETA_SPREAD) that it says nothing.
 *
 * Plain data, owned by the caller, starts zeroed. Pure: the time is passed in. */
#ifndef SW_MODEL_ETA_H
#define SW_MODEL_ETA_H

#include "model/table.h"

enum {
    ETA_COMPLETIONS = 64,
    ETA_RESCAN_MS = 1000,
    ETA_SPREAD = 100,              /* high may be so many times low, */
    ETA_SPREAD_FROM_MS = 60 * 1000 /* and this much more */
};

struct eta {
    bool known;
    int64_t low_ms, high_ms; /* from `wall_ms` of the last refresh; 0 <= low <= high */
    size_t remaining;        /* cases not terminal */
    /* The sweep's first and newest trace, by the times of its files; wall ms, -1: it has none. */
    int64_t began_ms, newest_ms;

    /* What was read from the table; private. */
    int64_t completed[ETA_COMPLETIONS]; /* wall ms, ascending */
    size_t n_completed;
    uint64_t version;
    int64_t read_at; /* wall ms */
    bool read;
};

/* Brings *e up to date. Reads the rows (O(rows)) only when the table's version has changed and at most once a
 * second, and a second more for every 2000 rows; otherwise O(ETA_COMPLETIONS). wall_ms: since 1970-01-01 UTC. */
void eta_refresh(struct eta *e, const struct table *t, int64_t wall_ms);

/* How long the sweep has been going at wall_ms, or went, once it is over; -1: nothing is there yet. */
int64_t eta_elapsed(const struct eta *e, const struct table *t, int64_t wall_ms);

/* The estimate itself: n completions, ascending wall ms. Returns false when nothing can be said. */
bool eta_estimate(const int64_t completed[], size_t n, size_t remaining, int64_t wall_ms, int64_t *low_ms,
                  int64_t *high_ms);

#endif

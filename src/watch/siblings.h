/* siblings: cases that are absent in this batch, searched for in the batches beside it.
 *
 * Beside: the other directories in the batch's parent (the sweep tag's), the newest names first; then, when the batch
 * has a stamped name (RUN_TS__GIT_SHA__seedN), stamped directories of the other tags. A directory counts when it is a
 * case of the list by name and has a file in it. The archive is no batch, wherever it stands. Of several the one with
 * the most required files whole is told, then the newest. Bounded: SIBLINGS_MAX directories are listed, SIBLINGS_SCANS
 * cases read, within budget_ms.
 *
 * Blocking; runs on a worker, never on the UI thread. */
#ifndef SW_WATCH_SIBLINGS_H
#define SW_WATCH_SIBLINGS_H

#include "model/fact.h"
#include "model/profile.h"
#include "model/sweep_list.h"
#include "watch/fs_ops.h"

#include <stdatomic.h>

enum { SIBLINGS_MAX = 200, SIBLINGS_TAGS = 32, SIBLINGS_SCANS = 20000, SIBLINGS_BUDGET_MS = 10 * 1000 };

struct siblings_options {
    const struct fs_ops *fs;
    const struct profile *profile;
    const struct sweep_list *list;
    const bool *wanted;  /* [list->n_cases]: absent here */
    const char *batch;   /* absolute path, without a trailing separator */
    const char *archive; /* the same of the archive, or NULL; known by its name alone, for its drive may hang */
    bool fold_case;
    int64_t budget_ms;
    const atomic_bool *stop; /* set by another thread: end soon; or NULL */
};

/* Puts one ELSEWHERE fact for each wanted case that was found, stamped with at. Returns how many were found, or a
 * negative libuv error when the batch's parent cannot be read. *cut: the bounds were reached before the end. */
int siblings_search(const struct siblings_options *o, int64_t at, struct fact_sink sink, bool *cut);

#endif

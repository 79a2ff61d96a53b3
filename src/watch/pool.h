/* pool: one pass over a root by several readers at once; what `check` does. Blocking. */
#ifndef SW_WATCH_POOL_H
#define SW_WATCH_POOL_H

#include "model/fact.h"
#include "model/profile.h"
#include "model/sweep_list.h"
#include "watch/fs_ops.h"
#include "watch/judged.h"

struct pool_options {
    const struct fs_ops *fs;
    const struct profile *profile;
    enum root_id root;
    const char *path;
    const struct sweep_list *list; /* with only_wanted: directories that match no line are passed over */
    const char *nested; /* directory of the root whose directories are looked at, too, as "name/case"; NULL: none */
    bool only_wanted, fold_case, learned;
    unsigned readers; /* threads, as in readers_new */
    /* What need not be read again, and takes what was read; NULL: nothing is kept. Needs wall (ms since 1970 UTC), and
     * a root that scan_set_judged is for. */
    struct judged *judged;
    int64_t (*wall)(void *ctx);
};

/* Scans every case directory and hands the facts over in batches, on the calling thread: a ROOT fact, SCAN_BEGIN, the
 * places, SCAN_END. The batch is borrowed by on_facts. When the root cannot be read, a ROOT fact says so (stale) and
 * the negative libuv error is returned; then there is no SCAN_END. */
int pool_scan(const struct pool_options *o, int64_t at, void (*on_facts)(void *ctx, const struct fact_batch *b),
              void *ctx);

#endif

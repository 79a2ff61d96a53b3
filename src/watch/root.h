/* root: one root's worker: a thread with its own loop that drives a scanner with the file system's events.
 *
 * The owner lives on another uv loop (the UI's). All functions are called on the owner's thread; on_facts too.
 * Facts come in batches in the order they were found. Nothing here blocks the owner, except root_close's bounded wait.
 */
#ifndef SW_WATCH_ROOT_H
#define SW_WATCH_ROOT_H

#include "watch/scanner.h"

#include <uv.h>

struct root_options {
    const struct profile *profile; /* must outlive the worker */
    enum root_id root;
    const char *path; /* copied */
    bool learned, fold_case, only_wanted;
    bool reads_list; /* tell the kept list and the settings of the batch as facts */
    int64_t settle_ms, idle_ms;
    bool poll; /* ask for no events */
};

struct root_worker;

/* Starts the worker; on_facts is called on the owner's loop whenever there are facts; the batch is the callee's to
 * free. Returns 0 or a negative libuv error. */
int root_open(uv_loop_t *owner, const struct root_options *o, void (*on_facts)(void *ctx, struct fact_batch *b),
              void *ctx, struct root_worker **out);

/* The list whose cases are wanted, as text (only_wanted). Copied. */
void root_set_list(struct root_worker *w, const char *text, size_t len);
void root_want(struct root_worker *w, const char *name);
/* Look at everything again; the pass is finished when a SCAN_END fact of a later generation than any seen has come. */
void root_full_pass(struct root_worker *w);

/* Asks the worker to stop and waits at most wait_ms. Returns true when it has ended and everything is freed; false when
 * it hangs in the file system: then it is abandoned, and the process must leave with _exit. */
bool root_close(struct root_worker *w, unsigned wait_ms);

#endif

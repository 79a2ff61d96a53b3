/* scanner: watches one root. Decides what to scan and when; events are only hints that something may have changed.
 *
 * A state machine without threads, clocks or libuv: whoever drives it passes `now` (monotonic ms) and calls
 * scanner_step when due. The worker drives it in the program, the simulation drives it with a fake file system and a
 * virtual clock. Not thread safe: its readers look only while scanner_step waits for them. Then watch and clock are
 * called by them, watch by one at a time. Out of memory: abort().
 *
 * The order that loses nothing: subscribe to a directory, then list it, then believe it. A reconcile looks at
 * everything again anyway, active cases every few seconds, quiet ones ever more rarely. */
#ifndef SW_WATCH_SCANNER_H
#define SW_WATCH_SCANNER_H

#include "model/fact.h"
#include "model/profile.h"
#include "model/sweep_list.h"
#include "watch/fs_ops.h"

/* Where file events come from. path: relative to the root, "" for the root itself. token: given back with each event;
 * SCANNER_TOKEN_FREE and the one after it are for others. */
enum { SCANNER_TOKEN_FREE = 2 };
struct watch_ops {
    void *ctx;
    int (*start)(void *ctx, const char *path, uint64_t token); /* 0 or a negative libuv error */
    void (*stop)(void *ctx, uint64_t token);
};

/* Who reads places in a whole pass, and those seen for the first time: several at once. */
struct reader_ops {
    void *ctx;
    /* Calls look(arg, reader, i) for i < n, in any order and on any threads, at once only for different readers (below
     * READERS_MOST); false: nobody begins another one. Returns when nobody looks any more. */
    void (*run)(void *ctx, size_t n, bool (*look)(void *arg, unsigned reader, size_t i), void *arg);
    void (*rest)(void *ctx); /* all of these have been looked at */
};

struct scanner_config {
    const struct fs_ops *fs;
    const struct watch_ops *watch;    /* NULL: no events here, everything is polled */
    const struct reader_ops *readers; /* NULL: the caller's thread alone */
    const char *no_events_because;    /* watch NULL: in words, or NULL */
    int64_t (*clock)(void *ctx);      /* monotonic ms, asked within a step to keep its budget */
    int64_t (*wall)(void *ctx); /* ms since 1970 UTC; NULL: unknown. Tells how old a case is when it is first seen, and
                                   of sleeps. */
    void *clock_ctx;            /* of both */
    const struct profile *profile;
    enum root_id root;
    const char *path; /* of the root */
    bool learned;     /* the path was learned from a configuration */
    bool fold_case;
    bool only_wanted;  /* scan only directories that match the list or were asked for (a shared archive) */
    int64_t settle_ms; /* how long a file must keep its size to be condemned */
    int64_t active_ms; /* at most this long until an active, watched case is looked at again */
    int64_t poll_ms;   /* the same for one that is not watched */
    int64_t idle_ms;   /* the same for a case quiet for long */
    int64_t rest_ms;   /* a finished case quiet for so long is no longer watched, only looked at again; 0: never so */
    size_t max_watches;
};

struct scanner;
struct scanner *scanner_new(const struct scanner_config *c); /* strings are copied */
void scanner_free(struct scanner *s);

/* The cases whose directories are wanted (only_wanted). */
void scanner_set_list(struct scanner *s, const struct sweep_list *list, int64_t now);
/* This case directory, too; a name with '/' at its end is a directory of the root whose directories are looked at like
 * the root's own (an archive that keeps each batch apart), told as "name/case". The last such name counts. */
void scanner_want(struct scanner *s, const char *name, int64_t now);

/* Something may have changed: in the directory `token` was given for, `name` in it (NULL: unknown; "" or its own name:
 * perhaps itself). */
void scanner_event(struct scanner *s, uint64_t token, const char *name, int64_t now);
/* Events were lost (overflow): everything is looked at again, soon, and once for a whole storm of such calls. A machine
 * that slept is noticed by scanner_step itself. */
void scanner_lost(struct scanner *s, int64_t now);
/* A pass over the whole root, ended by a SCAN_END fact of generation scanner_generation() or later. Returns that
 * generation. */
uint32_t scanner_full_pass(struct scanner *s, int64_t now);

/* Do events of this root arrive, as far as is known? */
bool scanner_hears(const struct scanner *s);

/* Does what is due, for about budget_ms, and puts the facts into sink. Returns when to call again (monotonic ms; may be
 * now). */
int64_t scanner_step(struct scanner *s, int64_t now, int64_t budget_ms, struct fact_sink sink);

/* The system's table of mounts has changed: is the root still the same? */
void scanner_mounts_changed(struct scanner *s, int64_t now);

/* Before the first step: what an earlier scanner knew of this root (the identity it told, and the places that were
 * there), so that an empty or another directory in its place is not taken for it. */
void scanner_known(struct scanner *s, uint64_t identity);
void scanner_known_place(struct scanner *s, const char *name, int64_t now);

/* Lets go of the root: nothing is watched or looked at until the next scanner_full_pass. */
void scanner_release(struct scanner *s, int64_t now);

size_t scanner_places(const struct scanner *s);
size_t scanner_watches(const struct scanner *s);
uint64_t scanner_missed(const struct scanner *s); /* changes the reconcile found that no event announced */

#endif

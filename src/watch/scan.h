/* scan: one case directory -> facts. The only reader of case directories, for one pass and for watching alike.
 *
 * Blocking; runs on workers, never on the UI thread. One struct scan a thread. */
#ifndef SW_WATCH_SCAN_H
#define SW_WATCH_SCAN_H

#include "model/fact.h"
#include "model/profile.h"
#include "watch/fs_ops.h"
#include "watch/judged.h"

enum {
    SCAN_MAX_NAMES = 200000, /* names read from one directory; the rest is not looked at */
    SCAN_MAX_SUBDIRS = 24,   /* directories of a case that are looked into */
    SCAN_TRIES = 3,          /* a directory that changes while it is read is read again */
    SCAN_FOOTERS = 64,       /* footers of chunks read in one scan with memory; the next one goes on */
    SCAN_FOOTERS_ONCE = 512, /* and in a scan without */
    SCAN_YOUNG_MS = 2500     /* more than the coarsest tick of a file system's times (2 s on FAT) */
};

/* Asked before a directory is read, so that it can be subscribed to first: subscribe, list, believe.
 * sub: "" for the case directory, else its subdirectory; st: of the directory that was opened. */
struct scan_subscriber {
    void (*before_list)(void *ctx, const char *sub, const struct fs_stat *st);
    void *ctx;
};

/* What a scanner remembers of a place between two scans, so that only what changed is read and told again.
 * Zeroed: nothing is known, everything is told.
 *
 * What was told of each file is in the details. A place that is finished and calm, or quiet, and of which nothing hangs
 * on anything but names, sizes, times and identities inside, needs none: it sleeps, with a stamp of all of them. When
 * the stamp is another one, everything is read and told again, which is always right: facts are levels. */
struct scan_memory {
    uint64_t stamp : 56;
    uint64_t present : 1;
    uint64_t asleep : 1;
    uint64_t calm : 1;     /* for the owner to say: nothing has changed for a while, or it was never looked at */
    uint64_t quiet : 1;    /* the same for long */
    uint64_t rested : 1;   /* the last scan saw what the one before it saw */
    uint64_t changing : 1; /* a file was caught while it was written: the place is looked at again soon */
    uint64_t held : 1;     /* somebody holds a file; no event tells when it is let go */
    uint64_t finished : 1; /* every required artifact was told to be whole */
    union {
        struct scan_details *details; /* awake; NULL: nothing is known */
        int64_t since;                /* asleep: monotonic ms when the stamp was known first, or SCAN_SURE (scan.c) */
    } u;
};
void scan_memory_forget(struct scan_memory *m);
/* Monotonic ms when the newest version was seen that is not whole; 0: there is none. */
int64_t scan_memory_partial_since(const struct scan_memory *m);

/* Where a scan that remembers reads the time. */
struct scan_clock {
    int64_t (*mono)(void *ctx); /* monotonic ms */
    int64_t (*wall)(void *ctx); /* ms since 1970 UTC; NULL: unknown */
    void *ctx;
};

struct scan;
struct scan *scan_new(const struct fs_ops *fs, const struct profile *p, enum root_id root);
void scan_free(struct scan *s);
void scan_set_clock(struct scan *s, const struct scan_clock *clock); /* before a scan with memory; copied */

/* A scan without memory then does not read what j has, and puts into adds what it read and found whole, if it may be
 * kept: on this device (that of the root), and unchanged for SCAN_YOUNG_MS by the wall clock (scan_set_clock) before
 * it was read. A rewrite after that has another mtime or ctime; one within the tick of a file system's times has not.
 * Only for file systems of this machine: whose times are of its clock, and whose identities last. */
void scan_set_judged(struct scan *s, struct judged *j, struct judged_adds *adds, uint64_t device);

/* Scans directory `name` of the open root and puts its facts into sink: FILE facts, a PROGRESS fact, then one PLACE
 * fact.
 * memory NULL: one pass, every file that is there is told and files that are no artifacts are not asked for size and
 * time. subscriber may be NULL. at: monotonic ms now; PLACE facts are stamped with it (all of the look came later),
 * FILE facts of a scan with memory with the time when they were read (what they say was so before). Returns 1 when
 * something changed since `memory`, 0 when nothing did, or a negative libuv error when the root cannot be reached; then
 * nothing was put and memory is as before. */
int scan_place(struct scan *s, struct fs_dir *root, const char *name, struct scan_memory *memory,
               const struct scan_subscriber *subscriber, int64_t at, struct fact_sink sink);
/* Newest modification time in the place scanned last, ns since 1970 UTC; 0: none. */
int64_t scan_newest_ns(const struct scan *s);

#endif

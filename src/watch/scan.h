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
 * sub: "" for the case directory, else its subdirectory; id: of the directory that was opened. */
struct scan_subscriber {
    void (*before_list)(void *ctx, const char *sub, uint64_t id);
    void *ctx;
};

/* What was told of an artifact last. A file can be rewritten within one tick of its time and have the same size and
 * identity as before: only a version that was already SCAN_YOUNG_MS old when its content was read is not read again. */
struct scan_told {
    uint64_t version; /* hash of the FILE fact without its content; 0 never told */
    uint64_t held;    /* hash of who held it then; 0 nobody */
    int64_t since;    /* monotonic ms when the version was known first; SCAN_SURE: its content need not be read again */
};
#define SCAN_SURE INT64_MIN

/* What is known of the results a case has so far (profile.progress). Chunks are written one after another: all but the
 * newest are finished, so their footers are read once and added up; that they are still the same ones is told by their
 * names and, where a merged file is held against them, by the version of each. */
struct scan_progress {
    int64_t merged_rows; /* of the merged file, of which told[] says the version; -1 unknown */
    double merged_value;
    uint32_t counted; /* the first so many chunks by name have been added up */
    uint64_t names, versions;
    int64_t rows;
    double value;
    uint64_t newest; /* name and version of the chunk read last; 0 none */
    int64_t newest_rows;
    double newest_value;
    uint64_t told; /* hash of the last PROGRESS fact; 0 never told */
};

/* What a scanner remembers of a place between two scans, so that only what changed is read and told again.
 * Zeroed: nothing is known, everything is told. */
struct scan_memory {
    bool present;
    bool rested; /* the last scan saw what the one before it saw */
    uint64_t stamp;
    bool changing;         /* a file was caught while it was written: the place is looked at again soon */
    bool held;             /* somebody holds a file; no event tells when it is let go */
    bool finished;         /* every required artifact was told to be whole */
    int64_t newest_ns;     /* newest modification time inside, ns since 1970 UTC; 0 none */
    int64_t partial_since; /* monotonic ms when the newest version was seen that is not whole; 0 none */
    struct scan_progress progress;
    struct scan_told told[]; /* [profile->n_artifacts] */
};
struct scan_memory *scan_memory_new(const struct profile *p); /* free() it */
void scan_memory_forget(struct scan_memory *m, const struct profile *p);

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

#endif

/* root: one watched root. What scans it runs apart from the owner: a thread of this program, or a process of its own
 * (root_options.argv) where the drive may hang in the kernel. Or another machine has it: a command that the person gave
 * (root_options.command) connects to a scanner there, which has the batch and, beside it, the batch's archive.
 *
 * The owner lives on a uv loop (the UI's). All functions are called on the owner's thread; on_facts too. Facts come in
 * batches in the order they were found. Nothing here blocks the owner, except root_close's bounded wait for a thread.
 *
 * How the root answers is watched: an operation of 2 s makes it slow (the reason says so), one of 15 s hung, and after
 * 60 s a scanner process is killed and another one started, which is told what was known. A process that hangs in the
 * kernel survives that; it is left behind, and only a few may be. A connection that breaks is made again after 1 s,
 * then 2 s, up to every minute; what was known stays, as stale. It is given up when it is silent for 60 s, not because
 * something hangs on the other side. */
#ifndef SW_WATCH_ROOT_H
#define SW_WATCH_ROOT_H

#include "watch/scan_lines.h"

#include <uv.h>

struct root_options {
    const struct profile *profile; /* must outlive the worker */
    enum root_id root;             /* the batch: tells its kept list and settings too; the archive: wanted cases only */
    const char *path;              /* copied; of a remote one what people call it until it has said where it is */
    bool learned, fold_case;
    bool poll;          /* ask for no events */
    const char *joblog; /* batch: GNU parallel's job log, copied; NULL: none */
    /* The program that scans it and speaks as scan_lines.h says, NULL-terminated; copied. NULL: a thread. */
    const char *const *argv;
    const char *profile_text; /* told to that program first; must outlive the worker; NULL: nothing is */
    /* In place of argv, for the shell: connects to a scanner of another machine; copied. */
    const char *command;
    /* It has said which batch it scans; facts follow. Once. */
    void (*on_origin)(void *ctx, const struct scan_origin *o);
    bool waits;                        /* a program that scans is not started before the first root_full_pass */
    int64_t slow_ms, hung_ms, kill_ms; /* 0: as said above */
};

struct root_worker;

/* Starts the worker; on_facts is called on the owner's loop whenever there are facts; the batch is the callee's to
 * free. Returns 0 or a negative libuv error; a program that cannot be started is none: the root's health tells it, and
 * it is tried again. */
int root_open(uv_loop_t *owner, const struct root_options *o, void (*on_facts)(void *ctx, struct fact_batch *b),
              void *ctx, struct root_worker **out);

/* The list whose cases are wanted. text() gives it, NUL-terminated and malloc'ed for the worker to free: now, and again
 * for each process that is started later; *len without the NUL. */
void root_set_list(struct root_worker *w, char *(*text)(void *ctx, size_t *len), void *ctx);
/* As scanner_want. */
void root_want(struct root_worker *w, const char *name);
/* Of a remote one: its archive, which its configurations name. List and wanted cases are the archive's. */
void root_set_archive(struct root_worker *w, const char *path);
/* What somebody knew of it before it was opened, for one that waits (SCAN_KNOWN, SCAN_KNOWN_PLACE). */
void root_known(struct root_worker *w, uint64_t identity);
void root_known_place(struct root_worker *w, const char *name);
/* Look at everything again; the pass is finished when a SCAN_END fact of a later generation than any seen has come. */
void root_full_pass(struct root_worker *w);
/* Let go of the drive, so that it can be taken out: nothing is open or watched there until the next full pass. */
void root_release(struct root_worker *w);
bool root_released(const struct root_worker *w);

/* Asks the worker to stop and waits at most wait_ms; a process is killed and not waited for. Returns true when
 * everything is freed (with the owner loop's next turns); false when a thread hangs in the file system: then it is
 * abandoned, and the program must leave with _Exit. */
bool root_close(struct root_worker *w, unsigned wait_ms);

#endif

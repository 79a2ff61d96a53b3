/* root_process: starts a program and reads facts from its stdout: the scanner of this machine, or one behind ssh.
 *
 * Of a remote one the first lines are checked: that it speaks this version of the lines, by the same profile, and which
 * batch it scans. What a shell there says before them is passed over. Its times are translated to the owner's clock:
 * the signs of life carry the clock of the process. All functions and callbacks on the owner's thread; nothing blocks,
 * and nothing waits for the process to end. */
#ifndef SW_WATCH_ROOT_PROCESS_H
#define SW_WATCH_ROOT_PROCESS_H

#include "watch/scan_lines.h"

#include <uv.h>

enum { ROOT_PROCESS_WHY = 512 };

struct root_process_events {
    void *ctx;
    /* A remote one has said which batch it scans; nothing should be sent to it before. False: it is not the one that is
     * meant, and why says so. */
    bool (*begins)(void *ctx, const struct scan_origin *o, char why[ROOT_PROCESS_WHY]);
    /* Before a fact is taken: its times are the owner's already. May change it. */
    void (*adjust)(void *ctx, struct fact *f);
    /* Facts in their order, their times by the owner's clock; the batch is the callee's to free. */
    void (*facts)(void *ctx, struct fact_batch *b);
    /* It lives. op: the operation in hand, `since` by the owner's clock; word NULL: none. */
    void (*sign)(void *ctx, const struct fs_operation *op, int64_t next); /* next: as in scan_lines.h */
    /* It ended by itself, or what it says cannot be understood; why in words. Once, and the last callback. */
    void (*ended)(void *ctx, const char *why);
};

struct root_process;

/* The program argv, or, where remote is not NULL, that command through the shell. Returns 0 or a negative libuv error;
 * then *out is NULL. */
int root_process_open(uv_loop_t *owner, const struct profile *profile, const char *const *argv, const char *remote,
                      const struct root_process_events *events, struct root_process **out);
void root_process_send(struct root_process *p, const struct scan_command *c);
/* Kills it. No callback comes any more. What hangs in the kernel goes on living. */
void root_process_kill(struct root_process *p);
bool root_process_gone(const struct root_process *p); /* it has ended */
/* What it has printed that is not of the stream, the last line of it: a shell's greeting, an error; "": nothing. */
const char *root_process_last_words(const struct root_process *p);
/* Kills it if it lives; everything is freed with the owner loop's next turns. */
void root_process_close(struct root_process *p);

#endif

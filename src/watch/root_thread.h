/* root_thread: the worker that scans one root: a thread with its own loop that drives a scanner with the file system's
 * events. The only worker there is: a scanner process runs it too, and puts its facts on a pipe.
 *
 * All functions on the owner's thread; on_facts too (root.h). */
#ifndef SW_WATCH_ROOT_THREAD_H
#define SW_WATCH_ROOT_THREAD_H

#include "watch/root.h"
#include "watch/scan_lines.h"

struct root_thread;

/* argv and the times of o are not looked at. waits: nothing is scanned before the first SCAN_PASS. */
int root_thread_open(uv_loop_t *owner, const struct root_options *o, bool waits,
                     void (*on_facts)(void *ctx, struct fact_batch *b), void *ctx, struct root_thread **out);
/* Any thread may send; copied. */
void root_thread_send(struct root_thread *w, const struct scan_command *command);
/* Does it do nothing until a time (*until, monotonic ms) or until something happens? Then roused is called, once, when
 * it does something before that time, and before that may hang. The owner's thread. ctx: that of on_facts. */
bool root_thread_rests(struct root_thread *w, void (*roused)(void *ctx), int64_t *until);
/* The file system operation in hand; any thread. Never waits. */
void root_thread_operation(struct root_thread *w, struct fs_operation *out);
bool root_thread_close(struct root_thread *w, unsigned wait_ms); /* as root_close */

#endif

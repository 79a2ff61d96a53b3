/* hook: --on-event: a command run for each event that a person may have to act on. UI thread.
 *
 * Which: a case becomes a problem or stops being one, a root goes away or comes back, the sweep is over or open again.
 * What was found so at the first look counts only where it is a problem. The event is on the command's standard input
 * (report/event.h), and in its environment as SWEEPWATCH_*; nothing of it is ever put into the command line.
 * Never a flood: HOOK_BURST commands, then one in HOOK_REFILL_MS; what has to wait is told together, as one digest.
 * HOOK_AT_ONCE run at one time, each for HOOK_LIMIT_MS at most, and then it is ended by force. */
#ifndef SW_APP_HOOK_H
#define SW_APP_HOOK_H

#include "report/event.h"

#include <uv.h>

enum {
    HOOK_BURST = 10,
    HOOK_REFILL_MS = 60 * 1000,
    HOOK_AT_ONCE = 2,
    HOOK_LIMIT_MS = 60 * 1000,
    HOOK_END_MS = 4000 /* for what is left at the end */
};

struct hook;

/* command: borrowed. say: what a person should know, on the loop's thread; borrowed text. */
struct hook *hook_open(uv_loop_t *loop, const char *command, void (*say)(void *ctx, const char *text), void *ctx);
void hook_event(struct hook *h, const struct event *e);
/* What waits is run now. Done when hook_busy is false (the loop must turn), after HOOK_END_MS at the latest. */
void hook_end(struct hook *h);
bool hook_busy(const struct hook *h);
/* Ends by force what still runs; how many commands that were, and how many were never run. */
size_t hook_stop(struct hook *h);
/* After hook_stop. Freed with the loop's next turns. */
void hook_close(struct hook *h);

#endif

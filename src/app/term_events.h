/* term_events: when the terminal wants attention: keys wait, its size has changed, the user stops the program and lets
 * it go on. One terminal a process; UI thread only. */
#ifndef SW_APP_TERM_EVENTS_H
#define SW_APP_TERM_EVENTS_H

#include "tui/term_curses.h"

#include <stdbool.h>
#include <uv.h>

struct term_events_calls {
    void *ctx;
    void (*keys)(void *ctx, bool hangup); /* hangup: the terminal is gone */
    void (*size)(void *ctx);              /* it may have another size */
    void (*stop)(void *ctx);              /* the program is about to be stopped: give the terminal back */
    void (*cont)(void *ctx);              /* it goes on: take the terminal again */
    void (*room)(void *ctx);              /* what waited (term_waits) has gone; after term_events_await_room */
};

struct term_events;
/* Watches an open terminal; calls is copied. */
struct term_events *term_events_open(uv_loop_t *loop, struct term *term, const struct term_events_calls *calls);
/* The person pressed the key for it: as if the terminal had stopped everything that runs in it, once it is given back.
 * Returns when it goes on; `cont` is called later. Nothing where programs cannot be stopped. */
void term_events_suspend(struct term_events *e);
/* The terminal has not taken all that was drawn (term_waits): the rest is sent when it does. */
void term_events_await_room(struct term_events *e);
/* No more keys: the terminal is gone. */
void term_events_mute(struct term_events *e);
/* Frees e, once the loop has turned. */
void term_events_close(struct term_events *e);

#endif

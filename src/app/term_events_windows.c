/* A console can be waited for only by a thread of its own, and tells of its size only to who asks; a look 20 times a
 * second costs next to nothing and is quick enough for fingers. */
#include "app/term_events.h"

#include <stdlib.h>

enum { LOOK_MS = 50 };

struct term_events {
    struct term_events_calls calls;
    uv_timer_t timer;
};

static void on_timer(uv_timer_t *timer) {
    struct term_events *e = timer->data;
    e->calls.keys(e->calls.ctx, false); /* a changed size comes as a key */
}

struct term_events *term_events_open(uv_loop_t *loop, struct term *term, const struct term_events_calls *calls) {
    struct term_events *e = calloc(1, sizeof *e);
    if (!e) abort();
    e->calls = *calls;
    (void)term; /* there is one at most, and term_key knows it */
    uv_timer_init(loop, &e->timer);
    e->timer.data = e;
    uv_timer_start(&e->timer, on_timer, LOOK_MS, LOOK_MS);
    return e;
}

void term_events_suspend(struct term_events *e) { (void)e; }

void term_events_await_room(struct term_events *e) { (void)e; }

void term_events_mute(struct term_events *e) { uv_timer_stop(&e->timer); }

static void free_events(uv_handle_t *handle) { free(handle->data); }

void term_events_close(struct term_events *e) { uv_close((uv_handle_t *)&e->timer, free_events); }

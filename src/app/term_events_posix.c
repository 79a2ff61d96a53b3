#include "app/term_events.h"

#include "platform/crash.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct term_events {
    struct term_events_calls calls;
    struct term *term;
    uv_poll_t keys, out;
    bool polls_out;
    int handles; /* that are not closed yet, once they are to be */
    uv_signal_t winch, stop, cont;
};

static void on_keys(uv_poll_t *poll, int status, int events) {
    struct term_events *e = poll->data;
    (void)events;
    e->calls.keys(e->calls.ctx, status < 0);
}

static void on_winch(uv_signal_t *handle, int signum) {
    struct term_events *e = handle->data;
    (void)signum;
    e->calls.size(e->calls.ctx);
}

static void hear_keys(struct term_events *e) {
    uv_poll_start(&e->keys, UV_READABLE, on_keys);
    term_keep_blocking(e->term);
}

static void on_room(uv_poll_t *poll, int status, int events) {
    struct term_events *e = poll->data;
    (void)status;
    (void)events;
    term_flush(e->term);
    if (term_waits(e->term)) return;
    uv_poll_stop(poll);
    e->calls.room(e->calls.ctx);
}

void term_events_await_room(struct term_events *e) {
    if (e->polls_out && !uv_is_active((uv_handle_t *)&e->out)) uv_poll_start(&e->out, UV_WRITABLE, on_room);
}

static void on_stop(uv_signal_t *handle, int signum) {
    struct term_events *e = handle->data;
    (void)signum;
    uv_poll_stop(&e->keys);
    e->calls.stop(e->calls.ctx);
    crash_stop_self();
}

void term_events_suspend(struct term_events *e) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    uv_poll_stop(&e->keys);
    e->calls.stop(e->calls.ctx);
    /* All of the job, a script around it, too; this process by a signal that nobody handles. */
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGTSTP, &ignore, &before);
    kill(0, SIGTSTP);
    crash_stop_self();
    sigaction(SIGTSTP, &before, NULL);
}

static void on_cont(uv_signal_t *handle, int signum) {
    struct term_events *e = handle->data;
    (void)signum;
    e->calls.cont(e->calls.ctx);
    hear_keys(e);
}

static void on(struct term_events *e, uv_loop_t *loop, uv_signal_t *handle, uv_signal_cb cb, int signum) {
    uv_signal_init(loop, handle);
    handle->data = e;
    uv_signal_start(handle, cb, signum);
}

struct term_events *term_events_open(uv_loop_t *loop, struct term *term, const struct term_events_calls *calls) {
    struct term_events *e = calloc(1, sizeof *e);
    if (!e) abort();
    e->calls = *calls;
    e->term = term;
    uv_poll_init(loop, &e->keys, term_fd(term));
    e->keys.data = e;
    hear_keys(e);
    e->polls_out = term_out_fd(term) >= 0 && uv_poll_init(loop, &e->out, term_out_fd(term)) == 0;
    e->out.data = e;
    if (!e->polls_out) term_wait_for_it(term);
    on(e, loop, &e->winch, on_winch, SIGWINCH);
    on(e, loop, &e->stop, on_stop, SIGTSTP);
    on(e, loop, &e->cont, on_cont, SIGCONT);
    return e;
}

void term_events_mute(struct term_events *e) { uv_poll_stop(&e->keys); }

/* libuv closes the last one first. */
static void closed(uv_handle_t *handle) {
    struct term_events *e = handle->data;
    if (--e->handles == 0) free(e);
}

static void close_one(struct term_events *e, uv_handle_t *handle) {
    e->handles++;
    uv_close(handle, closed);
}

void term_events_close(struct term_events *e) {
    close_one(e, (uv_handle_t *)&e->keys);
    if (e->polls_out) close_one(e, (uv_handle_t *)&e->out);
    close_one(e, (uv_handle_t *)&e->winch);
    close_one(e, (uv_handle_t *)&e->stop);
    close_one(e, (uv_handle_t *)&e->cont);
}

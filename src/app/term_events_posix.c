#include "app/term_events.h"

#include "platform/crash.h"

#include <signal.h>
#include <stdlib.h>

struct term_events {
    struct term_events_calls calls;
    struct term *term;
    uv_poll_t keys;
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
    on(e, loop, &e->winch, on_winch, SIGWINCH);
    on(e, loop, &e->stop, on_stop, SIGTSTP);
    on(e, loop, &e->cont, on_cont, SIGCONT);
    return e;
}

void term_events_mute(struct term_events *e) { uv_poll_stop(&e->keys); }

static void free_events(uv_handle_t *handle) { free(handle->data); }

void term_events_close(struct term_events *e) {
    uv_poll_stop(&e->keys);
    uv_close((uv_handle_t *)&e->winch, NULL);
    uv_close((uv_handle_t *)&e->stop, NULL);
    uv_close((uv_handle_t *)&e->cont, NULL);
    uv_close((uv_handle_t *)&e->keys, free_events);
}

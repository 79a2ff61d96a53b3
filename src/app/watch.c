#include "app/commands.h"

#include "app/monitor.h"
#include "app/once.h"
#include "app/streams.h"
#include "model/fleet.h"
#include "platform/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The batches of a command line: those of this machine, then the remote ones. */
struct watched {
    struct options options[FLEET_MAX]; /* a batch's own */
    struct session session[FLEET_MAX];
    size_t n; /* sessions opened */
};

static int open_one(struct watched *w, const struct options *o, const char *batch_dir, const char *remote) {
    struct session *s = &w->session[w->n];
    w->options[w->n] = *o;
    w->options[w->n].batch_dir = batch_dir;
    int code = remote ? session_open_remote(s, &w->options[w->n], remote) : session_open(s, &w->options[w->n], true);
    w->n++;
    for (size_t i = 0; code == 0 && !remote && i + 1 < w->n; i++) {
        const char *other = w->session[i].batch_path;
        if (!other || !s->batch_path || strcmp(other, s->batch_path) != 0) continue;
        session_say("%s and %s are one batch; name it once", w->session[i].batch, s->batch);
        code = EXIT_USAGE;
    }
    return code;
}

static int open_all(struct watched *w, const struct options *o) {
    int code = 0;
    if (o->batch_dir || o->n_remotes == 0) code = open_one(w, o, o->batch_dir, NULL);
    for (int i = 0; code == 0 && i < o->n_more_batches; i++) code = open_one(w, o, o->more_batches[i], NULL);
    for (int i = 0; code == 0 && i < o->n_remotes; i++) code = open_one(w, o, NULL, o->remotes[i]);
    return code;
}

int watch_here(const struct options *o) {
    if (o->once) return command_once(o);
    struct watched *w = calloc(1, sizeof *w);
    struct session *sessions[FLEET_MAX];
    bool hung = false;
    if (!w) abort();
    int code = open_all(w, o);
    for (size_t i = 0; i < w->n; i++) sessions[i] = &w->session[i];
    if (code == 0) code = monitor_run(sessions, w->n, session_on_a_terminal() && !streams_on_stdout(o), &hung);
    if (hung) {
        /* A thread that hangs in the file system holds its memory, and would hold exit() and the process too. */
        keeper_leave(code);
    }
    for (size_t i = 0; i < w->n; i++) session_close(&w->session[i]);
    free(w);
    return code;
}

static int watch_apart(const void *options) { return watch_here(options); }

int command_watch(const struct options *o) { return keeper_run(watch_apart, o); }

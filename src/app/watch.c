#include "app/commands.h"

#include "app/monitor.h"
#include "app/once.h"
#include "app/streams.h"
#include "platform/keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

int watch_here(const struct options *o) {
    if (o->once) return command_once(o);
    struct session s;
    bool hung = false;
    int code = o->remote ? session_open_remote(&s, o, o->remote) : session_open(&s, o, true);
    if (code == 0) code = monitor_run(&s, session_on_a_terminal() && !streams_on_stdout(o), &hung);
    if (hung) {
        /* A thread that hangs in the file system holds its memory, and would hold exit() and the process too. */
        keeper_leave(code);
    }
    session_close(&s);
    return code;
}

static int watch_apart(const void *options) { return watch_here(options); }

int command_watch(const struct options *o) { return keeper_run(watch_apart, o); }

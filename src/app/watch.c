#include "app/commands.h"

#include "app/monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static bool on_a_terminal(void) {
    const char *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;
    return !dumb && uv_guess_handle(1) == UV_TTY && uv_guess_handle(0) == UV_TTY;
}

int command_watch(const struct options *o) {
    struct session s;
    bool hung = false;
    int code = session_open(&s, o, true);
    if (code == 0) code = monitor_run(&s, on_a_terminal(), &hung);
    if (hung) {
        /* A thread that hangs in the file system holds its memory and would hold exit() too. */
        fflush(NULL);
        _Exit(code);
    }
    session_close(&s);
    return code;
}

#include "platform/shell.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int shell_spawn_line(uv_loop_t *loop, uv_process_t *process, const char *line, uv_process_options_t *o) {
    const char *shell = getenv("ComSpec");
    size_t size = strlen(line) + 3;
    char *quoted = malloc(size);
    if (!quoted) abort();
    snprintf(quoted, size, "\"%s\"", line); /* with /s the shell takes off this outer pair, and no other */
    char *argv[] = {"cmd.exe", "/d", "/s", "/c", quoted, NULL};
    o->file = shell ? shell : "cmd.exe";
    o->args = argv;
    o->flags = UV_PROCESS_WINDOWS_VERBATIM_ARGUMENTS | UV_PROCESS_WINDOWS_HIDE;
    int err = uv_spawn(loop, process, o);
    free(quoted);
    return err;
}

/* libuv's other pipes are overlapped, and cannot be written to as a file is; 64 kB fit into one. */
int shell_pipe_flags(void) { return 0; }

void shell_kill(uv_process_t *process) { uv_process_kill(process, SIGKILL); }

void shell_harmless(char *value) {
    for (char *c = value; *c; c++) {
        if (strchr("\"%&|<>^!", *c)) *c = '_';
    }
}

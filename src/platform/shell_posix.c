#include "platform/shell.h"

#include <signal.h>
#include <stdint.h>

int shell_spawn_line(uv_loop_t *loop, uv_process_t *process, const char *line, uv_process_options_t *o) {
    char *argv[] = {"sh", "-c", (char *)(uintptr_t)line, NULL};
    o->file = "/bin/sh";
    o->args = argv;
    o->flags = UV_PROCESS_DETACHED;
    return uv_spawn(loop, process, o);
}

int shell_pipe_flags(void) { return UV_NONBLOCK_PIPE; /* a system short of memory makes small pipes */ }

void shell_kill(uv_process_t *process) {
    if (uv_process_get_pid(process) > 1) kill(-uv_process_get_pid(process), SIGKILL);
}

void shell_harmless(char *value) { (void)value; /* a variable's value is data here */ }

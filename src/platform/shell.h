/* shell: a command line as a person writes it, run by the system's shell: /bin/sh -c, or %ComSpec% /d /s /c. */
#ifndef SW_PLATFORM_SHELL_H
#define SW_PLATFORM_SHELL_H

#include <stddef.h>
#include <uv.h>

struct shell_command {
    const char *line;
    char **env;        /* the whole environment, NULL at its end */
    const char *input; /* what its standard input has, up to some 60 kB (what a pipe holds: the rest is cut off) */
    size_t input_len;
};

/* Starts it in a session (console) of its own, so that keys meant for this program are not the command's; its output
 * goes nowhere. Never waits for it to read. The result is that of
 * uv_spawn: whatever it is, process must be closed. */
int shell_spawn(uv_loop_t *loop, uv_process_t *process, const struct shell_command *c, uv_exit_cb ended);

/* Ends it by force, with what it has started where the system can tell (POSIX: its session's process group). */
void shell_kill(uv_process_t *process);

/* For values of its environment: where the shell puts a variable's value into the command line before it reads that
 * (the one of Windows), the characters that mean something to it become '_'. */
void shell_harmless(char *value);

/* uv_spawn of the line with the rest of o: file, args and flags are set here. In a session of its own, as above. */
int shell_spawn_line(uv_loop_t *loop, uv_process_t *process, const char *line, uv_process_options_t *o);

/* ---- of shell_<family>.c, for shell.c ---- */

int shell_pipe_flags(void); /* of the end that is written to */

#endif

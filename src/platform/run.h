/* run: runs a command as this process's child, waits for it, and tells what it used.
 *
 * One command at a time, on one thread. The child has this process's standard streams, working directory, environment
 * and process group (console), so that Ctrl+C and Ctrl+Z reach both as if there were only one; no pipe is held, so a
 * grandchild that lives on holds nobody up. What others send to this process alone is passed on to the child
 * (SIGINT SIGTERM SIGHUP SIGQUIT SIGUSR1 SIGUSR2; one that was ignored at the start stays ignored, in both). */
#ifndef SW_PLATFORM_RUN_H
#define SW_PLATFORM_RUN_H

#include <stdint.h>

enum { RUN_NOT_EXECUTABLE = 126, RUN_NOT_FOUND = 127 }; /* as shells return them */

struct run_child {
    int64_t pid;
    void *process; /* private */
};

struct run_result {
    int64_t code;       /* 0..255, or 128 + signal; on Windows any 32 bits without sign */
    int signal;         /* that ended it, 0: none */
    int64_t peak_bytes; /* most memory resident at one time; the largest process of the command on POSIX, all of them
                           together on Windows; 0: unknown, as are the times then */
    int64_t user_ms, system_ms; /* CPU time of the child and of those of its own children that it waited for */
};

/* Starts argv[0] (looked for in PATH) with argv, which ends with NULL. 0, or a negative libuv error: then
 * run_error_code says what a shell would return. */
int run_start(char *const argv[], struct run_child *child);
int run_error_code(int err);

/* Waits until the child itself has ended, whoever else holds its streams. Call once. */
void run_wait(struct run_child *child, struct run_result *out);

#endif

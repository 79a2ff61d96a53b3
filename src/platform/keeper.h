/* keeper: lets a program end although a thread of it hangs in the kernel, where not even SIGKILL reaches it: what may
 * hang runs in a child process, and this one only waits for its exit code. */
#ifndef SW_PLATFORM_KEEPER_H
#define SW_PLATFORM_KEEPER_H

/* Runs work in a child process and returns its exit code as soon as that is known: by keeper_leave, or by the child's
 * end (128 + signal when it was killed). Signals sent to this process reach the child, they stop and go on together,
 * and a child whose keeper was killed gets SIGHUP. Call it before there are threads and with nothing in stdio's
 * buffers. Where there is no such thing (Windows, no process to be had) work runs right here. */
int keeper_run(int (*work)(const void *ctx), const void *ctx);

/* From work: ends the program with this code, whatever hangs. */
_Noreturn void keeper_leave(int code);

#endif

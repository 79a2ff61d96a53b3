/* crash: give the terminal back when the program dies of a signal, and stop it when the user does. */
#ifndef SW_PLATFORM_CRASH_H
#define SW_PLATFORM_CRASH_H

/* restore (async-signal-safe) is called on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT before the default action; NULL
 * takes the guard away. */
void crash_guard(void (*restore)(void));

/* Ctrl+Z: stops this process until SIGCONT. */
void crash_stop_self(void);

#endif

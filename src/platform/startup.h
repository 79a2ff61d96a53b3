/* startup: what a process has to do first on a system. */
#ifndef SW_PLATFORM_STARTUP_H
#define SW_PLATFORM_STARTUP_H

/* Sets the locale, makes a closed pipe an error instead of a death, and returns the arguments as UTF-8 (argv itself, or
 * memory that lives until the process ends). Call once, first. */
char **startup(int *argc, char **argv);

/* Takes back what another program would inherit: for a child, before it becomes one. Async-signal-safe. */
void startup_undo(void);

#endif

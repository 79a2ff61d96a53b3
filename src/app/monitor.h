/* monitor: the live loop of `watch`: facts -> table -> front and report. Runs on the UI thread and makes no file system
 * call itself: roots are read by their workers, reports are written by the thread pool. */
#ifndef SW_APP_MONITOR_H
#define SW_APP_MONITOR_H

#include "app/session.h"

/* Runs until settled (plain, or --exit-when-settled), quit, interrupted or out of time. Returns the exit code.
 * child: a process to end with the monitor (the demo's writer), or NULL; its loop is monitor's.
 * *hung: something hangs in the file system and cannot be ended; leave with _exit. */
int monitor_run(struct session *s, bool dashboard, bool *hung);

#endif

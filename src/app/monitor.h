/* monitor: the live loop of `watch`: facts -> tables -> front and reports. Runs on the UI thread and makes no file
 * system call itself; what a batch is and does stands in app/batch.h. */
#ifndef SW_APP_MONITOR_H
#define SW_APP_MONITOR_H

#include "app/session.h"

/* Runs until all have settled (plain, or --exit-when-settled), quit, interrupted or out of time. Returns the exit code,
 * of several batches the worst. n: 1..FLEET_MAX; what is not of a batch is taken from the first one's options.
 * *hung: something hangs in the file system and cannot be ended; leave with _exit. */
int monitor_run(struct session *const sessions[], size_t n, bool dashboard, bool *hung);

#endif

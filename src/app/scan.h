/* scan: the command that scans one root in a process of its own (sweepwatch scan), and how to start it. */
#ifndef SW_APP_SCAN_H
#define SW_APP_SCAN_H

#include "app/options.h"

/* The command line of this program that scans a root as o says; one allocation, the caller frees it. It points to path
 * and into o. */
char **scan_argv(const struct options *o, enum root_id root, const char *path);

#endif

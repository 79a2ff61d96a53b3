/* once: one look at the batch, one screen of it on stdout: for scripts and for showing to others. */
#ifndef SW_APP_ONCE_H
#define SW_APP_ONCE_H

#include "app/options.h"

/* Returns an exit code. Writes no report. */
int command_once(const struct options *o);

/* "120x35" -> columns and rows; false when it is none or out of 1..1000. */
bool once_size(const char *text, int *cols, int *rows);

#endif

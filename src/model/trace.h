/* trace: when a case ran, as far as the modification times of its files tell. Pure; libc only. */
#ifndef SW_MODEL_TRACE_H
#define SW_MODEL_TRACE_H

#include "model/table.h"

/* The earliest and the newest time of the files it has in the batch, else of those in the archive: ms since 1970 UTC.
 * False: it has none (*first and *last are -1). O(artifacts). */
bool trace_span(const struct table *t, const struct row *r, int64_t *first, int64_t *last);

#endif

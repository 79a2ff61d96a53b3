/* space: when a file system will be full, from how its free space has been going.
 *
 * A sample every SPACE_EVERY_MS at most, the newest SPACE_SAMPLES are kept: two hours. Plain data, starts zeroed. Pure.
 */
#ifndef SW_TUI_SPACE_H
#define SW_TUI_SPACE_H

#include <stdbool.h>
#include <stdint.h>

enum { SPACE_SAMPLES = 60, SPACE_EVERY_MS = 2 * 60 * 1000, SPACE_LEAST_MS = 10 * 60 * 1000 };

struct space {
    int64_t at[SPACE_SAMPLES], bytes[SPACE_SAMPLES]; /* oldest first; monotonic ms, free bytes */
    int n;
};

void space_note(struct space *s, int64_t now_ms, int64_t free_bytes);
/* Milliseconds until nothing is free if it goes on as in the samples; -1: it does not shrink, or has not been watched
 * for SPACE_LEAST_MS. */
int64_t space_full_in(const struct space *s, int64_t free_bytes);

#endif

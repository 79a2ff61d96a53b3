/* grace: how long an archive may be silent about a case before its unproven copy counts as failed. Learned from the
 * archive's own pace. Pure. Times in milliseconds. */
#ifndef SW_MODEL_GRACE_H
#define SW_MODEL_GRACE_H

#include <stdint.h>

enum {
    GRACE_FLOOR_MS = 30 * 60 * 1000,
    GRACE_CAP_MS = 24 * 60 * 60 * 1000,
    PACE_SAMPLES = 32,
    PACE_MIN_MS = 10 * 1000,    /* a copy that took less says nothing of a rate, */
    PACE_MIN_BYTES = 64 << 20,  /* nor does one of less */
    PACE_HONEST_RATE = 5 * 1000 /* bytes a ms: an external drive that has to seek is not slower (5 MB/s) */
};

/* How the last copies went, from "all results are there" to "archived". Zeroed is empty. */
struct archive_pace {
    int64_t took_ms[PACE_SAMPLES];
    int64_t bytes[PACE_SAMPLES];
    uint8_t n, next;
};

void archive_pace_add(struct archive_pace *p, int64_t took_ms, int64_t bytes);

/* fixed_ms > 0 wins (--archive-grace). Else the longest of: 30 min; three times the longest of the last copies; three
 * times what the bytes still to be copied need, at 5 MB/s or the slowest rate seen, whichever is less (a copy may show
 * its full size from the beginning and then nothing until it ends). At most 24 h. Plus twice poll_ms. */
int64_t archive_grace(int64_t fixed_ms, const struct archive_pace *p, int64_t bytes_left, int64_t poll_ms);

#endif

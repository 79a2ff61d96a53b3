/* stall: how long a silence must be before it is a stall. Learned from the quiet times between observed changes: the
 * case's own, else its siblings'. Pure. Times in milliseconds. */
#ifndef SW_MODEL_STALL_H
#define SW_MODEL_STALL_H

#include <stddef.h>
#include <stdint.h>

enum {
    QUIET_SAMPLES = 8,
    QUIET_SAMPLE_MIN_MS = 1000, /* shorter gaps are one burst of writing */
    STALL_FLOOR_MS = 120 * 1000,
    STALL_DEFAULT_MS = 600 * 1000,
    STALL_CAP_MS = 30 * 60 * 1000,
    QUIET_BUCKETS = 160
};

/* The last quiet times of one case. Zeroed is empty. */
struct quiet_samples {
    uint32_t ms[QUIET_SAMPLES];
    uint8_t n, next;
};

/* Quiet times of a whole batch, in steps of a quarter octave. Zeroed is empty. */
struct quiet_histogram {
    uint32_t count[QUIET_BUCKETS];
    uint64_t total;
};

void quiet_samples_add(struct quiet_samples *s, int64_t ms);
void quiet_histogram_add(struct quiet_histogram *h, int64_t ms);
/* Upper edge of the bucket that holds the q-th (0..1) quantile; 0 when empty. */
int64_t quiet_histogram_quantile(const struct quiet_histogram *h, double q);

/* fixed_ms > 0 wins (--stall-after). own may be NULL. With 3 own samples or more: max(120 s, 4 x median, 1.5 x
 * longest); else with 3 or more in the batch max(120 s, 4 x its 90th percentile); else 600 s. Capped at 30 min, but
 * never below 1.5 x the case's own longest quiet time: a sweep that flushes every two hours is not stalled for that.
 * Plus twice poll_ms. */
int64_t stall_threshold(int64_t fixed_ms, const struct quiet_samples *own, const struct quiet_histogram *batch,
                        int64_t poll_ms);

#endif

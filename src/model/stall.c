#include "model/stall.h"

#include <stdlib.h>

enum { ENOUGH_SAMPLES = 3 };

void quiet_samples_add(struct quiet_samples *s, int64_t ms) {
    s->ms[s->next] = ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    s->next = (uint8_t)((s->next + 1) % QUIET_SAMPLES);
    if (s->n < QUIET_SAMPLES) s->n++;
}

/* Four buckets an octave: 4 * floor(log2) + the two bits below the leading one. */
static int bucket_of(int64_t ms) {
    if (ms < 4) return (int)(ms < 0 ? 0 : ms);
    int log = 0;
    for (int64_t v = ms; v > 1; v >>= 1) log++;
    int b = 4 * log + (int)((ms >> (log - 2)) & 3);
    return b < QUIET_BUCKETS ? b : QUIET_BUCKETS - 1;
}

static int64_t bucket_top(int b) {
    if (b < 8) return b < 4 ? b : 4;
    int log = b / 4;
    return ((int64_t)(4 + b % 4 + 1) << (log - 2)) - 1;
}

void quiet_histogram_add(struct quiet_histogram *h, int64_t ms) {
    h->count[bucket_of(ms)]++;
    h->total++;
}

int64_t quiet_histogram_quantile(const struct quiet_histogram *h, double q) {
    if (h->total == 0) return 0;
    uint64_t rank = (uint64_t)(q * (double)(h->total - 1)) + 1, seen = 0;
    int b = 0;
    for (; b < QUIET_BUCKETS - 1; b++) {
        seen += h->count[b];
        if (seen >= rank) break;
    }
    return bucket_top(b);
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t stall_threshold(int64_t fixed_ms, const struct quiet_samples *own, const struct quiet_histogram *batch,
                        int64_t poll_ms) {
    if (fixed_ms > 0) return fixed_ms;
    int64_t longest = 0, threshold = STALL_DEFAULT_MS;
    uint32_t sorted[QUIET_SAMPLES];
    int n = own ? own->n : 0;
    for (int i = 0; i < n; i++) {
        sorted[i] = own->ms[i];
        longest = max_of(longest, sorted[i]);
    }
    if (n >= ENOUGH_SAMPLES) {
        qsort(sorted, (size_t)n, sizeof *sorted, compare);
        threshold = max_of(max_of(STALL_FLOOR_MS, 4 * (int64_t)sorted[n / 2]), longest + longest / 2);
    } else if (batch->total >= ENOUGH_SAMPLES) {
        threshold = max_of(STALL_FLOOR_MS, 4 * quiet_histogram_quantile(batch, 0.9));
    }
    int64_t cap = max_of(STALL_CAP_MS, longest + longest / 2);
    if (threshold > cap) threshold = cap;
    return threshold + 2 * poll_ms;
}

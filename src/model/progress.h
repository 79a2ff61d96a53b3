/* progress: how far a case is along, and when it may be there: the value of the progress column (profile.progress),
 * the end that its configuration names, and the pace at which the value has been seen to grow.
 *
 * The pace is taken between growths that were observed, on the monitor's clock: what was there at the first look says
 * where a case is, not how fast it is. A growth is told by the finished chunk file, so between two of them the value
 * stands still; that is no stall.
 *
 * Pure; plain data; one thread at a time. */
#ifndef SW_MODEL_PROGRESS_H
#define SW_MODEL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_SAMPLES = 8 };

/* The newest observed growths. Zeroed: none. */
struct progress_history {
    int64_t at[PROGRESS_SAMPLES]; /* monotonic ms, on a clock that stands still while the root cannot be read */
    double value[PROGRESS_SAMPLES];
    uint8_t n;
};

/* The value was seen to have become `value`. A smaller one than before begins anew (the case runs again). */
void progress_grew(struct progress_history *h, int64_t at, double value);

struct progress {
    int64_t rows;                            /* in the merged file, else in the chunks so far; -1 unknown */
    int64_t merged_rows, chunk_rows;         /* of either; -1 unknown */
    uint32_t chunks;                         /* chunk files */
    double value;                            /* largest value so far; NaN unknown */
    double end;                              /* where it ends; NaN unknown */
    double fraction;                         /* value of end, 0..1; -1 unknown */
    double rate;                             /* of the value, a second; > 0, NaN unknown */
    int64_t eta_ms, eta_low_ms, eta_high_ms; /* until the end is reached; 0 <= low <= eta <= high; -1 unknown */
};

/* Nothing is known. */
struct progress progress_unknown(void);

/* Fills fraction, rate and eta of *p from its value and end, and the history. now: on the clock of the history. With
 * fewer than two observed growths nothing is said of the pace. */
void progress_estimate(struct progress *p, const struct progress_history *h, int64_t now);

#endif

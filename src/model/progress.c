#include "model/progress.h"

#include <math.h>
#include <string.h>

/* Beyond this nobody plans; it also keeps the numbers far from overflow. */
static const double eta_max_ms = 100.0 * 366 * 24 * 3600 * 1000;

void progress_grew(struct progress_history *h, int64_t at, double value) {
    if (h->n > 0 && (value < h->value[h->n - 1] || at < h->at[h->n - 1])) h->n = 0;
    if (h->n > 0 && at == h->at[h->n - 1]) { /* two in one look */
        h->value[h->n - 1] = value;
        return;
    }
    if (h->n == PROGRESS_SAMPLES) {
        memmove(&h->at[0], &h->at[1], (PROGRESS_SAMPLES - 1) * sizeof h->at[0]);
        memmove(&h->value[0], &h->value[1], (PROGRESS_SAMPLES - 1) * sizeof h->value[0]);
        h->n--;
    }
    h->at[h->n] = at;
    h->value[h->n] = value;
    h->n++;
}

struct progress progress_unknown(void) {
    return (struct progress){.rows = -1,
                             .merged_rows = -1,
                             .chunk_rows = -1,
                             .value = NAN,
                             .end = NAN,
                             .fraction = -1,
                             .rate = NAN,
                             .eta_ms = -1,
                             .eta_low_ms = -1,
                             .eta_high_ms = -1};
}

/* Value a ms between two growths. */
static double pace(const struct progress_history *h, int first, int last) {
    return (h->value[last] - h->value[first]) / (double)(h->at[last] - h->at[first]);
}

/* Ms until the end at a pace, `since` ms after the last growth. */
static int64_t time_left(double todo, double per_ms, int64_t since) {
    double ms = todo / per_ms - (double)since;
    if (!(ms > 0)) return 0;
    return ms < eta_max_ms ? (int64_t)ms : (int64_t)eta_max_ms;
}

void progress_estimate(struct progress *p, const struct progress_history *h, int64_t now) {
    if (isnan(p->value) || !(p->end > 0) || isinf(p->end)) return;
    p->fraction = p->value <= 0 ? 0 : p->value >= p->end ? 1 : p->value / p->end;
    double todo = p->end - p->value;
    if (!(todo > 0)) {
        p->eta_ms = p->eta_low_ms = p->eta_high_ms = 0;
        return;
    }
    int last = (int)h->n - 1;
    if (last < 1) return;
    double all = pace(h, 0, last), fast = all, slow = all;
    if (last >= 2) {
        double older = pace(h, 0, last / 2), newer = pace(h, last / 2, last);
        fast = fmax(fast, fmax(older, newer));
        slow = fmin(slow, fmin(older, newer));
    }
    /* The growth that is due counts as one that comes now, once it is late. */
    int64_t since = now > h->at[last] ? now - h->at[last] : 0;
    int64_t usual = (h->at[last] - h->at[0]) / last;
    if (since > usual) {
        double step = (h->value[last] - h->value[0]) / last;
        double late = (h->value[last] + step - h->value[0]) / (double)(now - h->at[0]);
        all = fmin(all, late);
        slow = fmin(slow, late);
        since = usual; /* it is not nearer for having been waited for */
    }
    if (!(all > 0) || !(slow > 0)) return;
    p->rate = all * 1000;
    p->eta_ms = time_left(todo, all, since);
    p->eta_low_ms = time_left(todo, fast, since);
    p->eta_high_ms = time_left(todo, slow, since);
}

#include "tui/space.h"

#include <string.h>

/* Beyond this nobody plans. */
static const int64_t far_ms = INT64_C(366) * 24 * 3600 * 1000;

void space_note(struct space *s, int64_t now_ms, int64_t free_bytes) {
    if (s->n > 0 && now_ms - s->at[s->n - 1] < SPACE_EVERY_MS) return;
    if (s->n == SPACE_SAMPLES) {
        memmove(s->at, s->at + 1, (SPACE_SAMPLES - 1) * sizeof *s->at);
        memmove(s->bytes, s->bytes + 1, (SPACE_SAMPLES - 1) * sizeof *s->bytes);
        s->n--;
    }
    s->at[s->n] = now_ms;
    s->bytes[s->n++] = free_bytes;
}

int64_t space_full_in(const struct space *s, int64_t free_bytes) {
    if (s->n < 2) return -1;
    int64_t span = s->at[s->n - 1] - s->at[0], used = s->bytes[0] - s->bytes[s->n - 1];
    if (span < SPACE_LEAST_MS || used <= 0) return -1;
    double ms = (double)free_bytes / (double)used * (double)span;
    return ms < (double)far_ms ? (int64_t)ms : -1;
}

#include "model/grace.h"

void archive_pace_add(struct archive_pace *p, int64_t took_ms, int64_t bytes) {
    if (took_ms < 0) return;
    p->took_ms[p->next] = took_ms;
    p->bytes[p->next] = bytes;
    p->next = (uint8_t)((p->next + 1) % PACE_SAMPLES);
    if (p->n < PACE_SAMPLES) p->n++;
}

int64_t archive_grace(int64_t fixed_ms, const struct archive_pace *p, int64_t bytes_left, int64_t poll_ms) {
    if (fixed_ms > 0) return fixed_ms;
    int64_t longest = 0, rate = PACE_HONEST_RATE;
    for (int i = 0; i < p->n; i++) {
        if (p->took_ms[i] > longest) longest = p->took_ms[i];
        if (p->took_ms[i] < PACE_MIN_MS || p->bytes[i] < PACE_MIN_BYTES) continue;
        int64_t seen = p->bytes[i] / p->took_ms[i];
        if (seen < rate) rate = seen > 0 ? seen : 1;
    }
    int64_t grace = GRACE_FLOOR_MS, copy = bytes_left > 0 ? bytes_left / rate : 0;
    if (longest > GRACE_CAP_MS / 3 || copy > GRACE_CAP_MS / 3) return GRACE_CAP_MS + 2 * poll_ms;
    if (3 * longest > grace) grace = 3 * longest;
    if (3 * copy > grace) grace = 3 * copy;
    return grace + 2 * poll_ms;
}

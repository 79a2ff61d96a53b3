#include "model/trace.h"

bool trace_span(const struct table *t, const struct row *r, int64_t *first, int64_t *last) {
    const struct profile *p = table_profile(t);
    *first = *last = -1;
    for (int id = 0; id < ROOT_COUNT && *first < 0; id++) {
        const struct place *place = table_place(t, r, (enum root_id)id, NULL);
        for (int i = 0; place && i < p->n_artifacts; i++) {
            const struct file_state *f = place_file(place, i);
            int64_t at = f->mtime_ns / 1000000;
            if (f->content == CONTENT_ABSENT || f->mtime_ns <= 0) continue;
            if (*first < 0 || at < *first) *first = at;
            if (at > *last) *last = at;
        }
    }
    return *first >= 0;
}

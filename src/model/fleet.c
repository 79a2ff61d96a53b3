#include "model/fleet.h"

#include <string.h>

size_t fleet_count(const struct fleet *f) {
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) n += table_count(f->table[i]);
    return n;
}

const struct row *fleet_row(const struct fleet *f, size_t at, size_t *batch) {
    for (size_t i = 0; i < f->n; i++) {
        size_t n = table_count(f->table[i]);
        if (at < n) {
            if (batch) *batch = i;
            return table_row(f->table[i], at);
        }
        at -= n;
    }
    return NULL;
}

const struct table *fleet_table_of(const struct fleet *f, size_t at) {
    size_t batch = 0;
    fleet_row(f, at, &batch);
    return f->table[batch];
}

size_t fleet_first(const struct fleet *f, size_t batch) {
    size_t first = 0;
    for (size_t i = 0; i < batch; i++) first += table_count(f->table[i]);
    return first;
}

size_t fleet_status_count(const struct fleet *f, enum case_status s) {
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) n += table_status_count(f->table[i], s);
    return n;
}

size_t fleet_flag_count(const struct fleet *f, enum case_flag_bit b) {
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) n += table_flag_count(f->table[i], b);
    return n;
}

size_t fleet_problems(const struct fleet *f) {
    size_t n = 0;
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (status_is_problem((enum case_status)s)) n += fleet_status_count(f, (enum case_status)s);
    }
    return n;
}

bool fleet_over(const struct fleet *f) {
    for (size_t i = 0; i < f->n; i++) {
        if (!table_over(f->table[i])) return false;
    }
    return true;
}

bool fleet_has_archive(const struct fleet *f) {
    for (size_t i = 0; i < f->n; i++) {
        if (table_root(f->table[i], ROOT_ARCHIVE)->in_play) return true;
    }
    return false;
}

uint64_t fleet_version(const struct fleet *f) {
    uint64_t sum = 0; /* each only grows */
    for (size_t i = 0; i < f->n; i++) sum += table_version(f->table[i]);
    return sum;
}

uint64_t fleet_transition_total(const struct fleet *f) {
    uint64_t sum = 0;
    for (size_t i = 0; i < f->n; i++) sum += table_transition_total(f->table[i]);
    return sum;
}

uint64_t fleet_rows_version(const struct fleet *f) {
    uint64_t sum = 0;
    for (size_t i = 0; i < f->n; i++) sum += table_rows_version(f->table[i]);
    return sum;
}

void fleet_eta(const struct fleet *f, struct eta each[], int64_t wall_ms, struct eta *out) {
    *out = (struct eta){.known = true, .began_ms = -1, .newest_ms = -1};
    for (size_t i = 0; i < f->n; i++) {
        const struct eta *e = &each[i];
        eta_refresh(&each[i], f->table[i], wall_ms);
        if (e->began_ms >= 0 && (out->began_ms < 0 || e->began_ms < out->began_ms)) out->began_ms = e->began_ms;
        if (e->newest_ms > out->newest_ms) out->newest_ms = e->newest_ms;
        out->remaining += e->remaining;
        if (e->remaining == 0 && table_count(f->table[i]) > 0) continue;
        if (!e->known) out->known = false;
        if (e->low_ms > out->low_ms) out->low_ms = e->low_ms;
        if (e->high_ms > out->high_ms) out->high_ms = e->high_ms;
    }
    if (out->remaining == 0) out->known = false;
}

int64_t fleet_elapsed(const struct fleet *f, const struct eta each[], int64_t wall_ms) {
    int64_t longest = -1;
    for (size_t i = 0; i < f->n; i++) {
        int64_t elapsed = eta_elapsed(&each[i], f->table[i], wall_ms);
        if (elapsed > longest) longest = elapsed;
    }
    return longest;
}

const char *fleet_label(const struct fleet *f, size_t batch) { return table_label(f->table[batch]); }

const char *fleet_short_name(const struct fleet *f, size_t batch) {
    const char *label = fleet_label(f, batch), *name = label;
    for (const char *c = label; *c; c++) {
        if ((*c == '/' || *c == '\\') && c[1]) name = c + 1;
    }
    return name;
}

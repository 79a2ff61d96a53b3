#include "tui/causes.h"

#include "model/stall_cause.h"
#include "model/text.h"
#include "tui/pen.h"
#include "tui/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_unwell(const struct root_state *r) {
    return r->in_play && (r->health == HEALTH_STALE || r->health == HEALTH_HUNG || r->health == HEALTH_DEGRADED);
}

/* What is of a batch as a whole is a cause of its own there. */
static bool is_of_batch(const struct cause_evidence *w) { return w->kind == CAUSE_ROOT || w->kind >= CAUSE_FULL; }

/* ---- in words ---- */

/* "a, b and 2 more" of the bits of a mask. */
static void name_bits(enum language l, uint64_t mask, const char *(*name)(const struct profile *p, int i),
                      const struct profile *p, char *out, size_t cap) {
    enum { SHOWN = 3, BITS = 32 };
    int n = 0;
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < BITS; i++) {
        if ((mask >> i & 1) == 0 || n++ >= SHOWN) continue;
        int used = snprintf(out + len, cap - len, "%s%s", len > 0 ? ", " : "", name(p, i));
        len = used < 0 || len + (size_t)used >= cap ? cap - 1 : len + (size_t)used;
    }
    if (n <= SHOWN) return;
    char number[16], more[64];
    snprintf(number, sizeof number, "%d", n - SHOWN);
    words_format(l, WORD_AND_MORE, WORDS(number), more, sizeof more);
    snprintf(out + len, cap - len, "%s", more);
}

static const char *artifact_name(const struct profile *p, int i) {
    return i < p->n_artifacts ? p->artifact[i].path : "";
}
static const char *value_name(const struct profile *p, int i) { return i < p->n_values ? p->value[i].name : ""; }

static void root_words(const struct table *t, enum language l, enum root_id id, char *out, size_t cap) {
    const struct root_state *r = table_root(t, id);
    char why[CAUSE_WORDS / 2];
    const char *reason = "";
    if (r->reason != NULL) {
        text_clean(r->reason, why, sizeof why);
        reason = why;
    }
    enum word w = r->health == HEALTH_HUNG       ? WORD_CAUSE_ROOT_HUNG
                  : r->health == HEALTH_RELEASED ? WORD_CAUSE_ROOT_RELEASED
                  : r->health == HEALTH_DEGRADED ? WORD_CAUSE_ROOT_DEGRADED
                  : r->readable                  ? WORD_CAUSE_ROOT_UNREAD
                                                 : WORD_CAUSE_ROOT_STALE;
    words_format(l, w, WORDS(word_root(l, id)), out, cap);
    size_t len = strlen(out);
    if (reason[0] != '\0') snprintf(out + len, cap - len, " (%s)", reason);
}

/* Adds to a silence what the machine shows. */
static void machine_words(const struct table *t, enum language l, const struct cause_evidence *w, enum word silence,
                          int64_t now, char *out, size_t cap) {
    const struct fact_machine *m = table_machine(t, now);
    char a[PEN_WORDS], b[PEN_WORDS];
    if (m == NULL || w->what == MACHINE_UNKNOWN) {
        words_format(l, silence, NULL, out, cap);
    } else if (w->what >= MACHINE_SWAPPING) {
        pen_size(m->memory_available, a);
        pen_size(m->memory_total, b);
        words_format(l, WORD_CAUSE_WITH_MEMORY, WORDS(word(l, silence), a, b), out, cap);
    } else {
        text_tenths(m->load > 0 ? m->load : 0, a, sizeof a);
        snprintf(b, sizeof b, "%" PRId64, m->processors);
        words_format(l, WORD_CAUSE_WITH_LOAD, WORDS(word(l, silence), a, b), out, cap);
    }
}

/* text: as cause_text says. */
static void cause_words(const struct table *t, enum language l, const struct cause_evidence *w, const char *text,
                        int64_t now, char out[CAUSE_WORDS]) {
    const struct profile *p = table_profile(t);
    char raw[CAUSE_WORDS], names[CAUSE_WORDS], number[32];
    snprintf(number, sizeof number, "%" PRIu64, w->more > 0 ? w->more : w->what);
    switch (w->kind) {
    case CAUSE_ROOT:
        root_words(t, l, (enum root_id)w->what, raw, sizeof raw);
        break;
    case CAUSE_EXIT:
        words_format(l, w->more > 0 ? WORD_CAUSE_SIGNAL : WORD_CAUSE_EXIT, WORDS(number), raw, sizeof raw);
        break;
    case CAUSE_MISMATCH:
        name_bits(l, w->what, value_name, p, names, sizeof names);
        words_format(l, WORD_CAUSE_MISMATCH, WORDS(names), raw, sizeof raw);
        break;
    case CAUSE_BAD:
    case CAUSE_ABSENT:
        name_bits(l, w->what, artifact_name, p, names, sizeof names);
        words_format(l, w->kind == CAUSE_BAD ? WORD_CAUSE_BAD : WORD_CAUSE_ABSENT, WORDS(names), raw, sizeof raw);
        break;
    case CAUSE_MARKER:
        text_clean(text != NULL ? text : "", names, sizeof names / 2);
        words_format(l, WORD_CAUSE_MARKER, WORDS(p->artifact[w->what].path, names), raw, sizeof raw);
        break;
    case CAUSE_LOCKED:
        text_clean(text != NULL ? text : "", names, sizeof names / 2);
        words_format(l, text != NULL ? WORD_CAUSE_LOCKED_BY : WORD_CAUSE_LOCKED, WORDS(names), raw, sizeof raw);
        break;
    case CAUSE_FULL:
        pen_size(table_root(t, (enum root_id)w->what)->space_free, names);
        words_format(l, WORD_CAUSE_FULL, WORDS(word_root(l, (enum root_id)w->what), names), raw, sizeof raw);
        break;
    case CAUSE_SLOW:
        machine_words(t, l, w, WORD_CAUSE_SLOW, now, raw, sizeof raw);
        break;
    case CAUSE_ALL_SILENT:
        machine_words(t, l, w, WORD_CAUSE_ALL_SILENT, now, raw, sizeof raw);
        break;
    case CAUSE_NONE_NEWER:
        machine_words(t, l, w, WORD_CAUSE_NONE_NEWER, now, raw, sizeof raw);
        break;
    case CAUSE_FLAG:
        words_format(l, WORD_CAUSE_FLAG, WORDS(word_flag(l, (enum case_flag_bit)w->what)), raw, sizeof raw);
        break;
    default: {
        static const enum word plain[] = {
            [CAUSE_DUPLICATE] = WORD_CAUSE_DUPLICATE,
            [CAUSE_INTERRUPTED] = WORD_CAUSE_INTERRUPTED,
            [CAUSE_WRONG] = WORD_CAUSE_WRONG,
            [CAUSE_ELSEWHERE] = WORD_CAUSE_ELSEWHERE,
            [CAUSE_NOTHING] = WORD_CAUSE_NOTHING,
            [CAUSE_DIFFERS] = WORD_CAUSE_DIFFERS,
            [CAUSE_OTHER_BATCH] = WORD_CAUSE_OTHER_BATCH,
            [CAUSE_NOT_ARCHIVED] = WORD_CAUSE_NOT_ARCHIVED,
            [CAUSE_SILENT] = WORD_CAUSE_SILENT,
        };
        words_format(l, plain[w->kind], NULL, raw, sizeof raw);
        break;
    }
    }
    text_clean(raw, out, CAUSE_WORDS);
}

/* "2 seed1: " before what is of a batch as a whole. */
static void name_batch(const struct fleet *f, size_t batch, char words[CAUSE_WORDS]) {
    char raw[2 * CAUSE_WORDS];
    if (f->n < 2) return;
    snprintf(raw, sizeof raw, "%zu %.100s: %s", batch + 1, fleet_short_name(f, batch), words);
    text_clean(raw, words, CAUSE_WORDS);
}

void causes_words(const struct causes *c, size_t i, const struct fleet *f, enum language language, int64_t now_ms,
                  char out[CAUSE_WORDS]) {
    const struct cause *cause = &c->cause[i];
    const struct table *t = f->table[cause->batch];
    const struct row *first = cause->n > 0 ? fleet_row(f, c->row[cause->first], NULL) : NULL;
    const char *text = first != NULL ? cause_text(t, first, cause->why.kind) : NULL;
    cause_words(t, language, &cause->why, text, now_ms, out);
    if (is_of_batch(&cause->why)) name_batch(f, cause->batch, out);
}

/* ---- grouping ---- */

static void *grow(void *old, size_t *capacity, size_t n, size_t size) {
    if (n <= *capacity) return old;
    *capacity = n + n / 4 + 16;
    void *p = realloc(old, *capacity * size);
    if (p == NULL) abort();
    return p;
}

static int compare_causes(const void *a, const void *b) {
    const struct cause *x = a, *y = b;
    if (x->urgent != y->urgent) return x->urgent ? -1 : 1;
    bool root_x = x->status == STATUS_COUNT, root_y = y->status == STATUS_COUNT;
    if (root_x != root_y) return root_x ? -1 : 1;
    if (x->status != y->status) return x->status < y->status ? -1 : 1;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key ? 1 : 0;
}

/* Where its cause stands, + 1; it is added when there is none yet. */
static uint32_t cause_for(struct causes *c, const struct cause_evidence *why, size_t batch) {
    struct cause_evidence own = *why;
    if (is_of_batch(why)) own.what |= (uint64_t)(batch + 1) << 32;
    uint32_t key = cause_keep(&c->known, &own);
    size_t had = c->at_capacity;
    c->at = grow(c->at, &c->at_capacity, key + (size_t)1, sizeof *c->at);
    memset(c->at + had, 0, (c->at_capacity - had) * sizeof *c->at);
    if (c->at[key] == 0) {
        c->cause = grow(c->cause, &c->cause_capacity, c->n + 1, sizeof *c->cause);
        c->cause[c->n] =
            (struct cause){.key = key, .why = *why, .batch = batch, .status = STATUS_COMPLETE, .since = INT64_MAX};
        c->at[key] = (uint32_t)++c->n;
    }
    return c->at[key];
}

/* Why a silent case is silent, as others and the machine show it. */
static struct cause_evidence why_silent(const struct table *t, const struct row *r, int64_t now) {
    const struct stall_cause s = stall_cause_of(t, r, table_quiet(t, r, now), now);
    switch (s.kind) {
    case STALL_FULL:
        return (struct cause_evidence){CAUSE_FULL, s.root, 0};
    case STALL_SLOW:
        return (struct cause_evidence){CAUSE_SLOW, s.machine, 0};
    case STALL_ALL:
        return (struct cause_evidence){CAUSE_ALL_SILENT, s.machine, 0};
    case STALL_NONE_NEWER:
        return (struct cause_evidence){CAUSE_NONE_NEWER, s.machine, 0};
    default:
        return (struct cause_evidence){CAUSE_SILENT, 0, 0};
    }
}

static void add_case(struct cause *cause, const struct row *r) {
    enum case_status status = (enum case_status)r->status;
    cause->n++;
    if (status < cause->status) cause->status = status;
    if (r->status_since < cause->since) cause->since = r->status_since;
    cause->urgent |= status_is_problem(status) || cause->why.kind == CAUSE_MISMATCH;
}

/* The cases of a batch, the first of them being case `at` of the fleet. What a number of its table means is looked up
 * once, so that a case costs no more than its number and its row. */
static void group_batch(struct causes *c, const struct table *t, size_t batch, size_t at, const bool *shown,
                        int64_t now) {
    static const struct cause_evidence no_archive = {CAUSE_ROOT, ROOT_ARCHIVE, 0};
    const struct root_state *archive = table_root(t, ROOT_ARCHIVE);
    /* What waits for a drive that is gone: nothing is wrong with the case, and yet it needs a person. */
    bool gone = is_unwell(archive) && !archive->readable;
    uint32_t *meaning = calloc(table_causes(t)->n + 1, sizeof *meaning);
    if (meaning == NULL) abort();
    for (size_t i = 0; i < table_count(t); i++, at++) {
        uint32_t number = table_cause(t, i);
        const struct row *r = table_row(t, i);
        c->of[at] = 0;
        if ((shown != NULL && !shown[at]) || (number == 0 && !gone)) continue;
        if (gone && r->status == STATUS_ARCHIVING) {
            c->of[at] = cause_for(c, &no_archive, batch);
        } else if (number != 0 && meaning[number] != 0) {
            c->of[at] = meaning[number];
        } else if (number != 0) {
            struct cause_evidence why = cause_at(table_causes(t), number);
            bool silent = why.kind == CAUSE_SILENT;
            if (silent) why = why_silent(t, r, now);
            c->of[at] = cause_for(c, &why, batch);
            if (!silent) meaning[number] = c->of[at];
        }
        if (c->of[at] != 0) add_case(&c->cause[c->of[at] - 1], r);
    }
    free(meaning);
}

/* A root that is unwell and holds no case up is a cause all the same. */
static void add_roots(struct causes *c, const struct fleet *f, size_t batch) {
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct cause_evidence why = {CAUSE_ROOT, (uint64_t)id, 0};
        const struct root_state *r = table_root(f->table[batch], (enum root_id)id);
        size_t before = c->n;
        if (is_unwell(r)) cause_for(c, &why, batch);
        if (c->n > before) c->cause[before].urgent = r->health != HEALTH_DEGRADED;
    }
    for (size_t i = 0; i < c->n; i++) {
        struct cause *cause = &c->cause[i];
        if (cause->why.kind != CAUSE_ROOT || cause->batch != batch) continue;
        cause->status = STATUS_COUNT;
        cause->urgent |= cause->n > 0;
        cause->since = table_root(f->table[batch], (enum root_id)cause->why.what)->since;
    }
}

/* The cases of each cause together, in the order of the list. */
static void gather(struct causes *c, size_t rows) {
    size_t first = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->cause[i].first = first;
        first += c->cause[i].n;
        c->cause[i].n = 0;
    }
    for (size_t i = 0; i < rows; i++) {
        struct cause *cause = c->of[i] != 0 ? &c->cause[c->of[i] - 1] : NULL;
        if (cause != NULL) c->row[cause->first + cause->n++] = (uint32_t)i;
    }
    c->n_rows = first;
}

static void group(struct causes *c, const struct fleet *f, const bool *shown, int64_t now) {
    size_t rows = fleet_count(f), capacity = c->row_capacity;
    c->row = grow(c->row, &capacity, rows, sizeof *c->row);
    c->of = grow(c->of, &c->row_capacity, rows, sizeof *c->of);
    if (c->at_capacity > 0) memset(c->at, 0, c->at_capacity * sizeof *c->at);
    c->n = 0;
    for (size_t b = 0; b < f->n; b++) group_batch(c, f->table[b], b, fleet_first(f, b), shown, now);
    for (size_t b = 0; b < f->n; b++) add_roots(c, f, b);
    gather(c, rows);
    if (c->n > 0) qsort(c->cause, c->n, sizeof *c->cause, compare_causes);
}

/* What the person had unfolded stays so. */
struct unfolded {
    uint32_t *key;
    size_t n;
};

static struct unfolded keep_unfolded(const struct causes *c) {
    struct unfolded u = {malloc((c->n > 0 ? c->n : 1) * sizeof *u.key), 0};
    if (u.key == NULL) abort();
    for (size_t i = 0; i < c->n; i++) {
        if (c->cause[i].unfolded) u.key[u.n++] = c->cause[i].key;
    }
    return u;
}

void causes_refresh(struct causes *c, const struct fleet *f, const bool *shown, uint64_t stamp, int64_t now_ms) {
    uint64_t version = fleet_version(f), rows_version = fleet_rows_version(f) + fleet_count(f);
    /* Why everything is silent is seen in what goes on without any change of a table. */
    bool due = fleet_status_count(f, STATUS_STALLED) > 0 && now_ms - c->made_at >= CAUSES_STALL_MS;
    if (c->made && !due && version == c->version && stamp == c->shown_stamp && rows_version == c->rows_version) return;
    struct unfolded unfolded = keep_unfolded(c);
    group(c, f, shown, now_ms);
    for (size_t i = 0; i < c->n; i++) {
        for (size_t k = 0; k < unfolded.n; k++) c->cause[i].unfolded |= c->cause[i].key == unfolded.key[k];
    }
    free(unfolded.key);
    c->version = version;
    c->rows_version = rows_version;
    c->shown_stamp = stamp;
    c->made_at = now_ms;
    c->made = true;
}

void causes_free(struct causes *c) {
    cause_set_free(&c->known);
    free(c->cause);
    free(c->row);
    free(c->of);
    free(c->at);
    memset(c, 0, sizeof *c);
}

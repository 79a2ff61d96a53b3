#include "tui/causes.h"

#include "model/stall_cause.h"
#include "model/text.h"
#include "tui/pen.h"
#include "tui/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cause_kind {
    CAUSE_ROOT, /* what: enum root_id */
    CAUSE_EXIT, /* what: code, more: signal */
    CAUSE_DUPLICATE,
    CAUSE_MISMATCH, /* what: mask of values */
    CAUSE_INTERRUPTED,
    CAUSE_BAD, /* what: mask of artifacts that are there and wrong */
    CAUSE_WRONG,
    CAUSE_ELSEWHERE,
    CAUSE_NOTHING, /* nothing required is there */
    CAUSE_ABSENT,  /* what: mask of artifacts */
    CAUSE_MARKER,  /* what: artifact, more: hash of its text */
    CAUSE_DIFFERS,
    CAUSE_OTHER_BATCH,
    CAUSE_NOT_ARCHIVED,
    CAUSE_LOCKED, /* more: hash of who holds it */
    CAUSE_FULL,   /* what: enum root_id */
    CAUSE_SLOW,   /* what: enum machine_state, as in the next two */
    CAUSE_ALL_SILENT,
    CAUSE_NONE_NEWER,
    CAUSE_SILENT,
    CAUSE_FLAG /* what: enum case_flag_bit */
};

/* Why one row needs a person. */
struct why {
    enum cause_kind kind;
    uint64_t what, more;
    const char *text; /* CAUSE_MARKER: what it says, CAUSE_LOCKED: who holds it; or NULL */
};

struct entry {
    uint64_t key;
    uint32_t row;
};

/* What is of a batch as a whole is a cause of its own there. */
static bool is_of_batch(const struct why *w) {
    return w->kind == CAUSE_ROOT || (w->kind >= CAUSE_FULL && w->kind <= CAUSE_NONE_NEWER);
}

static uint64_t key_of(const struct why *w, size_t batch) {
    const uint64_t parts[] = {(uint64_t)w->kind, w->what, w->more};
    return text_hash(parts, sizeof parts, is_of_batch(w) ? batch : 0);
}

static bool is_unwell(const struct root_state *r) {
    return r->in_play && (r->health == HEALTH_STALE || r->health == HEALTH_HUNG || r->health == HEALTH_DEGRADED);
}

/* The newest failure marker of the case's own directory. */
static void marker_of(const struct table *t, const struct row *r, struct why *w) {
    const struct profile *p = table_profile(t);
    const struct place *place = table_place(t, r, ROOT_BATCH, NULL);
    int64_t newest = INT64_MIN;
    for (int i = 0; place != NULL && i < p->n_artifacts; i++) {
        const struct file_state *f = place_file(place, i);
        if (!(p->artifact[i].roles & ROLE_MARKER_FAILURE) || f->content == CONTENT_ABSENT || f->mtime_ns < newest) {
            continue;
        }
        newest = f->mtime_ns;
        w->what = (uint64_t)i;
        w->text = file_note(f);
        w->more = w->text != NULL ? text_hash(w->text, strlen(w->text), 0) : 0;
    }
}

static struct why why_archive(const struct table *t, const struct row *r, const struct verdict *v) {
    struct why w = {CAUSE_NOT_ARCHIVED, 0, 0, NULL};
    switch (v->proof) {
    case PROOF_UNREACHABLE:
        return (struct why){CAUSE_ROOT, ROOT_ARCHIVE, 0, NULL};
    case PROOF_MARKER:
        w.kind = CAUSE_MARKER;
        marker_of(t, r, &w);
        break;
    case PROOF_DIFFERS:
        w.kind = CAUSE_DIFFERS;
        break;
    case PROOF_OTHER_BATCH:
        w.kind = CAUSE_OTHER_BATCH;
        break;
    default:
        break;
    }
    return w;
}

/* Which values of the configuration contradict; of this case's own directory, else of the archive's. */
static uint64_t mismatched(const struct table *t, const struct row *r) {
    uint64_t mask = 0;
    const char *moved = table_moved_from(t);
    for (int id = 0; id < ROOT_COUNT && mask == 0; id++) {
        const struct place *p = table_place(t, r, (enum root_id)id, NULL);
        for (const struct mismatch *m = p != NULL ? place_more(p)->mismatches : NULL; m != NULL; m = m->next) {
            if (mismatch_counts(m, moved)) mask |= UINT64_C(1) << m->value;
        }
    }
    return mask;
}

static struct why why_invalid(const struct table *t, const struct row *r, const struct verdict *v) {
    if (r->flags & FLAG_DUPLICATE_TITLE) return (struct why){CAUSE_DUPLICATE, 0, 0, NULL};
    if (r->flags & FLAG_CONFIG_MISMATCH) return (struct why){CAUSE_MISMATCH, mismatched(t, r), 0, NULL};
    if (v->bad != 0) return (struct why){CAUSE_BAD, v->bad, 0, NULL};
    if (r->flags & FLAG_INTERRUPTED) return (struct why){CAUSE_INTERRUPTED, 0, 0, NULL};
    return (struct why){CAUSE_WRONG, 0, 0, NULL};
}

static struct why why_missing(const struct row *r, const struct verdict *v) {
    if (r->flags & FLAG_ELSEWHERE) return (struct why){CAUSE_ELSEWHERE, 0, 0, NULL};
    if (r->done == 0 && v->bad == 0 && v->growing == 0) return (struct why){CAUSE_NOTHING, 0, 0, NULL};
    return (struct why){CAUSE_ABSENT, v->absent, 0, NULL};
}

/* Who holds a file of the case, where that is known. */
static void holder_of(const struct table *t, const struct row *r, struct why *w) {
    for (int id = 0; id < ROOT_COUNT && w->text == NULL; id++) {
        const struct place *p = table_place(t, r, (enum root_id)id, NULL);
        for (int i = 0; p != NULL && i < table_profile(t)->n_artifacts && w->text == NULL; i++) {
            if (place_file(p, i)->locked) w->text = file_holder(place_file(p, i));
        }
    }
    w->more = w->text != NULL ? text_hash(w->text, strlen(w->text), 0) : 0;
}

static struct why why_stalled(const struct table *t, const struct row *r, int64_t quiet_ms, int64_t now) {
    const struct stall_cause c = stall_cause_of(t, r, quiet_ms, now);
    struct why w = {CAUSE_SILENT, 0, 0, NULL};
    switch (c.kind) {
    case STALL_LOCKED:
        w.kind = CAUSE_LOCKED;
        holder_of(t, r, &w);
        break;
    case STALL_FULL:
        w = (struct why){CAUSE_FULL, c.root, 0, NULL};
        break;
    case STALL_SLOW:
        w = (struct why){CAUSE_SLOW, c.machine, 0, NULL};
        break;
    case STALL_ALL:
        w = (struct why){CAUSE_ALL_SILENT, c.machine, 0, NULL};
        break;
    case STALL_NONE_NEWER:
        w = (struct why){CAUSE_NONE_NEWER, c.machine, 0, NULL};
        break;
    case STALL_ALONE:
        break;
    }
    return w;
}

/* False: nobody has to look. */
static bool why_of(const struct table *t, const struct row *r, int64_t now, struct why *w) {
    struct verdict v;
    switch ((enum case_status)r->status) {
    case STATUS_FAILED:
        *w = (struct why){CAUSE_EXIT, 0, 0, NULL};
        if (row_more(r)->exit != NULL) {
            w->what = (uint64_t)row_more(r)->exit->code;
            w->more = (uint64_t)row_more(r)->exit->signal;
        }
        return true;
    case STATUS_STALLED:
        table_judge(t, r, now, &v);
        *w = why_stalled(t, r, v.quiet_ms, now);
        return true;
    case STATUS_INVALID:
        table_judge(t, r, now, &v);
        *w = why_invalid(t, r, &v);
        return true;
    case STATUS_MISSING:
        table_judge(t, r, now, &v);
        *w = why_missing(r, &v);
        return true;
    case STATUS_ARCHIVE_FAILED:
        table_judge(t, r, now, &v);
        *w = why_archive(t, r, &v);
        return true;
    case STATUS_ARCHIVING:
        /* Waits for a drive that is gone: nothing is wrong with the case, and yet it needs a person. */
        if (is_unwell(table_root(t, ROOT_ARCHIVE)) && !table_root(t, ROOT_ARCHIVE)->readable) {
            *w = (struct why){CAUSE_ROOT, ROOT_ARCHIVE, 0, NULL};
            return true;
        }
        break;
    default:
        break;
    }
    if (r->flags & FLAG_CONFIG_MISMATCH) {
        *w = (struct why){CAUSE_MISMATCH, mismatched(t, r), 0, NULL};
        return true;
    }
    for (int b = 0; b < FLAG_COUNT; b++) {
        /* A run that streams its results has chunks until its end. */
        if ((r->flags & 1u << b) == 0 || (b == FLAG_BIT_UNMERGED && r->status == STATUS_RUNNING)) continue;
        *w = (struct why){CAUSE_FLAG, (uint64_t)b, 0, NULL};
        return true;
    }
    return false;
}

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
static void machine_words(const struct table *t, enum language l, const struct why *w, enum word silence, int64_t now,
                          char *out, size_t cap) {
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

static void cause_words(const struct table *t, enum language l, const struct why *w, int64_t now, char *out,
                        size_t cap) {
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
        text_clean(w->text != NULL ? w->text : "", names, sizeof names / 2);
        words_format(l, WORD_CAUSE_MARKER, WORDS(p->artifact[w->what].path, names), raw, sizeof raw);
        break;
    case CAUSE_LOCKED:
        text_clean(w->text != NULL ? w->text : "", names, sizeof names / 2);
        words_format(l, w->text != NULL ? WORD_CAUSE_LOCKED_BY : WORD_CAUSE_LOCKED, WORDS(names), raw, sizeof raw);
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
    text_clean(raw, out, cap);
}

/* ---- grouping ---- */

static int compare_entries(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row ? 1 : 0;
}

static int compare_causes(const void *a, const void *b) {
    const struct cause *x = a, *y = b;
    if (x->urgent != y->urgent) return x->urgent ? -1 : 1;
    bool root_x = x->status == STATUS_COUNT, root_y = y->status == STATUS_COUNT;
    if (root_x != root_y) return root_x ? -1 : 1;
    if (x->status != y->status) return x->status < y->status ? -1 : 1;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first ? 1 : 0;
}

static struct cause *add_cause(struct causes *c) {
    if (c->n == c->cause_capacity) {
        c->cause_capacity = 2 * c->cause_capacity + 16;
        c->cause = realloc(c->cause, c->cause_capacity * sizeof *c->cause);
        if (c->cause == NULL) abort();
    }
    memset(&c->cause[c->n], 0, sizeof *c->cause);
    return &c->cause[c->n++];
}

/* What the person had unfolded stays so. */
struct unfolded {
    uint64_t *key;
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

/* "2 seed1: " before what is of a batch as a whole. */
static void name_batch(const struct fleet *f, size_t batch, char words[CAUSE_WORDS]) {
    char raw[2 * CAUSE_WORDS];
    if (f->n < 2) return;
    snprintf(raw, sizeof raw, "%zu %.100s: %s", batch + 1, fleet_short_name(f, batch), words);
    text_clean(raw, words, CAUSE_WORDS);
}

static void group(struct causes *c, const struct fleet *f, enum language l, const struct entry *e, size_t n,
                  int64_t now) {
    for (size_t i = 0, end; i < n; i = end) {
        struct cause *cause = add_cause(c);
        struct why w;
        size_t batch = 0;
        const struct row *first = fleet_row(f, e[i].row, &batch);
        const struct table *t = f->table[batch];
        cause->key = e[i].key;
        cause->first = i;
        cause->status = STATUS_COMPLETE;
        cause->since = INT64_MAX;
        why_of(t, first, now, &w);
        cause_words(t, l, &w, now, cause->words, sizeof cause->words);
        if (is_of_batch(&w)) name_batch(f, batch, cause->words);
        for (end = i; end < n && e[end].key == e[i].key; end++) {
            const struct row *r = fleet_row(f, e[end].row, NULL);
            if (r->status < cause->status) cause->status = (enum case_status)r->status;
            if (r->status_since < cause->since) cause->since = r->status_since;
            cause->urgent |= status_is_problem((enum case_status)r->status) || w.kind == CAUSE_MISMATCH;
        }
        if (w.kind == CAUSE_ROOT) {
            cause->status = STATUS_COUNT;
            cause->urgent = true;
            cause->since = table_root(t, (enum root_id)w.what)->since;
        }
        cause->n = end - i;
    }
}

/* A root that is unwell and holds no case up is a cause all the same. */
static void add_roots_of(struct causes *c, const struct fleet *f, size_t batch, enum language l, int64_t now) {
    const struct table *t = f->table[batch];
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct why w = {CAUSE_ROOT, (uint64_t)id, 0, NULL};
        const struct root_state *r = table_root(t, (enum root_id)id);
        bool there = !is_unwell(r);
        for (size_t i = 0; i < c->n; i++) there |= c->cause[i].key == key_of(&w, batch);
        if (there) continue;
        struct cause *cause = add_cause(c);
        cause->key = key_of(&w, batch);
        cause->status = STATUS_COUNT;
        cause->urgent = r->health != HEALTH_DEGRADED;
        cause->since = r->since;
        cause_words(t, l, &w, now, cause->words, sizeof cause->words);
        name_batch(f, batch, cause->words);
    }
}

static void add_roots(struct causes *c, const struct fleet *f, enum language l, int64_t now) {
    for (size_t b = 0; b < f->n; b++) add_roots_of(c, f, b, l, now);
}

void causes_refresh(struct causes *c, const struct fleet *f, enum language language, const bool *shown, uint64_t stamp,
                    int64_t now_ms) {
    uint64_t version = fleet_version(f), rows_version = fleet_rows_version(f) + fleet_count(f);
    bool due = version != c->version && now_ms - c->made_at >= CAUSES_MAKE_MS;
    /* Why everything is silent is seen in what goes on without any change of a table. */
    due |= fleet_status_count(f, STATUS_STALLED) > 0 && now_ms - c->made_at >= CAUSES_STALL_MS;
    if (c->made && !due && stamp == c->shown_stamp && rows_version == c->rows_version) return;
    size_t rows = fleet_count(f), n = 0;
    struct unfolded unfolded = keep_unfolded(c);
    if (rows > c->row_capacity) {
        c->row_capacity = rows + rows / 4 + 16;
        c->row = realloc(c->row, c->row_capacity * sizeof *c->row);
        if (c->row == NULL) abort();
    }
    struct entry *e = malloc((rows > 0 ? rows : 1) * sizeof *e);
    if (e == NULL) abort();
    for (size_t i = 0; i < rows; i++) {
        struct why w;
        size_t batch = 0;
        const struct row *r = fleet_row(f, i, &batch);
        if ((shown != NULL && !shown[i]) || !why_of(f->table[batch], r, now_ms, &w)) continue;
        e[n++] = (struct entry){key_of(&w, batch), (uint32_t)i};
    }
    if (n > 0) qsort(e, n, sizeof *e, compare_entries);
    c->n = 0;
    group(c, f, language, e, n, now_ms);
    for (size_t i = 0; i < n; i++) c->row[i] = e[i].row;
    c->n_rows = n;
    free(e);
    add_roots(c, f, language, now_ms);
    if (c->n > 0) qsort(c->cause, c->n, sizeof *c->cause, compare_causes);
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
    free(c->cause);
    free(c->row);
    memset(c, 0, sizeof *c);
}

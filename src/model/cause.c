#include "model/cause.h"

#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_START = 64 };

/* The newest failure marker of the case's own directory; NULL: none. */
static const struct file_state *marker_of(const struct table *t, const struct row *r, int *artifact) {
    const struct profile *p = table_profile(t);
    const struct place *place = table_place(t, r, ROOT_BATCH, NULL);
    const struct file_state *newest = NULL;
    for (int i = 0; place && i < p->n_artifacts; i++) {
        const struct file_state *f = place_file(place, i);
        if (!(p->artifact[i].roles & ROLE_MARKER_FAILURE) || f->content == CONTENT_ABSENT) continue;
        if (newest && f->mtime_ns < newest->mtime_ns) continue;
        newest = f;
        *artifact = i;
    }
    return newest;
}

/* Who holds a file of the case, where that is known. */
static const char *holder_of(const struct table *t, const struct row *r) {
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct place *p = table_place(t, r, (enum root_id)id, NULL);
        for (int i = 0; p && i < table_profile(t)->n_artifacts; i++) {
            const struct file_state *f = place_file(p, i);
            if (f->locked && file_holder(f)) return file_holder(f);
        }
    }
    return NULL;
}

static uint64_t hash_of(const char *text) { return text ? text_hash(text, strlen(text), 0) : 0; }

static struct cause_evidence of_archive(const struct table *t, const struct row *r, const struct verdict *v) {
    struct cause_evidence e = {CAUSE_NOT_ARCHIVED, 0, 0};
    int artifact = 0;
    switch (v->proof) {
    case PROOF_UNREACHABLE:
        return (struct cause_evidence){CAUSE_ROOT, ROOT_ARCHIVE, 0};
    case PROOF_MARKER:
        e.kind = CAUSE_MARKER;
        const struct file_state *marker = marker_of(t, r, &artifact);
        e.what = (uint64_t)artifact;
        e.more = marker ? hash_of(file_note(marker)) : 0;
        break;
    case PROOF_DIFFERS:
        e.kind = CAUSE_DIFFERS;
        break;
    case PROOF_OTHER_BATCH:
        e.kind = CAUSE_OTHER_BATCH;
        break;
    default:
        break;
    }
    return e;
}

/* Which values of the configuration contradict; of this case's own directory, else of the archive's. */
static struct cause_evidence of_mismatch(const struct table *t, const struct row *r) {
    struct cause_evidence e = {CAUSE_MISMATCH, 0, 0};
    const char *moved = table_moved_from(t);
    for (int id = 0; id < ROOT_COUNT && e.what == 0; id++) {
        const struct place *p = table_place(t, r, (enum root_id)id, NULL);
        for (const struct mismatch *m = p ? place_more(p)->mismatches : NULL; m; m = m->next) {
            if (mismatch_counts(m, moved)) e.what |= UINT64_C(1) << m->value;
        }
    }
    return e;
}

static struct cause_evidence of_invalid(const struct table *t, const struct row *r, const struct verdict *v) {
    if (r->flags & FLAG_DUPLICATE_TITLE) return (struct cause_evidence){CAUSE_DUPLICATE, 0, 0};
    if (r->flags & FLAG_CONFIG_MISMATCH) return of_mismatch(t, r);
    if (v->bad != 0) return (struct cause_evidence){CAUSE_BAD, v->bad, 0};
    return (struct cause_evidence){r->flags & FLAG_INTERRUPTED ? CAUSE_INTERRUPTED : CAUSE_WRONG, 0, 0};
}

static struct cause_evidence of_missing(const struct row *r, const struct verdict *v) {
    if (r->flags & FLAG_ELSEWHERE) return (struct cause_evidence){CAUSE_ELSEWHERE, 0, 0};
    if (r->done == 0 && v->bad == 0 && v->growing == 0) return (struct cause_evidence){CAUSE_NOTHING, 0, 0};
    return (struct cause_evidence){CAUSE_ABSENT, v->absent, 0};
}

static struct cause_evidence of_exit(const struct row *r) {
    struct cause_evidence e = {CAUSE_EXIT, 0, 0};
    const struct fact_exit *exit = row_more(r)->exit;
    if (exit) {
        e.what = (uint64_t)exit->code;
        e.more = (uint64_t)exit->signal;
    }
    return e;
}

static struct cause_evidence of_flags(const struct table *t, const struct row *r) {
    if (r->flags & FLAG_CONFIG_MISMATCH) return of_mismatch(t, r);
    for (int b = 0; r->flags != 0 && b < FLAG_COUNT; b++) {
        /* A run that streams its results has chunks until its end. */
        if ((r->flags & 1u << b) == 0 || (b == FLAG_BIT_UNMERGED && r->status == STATUS_RUNNING)) continue;
        return (struct cause_evidence){CAUSE_FLAG, (uint64_t)b, 0};
    }
    return (struct cause_evidence){CAUSE_NONE, 0, 0};
}

struct cause_evidence cause_of(const struct table *t, const struct row *r, const struct verdict *v) {
    switch ((enum case_status)r->status) {
    case STATUS_FAILED:
        return of_exit(r);
    case STATUS_STALLED:
        if (r->flags & FLAG_LOCKED) return (struct cause_evidence){CAUSE_LOCKED, 0, hash_of(holder_of(t, r))};
        return (struct cause_evidence){CAUSE_SILENT, 0, 0};
    case STATUS_INVALID:
        return of_invalid(t, r, v);
    case STATUS_MISSING:
        return of_missing(r, v);
    case STATUS_ARCHIVE_FAILED:
        return of_archive(t, r, v);
    default:
        return of_flags(t, r);
    }
}

const char *cause_text(const struct table *t, const struct row *r, enum cause_kind kind) {
    int artifact;
    if (kind == CAUSE_LOCKED) return holder_of(t, r);
    const struct file_state *marker = kind == CAUSE_MARKER ? marker_of(t, r, &artifact) : NULL;
    return marker ? file_note(marker) : NULL;
}

/* ---- every one once ---- */

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static uint64_t evidence_hash(const struct cause_evidence *e) {
    const uint64_t parts[] = {(uint64_t)e->kind, e->what, e->more};
    return text_hash(parts, sizeof parts, 0);
}

/* Open addressing: the slot that has it, or the free one where it would be. */
static size_t slot_of(const struct cause_set *s, const struct cause_evidence *e) {
    size_t i = evidence_hash(e) & (s->n_buckets - 1);
    for (; s->bucket[i] != 0; i = (i + 1) & (s->n_buckets - 1)) {
        const struct cause_evidence *k = &s->kept[s->bucket[i]];
        if (k->kind == e->kind && k->what == e->what && k->more == e->more) break;
    }
    return i;
}

static void make_room(struct cause_set *s) {
    s->n_buckets = s->n_buckets ? 2 * s->n_buckets : BUCKETS_START;
    s->capacity = s->n_buckets / 2;
    s->kept = must(realloc(s->kept, s->capacity * sizeof *s->kept));
    free(s->bucket);
    s->bucket = must(calloc(s->n_buckets, sizeof *s->bucket));
    for (size_t i = 1; i < s->n; i++) s->bucket[slot_of(s, &s->kept[i])] = (uint32_t)i;
    if (s->n == 0) s->kept[s->n++] = (struct cause_evidence){CAUSE_NONE, 0, 0};
}

uint32_t cause_keep(struct cause_set *s, const struct cause_evidence *e) {
    if (e->kind == CAUSE_NONE) return 0;
    if (s->n == s->capacity) make_room(s);
    size_t slot = slot_of(s, e);
    if (s->bucket[slot] == 0) {
        s->kept[s->n] = *e;
        s->bucket[slot] = (uint32_t)s->n++;
    }
    return s->bucket[slot];
}

struct cause_evidence cause_at(const struct cause_set *s, uint32_t number) {
    return number == 0 ? (struct cause_evidence){CAUSE_NONE, 0, 0} : s->kept[number];
}

void cause_set_free(struct cause_set *s) {
    free(s->kept);
    free(s->bucket);
    memset(s, 0, sizeof *s);
}

/* cause: why a case needs a person, by the verdict's own evidence (which files, which values, which marker text), never
 * by comparing sentences. Cases with equal evidence have one cause.
 *
 * Not thread safe. Out of memory: abort(). */
#ifndef SW_MODEL_CAUSE_H
#define SW_MODEL_CAUSE_H

#include "model/table.h"

enum cause_kind {
    CAUSE_NONE, /* nobody has to look */
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
    CAUSE_SILENT, /* stalled; what others do and the machine shows comes to it, see stall_cause_of */
    CAUSE_FLAG,   /* what: enum case_flag_bit */
    /* Of a silence, and of all cases of a batch alike; never of a row. */
    CAUSE_FULL, /* what: enum root_id */
    CAUSE_SLOW, /* what: enum machine_state, as in the next two */
    CAUSE_ALL_SILENT,
    CAUSE_NONE_NEWER
};

struct cause_evidence {
    enum cause_kind kind;
    uint64_t what, more;
};

/* Of a row whose status and flags are those of the verdict. */
struct cause_evidence cause_of(const struct table *t, const struct row *r, const struct verdict *v);

/* The text that CAUSE_MARKER and CAUSE_LOCKED are about: what the marker says, who holds the file. NULL: nothing says
 * so. Good until the next fact. */
const char *cause_text(const struct table *t, const struct row *r, enum cause_kind kind);

/* Every different evidence once, by a small number; 0 is CAUSE_NONE. Zeroed is empty. What a row said before stays: a
 * sweep has few different causes, and in the worst case one or two a case. */
struct cause_set {
    struct cause_evidence *kept; /* private, as the rest: [0] is not used */
    uint32_t *bucket;
    size_t n, capacity, n_buckets;
};

uint32_t cause_keep(struct cause_set *s, const struct cause_evidence *e);
struct cause_evidence cause_at(const struct cause_set *s, uint32_t number);
void cause_set_free(struct cause_set *s); /* it is empty then */

#endif

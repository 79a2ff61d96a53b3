/* causes: the cases that need a person, grouped by what is wrong with them (model/cause.h).
 *
 * Made again whenever a table has changed, so that they agree with what else is drawn, and while cases are stalled
 * every 5 s; O(cases), a few ns each. Plain data, owned by the caller, starts zeroed. Out of memory: abort(). */
#ifndef SW_TUI_CAUSES_H
#define SW_TUI_CAUSES_H

#include "model/cause.h"
#include "model/fleet.h"
#include "model/language.h"

enum { CAUSE_WORDS = 240, CAUSES_STALL_MS = 5000 };

struct cause {
    uint32_t key; /* the same cause has the same key as long as struct causes lives; never 0 */
    struct cause_evidence why;
    size_t batch;            /* of its first case, or whose root it is */
    enum case_status status; /* the worst of its cases; STATUS_COUNT: a root, no case */
    bool urgent;             /* a person has to look; else there is only something to tell */
    int64_t since;           /* monotonic ms, the earliest of its cases */
    size_t first, n;         /* its cases: row[first .. first + n) */
    bool unfolded;           /* all of its cases are listed */
};

struct causes {
    struct cause *cause; /* urgent ones first, then the larger ones */
    size_t n;
    uint32_t *row;
    size_t n_rows;
    struct cause_set known; /* private, as the rest: their numbers are the keys */
    uint32_t *of;           /* of each case, where its cause stands while they are made, + 1; 0 it has none */
    uint32_t *at;           /* the same of each key */
    size_t cause_capacity, row_capacity, at_capacity;
    uint64_t version, rows_version, shown_stamp;
    int64_t made_at;
    bool made;
};

/* Brings them up to date; cases by their numbers in the fleet. Cases of several batches with one cause stand together;
 * roots and what holds for all cases of a batch are told by batch. shown: [cases], or NULL for all; stamp: changes
 * whenever shown does. */
void causes_refresh(struct causes *c, const struct fleet *f, const bool *shown, uint64_t stamp, int64_t now_ms);

/* What cause i says, in the person's language; since the last refresh the tables must not have changed. */
void causes_words(const struct causes *c, size_t i, const struct fleet *f, enum language language, int64_t now_ms,
                  char out[CAUSE_WORDS]);
void causes_free(struct causes *c);

#endif

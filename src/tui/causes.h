/* causes: the cases that need a person, grouped by what is wrong with them.
 *
 * Made again when the table has changed, at most once a second, and while cases are stalled every 5 s; O(cases that
 * need a person). Plain data, owned by the caller, starts zeroed. Out of memory: abort(). */
#ifndef SW_TUI_CAUSES_H
#define SW_TUI_CAUSES_H

#include "model/fleet.h"
#include "model/language.h"

enum { CAUSE_WORDS = 240, CAUSES_MAKE_MS = 1000, CAUSES_STALL_MS = 5000 };

struct cause {
    uint64_t key;            /* the same cause has the same key as long as the table lives */
    char words[CAUSE_WORDS]; /* in the person's language */
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
    size_t cause_capacity, row_capacity; /* private */
    uint64_t version, rows_version, shown_stamp;
    int64_t made_at;
    bool made;
};

/* Brings them up to date; cases by their numbers in the fleet. Cases of several batches with one cause stand together;
 * roots and what holds for all cases of a batch are told by batch. shown: [cases], or NULL for all; stamp: changes
 * whenever shown does. */
void causes_refresh(struct causes *c, const struct fleet *f, enum language language, const bool *shown, uint64_t stamp,
                    int64_t now_ms);
void causes_free(struct causes *c);

#endif

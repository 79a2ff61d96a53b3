/* fleet: the cases of several batches as one list. A case is a number: those of the first batch in the order of their
 * table, then those of the second one, and so on; of one batch it is the index of the row. Numbers are good as long as
 * fleet_rows_version is the same.
 *
 * Plain data that borrows its tables; pure. Batches are few: what asks for one case is O(batches). */
#ifndef SW_MODEL_FLEET_H
#define SW_MODEL_FLEET_H

#include "model/eta.h"
#include "model/table.h"

enum { FLEET_MAX = 64 }; /* batches */

struct fleet {
    const struct table *const *table;
    size_t n; /* 1 or more */
};

size_t fleet_count(const struct fleet *f);
/* The row of a case, NULL: there is no such case. *batch (may be NULL): of which batch. */
const struct row *fleet_row(const struct fleet *f, size_t at, size_t *batch);
const struct table *fleet_table_of(const struct fleet *f, size_t at); /* the first batch's when there is no such case */
size_t fleet_first(const struct fleet *f, size_t batch);              /* the number of a batch's first case */

size_t fleet_status_count(const struct fleet *f, enum case_status s);
size_t fleet_flag_count(const struct fleet *f, enum case_flag_bit b);
size_t fleet_problems(const struct fleet *f);  /* cases that need a person */
bool fleet_over(const struct fleet *f);        /* every one of them */
bool fleet_has_archive(const struct fleet *f); /* any of them */
uint64_t fleet_version(const struct fleet *f); /* changes whenever that of a table does */
uint64_t fleet_transition_total(const struct fleet *f);
uint64_t fleet_rows_version(const struct fleet *f);

/* All is done when the last batch is: the latest of their ends, unknown when that of one is that is not done. It began
 * with the first trace of any. each: [f->n], one a batch, brought up to date. */
void fleet_eta(const struct fleet *f, struct eta each[], int64_t wall_ms, struct eta *out);

/* How long it has been going, after fleet_eta: as long as the longest of them; -1: nothing is there yet. */
int64_t fleet_elapsed(const struct fleet *f, const struct eta each[], int64_t wall_ms);

/* What people call a batch: its label, the whole of it. */
const char *fleet_label(const struct fleet *f, size_t batch);
/* The last name of that, which may be another batch's, too: beside it stands the number, from 1. */
const char *fleet_short_name(const struct fleet *f, size_t batch);

#endif

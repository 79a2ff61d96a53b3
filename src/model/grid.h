/* grid: the cases by their parameters: two axes, and a panel for each combination of what else varies.
 *
 * The axes are the two columns of the list with the most different values; columns with one value are left out. A
 * sweep that is no grid (most combinations are no case) is laid out in the order of its list, without axes.
 * Pure but for memory (abort() when it is out); made again when the list changes. */
#ifndef SW_MODEL_GRID_H
#define SW_MODEL_GRID_H

#include "model/table.h"

#define GRID_NONE UINT32_MAX
enum { GRID_TOKEN = 32 };

struct grid_axis {
    int column;    /* index into profile.column, -1: none */
    size_t n;      /* 1 or more once made */
    double *value; /* [n] ascending, NAN (the case has no such value) first; NULL when column is -1 */
};

struct grid {
    struct grid_axis x, y;
    int n_others;
    int other[PROFILE_MAX_COLUMNS]; /* further columns that vary */
    size_t n_panels;
    double *panel;   /* [n_panels * n_others] their values, panel by panel, ascending */
    uint32_t *cell;  /* [n_panels * y.n * x.n] row, or GRID_NONE */
    uint32_t *where; /* [n_rows] index into cell, or GRID_NONE */
    size_t n_rows;
};

/* Replaces what *g held; zeroed is empty. O(rows), and O(v log v) for v different values of a column. */
void grid_make(struct grid *g, const struct table *t);
void grid_free(struct grid *g);

/* The value of a row in a column of the list, or of its directory's name when there is no list; false: none. */
bool grid_value(const struct table *t, const struct row *r, int column, double *value);
/* The same as it was written; "" when there is none. */
void grid_token(const struct table *t, const struct row *r, int column, char out[GRID_TOKEN]);

/* Index into cell of the neighbour dx columns right and dy lines down within the panel, or of the next panel when the
 * edge is crossed vertically; from itself when there is none. Empty cells are passed over. */
uint32_t grid_step(const struct grid *g, uint32_t from, int dx, int dy);

#endif

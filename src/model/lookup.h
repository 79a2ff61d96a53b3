/* lookup: which case do people mean, and which one is nearest to a name that is none? Pure. O(cases) each. */
#ifndef SW_MODEL_LOOKUP_H
#define SW_MODEL_LOOKUP_H

#include "model/table.h"

enum { LOOKUP_NEAR = 5 };

struct lookup {
    const struct row *row; /* the case meant, or NULL */
    bool ambiguous;        /* several are meant: nearby[] are the first of them */
    int n_near;            /* else, when row is NULL, the nearest ones, nearest first */
    const struct row *nearby[LOOKUP_NEAR];
};

/* text: a title, or the name of a directory that is that case; a path that ends with one; the beginning of exactly one
 * title, in any letter case; or values in the order of the list's columns, separated by blanks or commas ("4000
 * 0.5 1.0", compared as numbers, columns at the end may be left out while one case is meant). */
void lookup_case(const struct table *t, const char *text, struct lookup *out);

/* The case whose title is nearest to a directory's name that matches none: by the numbers in it when it is built like a
 * title (fewest columns that differ, then by how much), else by spelling. NULL when none is near. */
const struct row *lookup_nearest(const struct table *t, const char *name);

#endif

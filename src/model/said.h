/* said: what the files of a case say of the case, one copy of each that many say alike.
 *
 * The configurations of a sweep name one archive and one end, and most cases come out alike: a million cases share a
 * few of these. Not thread safe. Out of memory: abort(). */
#ifndef SW_MODEL_SAID_H
#define SW_MODEL_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings are NULL where nothing says so. Zeroed: nothing is said. */
struct case_said {
    const char *named_batch; /* other batch whose directory of this case the configuration names */
    const char *archive_dir; /* from the configuration */
    const char *outcome;     /* case_status */
    double progress_end;     /* from the configuration; 0 unknown */
    int progress_end_from;   /* index of the value that said so */
};

/* Zeroed is empty. */
struct said_set {
    struct said_kept **bucket; /* private */
    size_t n_buckets, n;
};

/* *slot becomes the shared copy of *s, NULL when it says nothing; what it was before is given back. *slot: NULL or set
 * by this. The strings of *s are copied, and may be those of **slot. */
void said_keep(struct said_set *x, const struct case_said **slot, const struct case_said *s);
void said_free(struct said_set *x); /* every one of them; it is empty then */

#endif

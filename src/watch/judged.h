/* judged: what files of a root were found to be when they were read, kept from one pass to the next.
 *
 * A file is known by a key: the hash of where it stands, its identity, size, and the times of its content and of its
 * entry (mtime, ctime). What is kept under a key is all that reading it told; so a later pass tells the same facts
 * without reading. Only what was whole is kept. When a version may be kept is the scan's to decide (scan_set_judged).
 * A directory's listing is kept in the same way, as a note: its times change whenever a name in it does.
 *
 * judged_find may be called by several threads at once; so may judged_add, each with its own judged_adds; the rest by
 * one thread alone. Out of memory: abort().
 *
 * As bytes: a header (magic, byte order, format, stamp, count, length, checksum), then the records. Made and read by
 * the same build on the same machine; anything else is taken for an empty store. */
#ifndef SW_WATCH_JUDGED_H
#define SW_WATCH_JUDGED_H

#include "model/fact.h"
#include "model/profile.h"
#include "watch/parquet_footer.h"

enum {
    JUDGED_VALUES = PROFILE_MAX_VALUES * PROFILE_MAX_FORMS,
    JUDGED_MAX_BYTES = 256 * 1024 * 1024 /* what does not fit is not kept */
};

struct judged_key {
    uint64_t a, b;
};
struct judged_key judged_key(const uint64_t *words, size_t n);

/* What reading a whole file told. */
struct judged_file {
    uint64_t hash;    /* of the content; 0: none is taken of files of this kind */
    const char *note; /* or NULL */
    struct fact_value values[JUDGED_VALUES];
    size_t n_values;
    struct parquet_footer footer;
};

struct judged;      /* the store */
struct judged_adds; /* what one thread adds to it */

/* stamp: of the profile and the program that judge; what another one has written is no use. bytes: malloc'ed, becomes
 * the store's; NULL, foreign or broken: the store is empty. */
struct judged *judged_open(unsigned char *bytes, size_t len, uint64_t stamp);
void judged_free(struct judged *j); /* NULL is fine */
uint64_t judged_stamp(const struct profile *p, const char *version);

bool judged_is_empty(const struct judged *j);
/* Strings of *out live as long as j. */
bool judged_find(struct judged *j, struct judged_key key, struct judged_file *out);

struct judged_adds *judged_adds_new(void);
void judged_add(struct judged_adds *a, struct judged_key key, const struct judged_file *file);
void judged_take(struct judged *j, struct judged_adds *a); /* frees a */

/* Is there more, or less, in it than was read? What was not found in this pass is not written again. */
bool judged_changed(const struct judged *j);
void judged_write(struct judged *j, void (*put)(void *ctx, const void *bytes, size_t len), void *ctx);

#endif

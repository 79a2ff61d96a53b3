/* place_files: the files of a place, kept as narrow as they are many. Private to the table; what others read of them is
 * in table.h.
 *
 * A place has only those that are there, packed in the order of the profile and found by a mask. They lie in an arena;
 * the room that a place has outgrown is the next one's, so that telling one file after the other leaves nothing over.
 * Not thread safe. Out of memory: abort(). */
#ifndef SW_MODEL_PLACE_FILES_H
#define SW_MODEL_PLACE_FILES_H

#include "model/arena.h"
#include "model/table.h"

struct file_room {
    struct arena *arena;                                  /* outlives the places */
    struct spare_files *spare[PROFILE_MAX_ARTIFACTS + 1]; /* by how many files they have room for */
};

/* The artifact's state, to be changed; made when it is not there. Good until one of the place is made or dropped. */
struct file_state *file_make(struct file_room *x, struct place *p, int artifact);
void file_drop(struct file_room *x, struct place *p, int artifact);
void files_clear(struct file_room *x, struct place *p); /* all of them */

/* Is it the file that the fact tells of, by what is kept of its identity? */
bool file_same_identity(const struct file_state *f, const struct fact_file *n);
/* And does the fact say the same in words and chunks? */
bool file_same_words(const struct file_state *f, const struct fact_file *n);
/* Takes over size, identity, hash, words and chunks. */
void file_set_more(struct file_state *f, const struct fact_file *n);
/* Before the place changes at this time (monotonic ms): the versions that are there become so much earlier than its
 * change. settle_ms: of its root. */
void files_earlier(struct place *p, int64_t at, int64_t settle_ms);
/* This version was seen first at this time, which is that of the change, or earlier. */
void file_seen(const struct place *p, struct file_state *f, int64_t at);

#endif

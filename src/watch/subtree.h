/* subtree: which of the directories somebody asked about does an event of a whole tree belong to? For systems whose
 * watches cover a tree. Pure; not thread safe. Out of memory: abort(). */
#ifndef SW_WATCH_SUBTREE_H
#define SW_WATCH_SUBTREE_H

#include <stdbool.h>
#include <stdint.h>

struct subtree;
struct subtree *subtree_new(void);
void subtree_free(struct subtree *t);

/* path: relative to the root, '/' between names, "" for the root itself; copied. A token stands for one path, a path
 * for the last token it was put with. */
void subtree_put(struct subtree *t, const char *path, uint64_t token);
void subtree_remove(struct subtree *t, uint64_t token); /* an unknown one: nothing */

/* name: of what changed, relative to the root, '/' or '\' between names. The deepest directory above it that was put;
 * *child (at least strlen(name) + 1 bytes) becomes the name in that directory of what changed or of what it is in.
 * false: not even the root was put. */
bool subtree_find(const struct subtree *t, const char *name, uint64_t *token, char *child);

#endif

/* arena: memory that is taken piece by piece and goes away at once.
 *
 * For many small things that live as long as their owner: no header and no rounding a piece, and what is taken one
 * after the other lies side by side. Zeroed is empty. Not thread safe. Out of memory: abort(). */
#ifndef SW_MODEL_ARENA_H
#define SW_MODEL_ARENA_H

#include <stddef.h>

struct arena_block;

/* Private to arena.c. */
struct arena {
    struct arena_block *blocks;
    char *free;
    size_t left, block_size;
};

/* Not initialised. align: a power of two, at most that of max_align_t. */
void *arena_take(struct arena *a, size_t size, size_t align);
/* len bytes of s, and a NUL. */
char *arena_copy(struct arena *a, const char *s, size_t len);
void arena_free(struct arena *a); /* all of it; the arena is empty then */

#endif

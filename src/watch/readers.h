/* readers: threads that look at many places of a root at once: as many as processors, and up to READERS_MOST_WAITING
 * where they mostly wait for the root. One piece of work at a time; between two of them the threads rest.
 *
 * For one thread, the owner's. Out of memory: abort(). */
#ifndef SW_WATCH_READERS_H
#define SW_WATCH_READERS_H

#include <stdbool.h>
#include <stddef.h>

enum { READERS_MOST = 32, READERS_MOST_WAITING = 16 };

/* Called on the readers' threads, for different readers at once. reader: the thread's number, below READERS_MOST; the
 * lower ones come first. */
struct readers_work {
    void *ctx;
    size_t n;
    bool (*look)(void *ctx, unsigned reader, size_t i); /* at number i of n; false: nobody begins another one */
    void (*pause)(void *ctx, unsigned reader);          /* after some looks; NULL: nothing is to be done */
    void (*over)(void *ctx);                            /* once, when nobody looks any more; NULL: who began it waits */
};

struct readers;
/* n: how many; 0: as many as suit the root. */
struct readers *readers_new(unsigned n);
void readers_free(struct readers *r); /* NULL is fine; no work in hand */

/* work is copied; n at least 1. Returns 0, or UV_EAGAIN where there can be no thread. */
int readers_begin(struct readers *r, const struct readers_work *work);
/* Until nobody looks any more. */
void readers_wait(struct readers *r);

#endif

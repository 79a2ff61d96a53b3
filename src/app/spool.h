/* spool: bytes that wait for their turn in a temporary file of the system, so that they take no memory. Where no file
 * can be had they stay in memory. Blocking but for spool_new; one thread at a time. Out of memory: abort(). */
#ifndef SW_APP_SPOOL_H
#define SW_APP_SPOOL_H

#include <stddef.h>

struct spool;
struct spool *spool_new(void);
void spool_free(struct spool *s); /* NULL is fine; the file goes with it */
void spool_add(struct spool *s, const char *bytes, size_t len);
void spool_clear(struct spool *s);
/* All bytes in their order, in pieces. 0, or a negative libuv error: they could not be read back. */
int spool_each(struct spool *s, void (*put)(void *ctx, const char *bytes, size_t len), void *ctx);

#endif

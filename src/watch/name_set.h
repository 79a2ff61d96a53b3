/* name_set: a set of names. Not thread safe. Out of memory: abort(). */
#ifndef SW_WATCH_NAME_SET_H
#define SW_WATCH_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

struct name_set;
struct name_set *name_set_new(void);
void name_set_free(struct name_set *s);                           /* NULL is fine */
void name_set_put(struct name_set *s, const char *name, bool in); /* copied; in false: takes it out */
/* In no order. The set must not be changed meanwhile. */
void name_set_each(const struct name_set *s, void (*visit)(void *ctx, const char *name), void *ctx);
size_t name_set_count(const struct name_set *s);

#endif

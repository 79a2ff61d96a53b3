/* title_set: which directories are cases of a list, in 5 to 11 bytes a case where the list itself takes hundreds.
 *
 * Titles are known by half of a hash of 64 bits, in order of the rest: a name that is none is taken for one once in
 * 10^8. Good enough to choose what to look at; never to say what something is. Not thread safe while it is made. Out of
 * memory: abort(). */
#ifndef SW_WATCH_TITLE_SET_H
#define SW_WATCH_TITLE_SET_H

#include "model/profile.h"
#include "model/sweep_list.h"

#include <stdbool.h>

struct title_set;
/* p must outlive it, the list need not. fold_case: letter case of ASCII makes no difference. */
struct title_set *title_set_new(const struct sweep_list *list, const struct profile *p, bool fold_case);
void title_set_free(struct title_set *t); /* NULL is fine */
/* The name is a title, or one with further parts (profile_is_continuation). */
bool title_set_matches(const struct title_set *t, const char *name);

#endif

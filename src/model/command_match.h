/* command_match: which case of a list is a command for?
 *
 * By its title, which stands in the command as a word (also as a name in a path, or before the ending of a file name);
 * else by the values of its line, which stand in the command as numbers, in order: first those that follow each other
 * with no other number between, then those with numbers between. More than one case found in any of these ways: none.
 * Pure, thread safe once made; the list must outlive it. Out of memory: abort(). */
#ifndef SW_MODEL_COMMAND_MATCH_H
#define SW_MODEL_COMMAND_MATCH_H

#include "model/sweep_list.h"

struct command_match;
struct command_match *command_match_new(const struct sweep_list *l, const struct profile *p, bool fold_case);
void command_match_free(struct command_match *m); /* NULL is fine */

/* Index of the case, or -1; *ambiguous: because there are several. */
long command_match_find(const struct command_match *m, const char *command, bool *ambiguous);

#endif

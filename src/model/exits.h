/* exits: what was recorded of how the commands of cases ran, kept by title or by command, and which of it counts.
 *
 * Not thread safe; owned by the table. Strings are its own. Out of memory: abort(). */
#ifndef SW_MODEL_EXITS_H
#define SW_MODEL_EXITS_H

#include "model/fact.h"

#define EXIT_NO_ROW UINT32_MAX

struct exit_note {
    const char *key;            /* title, or command */
    bool by_command;            /* the key is a command */
    bool ambiguous;             /* the command could be of several cases */
    uint32_t row;               /* index, or EXIT_NO_ROW */
    struct fact_exit exit;      /* its strings are owned */
    struct exit_note *row_next; /* further notes of the same row */
    struct exit_note *hash_next;
};

struct exits {
    struct exit_note **bucket;
    size_t n_buckets, n;
};

/* The note of the fact's title or command, now with what the fact says. *changed: it said something else before. */
struct exit_note *exits_put(struct exits *e, const struct fact *f, bool *changed);
struct exit_note *exits_find(const struct exits *e, const char *title); /* NULL: none */
void exits_clear(struct exits *e);

/* Of the notes of one row the one that counts: the newest by the times they record, whatever order they came in. Where
 * two speak of one moment (a wrapped command that GNU parallel logs as well) the one that knows more. NULL: none. */
const struct fact_exit *exits_choose(const struct exit_note *first);

#endif

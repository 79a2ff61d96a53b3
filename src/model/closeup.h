/* closeup: what is looked at only when a person asks about one case: the end of its log, and who has its files open.
 *
 * Made by watch/closeup_read.h; told by `show` and by the detail of the screen. Plain data without pointers: it may be
 * copied from one thread to another. */
#ifndef SW_MODEL_CLOSEUP_H
#define SW_MODEL_CLOSEUP_H

#include <stdint.h>

enum {
    LOG_TAIL_LINES = 20,
    LOG_TAIL_LINE_BYTES = 400, /* of one line with its NUL; a longer one is cut, with "…" at the end */
    LOG_TAIL_NAME_BYTES = 300,
    CLOSEUP_USERS = 8, /* told of all files together */
    CLOSEUP_WHO_BYTES = 128
};

/* The end of a case's newest log file. */
struct log_tail {
    char name[LOG_TAIL_NAME_BYTES]; /* relative to the case directory, cleaned; "" when there is no log */
    int64_t size;                   /* bytes, of the whole file */
    int64_t mtime_ns;               /* since 1970-01-01 UTC */
    int n_lines;
    char line[LOG_TAIL_LINES][LOG_TAIL_LINE_BYTES]; /* oldest first; UTF-8, cleaned, without colours and blank ends */
};

/* A process that has a file of the case open in a way that matters (platform/lock.h says which). */
struct closeup_user {
    uint8_t root;                /* enum root_id */
    uint8_t artifact;            /* index into the profile's */
    char who[CLOSEUP_WHO_BYTES]; /* "name (pid)", cleaned */
};

struct closeup {
    struct log_tail log;
    int n_users;
    struct closeup_user user[CLOSEUP_USERS]; /* by root and artifact */
};

#endif

/* log_tail: the end of a case's newest log file, for people.
 *
 * A log is a regular, non-empty file *.log, log*.txt, *.out or *.err in the case directory, or any such file in its
 * directory logs/. Bounded in time and memory for any input; nothing blocks on a FIFO or a device. Blocking reads:
 * never on the UI thread. */
#ifndef SW_WATCH_LOG_TAIL_H
#define SW_WATCH_LOG_TAIL_H

#include "watch/fs_ops.h"

enum {
    LOG_TAIL_LINES = 20,
    LOG_TAIL_LINE_BYTES = 400,  /* of one line with its NUL; a longer one is cut, with "…" at the end */
    LOG_TAIL_BYTES = 32 * 1024, /* read from the end of the file */
    LOG_TAIL_NAMES = 1000,      /* names looked at in one directory */
    LOG_TAIL_NAME_BYTES = 300
};

struct log_tail {
    char name[LOG_TAIL_NAME_BYTES]; /* relative to the case directory, cleaned; "" when there is no log */
    int64_t size;                   /* bytes, of the whole file */
    int64_t mtime_ns;               /* since 1970-01-01 UTC */
    int n_lines;
    char line[LOG_TAIL_LINES][LOG_TAIL_LINE_BYTES]; /* oldest first; UTF-8, cleaned, without colours and blank ends */
};

/* dir: path of the case directory. Returns 1 when there is a log, 0 when there is none, or a negative libuv error of
 * the directory or of the file. Fills *out in every case. */
int log_tail_read(const struct fs_ops *fs, const char *dir, struct log_tail *out);

/* The lines of the end of a file, n bytes; begins_line: they begin at the beginning of a line. What the tests drive. */
void log_tail_lines(const char *bytes, size_t n, bool begins_line, struct log_tail *out);

#endif

/* log_tail: the end of a case's newest log file, for people.
 *
 * A log is a regular, non-empty file *.log, log*.txt, *.out or *.err in the case directory, or any such file in its
 * directory logs/. Bounded in time and memory for any input; nothing blocks on a FIFO or a device. Blocking reads:
 * never on the UI thread. */
#ifndef SW_WATCH_LOG_TAIL_H
#define SW_WATCH_LOG_TAIL_H

#include "model/closeup.h"
#include "watch/fs_ops.h"

enum {
    LOG_TAIL_BYTES = 32 * 1024, /* read from the end of the file */
    LOG_TAIL_NAMES = 1000       /* names looked at in one directory */
};

/* dir: path of the case directory. Returns 1 when there is a log, 0 when there is none, or a negative libuv error of
 * the directory or of the file. Fills *out in every case. */
int log_tail_read(const struct fs_ops *fs, const char *dir, struct log_tail *out);

/* The lines of the end of a file, n bytes; begins_line: they begin at the beginning of a line. What the tests drive. */
void log_tail_lines(const char *bytes, size_t n, bool begins_line, struct log_tail *out);

#endif

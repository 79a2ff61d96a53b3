/* event_stream: lines appended to a file, or to standard output, by the thread pool; the loop's thread never waits.
 *
 * Lines are written in order, each whole and once. What cannot be written (a full drive, a directory that is not there)
 * is kept and tried again every few seconds; half a line is taken back from a regular file. A file that was renamed or
 * removed is made anew, one that ends in the middle of a line (a crash) gets a line end first. */
#ifndef SW_APP_EVENT_STREAM_H
#define SW_APP_EVENT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct event_stream;

/* path "-": standard output. say: what a person should know, on the loop's thread; borrowed text. */
struct event_stream *event_stream_open(uv_loop_t *loop, const char *path, void (*say)(void *ctx, const char *text),
                                       void *ctx);
/* A line with its '\n'. Copied. */
void event_stream_put(struct event_stream *s, const char *line, size_t len);
/* Everything is tried once more, without a pause, and then no more. Done when event_stream_busy is false (the loop must
 * turn). */
void event_stream_end(struct event_stream *s);
bool event_stream_busy(const struct event_stream *s);
/* How many lines are not written; *err: why, the last error. */
size_t event_stream_unwritten(const struct event_stream *s, int *err);
/* Not while busy. Freed with the loop's next turns. */
void event_stream_close(struct event_stream *s);

#endif

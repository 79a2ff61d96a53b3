/* term_out: bytes on their way to a terminal that may have stopped to take any (Ctrl+S, a connection that hangs): they
 * wait here, and never the one who writes.
 *
 * POSIX only; one thread. Out of memory: abort(). */
#ifndef SW_TUI_TERM_OUT_H
#define SW_TUI_TERM_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct term_out;

/* blocking false: fd is non-blocking, and that is nobody else's affair. fd stays the caller's. */
struct term_out *term_out_new(int fd, bool blocking);
void term_out_free(struct term_out *o); /* NULL is fine */

/* Adds bytes; nothing is sent yet. */
void term_out_put(struct term_out *o, const char *bytes, size_t n);
size_t term_out_waiting(const struct term_out *o); /* bytes */
/* The first n of them are not sent. */
void term_out_skip(struct term_out *o, size_t n);

/* Sends what the terminal takes at once, in one write as far as it does. True: nothing waits any more, also when the
 * terminal is gone. */
bool term_out_send(struct term_out *o);
/* The same, waiting for at most so long. */
bool term_out_drain(struct term_out *o, int ms);
/* Would it take a few bytes now? */
bool term_out_has_room(const struct term_out *o);

#endif

/* streams: what a live watch tells other programs as it happens: --events, --metrics, --on-event. UI thread; makes no
 * file system call itself.
 *
 * Streams follow the table of every session that is added: step one after every table_tick, so that no change of status
 * is missed. */
#ifndef SW_APP_STREAMS_H
#define SW_APP_STREAMS_H

#include "app/session.h"
#include "model/settle.h"

#include <uv.h>

struct streams;

/* Standard output is the events': nothing else may be printed there. */
bool streams_on_stdout(const struct options *o);

/* NULL: the options ask for none; everything below may be called with it. say: what a person should know; borrowed
 * text, on the loop's thread. The options must outlive the streams. */
struct streams *streams_open(uv_loop_t *loop, const struct options *o, void (*say)(void *ctx, const char *text),
                             void *ctx);
/* Follows this session too, which must outlive the streams; its number for what follows. At most FLEET_MAX. */
size_t streams_add(struct streams *st, const struct session *s);
void streams_step(struct streams *st, size_t number, int64_t now);
/* The sweep is over, or open again; after the tick that followed. */
void streams_over(struct streams *st, size_t number, int64_t now, bool over, enum settle_reason why);

/* The rest is written; done when streams_busy is false (the loop must turn), which takes as long as the file system. */
void streams_end(struct streams *st);
bool streams_busy(const struct streams *st);
/* Gives up what is not done by now. message: what is to be said of it, or "". True: a file that was asked for is not as
 * it should be (exit 5). */
bool streams_stop(struct streams *st, char message[SESSION_MESSAGE]);
/* After streams_stop, not while busy. Freed with the loop's next turns. */
void streams_close(struct streams *st);

#endif

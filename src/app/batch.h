/* batch: one batch in the live loop: its roots, its table, whether it is over, its report. UI thread; it makes no file
 * system call itself: roots are read by their workers, reports are written by the thread pool. */
#ifndef SW_APP_BATCH_H
#define SW_APP_BATCH_H

#include "app/record.h"
#include "app/session.h"
#include "app/streams.h"
#include "model/closeup.h"

#include <uv.h>

struct batch;

struct batch_calls {
    void *ctx;
    void (*say)(void *ctx, struct batch *b, const char *text); /* a message that must not be lost */
    void (*changed)(void *ctx);                                /* something was learned or is done: take a step */
};

/* Opens its roots. The session, the record and the streams (NULL: none) must outlive it. */
struct batch *batch_open(uv_loop_t *loop, struct session *s, struct record *record, struct streams *streams,
                         const struct batch_calls *on);

/* Judges, settles, learns. Returns when it wants to be called again, monotonic ms, INT64_MAX never. */
int64_t batch_step(struct batch *b, int64_t now);

void batch_rescan(struct batch *b);
/* Lets go of a drive that is to be taken out, or takes it up again. False: there is none here. */
bool batch_release(struct batch *b, enum root_id root);
void batch_finalize(struct batch *b); /* the person says that the sweep is over */
void batch_write_report(struct batch *b);
/* These rows as a sweep list of their own. */
void batch_export(struct batch *b, const uint32_t *rows, size_t n);

/* How busy this machine is: of a batch that is here. */
void batch_machine(struct batch *b, const struct fact *f);
/* As front_dashboard_options.look, for a row of its table. */
const struct closeup *batch_look(struct batch *b, const struct row *r, uint64_t *stamp);

const struct session *batch_session(const struct batch *b);
bool batch_is_over(const struct batch *b);     /* it has settled; any change reopens it */
bool batch_is_reported(const struct batch *b); /* and its report is written */
/* The exit code as things are: EXIT_NOT_SETTLED while it is not over. */
int batch_code(const struct batch *b);

/* The end: no step any more; a report that is owed is begun, and says that it is not final. */
void batch_leave(struct batch *b);
/* Is there something to wait for, waited_ms after that? Never for ever. */
bool batch_is_busy(const struct batch *b, int64_t waited_ms);
/* Says what became of a report that was not written; 0 or EXIT_IO. */
int batch_say_end(const struct batch *b);
/* Closes its roots. True: nothing of it hangs, batch_free may follow once the loop has turned out its handles. */
bool batch_close(struct batch *b);
void batch_free(struct batch *b);

#endif

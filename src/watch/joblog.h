/* joblog: GNU parallel's job log (parallel --joblog FILE) as it grows, told as EXIT facts by command.
 *
 * Lines of nine columns with tabs between: Seq Host Starttime JobRuntime Send Receive Exitval Signal Command
 * (parallel(1),
 * --joblog); the first line names them. What is no such line is passed over. The last line waits until it is ended. The
 * file need not be there yet; one that was replaced, cut or written anew is read from its beginning. Reading only,
 * blocking; one thread a reader. */
#ifndef SW_WATCH_JOBLOG_H
#define SW_WATCH_JOBLOG_H

#include "model/fact.h"
#include "watch/fs_ops.h"

enum {
    JOBLOG_EVERY_MS = 1000,
    JOBLOG_LINE_MAX = 256 * 1024,      /* bytes; a longer line is passed over */
    JOBLOG_STEP_MAX = 16 * 1024 * 1024 /* bytes read in one step; the rest follows in the next */
};

/* Takes a line (without its end) apart; false when it is none. command: at least len + 1 bytes, where out->command
 * points; host: the same for out->host. */
bool joblog_parse(const char *line, size_t len, char *command, char host[256], struct fact_exit *out);

struct joblog;
struct joblog *joblog_new(const struct fs_ops *fs, const char *path);
void joblog_free(struct joblog *j); /* NULL is fine */
/* Returns whether all that is there has been read. now: monotonic ms. */
bool joblog_step(struct joblog *j, int64_t now, struct fact_sink sink);
int64_t joblog_due(const struct joblog *j); /* monotonic ms */

#endif

/* record: what the live loop learned, kept as text lines for a replay.
 *
 * A record is a stream of facts (watch/fact_codec.h), beginning with FACT_STREAM_HEADER, and these lines among them, of
 * the live loop itself; N, S as in facts, `at` the monotonic clock of the recording, in ms:
 *
 *   session at=N wall=N utc-offset=N version=S batch=S name=S [real=S] separator=S archive=learn|given|none
 *           stall=N grace=N settle=N [fold] [rerun=S] [retry=S] [profile=S] [require=S ...]
 *                          profile: the text of --profile FILE
 *   tick at=N              the facts since the last tick, or time alone, changed what is judged then
 *   pass at=N              the last pass before the report was asked for
 *   over at=N yes|no       the sweep was called over, or is open again
 *   report at=N wall=N     the report was made of that moment; wall: of the same, ms since 1970 UTC
 *   say at=N text=S        a message to the person
 *   end at=N
 *
 * Lines are written by the thread pool, one batch after the other, at least once a second; the loop never waits. */
#ifndef SW_APP_RECORD_H
#define SW_APP_RECORD_H

#include "app/session.h"
#include "model/fact.h"

#include <uv.h>

struct record;

/* Makes the file, which must not be there yet, and writes the session. Blocking; before the live loop. 0, or an exit
 * code after saying why. */
int record_open(uv_loop_t *loop, const char *path, const struct session *s, struct record **out);

/* All may be called with r NULL: nothing is kept. */
void record_fact(struct record *r, const struct fact *f);
void record_tick(struct record *r, int64_t at, bool changed); /* changed: something, by time alone */
void record_pass(struct record *r, int64_t at);
void record_over(struct record *r, int64_t at, bool over);
void record_report(struct record *r, int64_t at, int64_t wall);
void record_say(struct record *r, int64_t at, const char *text);
/* Asks for the rest to be written; it is when record_busy is false (the loop must turn). */
void record_end(struct record *r, int64_t at);
bool record_busy(const struct record *r);
int record_error(const struct record *r); /* the first error of writing, 0 none; nothing more is kept then */
/* Not while busy. Its handles are freed with the loop's next turns. */
void record_close(struct record *r);

/* A line of the loop itself. */
enum record_kind {
    RECORD_FACT, /* not one of these lines */
    RECORD_SESSION,
    RECORD_TICK,
    RECORD_PASS,
    RECORD_OVER,
    RECORD_REPORT,
    RECORD_SAY,
    RECORD_END
};

struct record_line {
    enum record_kind kind;
    int64_t at;
    bool yes;         /* OVER */
    const char *text; /* SAY */
    /* SESSION, and wall of REPORT */
    int64_t wall, utc_offset, stall, grace, settle;
    const char *version, *batch, *name, *real, *rerun, *retry, *profile;
    char separator;
    enum archive_mode archive;
    bool fold;
    const char *require[PROFILE_MAX_ARTIFACTS];
    int n_require;
};

enum record_kind record_kind_of(const char *line);
/* Decodes in place; strings point into line. False: malformed. */
bool record_read(char *line, struct record_line *out);

#endif

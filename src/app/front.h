/* front: where the live loop shows the table: plain lines or the dashboard. One at a time; UI thread only. */
#ifndef SW_APP_FRONT_H
#define SW_APP_FRONT_H

#include "app/options.h"
#include "model/closeup.h"
#include "model/fleet.h"

#include <uv.h>

/* What a front asks of the loop; bits. */
enum front_request {
    FRONT_QUIT = 1,
    FRONT_WRITE_REPORT = 2,
    FRONT_RESCAN = 4,
    FRONT_FINALIZE = 8,         /* the person says that the sweep is over */
    FRONT_RELEASE_ARCHIVE = 16, /* let go of the archive's drive, or take it up again */
    FRONT_RELEASE_BATCH = 32
};

struct front_frame {
    const struct fleet *fleet; /* lives as long as the front */
    int64_t now;               /* monotonic ms */
    int64_t wall;              /* ms since 1970 UTC at `now` */
    int64_t utc_offset;        /* ms */
    int64_t started;           /* monotonic ms when watching began */
    const char *message;       /* last thing worth a line, or "" */
    bool settled;
    bool replayed; /* `now` is the time of a replay, not of this machine's clock */
};

struct front {
    void *ctx;
    /* Called after every change and at least once a second while `wants_clock`; paces itself. Returns when it wants
     * to be called again, in ms of this machine's monotonic clock, INT64_MAX never. */
    int64_t (*show)(void *ctx, const struct front_frame *f);
    /* A message that must not be lost (the report was written, a list is bad). */
    void (*say)(void *ctx, const char *text);
    void (*close)(void *ctx, const struct front_frame *last);
};

/* Lines on stdout: one a transition, a summary now and then; no escape bytes. lines false: stdout is somebody else's,
 * only messages are shown, on stderr. */
struct front front_plain_open(bool lines);

struct front_dashboard_options {
    const struct options *options;                 /* colour, characters, language, view, filter, notices */
    void (*request)(void *ctx, unsigned requests); /* enum front_request bits, from keys */
    bool (*key)(void *ctx, int key);               /* hears of keys first; true: it was its own. May be NULL */
    /* Write these cases of the fleet as sweep lists; off the UI thread. NULL: cannot be done here. */
    void (*export_rows)(void *ctx, const uint32_t *rows, size_t n);
    /* The newest close look at this case of the fleet, NULL: none yet. Asks for another one when it is old; its coming
     * is told by `show`, with another *stamp. NULL: nothing can be looked at here. */
    const struct closeup *(*look)(void *ctx, size_t at, uint64_t *stamp);
    void *ctx;
};

/* The dashboard on the terminal; 0, or a negative libuv error and *why in words (no terminal that can be used). */
int front_dashboard_open(uv_loop_t *loop, const struct front_dashboard_options *o, struct front *out, const char **why);

#endif

/* event: something that happened to a sweep, as one JSON object on a line (docs/FORMATS.md; the schema is
 * docs/schemas/events.schema.json). Pure but for memory (abort() when out of it). */
#ifndef SW_REPORT_EVENT_H
#define SW_REPORT_EVENT_H

#include "model/vocabulary.h"
#include "report/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum { EVENT_SCHEMA_VERSION = 1, EVENT_TIME_BYTES = 96 };

enum event_kind {
    EVENT_STATUS,   /* a case has another status */
    EVENT_ROOT,     /* a root has another health */
    EVENT_SETTLED,  /* the sweep is over */
    EVENT_REOPENED, /* something changed after that: it is not */
    EVENT_DIGEST    /* for commands only (app/hook.h): several events that had to wait */
};

/* Strings are borrowed and as they came, not cleaned. */
struct event {
    enum event_kind kind;
    uint64_t seq; /* 1, 2, 3 ... of this session */
    int64_t wall; /* ms since 1970 UTC */
    const char *batch;
    const char *case_id, *directory; /* STATUS */
    const char *root, *path;         /* ROOT: "batch" or "archive", and where it is */
    const char *from, *to;           /* STATUS, ROOT */
    bool first;                      /* STATUS: it was found so when watching began */
    unsigned flags;                  /* STATUS: enum case_flag */
    const char *reason, *remedy;     /* NULL: nothing to say */
    const size_t *counts;            /* SETTLED, REOPENED: cases of each status; DIGEST: changes to each */
    size_t events;                   /* DIGEST: how many there are in all */
};

const char *event_word(enum event_kind k);
/* ISO 8601 in UTC, to the millisecond. */
void event_time(int64_t wall_ms, char out[EVENT_TIME_BYTES]);
/* In one sentence, as a mail's subject; cleaned, without a line end. */
void event_text(const struct event *e, struct buffer *out);
/* One line with its '\n'. */
void event_json(const struct event *e, struct buffer *out);

#endif

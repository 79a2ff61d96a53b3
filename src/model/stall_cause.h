/* stall_cause: why a stalled case may be silent, as far as evidence goes. Pure; reads the table. O(artifacts). */
#ifndef SW_MODEL_STALL_CAUSE_H
#define SW_MODEL_STALL_CAUSE_H

#include "model/machine_state.h"
#include "model/table.h"

enum stall_cause_kind {
    STALL_LOCKED,    /* somebody holds one of its files */
    STALL_FULL,      /* a drive it writes to is full */
    STALL_ALONE,     /* others go on */
    STALL_SLOW,      /* none goes on, and the batch directory answers slowly */
    STALL_ALL,       /* no case is running any more */
    STALL_NONE_NEWER /* others still count as running, and yet none of them has changed either for about as long */
};

/* Less free space than this, and than a tenth of the drive, is none: results do not fit any more. */
#define STALL_FULL_BYTES INT64_C(64000000)
enum { STALL_SLOW_MS = 5 * 60 * 1000 }; /* a root that was slow so lately counts as slow: it is so on and off */

struct stall_cause {
    enum stall_cause_kind kind;
    enum root_id root;          /* FULL */
    size_t silent, going;       /* cases: stalled, and those that count as running beside them */
    int64_t others_ms;          /* no other case has changed for so long at least; ALONE: exactly */
    enum machine_state machine; /* SLOW, ALL, NONE_NEWER: what it shows; else MACHINE_UNKNOWN */
    int64_t away_ms;            /* nobody looked for so long since it changed last: that is not part of its silence */
    bool slept;                 /* because the machine slept */
};

/* r is stalled; quiet_ms: its silence, as in its verdict. */
struct stall_cause stall_cause_of(const struct table *t, const struct row *r, int64_t quiet_ms, int64_t now);

/* "locked", "drive_full", "alone", "root_slow", "all_silent", "none_newer" */
const char *stall_cause_word(enum stall_cause_kind kind);

#endif

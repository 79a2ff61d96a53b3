/* notice: when a person who looks elsewhere should be told: once for each case that turns out to need them, and when
 * the sweep is over; never more often than every NOTICE_EVERY_MS, what comes in between is told together.
 *
 * Plain data, owned by the caller, starts zeroed. Pure: the time is passed in. */
#ifndef SW_TUI_NOTICE_H
#define SW_TUI_NOTICE_H

#include "model/fleet.h"
#include "model/language.h"

enum { NOTICE_EVERY_MS = 10 * 1000, NOTICE_TEXT = 256 };

struct notice {
    uint64_t seen[FLEET_MAX]; /* transitions looked at, of each batch */
    size_t waiting;           /* cases not told of yet */
    size_t batch;             /* of the newest of them */
    uint32_t row;             /* and its index there */
    bool over, ended;         /* all was over when last looked at; the end waits to be told */
    int64_t told_at;          /* monotonic ms */
    bool told;
};

/* True: text (cleaned, one line) is to be told now. What the first look found so is no news. */
bool notice_due(struct notice *n, const struct fleet *f, enum language l, int64_t now, char text[NOTICE_TEXT]);

#endif

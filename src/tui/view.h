/* view: the whole screen from the table, two clocks and what the person did.
 *
 * Reads; decides nothing about cases. Only the visible rows are judged and explained, so a drawing costs O(lines)
 * beside what order_arrange does when the table has changed. Not thread safe (the table's thread). No I/O. */
#ifndef SW_TUI_VIEW_H
#define SW_TUI_VIEW_H

#include "model/closeup.h"
#include "model/eta.h"
#include "tui/screen.h"
#include "tui/ui_state.h"

struct view_input {
    const struct fleet *fleet;
    const struct table *table;     /* of the case in hand (view_of); set by drawing */
    size_t batch;                  /* of it */
    struct ui_state *ui;           /* its order, scroll and pages are brought up to date by drawing */
    int64_t now_ms;                /* monotonic */
    int64_t wall_ms;               /* since 1970-01-01 UTC, the same moment as now_ms */
    int utc_offset_min;            /* local time = UTC + this */
    int64_t elapsed_ms;            /* how long the sweep has been going; -1 unknown */
    const struct eta *eta;         /* of all of it, refreshed by the caller; NULL: none */
    const struct closeup *closeup; /* at the selected case; NULL: none yet */
    bool still;                    /* a picture: nobody can press a key, the last line of keys is left out */
    const char *message;           /* stands in place of the keys until the caller drops it; NULL: none */
};

/* The same with the table of a case. */
struct view_input view_of(const struct view_input *in, size_t at);
/* Of several batches: the cells that tell a case's batch, and " 2 …seed1" in them. 0: there is one batch only. */
int view_batch_cells(const struct view_input *in, const struct screen *s);
void view_batch(const struct view_input *in, struct screen *s, int row, int col, int cells, enum style style);

/* Draws everything, for the size and the character set of s. Any size from 1x1. */
void view_render(const struct view_input *in, struct screen *s);

/* "table", "grid", ...; -1: no view of this name. Also the words of --view. */
const char *view_name(enum ui_view v);
int view_from_name(const char *name);

#endif

/* order: the cases of all batches as they are shown: filtered and sorted.
 *
 * Made again only when a table's version, the sort or the filter has changed, in O(rows): a stable radix sort over an
 * order by title (by the list's values, where there is one) that is made once a list. */
#ifndef SW_TUI_ORDER_H
#define SW_TUI_ORDER_H

#include "tui/ui_state.h"

/* Brings the order up to date and keeps selection and scroll within it; before drawing. `lines`: of the list that are
 * visible. now_ms and wall_ms: the same moment on both clocks. */
void order_arrange(struct ui_state *ui, const struct fleet *f, int64_t now_ms, int64_t wall_ms, size_t lines);

/* Makes the grid that of the selected case's batch, when it is not yet. */
void order_grid(struct ui_state *ui, const struct fleet *f);

/* Milliseconds since a row last changed: the newest modification time of its files, or a change observed since. -1:
 * nothing known. */
int64_t order_row_age(const struct table *t, const struct row *r, int64_t now_ms, int64_t wall_ms);

/* Problems among the shown rows. */
size_t order_problems(const struct ui_state *ui);
/* Those of them that stand above and below the window of the list. */
void order_hidden_problems(const struct ui_state *ui, size_t *above, size_t *below);

#endif

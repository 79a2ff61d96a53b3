/* view_table: the cases, one a line; what needs a person stands first and says why. Pure. */
#ifndef SW_TUI_VIEW_TABLE_H
#define SW_TUI_VIEW_TABLE_H

#include "tui/pen.h"
#include "tui/view.h"

/* Draws column heads (when heading) and then the rows, within `lines` lines from `row`. A problem that is out of sight
 * is told of on the last line. */
void view_table_draw(const struct view_input *in, struct screen *s, int row, int lines, bool heading);

/* The status in a word (with_status) and the reason in as many cells as the pen has; for other views, too. */
void view_table_why(const struct view_input *in, struct pen *p, const struct row *r, bool with_status);

#endif

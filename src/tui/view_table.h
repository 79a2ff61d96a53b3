/* view_table: the cases, one a line; what needs a person stands first and says why. Pure. */
#ifndef SW_TUI_VIEW_TABLE_H
#define SW_TUI_VIEW_TABLE_H

#include "tui/view.h"

/* Draws column heads (when heading) and then the rows from ui->top on, within `lines` lines from `row`. The order must
 * have been arranged for lines minus the heading. */
void view_table_draw(const struct view_input *in, struct screen *s, int row, int lines, bool heading);

#endif

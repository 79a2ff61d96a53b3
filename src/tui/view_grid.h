/* view_grid: the cases by their parameters, one cell each. Pure. */
#ifndef SW_TUI_VIEW_GRID_H
#define SW_TUI_VIEW_GRID_H

#include "tui/view.h"

/* Draws into `lines` lines from `row`. */
void view_grid_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

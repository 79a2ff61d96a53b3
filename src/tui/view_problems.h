/* view_problems: what needs a person, grouped by its cause. Pure. */
#ifndef SW_TUI_VIEW_PROBLEMS_H
#define SW_TUI_VIEW_PROBLEMS_H

#include "tui/view.h"

/* Draws into `lines` lines from `row`. */
void view_problems_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

/* view_timeline: one bar a case over time. Pure. */
#ifndef SW_TUI_VIEW_TIMELINE_H
#define SW_TUI_VIEW_TIMELINE_H

#include "tui/view.h"

/* Draws into `lines` lines from `row`. */
void view_timeline_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

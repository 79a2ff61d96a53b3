/* view_events: every transition once, newest first. Pure. */
#ifndef SW_TUI_VIEW_EVENTS_H
#define SW_TUI_VIEW_EVENTS_H

#include "tui/view.h"

/* Draws into `lines` lines from `row`. */
void view_events_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

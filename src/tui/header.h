/* header: the top lines: which sweep, how far, how many of what, until when, and how fresh all this is. Pure. */
#ifndef SW_TUI_HEADER_H
#define SW_TUI_HEADER_H

#include "tui/view.h"

/* Lines the header takes on this screen (1..6). */
int header_lines(const struct view_input *in, const struct screen *s);
/* Draws them from row 0. */
void header_draw(const struct view_input *in, struct screen *s);

#endif

/* help: what the keys do and what the glyphs mean. Pure. */
#ifndef SW_TUI_HELP_H
#define SW_TUI_HELP_H

#include "tui/view.h"

/* Draws into `lines` lines from `row`; puts ui->help_top and ui->help_page right. */
void help_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

/* view_detail: everything known about the selected case, and why it has its verdict. Pure. */
#ifndef SW_TUI_VIEW_DETAIL_H
#define SW_TUI_VIEW_DETAIL_H

#include "tui/view.h"

/* Draws a title line and the text below it; puts ui->detail_top and ui->detail_page right. */
void view_detail_draw(const struct view_input *in, struct screen *s, int row, int lines);

#endif

/* view_detail: everything known about the selected case, and why it has its verdict. Pure. */
#ifndef SW_TUI_VIEW_DETAIL_H
#define SW_TUI_VIEW_DETAIL_H

#include "tui/view.h"

/* Draws a title line and the text below it; puts ui->detail_top and ui->detail_page right. */
void view_detail_draw(const struct view_input *in, struct screen *s, int row, int lines);

/* Path of the case's directory in a root; false: there is none. Not cleaned of control characters. */
bool view_detail_path(const struct table *t, const struct row *r, enum root_id id, char *out, size_t cap);

#endif

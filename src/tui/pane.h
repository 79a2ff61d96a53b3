/* pane: lines written one after another into a window of the screen that may show only some of them. Pure. */
#ifndef SW_TUI_PANE_H
#define SW_TUI_PANE_H

#include "tui/pen.h"

struct pane {
    struct screen *screen;
    int row, col, rows, cols; /* the window */
    int skip;                 /* lines scrolled away */
    int line;                 /* lines written so far, seen or not */
};

/* A pen for the next line, from `indent` on; outside the window its end is 0 and it writes nothing. */
struct pen pane_line(struct pane *p, int indent);
/* A text over as many lines as it needs, its first line led by `lead`, the others below its text. Bounded. */
void pane_paragraph(struct pane *p, enum style style, const char *lead, const char *text);
/* The `skip` that shows something when `total` lines were written. */
int pane_clamp(const struct pane *p, int total);

#endif

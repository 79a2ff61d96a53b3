#include "tui/pane.h"

#include <string.h>

enum { PARAGRAPH_LINES = 16, PARAGRAPH_BYTES = 1024 };

struct pen pane_line(struct pane *p, int indent) {
    int at = p->line++ - p->skip;
    if (at < 0 || at >= p->rows) return (struct pen){p->screen, 0, 0, 0};
    return (struct pen){p->screen, p->row + at, p->col + indent, p->col + p->cols};
}

void pane_paragraph(struct pane *p, enum style style, const char *lead, const char *text) {
    char piece[PARAGRAPH_BYTES];
    int indent = screen_measure(p->screen, lead, p->cols / 2), width = p->cols - indent;
    if (width < 1) width = 1;
    for (int i = 0; i < PARAGRAPH_LINES && (i == 0 || *text != '\0'); i++) {
        struct pen pen = pane_line(p, i == 0 ? 0 : indent);
        if (i == 0) pen_text(&pen, STYLE_DIM, lead);
        size_t next, len = screen_wrap(p->screen, text, width, &next);
        if (i == PARAGRAPH_LINES - 1) {
            pen_text(&pen, style, text); /* the last line is cut */
            return;
        }
        if (len > sizeof piece - 1) len = sizeof piece - 1;
        memcpy(piece, text, len);
        piece[len] = '\0';
        pen_text(&pen, style, piece);
        text += next;
    }
}

int pane_clamp(const struct pane *p, int total) {
    int most = total > p->rows ? total - p->rows : 0;
    return p->skip > most ? most : p->skip;
}

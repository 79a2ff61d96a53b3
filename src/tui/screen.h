/* screen: a grid of character cells with a meaning each; what every view draws on.
 *
 * Knows nothing of terminals. Whatever text it is given, no cell ever holds a control character, a line separator, a
 * bidirectional control or an invisible formatting character: hostile names end here (those that could hurt become
 * U+FFFD, the merely invisible are dropped). In a grid without UTF-8 every cell is printable ASCII.
 *
 * Rows and columns count from 0. Drawing outside the grid is clipped, never an error. Not thread safe. Out of memory:
 * abort(). */
#ifndef SW_TUI_SCREEN_H
#define SW_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; theme.h says how it looks. */
enum style {
    STYLE_TEXT,
    STYLE_DIM,       /* labels, what can be skipped */
    STYLE_STRONG,    /* names, totals */
    STYLE_HEADING,   /* column heads */
    STYLE_KEY,       /* a key one can press */
    STYLE_COMPLETE,  /* done and proven */
    STYLE_ARCHIVING, /* results are there, the copy is not proven */
    STYLE_RUNNING,
    STYLE_PENDING,
    STYLE_STALLED,     /* a person should look */
    STYLE_PROBLEM,     /* a person has to look */
    STYLE_BANNER_GOOD, /* full lines that cannot be overlooked */
    STYLE_BANNER_BAD,
    STYLE_BANNER_WAIT,
    STYLE_COUNT
};

enum { CELL_CODE_POINTS = 4, SCREEN_MAX_ROWS = 1000, SCREEN_MAX_COLS = 1000 };

struct cell {
    uint32_t cp[CELL_CODE_POINTS]; /* a base, then combining marks; 0 ends. cp[0] == 0: right half of a wide one */
    uint8_t width;                 /* 1 or 2; 0: right half of a wide one */
    uint8_t style;                 /* enum style */
    bool marked;                   /* part of the selected line */
};

struct screen {
    int rows, cols;
    bool utf8;          /* false: every cell is ASCII */
    struct cell *cells; /* [rows * cols], row by row */
};

/* A blank grid; sizes are held within 1..SCREEN_MAX_*. The caller's, screen_free. */
struct screen *screen_new(int rows, int cols, bool utf8);
void screen_free(struct screen *s);                       /* NULL is fine */
void screen_resize(struct screen *s, int rows, int cols); /* blanks it */
void screen_clear(struct screen *s);

const struct cell *screen_at(const struct screen *s, int row, int col); /* NULL: outside */

/* Draws text into at most `width` cells (and not past the edge); longer text ends with "…" ("~" in ASCII). Returns the
 * cells used. Text is UTF-8 from anywhere. */
int screen_text(struct screen *s, int row, int col, int width, enum style style, const char *text);
/* The same, and the rest of the width is blanked in that style. */
void screen_field(struct screen *s, int row, int col, int width, enum style style, const char *text);
/* The same as screen_text, right-aligned; what is left of it stays as it was. */
int screen_text_right(struct screen *s, int row, int col, int width, enum style style, const char *text);
/* Repeats a narrow character. */
void screen_fill(struct screen *s, int row, int col, int width, enum style style, uint32_t cp);
/* Marks cells as part of the selected line. */
void screen_mark(struct screen *s, int row, int col, int width);

/* Cells that text would take on this screen, counted up to `max`. */
int screen_measure(const struct screen *s, const char *text, int max);
/* How many bytes of text fill one line of `width` cells when words are kept whole (a longer word is cut); blanks at
 * the break are skipped by *next, the bytes to the next line. */
size_t screen_wrap(const struct screen *s, const char *text, int width, size_t *next);

/* How many bytes of text fit into `width` cells, at least one character. */
size_t screen_cut(const struct screen *s, const char *text, int width);

/* The characters of the grid, one line a row, without blanks at the ends of lines. The caller's, free(). */
char *screen_dump(const struct screen *s);
/* The same shape with one letter a cell for its style, '.' for STYLE_TEXT; upper case (':' for STYLE_TEXT) where
 * marked. */
char *screen_dump_styles(const struct screen *s);

#endif

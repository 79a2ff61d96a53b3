#include "tui/screen.h"

#include "model/text.h"
#include "tui/width.h"

#include <stdlib.h>
#include <string.h>

enum { REPLACEMENT = 0xFFFD, ELLIPSIS = 0x2026 };

/* Characters read for one cell at most: a name of a million combining marks must not cost a million steps. */
enum { READ_PER_CELL = 8, READ_EXTRA = 32 };

static const char style_letters[STYLE_COUNT] = {'.', 'd', 's', 'h', 'k', 'c', 'a', 'r', 'p', 'w', 'x', 'g', 'b', 'i'};

static int clamp(int value, int low, int high) { return value < low ? low : value > high ? high : value; }

static struct cell blank_cell(enum style style) {
    struct cell c = {.cp = {' '}, .width = 1, .style = (uint8_t)style};
    return c;
}

void screen_clear(struct screen *s) {
    size_t n = (size_t)s->rows * (size_t)s->cols;
    for (size_t i = 0; i < n; i++) s->cells[i] = blank_cell(STYLE_TEXT);
}

void screen_resize(struct screen *s, int rows, int cols) {
    rows = clamp(rows, 1, SCREEN_MAX_ROWS);
    cols = clamp(cols, 1, SCREEN_MAX_COLS);
    if (rows != s->rows || cols != s->cols) {
        struct cell *cells = malloc((size_t)rows * (size_t)cols * sizeof *cells);
        if (cells == NULL) abort();
        free(s->cells);
        s->cells = cells;
        s->rows = rows;
        s->cols = cols;
    }
    screen_clear(s);
}

struct screen *screen_new(int rows, int cols, bool utf8) {
    struct screen *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    s->utf8 = utf8;
    screen_resize(s, rows, cols);
    return s;
}

void screen_free(struct screen *s) {
    if (s == NULL) return;
    free(s->cells);
    free(s);
}

static struct cell *cell_at(const struct screen *s, int row, int col) {
    if (row < 0 || row >= s->rows || col < 0 || col >= s->cols) return NULL;
    return &s->cells[(size_t)row * (size_t)s->cols + (size_t)col];
}

const struct cell *screen_at(const struct screen *s, int row, int col) { return cell_at(s, row, col); }

/* Could change what the terminal does or the order in which it shows the line. */
static bool is_harmful(uint32_t cp) {
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029 || cp == 0x061C || cp == 0x200E ||
           cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Takes no cell and shows nothing by itself: joiners, variation selectors, tags, byte order marks. Terminals disagree
 * on what they do to the width of their neighbours, so they are dropped. */
static bool is_invisible(uint32_t cp) {
    return (cp >= 0x200B && cp <= 0x200D) || (cp >= 0x2060 && cp <= 0x206F) || (cp >= 0xFE00 && cp <= 0xFE0F) ||
           (cp >= 0xFFF9 && cp <= 0xFFFB) || cp == 0xFEFF || cp == 0x180E || (cp >= 0x180B && cp <= 0x180D) ||
           (cp >= 0x1D173 && cp <= 0x1D17A) || (cp >= 0xE0000 && cp <= 0xE0FFF);
}

/* The nearest ASCII character of the punctuation this program writes itself. */
static uint32_t to_ascii(uint32_t cp) {
    switch (cp) {
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
    case 0x2500:
        return '-';
    case ELLIPSIS:
        return '~';
    case 0xB7:
        return '|';
    case 0xD7:
        return 'x';
    case 0x2018:
    case 0x2019:
        return '\'';
    case 0x201C:
    case 0x201D:
        return '"';
    case 0x2022:
        return '*';
    case 0x2192:
        return '>';
    case 0x2190:
        return '<';
    case 0x2191:
    case 0x25B2:
        return '^';
    case 0x2193:
    case 0x25BC:
        return 'v';
    case 0x2502:
        return '|';
    case 0x2588:
        return '#';
    case 0x2592:
        return '>';
    case 0x2593:
        return 'a';
    case 0x2260:
        return '!';
    default:
        return '?';
    }
}

struct glyph {
    uint32_t cp;
    int width;
};

/* Reads one visible character, its width already final on this screen; returns its bytes, 0 at the end. A character
 * that is to be dropped has width -1. */
static size_t read_glyph(const struct screen *s, const char *text, struct glyph *g) {
    /* Looking at most four bytes ahead keeps long names cheap. */
    size_t ahead = strnlen(text, 4);
    if (ahead == 0) return 0;
    size_t used = (size_t)text_utf8_next(text, ahead, &g->cp);
    if (is_harmful(g->cp)) g->cp = REPLACEMENT;
    if (is_invisible(g->cp)) {
        g->width = -1;
    } else if (!s->utf8 && g->cp >= 0x7F) {
        g->width = width_of(g->cp) == 0 ? -1 : 1;
        g->cp = to_ascii(g->cp);
    } else {
        g->width = width_of(g->cp);
    }
    return used;
}

/* Whatever stood half under the cell becomes a blank. */
static void free_cell(struct screen *s, int row, int col) {
    struct cell *c = cell_at(s, row, col);
    if (c == NULL) return;
    if (c->width == 0) {
        struct cell *left = cell_at(s, row, col - 1);
        if (left != NULL) *left = blank_cell((enum style)left->style);
    } else if (c->width == 2) {
        struct cell *right = cell_at(s, row, col + 1);
        if (right != NULL) *right = blank_cell((enum style)right->style);
    }
}

static void put(struct screen *s, int row, int col, struct glyph g, enum style style) {
    struct cell *c = cell_at(s, row, col);
    if (c == NULL) return;
    free_cell(s, row, col);
    if (g.width == 2) {
        struct cell *right = cell_at(s, row, col + 1);
        if (right == NULL) {
            *c = blank_cell(style);
            return;
        }
        free_cell(s, row, col + 1);
        *right = blank_cell(style);
        right->cp[0] = 0;
        right->width = 0;
    }
    *c = blank_cell(style);
    c->cp[0] = g.cp;
    c->width = (uint8_t)g.width;
}

/* A mark goes to the character before it; marks beyond the room of a cell are dropped. */
static void combine(struct screen *s, int row, int col, uint32_t cp) {
    struct cell *c = cell_at(s, row, col);
    if (c == NULL) return;
    for (int i = 1; i < CELL_CODE_POINTS; i++) {
        if (c->cp[i] == 0) {
            c->cp[i] = cp;
            return;
        }
    }
}

int screen_measure(const struct screen *s, const char *text, int max) {
    int cells = 0;
    long reads = (long)max * READ_PER_CELL + READ_EXTRA;
    struct glyph g;
    size_t used;
    while (cells <= max && reads-- > 0 && (used = read_glyph(s, text, &g)) > 0) {
        text += used;
        /* A mark with nothing before it is drawn as a replacement character. */
        if (g.width == 0 && cells == 0) g.width = 1;
        if (g.width > 0) cells += g.width;
    }
    return cells < max ? cells : max;
}

int screen_text(struct screen *s, int row, int col, int width, enum style style, const char *text) {
    if (col < 0 || col >= s->cols || row < 0 || row >= s->rows) return 0;
    if (width > s->cols - col) width = s->cols - col;
    if (width <= 0) return 0;
    bool cut = screen_measure(s, text, width + 1) > width;
    int room = cut ? width - 1 : width;
    int at = 0, last = -1;
    long reads = (long)width * READ_PER_CELL + READ_EXTRA;
    struct glyph g;
    size_t used;
    while (reads-- > 0 && (used = read_glyph(s, text, &g)) > 0) {
        text += used;
        if (g.width < 0) continue;
        if (g.width == 0) {
            if (last >= 0) {
                combine(s, row, col + last, g.cp);
                continue;
            }
            g = (struct glyph){s->utf8 ? (uint32_t)REPLACEMENT : '?', 1};
        }
        if (at + g.width > room) break;
        put(s, row, col + at, g, style);
        last = at;
        at += g.width;
    }
    if (cut) {
        put(s, row, col + at, (struct glyph){s->utf8 ? (uint32_t)ELLIPSIS : '~', 1}, style);
        at++;
    }
    return at;
}

void screen_field(struct screen *s, int row, int col, int width, enum style style, const char *text) {
    int used = screen_text(s, row, col, width, style, text);
    screen_fill(s, row, col + used, width - used, style, ' ');
}

int screen_text_right(struct screen *s, int row, int col, int width, enum style style, const char *text) {
    int needed = screen_measure(s, text, width);
    return screen_text(s, row, col + width - needed, needed, style, text);
}

void screen_fill(struct screen *s, int row, int col, int width, enum style style, uint32_t cp) {
    if (!s->utf8 && cp >= 0x7F) cp = to_ascii(cp);
    for (int i = 0; i < width && col + i < s->cols; i++) put(s, row, col + i, (struct glyph){cp, 1}, style);
}

void screen_mark(struct screen *s, int row, int col, int width) {
    for (int i = 0; i < width; i++) {
        struct cell *c = cell_at(s, row, col + i);
        if (c != NULL) c->marked = true;
    }
}

size_t screen_wrap(const struct screen *s, const char *text, int width, size_t *next) {
    size_t at = 0, used, break_end = 0, break_next = 0;
    int cells = 0;
    struct glyph g;
    while ((used = read_glyph(s, text + at, &g)) > 0) {
        if (g.cp == ' ' && at > 0 && text[at - 1] != ' ') {
            break_end = at;
            break_next = at + strspn(text + at, " ");
        }
        int w = g.width > 0 ? g.width : 0;
        if (cells + w > width && g.cp != ' ') {
            /* A line takes at least one character, or narrow screens would never end. */
            size_t end = break_end > 0 ? break_end : at > 0 ? at : used;
            *next = break_end > 0 ? break_next : end;
            return end;
        }
        cells += w;
        at += used;
    }
    *next = at;
    return at;
}

size_t screen_cut(const struct screen *s, const char *text, int width) {
    size_t at = 0, used;
    int cells = 0;
    struct glyph g;
    while ((used = read_glyph(s, text + at, &g)) > 0) {
        int w = g.width > 0 ? g.width : 0;
        if (cells + w > width && at > 0) break;
        cells += w;
        at += used;
    }
    return at;
}

static char *dump(const struct screen *s, size_t (*cell_text)(const struct cell *c, char *out)) {
    size_t most = (size_t)s->rows * ((size_t)s->cols * CELL_CODE_POINTS * 4 + 1) + 1;
    char *out = malloc(most);
    if (out == NULL) abort();
    size_t len = 0;
    for (int row = 0; row < s->rows; row++) {
        size_t start = len;
        for (int col = 0; col < s->cols; col++) len += cell_text(cell_at(s, row, col), out + len);
        while (len > start && out[len - 1] == ' ') len--;
        out[len++] = '\n';
    }
    out[len] = '\0';
    return out;
}

static size_t cell_characters(const struct cell *c, char *out) {
    size_t len = 0;
    for (int i = 0; i < CELL_CODE_POINTS && c->cp[i] != 0; i++) len += text_utf8_encode(c->cp[i], out + len);
    return len;
}

static size_t cell_style(const struct cell *c, char *out) {
    char letter = style_letters[c->style];
    if (c->marked) letter = letter == '.' ? ':' : (char)(letter - 'a' + 'A');
    if (c->style == STYLE_TEXT && !c->marked && c->cp[0] == ' ') letter = ' ';
    *out = letter;
    return 1;
}

char *screen_dump(const struct screen *s) { return dump(s, cell_characters); }
char *screen_dump_styles(const struct screen *s) { return dump(s, cell_style); }

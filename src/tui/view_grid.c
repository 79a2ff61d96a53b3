#include "tui/view_grid.h"

#include "tui/order.h"
#include "tui/pane.h"
#include "tui/theme.h"
#include "tui/view_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_MOST = 10, CELL_MOST = 6, PANEL_GAP = 3, MARGIN = 1, CAPTION_ROWS = 6, INFO_ROWS = 8 };

/* Where everything stands, in cells of an endless sheet of which the screen shows a window. */
struct sheet {
    int label, cell;            /* widths of a line's label and of one case */
    int panel_cols, panel_rows; /* with the gaps */
    int across;                 /* panels beside each other */
    int rows, cols;             /* of the whole sheet */
    bool titles;                /* each panel has a line that names it */
    bool heads;                 /* and a line of values of the axis across */
};

static void value_words(double v, char *out, size_t cap) {
    if (isnan(v)) {
        snprintf(out, cap, "-");
    } else {
        snprintf(out, cap, "%g", v);
    }
}

static int label_width(const struct grid_axis *a) {
    char text[40];
    int widest = 0;
    for (size_t i = 0; a->value != NULL && i < a->n; i++) {
        value_words(a->value[i], text, sizeof text);
        int n = (int)strlen(text);
        if (n > widest) widest = n;
    }
    return widest < LABEL_MOST ? widest : LABEL_MOST;
}

static struct sheet lay_out(const struct grid *g, int rows, int cols) {
    struct sheet h = {.label = g->y.value != NULL ? label_width(&g->y) + 1 : 0};
    int values = g->x.value != NULL ? label_width(&g->x) + 1 : 1;
    int most = values < CELL_MOST ? values : CELL_MOST;
    if (most < 2) most = 2;
    h.cell = most;
    while (h.cell > 1 && h.label + (int)g->x.n * h.cell > cols) h.cell--;
    h.titles = g->n_others > 0;
    h.heads = g->x.value != NULL && rows >= CAPTION_ROWS;
    h.panel_cols = h.label + (int)g->x.n * h.cell + PANEL_GAP;
    h.panel_rows = (int)g->y.n + (h.titles ? 1 : 0) + (h.heads ? 1 : 0) + (g->n_panels > 1 ? 1 : 0);
    int fit = h.panel_cols > 0 ? (cols + PANEL_GAP) / h.panel_cols : 1;
    if ((size_t)fit > g->n_panels) fit = (int)g->n_panels;
    h.across = fit > 1 ? fit : 1;
    int down = ((int)g->n_panels + h.across - 1) / h.across;
    h.rows = down * h.panel_rows;
    h.cols = h.across * h.panel_cols - PANEL_GAP;
    return h;
}

/* The window of the sheet that is seen. */
struct window {
    struct screen *s;
    int row, col, rows, cols; /* on the screen */
    int top, left;            /* of the sheet */
    int label;                /* cells of the labels, which stay where they are when the sheet moves to the left */
    size_t problems;          /* cells seen of cases that need a person */
};

static void put(const struct window *w, int row, int col, int width, enum style style, const char *text) {
    int r = row - w->top, c = col - w->left;
    if (r < 0 || r >= w->rows || c < (w->left > 0 ? w->label : 0) || c >= w->cols) return;
    if (width > w->cols - c) width = w->cols - c;
    screen_text(w->s, w->row + r, w->col + c, width, style, text);
}

static int scroll_to(int top, int at, int room, int total) {
    if (at < top) top = at;
    if (at >= top + room) top = at - room + 1;
    if (top > total - room) top = total - room;
    return top < 0 ? 0 : top;
}

struct spot {
    int row, col;
};

static struct spot panel_at(const struct sheet *h, size_t panel) {
    int across = h->across > 1 ? h->across : 1;
    return (struct spot){(int)panel / across * h->panel_rows, (int)panel % across * h->panel_cols};
}

static struct spot cell_at(const struct sheet *h, const struct grid *g, uint32_t at) {
    size_t across = g->x.n > 1 ? g->x.n : 1, down = g->y.n > 1 ? g->y.n : 1;
    size_t panel = at / (across * down), line = at / across % down, col = at % across;
    struct spot p = panel_at(h, panel);
    return (struct spot){p.row + (h->titles ? 1 : 0) + (h->heads ? 1 : 0) + (int)line,
                         p.col + h->label + (int)col * h->cell};
}

/* How far a case is, in eighths: from the files that are whole. */
static const char *level(const struct row *r, bool utf8) {
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const digits[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    int eighth = r->required > 0 ? 7 * r->done / r->required : 0;
    return utf8 ? bars[eighth] : digits[eighth];
}

static void draw_cell(const struct view_input *in, const struct sheet *h, struct window *w, uint32_t at) {
    const struct grid *g = &in->ui->grid;
    struct spot p = cell_at(h, g, at);
    uint32_t index = g->cell[at];
    if (index == GRID_NONE) return;
    const struct row *r = table_row(in->table, index);
    enum case_status status = (enum case_status)r->status;
    size_t number = fleet_first(in->fleet, in->batch) + index;
    if (!in->ui->shown[number]) {
        put(w, p.row, p.col, 1, STYLE_DIM, w->s->utf8 ? "∙" : ",");
    } else {
        put(w, p.row, p.col, 1, theme_status(status), status_glyph(status, w->s->utf8));
        bool moving = status == STATUS_RUNNING || status == STATUS_STALLED;
        if (h->cell >= 3 && moving) put(w, p.row, p.col + 1, 1, theme_status(status), level(r, w->s->utf8));
        if (h->cell >= 3 && in->ui->marked[number]) put(w, p.row, p.col + 1, 1, STYLE_KEY, "*");
    }
    int row = w->row + p.row - w->top, col = w->col + p.col - w->left, width = h->cell > 2 ? h->cell - 1 : h->cell;
    int first = w->col + (w->left > 0 ? w->label : 0);
    if (row < w->row || row >= w->row + w->rows || col < first || col >= w->col + w->cols) return;
    if (in->ui->shown[number] && status_is_problem(status)) w->problems++;
    if (number == in->ui->selected) screen_mark(w->s, row, col, width);
    ui_add_hit(in->ui, row, col, col + h->cell, HIT_CELL, (uint32_t)number);
}

static void panel_name(const struct view_input *in, size_t panel, char *out, size_t cap) {
    const struct grid *g = &in->ui->grid;
    size_t len = 0;
    out[0] = '\0';
    for (int k = 0; k < g->n_others && len + 1 < cap; k++) {
        char value[40];
        value_words(g->panel[panel * (size_t)g->n_others + (size_t)k], value, sizeof value);
        int n = snprintf(out + len, cap - len, "%s%s=%s", k > 0 ? "  " : "",
                         table_profile(in->table)->column[g->other[k]].name, value);
        len += n > 0 ? (size_t)n : 0;
    }
}

/* Values of the axis across, as many as have room. */
static void draw_heads(const struct view_input *in, const struct sheet *h, const struct window *w, struct spot p) {
    const struct grid *g = &in->ui->grid;
    int row = p.row + (h->titles ? 1 : 0), free_from = 0;
    for (size_t i = 0; i < g->x.n; i++) {
        char text[40];
        int col = p.col + h->label + (int)i * h->cell;
        if (col >= w->left + w->cols) break; /* thousands of them may follow */
        value_words(g->x.value[i], text, sizeof text);
        if (i > 0 && col < free_from) continue;
        put(w, row, col, LABEL_MOST, STYLE_DIM, text);
        free_from = col + (int)strlen(text) + 1;
    }
}

static void draw_panel(const struct view_input *in, const struct sheet *h, struct window *w, size_t panel) {
    const struct grid *g = &in->ui->grid;
    struct spot p = panel_at(h, panel);
    char text[256];
    if (p.row - w->top >= w->rows || p.row + h->panel_rows <= w->top) return;
    if (h->titles) {
        panel_name(in, panel, text, sizeof text);
        put(w, p.row, p.col, h->panel_cols - 1, STYLE_STRONG, text);
    }
    if (h->heads) draw_heads(in, h, w, p);
    size_t first = panel * g->x.n * g->y.n;
    for (size_t line = 0; line < g->y.n; line++) {
        struct spot at = cell_at(h, g, (uint32_t)(first + line * g->x.n));
        if (at.row < w->top || at.row >= w->top + w->rows) continue;
        if (g->y.value != NULL) {
            value_words(g->y.value[line], text, sizeof text);
            int left = at.col - h->label - w->left;
            screen_text(w->s, w->row + at.row - w->top, w->col + (left > 0 ? left : 0),
                        left < w->cols ? h->label - 1 : 0, STYLE_DIM, text);
        }
        /* Only what may be seen: a line can be thousands of cells. */
        int before = w->left - at.col, to = w->left + w->cols - at.col;
        size_t from = before > 0 ? (size_t)(before / h->cell) : 0, end = to > 0 ? (size_t)(to / h->cell) + 1 : 0;
        for (size_t col = from; col < end && col < g->x.n; col++) {
            draw_cell(in, h, w, (uint32_t)(first + line * g->x.n + col));
        }
    }
}

/* "T down, EPS across, a panel for each TAU" */
static void draw_caption(const struct view_input *in, struct screen *s, int row) {
    const struct grid *g = &in->ui->grid;
    const struct profile *profile = table_profile(in->table);
    struct pen p = {s, row, MARGIN, s->cols - MARGIN};
    enum language l = in->ui->language;
    if (in->fleet->n > 1) {
        int cells = view_batch_cells(in, s);
        view_batch(in, s, row, p.col, cells, STYLE_STRONG);
        p.col += cells;
    }
    if (g->x.column < 0) {
        pen_say(&p, STYLE_DIM, l, WORD_GRID_PLAIN, NULL);
        return;
    }
    if (g->y.column >= 0) {
        pen_say(&p, STYLE_DIM, l, WORD_GRID_AXES,
                WORDS(profile->column[g->y.column].name, profile->column[g->x.column].name));
    } else {
        pen_say(&p, STYLE_DIM, l, WORD_GRID_AXIS, WORDS(profile->column[g->x.column].name));
    }
    if (g->n_others == 0) return;
    char names[128] = "";
    size_t len = 0;
    for (int k = 0; k < g->n_others; k++) {
        int n = snprintf(names + len, sizeof names - len, "%s%s", k > 0 ? ", " : "", profile->column[g->other[k]].name);
        if (n > 0 && len + (size_t)n < sizeof names) len += (size_t)n;
    }
    pen_say(&p, STYLE_DIM, l, WORD_GRID_PANELS, WORDS(names));
}

/* "12 more need you outside", at the end of the caption. */
static void draw_outside(const struct view_input *in, struct screen *s, int row, size_t seen) {
    const struct ui_state *ui = in->ui;
    char number[32], words[128];
    size_t all = order_problems(ui);
    if (all <= seen) return;
    snprintf(number, sizeof number, "%zu", all - seen);
    words_format(ui->language, WORD_OUTSIDE, WORDS(number), words, sizeof words);
    int cells = screen_measure(s, words, s->cols - 2 * MARGIN), col = s->cols - MARGIN - cells;
    screen_fill(s, row, col - 2, cells + 2, STYLE_TEXT, ' ');
    screen_text(s, row, col, cells, STYLE_STALLED, words);
}

/* The selected case, in words. */
static void draw_info(const struct view_input *in, struct screen *s, int row) {
    const struct row *r = ui_selected(in->ui, in->fleet, NULL);
    if (r == NULL) return;
    struct pen p = {s, row, MARGIN, s->cols - MARGIN};
    enum case_status status = (enum case_status)r->status;
    pen_text(&p, theme_status(status), status_glyph(status, s->utf8));
    p.col++;
    int room = (p.end - p.col) / 2;
    int width = in->ui->title_width < room ? in->ui->title_width : room;
    p.col += pen_middle(s, row, p.col, width, STYLE_STRONG, r->title) + 2;
    view_table_why(in, &p, r, true);
}

void view_grid_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    struct ui_state *ui = in->ui;
    const struct grid *g = &ui->grid;
    order_grid(ui, in->fleet);
    struct view_input here = view_of(in, fleet_first(in->fleet, ui->grid_batch));
    in = &here;
    size_t selected = ui->selected - fleet_first(in->fleet, in->batch);
    if (lines < 1 || g->cell == NULL || g->n_rows != table_count(in->table)) return;
    int end = row + lines, caption = lines >= CAPTION_ROWS ? row++ : -1;
    if (caption >= 0) draw_caption(in, s, caption);
    if (lines >= INFO_ROWS) {
        draw_info(in, s, end - 1);
        end -= 2;
    }
    struct window w = {s, row, MARGIN, end - row, s->cols - 2 * MARGIN, 0, 0, 0, 0};
    struct sheet h = lay_out(g, w.rows, w.cols);
    if (ui->selected != UI_NO_ROW && selected < g->n_rows) {
        struct spot at = cell_at(&h, g, g->where[selected]);
        /* The head of the first lines comes along into view. */
        int top = at.row == (h.titles ? 1 : 0) + (h.heads ? 1 : 0) ? 0 : at.row;
        ui->grid_top = scroll_to(scroll_to(ui->grid_top, at.row, w.rows, h.rows), top, w.rows, h.rows);
        ui->grid_left = scroll_to(ui->grid_left, at.col + h.cell - 1, w.cols, h.cols);
        w.label = h.label;
        if (at.col < ui->grid_left + h.label) ui->grid_left = at.col > h.label ? at.col - h.label : 0;
    }
    w.top = ui->grid_top = scroll_to(ui->grid_top, ui->grid_top, w.rows, h.rows);
    w.left = ui->grid_left = scroll_to(ui->grid_left, ui->grid_left, w.cols, h.cols);
    for (size_t panel = 0; panel < g->n_panels; panel++) draw_panel(in, &h, &w, panel);
    if (caption >= 0) draw_outside(in, s, caption, w.problems);
}

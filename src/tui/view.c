#include "tui/view.h"

#include "tui/header.h"
#include "tui/help.h"
#include "tui/pane.h"
#include "tui/view_detail.h"
#include "tui/view_table.h"

#include <stdio.h>

/* Below these: no footer, no column heads, the detail in place of the table. */
enum { FOOTER_ROWS = 5, HEADING_LINES = 7, SPLIT_LINES = 16, EMPTY_INDENT = 2 };

struct layout {
    int top, table, detail; /* first line of the body; lines of the table with its heading; lines of the detail */
    bool footer, heading;
};

static struct layout lay_out(const struct view_input *in, const struct screen *s) {
    struct layout l = {header_lines(in, s), 0, 0, s->rows >= FOOTER_ROWS, false};
    int body = s->rows - l.top - (l.footer ? 1 : 0);
    if (body < 0) body = 0;
    if (!in->ui->detail_open) {
        l.table = body;
    } else if (body < SPLIT_LINES) {
        l.detail = body;
    } else {
        l.table = body * 2 / 5;
        l.detail = body - l.table;
    }
    l.heading = l.table >= (in->ui->detail_open ? 4 : HEADING_LINES);
    return l;
}

/* Nothing to list yet: says what is waited for, and that nothing has to be done. */
static void draw_empty(const struct view_input *in, struct screen *s, int row, int lines) {
    const struct table *t = in->table;
    struct pane p = {s, row, EMPTY_INDENT, lines, s->cols - 2 * EMPTY_INDENT, 0, 0};
    char text[1200];
    const struct root_state *batch = table_root(t, ROOT_BATCH);
    const char *path = table_policy(t)->batch_path != NULL ? table_policy(t)->batch_path : batch->path;
    if (lines > 4) pane_line(&p, 0);
    if (batch->health == HEALTH_WAITING && !batch->scanned) {
        snprintf(text, sizeof text, "Waiting for %.1000s to appear.", path != NULL ? path : "the batch directory");
        pane_paragraph(&p, STYLE_TEXT, "", text);
        pane_paragraph(&p, STYLE_DIM, "", "This screen fills by itself once the sweep writes there.");
    } else if (table_list(t) == NULL && !table_policy(t)->discover) {
        const char *kept = table_profile(t)->kept_list;
        snprintf(text, sizeof text, "Waiting for the sweep list%s%.200s%s.", kept != NULL ? " (" : "",
                 kept != NULL ? kept : "", kept != NULL ? ")" : "");
        pane_paragraph(&p, STYLE_TEXT, "", text);
        pane_paragraph(&p, STYLE_DIM, "",
                       "Without it nobody can say which cases are missing; name one with --sweep-list.");
    } else if (table_list(t) == NULL) {
        pane_paragraph(&p, STYLE_TEXT, "", "No case directories yet.");
        pane_paragraph(&p, STYLE_DIM, "", "There is no sweep list: cases are listed as they appear.");
    } else {
        pane_paragraph(&p, STYLE_TEXT, "", "The sweep list has no cases.");
    }
}

struct key_hint {
    const char *key, *what;
};

static void draw_hints(struct pen *p, const struct key_hint *hints, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int cells = screen_measure(p->screen, hints[i].key, 40) + 1 + screen_measure(p->screen, hints[i].what, 40);
        if (p->col + cells > p->end) continue; /* whole hints only; the help has them all */
        pen_text(p, STYLE_KEY, hints[i].key);
        pen_text(p, STYLE_DIM, " ");
        pen_text(p, STYLE_DIM, hints[i].what);
        p->col += 2;
    }
}

/* Hints in the order in which they are needed: what does not fit falls off at the end, except help and quit. */
static void draw_footer(const struct view_input *in, struct screen *s, int row, const struct layout *l) {
    const struct ui_state *ui = in->ui;
    struct pen p = {s, row, 1, s->cols - 1};
    if (in->message != NULL && in->message[0] != '\0') {
        pen_text(&p, STYLE_STRONG, in->message);
        return;
    }
    if (l->table > 0 && ui->n > ui->page && !ui->help_open) {
        char where[PEN_WORDS];
        size_t last = ui->top + ui->page < ui->n ? ui->top + ui->page : ui->n;
        snprintf(where, sizeof where, "%zu–%zu of %zu", ui->top + 1, last, ui->n);
        int cells = screen_measure(s, where, s->cols);
        if (s->cols >= 60) {
            screen_text_right(s, row, s->cols - 1 - cells, cells, STYLE_DIM, where);
            p.end -= cells + 2;
        }
    }
    char sort[64];
    snprintf(sort, sizeof sort, "sort: %s%s", ui_sort_word(ui->sort), ui->reverse ? " reversed" : "");
    if (ui->help_open) {
        const struct key_hint hints[] = {{"Esc", "back"}, {"PgUp PgDn", "scroll"}, {"q", "quit"}};
        draw_hints(&p, hints, sizeof hints / sizeof *hints);
    } else if (ui->detail_open) {
        const struct key_hint hints[] = {{"Esc", "back"},           {"?", "help"},           {"q", "quit"},
                                         {"Up Down", "other case"}, {"PgUp PgDn", "scroll"}, {"w", "report"}};
        draw_hints(&p, hints, sizeof hints / sizeof *hints);
    } else if (ui->n == 0) {
        const struct key_hint hints[] = {{"q", "quit"}, {"?", "help"}, {"r", "rescan"}};
        draw_hints(&p, hints, sizeof hints / sizeof *hints);
    } else {
        const struct key_hint hints[] = {{"q", "quit"}, {"?", "help"},   {"Enter", "details"},
                                         {"s", sort},   {"w", "report"}, {"r", "rescan"}};
        draw_hints(&p, hints, sizeof hints / sizeof *hints);
    }
}

void view_render(const struct view_input *in, struct screen *s) {
    screen_clear(s);
    /* The selection must be known before the layout: the detail of no case is not shown. */
    if (in->ui->detail_open && table_count(in->table) == 0) in->ui->detail_open = false;
    struct layout l = lay_out(in, s);
    int lines = l.table - (l.heading ? 1 : 0);
    ui_arrange(in->ui, in->table, in->now_ms, in->wall_ms, lines > 0 ? (size_t)lines : 1);
    header_draw(in, s);
    if (in->ui->help_open) {
        help_draw(in, s, l.top, l.table + l.detail);
    } else if (in->ui->n == 0) {
        draw_empty(in, s, l.top, l.table);
    } else {
        view_table_draw(in, s, l.top, l.table, l.heading);
        if (l.detail > 0) view_detail_draw(in, s, l.top + l.table, l.detail);
    }
    if (l.footer) draw_footer(in, s, s->rows - 1, &l);
}

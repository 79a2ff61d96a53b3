#include "tui/view_problems.h"

#include "model/reason.h"
#include "tui/pane.h"
#include "tui/theme.h"
#include "tui/view_table.h"

#include <stdio.h>
#include <stdlib.h>

/* Of a cause with more cases than FEW only the first are listed until it is unfolded: the causes come first. */
enum { FEW = 4, FIRST = 3, INDENT = 4, TITLE_MOST = 36 };

/* In place of a row: "n more". */
static const uint32_t MORE_ROW = UI_NO_ROW - 1;

static void add_line(struct ui_state *ui, size_t cause, uint32_t row) {
    if (ui->problems.n == ui->problem_capacity) {
        ui->problem_capacity = 2 * ui->problem_capacity + 64;
        ui->problem_line = realloc(ui->problem_line, ui->problem_capacity * sizeof *ui->problem_line);
        if (ui->problem_line == NULL) abort();
    }
    ui->problem_line[ui->problems.n++] = (struct problem_line){(uint32_t)cause, row};
}

/* The lines anew; the cursor stays with its cause and case. */
static void make_lines(struct ui_state *ui) {
    const struct causes *c = &ui->causes;
    size_t found = SIZE_MAX, nearest = SIZE_MAX;
    ui->problems.n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct cause *cause = &c->cause[i];
        if (cause->key == ui->problem_key) nearest = ui->problems.n;
        add_line(ui, i, UI_NO_ROW);
        size_t shown = cause->unfolded || cause->n <= FEW ? cause->n : FIRST;
        for (size_t k = 0; k < shown; k++) add_line(ui, i, c->row[cause->first + k]);
        if (shown < cause->n) add_line(ui, i, MORE_ROW);
    }
    for (size_t i = nearest; i < ui->problems.n && found == SIZE_MAX; i++) {
        const struct problem_line *line = &ui->problem_line[i];
        if (c->cause[line->cause].key == ui->problem_key && line->row == ui->problem_row) found = i;
    }
    if (found == SIZE_MAX) found = nearest;
    /* On the first line the cursor stays there, whatever comes up. */
    if (found != SIZE_MAX && ui->problems.cursor > 0) ui->problems.cursor = found;
}

static void draw_cause(const struct view_input *in, struct screen *s, int row, size_t at) {
    const struct cause *c = &in->ui->causes.cause[at];
    enum language l = in->ui->language;
    char clock[PEN_WORDS], number[32], tail[128], since[64] = "", words[CAUSE_WORDS];
    enum style style = !c->urgent ? STYLE_STALLED : c->status == STATUS_STALLED ? STYLE_STALLED : STYLE_PROBLEM;
    bool root = c->status == STATUS_COUNT;
    const char *glyph = root || !c->urgent ? "!" : status_glyph(c->status, s->utf8);
    if (c->since >= 0 && c->since <= in->now_ms && s->cols >= 60) {
        int64_t wall = in->wall_ms - (in->now_ms - c->since);
        if (in->now_ms - c->since > INT64_C(20) * 3600 * 1000) {
            pen_date(wall, in->utc_offset_min, clock);
        } else {
            pen_clock(wall, in->utc_offset_min, false, clock);
        }
        words_format(l, WORD_SINCE, WORDS(clock), since, sizeof since);
    }
    snprintf(number, sizeof number, "%zu", c->n);
    words_format(l, c->n == 1 ? WORD_CASE_COUNT_ONE : WORD_CASE_COUNT, WORDS(number), tail, sizeof tail);
    char full[256];
    snprintf(full, sizeof full, "%s%s%s%s", since[0] != '\0' ? " · " : "", since, c->n > 0 ? " · " : "",
             c->n > 0 ? tail : "");
    causes_words(&in->ui->causes, at, in->fleet, l, in->now_ms, words);
    int cells = screen_measure(s, full, s->cols);
    struct pen p = {s, row, 1, s->cols - 1 - cells};
    pen_text(&p, style, glyph);
    pen_text(&p, style, " ");
    pen_sentence(&p, STYLE_STRONG, words);
    p.end = s->cols - 1;
    pen_text(&p, STYLE_DIM, full);
}

static void draw_case(const struct view_input *whole, struct screen *s, int row, uint32_t at) {
    struct view_input here = view_of(whole, at), *in = &here;
    const struct row *r = fleet_row(in->fleet, at, NULL);
    int batch = view_batch_cells(in, s);
    int room = s->cols / 2 < TITLE_MOST ? s->cols / 2 : TITLE_MOST;
    int title = in->ui->title_width < room ? in->ui->title_width : room;
    struct pen p = {s, row, INDENT, s->cols - 1};
    if (in->ui->marked[at]) screen_text(s, row, INDENT - 2, 1, STYLE_KEY, "*");
    screen_text(s, row, INDENT, 1, theme_status((enum case_status)r->status),
                status_glyph((enum case_status)r->status, s->utf8));
    if (batch > 0) view_batch(in, s, row, INDENT + 2, batch, STYLE_DIM);
    pen_middle(s, row, INDENT + 2 + batch, title, STYLE_TEXT, r->title);
    p.col = INDENT + 2 + batch + title + 1;
    view_table_why(in, &p, r, false);
}

static void draw_line(const struct view_input *in, struct screen *s, int row, size_t line) {
    const struct problem_line *at = &in->ui->problem_line[line];
    const struct cause *c = &in->ui->causes.cause[at->cause];
    bool selected = line == in->ui->problems.cursor;
    if (at->row == UI_NO_ROW) {
        draw_cause(in, s, row, at->cause);
    } else if (at->row == MORE_ROW) {
        char number[32];
        struct pen p = {s, row, INDENT, s->cols - 1};
        snprintf(number, sizeof number, "%zu", c->n - FIRST);
        pen_say(&p, STYLE_DIM, in->ui->language, WORD_MORE_CASES, WORDS(number));
    } else if (at->row < fleet_count(in->fleet)) {
        draw_case(in, s, row, at->row);
    }
    if (selected) {
        screen_text(s, row, 0, 1, STYLE_STRONG, ">");
        screen_mark(s, row, 0, s->cols);
    }
    ui_add_hit(in->ui, row, 0, s->cols, HIT_LINE, (uint32_t)line);
}

void view_problems_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    struct ui_state *ui = in->ui;
    if (lines < 1) return;
    causes_refresh(&ui->causes, in->fleet, ui->filter.n > 0 ? ui->shown : NULL, ui->made_filter, in->now_ms);
    make_lines(ui);
    ui_list_fit(&ui->problems, (size_t)lines);
    if (ui->problems.n == 0) {
        struct pane p = {s, row, 2, lines, s->cols - 4, 0, 0};
        if (lines > 4) pane_line(&p, 0);
        pane_paragraph(&p, STYLE_COMPLETE, "", word(ui->language, WORD_NO_PROBLEMS_HERE));
        return;
    }
    const struct problem_line *at = &ui->problem_line[ui->problems.cursor];
    ui->problem_key = ui->causes.cause[at->cause].key;
    ui->problem_row = at->row;
    for (size_t i = ui->problems.top; i < ui->problems.n && i < ui->problems.top + (size_t)lines; i++) {
        draw_line(in, s, row++, i);
    }
}

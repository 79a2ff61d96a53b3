#include "tui/view_events.h"

#include "tui/pane.h"
#include "tui/theme.h"
#include "tui/view_table.h"

#include <stdio.h>
#include <stdlib.h>

enum { NARROW = 64, WORD_CELLS = 14, TITLE_MOST = 40, CLOCK_CELLS = 8, DATE_CELLS = 11 };

/* The filter asks what the case became then, not what it is now. */
static bool is_shown(const struct view_input *in, const struct table *t, const struct transition *x) {
    if (x->row >= table_count(t)) return false;
    const struct filter *f = &in->ui->filter;
    return f->n == 0 || filter_matches_as(f, t, table_row(t, x->row), (enum case_status)x->to);
}

/* Of the newest transitions of each batch that are not taken yet, the batch of the newest one; fleet->n: all are taken.
 */
static size_t newest_of(const struct fleet *f, const size_t left[FLEET_MAX]) {
    size_t best = f->n;
    int64_t at = 0;
    for (size_t b = 0; b < f->n; b++) {
        if (left[b] == 0) continue;
        const struct transition *x = table_transition(f->table[b], left[b] - 1);
        if (best < f->n && x->at <= at) continue;
        best = b;
        at = x->at;
    }
    return best;
}

/* The events anew, newest first; the cursor stays with its event, or on the newest. */
static void make_lines(const struct view_input *in) {
    const struct fleet *f = in->fleet;
    struct ui_state *ui = in->ui;
    size_t left[FLEET_MAX], kept = 0, cursor = 0, b;
    uint64_t total = 0;
    for (b = 0; b < f->n; b++) {
        left[b] = table_transition_count(f->table[b]);
        kept += left[b];
        total += table_transition_total(f->table[b]);
    }
    bool fresh = ui->event != NULL && ui->events_total == total && ui->events_filter == ui->filter_stamp;
    if (fresh) return;
    if (kept > ui->event_capacity || ui->event == NULL) {
        ui->event_capacity = kept + 64;
        free(ui->event);
        ui->event = malloc(ui->event_capacity * sizeof *ui->event);
        if (ui->event == NULL) abort();
    }
    ui->events.n = 0;
    while ((b = newest_of(f, left)) < f->n) {
        const struct table *t = f->table[b];
        const struct transition *x = table_transition(t, --left[b]);
        uint64_t number = table_transition_total(t) - table_transition_count(t) + left[b];
        uint64_t event = (uint64_t)b << UI_EVENT_BATCH_SHIFT | number;
        if (!is_shown(in, t, x)) continue;
        if (ui->event_at_cursor == event + 1) cursor = ui->events.n;
        ui->event[ui->events.n++] = event;
    }
    size_t line = ui->events.cursor - ui->events.top;
    ui->events.cursor = cursor;
    ui->events.top = cursor > line ? cursor - line : 0;
    ui->events_total = total;
    ui->events_filter = ui->filter_stamp;
}

static void when(const struct view_input *in, int64_t at, bool wide, char out[2 * PEN_WORDS]) {
    char clock[PEN_WORDS], date[PEN_WORDS];
    int64_t wall = in->wall_ms - (in->now_ms - at);
    if (in->now_ms - at > INT64_C(20) * 3600 * 1000) {
        pen_date(wall, in->utc_offset_min, date);
        pen_clock(wall, in->utc_offset_min, false, clock);
        snprintf(out, 2 * PEN_WORDS, wide ? "%s %s" : "%s", date, clock);
    } else {
        pen_clock(wall, in->utc_offset_min, wide, clock);
        snprintf(out, 2 * PEN_WORDS, "%s", clock);
    }
}

static void status_at(const struct view_input *in, struct screen *s, int row, int col, enum case_status status,
                      bool dim) {
    struct pen p = {s, row, col, col + WORD_CELLS + 2};
    enum style style = dim ? STYLE_DIM : theme_status(status);
    pen_text(&p, style, status_glyph(status, s->utf8));
    p.col++;
    pen_text(&p, style, word_status(in->ui->language, status));
}

static void draw_event(const struct view_input *whole, struct screen *s, int row, size_t line) {
    size_t batch;
    const struct transition *x = ui_event(whole->fleet, whole->ui->event[line], &batch);
    if (x == NULL || x->row >= table_count(whole->fleet->table[batch])) return;
    struct view_input here = view_of(whole, fleet_first(whole->fleet, batch) + x->row), *in = &here;
    const struct row *r = table_row(in->table, x->row);
    bool wide = s->cols >= NARROW, selected = line == in->ui->events.cursor;
    char text[2 * PEN_WORDS];
    int col = 2;
    when(in, x->at, wide, text);
    screen_text_right(s, row, col, wide ? DATE_CELLS : CLOCK_CELLS - 2, STYLE_DIM, text);
    col += (wide ? DATE_CELLS : CLOCK_CELLS - 2) + 2;
    if (wide) {
        if (x->first) {
            screen_text(s, row, col, WORD_CELLS + 2, STYLE_DIM, word(in->ui->language, WORD_FOUND));
        } else {
            status_at(in, s, row, col, (enum case_status)x->from, true);
        }
        screen_text(s, row, col + WORD_CELLS + 3, 1, STYLE_DIM, "→");
        col += WORD_CELLS + 5;
    }
    status_at(in, s, row, col, (enum case_status)x->to, false);
    col += WORD_CELLS + 3;
    int cells = view_batch_cells(in, s);
    if (cells > 0) view_batch(in, s, row, col, cells, STYLE_DIM);
    col += cells;
    int room = s->cols - col - 1, title = in->ui->title_width < TITLE_MOST ? in->ui->title_width : TITLE_MOST;
    if (title > room) title = room;
    pen_middle(s, row, col, title, STYLE_TEXT, r->title);
    struct pen p = {s, row, col + title + 2, s->cols - 1};
    /* Why it is so now; what was the reason then is no longer known. */
    if (r->status == x->to && p.end - p.col > 10) view_table_why(in, &p, r, false);
    if (selected) {
        screen_text(s, row, 0, 1, STYLE_STRONG, ">");
        screen_mark(s, row, 0, s->cols);
    }
    ui_add_hit(in->ui, row, 0, s->cols, HIT_LINE, (uint32_t)line);
}

void view_events_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    struct ui_list *l = &in->ui->events;
    if (lines < 1) return;
    make_lines(in);
    ui_list_fit(l, (size_t)lines);
    if (l->n == 0) {
        struct pane p = {s, row, 2, lines, s->cols - 4, 0, 0};
        if (lines > 4) pane_line(&p, 0);
        pane_paragraph(&p, STYLE_DIM, "", word(in->ui->language, WORD_NO_EVENTS));
        return;
    }
    for (size_t i = l->top; i < l->n && i < l->top + (size_t)lines; i++) draw_event(in, s, row++, i);
}

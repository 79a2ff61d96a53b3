#include "tui/view_table.h"

#include "model/reason.h"
#include "tui/pen.h"
#include "tui/theme.h"

#include <stdio.h>

/* Cells of a line. The reason has what is left; when it would have less than WHY_MIN the columns go, in the order in
 * which they matter least. */
enum {
    MARGIN = 2,
    GLYPH = 2,
    STATUS_CELLS = 14,
    PLACE_CELLS = 2,
    AGE_CELLS = 7,
    TITLE_MIN = 10,
    TITLE_WISH = 40,
    WHY_SHORT = 16,
    WHY_MIN = 30,
    GAP = 1
};

struct columns {
    int title;                           /* always there */
    int done, status, strip, place, age; /* 0: no room for it */
    int why;
    int required[PROFILE_MAX_ARTIFACTS], n_required;
};

static int digits(int n) { return n >= 10 ? 2 : 1; }

static bool take(int *left, int cells) {
    if (*left - cells - GAP < WHY_MIN) return false;
    *left -= cells + GAP;
    return true;
}

static void layout(const struct view_input *in, const struct screen *s, struct columns *c) {
    *c = (struct columns){0};
    c->n_required = profile_required(table_profile(in->table), c->required);
    c->done = 2 * digits(c->n_required) + 1;
    int title_max = s->cols * 2 / 5;
    if (s->cols <= 2 * TITLE_WISH) title_max = s->cols / 2;
    if (title_max < TITLE_MIN) title_max = TITLE_MIN;
    c->title = in->ui->title_width < title_max ? in->ui->title_width : title_max;
    if (c->title < 5) c->title = 5;
    int left = s->cols - MARGIN - GLYPH - c->title - GAP - 1;
    if (left - c->done - GAP >= WHY_SHORT) {
        left -= c->done + GAP;
    } else {
        c->done = 0;
    }
    if (take(&left, AGE_CELLS)) c->age = AGE_CELLS;
    if (c->age > 0 && take(&left, STATUS_CELLS)) c->status = STATUS_CELLS;
    int strip = c->n_required > 5 ? c->n_required : 5;
    if (c->status > 0 && take(&left, strip)) c->strip = strip;
    if (c->strip > 0 && take(&left, PLACE_CELLS)) c->place = PLACE_CELLS;
    c->why = left > 0 ? left : 0;
}

static void draw_heading(struct screen *s, int row, const struct columns *c) {
    screen_fill(s, row, 0, s->cols, STYLE_HEADING, ' ');
    int col = MARGIN;
    screen_text(s, row, col, GLYPH + c->status, STYLE_HEADING, c->status > 0 ? "  status" : "");
    col += GLYPH + (c->status > 0 ? c->status + GAP : 0);
    screen_text(s, row, col, c->title, STYLE_HEADING, "case");
    col += c->title + GAP;
    if (c->done > 0) {
        screen_text_right(s, row, col, c->done, STYLE_HEADING, "ok");
        col += c->done + GAP;
    }
    if (c->strip > 0) {
        screen_text(s, row, col, c->strip, STYLE_HEADING, "files");
        col += c->strip + GAP;
    }
    if (c->place > 0) {
        screen_text(s, row, col, c->place, STYLE_HEADING, "in");
        col += c->place + GAP;
    }
    if (c->age > 0) {
        screen_text_right(s, row, col, c->age, STYLE_HEADING, "changed");
        col += c->age + GAP;
    }
    screen_text(s, row, col, c->why, STYLE_HEADING, c->status > 0 ? "why" : "status");
}

static void draw_strip(const struct columns *c, struct screen *s, int row, int col, const struct verdict *v) {
    for (int i = 0; i < c->n_required && i < c->strip; i++) {
        enum artifact_state a = (enum artifact_state)v->artifact[c->required[i]];
        screen_text(s, row, col + i, 1, theme_artifact(a), artifact_glyph(a, s->utf8));
    }
}

static void draw_place(const struct view_input *in, struct screen *s, int row, int col, const struct row *r) {
    static const char *const letters[ROOT_COUNT] = {"L", "A"};
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct place *p = table_place(in->table, r, (enum root_id)id, NULL);
        if (p == NULL || !p->present) continue;
        bool current = table_root(in->table, (enum root_id)id)->readable;
        screen_text(s, row, col + id, 1, current ? STYLE_TEXT : STYLE_STALLED, current ? letters[id] : "?");
    }
}

/* What is as it should be needs no words. */
static bool needs_words(const struct row *r) {
    return r->flags != 0 || (r->status != STATUS_COMPLETE && r->status != STATUS_PENDING);
}

static void draw_why(const struct view_input *in, struct screen *s, int row, int col, int width, const struct row *r,
                     bool with_status) {
    char lines[REASON_MAX][REASON_BYTES];
    int n = needs_words(r) ? reason_lines(in->table, r, in->now_ms, lines) : 0;
    enum case_status status = (enum case_status)r->status;
    struct pen p = {s, row, col, col + width};
    /* Where there is room for one of the two, the glyph stands for the word and the reason is told. */
    if (with_status && (n == 0 || width >= WHY_MIN)) {
        pen_text(&p, theme_status(status), status_word(status));
        if (n > 0) pen_text(&p, theme_status(status), ": ");
    }
    if (n > 0) pen_text(&p, status_is_problem(status) || r->flags != 0 ? STYLE_TEXT : STYLE_DIM, lines[0]);
}

static void draw_row(const struct view_input *in, struct screen *s, int row, const struct columns *c, size_t line) {
    const struct row *r = table_row(in->table, in->ui->order[line]);
    enum case_status status = (enum case_status)r->status;
    bool selected = line == in->ui->cursor;
    int col = MARGIN;
    if (selected) screen_text(s, row, 0, 1, STYLE_STRONG, ">");
    screen_text(s, row, col, 1, theme_status(status), status_glyph(status, s->utf8));
    /* Not a problem yet, but there is more to tell. */
    if (r->flags != 0 && !status_is_problem(status)) screen_text(s, row, col + 1, 1, STYLE_STALLED, "!");
    col += GLYPH;
    if (c->status > 0) {
        screen_text(s, row, col, c->status, theme_status(status), status_word(status));
        col += c->status + GAP;
    }
    pen_middle(s, row, col, c->title, status_is_problem(status) ? STYLE_STRONG : STYLE_TEXT, r->title);
    col += c->title + GAP;
    char text[PEN_WORDS];
    if (c->done > 0) {
        snprintf(text, sizeof text, "%u/%u", (unsigned)r->done, (unsigned)r->required);
        screen_text_right(s, row, col, c->done, status == STATUS_COMPLETE || r->done == 0 ? STYLE_DIM : STYLE_TEXT,
                          text);
        col += c->done + GAP;
    }
    if (c->strip > 0) {
        struct verdict v;
        table_judge(in->table, r, in->now_ms, &v);
        draw_strip(c, s, row, col, &v);
        col += c->strip + GAP;
    }
    if (c->place > 0) {
        draw_place(in, s, row, col, r);
        col += c->place + GAP;
    }
    if (c->age > 0) {
        int64_t age = ui_row_age(in->table, r, in->now_ms, in->wall_ms);
        if (age >= 0) {
            reason_duration(age, text, sizeof text);
            screen_text_right(s, row, col, c->age, STYLE_DIM, text);
        }
        col += c->age + GAP;
    }
    draw_why(in, s, row, col, c->why, r, c->status == 0);
    if (selected) screen_mark(s, row, 0, s->cols);
}

void view_table_draw(const struct view_input *in, struct screen *s, int row, int lines, bool heading) {
    struct columns c;
    layout(in, s, &c);
    int end = row + lines;
    if (heading) draw_heading(s, row++, &c);
    for (size_t line = in->ui->top; row < end && line < in->ui->n; line++) draw_row(in, s, row++, &c, line);
}

#include "tui/view_table.h"

#include "model/reason.h"
#include "tui/order.h"
#include "tui/pen.h"
#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

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
    PARAMETER_GAP = 2,
    GAP = 1
};

struct columns {
    int batch;                           /* 0: there is one batch only */
    int title;                           /* always there: the title, or all the parameters together */
    int done, status, strip, place, age; /* 0: no room for it */
    int why;
    int required[PROFILE_MAX_ARTIFACTS], n_required;
    int parameter[PROFILE_MAX_COLUMNS], n_parameters; /* 0: the title is shown */
};

static int digits(int n) { return n >= 10 ? 2 : 1; }

static bool take(int *left, int cells) {
    if (*left - cells - GAP < WHY_MIN) return false;
    *left -= cells + GAP;
    return true;
}

static int title_room(const struct screen *s) {
    int most = s->cols * 2 / 5;
    if (s->cols <= 2 * TITLE_WISH) most = s->cols / 2;
    return most < TITLE_MIN ? TITLE_MIN : most;
}

/* The parameters that vary, as many as have room; none: the title stays. */
static int take_parameters(const struct view_input *in, const struct screen *s, struct columns *c) {
    int cells = 0;
    c->n_parameters = 0;
    for (int i = 0; in->ui->parameters && i < table_profile(in->table)->n_columns; i++) {
        int width = in->ui->token_width[i] + (cells > 0 ? PARAMETER_GAP : 0);
        if (!in->ui->varies[i] || cells + width > title_room(s)) continue;
        c->parameter[c->n_parameters++] = i;
        cells += width;
    }
    return cells;
}

static void layout(const struct view_input *in, const struct screen *s, struct columns *c) {
    *c = (struct columns){0};
    c->n_required = profile_required(table_profile(in->table), c->required);
    c->done = 2 * digits(c->n_required) + 1;
    c->title = take_parameters(in, s, c);
    if (c->n_parameters == 0) {
        int most = title_room(s);
        c->title = in->ui->title_width < most ? in->ui->title_width : most;
        if (c->title < 6) c->title = 6;
    }
    c->batch = view_batch_cells(in, s);
    int left = s->cols - MARGIN - GLYPH - c->batch - c->title - GAP - 1;
    if (left - c->done - GAP >= WHY_SHORT) {
        left -= c->done + GAP;
    } else {
        c->done = 0;
    }
    int age = AGE_CELLS + (in->ui->sort == SORT_CHANGE ? 1 : 0); /* its head has an arrow then */
    if (take(&left, age)) c->age = age;
    if (c->age > 0 && take(&left, STATUS_CELLS)) c->status = STATUS_CELLS;
    int strip = c->n_required > 5 ? c->n_required : 5;
    if (in->ui->language == LANGUAGE_JAPANESE && strip < 8) strip = 8; /* its head */
    if (c->status > 0 && take(&left, strip)) c->strip = strip;
    int place = in->ui->language == LANGUAGE_JAPANESE ? 2 * PLACE_CELLS : PLACE_CELLS;
    if (c->strip > 0 && take(&left, place)) c->place = place;
    c->why = left > 0 ? left : 0;
}

/* A column head; the one that is sorted by says in which direction. A click on it sorts. */
static void head(const struct view_input *in, struct screen *s, int row, int col, int cells, bool right, enum word w,
                 int sort) {
    char text[64];
    bool sorted = sort >= 0 && in->ui->sort == (enum ui_sort)sort;
    bool up = in->ui->reverse;
    snprintf(text, sizeof text, "%s%s", word(in->ui->language, w), !sorted ? "" : up ? "↑" : "↓");
    if (right) {
        screen_text_right(s, row, col, cells, STYLE_HEADING, text);
    } else {
        screen_text(s, row, col, cells, STYLE_HEADING, text);
    }
    if (sort >= 0) ui_add_hit(in->ui, row, col, col + cells, HIT_SORT, (uint32_t)sort);
}

static void draw_heading(const struct view_input *in, struct screen *s, int row, const struct columns *c) {
    const struct profile *p = table_profile(in->table);
    screen_fill(s, row, 0, s->cols, STYLE_HEADING, ' ');
    int col = MARGIN + GLYPH;
    if (c->status > 0) {
        head(in, s, row, col, c->status, false, WORD_HEAD_STATUS, SORT_STATUS);
        col += c->status + GAP;
    }
    if (c->batch > 0) {
        const char *batch = word(in->ui->language, WORD_HEAD_BATCH);
        if (screen_measure(s, batch, s->cols) < c->batch) screen_text(s, row, col, c->batch, STYLE_HEADING, batch);
        col += c->batch;
    }
    if (c->n_parameters == 0) head(in, s, row, col, c->title, false, WORD_HEAD_CASE, SORT_TITLE);
    for (int i = 0, at = col; i < c->n_parameters; i++) {
        int width = in->ui->token_width[c->parameter[i]];
        screen_text_right(s, row, at, width, STYLE_HEADING, p->column[c->parameter[i]].name);
        ui_add_hit(in->ui, row, at, at + width, HIT_SORT, SORT_TITLE);
        at += width + PARAMETER_GAP;
    }
    col += c->title + GAP;
    if (c->done > 0) {
        head(in, s, row, col, c->done, true, WORD_HEAD_DONE, SORT_PROGRESS);
        col += c->done + GAP;
    }
    if (c->strip > 0) {
        head(in, s, row, col, c->strip, false, WORD_HEAD_FILES, -1);
        col += c->strip + GAP;
    }
    if (c->place > 0) {
        head(in, s, row, col, c->place, false, WORD_HEAD_PLACE, -1);
        col += c->place + GAP;
    }
    if (c->age > 0) {
        head(in, s, row, col, c->age, true, WORD_HEAD_CHANGED, SORT_CHANGE);
        col += c->age + GAP;
    }
    head(in, s, row, col, c->why, false, c->status > 0 ? WORD_HEAD_WHY : WORD_HEAD_STATUS,
         c->status > 0 ? -1 : SORT_STATUS);
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

static void draw_name(const struct view_input *in, struct screen *s, int row, int col, const struct columns *c,
                      const struct row *r) {
    enum style style = status_is_problem((enum case_status)r->status) ? STYLE_STRONG : STYLE_TEXT;
    if (c->n_parameters == 0) {
        pen_middle(s, row, col, c->title, style, r->title);
        return;
    }
    for (int i = 0; i < c->n_parameters; i++) {
        char token[GRID_TOKEN];
        int width = in->ui->token_width[c->parameter[i]];
        grid_token(in->table, r, c->parameter[i], token);
        screen_text_right(s, row, col, width, style, token);
        col += width + PARAMETER_GAP;
    }
}

void view_table_why(const struct view_input *in, struct pen *p, const struct row *r, bool with_status) {
    char lines[REASON_MAX][REASON_BYTES], why[2 * REASON_BYTES + 4];
    enum case_status status = (enum case_status)r->status;
    /* What is as it should be needs no words. */
    bool worth = ui_has_more(r) || (status != STATUS_COMPLETE && status != STATUS_PENDING);
    int n = worth ? reason_lines_in(in->ui->language, in->table, r, in->now_ms, lines) : 0;
    const char *name = word_status(in->ui->language, status);
    int room = p->end - p->col, needed = n > 0 ? pen_sentence_cells(p, lines[0]) + 2 : 0;
    /* Where there is room for one of the two, the glyph stands for the word and the reason is told. */
    if (with_status && (n == 0 || screen_measure(p->screen, name, room) + needed <= room)) {
        pen_text(p, theme_status(status), name);
        if (n > 0) pen_text(p, theme_status(status), ": ");
    }
    if (n == 0) return;
    /* The second sentence on a stall is its cause. */
    bool cause = status == STATUS_STALLED && n > 1;
    snprintf(why, sizeof why, "%s%s%s", lines[0], cause ? "; " : "", cause ? lines[1] : "");
    pen_sentence(p, status_is_problem(status) || ui_has_more(r) ? STYLE_TEXT : STYLE_DIM, why);
}

static void draw_row(const struct view_input *whole, struct screen *s, int row, const struct columns *c, size_t line) {
    uint32_t at = whole->ui->order[line];
    struct view_input here = view_of(whole, at), *in = &here;
    const struct row *r = fleet_row(in->fleet, at, NULL);
    enum case_status status = (enum case_status)r->status;
    bool selected = line == in->ui->list.cursor;
    int col = MARGIN;
    if (selected) screen_text(s, row, 0, 1, STYLE_STRONG, ">");
    if (in->ui->marked[at]) screen_text(s, row, 1, 1, STYLE_KEY, "*");
    screen_text(s, row, col, 1, theme_status(status), status_glyph(status, s->utf8));
    /* Not a problem yet, but there is more to tell. */
    if (ui_has_more(r) && !status_is_problem(status)) screen_text(s, row, col + 1, 1, STYLE_STALLED, "!");
    col += GLYPH;
    if (c->status > 0) {
        screen_text(s, row, col, c->status, theme_status(status), word_status(in->ui->language, status));
        col += c->status + GAP;
    }
    if (c->batch > 0) {
        view_batch(in, s, row, col, c->batch, STYLE_DIM);
        col += c->batch;
    }
    draw_name(in, s, row, col, c, r);
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
        int64_t age = order_row_age(in->table, r, in->now_ms, in->wall_ms);
        if (age >= 0) {
            reason_duration(age, text, sizeof text);
            screen_text_right(s, row, col, c->age, STYLE_DIM, text);
        }
        col += c->age + GAP;
    }
    struct pen p = {s, row, col, col + c->why};
    view_table_why(in, &p, r, c->status == 0);
    if (selected) screen_mark(s, row, 0, s->cols);
    ui_add_hit(in->ui, row, 0, s->cols, HIT_LINE, (uint32_t)line);
}

/* "↑ 3 more need you above   ↓ 12 more need you below" */
static void draw_hidden(const struct view_input *in, struct screen *s, int row, size_t above, size_t below) {
    char number[32];
    struct pen p = {s, row, MARGIN, s->cols - 1};
    if (above > 0) {
        snprintf(number, sizeof number, "%zu", above);
        pen_say(&p, STYLE_STALLED, in->ui->language, WORD_HIDDEN_ABOVE, WORDS(number));
        p.col += 3;
    }
    if (below > 0) {
        snprintf(number, sizeof number, "%zu", below);
        pen_say(&p, STYLE_STALLED, in->ui->language, WORD_HIDDEN_BELOW, WORDS(number));
    }
}

void view_table_draw(const struct view_input *in, struct screen *s, int row, int lines, bool heading) {
    struct columns c;
    struct ui_list *l = &in->ui->list;
    size_t above, below;
    layout(in, s, &c);
    int end = row + lines;
    if (heading) draw_heading(in, s, row++, &c);
    ui_list_fit(l, (size_t)(end - row > 0 ? end - row : 1));
    order_hidden_problems(in->ui, &above, &below);
    if (above + below > 0 && end - row > 2) {
        end--;
        ui_list_fit(l, (size_t)(end - row));
        order_hidden_problems(in->ui, &above, &below);
        draw_hidden(in, s, end, above, below);
    }
    for (size_t line = l->top; row < end && line < l->n; line++) draw_row(in, s, row++, &c, line);
}

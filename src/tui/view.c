#include "tui/view.h"

#include "tui/header.h"
#include "tui/help.h"
#include "tui/order.h"
#include "tui/pane.h"
#include "tui/view_detail.h"
#include "tui/view_events.h"
#include "tui/view_grid.h"
#include "tui/view_problems.h"
#include "tui/view_table.h"
#include "tui/view_timeline.h"

#include <stdio.h>
#include <string.h>

/* Below these: no footer, no tabs, no column heads, the detail in place of the view. */
enum { FOOTER_ROWS = 5, TAB_ROWS = 18, HEADING_LINES = 7, SPLIT_LINES = 15, EMPTY_INDENT = 2 };

static const char *const view_names[VIEW_COUNT] = {"table", "grid", "timeline", "problems", "events"};

const char *view_name(enum ui_view v) { return view_names[v]; }

int view_from_name(const char *name) {
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (strcmp(name, view_names[v]) == 0) return v;
    }
    return -1;
}

struct layout {
    int tabs;              /* line of the tabs, -1: no room */
    int top, main, detail; /* first line of the body; lines of the view; lines of the detail */
    bool footer, heading;
};

static struct layout lay_out(const struct view_input *in, const struct screen *s) {
    struct layout l = {-1, header_lines(in, s), 0, 0, s->rows >= FOOTER_ROWS && !in->still, false};
    if (s->rows >= TAB_ROWS) l.tabs = l.top++;
    int body = s->rows - l.top - (l.footer ? 1 : 0);
    if (body < 0) body = 0;
    if (!in->ui->detail_open) {
        l.main = body;
    } else if (body < SPLIT_LINES) {
        l.detail = body;
    } else {
        l.main = body * 2 / 5;
        l.detail = body - l.main;
    }
    l.heading = l.main >= (in->ui->detail_open ? 4 : HEADING_LINES);
    return l;
}

/* ---- nothing to list yet: says what is waited for, and that nothing has to be done ---- */

static void draw_empty(const struct view_input *in, struct screen *s, int row, int lines) {
    const struct table *t = in->table;
    enum language l = in->ui->language;
    struct pane p = {s, row, EMPTY_INDENT, lines, s->cols - 2 * EMPTY_INDENT, 0, 0};
    char text[1200], quoted[1024];
    const struct root_state *batch = table_root(t, ROOT_BATCH);
    const char *path = table_policy(t)->batch_path != NULL ? table_policy(t)->batch_path : batch->path;
    if (lines > 4) pane_line(&p, 0);
    if (fleet_count(in->fleet) > 0) {
        words_format(l, WORD_EMPTY_FILTERED, WORDS(in->ui->filter_text), text, sizeof text);
        pane_paragraph(&p, STYLE_TEXT, "", text);
        pane_paragraph(&p, STYLE_DIM, "", word(l, WORD_EMPTY_FILTERED_DO));
    } else if (batch->health == HEALTH_WAITING && !batch->scanned) {
        snprintf(quoted, sizeof quoted, "%.1000s", path != NULL ? path : word(l, WORD_THE_BATCH));
        words_format(l, WORD_EMPTY_WAITING, WORDS(quoted), text, sizeof text);
        pane_paragraph(&p, STYLE_TEXT, "", text);
        pane_paragraph(&p, STYLE_DIM, "", word(l, WORD_EMPTY_WAITING_DO));
    } else if (table_list(t) == NULL && !table_policy(t)->discover) {
        const char *kept = table_profile(t)->kept_list;
        snprintf(quoted, sizeof quoted, "%.200s", kept != NULL ? kept : "");
        words_format(l, WORD_EMPTY_NO_LIST, WORDS(quoted), text, sizeof text);
        pane_paragraph(&p, STYLE_TEXT, "", text);
        pane_paragraph(&p, STYLE_DIM, "", word(l, WORD_EMPTY_NO_LIST_DO));
    } else if (table_list(t) == NULL) {
        pane_paragraph(&p, STYLE_TEXT, "", word(l, WORD_EMPTY_NO_CASES));
        pane_paragraph(&p, STYLE_DIM, "", word(l, WORD_EMPTY_NO_CASES_DO));
    } else {
        pane_paragraph(&p, STYLE_TEXT, "", word(l, WORD_EMPTY_LIST));
    }
}

/* ---- tabs ---- */

/* What the person has made of the list: the pause, the marks, the filter; what is longest comes last. */
static void state_words(const struct view_input *in, char *out, size_t cap) {
    const struct ui_state *ui = in->ui;
    char part[UI_TYPED + 96], number[32], all[32];
    size_t len = 0;
    out[0] = '\0';
    if (ui->paused) len += (size_t)snprintf(out, cap, "%s", word(ui->language, WORD_STATE_PAUSED));
    if (ui->n_marked > 0 && len < cap) {
        snprintf(number, sizeof number, "%zu", ui->n_marked);
        words_format(ui->language, WORD_STATE_MARKED, WORDS(number), part, sizeof part);
        len += (size_t)snprintf(out + len, cap - len, "%s%s", len > 0 ? " · " : "", part);
    }
    if (ui->filter.n > 0 && len < cap) {
        snprintf(number, sizeof number, "%zu", ui->list.n);
        snprintf(all, sizeof all, "%zu", fleet_count(in->fleet));
        words_format(ui->language, WORD_STATE_FILTER, WORDS(ui->filter_text, number, all), part, sizeof part);
        snprintf(out + len, cap - len, "%s%s", len > 0 ? " · " : "", part);
    }
}

/* " 4 problems 3 "; bare: only its number. */
static void tab_words(const struct view_input *in, int v, bool bare, char *out, size_t cap) {
    size_t problems = v == VIEW_PROBLEMS ? fleet_problems(in->fleet) : 0;
    const char *name = word(in->ui->language, (enum word)(WORD_VIEW_TABLE + v));
    if (bare) {
        snprintf(out, cap, " %d ", v + 1);
    } else if (problems > 0) {
        snprintf(out, cap, " %d %s %zu ", v + 1, name, problems);
    } else {
        snprintf(out, cap, " %d %s ", v + 1, name);
    }
}

/* Where there are no tabs: before the keys, which get what is left. */
static void draw_state_here(const struct view_input *in, struct pen *p) {
    char state[2 * UI_TYPED];
    state_words(in, state, sizeof state);
    if (state[0] == '\0') return;
    struct pen part = *p;
    part.end = p->col + (p->end - p->col) * 2 / 3;
    pen_text(&part, in->ui->paused ? STYLE_STALLED : STYLE_KEY, state);
    p->col = part.col + 2;
}

static void draw_tabs(const struct view_input *in, struct screen *s, int row) {
    struct ui_state *ui = in->ui;
    struct pen p = {s, row, 1, s->cols - 1};
    bool alarm = fleet_problems(in->fleet) > 0;
    char text[64], state[2 * UI_TYPED];
    state_words(in, state, sizeof state);
    int needed = screen_measure(s, state, s->cols) + 2;
    for (int v = 0; v < VIEW_COUNT; v++) {
        tab_words(in, v, false, text, sizeof text);
        needed += screen_measure(s, text, s->cols);
    }
    for (int v = 0; v < VIEW_COUNT; v++) {
        bool here = (enum ui_view)v == ui->view, alarming = v == VIEW_PROBLEMS && alarm;
        /* What the person has made of the list matters more than the names of other views. */
        tab_words(in, v, needed > p.end - 1 && state[0] != '\0' && !here && !alarming, text, sizeof text);
        int from = p.col;
        pen_text(&p, here ? STYLE_STRONG : alarming ? STYLE_PROBLEM : STYLE_DIM, text);
        if (here) screen_mark(s, row, from, p.col - from);
        ui_add_hit(ui, row, from, p.col, HIT_VIEW, (uint32_t)v);
    }
    if (state[0] == '\0' || p.end - p.col < 8) return;
    p.col += 2;
    int room = p.end - p.col, cells = screen_measure(s, state, room);
    p.col = p.end - cells;
    pen_text(&p, ui->paused ? STYLE_STALLED : STYLE_KEY, state);
}

/* ---- the last line ---- */

struct key_hint {
    const char *key;
    enum word what;
};

static void draw_hints(struct pen *p, enum language l, const struct key_hint *hints, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const char *what = word(l, hints[i].what);
        int cells = screen_measure(p->screen, hints[i].key, 40) + 1 + screen_measure(p->screen, what, 40);
        if (p->col + cells > p->end) continue; /* whole hints only; the help has them all */
        pen_text(p, STYLE_KEY, hints[i].key);
        pen_text(p, STYLE_DIM, " ");
        pen_text(p, STYLE_DIM, what);
        p->col += 2;
    }
}

static void draw_typed(struct pen *p, enum style style, const char *typed) {
    /* The end of what is typed is where the person is. */
    int room = p->end - p->col - 1;
    if (room < 1) return;
    p->col += pen_tail(p->screen, p->row, p->col, room, style, typed);
    screen_text(p->screen, p->row, p->col, 1, STYLE_TEXT, " ");
    screen_mark(p->screen, p->row, p->col++, 1);
}

static void draw_prompt(const struct view_input *in, struct pen *p) {
    struct ui_state *ui = in->ui;
    enum language l = ui->language;
    char number[32], error[200];
    if (ui->prompt == PROMPT_FINALIZE) {
        bool room = screen_measure(p->screen, word(l, WORD_PROMPT_FINALIZE), p->screen->cols) <= p->end - p->col;
        pen_say(p, STYLE_STRONG, l, room ? WORD_PROMPT_FINALIZE : WORD_PROMPT_FINALIZE_SHORT, NULL);
        return;
    }
    int end = p->end;
    error[0] = '\0';
    if (ui->prompt == PROMPT_FILTER && ui->filter_error != FILTER_OK) {
        words_format(l, (enum word)(WORD_FILTER_NO_SUCH_NAME + (ui->filter_error - FILTER_NO_SUCH_NAME)),
                     WORDS(ui->filter_word), error, sizeof error);
    } else if (ui->prompt == PROMPT_FILTER) {
        snprintf(number, sizeof number, "%zu", ui->list.n);
        words_format(l, WORD_CASE_COUNT, WORDS(number), error, sizeof error);
    }
    int cells = screen_measure(p->screen, error, p->screen->cols / 2);
    if (cells > 0) p->end -= cells + 2;
    pen_say(p, STYLE_KEY, l, ui->prompt == PROMPT_SEARCH ? WORD_PROMPT_SEARCH : WORD_PROMPT_FILTER, NULL);
    draw_typed(p, STYLE_STRONG, ui->typed);
    if (cells > 0) {
        screen_text_right(p->screen, p->row, end - cells, cells,
                          ui->filter_error != FILTER_OK ? STYLE_PROBLEM : STYLE_DIM, error);
    }
}

static const struct ui_list *list_shown(const struct ui_state *ui) {
    return ui->view == VIEW_PROBLEMS ? &ui->problems : ui->view == VIEW_EVENTS ? &ui->events : &ui->list;
}

/* "1–16 of 24" */
static void draw_where(const struct view_input *in, struct screen *s, int row, struct pen *p) {
    const struct ui_list *l = list_shown(in->ui);
    char first[32], last[32], all[32], where[3 * PEN_WORDS];
    if (l->n <= l->page || in->ui->help_open || in->ui->view == VIEW_GRID || s->cols < 60) return;
    snprintf(first, sizeof first, "%zu", l->top + 1);
    snprintf(last, sizeof last, "%zu", l->top + l->page < l->n ? l->top + l->page : l->n);
    snprintf(all, sizeof all, "%zu", l->n);
    words_format(in->ui->language, WORD_WHERE, WORDS(first, last, all), where, sizeof where);
    int cells = screen_measure(s, where, s->cols);
    screen_text_right(s, row, s->cols - 1 - cells, cells, STYLE_DIM, where);
    p->end -= cells + 2;
}

#define HINTS(...)                                                                                                     \
    do {                                                                                                               \
        static const struct key_hint hints[] = {__VA_ARGS__};                                                          \
        draw_hints(&p, in->ui->language, hints, sizeof hints / sizeof *hints);                                         \
    } while (0)

/* Hints in the order in which they are needed: what does not fit falls off at the end, except help and quit. */
static void draw_footer(const struct view_input *in, struct screen *s, int row, const struct layout *l) {
    const struct ui_state *ui = in->ui;
    struct pen p = {s, row, 1, s->cols - 1};
    if (ui->prompt != PROMPT_NONE) {
        draw_prompt(in, &p);
        return;
    }
    if (in->message != NULL && in->message[0] != '\0') {
        /* What it is about, and the end of the path that it names. */
        pen_elide(&p, (p.end - p.col) / 2, STYLE_STRONG, in->message);
        return;
    }
    if (l->main > 0 && fleet_count(in->fleet) > 0) draw_where(in, s, row, &p);
    if (l->tabs < 0) draw_state_here(in, &p);
    if (ui->help_open) {
        HINTS({"Esc", WORD_KEY_BACK}, {"PgUp PgDn", WORD_KEY_SCROLL}, {"q", WORD_KEY_QUIT});
    } else if (ui->detail_open) {
        HINTS({"Esc", WORD_KEY_BACK}, {"?", WORD_KEY_HELP}, {"q", WORD_KEY_QUIT}, {"↑↓", WORD_KEY_OTHER_CASE},
              {"PgUp PgDn", WORD_KEY_SCROLL}, {"y", WORD_KEY_COPY});
    } else if (fleet_count(in->fleet) == 0) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"r", WORD_KEY_RESCAN});
    } else if (ui->n_marked > 0) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"e", WORD_KEY_EXPORT}, {"Space", WORD_KEY_MARK},
              {"Esc", WORD_KEY_UNMARK}, {"f", WORD_KEY_FILTER});
    } else if (ui->view == VIEW_GRID) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"Enter", WORD_KEY_DETAILS}, {"←↑↓→", WORD_KEY_MOVE},
              {"Tab", WORD_KEY_NEXT_VIEW}, {"f", WORD_KEY_FILTER}, {"Space", WORD_KEY_MARK});
    } else if (ui->view == VIEW_TIMELINE) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"Enter", WORD_KEY_DETAILS}, {"+ -", WORD_KEY_ZOOM},
              {"←→", WORD_KEY_PAN}, {"0", WORD_KEY_ALL}, {"Tab", WORD_KEY_NEXT_VIEW});
    } else if (ui->view == VIEW_PROBLEMS) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"Enter", WORD_KEY_UNFOLD}, {"Tab", WORD_KEY_NEXT_VIEW},
              {"Space", WORD_KEY_MARK}, {"e", WORD_KEY_EXPORT});
    } else if (ui->view == VIEW_EVENTS) {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"Enter", WORD_KEY_DETAILS}, {"f", WORD_KEY_FILTER},
              {"/", WORD_KEY_SEARCH}, {"Tab", WORD_KEY_NEXT_VIEW});
    } else {
        HINTS({"q", WORD_KEY_QUIT}, {"?", WORD_KEY_HELP}, {"Enter", WORD_KEY_DETAILS}, {"Tab", WORD_KEY_NEXT_VIEW},
              {"/", WORD_KEY_SEARCH}, {"f", WORD_KEY_FILTER}, {"s", WORD_KEY_SORT}, {"Space", WORD_KEY_MARK},
              {"w", WORD_KEY_REPORT});
    }
}

static void draw_view(const struct view_input *in, struct screen *s, const struct layout *l) {
    switch (in->ui->view) {
    case VIEW_GRID:
        view_grid_draw(in, s, l->top, l->main);
        break;
    case VIEW_TIMELINE:
        view_timeline_draw(in, s, l->top, l->main);
        break;
    case VIEW_PROBLEMS:
        view_problems_draw(in, s, l->top, l->main);
        break;
    case VIEW_EVENTS:
        view_events_draw(in, s, l->top, l->main);
        break;
    default:
        view_table_draw(in, s, l->top, l->main, l->heading);
        break;
    }
}

struct view_input view_of(const struct view_input *in, size_t at) {
    struct view_input here = *in;
    here.batch = 0;
    fleet_row(in->fleet, at, &here.batch);
    here.table = in->fleet->table[here.batch];
    return here;
}

int view_batch_cells(const struct view_input *in, const struct screen *s) {
    enum { NARROW_COLS = 64, NUMBER = 2, NAME = 10, WIDE = 20, WIDE_COLS = 120 };
    if (in->fleet->n < 2) return 0;
    int number = in->fleet->n > 9 ? NUMBER + 1 : NUMBER;
    return s->cols < NARROW_COLS ? number : number + (s->cols < WIDE_COLS ? NAME : WIDE);
}

void view_batch(const struct view_input *in, struct screen *s, int row, int col, int cells, enum style style) {
    char number[16];
    int digits = in->fleet->n > 9 ? 2 : 1;
    snprintf(number, sizeof number, "%zu", in->batch + 1);
    screen_text_right(s, row, col, digits, style, number);
    if (cells > digits + 3) {
        pen_tail(s, row, col + digits + 1, cells - digits - 2, style, fleet_short_name(in->fleet, in->batch));
    }
}

void view_render(const struct view_input *in, struct screen *s) {
    struct view_input first = view_of(in, 0);
    struct ui_state *ui = in->ui;
    in = &first;
    size_t n = fleet_count(in->fleet);
    screen_clear(s);
    ui->n_hits = 0;
    /* The selection must be known before the layout: the detail of no case is not shown. */
    if (ui->detail_open && n == 0) ui->detail_open = false;
    struct layout l = lay_out(in, s);
    ui->detail_row = l.detail > 0 ? l.top + l.main : s->rows;
    int lines = l.main - (l.heading ? 1 : 0);
    order_arrange(ui, in->fleet, in->now_ms, in->wall_ms, lines > 0 ? (size_t)lines : 1);
    header_draw(in, s);
    if (l.tabs >= 0) draw_tabs(in, s, l.tabs);
    bool lists_rows = ui->view == VIEW_TABLE || ui->view == VIEW_TIMELINE;
    if (ui->help_open) {
        help_draw(in, s, l.top, l.main + l.detail);
    } else {
        if (n == 0 || (lists_rows && ui->list.n == 0)) {
            draw_empty(in, s, l.top, l.main);
        } else if (l.main > 0) {
            draw_view(in, s, &l);
        }
        if (l.detail > 0) view_detail_draw(in, s, l.top + l.main, l.detail);
    }
    if (l.footer) draw_footer(in, s, s->rows - 1, &l);
}

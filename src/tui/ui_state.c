#include "tui/ui_state.h"

#include "model/text.h"
#include "tui/order.h"

#include <stdlib.h>
#include <string.h>

enum { WHEEL_LINES = 3, GRID_PAGE = 10 };

/* Zoomed in the timeline shows no less than this, and no more than ten years. */
static const int64_t span_min_ms = INT64_C(10) * 1000, span_max_ms = INT64_C(3653) * 24 * 3600 * 1000;

int notice_from_word(const char *text) {
    static const char *const words[NOTICE_COUNT] = {"off", "bell", "desktop"};
    for (int i = 0; i < NOTICE_COUNT; i++) {
        if (strcmp(text, words[i]) == 0) return i;
    }
    return -1;
}

void ui_init(struct ui_state *ui) {
    memset(ui, 0, sizeof *ui);
    ui->selected = UI_NO_ROW;
    ui->list.page = ui->problems.page = ui->events.page = 1;
    ui->detail_page = 1;
    ui->help_page = 1;
    ui->mouse = true;
    ui->notice = NOTICE_BELL;
}

void ui_free(struct ui_state *ui) {
    free(ui->order);
    free(ui->shown);
    free(ui->marked);
    free(ui->by_title);
    free(ui->keys);
    free(ui->problems_before);
    free(ui->spare);
    free(ui->problem_line);
    free(ui->event);
    free(ui->hit);
    free(ui->space);
    grid_free(&ui->grid);
    causes_free(&ui->causes);
    ui_init(ui);
}

/* ---- lists ---- */

void ui_list_fit(struct ui_list *l, size_t lines) {
    l->page = lines > 0 ? lines : 1;
    if (l->cursor >= l->n) l->cursor = l->n > 0 ? l->n - 1 : 0;
    if (l->cursor < l->top) l->top = l->cursor;
    if (l->cursor >= l->top + l->page) l->top = l->cursor - l->page + 1;
    if (l->n <= l->page) {
        l->top = 0;
    } else if (l->top > l->n - l->page) {
        l->top = l->n - l->page;
    }
}

void ui_list_move(struct ui_list *l, size_t to) {
    l->cursor = l->n == 0 ? 0 : to < l->n ? to : l->n - 1;
    ui_list_fit(l, l->page);
}

/* ---- selection ---- */

static bool is_current(const struct ui_state *ui, const struct fleet *f) {
    return ui->made && ui->rows == fleet_count(f) && ui->rows_version == fleet_rows_version(f);
}

/* Between a change of the rows and the next drawing the number may be another case's: then the title finds it. */
const struct row *ui_selected(const struct ui_state *ui, const struct fleet *f, size_t *at) {
    if (ui->selected == UI_NO_ROW) return NULL;
    size_t batch, number = ui->selected;
    const struct row *r = fleet_row(f, number, &batch);
    if (f->n > 1 && !is_current(ui, f)) {
        r = ui->selected_batch < f->n ? table_find(f->table[ui->selected_batch], ui->selected_title) : NULL;
        if (r != NULL) number = fleet_first(f, ui->selected_batch) + r->index;
    }
    if (at != NULL) *at = number;
    return r;
}

void ui_select(struct ui_state *ui, const struct fleet *f, uint32_t at) {
    const struct row *r = fleet_row(f, at, &ui->selected_batch);
    if (at != ui->selected) ui->detail_top = 0;
    ui->selected = at;
    if (r == NULL) {
        ui->selected = UI_NO_ROW;
        return;
    }
    size_t len = strnlen(r->title, sizeof ui->selected_title - 1);
    memcpy(ui->selected_title, r->title, len);
    ui->selected_title[len] = '\0';
}

/* The person chose a row somewhere else than in the list: the list's cursor goes along. */
static unsigned choose(struct ui_state *ui, const struct fleet *f, uint32_t row) {
    ui->pinned = true;
    ui_select(ui, f, row);
    for (size_t i = 0; i < ui->list.n; i++) {
        if (ui->order[i] == row) ui_list_move(&ui->list, i);
    }
    return UI_REDRAW;
}

size_t ui_marked(const struct ui_state *ui, const struct fleet *f, uint32_t *out, size_t max) {
    size_t n = 0, at;
    for (size_t i = 0; is_current(ui, f) && i < ui->rows; i++) {
        if (!ui->marked[i]) continue;
        if (n < max) out[n] = (uint32_t)i;
        n++;
    }
    if (n == 0 && ui->n_marked == 0 && ui_selected(ui, f, &at) != NULL) {
        if (max > 0) out[0] = (uint32_t)at;
        n = 1;
    }
    return n;
}

bool ui_has_more(const struct row *r) {
    /* A run that streams its results has chunks until its end. */
    unsigned usual = r->status == STATUS_RUNNING || r->status == STATUS_STALLED ? FLAG_UNMERGED : 0;
    return (r->flags & ~usual) != 0;
}

void ui_add_hit(struct ui_state *ui, int row, int first, int end, enum ui_target target, uint32_t arg) {
    if (ui->n_hits == ui->hit_capacity) {
        ui->hit_capacity = 2 * ui->hit_capacity + 64;
        ui->hit = realloc(ui->hit, ui->hit_capacity * sizeof *ui->hit);
        if (ui->hit == NULL) abort();
    }
    if (first < end) ui->hit[ui->n_hits++] = (struct ui_hit){row, first, end, target, arg};
}

/* ---- what the list of a view is ---- */

static struct ui_list *list_of(struct ui_state *ui) {
    switch (ui->view) {
    case VIEW_PROBLEMS:
        return &ui->problems;
    case VIEW_EVENTS:
        return &ui->events;
    default:
        return &ui->list;
    }
}

const struct transition *ui_event(const struct fleet *f, uint64_t event, size_t *batch) {
    uint64_t number = event & ((UINT64_C(1) << UI_EVENT_BATCH_SHIFT) - 1);
    *batch = (size_t)(event >> UI_EVENT_BATCH_SHIFT);
    if (*batch >= f->n) return NULL;
    const struct table *t = f->table[*batch];
    uint64_t kept = table_transition_count(t), oldest = table_transition_total(t) - kept;
    return number >= oldest && number < oldest + kept ? table_transition(t, (size_t)(number - oldest)) : NULL;
}

/* The case on a line of the view's list; UI_NO_ROW and above: none. */
static uint32_t row_on_line(const struct ui_state *ui, const struct fleet *f, size_t line) {
    const struct transition *x;
    size_t batch;
    switch (ui->view) {
    case VIEW_PROBLEMS:
        return line < ui->problems.n ? ui->problem_line[line].row : UI_NO_ROW;
    case VIEW_EVENTS:
        x = line < ui->events.n ? ui_event(f, ui->event[line], &batch) : NULL;
        return x != NULL ? (uint32_t)(fleet_first(f, batch) + x->row) : UI_NO_ROW;
    default:
        return line < ui->list.n ? ui->order[line] : UI_NO_ROW;
    }
}

static unsigned move_to(struct ui_state *ui, const struct fleet *f, size_t line) {
    struct ui_list *l = list_of(ui);
    if (l->n == 0 || !is_current(ui, f)) return 0;
    ui_list_move(l, line);
    if (ui->view == VIEW_EVENTS) ui->event_at_cursor = l->cursor == 0 ? 0 : ui->event[l->cursor] + 1;
    uint32_t row = row_on_line(ui, f, l->cursor);
    if (l == &ui->list) {
        ui->pinned = true;
        ui_select(ui, f, row);
    } else if (row < ui->rows) {
        choose(ui, f, row);
    }
    return UI_REDRAW;
}

static unsigned move_by(struct ui_state *ui, const struct fleet *f, long by) {
    size_t at = list_of(ui)->cursor;
    return move_to(ui, f, by < 0 && at < (size_t)-by ? 0 : at + (size_t)by);
}

/* ---- search ---- */

static bool found_in(const struct row *r, const char *what) {
    return filter_contains(r->title, what) || filter_contains(status_word((enum case_status)r->status), what);
}

/* To the next line, `by` at a time, whose row has what is searched; round the end. first: the cursor's own counts. */
static unsigned search(struct ui_state *ui, const struct fleet *f, const char *what, long by, bool first) {
    struct ui_list *l = list_of(ui);
    if (what[0] == '\0' || l->n == 0 || !is_current(ui, f)) return 0;
    for (size_t step = first ? 0 : 1; step <= l->n; step++) {
        size_t away = step % l->n;
        size_t line = by > 0 ? (l->cursor + away) % l->n : (l->cursor + l->n - away) % l->n;
        uint32_t row = row_on_line(ui, f, line);
        if (row < ui->rows && found_in(fleet_row(f, row, NULL), what)) return move_to(ui, f, line);
    }
    return UI_REDRAW;
}

static unsigned next_problem(struct ui_state *ui, const struct fleet *f) {
    struct ui_list *l = list_of(ui);
    if (!is_current(ui, f)) return 0;
    for (size_t step = 1; step <= l->n; step++) {
        size_t line = (l->cursor + step) % l->n;
        uint32_t row = row_on_line(ui, f, line);
        if (row < ui->rows && status_is_problem((enum case_status)fleet_row(f, row, NULL)->status)) {
            return move_to(ui, f, line);
        }
    }
    return 0;
}

/* ---- what is typed ---- */

enum filter_error ui_set_filter(struct ui_state *ui, const char *text, const struct profile *p) {
    struct filter f;
    ui->filter_error = filter_parse(text, p, &f, ui->filter_word);
    if (ui->filter_error != FILTER_OK) return ui->filter_error;
    size_t len = strnlen(text, sizeof ui->filter_text - 1);
    memmove(ui->filter_text, text, len);
    ui->filter_text[len] = '\0';
    ui->filter = f;
    ui->filter_stamp++;
    return FILTER_OK;
}

static void open_prompt(struct ui_state *ui, enum ui_prompt prompt) {
    ui->prompt = prompt;
    ui->search_from = list_of(ui)->cursor;
    ui->typed[0] = '\0';
    ui->filter_error = FILTER_OK;
    memcpy(ui->before, ui->filter_text, sizeof ui->before);
    if (prompt == PROMPT_FILTER) memcpy(ui->typed, ui->filter_text, sizeof ui->typed);
}

static void type(struct ui_state *ui, uint32_t cp) {
    char bytes[4];
    size_t n = text_utf8_encode(cp, bytes), len = strlen(ui->typed);
    if (cp < 0x20 || cp == 0x7F || len + n >= sizeof ui->typed) return;
    memcpy(ui->typed + len, bytes, n);
    ui->typed[len + n] = '\0';
}

static void untype(struct ui_state *ui) {
    size_t len = strlen(ui->typed);
    while (len > 0 && ((unsigned char)ui->typed[len - 1] & 0xC0) == 0x80) len--;
    ui->typed[len > 0 ? len - 1 : 0] = '\0';
}

static unsigned finalize_key(struct ui_state *ui, int key) {
    ui->prompt = PROMPT_NONE;
    return UI_REDRAW | (key == 'y' || key == 'Y' ? UI_FINALIZE : 0);
}

/* What is typed acts at once: the cursor goes to what is searched, the rows are filtered. */
static unsigned prompt_key(struct ui_state *ui, int key, const struct fleet *f) {
    if (ui->prompt == PROMPT_FINALIZE) return finalize_key(ui, key);
    switch (key) {
    case UI_KEY_ESC:
        if (ui->prompt == PROMPT_FILTER) ui_set_filter(ui, ui->before, table_profile(f->table[0]));
        if (ui->prompt == PROMPT_SEARCH) move_to(ui, f, ui->search_from);
        ui->prompt = PROMPT_NONE;
        return UI_REDRAW;
    case UI_KEY_ENTER:
        if (ui->prompt == PROMPT_FILTER && ui_set_filter(ui, ui->typed, table_profile(f->table[0])) != FILTER_OK) {
            return UI_REDRAW; /* what is wrong is shown; the prompt stays */
        }
        if (ui->prompt == PROMPT_SEARCH) memcpy(ui->search, ui->typed, sizeof ui->search);
        ui->prompt = PROMPT_NONE;
        return UI_REDRAW;
    case UI_KEY_BACKSPACE:
        if (ui->typed[0] == '\0') {
            ui->prompt = PROMPT_NONE;
            return UI_REDRAW;
        }
        untype(ui);
        break;
    case UI_KEY_ERASE:
        ui->typed[0] = '\0';
        break;
    default:
        if (key >= UI_KEY_SPECIAL) return 0;
        type(ui, (uint32_t)key);
        break;
    }
    if (ui->prompt == PROMPT_FILTER) {
        ui_set_filter(ui, ui->typed, table_profile(f->table[0]));
        return UI_REDRAW;
    }
    move_to(ui, f, ui->search_from);
    return UI_REDRAW | search(ui, f, ui->typed, 1, true);
}

/* ---- keys of the views ---- */

static unsigned scroll(int *top, int by) {
    *top = by < 0 && *top < -by ? 0 : *top + by; /* past the end is put right when it is drawn */
    return UI_REDRAW;
}

static unsigned help_key(struct ui_state *ui, int key) {
    switch (key) {
    case UI_KEY_UP:
    case UI_KEY_WHEEL_UP:
    case 'k':
        return scroll(&ui->help_top, -1);
    case UI_KEY_DOWN:
    case UI_KEY_WHEEL_DOWN:
    case 'j':
        return scroll(&ui->help_top, 1);
    case UI_KEY_PAGE_UP:
        return scroll(&ui->help_top, -ui->help_page);
    case UI_KEY_PAGE_DOWN:
    case ' ':
        return scroll(&ui->help_top, ui->help_page);
    case UI_KEY_HOME:
    case 'g':
        ui->help_top = 0;
        return UI_REDRAW;
    default:
        return 0;
    }
}

static unsigned list_key(struct ui_state *ui, int key, const struct fleet *f) {
    struct ui_list *l = list_of(ui);
    switch (key) {
    case UI_KEY_UP:
    case 'k':
        return move_by(ui, f, -1);
    case UI_KEY_DOWN:
    case 'j':
        return move_by(ui, f, 1);
    case UI_KEY_WHEEL_UP:
        return move_by(ui, f, -WHEEL_LINES);
    case UI_KEY_WHEEL_DOWN:
        return move_by(ui, f, WHEEL_LINES);
    case UI_KEY_PAGE_UP:
        return move_by(ui, f, -(long)l->page);
    case UI_KEY_PAGE_DOWN:
        return move_by(ui, f, (long)l->page);
    case UI_KEY_HOME:
    case 'g': {
        unsigned reaction = move_to(ui, f, 0);
        /* Back at the top: problems that come up are looked at again, unless one case is being read. */
        if (!ui->detail_open && l == &ui->list) ui->pinned = false;
        return reaction;
    }
    case UI_KEY_END:
    case 'G':
        return move_to(ui, f, l->n > 0 ? l->n - 1 : 0);
    default:
        return 0;
    }
}

/* Below the last line of a batch's grid stands the next batch's. */
static unsigned grid_leave(struct ui_state *ui, const struct fleet *f, int dy) {
    size_t batch = ui->grid_batch, n;
    do {
        if (dy < 0 ? batch == 0 : batch + 1 >= f->n) return 0;
        batch = dy < 0 ? batch - 1 : batch + 1;
        n = table_count(f->table[batch]);
    } while (n == 0);
    return choose(ui, f, (uint32_t)(fleet_first(f, batch) + (dy < 0 ? n - 1 : 0)));
}

static unsigned grid_move(struct ui_state *ui, const struct fleet *f, int dx, int dy, int times) {
    const struct grid *g = &ui->grid;
    size_t first = fleet_first(f, ui->selected_batch), index = ui->selected - first;
    if (!is_current(ui, f) || ui->selected == UI_NO_ROW) return 0;
    order_grid(ui, f);
    if (index >= g->n_rows) return 0;
    uint32_t from = g->where[index], at = from;
    while (times-- > 0) {
        uint32_t next = grid_step(g, at, dx, dy);
        if (next == at) break;
        at = next;
    }
    if (at == from && dy != 0) return grid_leave(ui, f, dy);
    return g->cell[at] == GRID_NONE ? 0 : choose(ui, f, (uint32_t)(first + g->cell[at]));
}

static unsigned grid_key(struct ui_state *ui, int key, const struct fleet *f) {
    switch (key) {
    case UI_KEY_UP:
    case 'k':
    case UI_KEY_WHEEL_UP:
        return grid_move(ui, f, 0, -1, 1);
    case UI_KEY_DOWN:
    case 'j':
    case UI_KEY_WHEEL_DOWN:
        return grid_move(ui, f, 0, 1, 1);
    case UI_KEY_LEFT:
    case 'h':
        return grid_move(ui, f, -1, 0, 1);
    case UI_KEY_RIGHT:
    case 'l':
        return grid_move(ui, f, 1, 0, 1);
    case UI_KEY_PAGE_UP:
        return grid_move(ui, f, 0, -1, GRID_PAGE);
    case UI_KEY_PAGE_DOWN:
        return grid_move(ui, f, 0, 1, GRID_PAGE);
    case UI_KEY_HOME:
    case 'g':
        return grid_move(ui, f, -1, 0, INT32_MAX);
    case UI_KEY_END:
    case 'G':
        return grid_move(ui, f, 1, 0, INT32_MAX);
    default:
        return 0;
    }
}

static unsigned pan(struct ui_timeline *v, int64_t by) {
    v->fixed = true;
    v->from_ms += by;
    return UI_REDRAW;
}

/* Seen from the end of what is shown until the person has moved it; then from its middle. */
static unsigned zoom(struct ui_timeline *v, int64_t span) {
    if (span < span_min_ms) span = span_min_ms;
    if (span > span_max_ms) span = span_max_ms;
    v->from_ms += v->fixed ? (v->span_ms - span) / 2 : v->span_ms - span;
    v->span_ms = span;
    v->fixed = true;
    return UI_REDRAW;
}

static unsigned timeline_key(struct ui_state *ui, int key, const struct fleet *f) {
    struct ui_timeline *v = &ui->timeline;
    switch (key) {
    case UI_KEY_LEFT:
    case 'h':
        return pan(v, -v->span_ms / 8);
    case UI_KEY_RIGHT:
    case 'l':
        return pan(v, v->span_ms / 8);
    case '+':
    case '=':
        return zoom(v, v->span_ms / 2);
    case '-':
        return zoom(v, v->span_ms * 2);
    case '0':
        v->fixed = false;
        return UI_REDRAW;
    default:
        return list_key(ui, key, f);
    }
}

static unsigned open_detail(struct ui_state *ui) {
    if (ui->selected == UI_NO_ROW) return 0;
    ui->detail_open = !ui->detail_open;
    ui->detail_top = 0;
    ui->pinned = true;
    return UI_REDRAW;
}

/* A cause opens and closes its list of cases; a case its details. */
static unsigned enter(struct ui_state *ui, const struct fleet *f) {
    const struct ui_list *l = list_of(ui);
    if (ui->view != VIEW_PROBLEMS || ui->detail_open) {
        uint32_t row = ui->view == VIEW_EVENTS ? row_on_line(ui, f, l->cursor) : UI_NO_ROW;
        if (row < ui->rows) choose(ui, f, row);
        return open_detail(ui);
    }
    if (l->cursor >= l->n) return 0;
    const struct problem_line *line = &ui->problem_line[l->cursor];
    if (line->row < ui->rows) {
        choose(ui, f, line->row);
        return open_detail(ui);
    }
    ui->causes.cause[line->cause].unfolded = !ui->causes.cause[line->cause].unfolded;
    return UI_REDRAW;
}

static unsigned mark(struct ui_state *ui, const struct fleet *f) {
    uint32_t row = ui->view == VIEW_GRID ? ui->selected : row_on_line(ui, f, list_of(ui)->cursor);
    if (!is_current(ui, f) || row >= ui->rows) return 0;
    ui->marked[row] = !ui->marked[row];
    ui->n_marked += ui->marked[row] ? 1u : (size_t)-1;
    if (ui->view != VIEW_GRID) move_by(ui, f, 1);
    return UI_REDRAW;
}

static unsigned show_view(struct ui_state *ui, unsigned view) {
    ui->view = (enum ui_view)(view % VIEW_COUNT);
    ui->help_open = false;
    return UI_REDRAW;
}

static unsigned back(struct ui_state *ui, const struct fleet *f) {
    if (ui->help_open) {
        ui->help_open = false;
    } else if (ui->detail_open) {
        ui->detail_open = false;
    } else if (ui->filter.n > 0) {
        ui_set_filter(ui, "", table_profile(f->table[0]));
    } else if (ui->n_marked > 0) {
        memset(ui->marked, 0, ui->rows * sizeof *ui->marked);
        ui->n_marked = 0;
    } else if (ui->paused) {
        ui->paused = false;
    } else {
        return 0;
    }
    return UI_REDRAW;
}

static unsigned sort_by(struct ui_state *ui, enum ui_sort sort, bool reverse) {
    ui->sort = sort;
    ui->reverse = reverse;
    return UI_REDRAW | UI_RESORT;
}

/* Keys that mean the same everywhere. 0: none of them. */
static unsigned common_key(struct ui_state *ui, int key, const struct fleet *f) {
    switch (key) {
    case 'q':
    case UI_KEY_F10:
        return UI_QUIT;
    case 'w':
        return UI_WRITE_REPORT | UI_REDRAW;
    case 'r':
    case UI_KEY_F5:
        return UI_RESCAN | UI_REDRAW;
    case 'u':
        return UI_RELEASE_ARCHIVE | UI_REDRAW;
    case 'U':
        return UI_RELEASE_BATCH | UI_REDRAW;
    case UI_KEY_REDRAW:
        return UI_REPAINT | UI_REDRAW;
    case UI_KEY_RESIZE:
        return UI_RESIZE | UI_REDRAW;
    case '?':
    case UI_KEY_F1:
        ui->help_open = !ui->help_open;
        ui->help_top = 0;
        return UI_REDRAW;
    case UI_KEY_ESC:
    case UI_KEY_BACKSPACE:
        return back(ui, f);
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
        return show_view(ui, (unsigned)(key - '1'));
    case UI_KEY_TAB:
    case UI_KEY_F2:
        return show_view(ui, ui->view + 1u);
    case UI_KEY_BACKTAB:
        return show_view(ui, ui->view + VIEW_COUNT - 1u);
    default:
        return 0;
    }
}

static unsigned action_key(struct ui_state *ui, int key, const struct fleet *f) {
    switch (key) {
    case '/':
    case UI_KEY_F3:
        open_prompt(ui, PROMPT_SEARCH);
        return UI_REDRAW;
    case 'n':
        return search(ui, f, ui->search, 1, false);
    case 'N':
        return search(ui, f, ui->search, -1, false);
    case 'f':
    case '\\':
    case UI_KEY_F4:
        open_prompt(ui, PROMPT_FILTER);
        return UI_REDRAW;
    case '!':
        return next_problem(ui, f);
    case 's':
    case UI_KEY_F6:
        return sort_by(ui, (enum ui_sort)((ui->sort + 1) % SORT_COUNT), false);
    case 'S':
        return sort_by(ui, ui->sort, !ui->reverse);
    case 't':
        ui->parameters = !ui->parameters;
        return UI_REDRAW;
    case ' ':
    case UI_KEY_F7:
        return mark(ui, f);
    case 'e':
    case UI_KEY_F8:
        return ui_marked(ui, f, NULL, 0) > 0 ? UI_EXPORT | UI_REDRAW : 0;
    case 'F':
    case UI_KEY_F9:
        open_prompt(ui, PROMPT_FINALIZE);
        return UI_REDRAW;
    case 'p':
        ui->paused = !ui->paused;
        return UI_REDRAW;
    case 'b':
        ui->notice = (enum ui_notice)((ui->notice + 1) % NOTICE_COUNT);
        return UI_NOTICE | UI_REDRAW;
    case 'm':
        ui->mouse = !ui->mouse;
        return UI_MOUSE | UI_REDRAW;
    case 'y':
        return ui_selected(ui, f, NULL) != NULL ? UI_COPY | UI_REDRAW : 0;
    case UI_KEY_ENTER:
        return enter(ui, f);
    default:
        return 0;
    }
}

unsigned ui_key(struct ui_state *ui, int key, const struct fleet *f) {
    if (ui->prompt != PROMPT_NONE && key != UI_KEY_REDRAW && key != UI_KEY_RESIZE) return prompt_key(ui, key, f);
    unsigned reaction = common_key(ui, key, f);
    if (reaction != 0) return reaction;
    if (ui->help_open) return help_key(ui, key);
    reaction = action_key(ui, key, f);
    if (reaction != 0) return reaction;
    if (ui->detail_open && key == UI_KEY_PAGE_UP) return scroll(&ui->detail_top, -ui->detail_page);
    if (ui->detail_open && key == UI_KEY_PAGE_DOWN) return scroll(&ui->detail_top, ui->detail_page);
    switch (ui->view) {
    case VIEW_GRID:
        return grid_key(ui, key, f);
    case VIEW_TIMELINE:
        return timeline_key(ui, key, f);
    default:
        return list_key(ui, key, f);
    }
}

unsigned ui_click(struct ui_state *ui, int row, int col, const struct fleet *f) {
    if (ui->prompt != PROMPT_NONE) return 0;
    for (size_t i = 0; i < ui->n_hits; i++) {
        const struct ui_hit *h = &ui->hit[i];
        if (h->row != row || col < h->first || col >= h->end) continue;
        switch (h->target) {
        case HIT_VIEW:
            return show_view(ui, h->arg);
        case HIT_SORT:
            return sort_by(ui, (enum ui_sort)h->arg, ui->sort == (enum ui_sort)h->arg && !ui->reverse);
        case HIT_LINE:
            /* The second click opens. */
            if (list_of(ui)->cursor == h->arg) return enter(ui, f);
            return move_to(ui, f, h->arg);
        case HIT_CELL:
            if (ui->selected == h->arg) return open_detail(ui);
            return is_current(ui, f) ? choose(ui, f, h->arg) : 0;
        }
    }
    return 0;
}

unsigned ui_wheel(struct ui_state *ui, int row, int key, const struct fleet *f) {
    if (ui->prompt == PROMPT_NONE && ui->detail_open && !ui->help_open && row >= ui->detail_row) {
        return scroll(&ui->detail_top, key == UI_KEY_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
    }
    return ui_key(ui, key, f);
}

#include "tui/order.h"

#include "model/text.h"
#include "tui/width.h"

#include <stdlib.h>
#include <string.h>

int64_t order_row_age(const struct table *t, const struct row *r, int64_t now_ms, int64_t wall_ms) {
    const struct profile *p = table_profile(t);
    int64_t age = -1;
    for (int root = ROOT_BATCH; root < ROOT_COUNT; root++) {
        const struct place *place = table_place(t, r, (enum root_id)root, NULL);
        if (place == NULL) continue;
        int64_t newest = -1;
        for (int i = 0; place->files != NULL && i < p->n_artifacts; i++) {
            const struct file_state *f = &place->files[i];
            if (f->content != CONTENT_ABSENT && f->mtime_ns > 0 && f->mtime_ns / 1000000 > newest) {
                newest = f->mtime_ns / 1000000;
            }
        }
        if (newest >= 0) {
            int64_t since = wall_ms > newest ? wall_ms - newest : 0;
            if (age < 0 || since < age) age = since;
        }
        /* Only a change that was seen to happen counts: what the first look found may be days old. */
        if (r->seen_active && place->changed_at > r->first_seen && place->changed_at <= now_ms) {
            int64_t since = now_ms - place->changed_at;
            if (age < 0 || since < age) age = since;
        }
    }
    return age;
}

static void *grow(void *old, size_t n, size_t size) {
    void *p = realloc(old, n * size);
    if (p == NULL) abort();
    return p;
}

static void reserve(struct ui_state *ui, size_t n) {
    if (n < ui->capacity) return; /* one more than rows */
    ui->capacity = n + n / 4 + 16;
    ui->order = grow(ui->order, ui->capacity, sizeof *ui->order);
    ui->by_title = grow(ui->by_title, ui->capacity, sizeof *ui->by_title);
    ui->keys = grow(ui->keys, ui->capacity, sizeof *ui->keys);
    ui->spare = grow(ui->spare, ui->capacity, sizeof *ui->spare);
    ui->shown = grow(ui->shown, ui->capacity, sizeof *ui->shown);
    ui->problems_before = grow(ui->problems_before, ui->capacity, sizeof *ui->problems_before);
    ui->marked = grow(ui->marked, ui->capacity, sizeof *ui->marked);
}

/* By the values of the list, column by column: in a title 0p25 would come after 0p5. What has none, by its title. */
static int compare_rows(const struct row *a, const struct row *b) {
    const struct sweep_case *x = a->expected, *y = b->expected;
    for (int c = 0; x != NULL && y != NULL && c < x->columns && c < y->columns; c++) {
        if (x->value[c] < y->value[c]) return -1;
        if (x->value[c] > y->value[c]) return 1;
    }
    return text_natural_compare(a->title, b->title);
}

/* Merge sort, bottom up: stable, no recursion, no context through globals. */
static void sort_titles(struct ui_state *ui, const struct fleet *f, size_t n) {
    uint32_t *from = ui->by_title, *to = ui->spare;
    for (size_t i = 0; i < n; i++) from[i] = (uint32_t)i;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t start = 0; start < n; start += 2 * run) {
            size_t middle = start + run < n ? start + run : n, end = start + 2 * run < n ? start + 2 * run : n;
            size_t a = start, b = middle;
            for (size_t k = start; k < end; k++) {
                bool left = b >= end ||
                            (a < middle && compare_rows(fleet_row(f, from[a], NULL), fleet_row(f, from[b], NULL)) <= 0);
                to[k] = left ? from[a++] : from[b++];
            }
        }
        uint32_t *other = from;
        from = to;
        to = other;
    }
    ui->by_title = from;
    ui->spare = to;
}

/* Cells of a title, counted only as far as a column ever goes. */
static int title_cells(const char *title) {
    int cells = 0;
    for (int reads = 0; *title != '\0' && cells < UI_TITLE_CELLS && reads < 4 * UI_TITLE_CELLS; reads++) {
        uint32_t cp;
        title += text_utf8_next(title, strnlen(title, 4), &cp);
        cells += width_of(cp);
    }
    return cells < UI_TITLE_CELLS ? cells : UI_TITLE_CELLS;
}

/* How wide the columns of the parameters are, and which of them vary. */
static void measure_tokens(struct ui_state *ui, const struct fleet *f) {
    enum { WIDEST = 12 };
    const struct profile *p = table_profile(f->table[0]);
    char token[GRID_TOKEN];
    for (int c = 0; c < p->n_columns; c++) {
        int widest = (int)strlen(p->column[c].name);
        for (size_t b = 0; b < f->n; b++) {
            for (size_t i = 0; i < table_count(f->table[b]); i++) {
                grid_token(f->table[b], table_row(f->table[b], i), c, token);
                int cells = (int)strlen(token);
                if (cells > widest) widest = cells;
            }
        }
        ui->token_width[c] = widest < WIDEST ? widest : WIDEST;
        ui->varies[c] = false;
    }
    for (size_t b = 0; b < f->n; b++) {
        struct grid g = {0};
        grid_make(&g, f->table[b]);
        if (g.x.column >= 0) ui->varies[g.x.column] = true;
        if (g.y.column >= 0) ui->varies[g.y.column] = true;
        for (int k = 0; k < g.n_others; k++) ui->varies[g.other[k]] = true;
        grid_free(&g);
    }
}

/* Another list: cases have other numbers, so marks are gone and the selected case is found again by its title. Returns
 * whether it is another one. */
static bool refresh_titles(struct ui_state *ui, const struct fleet *f, size_t n) {
    if (ui->made && ui->rows == n && ui->rows_version == fleet_rows_version(f)) return false;
    reserve(ui, n);
    sort_titles(ui, f, n);
    ui->rows_version = fleet_rows_version(f);
    ui->rows = n;
    ui->title_width = 0;
    ui->n_marked = 0;
    for (size_t i = 0; i < n; i++) {
        int cells = title_cells(fleet_row(f, i, NULL)->title);
        if (cells > ui->title_width) ui->title_width = cells;
        ui->marked[i] = ui->shown[i] = false;
        ui->keys[i] = 0;
    }
    measure_tokens(ui, f);
    if (ui->pinned) {
        size_t b = ui->selected_batch;
        const struct row *r = b < f->n ? table_find(f->table[b], ui->selected_title) : NULL;
        ui->selected = r != NULL ? (uint32_t)fleet_first(f, b) + r->index : UI_NO_ROW;
        if (r == NULL) ui->pinned = false;
    }
    return true;
}

void order_grid(struct ui_state *ui, const struct fleet *f) {
    size_t batch = 0;
    if (ui->selected != UI_NO_ROW) fleet_row(f, ui->selected, &batch);
    uint64_t version = fleet_rows_version(f) + table_count(f->table[batch]);
    if (ui->grid.n_rows > 0 && ui->grid_batch == batch && ui->grid_version == version) return;
    grid_make(&ui->grid, f->table[batch]);
    ui->grid_batch = batch;
    ui->grid_version = version;
}

/* Sorts order[] by keys[row], the other way round when reversed; equal keys keep their places. O(n) for each 11 bits of
 * the greatest key. */
static void sort_by_keys(struct ui_state *ui, size_t n, uint32_t greatest) {
    enum { BITS = 11, BUCKETS = 1 << BITS };
    uint32_t from = ui->reverse ? greatest : 0, sign = ui->reverse ? UINT32_MAX : 1; /* from - key, or key */
    for (unsigned shift = 0; shift < 32 && greatest >> shift != 0; shift += BITS) {
        size_t start[BUCKETS + 1] = {0};
        for (size_t i = 0; i < n; i++) {
            start[((from + sign * ui->keys[ui->order[i]]) >> shift & (BUCKETS - 1)) + 1]++;
        }
        for (size_t b = 1; b <= BUCKETS; b++) start[b] += start[b - 1];
        for (size_t i = 0; i < n; i++) {
            uint32_t key = from + sign * ui->keys[ui->order[i]];
            ui->spare[start[key >> shift & (BUCKETS - 1)]++] = ui->order[i];
        }
        uint32_t *other = ui->order;
        ui->order = ui->spare;
        ui->spare = other;
    }
}

/* Small keys come first. */
static uint32_t sort_key(const struct ui_state *ui, const struct table *t, const struct row *r, int64_t now_ms,
                         int64_t wall_ms) {
    switch (ui->sort) {
    case SORT_CHANGE: {
        int64_t age = order_row_age(t, r, now_ms, wall_ms);
        if (age < 0) return UINT32_MAX;
        return age / 100 < UINT32_MAX ? (uint32_t)(age / 100) : UINT32_MAX - 1;
    }
    case SORT_PROGRESS:
        return r->required > 0 ? 1000u - 1000u * r->done / r->required : 1000u;
    default:
        return r->status;
    }
}

/* Which cases are shown, and their keys; in the order in which the rows lie in memory. Returns whether any is another
 * than before: mostly none is, however much has been written. */
static bool make_keys(struct ui_state *ui, const struct fleet *f, int64_t now_ms, int64_t wall_ms) {
    bool changed = false;
    size_t at = 0;
    for (size_t b = 0; b < f->n; b++) {
        const struct table *t = f->table[b];
        for (size_t i = 0; i < table_count(t); i++, at++) {
            const struct row *r = table_row(t, i);
            bool shown = ui->filter.n == 0 || filter_matches(&ui->filter, t, r);
            uint32_t key = ui->sort == SORT_TITLE ? ui->keys[at] : sort_key(ui, t, r, now_ms, wall_ms);
            changed |= shown != ui->shown[at] || key != ui->keys[at];
            ui->shown[at] = shown;
            ui->keys[at] = key;
        }
    }
    return changed;
}

static void sort_rows(struct ui_state *ui) {
    uint32_t greatest = 0;
    size_t n = 0;
    for (size_t i = 0; i < ui->rows; i++) {
        uint32_t row = ui->by_title[i];
        if (ui->sort == SORT_TITLE) ui->keys[row] = (uint32_t)i;
        if (!ui->shown[row]) continue;
        ui->order[n++] = row;
        if (ui->keys[row] > greatest) greatest = ui->keys[row];
    }
    ui->list.n = n;
    sort_by_keys(ui, n, greatest);
}

/* So that what is hidden of them need not be counted at every drawing. */
static void count_problems(struct ui_state *ui, const struct fleet *f) {
    ui->problems_before[0] = 0;
    for (size_t i = 0; i < ui->list.n; i++) {
        uint32_t row = ui->order[i];
        unsigned status = ui->sort == SORT_STATUS && !ui->paused ? ui->keys[row] : fleet_row(f, row, NULL)->status;
        ui->problems_before[i + 1] = ui->problems_before[i] + status_is_problem((enum case_status)status);
    }
}

/* Sorted by status and unfiltered, only a change of status can change the order: the rows need not be looked at. */
static bool may_differ(const struct ui_state *ui, const struct fleet *f) {
    return ui->sort != SORT_STATUS || ui->filter.n > 0 || ui->made_transitions != fleet_transition_total(f);
}

/* The cursor goes where the selected row now stands; the line it is on stays where the eye is. When the filter has
 * taken the row away the cursor stays where it was. */
static void follow_selected(struct ui_state *ui, const struct fleet *f) {
    struct ui_list *l = &ui->list;
    if (!ui->pinned || ui->selected == UI_NO_ROW) {
        l->cursor = l->top = 0;
        ui_select(ui, f, l->n > 0 ? ui->order[0] : UI_NO_ROW);
        return;
    }
    size_t line = l->cursor >= l->top ? l->cursor - l->top : 0;
    for (size_t i = 0; i < l->n; i++) {
        if (ui->order[i] != ui->selected) continue;
        l->cursor = i;
        l->top = i > line ? i - line : 0;
        return;
    }
    if (l->cursor >= l->n) l->cursor = l->n > 0 ? l->n - 1 : 0;
    /* While a filter is typed, half of it must not lose what was selected. */
    if (ui->prompt != PROMPT_FILTER && (ui->view == VIEW_TABLE || ui->view == VIEW_TIMELINE)) {
        ui_select(ui, f, l->n > 0 ? ui->order[l->cursor] : UI_NO_ROW);
    }
}

void order_arrange(struct ui_state *ui, const struct fleet *f, int64_t now_ms, int64_t wall_ms, size_t lines) {
    size_t n = fleet_count(f);
    uint64_t version = fleet_version(f);
    bool asked = !ui->made || n != ui->rows || ui->sort != ui->made_sort || ui->reverse != ui->made_reverse ||
                 ui->filter_stamp != ui->made_filter;
    /* What stands still must not move under the eye. */
    if (asked || (version != ui->version && !ui->paused)) {
        asked |= refresh_titles(ui, f, n);
        bool differs = (asked || may_differ(ui, f)) && make_keys(ui, f, now_ms, wall_ms);
        if (differs || asked) sort_rows(ui);
        ui->made = true;
        ui->version = version;
        ui->made_sort = ui->sort;
        ui->made_reverse = ui->reverse;
        ui->made_filter = ui->filter_stamp;
        follow_selected(ui, f);
        if (differs || asked || ui->sort != SORT_STATUS) count_problems(ui, f);
        ui->made_transitions = fleet_transition_total(f);
    } else if (ui->counted_version != version) {
        count_problems(ui, f);
    }
    ui->counted_version = version;
    ui_list_fit(&ui->list, lines);
}

void order_hidden_problems(const struct ui_state *ui, size_t *above, size_t *below) {
    const struct ui_list *l = &ui->list;
    size_t top = l->top < l->n ? l->top : l->n, end = l->page < l->n - top ? top + l->page : l->n;
    *above = ui->problems_before[top];
    *below = ui->problems_before[l->n] - ui->problems_before[end];
}

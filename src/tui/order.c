#include "tui/order.h"

#include "model/ranks.h"
#include "model/text.h"
#include "tui/width.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t order_row_age(const struct table *t, const struct row *r, int64_t now_ms, int64_t wall_ms) {
    const struct profile *p = table_profile(t);
    int64_t age = -1;
    for (int root = ROOT_BATCH; root < ROOT_COUNT; root++) {
        const struct place *place = table_place(t, r, (enum root_id)root, NULL);
        if (place == NULL) continue;
        int64_t newest = -1;
        for (int i = 0; i < p->n_artifacts; i++) {
            const struct file_state *f = place_file(place, i);
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

static const char *title_of(const struct fleet *f, uint32_t at) { return fleet_row(f, at, NULL)->title; }

/* Both halves of at[n], each sorted by title, become one; ties keep their order. */
static void merge(const struct fleet *f, uint32_t *at, size_t middle, size_t n, uint32_t *spare) {
    size_t a = 0, b = middle;
    memcpy(spare, at, middle * sizeof *at);
    for (size_t k = 0; a < middle; k++) {
        bool left = b >= n || text_natural_compare(title_of(f, spare[a]), title_of(f, at[b])) <= 0;
        at[k] = left ? spare[a++] : at[b++];
    }
}

/* Merge sort, bottom up: stable, no recursion, no context through globals. */
static void sort_by_title(const struct fleet *f, uint32_t *at, size_t n, uint32_t *spare) {
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t start = 0; start + run < n; start += 2 * run) {
            size_t end = start + 2 * run < n ? start + 2 * run : n;
            merge(f, at + start, run, end - start, spare);
        }
    }
}

/* Ranks by the values of the list, column by column: in a title 0p25 would come after 0p5. One for all without a list.
 * Returns how many different ones. */
static size_t rank_values(const struct fleet *f, size_t n, uint32_t *rank) {
    int columns = table_profile(f->table[0])->n_columns;
    double *value = grow(NULL, n + 1, sizeof *value);
    uint32_t *next = grow(NULL, n + 1, sizeof *next);
    size_t different = 1;
    memset(rank, 0, n * sizeof *rank);
    for (int c = 0; c < columns; c++) {
        size_t at = 0;
        bool any = false;
        for (size_t b = 0; b < f->n; b++) {
            for (size_t i = 0; i < table_count(f->table[b]); i++) {
                const struct sweep_case *x = table_case(f->table[b], table_row(f->table[b], i));
                bool has = x != NULL && c < x->columns;
                value[at++] = has ? sweep_case_value(x, c) : (double)NAN;
                any |= has;
            }
        }
        if (!any) continue;
        size_t values = ranks_of(value, n, next);
        different = ranks_refine(rank, n, next, values);
    }
    free(value);
    free(next);
    return different;
}

/* Sorts by[n] by keys[case], the other way round when reversed; equal keys keep their places. Returns by or spare: the
 * one that has the result. O(n) for each 11 bits of the greatest key. */
static uint32_t *sort_by_keys(uint32_t *by, uint32_t *spare, size_t n, const uint32_t *keys, uint32_t greatest,
                              bool reverse) {
    enum { BITS = 11, BUCKETS = 1 << BITS };
    uint32_t from = reverse ? greatest : 0, sign = reverse ? UINT32_MAX : 1; /* from - key, or key */
    for (unsigned shift = 0; shift < 32 && greatest >> shift != 0; shift += BITS) {
        size_t start[BUCKETS + 1] = {0};
        for (size_t i = 0; i < n; i++) start[((from + sign * keys[by[i]]) >> shift & (BUCKETS - 1)) + 1]++;
        for (size_t b = 1; b <= BUCKETS; b++) start[b] += start[b - 1];
        for (size_t i = 0; i < n; i++) {
            uint32_t key = from + sign * keys[by[i]];
            spare[start[key >> shift & (BUCKETS - 1)]++] = by[i];
        }
        uint32_t *other = by;
        by = spare;
        spare = other;
    }
    return by;
}

/* By the values of the list, then by title. */
static void sort_titles(struct ui_state *ui, const struct fleet *f, size_t n) {
    uint32_t *rank = ui->keys, *sorted;
    size_t different = rank_values(f, n, rank);
    for (size_t i = 0; i < n; i++) ui->by_title[i] = (uint32_t)i;
    sorted = sort_by_keys(ui->by_title, ui->spare, n, rank, (uint32_t)(different - 1), false);
    if (sorted != ui->by_title) {
        ui->spare = ui->by_title;
        ui->by_title = sorted;
    }
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && rank[sorted[end]] == rank[sorted[i]];) end++;
        sort_by_title(f, sorted + i, end - i, ui->spare);
    }
}

/* Cells of a title, counted only as far as a column ever goes. */
static int title_cells(const char *title) {
    int cells = 0;
    for (int reads = 0; *title != '\0' && cells < UI_TITLE_CELLS && reads < 4 * UI_TITLE_CELLS; reads++) {
        uint32_t cp;
        if ((unsigned char)*title < 0x80) { /* nearly always */
            title++;
            cells++;
            continue;
        }
        title += text_utf8_next(title, strnlen(title, 4), &cp);
        cells += width_of(cp);
    }
    return cells < UI_TITLE_CELLS ? cells : UI_TITLE_CELLS;
}

/* Do two cases differ in a parameter? What has no value differs from what has one. */
static bool differs(const struct table *t, const struct row *a, const struct row *b, int column) {
    double x, y;
    bool has = grid_value(t, a, column, &x);
    if (grid_value(t, b, column, &y) != has) return true;
    return has && (x < y || x > y);
}

/* How wide the titles and the columns of the parameters are, and which of them vary: of the cases `from` and after. */
static void measure(struct ui_state *ui, const struct fleet *f, size_t from) {
    enum { WIDEST = 12 };
    const struct profile *p = table_profile(f->table[0]);
    size_t at = 0;
    if (from == 0) ui->title_width = 0;
    for (int c = 0; c < p->n_columns && from == 0; c++) {
        int cells = (int)strlen(p->column[c].name);
        ui->token_width[c] = cells < WIDEST ? cells : WIDEST;
        ui->varies[c] = false;
    }
    for (size_t b = 0; b < f->n; b++) {
        const struct table *t = f->table[b];
        for (size_t i = 0; i < table_count(t); i++, at++) {
            const struct row *r = table_row(t, i);
            if (at < from) continue;
            int cells = title_cells(r->title);
            if (cells > ui->title_width) ui->title_width = cells;
            for (int c = 0; c < p->n_columns; c++) {
                char token[GRID_TOKEN];
                grid_token(t, r, c, token);
                cells = (int)strlen(token);
                if (cells > WIDEST) cells = WIDEST;
                if (cells > ui->token_width[c]) ui->token_width[c] = cells;
                if (!ui->varies[c]) ui->varies[c] = differs(t, r, table_row(t, 0), c);
            }
        }
    }
}

/* A case that was discovered comes after all others, so those keep their numbers, marks and order. */
static void add_discovered(struct ui_state *ui, const struct fleet *f, size_t n) {
    size_t before = ui->rows;
    for (size_t i = before; i < n; i++) {
        ui->by_title[i] = (uint32_t)i;
        ui->marked[i] = ui->shown[i] = false;
        ui->keys[i] = 0;
    }
    sort_by_title(f, ui->by_title + before, n - before, ui->spare);
    merge(f, ui->by_title, before, n, ui->spare);
    measure(ui, f, before);
}

/* Another list: cases have other numbers, so marks are gone and the selected case is found again by its title. */
static void take_list(struct ui_state *ui, const struct fleet *f, size_t n) {
    sort_titles(ui, f, n);
    ui->n_marked = 0;
    for (size_t i = 0; i < n; i++) {
        ui->marked[i] = ui->shown[i] = false;
        ui->keys[i] = 0;
    }
    measure(ui, f, 0);
    if (ui->pinned) {
        size_t b = ui->selected_batch;
        const struct row *r = b < f->n ? table_find(f->table[b], ui->selected_title) : NULL;
        ui->selected = r != NULL ? (uint32_t)fleet_first(f, b) + r->index : UI_NO_ROW;
        if (r == NULL) ui->pinned = false;
    }
}

/* Returns whether the cases are others than before. */
static bool refresh_titles(struct ui_state *ui, const struct fleet *f, size_t n) {
    bool same_list = ui->made && ui->rows_version == fleet_rows_version(f);
    if (same_list && ui->rows == n) return false;
    reserve(ui, n);
    if (same_list && f->n == 1 && n > ui->rows && table_list(f->table[0]) == NULL) {
        add_discovered(ui, f, n);
    } else {
        take_list(ui, f, n);
    }
    ui->rows_version = fleet_rows_version(f);
    ui->rows = n;
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
    uint32_t *sorted = sort_by_keys(ui->order, ui->spare, n, ui->keys, greatest, ui->reverse);
    if (sorted == ui->order) return;
    ui->spare = ui->order;
    ui->order = sorted;
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

size_t order_problems(const struct ui_state *ui) { return ui->problems_before[ui->list.n]; }

void order_hidden_problems(const struct ui_state *ui, size_t *above, size_t *below) {
    const struct ui_list *l = &ui->list;
    size_t top = l->top < l->n ? l->top : l->n, end = l->page < l->n - top ? top + l->page : l->n;
    *above = ui->problems_before[top];
    *below = ui->problems_before[l->n] - ui->problems_before[end];
}

#include "tui/ui_state.h"

#include "model/text.h"
#include "tui/width.h"

#include <stdlib.h>
#include <string.h>

void ui_init(struct ui_state *ui) {
    memset(ui, 0, sizeof *ui);
    ui->selected = UI_NO_ROW;
    ui->page = 1;
    ui->detail_page = 1;
    ui->help_page = 1;
}

void ui_free(struct ui_state *ui) {
    free(ui->order);
    free(ui->by_title);
    free(ui->keys);
    free(ui->spare);
    ui_init(ui);
}

const char *ui_sort_word(enum ui_sort s) {
    static const char *const words[SORT_COUNT] = {"status", "title", "last change", "progress"};
    return words[s];
}

const struct row *ui_selected(const struct ui_state *ui, const struct table *t) {
    return ui->selected < table_count(t) ? table_row(t, ui->selected) : NULL;
}

int64_t ui_row_age(const struct table *t, const struct row *r, int64_t now_ms, int64_t wall_ms) {
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

static void *grow(void *old, size_t n) {
    void *p = realloc(old, n * sizeof(uint32_t));
    if (p == NULL) abort();
    return p;
}

static void reserve(struct ui_state *ui, size_t n) {
    if (n <= ui->capacity) return;
    ui->capacity = n + n / 4 + 16;
    ui->order = grow(ui->order, ui->capacity);
    ui->by_title = grow(ui->by_title, ui->capacity);
    ui->keys = grow(ui->keys, ui->capacity);
    ui->spare = grow(ui->spare, ui->capacity);
}

/* Merge sort, bottom up: stable, no recursion, no context through globals. */
static void sort_titles(struct ui_state *ui, const struct table *t, size_t n) {
    uint32_t *from = ui->by_title, *to = ui->spare;
    for (size_t i = 0; i < n; i++) from[i] = (uint32_t)i;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t start = 0; start < n; start += 2 * run) {
            size_t middle = start + run < n ? start + run : n, end = start + 2 * run < n ? start + 2 * run : n;
            size_t a = start, b = middle;
            for (size_t k = start; k < end; k++) {
                bool left = b >= end || (a < middle && text_natural_compare(table_row(t, from[a])->title,
                                                                            table_row(t, from[b])->title) <= 0);
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

/* Tells lists apart without comparing titles: strings live as long as the table. */
static uint64_t sum_titles(const struct table *t, size_t n) {
    uint64_t sum = (uint64_t)n * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < n; i++) {
        sum = (sum ^ (uint64_t)(uintptr_t)table_row(t, i)->title) * UINT64_C(0x100000001B3);
    }
    return sum;
}

static void refresh_titles(struct ui_state *ui, const struct table *t, size_t n) {
    uint64_t sum = sum_titles(t, n);
    if (ui->made && ui->n == n && ui->titles_sum == sum) return;
    reserve(ui, n);
    sort_titles(ui, t, n);
    ui->titles_sum = sum;
    ui->title_width = 0;
    for (size_t i = 0; i < n; i++) {
        int cells = title_cells(table_row(t, i)->title);
        if (cells > ui->title_width) ui->title_width = cells;
    }
    if (ui->pinned) {
        const struct row *r = table_find(t, ui->selected_title);
        ui->selected = r != NULL ? r->index : UI_NO_ROW;
        if (r == NULL) ui->pinned = false;
    }
}

/* Sorts order[] by keys[row]; equal keys keep their places. O(n) for each 11 bits of the greatest key. */
static void sort_by_keys(struct ui_state *ui, size_t n, uint32_t greatest) {
    enum { BITS = 11, BUCKETS = 1 << BITS };
    for (unsigned shift = 0; shift < 32 && greatest >> shift != 0; shift += BITS) {
        size_t start[BUCKETS + 1] = {0};
        for (size_t i = 0; i < n; i++) start[(ui->keys[ui->order[i]] >> shift & (BUCKETS - 1)) + 1]++;
        for (size_t b = 1; b <= BUCKETS; b++) start[b] += start[b - 1];
        for (size_t i = 0; i < n; i++) {
            ui->spare[start[ui->keys[ui->order[i]] >> shift & (BUCKETS - 1)]++] = ui->order[i];
        }
        uint32_t *other = ui->order;
        ui->order = ui->spare;
        ui->spare = other;
    }
}

/* Small keys come first. */
static uint32_t sort_key(const struct ui_state *ui, const struct table *t, size_t i, int64_t now_ms, int64_t wall_ms) {
    const struct row *r = table_row(t, i);
    switch (ui->sort) {
    case SORT_CHANGE: {
        int64_t age = ui_row_age(t, r, now_ms, wall_ms);
        if (age < 0) return UINT32_MAX;
        return age / 100 < UINT32_MAX ? (uint32_t)(age / 100) : UINT32_MAX - 1;
    }
    case SORT_PROGRESS:
        return r->required > 0 ? 1000u - 1000u * r->done / r->required : 1000u;
    default:
        return r->status;
    }
}

static void sort_rows(struct ui_state *ui, const struct table *t, size_t n, int64_t now_ms, int64_t wall_ms) {
    memcpy(ui->order, ui->by_title, n * sizeof *ui->order);
    uint32_t greatest = 0;
    if (ui->sort == SORT_TITLE) {
        for (size_t i = 0; i < n; i++) ui->keys[ui->by_title[i]] = (uint32_t)i;
        greatest = n > 0 ? (uint32_t)(n - 1) : 0;
    } else {
        for (size_t i = 0; i < n; i++) {
            ui->keys[i] = sort_key(ui, t, i, now_ms, wall_ms);
            if (ui->keys[i] > greatest) greatest = ui->keys[i];
        }
    }
    if (ui->reverse) {
        for (size_t i = 0; i < n; i++) ui->keys[i] = greatest - ui->keys[i];
    }
    sort_by_keys(ui, n, greatest);
}

/* The row under the cursor becomes the selected one. */
static void select_cursor(struct ui_state *ui, const struct table *t) {
    if (ui->n == 0) {
        ui->selected = UI_NO_ROW;
        return;
    }
    if (ui->cursor >= ui->n) ui->cursor = ui->n - 1;
    ui->selected = ui->order[ui->cursor];
    const char *title = table_row(t, ui->selected)->title;
    size_t len = strnlen(title, sizeof ui->selected_title - 1);
    memcpy(ui->selected_title, title, len);
    ui->selected_title[len] = '\0';
}

/* The cursor goes where the selected row now stands; the line it is on stays where the eye is. */
static void follow_selected(struct ui_state *ui, const struct table *t) {
    if (!ui->pinned || ui->selected == UI_NO_ROW) {
        ui->cursor = 0;
        ui->top = 0;
        select_cursor(ui, t);
        return;
    }
    size_t line = ui->cursor >= ui->top ? ui->cursor - ui->top : 0;
    for (size_t i = 0; i < ui->n; i++) {
        if (ui->order[i] == ui->selected) {
            ui->cursor = i;
            break;
        }
    }
    select_cursor(ui, t);
    ui->top = ui->cursor > line ? ui->cursor - line : 0;
}

void ui_arrange(struct ui_state *ui, const struct table *t, int64_t now_ms, int64_t wall_ms, size_t lines) {
    size_t n = table_count(t);
    uint64_t version = table_version(t);
    if (!ui->made || version != ui->version || n != ui->n || ui->sort != ui->made_sort ||
        ui->reverse != ui->made_reverse) {
        reserve(ui, n);
        refresh_titles(ui, t, n);
        ui->n = n;
        if (n > 0) sort_rows(ui, t, n, now_ms, wall_ms);
        ui->made = true;
        ui->version = version;
        ui->made_sort = ui->sort;
        ui->made_reverse = ui->reverse;
        follow_selected(ui, t);
    }
    ui->page = lines > 0 ? lines : 1;
    if (ui->cursor < ui->top) ui->top = ui->cursor;
    if (ui->cursor >= ui->top + ui->page) ui->top = ui->cursor - ui->page + 1;
    if (ui->n <= ui->page) {
        ui->top = 0;
    } else if (ui->top > ui->n - ui->page) {
        ui->top = ui->n - ui->page;
    }
}

static unsigned move_to(struct ui_state *ui, const struct table *t, size_t to) {
    if (ui->n == 0 || ui->n != table_count(t)) return 0;
    if (to >= ui->n) to = ui->n - 1;
    if (to != ui->cursor) ui->detail_top = 0;
    ui->cursor = to;
    ui->pinned = true;
    select_cursor(ui, t);
    return UI_REDRAW;
}

static unsigned scroll(int *top, int by) {
    *top = by < 0 && *top < -by ? 0 : *top + by; /* past the end is put right when it is drawn */
    return UI_REDRAW;
}

static unsigned help_key(struct ui_state *ui, int key) {
    switch (key) {
    case UI_KEY_UP:
    case 'k':
        return scroll(&ui->help_top, -1);
    case UI_KEY_DOWN:
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

static unsigned table_key(struct ui_state *ui, int key, const struct table *t) {
    switch (key) {
    case UI_KEY_UP:
    case 'k':
        return move_to(ui, t, ui->cursor > 0 ? ui->cursor - 1 : 0);
    case UI_KEY_DOWN:
    case 'j':
        return move_to(ui, t, ui->cursor + 1);
    case UI_KEY_PAGE_UP:
        if (ui->detail_open) return scroll(&ui->detail_top, -ui->detail_page);
        return move_to(ui, t, ui->cursor > ui->page ? ui->cursor - ui->page : 0);
    case UI_KEY_PAGE_DOWN:
    case ' ':
        if (ui->detail_open) return scroll(&ui->detail_top, ui->detail_page);
        return move_to(ui, t, ui->cursor + ui->page);
    case UI_KEY_HOME:
    case 'g': {
        unsigned reaction = move_to(ui, t, 0);
        /* Back at the top: problems that come up are looked at again, unless one case is being read. */
        if (!ui->detail_open) ui->pinned = false;
        return reaction;
    }
    case UI_KEY_END:
    case 'G':
        return move_to(ui, t, ui->n > 0 ? ui->n - 1 : 0);
    case UI_KEY_ENTER:
        if (ui->selected == UI_NO_ROW) return 0;
        ui->detail_open = !ui->detail_open;
        ui->detail_top = 0;
        ui->pinned = true;
        return UI_REDRAW;
    case 's':
        ui->sort = (enum ui_sort)((ui->sort + 1) % SORT_COUNT);
        ui->reverse = false;
        return UI_REDRAW | UI_RESORT;
    case 'S':
        ui->reverse = !ui->reverse;
        return UI_REDRAW | UI_RESORT;
    default:
        return 0;
    }
}

unsigned ui_key(struct ui_state *ui, int key, const struct table *t) {
    switch (key) {
    case 'q':
    case UI_KEY_F10:
        return UI_QUIT;
    case 'w':
        return UI_WRITE_REPORT | UI_REDRAW;
    case 'r':
    case UI_KEY_F5:
        return UI_RESCAN | UI_REDRAW;
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
        if (ui->help_open) {
            ui->help_open = false;
        } else if (ui->detail_open) {
            ui->detail_open = false;
        } else {
            return 0;
        }
        return UI_REDRAW;
    default:
        break;
    }
    return ui->help_open ? help_key(ui, key) : table_key(ui, key, t);
}

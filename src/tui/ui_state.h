/* ui_state: what the person did: where they are, in which order they look, what is open.
 *
 * Keys come in (ui_key), reactions go out; drawing reads. The order of the rows is kept here: it is made again only
 * when the table's version or the sort has changed, in O(rows) (a stable radix sort over an order by title that is made
 * once a list). Not thread safe; one per terminal. Out of memory: abort(). */
#ifndef SW_TUI_UI_STATE_H
#define SW_TUI_UI_STATE_H

#include "model/table.h"
#include "tui/keys.h"

enum ui_view { VIEW_TABLE, VIEW_COUNT };

enum ui_sort {
    SORT_STATUS,   /* problems first, then by title */
    SORT_TITLE,    /* natural: T900 before T1000 */
    SORT_CHANGE,   /* newest change first */
    SORT_PROGRESS, /* most required files first */
    SORT_COUNT
};

/* What the caller of ui_key has to do; bits. */
enum ui_reaction {
    UI_REDRAW = 1,       /* draw soon */
    UI_RESORT = 2,       /* the next drawing brings another order (nothing to do but UI_REDRAW) */
    UI_QUIT = 4,         /* leave; no questions */
    UI_WRITE_REPORT = 8, /* write the report now */
    UI_RESCAN = 16,      /* make every root dirty */
    UI_REPAINT = 32,     /* the terminal was disturbed: term_repaint, then draw */
    UI_RESIZE = 64       /* term_resize, then draw */
};

enum { UI_NO_ROW = UINT32_MAX, UI_TITLE_BYTES = 512 };

struct ui_state {
    enum ui_view view;
    enum ui_sort sort;
    bool reverse;
    bool detail_open, help_open;

    uint32_t selected; /* index of a row, UI_NO_ROW: none */
    /* False until the person moves: the selection then stays on the first line whatever comes up there. */
    bool pinned;
    size_t cursor;                       /* where the selected row stands in order[] */
    size_t top;                          /* first visible line of order[] */
    int detail_top, help_top;            /* lines scrolled away */
    char selected_title[UI_TITLE_BYTES]; /* finds the row again when the list changes */

    /* Made by ui_arrange. */
    uint32_t *order; /* [n] row indices as shown */
    size_t n;
    int title_width; /* cells of the widest title, at most UI_TITLE_CELLS */
    size_t page;     /* table lines of the last drawing */
    int detail_page; /* detail lines of the last drawing */
    int help_page;

    /* Private to ui_state.c. */
    uint32_t *by_title; /* [n] row indices by title */
    uint32_t *keys;     /* [n] scratch */
    uint32_t *spare;    /* [n] scratch */
    size_t capacity;
    uint64_t titles_sum; /* which titles by_title was made of */
    uint64_t version;
    enum ui_sort made_sort;
    bool made_reverse, made;
};

enum { UI_TITLE_CELLS = 64 };

void ui_init(struct ui_state *ui);
void ui_free(struct ui_state *ui); /* frees what it owns, not itself */

/* Takes one key; returns enum ui_reaction bits, 0 when nothing follows from it. Before the first ui_arrange only quit,
 * help and the requests do something. */
unsigned ui_key(struct ui_state *ui, int key, const struct table *t);

/* Brings the order up to date and keeps selection and scroll within it; called by view_render before drawing. `lines`:
 * table lines visible. now_ms and wall_ms: the same moment on both clocks. */
void ui_arrange(struct ui_state *ui, const struct table *t, int64_t now_ms, int64_t wall_ms, size_t lines);

const struct row *ui_selected(const struct ui_state *ui, const struct table *t); /* NULL: none */
const char *ui_sort_word(enum ui_sort s);                                        /* "status", "title", ... */

/* Milliseconds since a row last changed: the newest modification time of its files, or a change observed since. -1:
 * nothing known. */
int64_t ui_row_age(const struct table *t, const struct row *r, int64_t now_ms, int64_t wall_ms);

#endif

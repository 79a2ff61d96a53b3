/* ui_state: what the person did: where they are, in which order they look, what is open, what they typed.
 *
 * Keys and clicks come in, reactions go out; drawing reads, and leaves behind how much it had room for and what stands
 * where. Not thread safe; one per terminal. Out of memory: abort(). */
#ifndef SW_TUI_UI_STATE_H
#define SW_TUI_UI_STATE_H

#include "model/filter.h"
#include "model/fleet.h"
#include "model/grid.h"
#include "model/language.h"
#include "model/table.h"
#include "tui/causes.h"
#include "tui/keys.h"
#include "tui/space.h"

enum ui_view { VIEW_TABLE, VIEW_GRID, VIEW_TIMELINE, VIEW_PROBLEMS, VIEW_EVENTS, VIEW_COUNT };

enum ui_sort {
    SORT_STATUS,   /* problems first, then by title */
    SORT_TITLE,    /* natural: T900 before T1000 */
    SORT_CHANGE,   /* newest change first */
    SORT_PROGRESS, /* most required files first */
    SORT_COUNT
};

/* What is being typed into the last line. */
enum ui_prompt { PROMPT_NONE, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_FINALIZE };

/* What the caller of ui_key has to do; bits. */
enum ui_reaction {
    UI_REDRAW = 1,             /* draw soon */
    UI_RESORT = 2,             /* the next drawing brings another order (nothing to do but UI_REDRAW) */
    UI_QUIT = 4,               /* leave; no questions */
    UI_WRITE_REPORT = 8,       /* write the report now */
    UI_RESCAN = 16,            /* make every root dirty */
    UI_REPAINT = 32,           /* the terminal was disturbed: term_repaint, then draw */
    UI_RESIZE = 64,            /* term_resize, then draw */
    UI_EXPORT = 128,           /* write the marked cases as a sweep list (ui_marked) */
    UI_FINALIZE = 256,         /* the person says that the sweep is over */
    UI_COPY = 512,             /* the selected case's path to the terminal's clipboard */
    UI_NOTICE = 1024,          /* the kind of notice has changed (ui->notice) */
    UI_MOUSE = 2048,           /* the mouse was switched (ui->mouse) */
    UI_RELEASE_ARCHIVE = 4096, /* let go of the archive's drive, or take it up again */
    UI_RELEASE_BATCH = 8192
};

enum ui_notice { NOTICE_OFF, NOTICE_BELL, NOTICE_DESKTOP, NOTICE_COUNT };

#define UI_NO_ROW UINT32_MAX
enum { UI_TITLE_BYTES = 512, UI_TYPED = 200, UI_TITLE_CELLS = 64 };

/* What a click on some cells means. */
enum ui_target { HIT_VIEW, HIT_SORT, HIT_LINE, HIT_CELL };
struct ui_hit {
    int row, first, end; /* cells first..end-1 of a screen line */
    enum ui_target target;
    uint32_t arg; /* the view, the sort, the line of the list, the case */
};

/* A list with a cursor and a window. */
struct ui_list {
    size_t n, cursor, top, page; /* page: lines of the last drawing, 1 or more */
};

struct ui_timeline {
    bool fixed;               /* the person zoomed or panned; else all of the sweep is shown */
    int64_t from_ms, span_ms; /* wall clock; what is shown */
};

struct ui_state {
    enum ui_view view;
    enum ui_sort sort;
    bool reverse;
    bool parameters; /* the table shows the parameters as columns in place of the title */
    bool detail_open, help_open;
    bool paused; /* the screen stands still until the person goes on */
    bool mouse;
    enum ui_notice notice;
    enum language language;

    enum ui_prompt prompt;
    char typed[UI_TYPED];  /* UTF-8, while a prompt is open */
    char before[UI_TYPED]; /* the filter when its prompt was opened: Esc brings it back */
    char search[UI_TYPED];
    size_t search_from; /* line of the cursor when the search's prompt was opened: each letter searches from there */
    char filter_text[UI_TYPED];
    struct filter filter;
    enum filter_error filter_error; /* of what is typed; the last good filter stays */
    char filter_word[FILTER_WORD];

    uint32_t selected; /* a case, by its number in the fleet, as everywhere here; UI_NO_ROW: none */
    /* False until the person moves: the selection then stays on the first line whatever comes up there. */
    bool pinned;
    struct ui_list list;                 /* the table and the timeline: over order[] */
    struct ui_list problems;             /* over the lines of the problems */
    struct ui_list events;               /* newest first */
    int detail_top, help_top;            /* lines scrolled away */
    char selected_title[UI_TITLE_BYTES]; /* finds the case again when the list changes */
    size_t selected_batch;
    struct ui_timeline timeline;
    struct space *space; /* [n_spaces] of the roots, noted by drawing; batch by batch */
    size_t n_spaces;

    /* Made by order_arrange. */
    uint32_t *order; /* [list.n] cases as shown */
    bool *shown;     /* [rows] the filter lets it through */
    bool *marked;    /* [rows] */
    size_t rows;     /* of the fleet */
    size_t n_marked;
    int token_width[PROFILE_MAX_COLUMNS]; /* cells of the widest value of a parameter, and of its name */
    int title_width;                      /* cells of the widest title, at most UI_TITLE_CELLS */
    bool varies[PROFILE_MAX_COLUMNS];     /* the parameter has more than one value */
    struct grid grid;                     /* of the batch of the selected case; by indices of its rows */
    size_t grid_batch;
    uint64_t grid_version;

    /* Made by drawing. */
    int detail_page, help_page;
    int detail_row;     /* line of the screen at which the detail begins; past the last one: there is none */
    struct ui_hit *hit; /* [n_hits] */
    size_t n_hits, hit_capacity;
    struct causes causes;
    struct problem_line *problem_line; /* [problems.n] */
    uint64_t problem_key;              /* of the cause under the cursor of the problems, */
    uint32_t problem_row;              /* and the row: finds the line again */
    int grid_top, grid_left;           /* lines and columns of the grid scrolled away */
    size_t problem_capacity;
    uint64_t events_total; /* of the tables when event[] was made */
    uint64_t *event;       /* [events.n] transitions, newest first: the batch and the number since its table began */
    size_t event_capacity;
    uint64_t events_filter;
    uint64_t event_at_cursor; /* the transition under the cursor, plus 1; 0: follow the newest */

    /* Private to order.c. */
    uint32_t *by_title;        /* [rows] cases by title */
    uint32_t *problems_before; /* [list.n + 1] how many of order[0..i) are problems */
    uint64_t counted_version;  /* of the fleet, when they were counted */
    uint64_t made_transitions; /* of the fleet, when the order was made */
    uint32_t *keys;            /* [rows] what order is sorted by */
    uint32_t *spare;           /* [rows] scratch */
    size_t capacity;
    uint64_t rows_version; /* of the fleet: which rows by_title was made of */
    uint64_t version;
    uint64_t filter_stamp, made_filter; /* counts changes of the filter */
    enum ui_sort made_sort;
    bool made_reverse, made;
};

/* One line of the problems view. */
struct problem_line {
    uint32_t cause; /* index into causes */
    uint32_t row;   /* UI_NO_ROW: the cause itself; UI_NO_ROW - 1: "n more" */
};

/* "off", "bell", "desktop"; -1: none of them. */
int notice_from_word(const char *text);

void ui_init(struct ui_state *ui);
void ui_free(struct ui_state *ui); /* frees what it owns, not itself */

/* Takes one key; returns enum ui_reaction bits, 0 when nothing follows from it. Before the first drawing only quit,
 * help and the requests do something. */
unsigned ui_key(struct ui_state *ui, int key, const struct fleet *f);
/* A click on a cell of the last drawing. */
unsigned ui_click(struct ui_state *ui, int row, int col, const struct fleet *f);
/* The wheel (UI_KEY_WHEEL_*) over a line of the last drawing: what is there scrolls. */
unsigned ui_wheel(struct ui_state *ui, int row, int key, const struct fleet *f);

/* Text into the filter, as if typed; the error of it. */
enum filter_error ui_set_filter(struct ui_state *ui, const char *text, const struct profile *p);

/* NULL: none. *at (may be NULL): its number now. */
const struct row *ui_selected(const struct ui_state *ui, const struct fleet *f, size_t *at);
void ui_select(struct ui_state *ui, const struct fleet *f, uint32_t at);
/* The cases to be exported: the marked ones, else the selected one. Writes at most max, returns how many there are. */
size_t ui_marked(const struct ui_state *ui, const struct fleet *f, uint32_t *out, size_t max);
/* The transition of an event, NULL: it is no longer kept. *batch: of which batch. */
const struct transition *ui_event(const struct fleet *f, uint64_t event, size_t *batch);
enum { UI_EVENT_BATCH_SHIFT = 48 };

/* Is there more to tell of a row than its status: a flag that means something now? */
bool ui_has_more(const struct row *r);

/* For views: what a click on these cells of the last drawing means. */
void ui_add_hit(struct ui_state *ui, int row, int first, int end, enum ui_target target, uint32_t arg);

/* Moves a list's cursor; keeps the window around it. */
void ui_list_move(struct ui_list *l, size_t to);
void ui_list_fit(struct ui_list *l, size_t lines);

#endif

#include "tui/view_timeline.h"

#include "model/trace.h"
#include "tui/order.h"
#include "tui/pen.h"
#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 2, GLYPH = 2, TITLE_MOST = 40, BAR_MIN = 10, TICK_CELLS = 12, LEGEND_ROWS = 12 };

static const int64_t span_least_ms = INT64_C(60) * 1000, day_ms = INT64_C(24) * 3600 * 1000;

/* One case over time, wall ms; -1: not known, or not yet. */
struct life {
    int64_t start, results, archived, end, silent;
    bool start_seen; /* else the start is the earliest trace, and the true one lies before it */
};

static int64_t wall_of(const struct view_input *in, int64_t mono) { return in->wall_ms - (in->now_ms - mono); }

/* Modification time of the newest whole file with a role in a root, -1: none. */
static int64_t time_of_role(const struct table *t, const struct row *r, enum root_id id, unsigned role) {
    const struct profile *p = table_profile(t);
    const struct place *place = table_place(t, r, id, NULL);
    int64_t newest = -1;
    for (int i = 0; place != NULL && i < p->n_artifacts; i++) {
        const struct file_state *f = place_file(place, i);
        if (!(p->artifact[i].roles & role) || f->content != CONTENT_WHOLE) continue;
        if (f->mtime_ns / 1000000 > newest) newest = f->mtime_ns / 1000000;
    }
    return newest;
}

static bool results_are_there(const struct row *r) {
    return r->status == STATUS_COMPLETE || r->status == STATUS_ARCHIVING || r->status == STATUS_ARCHIVE_FAILED;
}

static int64_t last_result(const struct table *t, const struct row *r) {
    int64_t at = time_of_role(t, r, ROOT_BATCH, ROLE_LAST_RESULT);
    return at >= 0 ? at : time_of_role(t, r, ROOT_ARCHIVE, ROLE_LAST_RESULT);
}

/* One case that is seen. */
struct line {
    uint32_t at;        /* its number in the fleet */
    int64_t seen_start; /* monotonic ms when the monitor saw it begin, -1: it did not */
};

/* Fills seen_start[n] of the lines. All transitions are looked at once, for most of them only whether their case could
 * be one of the lines. */
static void find_starts(const struct fleet *f, struct line *line, size_t n) {
    enum { BITS = 4096 };
    for (size_t b = 0; b < f->n; b++) {
        const struct table *t = f->table[b];
        size_t first = fleet_first(f, b);
        bool maybe[BITS] = {false};
        for (size_t i = 0; i < n; i++) {
            if (line[i].at >= first) maybe[(line[i].at - first) % BITS] = true;
        }
        for (size_t i = 0, count = table_transition_count(t); i < count; i++) {
            const struct transition *x = table_transition(t, i);
            if (x->from != STATUS_PENDING || x->first || !maybe[x->row % BITS]) continue;
            for (size_t k = 0; k < n; k++) {
                if (line[k].at == first + x->row && line[k].seen_start < 0) line[k].seen_start = x->at;
            }
        }
    }
}

/* seen_start: monotonic ms, -1 unknown. */
static struct life life_of(const struct view_input *in, const struct row *r, int64_t seen_start) {
    const struct table *t = in->table;
    struct life f = {-1, -1, -1, -1, -1, false};
    if (r->status == STATUS_PENDING) return f;
    int64_t age = order_row_age(t, r, in->now_ms, in->wall_ms);
    f.start = row_more(r)->exit != NULL && row_more(r)->exit->start_ms > 0 ? row_more(r)->exit->start_ms
              : seen_start < 0                                             ? -1
                                                                           : wall_of(in, seen_start);
    f.start_seen = f.start >= 0;
    int64_t trace, newest;
    if (trace_span(t, r, &trace, &newest) && (f.start < 0 || trace < f.start)) f.start = trace;
    f.end = age >= 0 ? in->wall_ms - age : wall_of(in, r->status_since);
    if (r->status == STATUS_RUNNING) f.end = in->wall_ms;
    if (r->status == STATUS_STALLED) {
        f.silent = f.end;
        f.end = in->wall_ms;
    }
    if (results_are_there(r)) {
        f.results = last_result(t, r);
        if (f.results < 0) f.results = f.end;
        bool archive = table_root(t, ROOT_ARCHIVE)->in_play;
        int64_t done = time_of_role(t, r, ROOT_ARCHIVE, ROLE_MARKER_DONE);
        f.end = f.results;
        if (archive && r->status == STATUS_COMPLETE && done > f.results) f.archived = done;
        if (r->status == STATUS_ARCHIVING) f.archived = in->wall_ms;
        if (r->status == STATUS_ARCHIVE_FAILED) f.archived = wall_of(in, r->status_since);
    }
    if (f.start < 0 || f.start > f.end) f.start = f.end;
    return f;
}

struct scale {
    int64_t from, span;
    int col, cells; /* of the bars on the screen */
};

/* The cell of a moment; before the first -1, after the last `cells`. */
static int cell_of(const struct scale *k, int64_t at) {
    if (at < k->from) return -1;
    int64_t past = at - k->from;
    if (past >= k->span) return k->cells;
    return (int)((double)past / (double)k->span * k->cells);
}

static void fill(struct screen *s, int row, const struct scale *k, int64_t from, int64_t to, enum style style,
                 uint32_t utf8, uint32_t ascii) {
    int a = cell_of(k, from), b = cell_of(k, to);
    if (b < 0 || a >= k->cells) return;
    if (a < 0) a = 0;
    if (b >= k->cells) b = k->cells - 1;
    screen_fill(s, row, k->col + a, b - a + 1, style, s->utf8 ? utf8 : ascii);
}

static void draw_bar(const struct view_input *in, struct screen *s, int row, const struct scale *k, const struct row *r,
                     int64_t seen_start) {
    struct life f = life_of(in, r, seen_start);
    enum case_status status = (enum case_status)r->status;
    int now = cell_of(k, in->wall_ms);
    if (now >= 0 && now < k->cells) screen_fill(s, row, k->col + now, 1, STYLE_DIM, 0x2502);
    if (f.start < 0) return;
    bool moving = status == STATUS_RUNNING || status == STATUS_STALLED;
    enum style style = results_are_there(r) ? STYLE_COMPLETE : moving ? STYLE_RUNNING : STYLE_PROBLEM;
    fill(s, row, k, f.start, f.end, style, results_are_there(r) ? 0x2588 : 0x2592, results_are_there(r) ? '#' : '>');
    if (f.silent >= 0) fill(s, row, k, f.silent, f.end, STYLE_STALLED, '?', '?');
    if (f.archived >= 0) {
        bool failed = status == STATUS_ARCHIVE_FAILED;
        fill(s, row, k, f.results + k->span / (k->cells > 0 ? k->cells : 1), f.archived,
             failed ? STYLE_PROBLEM : STYLE_ARCHIVING, 0x2593, 'a');
    }
    int64_t last = f.archived > f.end ? f.archived : f.end;
    int a = cell_of(k, f.start), b = cell_of(k, last);
    if (!f.start_seen && a >= 0 && a < k->cells && !moving) {
        /* It began before its first trace. */
        if (a > 0) screen_text(s, row, k->col + a - 1, 1, STYLE_DIM, "←");
    } else if (a < 0 && b >= 0) {
        screen_text(s, row, k->col, 1, STYLE_DIM, "←");
    }
    if (status_is_problem(status) && b >= 0 && b < k->cells) {
        screen_text(s, row, k->col + b, 1, theme_status(status), status_glyph(status, s->utf8));
    }
}

/* The smallest step of the clock that leaves room for its words. */
static int64_t tick_step(const struct scale *k) {
    static const int64_t seconds[] = {5,    10,    30,    60,    300,    600,    1800,    3600,
                                      7200, 21600, 43200, 86400, 172800, 604800, 2592000, 31536000};
    size_t i = 0, n = sizeof seconds / sizeof *seconds;
    int64_t least = k->cells > 0 ? k->span / k->cells * TICK_CELLS : k->span;
    while (i + 1 < n && seconds[i] * 1000 < least) i++;
    return seconds[i] * 1000;
}

static void draw_axis(const struct view_input *in, struct screen *s, int row, const struct scale *k) {
    int64_t step = tick_step(k), offset = (int64_t)in->utc_offset_min * 60000;
    int64_t tick = (k->from + offset) / step * step - offset;
    int now = cell_of(k, in->wall_ms), free_from = 0;
    char text[PEN_WORDS];
    const char *now_word = word(in->ui->language, WORD_NOW);
    int now_cells = screen_measure(s, now_word, k->cells);
    screen_fill(s, row, 0, s->cols, STYLE_HEADING, ' ');
    screen_text(s, row, MARGIN + GLYPH, k->col - MARGIN - GLYPH - 1, STYLE_HEADING,
                word(in->ui->language, WORD_HEAD_CASE));
    for (; tick < k->from + k->span; tick += step) {
        int at = cell_of(k, tick);
        if (at < free_from) continue;
        if (step >= day_ms) {
            pen_date(tick, in->utc_offset_min, text);
        } else {
            pen_clock(tick, in->utc_offset_min, step < 60000, text);
        }
        int cells = (int)strlen(text);
        bool meets_now = now >= 0 && at + cells >= now && at <= now + now_cells;
        if (at + cells > k->cells || meets_now) continue;
        screen_text(s, row, k->col + at, cells, STYLE_HEADING, text);
        free_from = at + cells + 2;
    }
    if (now < 0 || now >= k->cells) return;
    int at = now + now_cells > k->cells ? k->cells - now_cells : now;
    screen_text(s, row, k->col + at, now_cells, STYLE_KEY, now_word);
}

static void draw_legend(const struct view_input *in, struct screen *s, int row) {
    static const struct {
        enum style style;
        const char *mark;
        enum word word;
    } entries[] = {{STYLE_RUNNING, "▒▒", WORD_STATUS_RUNNING},
                   {STYLE_COMPLETE, "██", WORD_LEGEND_RESULTS},
                   {STYLE_ARCHIVING, "▓▓", WORD_LEGEND_ARCHIVE},
                   {STYLE_STALLED, "??", WORD_LEGEND_SILENT},
                   {STYLE_DIM, "←", WORD_LEGEND_BEFORE}};
    struct pen p = {s, row, MARGIN, s->cols - 1};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const char *words = word(in->ui->language, entries[i].word);
        if (p.col + 4 + screen_measure(s, words, s->cols) > p.end) return;
        pen_text(&p, entries[i].style, entries[i].mark);
        p.col++;
        pen_text(&p, STYLE_DIM, words);
        p.col += 3;
    }
}

void view_timeline_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    struct ui_state *ui = in->ui;
    struct ui_timeline *v = &ui->timeline;
    struct ui_list *l = &ui->list;
    if (lines < 1) return;
    if (!v->fixed) {
        int64_t past = in->eta != NULL && in->eta->began_ms >= 0 ? in->wall_ms - in->eta->began_ms : 0;
        if (past < span_least_ms) past = span_least_ms;
        v->span_ms = past + past / 20;
        v->from_ms = in->wall_ms - past;
    }
    int room = s->cols / 3 < TITLE_MOST ? s->cols / 3 : TITLE_MOST;
    int title = ui->title_width < room ? ui->title_width : room;
    int batch = view_batch_cells(in, s);
    struct scale k = {v->from_ms, v->span_ms, MARGIN + GLYPH + batch + title + 1, 0};
    k.cells = s->cols - k.col - 1;
    if (k.cells < BAR_MIN) k.cells = 0;
    int end = row + lines;
    if (lines > 3) draw_axis(in, s, row++, &k);
    if (lines >= LEGEND_ROWS) draw_legend(in, s, --end);
    ui_list_fit(l, (size_t)(end - row > 0 ? end - row : 1));
    struct line shown[SCREEN_MAX_ROWS] = {{0, 0}};
    size_t n = l->n - l->top < (size_t)(end - row) ? l->n - l->top : (size_t)(end - row);
    for (size_t i = 0; i < n; i++) shown[i] = (struct line){ui->order[l->top + i], -1};
    find_starts(in->fleet, shown, n);
    for (size_t i = 0; i < n; i++, row++) {
        uint32_t at = shown[i].at;
        struct view_input here = view_of(in, at);
        const struct row *r = fleet_row(in->fleet, at, NULL);
        enum case_status status = (enum case_status)r->status;
        if (ui->marked[at]) screen_text(s, row, 1, 1, STYLE_KEY, "*");
        screen_text(s, row, MARGIN, 1, theme_status(status), status_glyph(status, s->utf8));
        if (batch > 0) view_batch(&here, s, row, MARGIN + GLYPH, batch, STYLE_DIM);
        pen_middle(s, row, MARGIN + GLYPH + batch, title, status_is_problem(status) ? STYLE_STRONG : STYLE_TEXT,
                   r->title);
        if (k.cells > 0) draw_bar(&here, s, row, &k, r, shown[i].seen_start);
        if (l->top + i == l->cursor) {
            screen_text(s, row, 0, 1, STYLE_STRONG, ">");
            /* The bar keeps its colours. */
            screen_mark(s, row, 0, k.col - 1);
        }
        ui_add_hit(ui, row, 0, s->cols, HIT_LINE, (uint32_t)(l->top + i));
    }
}

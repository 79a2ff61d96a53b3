#include "tui/header.h"

#include "tui/pen.h"
#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

/* Below these the header shrinks so that the rows keep their room. */
enum { TINY_ROWS = 6, COMPACT_ROWS = 16, TALL_ROWS = 20, COMPACT_COLS = 60, WIDE_COLS = 110 };

static bool is_tiny(const struct screen *s) { return s->rows < TINY_ROWS; }
static bool is_compact(const struct screen *s) { return s->rows < COMPACT_ROWS; }

static bool root_is_unwell(const struct root_state *r) {
    return r->in_play && (r->health == HEALTH_STALE || r->health == HEALTH_HUNG || r->health == HEALTH_DEGRADED);
}

static bool any_root_is_unwell(const struct table *t) {
    return root_is_unwell(table_root(t, ROOT_BATCH)) || root_is_unwell(table_root(t, ROOT_ARCHIVE));
}

int header_lines(const struct view_input *in, const struct screen *s) {
    if (is_tiny(s)) return 1;
    if (is_compact(s)) return any_root_is_unwell(in->table) ? 4 : 3;
    /* Two lines of counts where one has no room for the words, else air: the rows below do not move either way. */
    return s->rows >= TALL_ROWS ? 6 : 5;
}

static const char *batch_path(const struct table *t) {
    const char *path = table_policy(t)->batch_path;
    if (path == NULL) path = table_root(t, ROOT_BATCH)->path;
    return path != NULL ? path : "the batch directory";
}

static size_t count(const struct table *t, enum case_status s) { return table_status_count(t, s); }

static size_t count_problems(const struct table *t) {
    size_t n = 0;
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (status_is_problem((enum case_status)s)) n += count(t, (enum case_status)s);
    }
    return n;
}

/* The line nobody may overlook, or nothing while the sweep simply goes on. */
static bool banner(const struct view_input *in, char *out, size_t cap, enum style *style) {
    const struct table *t = in->table;
    size_t n = table_count(t), complete = count(t, STATUS_COMPLETE), problems = count_problems(t);
    const struct root_state *batch = table_root(t, ROOT_BATCH);
    if (table_over(t) && n > 0) {
        if (complete == n) {
            *style = STYLE_BANNER_GOOD;
            snprintf(out, cap, n == 1 ? "SETTLED: the case is complete" : "SETTLED: all %zu cases complete", n);
            return true;
        }
        *style = STYLE_BANNER_BAD;
        if (problems == 0) {
            snprintf(out, cap, "SETTLED: %zu of %zu complete", complete, n);
            return true;
        }
        int len = snprintf(out, cap, "SETTLED: %zu of %zu need%s you:", problems, n, problems == 1 ? "s" : "");
        const char *before = " ";
        for (int s = 0; s < STATUS_COUNT; s++) {
            size_t k = count(t, (enum case_status)s);
            if (k == 0 || !status_is_problem((enum case_status)s)) continue;
            size_t used = (size_t)len < cap ? (size_t)len : cap - 1;
            len += snprintf(out + used, cap - used, "%s%zu %s", before, k, status_word((enum case_status)s));
            before = ", ";
        }
        return true;
    }
    if (batch->health == HEALTH_WAITING) {
        *style = STYLE_BANNER_WAIT;
        if (batch->reason != NULL) {
            snprintf(out, cap, "WAITING: %s", batch->reason);
        } else {
            snprintf(out, cap, "WAITING for %s to appear", batch_path(t));
        }
        return true;
    }
    return false;
}

/* "2 h 10 – 3 h 05" ahead of now, rounded up: nobody is told a time that is already over. */
static void eta_words(const struct eta *e, char *out, size_t cap) {
    if (e == NULL || !e->known) {
        snprintf(out, cap, "—");
        return;
    }
    const int64_t minute = 60000;
    if (e->high_ms < minute) {
        snprintf(out, cap, "less than 1 min");
        return;
    }
    char low[PEN_WORDS], high[PEN_WORDS];
    pen_span((e->low_ms + minute - 1) / minute * minute, low);
    pen_span((e->high_ms + minute - 1) / minute * minute, high);
    if (strcmp(low, high) == 0) {
        snprintf(out, cap, "about %s", low);
    } else {
        snprintf(out, cap, "%s – %s", e->low_ms < minute ? "1 min" : low, high);
    }
}

static void draw_title(const struct view_input *in, struct screen *s, int row) {
    char clock[PEN_WORDS];
    pen_clock(in->wall_ms, in->utc_offset_min, true, clock);
    int clock_cells = (int)strlen(clock);
    int end = s->cols > clock_cells + 24 ? s->cols - clock_cells - 3 : s->cols - 1;
    struct pen p = {s, row, 1, end};
    pen_text(&p, STYLE_STRONG, "sweepwatch");
    if (end - p.col > 4) pen_tail(s, row, p.col + 2, end - p.col - 2, STYLE_TEXT, batch_path(in->table));
    if (end < s->cols - 1) screen_text_right(s, row, s->cols - clock_cells - 1, clock_cells, STYLE_DIM, clock);
}

static void draw_banner(struct screen *s, int row, enum style style, const char *text, const char *right) {
    screen_fill(s, row, 0, s->cols, style, ' ');
    int used = screen_text(s, row, 1, s->cols - 2, style, text);
    int needed = screen_measure(s, right, s->cols);
    if (used + needed + 4 <= s->cols) screen_text_right(s, row, s->cols - needed - 1, needed, style, right);
}

static void draw_state(const struct view_input *in, struct screen *s, int row) {
    char elapsed[PEN_WORDS], eta[2 * PEN_WORDS + 8];
    pen_span(in->elapsed_ms, elapsed);
    eta_words(in->eta, eta, sizeof eta);
    struct pen p = {s, row, 1, s->cols - 1};
    pen_text(&p, STYLE_DIM, "elapsed ");
    pen_text(&p, STYLE_TEXT, elapsed);
    pen_text(&p, STYLE_DIM, "   ETA ");
    pen_text(&p, STYLE_TEXT, eta);
}

/* What one segment of the bar is made of; problems share one. */
struct segment {
    uint32_t utf8, ascii;
    enum style style;
    size_t cases;
    int cells;
};

enum { SEGMENTS = 6 };

static void fill_segments(const struct table *t, struct segment seg[SEGMENTS]) {
    const struct segment all[SEGMENTS] = {
        {0x2588, '#', STYLE_COMPLETE, count(t, STATUS_COMPLETE), 0},
        {0x2593, 'a', STYLE_ARCHIVING, count(t, STATUS_ARCHIVING), 0},
        {0x2592, '>', STYLE_RUNNING, count(t, STATUS_RUNNING), 0},
        {'?', '?', STYLE_STALLED, count(t, STATUS_STALLED), 0},
        {'!', '!', STYLE_PROBLEM, count_problems(t) - count(t, STATUS_STALLED), 0},
        {0xB7, '.', STYLE_PENDING, count(t, STATUS_PENDING), 0},
    };
    memcpy(seg, all, sizeof all);
}

/* Every status that occurs has a cell; the largest gives what that costs. */
static void share_cells(struct segment seg[SEGMENTS], size_t n, int width) {
    int used = 0, largest = 0;
    for (int i = 0; i < SEGMENTS; i++) {
        seg[i].cells = (int)((uint64_t)seg[i].cases * (uint64_t)width / n);
        if (seg[i].cases > 0 && seg[i].cells == 0) seg[i].cells = 1;
        if (seg[i].cases > seg[largest].cases) largest = i;
        used += seg[i].cells;
    }
    seg[largest].cells += width - used;
}

static void draw_bar(const struct view_input *in, struct screen *s, int row, bool with_eta) {
    const struct table *t = in->table;
    size_t n = table_count(t);
    if (n == 0) return;
    char right[4 * PEN_WORDS];
    size_t done = count(t, STATUS_COMPLETE);
    int len = snprintf(right, sizeof right, "%zu/%zu", done, n);
    if (with_eta) {
        char eta[2 * PEN_WORDS + 8];
        eta_words(in->eta, eta, sizeof eta);
        snprintf(right + len, sizeof right - (size_t)len, "  ETA %s", eta);
    } else {
        /* Rounded down: 100 % means all. */
        snprintf(right + len, sizeof right - (size_t)len, "  %zu %%", done * 100 / n);
    }
    int needed = screen_measure(s, right, s->cols), width = s->cols - 2 - needed - 2;
    if (width < SEGMENTS + 2) {
        screen_text(s, row, 1, s->cols - 2, STYLE_TEXT, right);
        return;
    }
    screen_text_right(s, row, s->cols - 1 - needed, needed, STYLE_TEXT, right);
    struct segment seg[SEGMENTS];
    fill_segments(t, seg);
    share_cells(seg, n, width);
    int col = 1;
    for (int i = 0; i < SEGMENTS; i++) {
        screen_fill(s, row, col, seg[i].cells, seg[i].style, s->utf8 ? seg[i].utf8 : seg[i].ascii);
        col += seg[i].cells;
    }
}

/* While the sweep goes on its usual statuses are always told, so that the line does not jump; a problem when there is
 * one. */
static bool is_counted(const struct table *t, enum case_status s) {
    if (count(t, s) > 0) return true;
    if (table_over(t)) return s == STATUS_COMPLETE;
    return s == STATUS_RUNNING || s == STATUS_PENDING || s == STATUS_COMPLETE ||
           (s == STATUS_ARCHIVING && table_root(t, ROOT_ARCHIVE)->in_play);
}

/* "✖ 2 failed", "✖ 2", "✖2" */
enum count_form { COUNT_WORDS, COUNT_SPACED, COUNT_TIGHT };

static const int count_gap[] = {3, 2, 1};

static void count_words(const struct screen *s, const struct table *t, enum case_status status, enum count_form form,
                        char *out, size_t cap) {
    const char *glyph = status_glyph(status, s->utf8);
    size_t k = count(t, status);
    if (form == COUNT_WORDS) {
        snprintf(out, cap, "%s %zu %s", glyph, k, status_word(status));
    } else {
        snprintf(out, cap, "%s%s%zu", glyph, form == COUNT_SPACED ? " " : "", k);
    }
}

/* Writes the counts of the statuses first..last and returns the cells they take; p NULL: only measures. */
static int write_counts(const struct screen *s, struct pen *p, const struct table *t, int first, int last,
                        enum count_form form) {
    int cells = 0;
    char words[64];
    if (form == COUNT_WORDS && first == 0 && count_problems(t) == 0) {
        const char *none = "no problems";
        if (p != NULL) {
            pen_text(p, STYLE_DIM, none);
            p->col += count_gap[form];
        }
        cells += (int)strlen(none) + count_gap[form];
    }
    for (int i = first; i <= last; i++) {
        if (!is_counted(t, (enum case_status)i)) continue;
        count_words(s, t, (enum case_status)i, form, words, sizeof words);
        cells += screen_measure(s, words, s->cols) + count_gap[form];
        if (p == NULL) continue;
        pen_text(p, count(t, (enum case_status)i) > 0 ? theme_status((enum case_status)i) : STYLE_DIM, words);
        p->col += count_gap[form];
    }
    return cells > 0 ? cells - count_gap[form] : 0;
}

/* The counts on one line, in as many words as fit. */
static void draw_counts(const struct view_input *in, struct screen *s, int row, int first, int last) {
    if (table_count(in->table) == 0) return;
    enum count_form form = COUNT_WORDS;
    while (form < COUNT_TIGHT && write_counts(s, NULL, in->table, first, last, form) > s->cols - 2) form++;
    struct pen p = {s, row, 1, s->cols - 1};
    write_counts(s, &p, in->table, first, last, form);
}

static enum style health_style(enum root_health h) {
    switch (h) {
    case HEALTH_STALE:
    case HEALTH_HUNG:
        return STYLE_PROBLEM;
    case HEALTH_DEGRADED:
        return STYLE_STALLED;
    default:
        return STYLE_TEXT;
    }
}

/* "archive stale since 12:03" and why, the latter in at most `room` cells. */
static void draw_root(const struct view_input *in, struct pen *p, enum root_id id, int room) {
    const struct root_state *r = table_root(in->table, id);
    char clock[PEN_WORDS];
    pen_clock(in->wall_ms - (in->now_ms - r->since), in->utc_offset_min, false, clock);
    enum style style = health_style(r->health);
    pen_format(p, style == STYLE_TEXT ? STYLE_DIM : style, "%s ", root_word(id));
    if (r->health == HEALTH_HUNG) {
        pen_format(p, style, "not answering since %s", clock);
    } else if (r->health == HEALTH_STALE) {
        pen_format(p, style, "stale since %s", clock);
    } else {
        pen_text(p, style, health_word(r->health));
    }
    const char *why = r->reason != NULL ? r->reason : r->learned ? "learned from the cases" : "";
    if (why[0] == '\0' || room < 4) return;
    pen_text(p, STYLE_DIM, " (");
    struct pen part = *p;
    if (part.end > part.col + room - 3) part.end = part.col + room - 3;
    pen_text(&part, STYLE_DIM, why);
    p->col = part.col;
    pen_text(p, STYLE_DIM, ")");
}

/* All of it, the reasons within `room` cells each; returns the cells used. */
static int write_facts(const struct view_input *in, struct pen p, bool unwell_only, int room) {
    int from = p.col;
    const char *between = "";
    if (!unwell_only) {
        int64_t newest = -1;
        for (int id = 0; id < ROOT_COUNT; id++) {
            int64_t at = table_root(in->table, (enum root_id)id)->last_fact_at;
            if (at > newest) newest = at;
        }
        if (newest >= 0) {
            char age[PEN_WORDS];
            pen_span(in->now_ms > newest ? in->now_ms - newest : 0, age);
            pen_format(&p, STYLE_DIM, "last fact %s ago", age);
            between = " · ";
        }
    }
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct root_state *r = table_root(in->table, (enum root_id)id);
        if (!r->in_play && id != ROOT_BATCH) continue;
        if (unwell_only && !root_is_unwell(r)) continue;
        pen_text(&p, STYLE_DIM, between);
        draw_root(in, &p, (enum root_id)id, room);
        between = " · ";
    }
    return p.col - from;
}

/* The reasons share what the states leave: how the archive is must not be hidden by the batch's reason. */
static void draw_facts(const struct view_input *in, struct screen *s, int row, bool unwell_only) {
    struct pen p = {s, row, 1, s->cols - 1};
    int bare = write_facts(in, p, unwell_only, 0);
    int whys = 0;
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct root_state *r = table_root(in->table, (enum root_id)id);
        if ((r->reason != NULL || r->learned) && (!unwell_only || root_is_unwell(r))) whys++;
    }
    screen_fill(s, row, 0, s->cols, STYLE_TEXT, ' ');
    write_facts(in, p, unwell_only, whys > 0 ? (p.end - p.col - bare) / whys : 0);
}

void header_draw(const struct view_input *in, struct screen *s) {
    char text[1024], elapsed[PEN_WORDS], right[PEN_WORDS + 16];
    enum style style;
    bool special = banner(in, text, sizeof text, &style);
    pen_span(in->elapsed_ms, elapsed);
    if (in->elapsed_ms >= 0) {
        snprintf(right, sizeof right, "elapsed %s", elapsed);
    } else {
        right[0] = '\0';
    }
    if (is_tiny(s)) {
        if (special) {
            draw_banner(s, 0, style, text, "");
        } else {
            draw_counts(in, s, 0, 0, STATUS_COUNT - 1);
        }
        return;
    }
    int row = 0;
    draw_title(in, s, row++);
    if (is_compact(s)) {
        if (special) {
            draw_banner(s, row++, style, text, "");
        } else {
            draw_bar(in, s, row++, true);
        }
        draw_counts(in, s, row++, 0, STATUS_COUNT - 1);
        if (any_root_is_unwell(in->table)) draw_facts(in, s, row, true);
        return;
    }
    if (special) {
        draw_banner(s, row++, style, text, right);
    } else {
        draw_state(in, s, row++);
    }
    draw_bar(in, s, row++, false);
    if (s->rows >= TALL_ROWS && s->cols < WIDE_COLS) {
        draw_counts(in, s, row++, 0, STATUS_STALLED);
        draw_counts(in, s, row++, STATUS_STALLED + 1, STATUS_COUNT - 1);
    } else {
        draw_counts(in, s, row++, 0, STATUS_COUNT - 1);
    }
    draw_facts(in, s, row, s->cols < COMPACT_COLS && any_root_is_unwell(in->table));
}

#include "tui/header.h"

#include "model/machine_state.h"
#include "model/text.h"
#include "tui/pen.h"
#include "tui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below these the header shrinks so that the rows keep their room. */
enum { TINY_ROWS = 6, COMPACT_ROWS = 16, TALL_ROWS = 20, MOST_UNWELL = 3, COMPACT_COLS = 60, WIDE_COLS = 110 };

static bool is_tiny(const struct screen *s) { return s->rows < TINY_ROWS; }
static bool is_compact(const struct screen *s) { return s->rows < COMPACT_ROWS; }

static bool root_is_unwell(const struct root_state *r) {
    return r->in_play && (r->health == HEALTH_STALE || r->health == HEALTH_HUNG || r->health == HEALTH_DEGRADED ||
                          r->health == HEALTH_RELEASED);
}

/* Does it deserve a line of its own? Of one batch the banner says what is waited for. */
static bool needs_line(const struct fleet *f, size_t batch, enum root_id id) {
    const struct root_state *r = table_root(f->table[batch], id);
    return root_is_unwell(r) || (f->n > 1 && id == ROOT_BATCH && r->health == HEALTH_WAITING);
}

static int unwell_roots(const struct fleet *f) {
    int n = 0;
    for (size_t b = 0; b < f->n; b++) {
        for (int id = 0; id < ROOT_COUNT; id++) n += needs_line(f, b, (enum root_id)id);
    }
    return n;
}

/* Of several batches each has a word on one line, and roots that are not well a line each, as far as there is room. */
static int batch_lines(const struct view_input *in, const struct screen *s) {
    int most = s->rows >= TALL_ROWS ? MOST_UNWELL : 1, unwell = unwell_roots(in->fleet);
    if (in->fleet->n < 2) return 1;
    return 1 + (unwell < most ? unwell : most);
}

int header_lines(const struct view_input *in, const struct screen *s) {
    if (is_tiny(s)) return 1;
    if (is_compact(s)) return unwell_roots(in->fleet) > 0 ? 4 : 3;
    return (s->rows >= TALL_ROWS && s->cols < WIDE_COLS ? 5 : 4) + batch_lines(in, s); /* one line of counts more */
}

static const char *batch_path(const struct view_input *in) {
    const char *path = fleet_label(in->fleet, in->batch);
    return path[0] != '\0' ? path : word(in->ui->language, WORD_THE_BATCH);
}

static size_t count(const struct view_input *in, enum case_status s) { return fleet_status_count(in->fleet, s); }

/* "3 failed, 1 stalled" */
static void problem_words(const struct view_input *in, char *out, size_t cap) {
    size_t len = 0;
    out[0] = '\0';
    for (int s = 0; s < STATUS_COUNT && len < cap; s++) {
        size_t k = count(in, (enum case_status)s);
        if (k == 0 || !status_is_problem((enum case_status)s)) continue;
        len += (size_t)snprintf(out + len, cap - len, "%s%zu %s", len > 0 ? ", " : "", k,
                                word_status(in->ui->language, (enum case_status)s));
    }
}

/* The line nobody may overlook, or nothing while the sweep simply goes on. */
static bool banner(const struct view_input *in, char *out, size_t cap, enum style *style) {
    enum language l = in->ui->language;
    size_t n = fleet_count(in->fleet), complete = count(in, STATUS_COMPLETE), problems = fleet_problems(in->fleet);
    const struct root_state *batch = table_root(in->table, ROOT_BATCH);
    char all[32], done[32], wrong[32], words[256], line[1024];
    snprintf(all, sizeof all, "%zu", n);
    snprintf(done, sizeof done, "%zu", complete);
    snprintf(wrong, sizeof wrong, "%zu", problems);
    if (fleet_over(in->fleet) && n > 0) {
        size_t unverified = fleet_flag_count(in->fleet, FLAG_BIT_UNVERIFIED);
        *style = complete == n && unverified == 0 ? STYLE_BANNER_GOOD : STYLE_BANNER_BAD;
        if (complete == n) {
            words_format(l, n == 1 ? WORD_SETTLED_ONE : WORD_SETTLED_ALL, WORDS(all), line, sizeof line);
        } else if (problems == 0) {
            words_format(l, WORD_SETTLED_SOME, WORDS(done, all), line, sizeof line);
        } else {
            problem_words(in, words, sizeof words);
            words_format(l, problems == 1 ? WORD_SETTLED_PROBLEM : WORD_SETTLED_PROBLEMS, WORDS(wrong, all, words),
                         line, sizeof line);
        }
        snprintf(words, sizeof words, "%zu", unverified);
        words_format(l, WORD_UNVERIFIED, WORDS(line, words), out, cap);
        if (unverified == 0) snprintf(out, cap, "%s", line);
        return true;
    }
    if (batch->health == HEALTH_WAITING && in->fleet->n == 1) {
        *style = STYLE_BANNER_WAIT;
        words_format(l, batch->reason != NULL ? WORD_WAITING_WHY : WORD_WAITING,
                     WORDS(batch->reason != NULL ? batch->reason : batch_path(in)), out, cap);
        return true;
    }
    return false;
}

/* "2 h 10 – 3 h 05" ahead of now, rounded up: nobody is told a time that is already over. */
static void eta_words(const struct eta *e, enum language l, char *out, size_t cap) {
    if (e == NULL || !e->known) {
        snprintf(out, cap, "—");
        return;
    }
    const int64_t minute = 60000;
    if (e->high_ms < minute) {
        words_format(l, WORD_ETA_SOON, NULL, out, cap);
        return;
    }
    char low[PEN_WORDS], high[PEN_WORDS];
    pen_span((e->low_ms + minute - 1) / minute * minute, low);
    pen_span((e->high_ms + minute - 1) / minute * minute, high);
    if (strcmp(low, high) == 0) {
        words_format(l, WORD_ETA_ABOUT, WORDS(low), out, cap);
    } else {
        snprintf(out, cap, "%s – %s", e->low_ms < minute ? "1 min" : low, high);
    }
}

/* "4 batches · 2 " before the path of the selected case's: the legend to the column of numbers. */
static void draw_selected_batch(const struct view_input *in, struct pen *p) {
    char number[32];
    snprintf(number, sizeof number, "%zu", in->fleet->n);
    pen_say(p, STYLE_STRONG, in->ui->language, WORD_BATCHES, WORDS(number));
    pen_format(p, STYLE_TEXT, " · %zu ", in->batch + 1);
}

static void draw_title(const struct view_input *whole, struct screen *s, int row) {
    size_t selected = 0;
    ui_selected(whole->ui, whole->fleet, &selected);
    struct view_input here = view_of(whole, selected), *in = &here;
    char clock[PEN_WORDS];
    pen_clock(in->wall_ms, in->utc_offset_min, true, clock);
    int clock_cells = (int)strlen(clock);
    int end = s->cols > clock_cells + 24 ? s->cols - clock_cells - 3 : s->cols - 1;
    struct pen p = {s, row, 1, end};
    pen_text(&p, STYLE_STRONG, "sweepwatch");
    p.col += 2;
    if (in->fleet->n > 1) draw_selected_batch(in, &p);
    if (end - p.col > 2) pen_tail(s, row, p.col, end - p.col, STYLE_TEXT, batch_path(in));
    if (end < s->cols - 1) screen_text_right(s, row, s->cols - clock_cells - 1, clock_cells, STYLE_DIM, clock);
}

static void draw_banner(struct screen *s, int row, enum style style, const char *text, const char *right) {
    screen_fill(s, row, 0, s->cols, style, ' ');
    int used = screen_text(s, row, 1, s->cols - 2, style, text);
    int needed = screen_measure(s, right, s->cols);
    if (used + needed + 4 <= s->cols) screen_text_right(s, row, s->cols - needed - 1, needed, style, right);
}

enum { MACHINE_PIECES = 3, MACHINE_GAP = 3, MACHINE_WORDS = 96 };

/* One thing to say of the machine; "": it is not known. */
struct machine_piece {
    char words[MACHINE_WORDS];
    bool alarm;
};

static void machine_pieces(const struct fact_machine *m, enum language l, struct machine_piece out[MACHINE_PIECES]) {
    enum machine_state state = machine_judge(m);
    char a[PEN_WORDS], b[PEN_WORDS];
    memset(out, 0, MACHINE_PIECES * sizeof *out);
    if (m->load >= 0) {
        text_tenths(m->load, a, sizeof a);
        snprintf(b, sizeof b, "%lld", (long long)m->processors);
        words_format(l, m->processors > 0 ? WORD_LOAD : WORD_LOAD_ALONE, WORDS(a, b), out[0].words, MACHINE_WORDS);
        out[0].alarm = state == MACHINE_OVERLOADED;
    }
    if (m->memory_total > 0) {
        pen_size(m->memory_available, a);
        words_format(l, WORD_MEMORY, WORDS(a), out[1].words, MACHINE_WORDS);
        out[1].alarm = state == MACHINE_SHORT || state == MACHINE_SWAPPING;
    }
    if (m->swap_total > 0) {
        pen_size(m->swap_used, a);
        words_format(l, WORD_SWAP, WORDS(a), out[2].words, MACHINE_WORDS);
        out[2].alarm = state == MACHINE_SWAPPING;
    }
}

/* Load, memory and swap at the end of a line whose cells up to `used` are taken: what is alarming first, the others as
 * far as they fit. Of several batches, of the machine of the selected case's: the line above names it. */
static void draw_machine(const struct view_input *in, struct screen *s, int row, int used) {
    size_t at = 0;
    ui_selected(in->ui, in->fleet, &at);
    const struct fact_machine *m = table_machine(fleet_table_of(in->fleet, at), in->now_ms);
    struct machine_piece piece[MACHINE_PIECES];
    bool fits[MACHINE_PIECES] = {false};
    int room = s->cols - 1 - used, cells = 0;
    if (m == NULL) return;
    machine_pieces(m, in->ui->language, piece);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < MACHINE_PIECES; i++) {
            int needed = MACHINE_GAP + screen_measure(s, piece[i].words, s->cols);
            if (piece[i].words[0] == '\0' || piece[i].alarm != (pass == 0) || cells + needed > room) continue;
            fits[i] = true;
            cells += needed;
        }
    }
    struct pen p = {s, row, s->cols - 1 - cells, s->cols - 1};
    for (int i = 0; i < MACHINE_PIECES; i++) {
        if (!fits[i]) continue;
        p.col += MACHINE_GAP;
        pen_text(&p, piece[i].alarm ? STYLE_STALLED : STYLE_DIM, piece[i].words);
    }
}

static void draw_state(const struct view_input *in, struct screen *s, int row) {
    char elapsed[PEN_WORDS], eta[2 * PEN_WORDS + 8];
    pen_span(in->elapsed_ms, elapsed);
    eta_words(in->eta, in->ui->language, eta, sizeof eta);
    struct pen p = {s, row, 1, s->cols - 1};
    pen_say(&p, STYLE_DIM, in->ui->language, WORD_ELAPSED, NULL);
    pen_text(&p, STYLE_TEXT, elapsed);
    p.col += 3;
    pen_say(&p, STYLE_DIM, in->ui->language, WORD_ETA, NULL);
    pen_text(&p, STYLE_TEXT, eta);
    draw_machine(in, s, row, p.col);
}

/* What one segment of the bar is made of; problems share one. */
struct segment {
    uint32_t utf8, ascii;
    enum style style;
    size_t cases;
    int cells;
};

enum { SEGMENTS = 6 };

static void fill_segments(const struct view_input *in, struct segment seg[SEGMENTS]) {
    const struct segment all[SEGMENTS] = {
        {0x2588, '#', STYLE_COMPLETE, count(in, STATUS_COMPLETE), 0},
        {0x2593, 'a', STYLE_ARCHIVING, count(in, STATUS_ARCHIVING), 0},
        {0x2592, '>', STYLE_RUNNING, count(in, STATUS_RUNNING), 0},
        {'?', '?', STYLE_STALLED, count(in, STATUS_STALLED), 0},
        {'!', '!', STYLE_PROBLEM, fleet_problems(in->fleet) - count(in, STATUS_STALLED), 0},
        {0xB7, '.', STYLE_PENDING, count(in, STATUS_PENDING), 0},
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
    size_t n = fleet_count(in->fleet);
    if (n == 0) return;
    char right[4 * PEN_WORDS];
    size_t done = count(in, STATUS_COMPLETE);
    int len = snprintf(right, sizeof right, "%zu/%zu", done, n);
    if (with_eta) {
        char eta[2 * PEN_WORDS + 8];
        eta_words(in->eta, in->ui->language, eta, sizeof eta);
        snprintf(right + len, sizeof right - (size_t)len, "  %s%s", word(in->ui->language, WORD_ETA), eta);
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
    fill_segments(in, seg);
    share_cells(seg, n, width);
    int col = 1;
    for (int i = 0; i < SEGMENTS; i++) {
        screen_fill(s, row, col, seg[i].cells, seg[i].style, s->utf8 ? seg[i].utf8 : seg[i].ascii);
        col += seg[i].cells;
    }
}

/* While the sweep goes on its usual statuses are always told, so that the line does not jump; a problem when there is
 * one. */
static bool is_counted(const struct view_input *in, enum case_status s) {
    if (count(in, s) > 0) return true;
    if (fleet_over(in->fleet)) return s == STATUS_COMPLETE;
    return s == STATUS_RUNNING || s == STATUS_PENDING || s == STATUS_COMPLETE ||
           (s == STATUS_ARCHIVING && fleet_has_archive(in->fleet));
}

/* "✖ 2 failed", "✖ 2", "✖2" */
enum count_form { COUNT_WORDS, COUNT_SPACED, COUNT_TIGHT };

static const int count_gap[] = {3, 2, 1};

static void count_words(const struct screen *s, const struct view_input *in, enum case_status status,
                        enum count_form form, char *out, size_t cap) {
    const char *glyph = status_glyph(status, s->utf8);
    size_t k = count(in, status);
    if (form == COUNT_WORDS) {
        snprintf(out, cap, "%s %zu %s", glyph, k, word_status(in->ui->language, status));
    } else {
        snprintf(out, cap, "%s%s%zu", glyph, form == COUNT_SPACED ? " " : "", k);
    }
}

/* Writes the counts of the statuses first..last and returns the cells they take; p NULL: only measures. */
static int write_counts(const struct screen *s, struct pen *p, const struct view_input *in, int first, int last,
                        enum count_form form) {
    int cells = 0;
    char words[96];
    if (form == COUNT_WORDS && first == 0 && fleet_problems(in->fleet) == 0) {
        const char *none = word(in->ui->language, WORD_NO_PROBLEMS);
        if (p != NULL) {
            pen_text(p, STYLE_DIM, none);
            p->col += count_gap[form];
        }
        cells += screen_measure(s, none, s->cols) + count_gap[form];
    }
    for (int i = first; i <= last; i++) {
        if (!is_counted(in, (enum case_status)i)) continue;
        count_words(s, in, (enum case_status)i, form, words, sizeof words);
        cells += screen_measure(s, words, s->cols) + count_gap[form];
        if (p == NULL) continue;
        pen_text(p, count(in, (enum case_status)i) > 0 ? theme_status((enum case_status)i) : STYLE_DIM, words);
        p->col += count_gap[form];
    }
    return cells > 0 ? cells - count_gap[form] : 0;
}

/* The counts on one line, in as many words as fit; with text at the end of the line, "" none, where that fits too. */
static void draw_counts(const struct view_input *in, struct screen *s, int row, int first, int last,
                        const char *right) {
    if (fleet_count(in->fleet) == 0) return;
    enum count_form form = COUNT_WORDS;
    int cells = right[0] != '\0' ? screen_measure(s, right, s->cols) : 0, room = s->cols - 2;
    if (cells > 0 && write_counts(s, NULL, in, first, last, COUNT_TIGHT) + 2 + cells > room) cells = 0;
    if (cells > 0) room -= cells + 2;
    while (form < COUNT_TIGHT && write_counts(s, NULL, in, first, last, form) > room) form++;
    struct pen p = {s, row, 1, s->cols - 1};
    write_counts(s, &p, in, first, last, form);
    if (cells > 0) screen_text_right(s, row, s->cols - 1 - cells, cells, STYLE_DIM, right);
}

/* Small screens have no line for the roots: how long ago that case was looked at whose last look is the oldest. */
static void oldest_words(const struct view_input *in, char out[PEN_WORDS]) {
    int64_t oldest = -1;
    char age[PEN_WORDS];
    for (size_t i = 0; i < in->fleet->n * ROOT_COUNT; i++) {
        int64_t at = table_oldest_look(in->fleet->table[i / ROOT_COUNT], (enum root_id)(i % ROOT_COUNT));
        if (at >= 0 && (oldest < 0 || at < oldest)) oldest = at;
    }
    out[0] = '\0';
    if (oldest < 0) return;
    pen_span(in->now_ms - oldest, age);
    words_format(in->ui->language, WORD_OLDEST_LOOK, WORDS(age), out, PEN_WORDS);
}

static enum style health_style(enum root_health h) {
    switch (h) {
    case HEALTH_STALE:
    case HEALTH_HUNG:
        return STYLE_PROBLEM;
    case HEALTH_DEGRADED:
    case HEALTH_RELEASED:
        return STYLE_STALLED;
    default:
        return STYLE_TEXT;
    }
}

static struct space *space_of(const struct view_input *in, enum root_id id) {
    struct ui_state *ui = in->ui;
    size_t n = in->fleet->n * ROOT_COUNT;
    if (ui->n_spaces < n) {
        ui->space = realloc(ui->space, n * sizeof *ui->space);
        if (ui->space == NULL) abort();
        memset(ui->space + ui->n_spaces, 0, (n - ui->n_spaces) * sizeof *ui->space);
        ui->n_spaces = n;
    }
    return &ui->space[in->batch * ROOT_COUNT + (size_t)id];
}

/* ", 412 GB free", and when it will be full where that is near. */
static void draw_space(const struct view_input *in, struct pen *p, enum root_id id) {
    const struct root_state *r = table_root(in->table, id);
    const int64_t near_ms = INT64_C(7) * 24 * 3600 * 1000, soon_ms = INT64_C(24) * 3600 * 1000;
    enum language l = in->ui->language;
    char size[PEN_WORDS], span[PEN_WORDS];
    if (r->space_total <= 0) return;
    struct space *space = space_of(in, id);
    if (r->readable) space_note(space, in->now_ms, r->space_free);
    int64_t full_in = space_full_in(space, r->space_free);
    bool soon = r->space_free < r->space_total / 50 || (full_in >= 0 && full_in < soon_ms);
    enum style style = soon ? STYLE_STALLED : STYLE_DIM;
    pen_size(r->space_free, size);
    pen_text(p, STYLE_DIM, ", ");
    pen_say(p, style, l, WORD_SPACE_FREE, WORDS(size));
    if (full_in < 0 || full_in > near_ms) return;
    pen_span(full_in, span);
    pen_text(p, style, ", ");
    pen_say(p, style, l, WORD_SPACE_FULL, WORDS(span));
}

/* ", 2 s–3 min ago": how old its newest fact is, and the oldest look at one of its cases. A root that says nothing for
 * long is not well, whatever it is called. */
static void draw_ages(const struct view_input *in, struct pen *p, enum root_id id) {
    const struct root_state *r = table_root(in->table, id);
    char newest[PEN_WORDS], oldest[PEN_WORDS];
    int64_t look = table_oldest_look(in->table, id);
    if (r->last_fact_at < 0 || in->now_ms < r->last_fact_at) return;
    pen_span(in->now_ms - r->last_fact_at, newest);
    pen_span(in->now_ms - look, oldest);
    pen_text(p, STYLE_DIM, ", ");
    if (look < 0 || strcmp(newest, oldest) == 0)
        pen_say(p, STYLE_DIM, in->ui->language, WORD_FACT_AGE, WORDS(newest));
    else
        pen_say(p, STYLE_DIM, in->ui->language, WORD_FACT_AGES, WORDS(newest, oldest));
}

/* "archive stale since 12:03" or "archive live, 2 s–3 min ago", and why, the latter in at most `room` cells. */
static void draw_root(const struct view_input *in, struct pen *p, enum root_id id, int room) {
    const struct root_state *r = table_root(in->table, id);
    enum language l = in->ui->language;
    char clock[PEN_WORDS];
    pen_clock(in->wall_ms - (in->now_ms - r->since), in->utc_offset_min, false, clock);
    enum style style = health_style(r->health);
    pen_format(p, style == STYLE_TEXT ? STYLE_DIM : style, "%s ", word_root(l, id));
    if (r->health == HEALTH_HUNG) {
        pen_say(p, style, l, WORD_HUNG_SINCE, WORDS(clock));
    } else if (r->health == HEALTH_STALE) {
        pen_say(p, style, l, WORD_STALE_SINCE, WORDS(clock));
    } else if (r->health == HEALTH_RELEASED) {
        pen_say(p, style, l, WORD_RELEASED_SINCE, WORDS(clock, id == ROOT_ARCHIVE ? "u" : "U"));
    } else {
        pen_text(p, style, word_health(l, r->health));
        draw_ages(in, p, id);
    }
    draw_space(in, p, id);
    const char *why = r->reason != NULL ? r->reason : r->learned ? word(l, WORD_LEARNED) : "";
    if (why[0] == '\0' || room < 4) return;
    pen_text(p, STYLE_DIM, " (");
    struct pen part = *p;
    if (part.end > part.col + room - 3) part.end = part.col + room - 3;
    pen_text(&part, STYLE_DIM, why);
    p->col = part.col;
    pen_text(p, STYLE_DIM, ")");
}

/* All of it, what is unwell first, the reasons within `room` cells each; returns the cells used. */
static int write_facts(const struct view_input *in, struct pen p, bool unwell_only, int room) {
    int from = p.col;
    const char *between = "";
    for (int pass = 0; pass < 2; pass++) {
        for (int id = 0; id < ROOT_COUNT; id++) {
            const struct root_state *r = table_root(in->table, (enum root_id)id);
            bool unwell = root_is_unwell(r);
            if ((!r->in_play && id != ROOT_BATCH) || unwell != (pass == 0) || (!unwell && unwell_only)) continue;
            pen_text(&p, STYLE_DIM, between);
            draw_root(in, &p, (enum root_id)id, room);
            between = " · ";
        }
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

/* ---- several batches ---- */

static struct view_input view_of_batch(const struct view_input *in, size_t batch) {
    struct view_input here = *in;
    here.batch = batch;
    here.table = in->fleet->table[batch];
    return here;
}

/* "1 …seed0 83/120 ✖2" for each, the names as far as there is room. */
static void draw_batches(const struct view_input *in, struct screen *s, int row) {
    enum { TIGHT = 12 };
    struct pen p = {s, row, 1, s->cols - 1};
    int room = (s->cols - 2) / (int)in->fleet->n;
    for (size_t b = 0; b < in->fleet->n; b++) {
        const struct table *t = in->fleet->table[b];
        const struct fleet one = {&in->fleet->table[b], 1};
        const char *name = fleet_short_name(in->fleet, b);
        size_t problems = fleet_problems(&one);
        char number[32], counts[64], wrong[48] = "";
        snprintf(number, sizeof number, "%zu ", b + 1);
        snprintf(counts, sizeof counts, "%zu/%zu", table_status_count(t, STATUS_COMPLETE), table_count(t));
        if (problems > 0) {
            snprintf(wrong, sizeof wrong, "%s%s%zu", room >= TIGHT ? " " : "", status_glyph(STATUS_FAILED, s->utf8),
                     problems);
        }
        int needed =
            screen_measure(s, number, s->cols) + screen_measure(s, counts, s->cols) + screen_measure(s, wrong, s->cols);
        if (p.col + needed > p.end) {
            pen_text(&p, STYLE_DIM, "…");
            return;
        }
        int left = room - needed - 3, width = screen_measure(s, name, s->cols);
        pen_text(&p, STYLE_STRONG, number);
        if (left > 3) p.col += pen_tail(s, row, p.col, width < left ? width : left, STYLE_DIM, name) + 1;
        pen_text(&p, table_over(t) && problems == 0 ? STYLE_COMPLETE : STYLE_TEXT, counts);
        pen_text(&p, STYLE_PROBLEM, wrong);
        p.col += needed + 2 <= room ? 2 : 1;
    }
}

/* "2 …seed1 archive stale since 12:03 (why)", a line each; the last one says how many there are more. */
static void draw_unwell(const struct view_input *in, struct screen *s, int row, int lines) {
    enum { NAME_CELLS = 16 };
    int left = unwell_roots(in->fleet);
    for (size_t b = 0; b < in->fleet->n; b++) {
        struct view_input here = view_of_batch(in, b);
        for (int id = 0; id < ROOT_COUNT; id++) {
            if (!needs_line(in->fleet, b, (enum root_id)id)) continue;
            struct pen p = {s, row, 1, s->cols - 1};
            char more[48] = "", number[16];
            left--;
            if (--lines < 0) return;
            if (lines == 0 && left > 0) {
                snprintf(number, sizeof number, "%d", left);
                words_format(in->ui->language, WORD_AND_MORE, WORDS(number), more, sizeof more);
                p.end -= screen_measure(s, more, s->cols);
            }
            pen_format(&p, STYLE_STRONG, "%zu ", b + 1);
            p.col += pen_tail(s, row, p.col, NAME_CELLS, STYLE_DIM, fleet_short_name(in->fleet, b)) + 1;
            struct pen bare = p;
            draw_root(&here, &bare, (enum root_id)id, 0);
            int room = p.end - bare.col;
            screen_fill(s, row, p.col, p.end - p.col, STYLE_TEXT, ' ');
            draw_root(&here, &p, (enum root_id)id, room);
            p.end = s->cols - 1;
            pen_text(&p, STYLE_STALLED, more);
            row++;
        }
    }
}

void header_draw(const struct view_input *in, struct screen *s) {
    char text[1024], elapsed[PEN_WORDS], right[PEN_WORDS + 16], oldest[PEN_WORDS];
    enum style style;
    bool special = banner(in, text, sizeof text, &style);
    pen_span(in->elapsed_ms, elapsed);
    if (in->elapsed_ms >= 0) {
        snprintf(right, sizeof right, "%s%s", word(in->ui->language, WORD_ELAPSED), elapsed);
    } else {
        right[0] = '\0';
    }
    if (is_tiny(s)) {
        if (special) {
            draw_banner(s, 0, style, text, "");
        } else {
            draw_counts(in, s, 0, 0, STATUS_COUNT - 1, "");
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
        oldest_words(in, oldest);
        draw_counts(in, s, row++, 0, STATUS_COUNT - 1, oldest);
        if (unwell_roots(in->fleet) > 0 && in->fleet->n > 1) {
            draw_unwell(in, s, row, 1);
        } else if (unwell_roots(in->fleet) > 0) {
            draw_facts(in, s, row, true);
        }
        return;
    }
    if (special) {
        draw_banner(s, row++, style, text, right);
    } else {
        draw_state(in, s, row++);
    }
    draw_bar(in, s, row++, false);
    if (s->rows >= TALL_ROWS && s->cols < WIDE_COLS) {
        draw_counts(in, s, row++, 0, STATUS_STALLED, "");
        draw_counts(in, s, row++, STATUS_STALLED + 1, STATUS_COUNT - 1, "");
    } else {
        draw_counts(in, s, row++, 0, STATUS_COUNT - 1, "");
    }
    if (in->fleet->n > 1) {
        draw_batches(in, s, row++);
        draw_unwell(in, s, row, batch_lines(in, s) - 1);
    } else {
        draw_facts(in, s, row, s->cols < COMPACT_COLS && unwell_roots(in->fleet) > 0);
    }
}

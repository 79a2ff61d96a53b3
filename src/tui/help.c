#include "tui/help.h"

#include "tui/pane.h"
#include "tui/theme.h"

#include <stdio.h>

#define IN(v) (1u << (v))
enum { LISTS = IN(VIEW_TABLE) | IN(VIEW_TIMELINE) | IN(VIEW_PROBLEMS) | IN(VIEW_EVENTS) };

struct key {
    unsigned views; /* where it means this */
    const char *keys;
    enum word what;
};

/* What the keys of a view do; then those that mean the same everywhere. */
static const struct key view_keys[] = {
    {LISTS, "↑ ↓ j k", WORD_HELP_SELECT},
    {LISTS, "PgUp PgDn", WORD_HELP_PAGE},
    {LISTS, "Home g, End G", WORD_HELP_ENDS},
    {IN(VIEW_GRID), "← ↑ ↓ → h j k l", WORD_HELP_GRID_MOVE},
    {IN(VIEW_GRID), "PgUp PgDn", WORD_HELP_GRID_PAGE},
    {IN(VIEW_GRID), "Home g, End G", WORD_HELP_GRID_ENDS},
    {IN(VIEW_TIMELINE), "+ -", WORD_HELP_ZOOM},
    {IN(VIEW_TIMELINE), "← → h l", WORD_HELP_PAN},
    {IN(VIEW_TIMELINE), "0", WORD_HELP_FIT},
    {IN(VIEW_PROBLEMS), "Enter", WORD_HELP_UNFOLD},
    {~IN(VIEW_PROBLEMS), "Enter", WORD_HELP_DETAIL},
    {IN(VIEW_TABLE), "t", WORD_HELP_PARAMETERS},
    {IN(VIEW_TABLE) | IN(VIEW_TIMELINE), "s F6, S", WORD_HELP_SORT},
};

static const struct key common_keys[] = {
    {~0u, "1-5 Tab F2", WORD_HELP_VIEWS},  {~0u, "/ F3, n N", WORD_HELP_SEARCH}, {~0u, "f \\ F4", WORD_HELP_FILTER},
    {~0u, "!", WORD_HELP_PROBLEM},         {~0u, "Space F7", WORD_HELP_MARK},    {~0u, "e F8", WORD_HELP_EXPORT},
    {~0u, "Esc", WORD_HELP_BACK},          {~0u, "y", WORD_HELP_COPY},           {~0u, "p", WORD_HELP_PAUSE},
    {~0u, "b", WORD_HELP_NOTICE},          {~0u, "m", WORD_HELP_MOUSE},          {~0u, "r F5", WORD_HELP_RESCAN},
    {~0u, "u U", WORD_HELP_RELEASE},       {~0u, "w", WORD_HELP_REPORT},         {~0u, "F F9", WORD_HELP_FINALIZE},
    {~0u, "Ctrl+L", WORD_HELP_REDRAW},     {~0u, "? F1", WORD_HELP_HELP},        {~0u, "Ctrl+Z", WORD_HELP_SUSPEND},
    {~0u, "q F10 Ctrl+C", WORD_HELP_QUIT},
};

static void heading(struct pane *p, const char *text) {
    struct pen pen = pane_line(p, 0);
    pen_text(&pen, STYLE_STRONG, text);
}

enum { NAME_CELLS = 16, NARROW = 56 };

/* On a narrow screen the meaning stands below the name. */
static void entry(struct pane *p, enum style style, const char *name, const char *meaning) {
    struct pen pen = pane_line(p, 2);
    int from = pen.col;
    pen_text(&pen, style, name);
    if (p->cols < NARROW) {
        pane_paragraph(p, STYLE_TEXT, "    ", meaning);
        return;
    }
    if (pen.end > 0 && pen.col < from + NAME_CELLS) pen.col = from + NAME_CELLS;
    pen_text(&pen, STYLE_DIM, " ");
    pen_text(&pen, STYLE_TEXT, meaning);
}

static void write_table(struct pane *p, const struct view_input *in, const struct key *keys, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (keys[i].views & IN(in->ui->view)) {
            entry(p, STYLE_KEY, keys[i].keys, word(in->ui->language, keys[i].what));
        }
    }
}

static void write_keys(struct pane *p, const struct view_input *in) {
    enum language l = in->ui->language;
    char title[128];
    words_format(l, WORD_HELP_KEYS_HERE, WORDS(word(l, (enum word)(WORD_VIEW_TABLE + in->ui->view))), title,
                 sizeof title);
    heading(p, title);
    write_table(p, in, view_keys, sizeof view_keys / sizeof *view_keys);
    pane_line(p, 0);
    heading(p, word(l, WORD_HELP_KEYS));
    write_table(p, in, common_keys, sizeof common_keys / sizeof *common_keys);
}

static void write_glyphs(struct pane *p, const struct view_input *in) {
    enum language l = in->ui->language;
    bool utf8 = p->screen->utf8;
    char name[96];
    heading(p, word(l, WORD_HELP_CASES));
    for (int s = 0; s < STATUS_COUNT; s++) {
        snprintf(name, sizeof name, "%s %s", status_glyph((enum case_status)s, utf8),
                 word_status(l, (enum case_status)s));
        entry(p, theme_status((enum case_status)s), name, word(l, (enum word)(WORD_MEANS_FAILED + s)));
    }
    entry(p, STYLE_STALLED, word(l, WORD_BESIDE_GLYPH), word(l, WORD_MEANS_BESIDE));
    pane_line(p, 0);
    heading(p, word(l, WORD_HELP_FILES));
    for (int a = 0; a < ARTIFACT_STATE_COUNT; a++) {
        snprintf(name, sizeof name, "%s %s", artifact_glyph((enum artifact_state)a, utf8),
                 word_artifact(l, (enum artifact_state)a));
        entry(p, theme_artifact((enum artifact_state)a), name, word(l, (enum word)(WORD_MEANS_ABSENT + a)));
    }
    pane_line(p, 0);
    heading(p, word(l, WORD_HELP_PLACES));
    entry(p, STYLE_STRONG, "L", word(l, WORD_MEANS_LOCAL));
    entry(p, STYLE_STRONG, "A", word(l, WORD_MEANS_ARCHIVE));
    entry(p, STYLE_STALLED, "?", word(l, WORD_MEANS_OLD));
    pane_line(p, 0);
    heading(p, word(l, WORD_HELP_FILTERS));
    static const struct {
        const char *text;
        enum word what;
    } filters[] = {{"stalled", WORD_FILTER_BY_STATUS},
                   {"problem", WORD_FILTER_BY_PROBLEM},
                   {"T=4000 EPS>=0.5", WORD_FILTER_BY_VALUE},
                   {"flag=locked", WORD_FILTER_BY_FLAG},
                   {"ok<4", WORD_FILTER_BY_DONE},
                   {"!running tau1p0", WORD_FILTER_BY_TEXT}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        entry(p, STYLE_KEY, filters[i].text, word(l, filters[i].what));
    }
}

/* On a wide screen the two parts stand side by side. */
static int write_all(struct pane *p, const struct view_input *in) {
    enum { SIDE_BY_SIDE = 130 };
    if (p->cols < SIDE_BY_SIDE) {
        write_keys(p, in);
        pane_line(p, 0);
        write_glyphs(p, in);
        return p->line;
    }
    struct pane left = *p, right = *p;
    left.cols = p->cols / 2 - 2;
    right.col += p->cols / 2;
    right.cols -= p->cols / 2;
    write_keys(&left, in);
    write_glyphs(&right, in);
    return left.line > right.line ? left.line : right.line;
}

void help_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    if (lines < 1) return;
    struct pane p = {s, row, 1, lines, s->cols - 2, INT32_MAX / 2, 0};
    int total = write_all(&p, in); /* out of sight: only counts */
    p.line = 0;
    p.skip = in->ui->help_top;
    p.skip = in->ui->help_top = pane_clamp(&p, total);
    in->ui->help_page = lines > 1 ? lines - 1 : 1;
    write_all(&p, in);
}

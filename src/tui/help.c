#include "tui/help.h"

#include "tui/pane.h"
#include "tui/theme.h"

#include <stdio.h>

static const char *const keys[][2] = {
    {"Up Down j k", "select a case"},
    {"PgUp PgDn Space", "a page back, on; in the detail: scroll it"},
    {"Home g, End G", "first, last"},
    {"Enter", "details of the selected case; again to close"},
    {"Esc", "back"},
    {"s", "sort by status, title, last change, progress"},
    {"S", "the other way round"},
    {"w", "write the report now"},
    {"r F5", "look at everything again"},
    {"Ctrl+L", "draw the screen again"},
    {"? F1", "this help"},
    {"q F10 Ctrl+C", "quit; the sweep is not touched"},
};

static const char *const status_meaning[STATUS_COUNT] = {
    [STATUS_FAILED] = "its recorded exit code is not zero",
    [STATUS_INVALID] = "files are there and wrong",
    [STATUS_MISSING] = "the sweep is over, files are absent",
    [STATUS_ARCHIVE_FAILED] = "results are valid, the archive is not",
    [STATUS_STALLED] = "was running, silent for too long",
    [STATUS_RUNNING] = "something is being written",
    [STATUS_ARCHIVING] = "results are valid, the copy is not yet proven",
    [STATUS_PENDING] = "expected, nothing there yet",
    [STATUS_COMPLETE] = "valid, and archived where that is wanted",
};

static const char *const artifact_meaning[ARTIFACT_STATE_COUNT] = {
    [ARTIFACT_ABSENT] = "not there",
    [ARTIFACT_GROWING] = "being written",
    [ARTIFACT_WHOLE] = "there, content whole",
    [ARTIFACT_TRUNCATED] = "there, content not whole",
    [ARTIFACT_LOCKED] = "held by another process",
    [ARTIFACT_UNKNOWN] = "cannot be seen now",
};

static void heading(struct pane *p, const char *text) {
    struct pen pen = pane_line(p, 0);
    pen_text(&pen, STYLE_STRONG, text);
}

enum { NAME_CELLS = 16, NARROW = 60 };

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

static void write_keys(struct pane *p) {
    heading(p, "Keys");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) entry(p, STYLE_KEY, keys[i][0], keys[i][1]);
}

static void write_glyphs(struct pane *p) {
    bool utf8 = p->screen->utf8;
    char name[64];
    heading(p, "Cases");
    for (int s = 0; s < STATUS_COUNT; s++) {
        snprintf(name, sizeof name, "%s %s", status_glyph((enum case_status)s, utf8), status_word((enum case_status)s));
        entry(p, theme_status((enum case_status)s), name, status_meaning[s]);
    }
    entry(p, STYLE_STALLED, "! beside a glyph", "more to tell: see its details");
    pane_line(p, 0);
    heading(p, "Files");
    for (int a = 0; a < ARTIFACT_STATE_COUNT; a++) {
        snprintf(name, sizeof name, "%s %s", artifact_glyph((enum artifact_state)a, utf8),
                 artifact_word((enum artifact_state)a));
        entry(p, theme_artifact((enum artifact_state)a), name, artifact_meaning[a]);
    }
    pane_line(p, 0);
    heading(p, "Places");
    entry(p, STYLE_STRONG, "L", "the batch directory");
    entry(p, STYLE_STRONG, "A", "the archive");
    entry(p, STYLE_STALLED, "?", "was there; cannot be seen now");
}

/* On a wide screen the two parts stand side by side. */
static int write_all(struct pane *p) {
    enum { SIDE_BY_SIDE = 130 };
    if (p->cols < SIDE_BY_SIDE) {
        write_keys(p);
        pane_line(p, 0);
        write_glyphs(p);
        return p->line;
    }
    struct pane left = *p, right = *p;
    left.cols = p->cols / 2 - 2;
    right.col += p->cols / 2;
    right.cols -= p->cols / 2;
    write_keys(&left);
    write_glyphs(&right);
    return left.line > right.line ? left.line : right.line;
}

void help_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    if (lines < 1) return;
    struct pane p = {s, row, 1, lines, s->cols - 2, INT32_MAX / 2, 0};
    int total = write_all(&p); /* out of sight: only counts */
    p.line = 0;
    p.skip = in->ui->help_top;
    p.skip = in->ui->help_top = pane_clamp(&p, total);
    in->ui->help_page = lines > 1 ? lines - 1 : 1;
    write_all(&p);
}

#include "tui/view_detail.h"

#include "model/case.h"
#include "model/reason.h"
#include "tui/pane.h"
#include "tui/theme.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STATE_CELLS = 10, ROOT_CELLS = 7, SIZE_CELLS = 8, AGE_CELLS = 8, NAME_MIN = 12 };
enum { PATH_BYTES = 4096, PATH_LINES = 8, REMEDY_ROWS = 8 };

static void write_reasons(const struct view_input *in, struct pane *p, const struct row *r) {
    char lines[REASON_MAX][REASON_BYTES], remedy[REASON_BYTES];
    int n = reason_lines_in(in->ui->language, in->table, r, in->now_ms, lines);
    reason_remedy_in(in->ui->language, in->table, r, in->now_ms, remedy);
    /* Where little is seen at once, what to do comes before what else there is to say. */
    int before = p->rows < REMEDY_ROWS && n > 1 ? 1 : n;
    for (int i = 0; i <= n; i++) {
        if (i == before && remedy[0] != '\0') pane_paragraph(p, STYLE_TEXT, "→ ", remedy);
        if (i == n) break;
        pane_paragraph(p, i == 0 && status_is_problem((enum case_status)r->status) ? STYLE_STRONG : STYLE_TEXT, "• ",
                       lines[i]);
    }
}

static void write_state(const struct view_input *in, struct pane *p, const struct row *r) {
    enum case_status status = (enum case_status)r->status;
    struct pen pen = pane_line(p, 0);
    pen_format(&pen, theme_status(status), "%s %s", status_glyph(status, p->screen->utf8),
               word_status(in->ui->language, status));
    if (r->status_since >= 0 && r->status_since <= in->now_ms) {
        char words[PEN_WORDS];
        pen_span(in->now_ms - r->status_since, words);
        pen_say(&pen, STYLE_DIM, in->ui->language, WORD_FOR_SPAN, WORDS(words));
    }
    char done[16], required[16];
    snprintf(done, sizeof done, "%u", (unsigned)r->done);
    snprintf(required, sizeof required, "%u", (unsigned)r->required);
    pen_text(&pen, STYLE_DIM, " · ");
    pen_say(&pen, STYLE_DIM, in->ui->language, WORD_FILES_DONE, WORDS(done, required));
}

static void write_flags(const struct view_input *in, struct pane *p, const struct verdict *v) {
    if (v->flags == 0) return;
    struct pen pen = pane_line(p, 0);
    pen_say(&pen, STYLE_DIM, in->ui->language, WORD_FLAGS, NULL);
    const char *between = "";
    for (int bit = 0; bit < FLAG_COUNT; bit++) {
        if ((v->flags & 1u << bit) == 0) continue;
        pen_format(&pen, STYLE_STRONG, "%s%s", between, word_flag(in->ui->language, (enum case_flag_bit)bit));
        between = ", ";
    }
}

/* Remarks on one thing, one after the other. */
struct remarks {
    enum language language;
    bool urgent;
    size_t len;
    char text[1024];
};

static void remark(struct remarks *r, enum word w, const char *const args[]) {
    char words[512];
    words_format(r->language, w, args, words, sizeof words);
    if (r->len + 1 >= sizeof r->text) return;
    r->len += (size_t)snprintf(r->text + r->len, sizeof r->text - r->len, "%s%s", r->len > 0 ? "; " : "", words);
}

static void remark_count(struct remarks *r, enum word w, int64_t n) {
    char number[32];
    snprintf(number, sizeof number, "%" PRId64, n);
    remark(r, w, WORDS(number));
}

/* "open in python3 (4711), python3 (4712)" */
static void remark_users(struct remarks *r, const struct closeup *c, enum root_id root, int artifact) {
    char names[256];
    size_t len = 0;
    for (int i = 0; c != NULL && i < c->n_users && len < sizeof names; i++) {
        if (c->user[i].root != root || c->user[i].artifact != artifact) continue;
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len > 0 ? ", " : "", c->user[i].who);
    }
    if (len > 0) remark(r, WORD_OPEN_IN, WORDS(names));
}

/* Rows of the merged file, and of the chunks beside it, as far as footers have told. */
static void remark_rows(struct remarks *r, const struct place *place, const struct file_state *f, bool counted) {
    const struct place_progress g = place_progress(place);
    if (counted && g.rows >= 0) remark_count(r, WORD_ROWS, g.rows);
    uint32_t chunks = file_chunks(f);
    if (chunks > 0) remark_count(r, chunks == 1 ? WORD_CHUNK_ONE : WORD_CHUNKS, chunks);
    if (counted && chunks > 0 && g.chunk_rows >= 0) remark_count(r, WORD_ROWS_IN_CHUNKS, g.chunk_rows);
}

static void remark_file(const struct view_input *in, struct remarks *r, int artifact, const struct place *place,
                        const struct file_state *f) {
    const struct profile *profile = table_profile(in->table);
    if (f->locked) {
        r->urgent = true;
        remark(r, WORD_HELD_BY,
               WORDS(file_holder(f) != NULL ? file_holder(f) : word(r->language, WORD_ANOTHER_PROCESS)));
    }
    remark_users(r, in->closeup, (enum root_id)place->root, artifact);
    if (f->via != VIA_ITSELF && file_name(f) != NULL) remark(r, WORD_AS_FILE, WORDS(file_name(f)));
    remark_rows(r, place, f, profile->progress.column != NULL && profile->progress.artifact == artifact);
    if (f->differs) {
        r->urgent = true;
        remark(r, WORD_DIFFERS, NULL);
    }
    if (file_note(f) != NULL) remark(r, WORD_AS_IT_IS, WORDS(file_note(f)));
}

/* What is worth telling of a file in a place where others are listed, too. */
static void write_file(const struct view_input *in, struct pane *p, int name_cells, int artifact,
                       const struct place *place, const struct file_state *f, const char *name, enum style style,
                       const char *glyph, const char *state) {
    struct pen pen = pane_line(p, 0);
    int col = pen.col, end = pen.end;
    if (end == 0) return;
    struct screen *s = pen.screen;
    screen_text(s, pen.row, col, 1, style, glyph);
    col += 2;
    screen_text(s, pen.row, col, name_cells < end - col ? name_cells : end - col, STYLE_TEXT, name);
    col += name_cells + 1;
    pen.col = col;
    pen_text(&pen, style, state);
    col += STATE_CELLS + 1;
    if (f == NULL || f->content == CONTENT_ABSENT) return;
    char words[PEN_WORDS];
    if (end - col > ROOT_CELLS)
        screen_text(s, pen.row, col, ROOT_CELLS, STYLE_DIM, word_root(in->ui->language, (enum root_id)place->root));
    col += ROOT_CELLS + 1;
    if (end - col < SIZE_CELLS) return;
    if (!case_file_unseen(f)) {
        pen_size(file_size(f), words);
        screen_text_right(s, pen.row, col, SIZE_CELLS, STYLE_TEXT, words);
    }
    col += SIZE_CELLS + 1;
    if (end - col < AGE_CELLS) return;
    if (f->mtime_ns > 0) {
        int64_t age = in->wall_ms - f->mtime_ns / 1000000;
        reason_duration(age > 0 ? age : 0, words, sizeof words);
        screen_text_right(s, pen.row, col, AGE_CELLS, STYLE_DIM, words);
    }
    struct remarks r = {.language = in->ui->language};
    remark_file(in, &r, artifact, place, f);
    enum style told = r.urgent ? STYLE_PROBLEM : STYLE_TEXT;
    pen.col = col + AGE_CELLS + 2;
    if (r.len > 0 && pen.col + screen_measure(s, r.text, s->cols) > end) {
        pane_paragraph(p, told, "    ", r.text);
    } else {
        pen_text(&pen, told, r.text);
    }
}

/* A required artifact is told even when it is nowhere; others when they are somewhere. */
static void write_artifact(const struct view_input *in, struct pane *p, int name_cells, int index,
                           const struct place *places[ROOT_COUNT], const struct verdict *v) {
    const struct profile *profile = table_profile(in->table);
    const struct profile_artifact *a = &profile->artifact[index];
    enum artifact_state best = (enum artifact_state)v->artifact[index];
    bool required = (a->roles & ROLE_REQUIRED) != 0;
    enum language l = in->ui->language;
    int told = 0;
    for (int pass = 0; pass < ROOT_COUNT; pass++) {
        /* The place the verdict rests on comes first. */
        int id = pass == 0 ? v->where[index] % ROOT_COUNT : ROOT_COUNT - 1 - v->where[index] % ROOT_COUNT;
        const struct place *place = places[id];
        const struct file_state *f = place != NULL ? place_file(place, index) : NULL;
        if (f == NULL || f->content == CONTENT_ABSENT) continue;
        bool first = told++ == 0;
        /* The verdict's word for a required file; the scan's for one that is only looked at. */
        const char *state = first && required ? word_artifact(l, best) : word_content(l, (enum content)f->content);
        bool whole = f->content == CONTENT_WHOLE;
        enum style style = first && required                  ? theme_artifact(best)
                           : (a->roles & ROLE_MARKER_FAILURE) ? STYLE_STALLED
                           : whole                            ? STYLE_COMPLETE
                                                              : STYLE_STALLED;
        enum artifact_state shown = first && required ? best : whole ? ARTIFACT_WHOLE : ARTIFACT_UNKNOWN;
        write_file(in, p, name_cells, index, place, f, first ? a->path : "", style,
                   first ? artifact_glyph(shown, p->screen->utf8) : " ", state);
    }
    if (told == 0 && required) {
        write_file(in, p, name_cells, index, NULL, NULL, a->path, theme_artifact(best),
                   artifact_glyph(best, p->screen->utf8), word_artifact(l, best));
    }
}

bool view_detail_path(const struct table *t, const struct row *r, enum root_id id, char *out, size_t cap) {
    const struct place *p = table_place(t, r, id, NULL);
    const struct root_state *root = table_root(t, id);
    char separator = table_policy(t)->separator != 0 ? table_policy(t)->separator : '/';
    if (p == NULL || !p->present) return false;
    snprintf(out, cap, "%s%c%s", root->path != NULL ? root->path : "", separator, p->name);
    return true;
}

/* A path has its lines to itself, so that it can be copied as it stands. */
static void write_path(struct pane *p, const char *path) {
    char piece[PATH_BYTES];
    int room = p->cols > 1 ? p->cols : 1;
    for (int i = 0; i < PATH_LINES && *path != '\0'; i++) {
        size_t len = screen_cut(p->screen, path, room);
        if (len >= sizeof piece) len = sizeof piece - 1;
        memcpy(piece, path, len);
        piece[len] = '\0';
        struct pen pen = pane_line(p, 0);
        pen_text(&pen, STYLE_TEXT, piece);
        path += len;
    }
}

static void write_places(const struct view_input *in, struct pane *p, const struct row *r,
                         const struct place *places[ROOT_COUNT]) {
    enum language l = in->ui->language;
    char path[PATH_BYTES];
    for (int id = 0; id < ROOT_COUNT; id++) {
        const struct root_state *root = table_root(in->table, (enum root_id)id);
        if (!root->in_play && places[id] == NULL) continue;
        struct pen pen = pane_line(p, 0);
        pen_text(&pen, STYLE_DIM, word_root(l, (enum root_id)id));
        if (view_detail_path(in->table, r, (enum root_id)id, path, sizeof path)) {
            pen_text(&pen, STYLE_DIM, ":");
            write_path(p, path);
            continue;
        }
        pen_text(&pen, STYLE_DIM, ": ");
        pen_say(&pen, STYLE_DIM, l, root->scanned && root->readable ? WORD_NO_DIRECTORY : WORD_NOT_KNOWN, NULL);
    }
    for (int id = 0; id < ROOT_COUNT; id++) {
        if (places[id] == NULL || place_said(places[id])->outcome == NULL) continue;
        struct pen pen = pane_line(p, 0);
        pen_say(&pen, STYLE_DIM, l, WORD_OUTCOME, NULL);
        pen_text(&pen, STYLE_TEXT, place_said(places[id])->outcome);
        break;
    }
}

/* A copy in the archive says what its original in the batch has said already. */
static bool said_before(const struct place *before, const struct mismatch *m) {
    for (const struct mismatch *b = before != NULL ? place_more(before)->mismatches : NULL; b != NULL; b = b->next) {
        if (b->value == m->value && strcmp(b->found, m->found) == 0) return true;
    }
    return false;
}

/* The parameters as the list has them, and what the case's own configuration says instead. */
static void write_parameters(const struct view_input *in, struct pane *p, const struct row *r,
                             const struct place *places[ROOT_COUNT]) {
    const struct profile *profile = table_profile(in->table);
    enum language l = in->ui->language;
    char token[GRID_TOKEN];
    struct pen pen = pane_line(p, 0);
    for (int c = 0; c < profile->n_columns; c++) {
        grid_token(in->table, r, c, token);
        if (token[0] == '\0') continue;
        pen_format(&pen, STYLE_DIM, "%s=", profile->column[c].name);
        pen_text(&pen, STYLE_TEXT, token);
        pen.col += 2;
    }
    for (int id = 0; id < ROOT_COUNT; id++) {
        for (const struct mismatch *m = places[id] != NULL ? place_more(places[id])->mismatches : NULL; m != NULL;
             m = m->next) {
            const struct profile_value *v = &profile->value[m->value];
            if (!mismatch_counts(m, table_moved_from(in->table))) continue;
            if (id == ROOT_ARCHIVE && said_before(places[ROOT_BATCH], m)) continue;
            struct pen line = pane_line(p, 0);
            char found[256];
            token[0] = '\0';
            if (v->column >= 0) grid_token(in->table, r, v->column, token);
            profile_found_words(v, m->found, found, sizeof found);
            pen_say(&line, STYLE_PROBLEM, l, v->column >= 0 ? WORD_CONFIG_DIFFERS : WORD_CONFIG_NAMES,
                    WORDS(v->name, found, token));
        }
    }
}

/* How it ended, as it was recorded. */
static void write_exit(const struct view_input *in, struct pane *p, const struct row *r) {
    const struct fact_exit *e = row_more(r)->exit;
    struct remarks about = {.language = in->ui->language};
    char words[PEN_WORDS];
    if (e == NULL) return;
    if (e->code >= 0) {
        remark_count(&about, WORD_EXIT_CODE, e->code);
    } else {
        remark(&about, WORD_EXIT_NONE, NULL);
    }
    if (e->signal > 0) remark_count(&about, WORD_EXIT_SIGNAL, e->signal);
    if (e->start_ms > 0 && e->end_ms >= e->start_ms) {
        reason_duration(e->end_ms - e->start_ms, words, sizeof words);
        remark(&about, WORD_EXIT_RAN, WORDS(words));
    }
    if (e->peak_bytes > 0) {
        pen_size(e->peak_bytes, words);
        remark(&about, WORD_EXIT_MEMORY, WORDS(words));
    }
    if (e->pid > 0) remark_count(&about, WORD_EXIT_PROCESS, e->pid);
    if (e->host != NULL) remark(&about, WORD_EXIT_HOST, WORDS(e->host));
    if (e->attempt > 1) remark_count(&about, WORD_EXIT_ATTEMPT, e->attempt);
    if (e->source != NULL) remark(&about, WORD_EXIT_SOURCE, WORDS(e->source));
    pane_paragraph(p, STYLE_TEXT, "", about.text);
}

static void write_evidence(const struct view_input *in, struct pane *p, const struct row *r, const struct verdict *v) {
    enum language l = in->ui->language;
    if (v->proof != PROOF_NOT_NEEDED) {
        struct pen pen = pane_line(p, 0);
        pen_say(&pen, STYLE_DIM, l, WORD_ARCHIVED, NULL);
        pen_text(&pen, v->proof == PROOF_PROVEN ? STYLE_COMPLETE : STYLE_TEXT,
                 word(l, (enum word)(WORD_PROOF_NOT_NEEDED + v->proof)));
    }
    write_exit(in, p, r);
    const struct sweep_case *c = table_case(in->table, r);
    if (c != NULL) {
        char number[32], line[256];
        snprintf(number, sizeof number, "%u", (unsigned)c->line_no);
        snprintf(line, sizeof line, "%.240s", sweep_case_line(c));
        struct pen pen = pane_line(p, 0);
        pen_say(&pen, STYLE_DIM, l, WORD_LIST_LINE, WORDS(number));
        pen_text(&pen, STYLE_TEXT, line);
    }
}

static void write_batch(const struct view_input *in, struct pane *p) {
    char text[PATH_BYTES];
    snprintf(text, sizeof text, "%s %zu: %s", word_root(in->ui->language, ROOT_BATCH), in->batch + 1,
             fleet_label(in->fleet, in->batch));
    pane_paragraph(p, STYLE_DIM, "", text);
}

static void write_facts(const struct view_input *in, struct pane *p, const struct row *r) {
    const struct profile *profile = table_profile(in->table);
    struct verdict v;
    table_judge(in->table, r, in->now_ms, &v);
    const struct place *places[ROOT_COUNT];
    for (int id = 0; id < ROOT_COUNT; id++) places[id] = table_place(in->table, r, (enum root_id)id, NULL);

    if (in->fleet->n > 1) write_batch(in, p);
    write_state(in, p, r);
    write_reasons(in, p, r);
    write_flags(in, p, &v);
    write_parameters(in, p, r, places);
    pane_line(p, 0);

    int name_cells = NAME_MIN;
    for (int i = 0; i < profile->n_artifacts; i++) {
        int cells = screen_measure(p->screen, profile->artifact[i].path, p->cols * 2 / 5);
        if (cells > name_cells) name_cells = cells;
    }
    int required[PROFILE_MAX_ARTIFACTS], n = profile_required(profile, required);
    for (int i = 0; i < n; i++) write_artifact(in, p, name_cells, required[i], places, &v);
    for (int i = 0; i < profile->n_artifacts; i++) {
        if ((profile->artifact[i].roles & ROLE_REQUIRED) == 0) write_artifact(in, p, name_cells, i, places, &v);
    }
    pane_line(p, 0);
    write_places(in, p, r, places);
    write_evidence(in, p, r, &v);
}

static void write_log(const struct view_input *in, struct pane *p, const struct log_tail *log) {
    char words[PEN_WORDS];
    struct pen pen = pane_line(p, 0);
    pen_say(&pen, STYLE_DIM, in->ui->language, WORD_LOG, NULL);
    pen_text(&pen, STYLE_STRONG, log->name);
    pen_size(log->size, words);
    pen_format(&pen, STYLE_DIM, "  %s", words);
    if (log->mtime_ns > 0) {
        int64_t age = in->wall_ms - log->mtime_ns / 1000000;
        reason_duration(age > 0 ? age : 0, words, sizeof words);
        pen_text(&pen, STYLE_DIM, ", ");
        pen_say(&pen, STYLE_DIM, in->ui->language, WORD_FACT_AGE, WORDS(words));
    }
    for (int i = 0; i < log->n_lines; i++) pane_paragraph(p, STYLE_TEXT, "| ", log->line[i]);
}

/* On a wide screen the log stands beside what it explains. */
static int write_all(const struct view_input *in, const struct pane *p, const struct row *r) {
    enum { SIDE_BY_SIDE = 120, GAP = 2 };
    struct pane left = *p, right = *p;
    bool log = in->closeup != NULL && in->closeup->log.name[0] != '\0';
    if (log && p->cols >= SIDE_BY_SIDE) {
        left.cols = p->cols * 3 / 5;
        right.col += left.cols + GAP;
        right.cols -= left.cols + GAP;
        write_facts(in, &left, r);
        write_log(in, &right, &in->closeup->log);
        return left.line > right.line ? left.line : right.line;
    }
    write_facts(in, &left, r);
    if (log) {
        pane_line(&left, 0);
        write_log(in, &left, &in->closeup->log);
    }
    return left.line;
}

void view_detail_draw(const struct view_input *in, struct screen *s, int row, int lines) {
    size_t at = 0;
    const struct row *r = ui_selected(in->ui, in->fleet, &at);
    if (r == NULL || lines < 1) return;
    struct view_input here = view_of(in, at);
    in = &here;
    screen_fill(s, row, 0, s->cols, STYLE_DIM, 0x2500);
    struct pen title = {s, row, 1, s->cols - 1};
    pen_text(&title, STYLE_STRONG, " ");
    int room = s->cols > 40 ? s->cols - 24 : s->cols - 4;
    title.col += screen_text(s, row, title.col, room, STYLE_STRONG, r->title);
    pen_text(&title, STYLE_STRONG, " ");

    struct pane p = {s, row + 1, 1, lines - 1, s->cols - 2, INT32_MAX / 2, 0};
    int total = write_all(in, &p, r); /* nothing is visible that far down: this only counts */
    p.skip = in->ui->detail_top;
    p.skip = in->ui->detail_top = pane_clamp(&p, total);
    in->ui->detail_page = p.rows > 1 ? p.rows - 1 : 1;
    write_all(in, &p, r);
    if (total > p.rows && p.rows > 0) {
        char where[PEN_WORDS];
        int last = p.skip + p.rows < total ? p.skip + p.rows : total;
        char first[16], end[16], all[16];
        snprintf(first, sizeof first, "%d", p.skip + 1);
        snprintf(end, sizeof end, "%d", last);
        snprintf(all, sizeof all, "%d", total);
        words_format(in->ui->language, WORD_WHERE, WORDS(first, end, all), where, sizeof where);
        int cells = screen_measure(s, where, s->cols);
        if (title.col + cells + 2 < s->cols) screen_text(s, row, s->cols - cells - 1, cells, STYLE_DIM, where);
    }
}

#include "model/grid.h"

#include "model/ranks.h"
#include "model/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More cells than this for each case is no grid. */
enum { SPARSE = 8, SPARSE_FLOOR = 4096 };

static void *must(void *p) {
    if (p == NULL) abort();
    return p;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void grid_token(const struct table *t, const struct row *r, int column, char out[GRID_TOKEN]) {
    char tokens[PROFILE_MAX_COLUMNS][32];
    out[0] = '\0';
    const struct sweep_case *c = table_case(t, r);
    if (c != NULL) {
        char token[SWEEP_TOKEN_BYTES];
        if (column < c->columns) text_clean(sweep_case_token(c, column, token), out, GRID_TOKEN);
        return;
    }
    if (profile_parse_title(table_profile(t), base_name(r->title), tokens) > column) {
        text_clean(tokens[column], out, GRID_TOKEN);
    }
}

bool grid_value(const struct table *t, const struct row *r, int column, double *value) {
    char token[GRID_TOKEN];
    const struct sweep_case *c = table_case(t, r);
    if (c != NULL) {
        bool has = column < c->columns;
        *value = has ? sweep_case_value(c, column) : NAN;
        return has;
    }
    grid_token(t, r, column, token);
    return text_number(token, value);
}

void grid_free(struct grid *g) {
    free(g->x.value);
    free(g->y.value);
    free(g->panel);
    free(g->cell);
    free(g->where);
    memset(g, 0, sizeof *g);
}

/* All values of a column into v[rows], NAN where there is none. */
static void read_column(const struct table *t, int column, double *v) {
    for (size_t i = 0; i < table_count(t); i++) {
        if (!grid_value(t, table_row(t, i), column, &v[i])) v[i] = (double)NAN;
    }
}

struct columns {
    double *all[PROFILE_MAX_COLUMNS];    /* [rows] */
    uint32_t *rank[PROFILE_MAX_COLUMNS]; /* [rows] of the value among the different ones */
    size_t n[PROFILE_MAX_COLUMNS];       /* different values */
};

/* The column with the most values, not `but`; the first of equals. -1: none varies. */
static int widest(const struct columns *c, int n_columns, int but) {
    int best = -1;
    for (int i = 0; i < n_columns; i++) {
        if (i != but && c->n[i] > 1 && (best < 0 || c->n[i] > c->n[best])) best = i;
    }
    return best;
}

static void take_axis(struct grid_axis *a, const struct columns *c, int column, size_t rows) {
    a->column = column;
    a->n = 1;
    a->value = NULL;
    if (column < 0) return;
    a->n = c->n[column];
    a->value = must(malloc((a->n > 0 ? a->n : 1) * sizeof *a->value));
    for (size_t i = 0; i < rows; i++) a->value[c->rank[column][i]] = c->all[column][i];
}

/* panel_of[row] and g->panel. */
static uint32_t *sort_panels(struct grid *g, const struct columns *c) {
    size_t n = g->n_rows;
    uint32_t *panel_of = must(calloc(n > 0 ? n : 1, sizeof *panel_of));
    g->n_panels = 1;
    for (int k = 0; k < g->n_others; k++) {
        g->n_panels = ranks_refine(panel_of, n, c->rank[g->other[k]], c->n[g->other[k]]);
    }
    g->panel = must(calloc(g->n_panels * (size_t)(g->n_others > 0 ? g->n_others : 1), sizeof *g->panel));
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < g->n_others; k++) {
            g->panel[panel_of[i] * (size_t)g->n_others + (size_t)k] = c->all[g->other[k]][i];
        }
    }
    return panel_of;
}

static bool is_dense(const struct grid *g) {
    double cells = (double)g->x.n * (double)g->y.n * (double)g->n_panels;
    return cells <= (double)SPARSE * (double)g->n_rows + SPARSE_FLOOR;
}

/* The cases one after another, in lines about three times as long as there are lines. */
static void lay_out_plainly(struct grid *g) {
    size_t rows = g->n_rows, width = (size_t)sqrt(3.0 * (double)rows);
    grid_free(g);
    *g = (struct grid){.x = {-1, width > 0 ? width : 1, NULL}, .y = {-1, 1, NULL}, .n_panels = 1, .n_rows = rows};
    g->y.n = rows > 0 ? (rows + g->x.n - 1) / g->x.n : 1;
    g->panel = must(calloc(1, sizeof *g->panel));
}

void grid_make(struct grid *g, const struct table *t) {
    const struct profile *p = table_profile(t);
    int columns = p->n_columns < PROFILE_MAX_COLUMNS ? p->n_columns : PROFILE_MAX_COLUMNS;
    struct columns c = {{0}, {0}, {0}};
    grid_free(g);
    g->n_rows = table_count(t);
    double *values = must(calloc(g->n_rows + 1, PROFILE_MAX_COLUMNS * sizeof *values));
    uint32_t *ranks = must(calloc(g->n_rows + 1, PROFILE_MAX_COLUMNS * sizeof *ranks));
    for (int i = 0; i < columns; i++) {
        c.all[i] = values + (size_t)i * g->n_rows;
        read_column(t, i, c.all[i]);
        c.rank[i] = ranks + (size_t)i * g->n_rows;
        c.n[i] = ranks_of(c.all[i], g->n_rows, c.rank[i]);
    }
    int x = widest(&c, columns, -1), y = widest(&c, columns, x);
    for (int i = 0; i < columns; i++) {
        if (i != x && i != y && c.n[i] > 1) g->other[g->n_others++] = i;
    }
    take_axis(&g->x, &c, x, g->n_rows);
    take_axis(&g->y, &c, y, g->n_rows);
    uint32_t *panel_of = sort_panels(g, &c);
    bool plain = !is_dense(g) || (x < 0 && g->n_rows > 1);
    if (plain) lay_out_plainly(g);
    size_t cells = g->n_panels * g->y.n * g->x.n;
    g->cell = must(malloc(cells * sizeof *g->cell));
    g->where = must(malloc((g->n_rows > 0 ? g->n_rows : 1) * sizeof *g->where));
    for (size_t i = 0; i < cells; i++) g->cell[i] = GRID_NONE;
    for (size_t i = 0; i < g->n_rows; i++) {
        size_t at = i;
        if (!plain) {
            size_t ix = x < 0 ? 0 : c.rank[x][i], iy = y < 0 ? 0 : c.rank[y][i];
            at = (panel_of[i] * g->y.n + iy) * g->x.n + ix;
        }
        g->where[i] = (uint32_t)at;
        if (at < cells && g->cell[at] == GRID_NONE) g->cell[at] = (uint32_t)i;
    }
    free(panel_of);
    free(values);
    free(ranks);
}

uint32_t grid_step(const struct grid *g, uint32_t from, int dx, int dy) {
    size_t lines = g->n_panels * g->y.n;
    if (g->cell == NULL || from >= lines * g->x.n) return from;
    long col = (long)(from % g->x.n), line = (long)(from / g->x.n);
    while (true) {
        col += dx;
        line += dy;
        if (col < 0 || line < 0 || col >= (long)g->x.n || line >= (long)lines) return from;
        size_t at = (size_t)line * g->x.n + (size_t)col;
        if (g->cell[at] != GRID_NONE) return (uint32_t)at;
        if (dx == 0 && dy == 0) return from;
    }
}

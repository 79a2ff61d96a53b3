#include "model/grid.h"
#include "support/world.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void setup(struct world *w, struct grid *g, const char *list) {
    world_init(w, false);
    world_list(w, list);
    memset(g, 0, sizeof *g);
    grid_make(g, w->table);
}

static void teardown(struct world *w, struct grid *g) {
    grid_free(g);
    world_free(w);
}

/* Every row has its cell, and every full cell its row. */
static void assert_consistent(const struct grid *g) {
    size_t full = 0;
    for (size_t i = 0; i < g->n_rows; i++) {
        assert_in_range(g->where[i], 0, g->n_panels * g->y.n * g->x.n - 1);
        assert_int_not_equal(g->cell[g->where[i]], GRID_NONE);
    }
    for (size_t i = 0; i < g->n_panels * g->y.n * g->x.n; i++) {
        if (g->cell[i] == GRID_NONE) continue;
        assert_int_equal(g->where[g->cell[i]], i);
        full++;
    }
    assert_in_range(full, g->n_rows > 0 ? 1 : 0, g->n_rows);
}

static void test_axes(void **state) {
    (void)state;
    struct world w;
    struct grid g;
    /* T has three values, TAU two, EPS two: T across, then the first of the equal ones down. */
    setup(&w, &g,
          "3000 0.5 1\n1000 0.5 1\n2000 0.5 1\n1000 1 1\n2000 1 1\n3000 1 1\n"
          "1000 0.5 2\n2000 0.5 2\n3000 0.5 2\n1000 1 2\n2000 1 2\n3000 1 2\n");
    assert_int_equal(g.x.column, 0);
    assert_int_equal(g.x.n, 3);
    assert_true(g.x.value[0] == 1000 && g.x.value[2] == 3000);
    assert_int_equal(g.y.column, 1);
    assert_int_equal(g.y.n, 2);
    assert_int_equal(g.n_others, 1);
    assert_int_equal(g.other[0], 2);
    assert_int_equal(g.n_panels, 2);
    assert_true(g.panel[0] == 1 && g.panel[1] == 2);
    assert_consistent(&g);
    assert_int_equal(g.cell[0], 1);               /* 1000 0.5 1 */
    assert_int_equal(g.cell[2], 0);               /* 3000 0.5 1 */
    assert_int_equal(g.cell[(1 * 2 + 1) * 3], 9); /* 1000 1 2 */
    teardown(&w, &g);
}

static void test_optional_column(void **state) {
    (void)state;
    struct world w;
    struct grid g;
    setup(&w, &g, "1000 0.5 1\n1000 0.5 1 0.05\n2000 0.5 1\n");
    assert_int_equal(g.x.column, 0);
    assert_int_equal(g.y.column, 3);
    assert_true(isnan(g.y.value[0]));
    assert_true(g.y.value[1] == 0.05);
    assert_consistent(&g);
    assert_int_equal(g.cell[g.x.n + 1], GRID_NONE); /* 2000 with I0 */
    teardown(&w, &g);
}

static void test_no_grid(void **state) {
    (void)state;
    struct world w;
    struct grid g;
    setup(&w, &g, "");
    assert_int_equal(g.n_rows, 0);
    assert_int_equal(grid_step(&g, 0, 1, 0), 0);
    teardown(&w, &g);
    setup(&w, &g, "1000 0.5 1\n");
    assert_int_equal(g.x.n * g.y.n * g.n_panels, 1);
    assert_consistent(&g);
    teardown(&w, &g);

    /* A thousand cases that share no value of any parameter: no grid, but in order and all there. */
    char *list = malloc(1000 * 40);
    assert_non_null(list);
    size_t len = 0;
    for (int i = 0; i < 1000; i++) {
        len += (size_t)snprintf(list + len, 40, "%d 0.%d 1.%d\n", 1000 + i, 1000 + i, 5000 - i);
    }
    setup(&w, &g, list);
    free(list);
    assert_int_equal(g.x.column, -1);
    assert_int_equal(g.y.column, -1);
    assert_true(g.x.n * g.y.n < 2000);
    assert_consistent(&g);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(g.where[i], i);
    teardown(&w, &g);
}

static void test_steps(void **state) {
    (void)state;
    struct world w;
    struct grid g;
    /* T 1000..3000 by EPS 0.5, 1; 2000 with 0.5 is no case. A second panel. */
    setup(&w, &g,
          "1000 0.5 1\n3000 0.5 1\n1000 1 1\n2000 1 1\n3000 1 1\n1000 0.5 2\n2000 0.5 2\n3000 0.5 2\n1000 1 2\n");
    uint32_t at = g.where[0];
    at = grid_step(&g, at, 1, 0);
    assert_int_equal(g.cell[at], 1); /* over the hole */
    assert_int_equal(grid_step(&g, at, 1, 0), at);
    at = grid_step(&g, at, 0, 1);
    assert_int_equal(g.cell[at], 4);
    at = grid_step(&g, at, 0, 1);
    assert_int_equal(g.cell[at], 7);               /* into the next panel */
    assert_int_equal(grid_step(&g, at, 0, 1), at); /* 3000 1 2 is no case, and nothing is below */
    at = grid_step(&g, at, -1, 0);
    assert_int_equal(g.cell[at], 6);
    at = grid_step(&g, at, 0, -1);
    assert_int_equal(g.cell[at], 3);
    at = grid_step(&g, at, 0, -1);
    assert_int_equal(g.cell[at], 3); /* nothing above it */
    assert_int_equal(grid_step(&g, 100000, 0, 1), 100000);
    teardown(&w, &g);
}

/* Lines that make the same title are one case; directories without a list have their parameters in their names. */
static void test_tokens(void **state) {
    (void)state;
    struct world w;
    struct grid g;
    char token[GRID_TOKEN];
    double value;
    setup(&w, &g, "1000 0.50 1\n");
    grid_token(w.table, table_row(w.table, 0), 1, token);
    assert_string_equal(token, "0.50");
    grid_token(w.table, table_row(w.table, 0), 3, token);
    assert_string_equal(token, "");
    assert_false(grid_value(w.table, table_row(w.table, 0), 3, &value));
    teardown(&w, &g);
    world_init(&w, false);
    w.policy.discover = true;
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_running(&w, "T1000_eps0p5_tau1p25");
    world_running(&w, "T2000_eps0p5_tau1p25");
    world_tick(&w);
    grid_make(&g, w.table);
    grid_token(w.table, table_row(w.table, 1), 0, token);
    assert_string_equal(token, "2000");
    assert_true(grid_value(w.table, table_row(w.table, 1), 2, &value) && value == 1.25);
    assert_int_equal(g.x.n, 2);
    teardown(&w, &g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes),  cmocka_unit_test(test_optional_column), cmocka_unit_test(test_no_grid),
        cmocka_unit_test(test_steps), cmocka_unit_test(test_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

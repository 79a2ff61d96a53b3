/* Several batches as one list: numbers of cases, and what a person does with cases of equal titles. */
#include "model/fleet.h"
#include "support/world.h"
#include "tui/order.h"
#include "tui/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define A "T1_eps0p1_tau1"
#define B "T2_eps0p1_tau1"
#define C "T3_eps0p1_tau1"

struct two {
    struct world world[2];
    const struct table *table[2];
    struct fleet fleet;
    struct ui_state ui;
};

static void begin(struct two *x, const char *first, const char *second) {
    const char *const lists[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        struct world *w = &x->world[i];
        world_init(w, false);
        w->policy.discover = true;
        w->policy.label = i == 0 ? "/data/a/run" : "node:/data/b/run";
        world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
        if (lists[i]) world_list(w, lists[i]);
        world_scan_begin(w, ROOT_BATCH);
        world_scan_end(w, ROOT_BATCH);
        world_tick(w);
        x->table[i] = w->table;
    }
    x->fleet = (struct fleet){x->table, 2};
    ui_init(&x->ui);
}

static void end(struct two *x) {
    ui_free(&x->ui);
    world_free(&x->world[0]);
    world_free(&x->world[1]);
}

static void arrange(struct two *x) { order_arrange(&x->ui, &x->fleet, x->world[0].now, WORLD_WALL, 10); }

static void test_numbers(void **state) {
    (void)state;
    struct two x;
    size_t batch = 9;
    begin(&x, "1 0.1 1\n2 0.1 1\n", "1 0.1 1\n");
    assert_int_equal(fleet_count(&x.fleet), 3);
    assert_int_equal(fleet_first(&x.fleet, 1), 2);
    assert_string_equal(fleet_row(&x.fleet, 1, &batch)->title, B);
    assert_int_equal(batch, 0);
    assert_string_equal(fleet_row(&x.fleet, 2, &batch)->title, A);
    assert_int_equal(batch, 1);
    assert_null(fleet_row(&x.fleet, 3, &batch));
    assert_ptr_equal(fleet_table_of(&x.fleet, 2), x.table[1]);
    assert_string_equal(fleet_label(&x.fleet, 1), "node:/data/b/run");
    assert_string_equal(fleet_short_name(&x.fleet, 1), "run");
    uint64_t version = fleet_version(&x.fleet), rows = fleet_rows_version(&x.fleet);
    world_results(&x.world[1], A, 0);
    world_tick(&x.world[1]);
    assert_true(fleet_version(&x.fleet) != version && fleet_rows_version(&x.fleet) == rows);
    assert_int_equal(fleet_status_count(&x.fleet, STATUS_COMPLETE), 1);
    world_list(&x.world[0], "3 0.1 1\n");
    assert_true(fleet_rows_version(&x.fleet) != rows);
    table_set_over(x.world[0].table, true, 0);
    assert_false(fleet_over(&x.fleet));
    table_set_over(x.world[1].table, true, 0);
    assert_true(fleet_over(&x.fleet));
    end(&x);
}

/* Equal titles are two cases, in the order of their batches. */
static void test_equal_titles(void **state) {
    (void)state;
    struct two x;
    uint32_t marked[4];
    size_t at = 9;
    begin(&x, "1 0.1 1\n2 0.1 1\n", "1 0.1 1\n2 0.1 1\n");
    x.ui.sort = SORT_TITLE;
    arrange(&x);
    const uint32_t expected[] = {0, 2, 1, 3};
    assert_int_equal(x.ui.list.n, 4);
    assert_memory_equal(x.ui.order, expected, sizeof expected);
    ui_key(&x.ui, 'j', &x.fleet);
    assert_string_equal(ui_selected(&x.ui, &x.fleet, &at)->title, A);
    assert_int_equal(at, 2);
    ui_key(&x.ui, ' ', &x.fleet);
    assert_int_equal(ui_marked(&x.ui, &x.fleet, marked, 4), 1);
    assert_int_equal(marked[0], 2);
    /* A problem of the one is not the other's. */
    x.ui.sort = SORT_STATUS;
    struct fact f = {.kind = FACT_EXIT, .root = ROOT_BATCH, .place = A, .at = 0};
    f.u.exit.code = 1;
    f.u.exit.source = "exec";
    table_apply(x.world[1].table, &f);
    world_tick(&x.world[1]);
    arrange(&x);
    assert_int_equal(x.ui.order[0], 2);
    end(&x);
}

/* A case that is discovered in the first batch moves the numbers of the second one's. */
static void test_numbers_move(void **state) {
    (void)state;
    struct two x;
    uint32_t marked[4];
    size_t at = 9;
    begin(&x, NULL, "1 0.1 1\n3 0.1 1\n");
    arrange(&x);
    ui_key(&x.ui, 'j', &x.fleet);
    assert_string_equal(ui_selected(&x.ui, &x.fleet, &at)->title, C);
    assert_int_equal(at, 1);
    world_results(&x.world[0], A, 0);
    world_results(&x.world[0], C, 0);
    world_tick(&x.world[0]);
    assert_int_equal(table_count(x.table[0]), 2);
    /* Before the next drawing, too. */
    assert_ptr_equal(ui_selected(&x.ui, &x.fleet, &at), table_find(x.table[1], C));
    assert_int_equal(at, 3);
    assert_int_equal(ui_marked(&x.ui, &x.fleet, marked, 4), 1);
    assert_int_equal(marked[0], 3);
    arrange(&x);
    assert_ptr_equal(ui_selected(&x.ui, &x.fleet, &at), table_find(x.table[1], C));
    assert_int_equal(at, 3);
    end(&x);
}

/* The grid is of the selected case's batch; past its edge stands the next batch. */
static void test_grids(void **state) {
    (void)state;
    struct two x;
    size_t at = 9;
    begin(&x, "1 0.1 1\n2 0.1 1\n", "1 0.1 1\n1 0.1 2\n");
    x.ui.view = VIEW_GRID;
    arrange(&x);
    order_grid(&x.ui, &x.fleet);
    assert_int_equal(x.ui.grid_batch, 0);
    assert_true(x.ui.varies[0] && x.ui.varies[2] && !x.ui.varies[1]);
    for (int i = 0; i < 2; i++) ui_key(&x.ui, 'j', &x.fleet);
    ui_selected(&x.ui, &x.fleet, &at);
    assert_true(at >= 2);
    order_grid(&x.ui, &x.fleet);
    assert_int_equal(x.ui.grid_batch, 1);
    for (int i = 0; i < 3; i++) ui_key(&x.ui, 'k', &x.fleet);
    ui_selected(&x.ui, &x.fleet, &at);
    assert_true(at < 2);
    end(&x);
}

/* All is done when the last batch is; when that cannot be said of one, it cannot be said. */
static void test_eta(void **state) {
    (void)state;
    struct two x;
    struct eta each[2] = {0}, all;
    begin(&x, "1 0.1 1\n2 0.1 1\n3 0.1 1\n4 0.1 1\n5 0.1 1\n", "1 0.1 1\n2 0.1 1\n");
    for (int i = 1; i < 5; i++) {
        char title[32];
        snprintf(title, sizeof title, "T%d_eps0p1_tau1", i);
        world_results(&x.world[0], title, (10 - i) * WORLD_MINUTE);
    }
    world_running(&x.world[0], "T5_eps0p1_tau1");
    world_results(&x.world[1], A, 0);
    world_running(&x.world[1], B);
    world_tick(&x.world[0]);
    world_tick(&x.world[1]);
    fleet_eta(&x.fleet, each, WORLD_WALL, &all);
    assert_true(each[0].known && !each[1].known && !all.known);
    assert_int_equal(all.remaining, 2);
    world_results(&x.world[1], B, 0);
    world_tick(&x.world[1]);
    fleet_eta(&x.fleet, each, WORLD_WALL + 2 * ETA_RESCAN_MS, &all);
    assert_true(all.known);
    assert_int_equal(all.high_ms, each[0].high_ms);
    end(&x);
}

/* It began when the first batch did: there the timeline begins. A batch without a trace says nothing. */
static void test_began(void **state) {
    (void)state;
    struct two x;
    struct eta each[2] = {0}, all;
    begin(&x, "1 0.1 1\n2 0.1 1\n", "1 0.1 1\n2 0.1 1\n");
    fleet_eta(&x.fleet, each, WORLD_WALL, &all);
    assert_int_equal(all.began_ms, -1);
    assert_int_equal(all.newest_ms, -1);
    world_results(&x.world[1], A, 10 * WORLD_MINUTE);
    world_tick(&x.world[1]);
    fleet_eta(&x.fleet, each, WORLD_WALL + 2 * ETA_RESCAN_MS, &all);
    assert_true(each[1].began_ms > 0);
    assert_int_equal(all.began_ms, each[1].began_ms);
    world_results(&x.world[0], A, 30 * WORLD_MINUTE);
    world_tick(&x.world[0]);
    fleet_eta(&x.fleet, each, WORLD_WALL + 4 * ETA_RESCAN_MS, &all);
    assert_true(each[0].began_ms < each[1].began_ms);
    assert_int_equal(all.began_ms, each[0].began_ms);
    assert_int_equal(all.newest_ms, each[1].newest_ms);
    end(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),      cmocka_unit_test(test_equal_titles),
                                       cmocka_unit_test(test_numbers_move), cmocka_unit_test(test_grids),
                                       cmocka_unit_test(test_eta),          cmocka_unit_test(test_began)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

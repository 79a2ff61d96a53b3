#include "support/world.h"
#include "tui/ui_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Five cases in an order of the list that is neither by title nor by status. */
static void setup(struct world *w, struct ui_state *ui) {
    world_init(w, false);
    ui_init(ui);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(w, "1000 0.1 1\n900 0.1 1\n2000 0.1 1\n900 0.1 10\n900 0.1 2\n");
    world_scan_begin(w, ROOT_BATCH);
    world_results(w, "T900_eps0p1_tau1", 60000);
    world_running(w, "T2000_eps0p1_tau1");
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
}

static void arrange(struct ui_state *ui, const struct world *w, size_t lines) {
    ui_arrange(ui, w->table, w->now, world_wall(w), lines);
}

static void assert_order(const struct ui_state *ui, const struct world *w, const char *expected) {
    char text[512] = "";
    for (size_t i = 0; i < ui->n; i++) {
        const char *title = table_row(w->table, ui->order[i])->title;
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "", title);
    }
    assert_string_equal(text, expected);
}

static const char *selected(const struct ui_state *ui, const struct world *w) {
    const struct row *r = ui_selected(ui, w->table);
    return r != NULL ? r->title : "(none)";
}

static void teardown(struct world *w, struct ui_state *ui) {
    ui_free(ui);
    world_free(w);
}

static void test_sorts(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1 T900_eps0p1_tau1");
    assert_int_equal(ui.title_width, 17);
    assert_int_equal(ui_key(&ui, 's', w.table), UI_REDRAW | UI_RESORT);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T900_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1 T2000_eps0p1_tau1");
    ui_key(&ui, 'S', w.table);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T1000_eps0p1_tau1 T900_eps0p1_tau10 T900_eps0p1_tau2 T900_eps0p1_tau1");
    ui_key(&ui, 's', w.table); /* last change; no longer reversed */
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1");
    ui_key(&ui, 's', w.table); /* progress */
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T900_eps0p1_tau1 T2000_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1");
    ui_key(&ui, 's', w.table);
    assert_int_equal(ui.sort, SORT_STATUS);
    teardown(&w, &ui);
}

static void test_selection_stays(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T2000_eps0p1_tau1");

    /* Not moved yet: whatever comes first is selected. */
    world_results(&w, "T2000_eps0p1_tau1", 0);
    world_config(&w, ROOT_BATCH, "T2000_eps0p1_tau1", 0, "status", "pre_run");
    world_running(&w, "T900_eps0p1_tau10");
    world_file(&w, ROOT_BATCH, "T2000_eps0p1_tau1", "run_config.json", CONTENT_WHOLE, 9000, 0, NULL);
    world_at(&w, 1000);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau10");

    /* Moved: the same case, wherever it goes, on the same line of the screen where that is possible. */
    ui_key(&ui, 'j', w.table);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    ui_key(&ui, 's', w.table);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    assert_int_equal(ui.cursor, 1);
    assert_int_equal(ui.top, 0);
    ui_key(&ui, 'S', w.table);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    assert_int_equal(ui.cursor, 3);
    assert_int_equal(ui.top, 2);

    /* Also when the list is another one. */
    world_list(&w, "900 0.1 2\n900 0.1 7\n");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_int_equal(ui.n, 2);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    world_list(&w, "900 0.1 7\n");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau7");
    world_list(&w, "");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "(none)");
    assert_int_equal(ui_key(&ui, 'j', w.table), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_ENTER, w.table), 0);
    teardown(&w, &ui);
}

static void test_far_ages_and_other_titles(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    world_init(&w, false);
    ui_init(&ui);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "1 0.1 1\n2 0.1 1\n3 0.1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps0p1_tau1", WORLD_HOUR);
    world_results(&w, "T2_eps0p1_tau1", 2 * WORLD_MINUTE);
    world_results(&w, "T3_eps0p1_tau1", 5 * WORLD_HOUR);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    ui.sort = SORT_CHANGE;
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2_eps0p1_tau1 T1_eps0p1_tau1 T3_eps0p1_tau1");
    /* As many cases, other titles. */
    ui.sort = SORT_TITLE;
    world_list(&w, "3 0.1 1\n1 0.1 1\n200 0.1 1\n");
    world_tick(&w);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T1_eps0p1_tau1 T3_eps0p1_tau1 T200_eps0p1_tau1");
    assert_int_equal(ui.title_width, 16);
    teardown(&w, &ui);
}

static void test_moving(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 2);
    const struct {
        int key;
        size_t cursor, top;
    } steps[] = {
        {UI_KEY_UP, 0, 0}, {UI_KEY_DOWN, 1, 0},      {'j', 2, 1},
        {'k', 1, 1},       {UI_KEY_PAGE_DOWN, 3, 2}, {UI_KEY_PAGE_DOWN, 4, 3},
        {'j', 4, 3},       {UI_KEY_PAGE_UP, 2, 2},   {'G', 4, 3},
        {'g', 0, 0},       {UI_KEY_END, 4, 3},       {UI_KEY_HOME, 0, 0},
        {' ', 2, 1},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(ui_key(&ui, steps[i].key, w.table), UI_REDRAW);
        arrange(&ui, &w, 2);
        assert_int_equal(ui.cursor, steps[i].cursor);
        assert_int_equal(ui.top, steps[i].top);
    }
    /* A taller screen shows as much as it can. */
    ui_key(&ui, UI_KEY_END, w.table);
    arrange(&ui, &w, 4);
    assert_int_equal(ui.top, 1);
    arrange(&ui, &w, 0);
    assert_int_equal(ui.page, 1);
    teardown(&w, &ui);
}

static void test_reactions(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    /* Before the first drawing there is nothing to select. */
    assert_int_equal(ui_key(&ui, 'j', w.table), 0);
    assert_int_equal(ui_key(&ui, 'q', w.table), UI_QUIT);
    arrange(&ui, &w, 10);
    assert_int_equal(ui_key(&ui, UI_KEY_F10, w.table), UI_QUIT);
    assert_int_equal(ui_key(&ui, 'w', w.table), UI_WRITE_REPORT | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'r', w.table), UI_RESCAN | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_F5, w.table), UI_RESCAN | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_REDRAW, w.table), UI_REPAINT | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_RESIZE, w.table), UI_RESIZE | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'x', w.table), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_OTHER, w.table), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_ESC, w.table), 0);

    assert_int_equal(ui_key(&ui, UI_KEY_ENTER, w.table), UI_REDRAW);
    assert_true(ui.detail_open);
    ui.detail_page = 5;
    ui_key(&ui, UI_KEY_PAGE_DOWN, w.table);
    assert_int_equal(ui.detail_top, 5);
    assert_int_equal(ui.cursor, 0);
    ui_key(&ui, UI_KEY_DOWN, w.table); /* another case is read from its beginning */
    assert_int_equal(ui.detail_top, 0);
    assert_int_equal(ui.cursor, 1);
    ui_key(&ui, UI_KEY_F1, w.table);
    assert_true(ui.help_open);
    ui_key(&ui, 'j', w.table); /* help is in front */
    assert_int_equal(ui.help_top, 1);
    assert_int_equal(ui.cursor, 1);
    assert_int_equal(ui_key(&ui, 'q', w.table), UI_QUIT);
    ui_key(&ui, UI_KEY_ESC, w.table);
    assert_false(ui.help_open);
    assert_true(ui.detail_open);
    ui_key(&ui, UI_KEY_ESC, w.table);
    assert_false(ui.detail_open);
    teardown(&w, &ui);
}

static void test_age(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    const struct row *r = table_find(w.table, "T900_eps0p1_tau1");
    assert_int_equal(ui_row_age(w.table, r, w.now, world_wall(&w)), 60000);
    assert_int_equal(ui_row_age(w.table, table_find(w.table, "T1000_eps0p1_tau1"), w.now, world_wall(&w)), -1);
    /* A clock that was set back: not negative. */
    assert_int_equal(ui_row_age(w.table, r, w.now, WORLD_WALL - WORLD_HOUR), 0);
    teardown(&w, &ui);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorts),           cmocka_unit_test(test_far_ages_and_other_titles),
        cmocka_unit_test(test_selection_stays), cmocka_unit_test(test_moving),
        cmocka_unit_test(test_reactions),       cmocka_unit_test(test_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

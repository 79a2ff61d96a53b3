#include "support/world.h"
#include "tui/order.h"

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
    order_arrange(ui, world_fleet(w), w->now, world_wall(w), lines);
}

static void assert_order(const struct ui_state *ui, const struct world *w, const char *expected) {
    char text[512] = "";
    for (size_t i = 0; i < ui->list.n; i++) {
        const char *title = table_row(w->table, ui->order[i])->title;
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s", i > 0 ? " " : "", title);
    }
    assert_string_equal(text, expected);
}

static const char *selected(const struct ui_state *ui, const struct world *w) {
    const struct row *r = ui_selected(ui, world_fleet(w), NULL);
    return r != NULL ? r->title : "(none)";
}

static void teardown(struct world *w, struct ui_state *ui) {
    ui_free(ui);
    world_free(w);
}

/* Cases that turn up one after the other stand as if all had been there at once, and those of before keep their marks.
 */
static void test_discovered(void **state) {
    (void)state;
    static const char *const titles[] = {"T900_eps0p1_tau1", "T2000_eps0p25_tau1", "T1000_eps0p1_tau1",
                                         "T900_eps0p5_tau1", "T100_eps0p1_tau1"};
    struct world w;
    struct ui_state ui, fresh;
    world_init(&w, false);
    w.policy.discover = true;
    ui_init(&ui);
    ui.sort = SORT_TITLE;
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(&w, ROOT_BATCH);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        world_running(&w, titles[i]);
        world_tick(&w);
        arrange(&ui, &w, 10);
        if (i == 1) ui_key(&ui, ' ', world_fleet(&w));
    }
    assert_order(&ui, &w, "T100_eps0p1_tau1 T900_eps0p1_tau1 T900_eps0p5_tau1 T1000_eps0p1_tau1 T2000_eps0p25_tau1");
    assert_int_equal(ui.n_marked, 1);
    assert_true(ui.marked[0]);
    ui_init(&fresh);
    arrange(&fresh, &w, 10);
    assert_int_equal(ui.title_width, fresh.title_width);
    for (int c = 0; c < PROFILE_MAX_COLUMNS; c++) {
        assert_int_equal(ui.token_width[c], fresh.token_width[c]);
        assert_int_equal(ui.varies[c], fresh.varies[c]);
        assert_int_equal(ui.varies[c], c < 2);
    }
    ui_free(&fresh);
    teardown(&w, &ui);
}

static void test_sorts(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1 T900_eps0p1_tau1");
    assert_int_equal(ui.title_width, 17);
    assert_int_equal(ui_key(&ui, 's', world_fleet(&w)), UI_REDRAW | UI_RESORT);
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T900_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1 T2000_eps0p1_tau1");
    ui_key(&ui, 'S', world_fleet(&w));
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T1000_eps0p1_tau1 T900_eps0p1_tau10 T900_eps0p1_tau2 T900_eps0p1_tau1");
    ui_key(&ui, 's', world_fleet(&w)); /* last change; no longer reversed */
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1");
    ui_key(&ui, 's', world_fleet(&w)); /* progress */
    arrange(&ui, &w, 10);
    assert_order(&ui, &w, "T900_eps0p1_tau1 T2000_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1");
    ui_key(&ui, 's', world_fleet(&w));
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
    ui_key(&ui, 'j', world_fleet(&w));
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    ui_key(&ui, 's', world_fleet(&w));
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    assert_int_equal(ui.list.cursor, 1);
    assert_int_equal(ui.list.top, 0);
    ui_key(&ui, 'S', world_fleet(&w));
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    assert_int_equal(ui.list.cursor, 3);
    assert_int_equal(ui.list.top, 2);

    /* Also when the list is another one. */
    world_list(&w, "900 0.1 2\n900 0.1 7\n");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_int_equal(ui.list.n, 2);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    world_list(&w, "900 0.1 7\n");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau7");
    world_list(&w, "");
    world_tick(&w);
    arrange(&ui, &w, 3);
    assert_string_equal(selected(&ui, &w), "(none)");
    assert_int_equal(ui_key(&ui, 'j', world_fleet(&w)), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_ENTER, world_fleet(&w)), 0);
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
        {' ', 1, 0},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(ui_key(&ui, steps[i].key, world_fleet(&w)), UI_REDRAW);
        arrange(&ui, &w, 2);
        assert_int_equal(ui.list.cursor, steps[i].cursor);
        assert_int_equal(ui.list.top, steps[i].top);
    }
    /* A taller screen shows as much as it can. */
    ui_key(&ui, UI_KEY_END, world_fleet(&w));
    arrange(&ui, &w, 4);
    assert_int_equal(ui.list.top, 1);
    arrange(&ui, &w, 0);
    assert_int_equal(ui.list.page, 1);
    teardown(&w, &ui);
}

static void test_reactions(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    /* Before the first drawing there is nothing to select. */
    assert_int_equal(ui_key(&ui, 'j', world_fleet(&w)), 0);
    assert_int_equal(ui_key(&ui, 'q', world_fleet(&w)), UI_QUIT);
    arrange(&ui, &w, 10);
    assert_int_equal(ui_key(&ui, UI_KEY_F10, world_fleet(&w)), UI_QUIT);
    assert_int_equal(ui_key(&ui, 'w', world_fleet(&w)), UI_WRITE_REPORT | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'r', world_fleet(&w)), UI_RESCAN | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_F5, world_fleet(&w)), UI_RESCAN | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'u', world_fleet(&w)), UI_RELEASE_ARCHIVE | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'U', world_fleet(&w)), UI_RELEASE_BATCH | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_REDRAW, world_fleet(&w)), UI_REPAINT | UI_REDRAW);
    assert_int_equal(ui_key(&ui, UI_KEY_RESIZE, world_fleet(&w)), UI_RESIZE | UI_REDRAW);
    assert_int_equal(ui_key(&ui, 'x', world_fleet(&w)), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_OTHER, world_fleet(&w)), 0);
    assert_int_equal(ui_key(&ui, UI_KEY_ESC, world_fleet(&w)), 0);

    assert_int_equal(ui_key(&ui, UI_KEY_ENTER, world_fleet(&w)), UI_REDRAW);
    assert_true(ui.detail_open);
    ui.detail_page = 5;
    ui_key(&ui, UI_KEY_PAGE_DOWN, world_fleet(&w));
    assert_int_equal(ui.detail_top, 5);
    assert_int_equal(ui.list.cursor, 0);
    ui_key(&ui, UI_KEY_DOWN, world_fleet(&w)); /* another case is read from its beginning */
    assert_int_equal(ui.detail_top, 0);
    assert_int_equal(ui.list.cursor, 1);
    ui_key(&ui, UI_KEY_F1, world_fleet(&w));
    assert_true(ui.help_open);
    ui_key(&ui, 'j', world_fleet(&w)); /* help is in front */
    assert_int_equal(ui.help_top, 1);
    assert_int_equal(ui.list.cursor, 1);
    assert_int_equal(ui_key(&ui, 'q', world_fleet(&w)), UI_QUIT);
    ui_key(&ui, UI_KEY_ESC, world_fleet(&w));
    assert_false(ui.help_open);
    assert_true(ui.detail_open);
    ui_key(&ui, UI_KEY_ESC, world_fleet(&w));
    assert_false(ui.detail_open);
    teardown(&w, &ui);
}

static void test_age(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    const struct row *r = table_find(w.table, "T900_eps0p1_tau1");
    assert_int_equal(order_row_age(w.table, r, w.now, world_wall(&w)), 60000);
    assert_int_equal(order_row_age(w.table, table_find(w.table, "T1000_eps0p1_tau1"), w.now, world_wall(&w)), -1);
    /* A clock that was set back: not negative. */
    assert_int_equal(order_row_age(w.table, r, w.now, WORLD_WALL - WORLD_HOUR), 0);
    teardown(&w, &ui);
}

static void press(struct ui_state *ui, const struct world *w, const char *keys) {
    for (const char *k = keys; *k; k++) {
        ui_key(ui, *k == '\n' ? UI_KEY_ENTER : (unsigned char)*k, world_fleet(w));
        arrange(ui, w, 10);
    }
}

/* Numbers stand in the order of their values, whatever the titles make of the decimal point. */
static void test_order_of_values(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    world_init(&w, false);
    ui_init(&ui);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "1000 0.5 1\n1000 0.25 1\n1000 0.5 0.125\n1000 1 1\n900 2 1\n1000 1e-1 1\n");
    world_tick(&w);
    ui.sort = SORT_TITLE;
    arrange(&ui, &w, 10);
    assert_order(&ui, &w,
                 "T900_eps2_tau1 T1000_eps1e-1_tau1 T1000_eps0p25_tau1 T1000_eps0p5_tau0p125 T1000_eps0p5_tau1 "
                 "T1000_eps1_tau1");
    ui_free(&ui);
    world_free(&w);
}

static void test_filter(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    press(&ui, &w, "fT=900");
    assert_int_equal(ui.prompt, PROMPT_FILTER);
    assert_int_equal(ui.list.n, 3); /* while it is typed */
    press(&ui, &w, " tau=q");
    assert_int_equal(ui.filter_error, FILTER_NOT_A_NUMBER);
    press(&ui, &w, "\n"); /* what is not understood is not accepted */
    assert_int_equal(ui.prompt, PROMPT_FILTER);
    for (int i = 0; i < 6; i++) ui_key(&ui, UI_KEY_BACKSPACE, world_fleet(&w));
    press(&ui, &w, "\n");
    assert_int_equal(ui.prompt, PROMPT_NONE);
    assert_int_equal(ui.list.n, 3);
    /* The next edit starts from it; Esc brings it back. */
    press(&ui, &w, "f tau=1");
    assert_int_equal(ui.list.n, 1);
    ui_key(&ui, UI_KEY_ESC, world_fleet(&w));
    arrange(&ui, &w, 10);
    assert_int_equal(ui.list.n, 3);
    assert_string_equal(ui.filter_text, "T=900");
    /* Esc once more shows everything. */
    ui_key(&ui, UI_KEY_ESC, world_fleet(&w));
    arrange(&ui, &w, 10);
    assert_int_equal(ui.list.n, 5);
    /* The selected case stays selected where the filter lets it; else the cursor stays within the list. */
    press(&ui, &w, "G");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    press(&ui, &w, "fT=900\n");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    assert_int_equal(ui.list.cursor, 2);
    press(&ui, &w, "f");
    ui_key(&ui, UI_KEY_ERASE, world_fleet(&w));
    press(&ui, &w, "T=2000\n");
    assert_string_equal(selected(&ui, &w), "T2000_eps0p1_tau1");
    press(&ui, &w, "f x\n");
    assert_int_equal(ui.list.n, 0);
    assert_string_equal(selected(&ui, &w), "(none)");
    assert_int_equal(ui_key(&ui, ' ', world_fleet(&w)), 0);
    assert_int_equal(ui_key(&ui, 'e', world_fleet(&w)), 0);
    teardown(&w, &ui);
}

static void test_search(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    /* order: T2000 running, T900 tau2, T900 tau10, T1000, T900 tau1 complete */
    press(&ui, &w, "/t900");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    press(&ui, &w, "\n");
    assert_int_equal(ui.prompt, PROMPT_NONE);
    press(&ui, &w, "n");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau10");
    press(&ui, &w, "nn"); /* round the end */
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    press(&ui, &w, "N");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    press(&ui, &w, "/complete\n");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    press(&ui, &w, "/nowhere\n"); /* stays */
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    /* Letters are text while a prompt is open; wide ones, too, and no control characters. */
    press(&ui, &w, "/q");
    ui_key(&ui, 0x8868, world_fleet(&w));
    ui_key(&ui, 1, world_fleet(&w));
    ui_key(&ui, UI_KEY_UP, world_fleet(&w));
    assert_string_equal(ui.typed, "q\xe8\xa1\xa8");
    ui_key(&ui, UI_KEY_BACKSPACE, world_fleet(&w));
    assert_string_equal(ui.typed, "q");
    for (int i = 0; i < 2 * UI_TYPED; i++) ui_key(&ui, 0x8868, world_fleet(&w));
    assert_in_range(strlen(ui.typed), UI_TYPED - 4, UI_TYPED - 1);
    ui_key(&ui, UI_KEY_ERASE, world_fleet(&w));
    ui_key(&ui, UI_KEY_BACKSPACE, world_fleet(&w)); /* nothing left: closed */
    assert_int_equal(ui.prompt, PROMPT_NONE);
    teardown(&w, &ui);
}

static void test_marks(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    uint32_t rows[8];
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    /* Nothing marked: the selected one. */
    assert_int_equal(ui_marked(&ui, world_fleet(&w), rows, 8), 1);
    assert_string_equal(table_row(w.table, rows[0])->title, "T2000_eps0p1_tau1");
    press(&ui, &w, "j  ");
    assert_int_equal(ui.n_marked, 2);
    assert_int_equal(ui_marked(&ui, world_fleet(&w), rows, 8), 2);
    assert_int_equal(ui_marked(&ui, world_fleet(&w), rows, 1), 2);
    assert_int_equal(ui_key(&ui, 'e', world_fleet(&w)), UI_EXPORT | UI_REDRAW);
    /* Marks are of cases, not of lines. */
    press(&ui, &w, "s");
    assert_true(ui.marked[table_find(w.table, "T900_eps0p1_tau2")->index]);
    press(&ui, &w, "k ");
    ui_key(&ui, UI_KEY_ESC, world_fleet(&w));
    assert_int_equal(ui.n_marked, 0);
    assert_false(ui.marked[table_find(w.table, "T900_eps0p1_tau2")->index]);
    /* Another list: other rows. */
    press(&ui, &w, " ");
    world_list(&w, "1 0.1 1\n2 0.1 1\n");
    world_tick(&w);
    arrange(&ui, &w, 10);
    assert_int_equal(ui.n_marked, 0);
    teardown(&w, &ui);
}

static void test_views_and_grid(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    press(&ui, &w, "2");
    assert_int_equal(ui.view, VIEW_GRID);
    /* T 900, 1000, 2000 by TAU 1, 2, 10; it begins at T2000 TAU 1. */
    press(&ui, &w, "h");
    assert_string_equal(selected(&ui, &w), "T1000_eps0p1_tau1");
    press(&ui, &w, "hj");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau2");
    press(&ui, &w, "j");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau10");
    press(&ui, &w, "jl"); /* nothing there */
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau10");
    press(&ui, &w, "kkG");
    assert_string_equal(selected(&ui, &w), "T2000_eps0p1_tau1");
    press(&ui, &w, "g\n");
    assert_string_equal(selected(&ui, &w), "T900_eps0p1_tau1");
    assert_true(ui.detail_open);
    press(&ui, &w, "\n");
    /* The table's cursor has gone along. */
    press(&ui, &w, "1");
    assert_int_equal(ui.list.cursor, 4);
    for (int v = 1; v <= VIEW_COUNT; v++) {
        ui_key(&ui, UI_KEY_TAB, world_fleet(&w));
        assert_int_equal(ui.view, v % VIEW_COUNT);
    }
    ui_key(&ui, UI_KEY_BACKTAB, world_fleet(&w));
    assert_int_equal(ui.view, VIEW_EVENTS);
    teardown(&w, &ui);
}

static void test_timeline(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    ui.view = VIEW_TIMELINE;
    ui.timeline.from_ms = 1000000;
    ui.timeline.span_ms = 800000;
    press(&ui, &w, "+"); /* the end stays */
    assert_true(ui.timeline.fixed);
    assert_int_equal(ui.timeline.span_ms, 400000);
    assert_int_equal(ui.timeline.from_ms, 1400000);
    press(&ui, &w, "-"); /* then the middle */
    assert_int_equal(ui.timeline.from_ms, 1200000);
    press(&ui, &w, "h");
    assert_int_equal(ui.timeline.from_ms, 1100000);
    press(&ui, &w, "l");
    assert_int_equal(ui.timeline.from_ms, 1200000);
    for (int i = 0; i < 100; i++) ui_key(&ui, '+', world_fleet(&w));
    assert_int_equal(ui.timeline.span_ms, 10000);
    for (int i = 0; i < 100; i++) ui_key(&ui, '-', world_fleet(&w));
    assert_in_range(ui.timeline.span_ms, 1, INT64_C(4000) * 86400000);
    press(&ui, &w, "0");
    assert_false(ui.timeline.fixed);
    press(&ui, &w, "j");
    assert_int_equal(ui.list.cursor, 1);
    teardown(&w, &ui);
}

static void test_pause_and_finalize(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    press(&ui, &w, "p");
    assert_true(ui.paused);
    world_results(&w, "T900_eps0p1_tau2", 1000);
    world_at(&w, 1000);
    arrange(&ui, &w, 10);
    /* What stands still does not change places. */
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau2 T900_eps0p1_tau10 T1000_eps0p1_tau1 T900_eps0p1_tau1");
    press(&ui, &w, "p");
    assert_order(&ui, &w, "T2000_eps0p1_tau1 T900_eps0p1_tau10 T1000_eps0p1_tau1 T900_eps0p1_tau1 T900_eps0p1_tau2");
    /* Finalizing asks first. */
    assert_int_equal(ui_key(&ui, 'F', world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.prompt, PROMPT_FINALIZE);
    assert_int_equal(ui_key(&ui, 'q', world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.prompt, PROMPT_NONE);
    ui_key(&ui, UI_KEY_F9, world_fleet(&w));
    assert_int_equal(ui_key(&ui, 'y', world_fleet(&w)), UI_REDRAW | UI_FINALIZE);
    assert_int_equal(ui.prompt, PROMPT_NONE);
    assert_int_equal(ui_key(&ui, 'b', world_fleet(&w)), UI_REDRAW | UI_NOTICE);
    assert_int_equal(ui.notice, NOTICE_DESKTOP);
    assert_int_equal(ui_key(&ui, 'm', world_fleet(&w)), UI_REDRAW | UI_MOUSE);
    assert_false(ui.mouse);
    assert_int_equal(ui_key(&ui, 'y', world_fleet(&w)), UI_REDRAW | UI_COPY);
    teardown(&w, &ui);
}

static void test_clicks(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    ui_add_hit(&ui, 3, 0, 80, HIT_LINE, 1);
    ui_add_hit(&ui, 1, 10, 20, HIT_VIEW, VIEW_EVENTS);
    ui_add_hit(&ui, 2, 10, 20, HIT_SORT, SORT_TITLE);
    ui_add_hit(&ui, 9, 10, 12, HIT_CELL, 0);
    ui_add_hit(&ui, 4, 5, 5, HIT_LINE, 0); /* no cells: no target */
    assert_int_equal(ui.n_hits, 4);
    assert_int_equal(ui_click(&ui, 3, 79, world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.list.cursor, 1);
    assert_int_equal(ui_click(&ui, 3, 80, world_fleet(&w)), 0);
    assert_int_equal(ui_click(&ui, 5, 5, world_fleet(&w)), 0);
    ui_click(&ui, 3, 0, world_fleet(&w)); /* once more: its details */
    assert_true(ui.detail_open);
    ui_click(&ui, 2, 15, world_fleet(&w));
    assert_int_equal(ui.sort, SORT_TITLE);
    assert_false(ui.reverse);
    ui_click(&ui, 2, 15, world_fleet(&w));
    assert_true(ui.reverse);
    ui_click(&ui, 9, 10, world_fleet(&w));
    assert_string_equal(selected(&ui, &w), "T1000_eps0p1_tau1");
    ui_click(&ui, 1, 10, world_fleet(&w));
    assert_int_equal(ui.view, VIEW_EVENTS);
    teardown(&w, &ui);
}

/* The wheel scrolls what is under it. */
static void test_wheel(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    setup(&w, &ui);
    arrange(&ui, &w, 10);
    ui.detail_row = 40;
    assert_int_equal(ui_wheel(&ui, 39, UI_KEY_WHEEL_DOWN, world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.list.cursor, 3);
    ui_key(&ui, UI_KEY_ENTER, world_fleet(&w));
    ui.detail_row = 12;
    assert_int_equal(ui_wheel(&ui, 11, UI_KEY_WHEEL_UP, world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.list.cursor, 0);
    assert_int_equal(ui_wheel(&ui, 12, UI_KEY_WHEEL_DOWN, world_fleet(&w)), UI_REDRAW);
    assert_int_equal(ui.list.cursor, 0);
    assert_int_equal(ui.detail_top, 3);
    ui_wheel(&ui, 30, UI_KEY_WHEEL_UP, world_fleet(&w));
    assert_int_equal(ui.detail_top, 0);
    ui_key(&ui, '?', world_fleet(&w));
    ui_wheel(&ui, 30, UI_KEY_WHEEL_DOWN, world_fleet(&w));
    assert_int_equal(ui.help_top, 1);
    assert_int_equal(ui.detail_top, 0);
    teardown(&w, &ui);
}

/* ui_key survives whatever is pressed, in any order. */
static void test_any_keys(void **state) {
    (void)state;
    struct world w;
    struct ui_state ui;
    uint32_t seed = 1;
    setup(&w, &ui);
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525u + 1013904223u;
        int key = seed >> 8 & 1 ? (int)(seed >> 16 & 0x7F) : UI_KEY_SPECIAL + (int)(seed >> 16) % 40;
        ui_key(&ui, key, world_fleet(&w));
        if (i % 3 == 0) arrange(&ui, &w, seed >> 20 & 15);
        if (i % 1000 == 0) {
            world_at(&w, i);
            world_results(&w, i % 2000 ? "T900_eps0p1_tau2" : "T1000_eps0p1_tau1", i);
        }
        assert_true(ui.list.cursor < (ui.list.n > 0 ? ui.list.n : 1));
        assert_true(ui.selected == UI_NO_ROW || ui.selected < table_count(w.table));
    }
    teardown(&w, &ui);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_of_values), cmocka_unit_test(test_wheel),
        cmocka_unit_test(test_filter),          cmocka_unit_test(test_search),
        cmocka_unit_test(test_marks),           cmocka_unit_test(test_views_and_grid),
        cmocka_unit_test(test_timeline),        cmocka_unit_test(test_pause_and_finalize),
        cmocka_unit_test(test_clicks),          cmocka_unit_test(test_any_keys),
        cmocka_unit_test(test_sorts),           cmocka_unit_test(test_far_ages_and_other_titles),
        cmocka_unit_test(test_selection_stays), cmocka_unit_test(test_moving),
        cmocka_unit_test(test_reactions),       cmocka_unit_test(test_age),
        cmocka_unit_test(test_discovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

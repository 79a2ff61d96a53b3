#include "model/eta.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_estimate(void **state) {
    (void)state;
    int64_t low, high;
    const int64_t at[] = {0, 1000, 2000, 5000, 8000};
    assert_false(eta_estimate(at, 2, 10, 8000, &low, &high));
    assert_false(eta_estimate(at, 5, 0, 8000, &low, &high));
    /* Older half one a second, newer half one every three. */
    assert_true(eta_estimate(at, 5, 10, 8000, &low, &high));
    assert_int_equal(low, 10000);
    assert_int_equal(high, 30000);
    /* A short silence changes nothing, a long one counts as a third gap of the newer half. */
    assert_true(eta_estimate(at, 5, 10, 11000, &low, &high));
    assert_int_equal(high, 30000);
    /* From half a minute to weeks: nobody is helped. */
    assert_false(eta_estimate(at, 5, 1000, INT64_C(40) * 3600 * 1000, &low, &high));
    assert_true(eta_estimate(at, 5, 10, 92000, &low, &high));
    assert_int_equal(low, 10000);
    assert_int_equal(high, 300000);
    /* A clock set back, and completions in the same moment: never negative. */
    assert_true(eta_estimate(at, 5, 10, -50000, &low, &high));
    assert_int_equal(high, 30000);
    const int64_t same[] = {7, 7, 7};
    assert_true(eta_estimate(same, 3, 10, 7, &low, &high));
    assert_int_equal(low, 0);
    assert_int_equal(high, 0);
}

static void test_table(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "1 0.1 1\n2 0.1 1\n3 0.1 1\n4 0.1 1\n5 0.1 1\n6 0.1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps0p1_tau1", 30 * WORLD_MINUTE);
    world_results(&w, "T3_eps0p1_tau1", 10 * WORLD_MINUTE);
    world_running(&w, "T4_eps0p1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    struct eta e = {0};
    eta_refresh(&e, w.table, world_wall(&w));
    assert_false(e.known); /* two completions are no pace */
    assert_int_equal(e.remaining, 4);

    world_results(&w, "T2_eps0p1_tau1", 20 * WORLD_MINUTE);
    world_tick(&w);
    eta_refresh(&e, w.table, world_wall(&w) + ETA_RESCAN_MS - 1);
    assert_false(e.known); /* read again once a second at most */
    eta_refresh(&e, w.table, world_wall(&w) + ETA_RESCAN_MS);
    assert_true(e.known);
    assert_int_equal(e.remaining, 3);
    assert_int_equal(e.low_ms, 30 * WORLD_MINUTE);
    assert_true(e.high_ms >= e.low_ms);

    /* Nothing running: nobody knows. */
    world_results(&w, "T4_eps0p1_tau1", 0);
    world_tick(&w);
    eta_refresh(&e, w.table, world_wall(&w) + 3 * ETA_RESCAN_MS);
    assert_false(e.known);
    world_free(&w);
}

static void test_newest(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    char text[100 * 16], title[32];
    size_t len = 0;
    for (int i = 0; i < 100; i++) len += (size_t)snprintf(text + len, sizeof text - len, "%d 0.1 1\n", i + 1);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, text);
    world_scan_begin(&w, ROOT_BATCH);
    for (int i = 0; i < 98; i++) {
        snprintf(title, sizeof title, "T%d_eps0p1_tau1", i + 1);
        /* Not in order of time (37 is coprime to 98), an old one last. */
        world_results(&w, title, ((i * 37 + 20) % 98) * WORLD_MINUTE);
    }
    world_running(&w, "T99_eps0p1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    struct eta e = {0};
    eta_refresh(&e, w.table, world_wall(&w));
    assert_int_equal(e.n_completed, ETA_COMPLETIONS);
    assert_int_equal(e.completed[0], WORLD_WALL - 63 * WORLD_MINUTE);
    assert_int_equal(e.completed[63], WORLD_WALL);
    assert_int_equal(e.low_ms, 2 * WORLD_MINUTE);
    assert_int_equal(e.high_ms, 2 * WORLD_MINUTE);
    world_free(&w);
}

/* The sweep's own time, not the monitor's; it stands still once the sweep is over. */
static void test_elapsed(void **state) {
    (void)state;
    struct world w;
    struct eta e = {0};
    world_init(&w, true);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(&w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_list(&w, "1 0.1 1\n2 0.1 1\n");
    world_tick(&w);
    eta_refresh(&e, w.table, world_wall(&w));
    assert_int_equal(eta_elapsed(&e, w.table, world_wall(&w)), -1);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps0p1_tau1", 90 * WORLD_MINUTE);
    world_scan_end(&w, ROOT_BATCH);
    /* Nothing of it is left in the batch: its copy tells. */
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, "T2_eps0p1_tau1", 20 * WORLD_MINUTE);
    world_scan_end(&w, ROOT_ARCHIVE);
    world_tick(&w);
    world_at(&w, 10 * WORLD_MINUTE);
    eta_refresh(&e, w.table, world_wall(&w));
    assert_int_equal(e.began_ms, WORLD_WALL - 90 * WORLD_MINUTE);
    assert_int_equal(eta_elapsed(&e, w.table, world_wall(&w)), 100 * WORLD_MINUTE);
    table_set_over(w.table, true, w.now);
    world_at(&w, 10 * WORLD_HOUR);
    eta_refresh(&e, w.table, world_wall(&w));
    assert_int_equal(eta_elapsed(&e, w.table, world_wall(&w)), e.newest_ms - e.began_ms);
    assert_in_range(e.newest_ms, WORLD_WALL - 20 * WORLD_MINUTE, WORLD_WALL);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_newest),
        cmocka_unit_test(test_elapsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

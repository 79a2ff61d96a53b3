#include "model/settle.h"
#include "model/stall.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define A "T1_eps0p1_tau1"
#define B "T2_eps0p1_tau1"

static void begin(struct world *w, bool archive) {
    world_init(w, archive);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(w, "1 0.1 1\n2 0.1 1\n");
    world_scan_begin(w, ROOT_BATCH);
}

static void end(struct world *w) {
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
}

static void parent(struct world *w, bool alive) {
    struct fact f = {.kind = FACT_PARENT, .at = w->now, .u.parent = {alive, 77}};
    table_apply(w->table, &f);
}

static void expect(struct world *w, int64_t at, enum settle_reason reason, int64_t again_expected) {
    int64_t again = 0;
    world_at(w, at);
    assert_int_equal(settle_judge(w->table, at, &again), reason);
    assert_int_equal(again, again_expected);
}

static void test_all_done(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_results(&w, A, 0);
    world_results(&w, B, 0);
    expect(&w, 0, SETTLE_NOT, INT64_MAX); /* not scanned to the end */
    end(&w);
    expect(&w, 2999, SETTLE_NOT, 3000); /* quiet for as long as a file must keep its size */
    expect(&w, 3000, SETTLE_ALL_DONE, INT64_MAX);
    world_root(&w, ROOT_BATCH, HEALTH_STALE, "gone");
    expect(&w, WORLD_HOUR, SETTLE_NOT, INT64_MAX);
    world_free(&w);
}

static void test_quiet(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_results(&w, A, 0);
    end(&w);
    expect(&w, 10 * WORLD_MINUTE - 1, SETTLE_NOT, 10 * WORLD_MINUTE);
    expect(&w, 10 * WORLD_MINUTE, SETTLE_QUIET, INT64_MAX);
    world_running(&w, B); /* 10 min: a case is running, so silence alone says nothing */
    expect(&w, 30 * WORLD_MINUTE, SETTLE_NOT, INT64_MAX);
    expect(&w, 40 * WORLD_MINUTE - 1, SETTLE_NOT, INT64_MAX);
    expect(&w, 40 * WORLD_MINUTE, SETTLE_QUIET, INT64_MAX); /* stalled */
    world_free(&w);
}

static void test_never_begun(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    end(&w);
    expect(&w, 100 * WORLD_HOUR, SETTLE_NOT, INT64_MAX);
    world_free(&w);
}

static void test_parent(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_running(&w, A);
    parent(&w, true);
    end(&w);
    expect(&w, WORLD_MINUTE, SETTLE_NOT, INT64_MAX);
    world_running(&w, A);
    parent(&w, false);
    expect(&w, WORLD_MINUTE + 9999, SETTLE_NOT, WORLD_MINUTE + 10000);
    expect(&w, WORLD_MINUTE + 10000, SETTLE_PARENT_GONE, INT64_MAX);
    world_free(&w);
}

static void test_archive_unread(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_root(&w, ROOT_ARCHIVE, HEALTH_POLLING, NULL);
    world_results(&w, A, 0);
    end(&w);
    expect(&w, WORLD_HOUR, SETTLE_NOT, INT64_MAX);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_scan_end(&w, ROOT_ARCHIVE);
    expect(&w, WORLD_HOUR, SETTLE_NOT, WORLD_HOUR + 3000); /* half a file found just now is not judged yet */
    expect(&w, WORLD_HOUR + 3000, SETTLE_QUIET, INT64_MAX);
    world_free(&w);
}

static void test_quantile(void **state) {
    (void)state;
    struct quiet_histogram h = {0};
    assert_int_equal(quiet_histogram_quantile(&h, 0.9), 0);
    for (int i = 0; i < 9; i++) quiet_histogram_add(&h, 1024);
    quiet_histogram_add(&h, 65536);
    assert_int_equal(quiet_histogram_quantile(&h, 0.5), 1279); /* 1024 + a quarter of it, less one */
    assert_int_equal(quiet_histogram_quantile(&h, 0.9), 1279);
    assert_int_equal(quiet_histogram_quantile(&h, 1.0), 81919);
    quiet_histogram_add(&h, INT64_MAX);
    assert_true(quiet_histogram_quantile(&h, 1.0) > 81919);
}

static void test_threshold(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t fixed, own[4], siblings, poll, expected; /* siblings: three of this length, 0 none */
    } cases[] = {
        {"fixed", 5000, {900000}, 900000, 5000, 5000},
        {"nothing known", 0, {0}, 0, 5000, 610000},
        {"too few of its own", 0, {1000, 1000}, 0, 0, 600000},
        {"floor", 0, {1000, 1000, 1000}, 0, 0, 120000},
        {"four medians", 0, {60000, 60000, 60000}, 0, 0, 240000},
        {"one and a half of the longest", 0, {60000, 60000, 600000}, 0, 0, 900000},
        {"siblings", 0, {0}, 65536, 0, 327676},
        {"siblings, floor", 0, {0}, 1024, 0, 120000},
        {"cap", 0, {1000000, 1000000, 1000000}, 0, 0, 1800000},
        {"flushes every two hours", 0, {7200000, 7200000, 7200000}, 0, 0, 10800000},
        {"one silence of two hours, siblings quick", 0, {7200000}, 1024, 0, 120000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quiet_samples own = {0};
        struct quiet_histogram batch = {0};
        for (int k = 0; k < 4 && cases[i].own[k]; k++) quiet_samples_add(&own, cases[i].own[k]);
        for (int k = 0; k < 3 && cases[i].siblings; k++) quiet_histogram_add(&batch, cases[i].siblings);
        int64_t got = stall_threshold(cases[i].fixed, &own, &batch, cases[i].poll);
        if (got != cases[i].expected) print_error("%s\n", cases[i].name);
        assert_int_equal(got, cases[i].expected);
    }
    struct quiet_samples ring = {0}; /* keeps the last eight */
    struct quiet_histogram none = {0};
    quiet_samples_add(&ring, 7200000);
    for (int i = 0; i < 8; i++) quiet_samples_add(&ring, 60000);
    assert_int_equal(stall_threshold(0, &ring, &none, 0), 240000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_done),       cmocka_unit_test(test_quiet),    cmocka_unit_test(test_never_begun),
        cmocka_unit_test(test_parent),         cmocka_unit_test(test_quantile), cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_archive_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

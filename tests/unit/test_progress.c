/* How far a case is along, from what was seen of it; alone, and through the table. */
#include "model/progress.h"
#include "model/reason.h"
#include "support/world.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define A "T1_eps0p1_tau1"

static bool near(double a, double b) { return fabs(a - b) <= 1e-9 * fabs(b); }

static struct progress estimate(const struct progress_history *h, double value, double end, int64_t now) {
    struct progress p = progress_unknown();
    p.value = value;
    p.end = end;
    progress_estimate(&p, h, now);
    assert_true(p.eta_low_ms <= p.eta_ms && p.eta_ms <= p.eta_high_ms);
    assert_true(p.eta_low_ms >= -1);
    return p;
}

static void test_fraction(void **state) {
    (void)state;
    struct progress_history none = {0};
    assert_true(near(estimate(&none, 25, 100, 0).fraction, 0.25));
    assert_true(estimate(&none, 100, 100, 0).fraction == 1);
    assert_int_equal(estimate(&none, 100, 100, 0).eta_ms, 0);
    assert_true(estimate(&none, 200, 100, 0).fraction == 1);
    assert_true(estimate(&none, -5, 100, 0).fraction == 0);
    assert_true(estimate(&none, NAN, 100, 0).fraction == -1);
    assert_true(estimate(&none, 5, NAN, 0).fraction == -1);
    assert_true(estimate(&none, 5, 0, 0).fraction == -1);
    assert_true(estimate(&none, 5, -1, 0).fraction == -1);
    assert_true(estimate(&none, 5, HUGE_VAL, 0).fraction == -1);
    assert_true(estimate(&none, HUGE_VAL, 10, 0).fraction == 1);
    assert_int_equal(estimate(&none, 25, 100, 0).eta_ms, -1);
}

static void test_pace(void **state) {
    (void)state;
    struct progress_history h = {0};
    progress_grew(&h, 10000, 10);
    assert_int_equal(estimate(&h, 10, 100, 10000).eta_ms, -1); /* one growth is no pace */
    progress_grew(&h, 20000, 20);
    struct progress p = estimate(&h, 20, 100, 20000);
    assert_true(near(p.rate, 1));
    assert_int_equal(p.eta_ms, 80000);
    /* Time goes on between two growths: it comes nearer by what has passed. */
    assert_int_equal(estimate(&h, 20, 100, 26000).eta_ms, 74000);
    assert_int_equal(estimate(&h, 20, 100, 30000).eta_ms, 70000);
    /* The next growth is late: it does not come nearer any more, and slower and slower. */
    p = estimate(&h, 20, 100, 40000);
    assert_true(near(p.rate, 20.0 / 30));
    assert_true(p.eta_ms > 70000);
    assert_true(estimate(&h, 20, 100, 400000).eta_ms > p.eta_ms);
    assert_true(estimate(&h, 20, 100, INT64_MAX / 2).eta_ms > 0);
    /* Halves of different pace make a range. */
    progress_grew(&h, 25000, 30);
    progress_grew(&h, 30000, 40);
    p = estimate(&h, 40, 100, 30000);
    assert_int_equal(p.eta_ms, 40000);
    assert_int_equal(p.eta_low_ms, 30000);
    assert_int_equal(p.eta_high_ms, 60000);
}

static void test_only_the_newest_count(void **state) {
    (void)state;
    struct progress_history h = {0};
    for (int i = 0; i < 100; i++) progress_grew(&h, i * 1000, i * 0.001);
    for (int i = 0; i < PROGRESS_SAMPLES; i++) progress_grew(&h, 100000 + i * 1000, 10 + i);
    assert_true(near(estimate(&h, 17, 100, 107000).rate, 1));
}

static void test_odd_histories(void **state) {
    (void)state;
    struct progress_history h = {0};
    progress_grew(&h, 1000, 10);
    progress_grew(&h, 1000, 20); /* twice in one look */
    assert_int_equal(estimate(&h, 20, 100, 1000).eta_ms, -1);
    progress_grew(&h, 2000, 30);
    assert_true(near(estimate(&h, 30, 100, 2000).rate, 10));
    progress_grew(&h, 3000, 5); /* it runs again */
    assert_int_equal(estimate(&h, 5, 100, 3000).eta_ms, -1);
    progress_grew(&h, 2500, 6); /* a clock that went back */
    assert_int_equal(estimate(&h, 6, 100, 2500).eta_ms, -1);
    progress_grew(&h, 3500, 6); /* no growth at all */
    assert_int_equal(estimate(&h, 6, 100, 3500).eta_ms, -1);
    progress_grew(&h, 4500, 6 + 1e-300);
    assert_true(estimate(&h, 6, 1e300, 4500).eta_ms <= INT64_C(100) * 366 * 24 * 3600 * 1000);
}

static struct progress progress_of(const struct world *w) {
    struct progress p;
    table_progress(w->table, table_find(w->table, A), w->now, &p);
    return p;
}

static void begin(struct world *w, bool archive) {
    world_init(w, archive);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    if (archive) world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_list(w, "1 0.1 1\n");
    world_scan_begin(w, ROOT_BATCH);
}

/* Years before the run, seconds after it. */
static void test_end(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_progress(&w, ROOT_BATCH, A, -1, 32, 1, 15778.8);
    world_config(&w, ROOT_BATCH, A, 0, "t_end_years", "1e-3");
    world_tick(&w);
    assert_true(near(progress_of(&w).end, 31557.6));
    assert_true(near(progress_of(&w).fraction, 0.5));
    world_config(&w, ROOT_BATCH, A, 0, "t_end_s", "63115.2");
    assert_true(near(progress_of(&w).fraction, 0.25));
    static const char *const nothing[] = {"0", "-1", "NaN", "soon", "1e999", ""};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        world_config(&w, ROOT_BATCH, A, 0, "t_end_s", nothing[i]);
        assert_true(isnan(progress_of(&w).end));
        assert_true(progress_of(&w).fraction == -1);
        assert_int_equal(progress_of(&w).rows, 32);
    }
    /* Both forms at once, in either order: what the runner computed counts. */
    for (int order = 0; order < 2; order++) {
        struct fact_value values[2] = {{.value = profile_value_index(profile_builtin(), "t_end_years"), .text = "1"},
                                       {.value = profile_value_index(profile_builtin(), "t_end_s"), .text = "7"}};
        struct fact_value swap = values[0];
        if (order == 1) {
            values[0] = values[1];
            values[1] = swap;
        }
        struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = w.now, .place = A};
        f.u.file = (struct fact_file){.artifact = profile_artifact_index(profile_builtin(), "run_config.json"),
                                      .content = CONTENT_WHOLE,
                                      .size = 100 + order,
                                      .values = values,
                                      .n_values = 2};
        table_apply(w.table, &f);
        assert_true(progress_of(&w).end == 7);
    }
    world_free(&w);
}

static void test_table(void **state) {
    (void)state;
    struct world w;
    struct progress p;
    begin(&w, false);
    assert_false(table_progress(w.table, table_find(w.table, A), w.now, &p));
    world_running(&w, A);
    world_config(&w, ROOT_BATCH, A, 0, "t_end_s", "100");
    world_progress(&w, ROOT_BATCH, A, -1, 10, 1, 10);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_true(table_progress(w.table, table_find(w.table, A), w.now, &p));
    assert_int_equal(p.rows, 10);
    assert_int_equal(p.chunks, 1);
    assert_true(near(p.fraction, 0.1));
    /* What was there at the first look is not a growth; nor is the same again. */
    world_at(&w, 1000);
    world_progress(&w, ROOT_BATCH, A, -1, 20, 2, 20);
    world_progress(&w, ROOT_BATCH, A, -1, 20, 2, 20);
    assert_int_equal(progress_of(&w).eta_ms, -1);
    world_at(&w, 11000);
    world_progress(&w, ROOT_BATCH, A, -1, 30, 3, 30);
    assert_int_equal(progress_of(&w).eta_ms, 70000);
    /* While the root cannot be read the clock stands still. */
    world_root(&w, ROOT_BATCH, HEALTH_STALE, "unplugged");
    world_at(&w, 500000);
    assert_int_equal(progress_of(&w).eta_ms, 70000);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    assert_int_equal(progress_of(&w).eta_ms, 70000);
    /* Merged: its rows are the case's, and the pace of what has ended is nothing. */
    world_results(&w, A, 0);
    world_progress(&w, ROOT_BATCH, A, 100, -1, 0, 100);
    world_tick(&w);
    p = progress_of(&w);
    assert_int_equal(p.rows, 100);
    assert_true(isnan(p.rate));
    assert_int_equal(p.eta_ms, -1);
    world_free(&w);
}

/* The first chunk of a case that was seen before it had any is a growth. */
static void test_first_chunk_is_a_growth(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_progress(&w, ROOT_BATCH, A, -1, -1, 0, NAN);
    world_running(&w, A);
    world_config(&w, ROOT_BATCH, A, 0, "t_end_s", "100");
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 1000);
    world_progress(&w, ROOT_BATCH, A, -1, -1, 0, NAN);
    world_at(&w, 2000);
    world_progress(&w, ROOT_BATCH, A, -1, 10, 1, 10);
    world_at(&w, 3000);
    world_progress(&w, ROOT_BATCH, A, -1, 20, 2, 20);
    assert_int_equal(progress_of(&w).eta_ms, 8000);
    /* Gone, it is forgotten. */
    struct fact gone = {.kind = FACT_PLACE, .root = ROOT_BATCH, .at = w.now, .place = A};
    table_apply(w.table, &gone);
    assert_int_equal(progress_of(&w).rows, -1);
    assert_true(isnan(progress_of(&w).end));
    world_free(&w);
}

/* Nothing local any more: the archive tells. */
static void test_from_the_archive(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_end(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, A, 0);
    world_config(&w, ROOT_ARCHIVE, A, 0, "t_end_s", "100");
    world_progress(&w, ROOT_ARCHIVE, A, 64, -1, 0, 100);
    world_scan_end(&w, ROOT_ARCHIVE);
    world_tick(&w);
    assert_int_equal(progress_of(&w).rows, 64);
    assert_true(progress_of(&w).fraction == 1);
    world_free(&w);
}

static unsigned flags_of(const struct world *w) { return table_find(w->table, A)->flags; }

/* Rows of the chunks against rows of the merged file. */
static void test_merge(void **state) {
    (void)state;
    struct world w;
    char lines[REASON_MAX][REASON_BYTES];
    begin(&w, false);
    world_results(&w, A, 0);
    world_progress(&w, ROOT_BATCH, A, 32, 32, 4, 31);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 60000);
    world_place(&w, ROOT_BATCH, A);
    world_tick(&w);
    assert_int_equal(flags_of(&w), 0);
    /* Fewer in the chunks: some have been removed. */
    world_progress(&w, ROOT_BATCH, A, 32, 24, 3, 31);
    world_tick(&w);
    assert_int_equal(flags_of(&w), 0);
    world_progress(&w, ROOT_BATCH, A, 32, 40, 5, 39);
    world_tick(&w);
    assert_int_equal(flags_of(&w), FLAG_UNMERGED);
    assert_int_equal(table_find(w.table, A)->status, STATUS_COMPLETE);
    int n = reason_lines(w.table, table_find(w.table, A), w.now, lines);
    bool said = false;
    for (int i = 0; i < n; i++) {
        said |= strcmp(lines[i], "series/run.parquet has 32 rows, the chunks beside it have 40: not all of them are in "
                                 "it") == 0;
    }
    assert_true(said);
    /* A chunk that is not whole may be rubbish of an abort; rows that nobody knows say nothing. */
    world_progress(&w, ROOT_BATCH, A, 32, -1, 5, 39);
    world_tick(&w);
    assert_int_equal(flags_of(&w), 0);
    world_progress(&w, ROOT_BATCH, A, -1, 40, 5, 39);
    world_tick(&w);
    assert_int_equal(flags_of(&w), 0);
    world_free(&w);
}

/* While it runs, a merged file of an earlier attempt stands beside new chunks; and a fresh one is not judged. */
static void test_merge_in_time(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_running(&w, A);
    world_file(&w, ROOT_BATCH, A, "series/run.parquet", CONTENT_WHOLE, 1000, 0, NULL);
    world_progress(&w, ROOT_BATCH, A, 32, 40, 5, 39);
    world_place(&w, ROOT_BATCH, A);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 60000);
    world_place(&w, ROOT_BATCH, A);
    world_tick(&w);
    assert_int_equal(flags_of(&w) & FLAG_UNMERGED, 0);
    world_results(&w, A, 0); /* all of it new: not yet settled */
    world_tick(&w);
    assert_int_equal(flags_of(&w) & FLAG_UNMERGED, 0);
    world_at(&w, 120000);
    world_place(&w, ROOT_BATCH, A);
    world_tick(&w);
    assert_int_equal(flags_of(&w) & FLAG_UNMERGED, FLAG_UNMERGED);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fraction),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_only_the_newest_count),
        cmocka_unit_test(test_odd_histories),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_first_chunk_is_a_growth),
        cmocka_unit_test(test_from_the_archive),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_merge_in_time),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}

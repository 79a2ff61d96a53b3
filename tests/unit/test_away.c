/* When did nobody look? From clocks as three kinds of systems keep them. */
#include "app/away.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HOUR = 3600 * 1000 };

static void test_turns_are_no_sleep(void **state) {
    (void)state;
    struct away a = {0};
    struct fact f;
    assert_false(away_note(&a, 50 * HOUR, 9 * HOUR, 70 * HOUR, &f)); /* what was before, is none of ours */
    for (int64_t t = 0; t < HOUR; t += AWAY_TURN_MS) {
        assert_false(away_note(&a, 50 * HOUR + t, 9 * HOUR + t, 70 * HOUR + t + t % 3, &f));
    }
}

/* Linux: the clock of facts stands still while the machine sleeps. */
static void test_clock_that_stands_still(void **state) {
    (void)state;
    struct away a = {0};
    struct fact f;
    away_note(&a, 1000, 1000, 5000, &f);
    assert_true(away_note(&a, 3000, 3000, 7000 + HOUR, &f));
    assert_int_equal(f.kind, FACT_AWAY);
    assert_int_equal(f.u.away.total, 0);
    assert_int_equal(f.u.away.from, 3000);
    assert_int_equal(f.u.away.until, 3000);
    assert_int_equal(f.u.away.slept, HOUR);
    assert_false(away_note(&a, 4000, 4000, 8000 + HOUR, &f));
}

/* Windows, and macOS: it goes on. */
static void test_clock_that_goes_on(void **state) {
    (void)state;
    struct away a = {0};
    struct fact f;
    away_note(&a, 1000, 1000, 1000, &f);
    assert_true(away_note(&a, 1000 + HOUR, 2000, 1000 + HOUR, &f));
    assert_int_equal(f.u.away.total, HOUR);
    assert_int_equal(f.u.away.from, 1000);
    assert_int_equal(f.u.away.until, 1000 + HOUR);
    assert_int_equal(f.u.away.slept, HOUR - 1000);
    assert_false(away_note(&a, 1500 + HOUR, 2500, 1500 + HOUR, &f));
    assert_true(away_note(&a, 1500 + 3 * HOUR, 2500, 1500 + 3 * HOUR, &f)); /* the total grows */
    assert_int_equal(f.u.away.total, 3 * HOUR);
}

/* The program was stopped: no sleep, and yet nobody looked. */
static void test_stopped(void **state) {
    (void)state;
    struct away a = {0};
    struct fact f;
    away_note(&a, 0, 0, 0, &f);
    assert_false(away_note(&a, AWAY_GAP_MS - 1, AWAY_GAP_MS - 1, AWAY_GAP_MS - 1, &f));
    assert_true(away_note(&a, 2 * AWAY_GAP_MS, 2 * AWAY_GAP_MS, 2 * AWAY_GAP_MS, &f));
    assert_int_equal(f.u.away.slept, 0);
    assert_int_equal(f.u.away.total, AWAY_GAP_MS + 1);
}

static void test_unknown_clocks(void **state) {
    (void)state;
    struct away a = {0};
    struct fact f;
    assert_false(away_note(&a, 0, -1, -1, &f));
    assert_false(away_note(&a, 1000, 1000, 9 * HOUR, &f)); /* known from now on: that is no sleep */
    assert_false(away_note(&a, 2000, -1, -1, &f));
    assert_true(away_note(&a, HOUR, -1, -1, &f));
    assert_int_equal(f.u.away.slept, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_are_no_sleep), cmocka_unit_test(test_clock_that_stands_still),
        cmocka_unit_test(test_clock_that_goes_on), cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_unknown_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

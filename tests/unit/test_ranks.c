#include "model/ranks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_ranks(const uint32_t *rank, const uint32_t *expected, size_t n) {
    for (size_t i = 0; i < n; i++) assert_int_equal(rank[i], expected[i]);
}

static void test_values(void **state) {
    (void)state;
    const double v[] = {0.5, -1.5, (double)NAN, 0.25, -0.0, 0.0, (double)INFINITY, -(double)INFINITY, 0.5, 1e-310};
    uint32_t rank[10];
    assert_int_equal(ranks_of(v, 10, rank), 8);
    assert_ranks(rank, (const uint32_t[]){6, 2, 0, 5, 3, 3, 7, 1, 6, 4}, 10);
    assert_int_equal(ranks_of(v, 0, rank), 0);
}

static void test_pairs(void **state) {
    (void)state;
    uint32_t rank[] = {1, 0, 1, 0, 1};
    const uint32_t then[] = {2, 1, 0, 1, 2};
    assert_int_equal(ranks_refine(rank, 5, then, 3), 3);
    assert_ranks(rank, (const uint32_t[]){2, 0, 1, 0, 2}, 5);
}

/* More different values than the table begins with. */
static void test_many(void **state) {
    (void)state;
    enum { N = 5000 };
    static double v[N];
    static uint32_t rank[N];
    for (size_t i = 0; i < N; i++) v[i] = (double)(i * 1237 % N) / 7 - 100;
    assert_int_equal(ranks_of(v, N, rank), N);
    for (size_t i = 0; i < N; i++) assert_int_equal(rank[i], i * 1237 % N);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_pairs),
                                       cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

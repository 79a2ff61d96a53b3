#include "model/grace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND };
#define GB INT64_C(1000000000)

static void test_without_samples(void **state) {
    (void)state;
    struct archive_pace none = {.n = 0};
    assert_int_equal(archive_grace(90 * SECOND, &none, 100 * GB, 5000), 90 * SECOND); /* asked for */
    assert_int_equal(archive_grace(0, &none, 0, 0), GRACE_FLOOR_MS);
    assert_int_equal(archive_grace(0, &none, 0, 5000), GRACE_FLOOR_MS + 10 * SECOND);
    assert_int_equal(archive_grace(0, &none, 1 * GB, 0), GRACE_FLOOR_MS);
    /* 50 GB at 5 MB/s are 10,000 s: a copy that shows its full size at once says nothing for so long. */
    assert_int_equal(archive_grace(0, &none, 50 * GB, 0), 30000 * SECOND);
    assert_int_equal(archive_grace(0, &none, 5000 * GB, 0), GRACE_CAP_MS);
    assert_int_equal(archive_grace(0, &none, INT64_MAX, 0), GRACE_CAP_MS);
    assert_int_equal(archive_grace(0, &none, -1, 0), GRACE_FLOOR_MS);
}

static void test_learned(void **state) {
    (void)state;
    struct archive_pace p = {.n = 0};
    archive_pace_add(&p, 20 * MINUTE, 0);
    archive_pace_add(&p, 5 * MINUTE, 0);
    archive_pace_add(&p, -1, 0);
    assert_int_equal(p.n, 2);
    assert_int_equal(archive_grace(0, &p, 0, 0), 60 * MINUTE);
    /* A slow drive: 1 GB in 1,000 s, so 10 GB may take 10,000 s. */
    archive_pace_add(&p, 1000 * SECOND, GB);
    assert_int_equal(archive_grace(0, &p, 10 * GB, 0), 30000 * SECOND);
    /* What is small or quick says nothing of a rate. */
    archive_pace_add(&p, 19 * MINUTE, 1000);
    archive_pace_add(&p, 1, 1);
    assert_int_equal(archive_grace(0, &p, 10 * GB, 0), 30000 * SECOND);
    archive_pace_add(&p, 10 * 60 * MINUTE, 0);
    assert_int_equal(archive_grace(0, &p, 0, 0), GRACE_CAP_MS);
    /* The last ones count. */
    for (int i = 0; i < PACE_SAMPLES; i++) archive_pace_add(&p, 1 * MINUTE, 0);
    assert_int_equal(archive_grace(0, &p, 0, 0), GRACE_FLOOR_MS);
    assert_int_equal(p.n, PACE_SAMPLES);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_without_samples), cmocka_unit_test(test_learned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What this machine says of itself is possible, and what is made of such numbers. */
#include "model/machine_state.h"
#include "platform/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define GB INT64_C(1000000000)

static void test_reading(void **state) {
    (void)state;
    struct machine m;
    memset(&m, 0, sizeof m);
    for (int i = 0; i < 2; i++) {
        machine_read(&m);
        assert_true(m.load >= -1 && m.processors >= 0 && m.processors < 100000);
        assert_true(m.memory_total >= 0 && m.memory_available >= 0 && m.memory_available <= m.memory_total);
        assert_true(m.swap_total >= -1 && m.swap_used >= 0);
        if (m.swap_total >= 0) assert_true(m.swap_used <= m.swap_total);
    }
#ifdef __linux__
    assert_true(m.load >= 0 && m.processors > 0 && m.memory_total > 0);
#endif
}

static void test_clocks(void **state) {
    (void)state;
    struct machine_clocks a = machine_clocks(), b = machine_clocks();
    if (a.awake < 0) return;
    assert_true(a.elapsed >= 0 && b.awake >= a.awake && b.elapsed >= a.elapsed);
    assert_true(b.elapsed - a.elapsed - (b.awake - a.awake) < 2000);
}

static struct fact_machine machine(int64_t load, int64_t memory, int64_t swap_used) {
    return (struct fact_machine){.load = load,
                                 .processors = 16,
                                 .memory_total = 64 * GB,
                                 .memory_available = memory,
                                 .swap_total = 8 * GB,
                                 .swap_used = swap_used};
}

static void test_judging(void **state) {
    (void)state;
    struct fact_machine m = machine(1540, 40 * GB, 0);
    assert_int_equal(machine_judge(NULL), MACHINE_UNKNOWN);
    assert_int_equal(machine_judge(&m), MACHINE_WELL);
    m = machine(49, 40 * GB, 0);
    assert_int_equal(machine_judge(&m), MACHINE_IDLE);
    m = machine(3199, 40 * GB, 0);
    assert_int_equal(machine_judge(&m), MACHINE_WELL);
    m = machine(3200, 40 * GB, 0);
    assert_int_equal(machine_judge(&m), MACHINE_OVERLOADED);
    m = machine(1540, 40 * GB, 8 * GB); /* what lies in swap and is not wanted hurts nobody */
    assert_int_equal(machine_judge(&m), MACHINE_WELL);
    m = machine(1540, 9 * GB, 5 * GB);
    assert_int_equal(machine_judge(&m), MACHINE_SWAPPING);
    m = machine(10, 3 * GB, 0);
    assert_int_equal(machine_judge(&m), MACHINE_SHORT);
    m = machine(-1, 40 * GB, 0);
    assert_int_equal(machine_judge(&m), MACHINE_UNKNOWN);
    m = (struct fact_machine){.load = 10, .swap_total = -1};
    assert_int_equal(machine_judge(&m), MACHINE_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_judging),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

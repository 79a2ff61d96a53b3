/* The watcher against random worlds (support/watch_sim.h says which, and what must hold).
 *
 * SWEEPWATCH_SIM_SEEDS=N runs the seeds 1 to N instead of the first 500; SWEEPWATCH_SIM_FIRST=N begins at another one,
 * so that a seed that failed can be run alone (both N). A failure names its seed; the same seed is the same world
 * always. */
#include "support/watch_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t number(const char *variable, uint64_t otherwise) {
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_random_worlds(void **state) {
    uint64_t last = number("SWEEPWATCH_SIM_SEEDS", 500);
    char why[WATCH_SIM_WORDS];
    (void)state;
    for (uint64_t seed = number("SWEEPWATCH_SIM_FIRST", 1); seed <= last; seed++) {
        if (!watch_sim_run(seed, why)) fail_msg("seed %llu: %s", (unsigned long long)seed, why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* A wrong design in the random worlds of support/watch_sim.h: passes when one of them shows that it is wrong. */
#include "support/watch_sim.h"

#include <stdio.h>

enum { SEEDS = 2000 };

int main(void) {
    char why[WATCH_SIM_WORDS];
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        if (watch_sim_run(seed, why)) continue;
        printf("caught by seed %llu: %s\n", (unsigned long long)seed, why);
        return 0;
    }
    printf("%d seeds did not catch it\n", SEEDS);
    return 1;
}

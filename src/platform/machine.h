/* machine: how busy this machine is, and how long it has slept. What cannot be had is unknown, never a guess.
 *
 * machine_read reads what the kernel keeps in memory, yet not on the UI's thread: a machine short of memory makes it
 * wait. One thread at a time for one struct. machine_clocks never waits; thread safe. */
#ifndef SW_PLATFORM_MACHINE_H
#define SW_PLATFORM_MACHINE_H

#include <stdint.h>

struct machine {
    /* Processes that run or want to, mean of the last minute, in hundredths; -1 unknown. Windows keeps no such number:
     * there it is processors that are busy, which is never more than there are; unknown in the first read. */
    int64_t load;
    /* Of the whole machine, as the load is: limits of a container do not count. 0 unknown. */
    int64_t processors;
    /* Bytes; total 0: both unknown. Available: without swapping, what caches hold counted in. In a container with a
     * limit on memory (cgroup v2) what that leaves, where it is less. */
    int64_t memory_total, memory_available;
    int64_t swap_total, swap_used;      /* bytes; total 0: there is none, -1: both unknown */
    uint64_t idle_before, total_before; /* private, Windows: processor time of all, up to the last read */
    int64_t read_before;                /* private, Windows: when that was, monotonic ms */
};

/* All zero before the first call; kept between calls. */
void machine_read(struct machine *m);

/* Two clocks in ms, from some start: one stands still while the machine sleeps, the other goes on. Their difference
 * grows by sleeps alone. Both -1: unknown. */
struct machine_clocks {
    int64_t awake, elapsed;
};
struct machine_clocks machine_clocks(void);

#endif

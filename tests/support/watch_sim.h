/* watch_sim: one random world and the watcher in it, from a seed.
 *
 * A sweep writes into the fake file system while the scanner watches it on a virtual clock, through the weather that
 * the seed brings: several readers whose operations come in any order, changes in the middle of scans, lost events
 * (silently, or as an overflow that is noticed), slow and hung operations, steps cut short by their budget, a drive
 * that goes, comes back, is bare, fails, is replaced or lists half of its names, a machine that sleeps, coarse times,
 * identities used again, few watches, finished cases that are not watched any more, facts told twice and in another
 * order within a look. Whatever happened:
 *   - once the world rests the table equals that of a fresh scan: without a reconcile, or, where events were lost
 *     silently or nobody asked for them, by the reconcile alone; and in any case after a whole pass;
 *   - a root that is away changes nothing that was known, and makes nothing missing;
 *   - no file is called whole of which no content was read while it had that identity, size and time;
 *   - nothing is said of the future: no fact has a time to come, nothing is condemned before its settling time, no case
 *     is complete before each of its required files was once whole;
 *   - where no event was lost, the root does not say that any was missed. */
#ifndef TESTS_SUPPORT_WATCH_SIM_H
#define TESTS_SUPPORT_WATCH_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_SIM_WORDS = 400 };

/* True when everything held; else `why` says what did not. */
bool watch_sim_run(uint64_t seed, char why[WATCH_SIM_WORDS]);

#endif

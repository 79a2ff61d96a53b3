/* thread_use: what the calling thread has used of the processor, and how often it waited. Thread safe, a fraction of a
 * microsecond. */
#ifndef SW_PLATFORM_THREAD_USE_H
#define SW_PLATFORM_THREAD_USE_H

#include <stdint.h>

struct thread_use {
    int64_t cpu_ns; /* since the thread began; moves in steps of up to 16 ms on Windows */
    int64_t waits;  /* how often it gave the processor up by itself, to wait; -1: the system does not tell */
};
struct thread_use thread_use_now(void);

#endif

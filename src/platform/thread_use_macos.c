#include "platform/thread_use.h"

#include <time.h>

struct thread_use thread_use_now(void) {
    struct timespec t = {0, 0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (struct thread_use){(int64_t)t.tv_sec * 1000000000 + t.tv_nsec, -1};
}

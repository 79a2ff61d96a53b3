#include "platform/thread_use.h"

#include <sys/resource.h>

static int64_t nanoseconds(const struct timeval *t) {
    return (int64_t)t->tv_sec * 1000000000 + (int64_t)t->tv_usec * 1000;
}

struct thread_use thread_use_now(void) {
    struct rusage u;
    if (getrusage(RUSAGE_THREAD, &u) != 0) return (struct thread_use){0, 0};
    return (struct thread_use){nanoseconds(&u.ru_utime) + nanoseconds(&u.ru_stime), u.ru_nvcsw};
}

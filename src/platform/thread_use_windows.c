#include "platform/thread_use.h"

#include <windows.h>

static int64_t nanoseconds(FILETIME t) { return ((int64_t)t.dwHighDateTime << 32 | (int64_t)t.dwLowDateTime) * 100; }

struct thread_use thread_use_now(void) {
    FILETIME created, ended, kernel, user;
    if (!GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user)) return (struct thread_use){0, 0};
    return (struct thread_use){nanoseconds(kernel) + nanoseconds(user), -1};
}

#include "platform/watch_limits.h"

#include <stdint.h>
#include <stdio.h>

static size_t read_number(const char *path) {
    FILE *f = fopen(path, "re");
    unsigned long long n;
    if (!f) return SIZE_MAX;
    int got = fscanf(f, "%llu", &n);
    fclose(f);
    return got == 1 ? (size_t)n : SIZE_MAX;
}

size_t watch_limit(void) { return read_number("/proc/sys/fs/inotify/max_user_watches"); }
size_t watch_queue_limit(void) { return read_number("/proc/sys/fs/inotify/max_queued_events"); }

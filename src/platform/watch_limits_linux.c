#include "platform/watch_limits.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static size_t read_number(const char *path) {
    FILE *f = fopen(path, "re");
    char text[32];
    if (!f) return SIZE_MAX;
    bool read = fgets(text, sizeof text, f) != NULL;
    fclose(f);
    unsigned long long n = read ? strtoull(text, NULL, 10) : 0;
    return n > 0 ? (size_t)n : SIZE_MAX;
}

size_t watch_limit(void) { return read_number("/proc/sys/fs/inotify/max_user_watches"); }
size_t watch_queue_limit(void) { return read_number("/proc/sys/fs/inotify/max_queued_events"); }

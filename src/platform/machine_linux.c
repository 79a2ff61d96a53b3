/* proc(5): loadavg, meminfo; the kernel's admin-guide/cgroup-v2.rst. */
#include "platform/machine.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_BYTES = 16 * 1024, PATH_BYTES = 4096 };

/* The beginning of a file, NUL-terminated; false: it cannot be read. */
static bool read_text(const char *path, char text[TEXT_BYTES]) {
    FILE *f = fopen(path, "re");
    if (!f) return false;
    size_t n = fread(text, 1, TEXT_BYTES - 1, f);
    fclose(f);
    text[n] = '\0';
    return n > 0;
}

/* The number behind a key at the beginning of a line; -1: none. */
static int64_t number_of(const char *text, const char *key) {
    size_t len = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncmp(line, key, len) != 0) continue;
        char *end;
        long long n = strtoll(line + len, &end, 10);
        return end != line + len && n >= 0 ? n : -1;
    }
    return -1;
}

/* "0.52 0.40 ...": always two places. */
static int64_t load_of(const char *text) {
    char *point, *end;
    long whole = strtol(text, &point, 10);
    if (point == text || *point != '.') return -1;
    long hundredths = strtol(point + 1, &end, 10);
    return whole >= 0 && end == point + 3 ? (int64_t)whole * 100 + hundredths : -1;
}

static void read_meminfo(struct machine *m) {
    char text[TEXT_BYTES];
    if (!read_text("/proc/meminfo", text)) return;
    int64_t total = number_of(text, "MemTotal:"), available = number_of(text, "MemAvailable:");
    int64_t swap = number_of(text, "SwapTotal:"), swap_free = number_of(text, "SwapFree:");
    if (total > 0 && available >= 0) {
        m->memory_total = total * 1024;
        m->memory_available = available * 1024;
    }
    if (swap >= 0 && swap_free >= 0 && swap_free <= swap) {
        m->swap_total = swap * 1024;
        m->swap_used = (swap - swap_free) * 1024;
    }
}

static bool group_file(const char *group, const char *name, char text[TEXT_BYTES]) {
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", group, name);
    return n > 0 && n < PATH_BYTES && read_text(path, text);
}

/* What one control group leaves. Pages of files that nobody has used of late are given back when they are wanted. */
static void limit_by_group(struct machine *m, const char *group) {
    char text[TEXT_BYTES];
    if (!group_file(group, "memory.max", text)) return;
    int64_t most = number_of(text, "");
    if (most < 0 || !group_file(group, "memory.current", text)) return; /* "max": no limit */
    int64_t used = number_of(text, "");
    int64_t given_back = group_file(group, "memory.stat", text) ? number_of(text, "inactive_file ") : 0;
    if (given_back > 0) used = used > given_back ? used - given_back : 0;
    int64_t left = most > used ? most - used : 0;
    if (most > 0 && most < m->memory_total) m->memory_total = most;
    if (left < m->memory_available) m->memory_available = left;
}

/* This process' group and those above it. */
static void limit_by_groups(struct machine *m) {
    char text[TEXT_BYTES];
    if (m->memory_total == 0 || !read_text("/proc/self/cgroup", text)) return;
    char *group = strstr(text, "0::");
    if (!group || (group != text && group[-1] != '\n')) return;
    group += 3;
    group[strcspn(group, "\n")] = '\0';
    for (size_t len = strlen(group);;) {
        while (len > 0 && group[len - 1] == '/') group[--len] = '\0'; /* the topmost is "" */
        limit_by_group(m, group);
        if (len == 0) return;
        while (len > 0 && group[len - 1] != '/') group[--len] = '\0';
    }
}

void machine_read(struct machine *m) {
    char text[TEXT_BYTES];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    m->load = read_text("/proc/loadavg", text) ? load_of(text) : -1;
    m->processors = processors > 0 ? processors : 0;
    m->memory_total = m->memory_available = m->swap_used = 0;
    m->swap_total = -1;
    read_meminfo(m);
    limit_by_groups(m);
}

static int64_t clock_ms(clockid_t id) {
    struct timespec ts;
    return clock_gettime(id, &ts) == 0 ? (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 : -1;
}

struct machine_clocks machine_clocks(void) {
    struct machine_clocks c = {clock_ms(CLOCK_MONOTONIC), clock_ms(CLOCK_BOOTTIME)};
    if (c.awake < 0 || c.elapsed < 0) c.awake = c.elapsed = -1;
    return c;
}

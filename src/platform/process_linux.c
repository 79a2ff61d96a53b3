#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* proc(5): field 3 is the state, field 22 the start time; the name before them may hold anything, so count from its
 * last ')'. */
uint64_t process_start_time(int64_t pid) {
    char path[64], text[2048];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *p = strrchr(text, ')');
    if (!p || p[1] != ' ' || p[2] == 'Z' || p[2] == 'X') return 0;
    int field = 2;
    for (p++; *p && field < 22; p++) {
        if (*p == ' ') field++;
    }
    return strtoull(p, NULL, 10); /* 0 when there is no number */
}

bool process_name(int64_t pid, char *out, size_t cap) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/comm", (long long)pid);
    FILE *f = fopen(path, "re");
    if (!f) return false;
    size_t n = fread(out, 1, cap - 1, f);
    fclose(f);
    if (n > 0 && out[n - 1] == '\n') n--;
    out[n] = '\0';
    return n > 0;
}

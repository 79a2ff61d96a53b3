#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char path_separator(void) { return '/'; }

char *path_under_home(const char *variable, const char *below) {
    const char *given = getenv(variable), *home = getenv("HOME");
    if (given && given[0] == '/') return strdup(given);
    if (!home || home[0] != '/') return NULL;
    size_t size = strlen(home) + strlen(below) + 2;
    char *out = malloc(size);
    if (out) snprintf(out, size, "%s/%s", home, below);
    return out;
}

char *path_state_base(void) { return path_under_home("XDG_STATE_HOME", ".local/state"); }

char *path_for_system(const char *path) { return strdup(path); }
char *path_for_people(char *system_path) { return system_path; }

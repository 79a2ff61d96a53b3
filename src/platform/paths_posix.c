#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char path_separator(void) { return '/'; }

char *path_state_base(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/') return strdup(state);
    if (!home || home[0] != '/') return NULL;
    size_t size = strlen(home) + sizeof "/.local/state";
    char *out = malloc(size);
    if (out) snprintf(out, size, "%s/.local/state", home);
    return out;
}

char *path_for_system(const char *path) { return strdup(path); }
char *path_for_people(char *system_path) { return system_path; }

#include "platform/paths.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

char path_separator(void) { return '\\'; }
bool path_names_fold_case(void) { return true; }

char *path_state_base(void) {
    char value[4096];
    size_t size = sizeof value;
    return uv_os_getenv("LOCALAPPDATA", value, &size) == 0 ? _strdup(value) : NULL;
}

#include "platform/paths.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

char path_separator(void) { return '\\'; }
bool path_names_fold_case(void) { return true; }

char *path_state_base(void) {
    char value[4096];
    size_t size = sizeof value;
    return uv_os_getenv("LOCALAPPDATA", value, &size) == 0 ? strdup(value) : NULL;
}

char *path_cache_base(void) { return path_state_base(); }

static wchar_t *to_wide(const char *text) {
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = n > 0 ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide != NULL) MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, n);
    return wide;
}

static char *from_wide(const char *prefix, const wchar_t *wide) {
    int n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    size_t head = strlen(prefix);
    char *text = n > 0 ? malloc(head + (size_t)n) : NULL;
    if (text == NULL) return NULL;
    memcpy(text, prefix, head);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, text + head, n, NULL, NULL);
    return text;
}

char *path_for_system(const char *path) {
    if (strncmp(path, "\\\\?\\", 4) == 0) return strdup(path);
    wchar_t *wide = to_wide(path);
    DWORD n = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
    wchar_t *full = n > 0 ? malloc(n * sizeof *full) : NULL;
    char *out = NULL;
    if (full != NULL && GetFullPathNameW(wide, n, full, NULL) < n) {
        bool unc = full[0] == L'\\' && full[1] == L'\\';
        bool device = unc && (full[2] == L'.' || full[2] == L'?'); /* \\.\NUL and the like: as they are */
        out = device ? from_wide("", full) : unc ? from_wide("\\\\?\\UNC\\", full + 2) : from_wide("\\\\?\\", full);
    }
    free(full);
    free(wide);
    return out;
}

char *path_for_people(char *system_path) {
    if (strncmp(system_path, "\\\\?\\", 4) != 0) return system_path;
    if (strncmp(system_path + 4, "UNC\\", 4) != 0) return system_path + 4;
    system_path[6] = '\\'; /* the second one stands there */
    return system_path + 6;
}

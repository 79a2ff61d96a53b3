#include "platform/startup.h"

#include <windows.h> /* before everything that builds on it */

#include <locale.h>
#include <shellapi.h>
#include <stdlib.h>

char **startup(int *argc, char **argv) {
    int n = 0;
    LPWSTR *wide = CommandLineToArgvW(GetCommandLineW(), &n);
    setlocale(LC_CTYPE, ".UTF-8");
    if (!wide) return argv;
    char **out = calloc((size_t)n + 1, sizeof *out);
    for (int i = 0; out && i < n; i++) {
        int len = WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, NULL, 0, NULL, NULL);
        out[i] = malloc((size_t)len);
        if (!out[i]) abort();
        WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, out[i], len, NULL, NULL);
    }
    LocalFree(wide);
    if (!out) return argv;
    *argc = n;
    return out;
}

void startup_undo(void) { /* Nothing of startup's is inherited here. */
}

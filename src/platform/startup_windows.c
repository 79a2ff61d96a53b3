#include "platform/startup.h"

#include "platform/command_line.h"

#include <windows.h> /* before everything that builds on it */

#include <locale.h>
#include <stdlib.h>

char **startup(int *argc, char **argv) {
    const wchar_t *wide = GetCommandLineW();
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *line = len > 0 ? malloc((size_t)len) : NULL;
    setlocale(LC_CTYPE, ".UTF-8");
    if (!line) return argv;
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, line, len, NULL, NULL);
    argv = command_line_split(line, argc);
    free(line);
    return argv;
}

void startup_undo(void) { /* Nothing of startup's is inherited here. */
}

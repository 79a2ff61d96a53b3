#include "platform/startup.h"

#include "platform/command_line.h"

#include <windows.h> /* before everything that builds on it */

#include <fcntl.h>
#include <io.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static UINT page_before;

static void restore_page(void) {
    fflush(NULL); /* what is still to be written is UTF-8 */
    SetConsoleOutputCP(page_before);
}

/* Bytes as they are, and a line in one piece: a console makes its characters of what one write brings. */
static bool takes_lines(DWORD handle, FILE *stream) {
    DWORD mode;
    if (!GetConsoleMode(GetStdHandle(handle), &mode)) return false;
    _setmode(_fileno(stream), _O_BINARY);
    setvbuf(stream, NULL, _IOFBF, BUFSIZ);
    return true;
}

/* What is said is UTF-8, and a console takes bytes for text of its own code page. */
static void speak_utf8(void) {
    bool out = takes_lines(STD_OUTPUT_HANDLE, stdout), err = takes_lines(STD_ERROR_HANDLE, stderr);
    page_before = GetConsoleOutputCP();
    if ((out || err) && page_before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8)) atexit(restore_page);
}

char **startup(int *argc, char **argv) {
    const wchar_t *wide = GetCommandLineW();
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *line = len > 0 ? malloc((size_t)len) : NULL;
    setlocale(LC_CTYPE, ".UTF-8");
    if (!line) return argv;
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, line, len, NULL, NULL);
    argv = command_line_split(line, argc);
    free(line);
    /* A command that exec runs has the console to itself. */
    if (*argc < 2 || strcmp(argv[1], "exec") != 0) speak_utf8();
    return argv;
}

void startup_undo(void) { /* Nothing of startup's is inherited here. */
}

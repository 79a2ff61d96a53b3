/* Lines without a swallowed quotation mark are taken apart as Windows itself does it. */
#include <windows.h> /* before everything that builds on it */

#include "platform/command_line.h"

#include <setjmp.h>
#include <shellapi.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void compare(const char *line) {
    wchar_t wide[256];
    char theirs[512];
    int argc, n = 0;
    MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 256);
    LPWSTR *expected = CommandLineToArgvW(wide, &n);
    char **argv = command_line_split(line, &argc);
    assert_non_null(expected);
    if (argc != n) fail_msg("<%s>: %d words for %d", line, argc, n);
    for (int i = 0; i < argc; i++) {
        WideCharToMultiByte(CP_UTF8, 0, expected[i], -1, theirs, sizeof theirs, NULL, NULL);
        if (strcmp(argv[i], theirs) != 0) fail_msg("<%s>: word %d is <%s> for <%s>", line, i, argv[i], theirs);
        free(argv[i]);
    }
    free(argv);
    LocalFree(expected);
}

static void as_the_system(void **state) {
    static const char *const pieces[] = {"a", "b", "\\", "\\", "\"", "\"", " ", "\t", "\xE8\xA1\xA8", "-"};
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char line[128] = "p -- "; /* after "--" nothing is mended */
        for (int i = 0; i < 24; i++) {
            seed = seed * 1664525 + 1013904223;
            strcat(line, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        compare(line);
    }
    compare("\"C:\\a b\\p.exe\" x");
    compare("\"C:\\a\\\"b c");
    compare("p.exe\tx");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_system)};
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}

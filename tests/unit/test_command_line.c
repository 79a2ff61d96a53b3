#include "platform/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words of a line after the program's name, joined by '|'. */
static void splits(const char *line, const char *expected) {
    char joined[1024] = "";
    int argc;
    char **argv = command_line_split(line, &argc);
    assert_null(argv[argc]);
    for (int i = 0; i < argc; i++) {
        if (i > 0) snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", i > 1 ? "|" : "", argv[i]);
        free(argv[i]);
    }
    free(argv);
    assert_string_equal(joined, expected);
}

static void test_rules(void **state) {
    (void)state;
    splits("sweepwatch", "");
    splits("sweepwatch  a\tb ", "a|b");
    splits("\"C:\\Program Files\\sweepwatch.exe\" a", "a");
    splits("\"C:\\a\\\"b c", "b|c"); /* in the name a backslash means nothing */
    splits("s \"a b\" c\"d e\"f", "a b|cd ef");
    splits("s \"\" x", "|x");
    splits("s a\\b \\\\server\\share", "a\\b|\\\\server\\share");
    splits("s \"a\\\\\" b", "a\\|b");
    splits("s a\\\"b \"a\\\"b\"", "a\"b|a\"b");
    splits("s \"a\"\"b\" c", "a\"b c");
    splits("s \"\xE6\xB8\xA9\xE5\xBA\xA6 \xE8\xA1\xA8\"", "\xE6\xB8\xA9\xE5\xBA\xA6 \xE8\xA1\xA8");
}

static void test_swallowed_quote(void **state) {
    (void)state;
    splits("s check --batch-dir \"C:\\x\\\"", "check|--batch-dir|C:\\x\\");
    splits("s check --batch-dir \"C:\\x y\\\" --strict", "check|--batch-dir|C:\\x y\\|--strict");
    splits("s check --batch-dir \"C:\\x\\\" --sweep-list \"C:\\y z.txt\" --strict",
           "check|--batch-dir|C:\\x\\|--sweep-list|C:\\y z.txt|--strict");
    splits("s check \"--batch-dir=C:\\x y\\\" --strict", "check|--batch-dir=C:\\x y\\|--strict");
    splits("s \"E:\\\" --strict", "E:\\|--strict");
    splits("s \"\\\\server\\share\\\" --strict", "\\\\server\\share\\|--strict");
    /* Doubled, as it should be: nothing to mend. */
    splits("s \"C:\\x\\\\\" --strict", "C:\\x\\|--strict");
    /* In the middle of a word it is what it says. */
    splits("s \"a\\\"b c\"", "a\"b c");
}

static void test_other_programs_words(void **state) {
    (void)state;
    splits("s exec --batch-dir \"C:\\x\\\" --case T -- p -c \"print(\\\"a\\\" )\"",
           "exec|--batch-dir|C:\\x\\|--case|T|--|p|-c|print(\"a\" )");
    splits("s exec --case T p -c \"say \\\"a\\\" b\"", "exec|--case|T|p|-c|say \"a\" b");
    splits("s exec --case=T p -c \"say \\\"a\\\" b\"", "exec|--case=T|p|-c|say \"a\" b");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_swallowed_quote),
        cmocka_unit_test(test_other_programs_words),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}

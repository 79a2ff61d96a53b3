#include "tui/ansi.h"
#include "tui/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60 * 1000 };

static void test_shrinks(void **state) {
    (void)state;
    struct space s = {0};
    assert_int_equal(space_full_in(&s, 1000), -1);
    for (int i = 0; i < 5; i++) space_note(&s, i * 2 * MINUTE, 100000 - i * 1000);
    assert_int_equal(space_full_in(&s, 96000), -1); /* eight minutes are too few */
    for (int i = 5; i < 8; i++) space_note(&s, i * 2 * MINUTE, 100000 - i * 1000);
    /* 7000 bytes in 14 minutes: 93000 last for 186 */
    assert_int_equal(space_full_in(&s, 93000), 186 * MINUTE);
    space_note(&s, 14 * MINUTE + 1000, 5); /* too soon after the one before */
    assert_int_equal(s.n, 8);
}

static void test_does_not_shrink(void **state) {
    (void)state;
    struct space s = {0};
    for (int i = 0; i < 100; i++) space_note(&s, i * 2 * MINUTE, 1000 + i);
    assert_int_equal(s.n, SPACE_SAMPLES);
    assert_int_equal(s.at[SPACE_SAMPLES - 1], 99 * 2 * MINUTE);
    assert_int_equal(space_full_in(&s, 1000), -1);
    memset(&s, 0, sizeof s);
    for (int i = 0; i < 20; i++) space_note(&s, i * 2 * MINUTE, INT64_C(4000000000000) - i);
    assert_int_equal(space_full_in(&s, INT64_C(4000000000000)), -1); /* in years */
}

static void test_ansi(void **state) {
    (void)state;
    struct screen *s = screen_new(2, 10, true);
    screen_text(s, 0, 0, 10, STYLE_TEXT, "a");
    screen_text(s, 0, 1, 10, STYLE_PROBLEM, "表b");
    screen_text(s, 1, 0, 10, STYLE_DIM, "x");
    char *plain = ansi_dump(s, false), *colour = ansi_dump(s, true);
    assert_string_equal(plain, "a表b\nx\n");
    assert_string_equal(colour, "a\033[0;1;38;5;166m表b\033[0m\n\033[0;38;5;244mx\033[0m\n");
    free(plain);
    free(colour);
    /* Marked blanks are seen, so they are kept; without colour they are not. */
    screen_mark(s, 1, 0, 3);
    colour = ansi_dump(s, true);
    plain = ansi_dump(s, false);
    assert_non_null(strstr(colour, "\033[0;7mx  \033[0m\n"));
    assert_string_equal(plain, "a表b\nx\n");
    free(plain);
    free(colour);
    screen_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shrinks), cmocka_unit_test(test_does_not_shrink),
                                       cmocka_unit_test(test_ansi)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

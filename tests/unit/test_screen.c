#include "tui/pane.h"
#include "tui/pen.h"
#include "tui/screen.h"
#include "tui/theme.h"
#include "tui/width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_dump(const struct screen *s, const char *expected) {
    char *text = screen_dump(s);
    assert_string_equal(text, expected);
    free(text);
}

/* Draws on one fresh row of `cols` cells. */
static void assert_text(int cols, bool utf8, int width, const char *text, int used, const char *expected) {
    struct screen *s = screen_new(1, cols, utf8);
    assert_int_equal(screen_text(s, 0, 0, width, STYLE_TEXT, text), used);
    assert_dump(s, expected);
    screen_free(s);
}

static void test_width(void **state) {
    (void)state;
    assert_int_equal(width_of('a'), 1);
    assert_int_equal(width_of(0x00E9), 1);  /* é */
    assert_int_equal(width_of(0x0301), 0);  /* combining acute */
    assert_int_equal(width_of(0x1161), 0);  /* Hangul vowel */
    assert_int_equal(width_of(0x200B), 0);  /* zero width space */
    assert_int_equal(width_of(0x2588), 1);  /* full block: ambiguous counts narrow */
    assert_int_equal(width_of(0x3042), 2);  /* あ */
    assert_int_equal(width_of(0x8868), 2);  /* 表 */
    assert_int_equal(width_of(0xFF21), 2);  /* fullwidth A */
    assert_int_equal(width_of(0xFF71), 1);  /* halfwidth katakana */
    assert_int_equal(width_of(0x1F600), 2); /* emoji */
    assert_int_equal(width_of(0x2FFFD), 2);
    assert_int_equal(width_of(0x10FFFF), 1);
}

static void test_cut(void **state) {
    (void)state;
    assert_text(10, true, 5, "abcde", 5, "abcde\n");
    assert_text(10, true, 5, "abcdef", 5, "abcd…\n");
    assert_text(10, false, 5, "abcdef", 5, "abcd~\n");
    assert_text(3, true, 99, "abcdef", 3, "ab…\n");
    assert_text(10, true, 1, "ab", 1, "…\n");
    assert_text(10, true, 0, "ab", 0, "\n");
    assert_text(10, true, 5, "", 0, "\n");
}

static void test_wide(void **state) {
    (void)state;
    assert_text(10, true, 4, "表計", 4, "表計\n");
    assert_text(10, true, 3, "表計", 3, "表…\n");
    assert_text(10, true, 2, "表計", 1, "…\n");
    struct screen *s = screen_new(1, 4, true);
    screen_text(s, 0, 0, 4, STYLE_TEXT, "表計");
    assert_int_equal(screen_at(s, 0, 1)->width, 0);
    /* Half of a wide character never stays. */
    screen_text(s, 0, 1, 1, STYLE_TEXT, "x");
    assert_dump(s, " x計\n");
    screen_text(s, 0, 2, 1, STYLE_TEXT, "y");
    assert_dump(s, " xy\n");
    screen_free(s);
}

static void test_combining(void **state) {
    (void)state;
    assert_text(10, true, 5, "e\xcc\x81x", 2, "e\xcc\x81x\n");
    /* Room for three marks; the fourth is dropped. A mark on nothing is shown to be one. */
    assert_text(10, true, 5, "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84", 1, "e\xcc\x81\xcc\x82\xcc\x83\n");
    assert_text(10, true, 5, "\xcc\x81x", 2, "\xef\xbf\xbdx\n");
    char *marks = malloc(2000001);
    assert_non_null(marks);
    for (int i = 0; i < 1000000; i++) memcpy(marks + 2 * (size_t)i, "\xcc\x81", 2);
    marks[2000000] = '\0';
    assert_text(10, true, 5, marks, 1, "\xef\xbf\xbd\xcc\x81\xcc\x81\xcc\x81\n");
    free(marks);
}

static void test_hostile(void **state) {
    (void)state;
    assert_text(20, true, 20, "a\x1b[31m\x07z", 8, "a\xef\xbf\xbd[31m\xef\xbf\xbdz\n");
    assert_text(20, true, 20, "\n\t\r\x7f", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n");
    assert_text(20, true, 20, "\xc2\x9b", 1, "\xef\xbf\xbd\n"); /* C1: CSI */
    assert_text(20, true, 20,
                "a\xe2\x80\xae"
                "b",
                3,
                "a\xef\xbf\xbd"
                "b\n"); /* right-to-left override */
    assert_text(20, true, 20,
                "a\xe2\x80\xa8"
                "b",
                3,
                "a\xef\xbf\xbd"
                "b\n"); /* line separator */
    assert_text(20, true, 20,
                "a\xe2\x80\x8b\xef\xbb\xbf"
                "b",
                2, "ab\n");                                                                 /* invisible */
    assert_text(20, true, 20, "\xff\xc0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"); /* not UTF-8 */
    assert_text(20, true, 20, "a\xe8\xa1", 3, "a\xef\xbf\xbd\xef\xbf\xbd\n");               /* cut character */
    assert_text(20, false, 20, "表 é – “x”", 9, "? ? - \"x\"\n");
}

static void test_clipping(void **state) {
    (void)state;
    struct screen *s = screen_new(2, 3, true);
    assert_int_equal(screen_text(s, -1, 0, 3, STYLE_TEXT, "a"), 0);
    assert_int_equal(screen_text(s, 2, 0, 3, STYLE_TEXT, "a"), 0);
    assert_int_equal(screen_text(s, 0, 3, 3, STYLE_TEXT, "a"), 0);
    assert_int_equal(screen_text(s, 0, -1, 3, STYLE_TEXT, "a"), 0);
    screen_fill(s, 1, 1, 99, STYLE_DIM, '=');
    screen_fill(s, 0, -2, 3, STYLE_DIM, '-');
    screen_mark(s, 1, 2, 99);
    assert_null(screen_at(s, 0, 3));
    assert_dump(s, "-\n ==\n");
    char *styles = screen_dump_styles(s);
    assert_string_equal(styles, "d\n dD\n");
    free(styles);
    screen_resize(s, 1, 2);
    assert_dump(s, "\n");
    screen_resize(s, 0, 100000);
    assert_int_equal(s->rows, 1);
    assert_int_equal(s->cols, SCREEN_MAX_COLS);
    screen_free(s);
}

static void test_fields(void **state) {
    (void)state;
    struct screen *s = screen_new(3, 10, true);
    screen_fill(s, 0, 0, 10, STYLE_TEXT, '.');
    screen_field(s, 0, 2, 5, STYLE_TEXT, "ab");
    screen_text_right(s, 1, 0, 6, STYLE_TEXT, "12");
    screen_text_right(s, 2, 0, 3, STYLE_TEXT, "12345");
    assert_dump(s, "..ab   ...\n    12\n12…\n");
    screen_free(s);
}

static void test_wrap(void **state) {
    (void)state;
    struct screen *s = screen_new(4, 12, true);
    struct pane p = {s, 0, 0, 4, 12, 0, 0};
    pane_paragraph(&p, STYLE_TEXT, "> ", "one two three fourteenletters");
    assert_int_equal(p.line, 4);
    assert_dump(s, "> one two\n  three\n  fourteenle\n  tters\n");
    screen_clear(s);
    p.line = 0;
    p.skip = 2;
    pane_paragraph(&p, STYLE_TEXT, "> ", "one two three fourteenletters");
    assert_dump(s, "  fourteenle\n  tters\n\n\n");
    assert_int_equal(pane_clamp(&p, 4), 0);
    assert_int_equal(pane_clamp(&p, 5), 1);
    size_t next;
    assert_int_equal(screen_wrap(s, "表計", 1, &next), 3); /* a line takes one character at least */
    assert_int_equal(next, 3);
    assert_int_equal(screen_wrap(s, "abc   def", 4, &next), 3);
    assert_int_equal(next, 6);
    screen_free(s);
}

static void test_pen(void **state) {
    (void)state;
    struct screen *s = screen_new(3, 12, true);
    assert_int_equal(pen_tail(s, 0, 0, 8, STYLE_TEXT, "/data/sweep/batch"), 8);
    assert_int_equal(pen_middle(s, 1, 0, 12, STYLE_TEXT, "T4000_eps0p1_tau0p5"), 12);
    assert_int_equal(pen_middle(s, 2, 0, 12, STYLE_TEXT, "T4000"), 5);
    assert_dump(s, "…p/batch\nT40…1_tau0p5\nT4000\n");
    screen_free(s);
    char words[PEN_WORDS];
    pen_clock(INT64_C(1709294400000), 0, true, words);
    assert_string_equal(words, "12:00:00");
    pen_clock(INT64_C(1709294400000), 9 * 60, false, words);
    assert_string_equal(words, "21:00");
    pen_clock(INT64_C(1709294400000), -13 * 60, false, words);
    assert_string_equal(words, "23:00");
    pen_span(-1, words);
    assert_string_equal(words, "—");
    pen_span(59999, words);
    assert_string_equal(words, "59 s");
    pen_span(3600000, words);
    assert_string_equal(words, "1 h 00");
    pen_span(INT64_C(90000000), words);
    assert_string_equal(words, "1 d 1 h");
    pen_size(999, words);
    assert_string_equal(words, "999 B");
    pen_size(999960, words);
    assert_string_equal(words, "1.0 MB");
    pen_size(INT64_C(1234567890), words);
    assert_string_equal(words, "1.2 GB");
}

static void test_theme(void **state) {
    (void)state;
    assert_int_equal(theme_depth_of(256), THEME_256);
    assert_int_equal(theme_depth_of(88), THEME_16);
    assert_int_equal(theme_depth_of(8), THEME_8);
    assert_int_equal(theme_depth_of(0), THEME_MONO);
    for (int style = 0; style < STYLE_COUNT; style++) {
        assert_int_equal(theme_look(THEME_MONO, (enum style)style, false).colour, -1);
        assert_true(theme_look(THEME_8, (enum style)style, false).colour < 8);
        assert_true(theme_look(THEME_16, (enum style)style, false).colour < 16);
        assert_true(theme_look(THEME_MONO, (enum style)style, true).attrs & THEME_REVERSE);
    }
    /* Without colours a problem still stands out. */
    assert_true(theme_look(THEME_MONO, STYLE_PROBLEM, false).attrs & THEME_BOLD);
    assert_int_equal(theme_status(STATUS_MISSING), STYLE_PROBLEM);
    assert_int_equal(theme_status(STATUS_STALLED), STYLE_STALLED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),     cmocka_unit_test(test_cut),     cmocka_unit_test(test_wide),
        cmocka_unit_test(test_combining), cmocka_unit_test(test_hostile), cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_fields),    cmocka_unit_test(test_wrap),    cmocka_unit_test(test_pen),
        cmocka_unit_test(test_theme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

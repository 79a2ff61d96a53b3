#include "model/text.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void decodes(const char *s, int length, uint32_t cp) {
    uint32_t got = 0;
    assert_int_equal(text_utf8_next(s, strlen(s), &got), length);
    assert_int_equal(got, cp);
}

static void test_utf8_well_formed(void **state) {
    (void)state;
    decodes("A", 1, 'A');
    decodes("\xC2\x80", 2, 0x80);
    decodes("\xDF\xBF", 2, 0x7FF);
    decodes("\xE0\xA0\x80", 3, 0x800);
    decodes("\xE8\xA1\xA8...", 3, 0x8868);
    decodes("\xED\x9F\xBF", 3, 0xD7FF);
    decodes("\xEE\x80\x80", 3, 0xE000);
    decodes("\xEF\xBF\xBD", 3, 0xFFFD);
    decodes("\xF0\x90\x80\x80", 4, 0x10000);
    decodes("\xF4\x8F\xBF\xBF", 4, 0x10FFFF);
}

static void test_utf8_malformed(void **state) {
    (void)state;
    decodes("\x80", 1, 0xFFFD);
    decodes("\xBF\xBF", 1, 0xFFFD);
    decodes("\xC0\x80", 1, 0xFFFD);
    decodes("\xC1\xBF", 1, 0xFFFD);
    decodes("\xE0\x9F\xBF", 1, 0xFFFD);
    decodes("\xED\xA0\x80", 1, 0xFFFD);
    decodes("\xED\xBF\xBF", 1, 0xFFFD);
    decodes("\xF0\x8F\xBF\xBF", 1, 0xFFFD);
    decodes("\xF4\x90\x80\x80", 1, 0xFFFD);
    decodes("\xF5\x80\x80\x80", 1, 0xFFFD);
    decodes("\xFF", 1, 0xFFFD);
    decodes("\xE8\xA1", 1, 0xFFFD);
    decodes("\xE8\x41\xA8", 1, 0xFFFD);
    /* The length is believed, not a byte that lies behind it. */
    uint32_t cp = 0;
    assert_int_equal(text_utf8_next("\xE8\xA1\xA8", 2, &cp), 1);
    assert_int_equal(cp, 0xFFFD);
}

static void cleans(const char *in, size_t cap, const char *expected) {
    char out[64];
    memset(out, '~', sizeof out);
    assert_int_equal(text_clean(in, out, cap), strlen(expected));
    assert_string_equal(out, expected);
    for (size_t i = cap; i < sizeof out; i++) assert_int_equal(out[i], '~');
}

#define REPLACED "\xEF\xBF\xBD"
#define ELLIPSIS "\xE2\x80\xA6"

static void test_clean_replaces_what_could_hurt(void **state) {
    (void)state;
    cleans("T4000 \xE8\xA1\xA8", 64, "T4000 \xE8\xA1\xA8");
    cleans("a\x1B[2Jb", 64, "a" REPLACED "[2Jb");
    cleans("a\tb\nc\r", 64, "a" REPLACED "b" REPLACED "c" REPLACED);
    cleans("\x7F\xC2\x9B", 64, REPLACED REPLACED);
    cleans("\xC2\xA0", 64, "\xC2\xA0");
    cleans("\xE2\x80\xA8\xE2\x80\xA9", 64, REPLACED REPLACED); /* U+2028 U+2029 */
    cleans("\xE2\x80\xAA\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9", 64, REPLACED REPLACED REPLACED REPLACED);
    cleans("\xD8\x9C\xE2\x80\x8E\xE2\x80\x8F", 64, REPLACED REPLACED REPLACED); /* U+061C U+200E U+200F */
    cleans("\xE2\x80\x8D\xE2\x80\xAF", 64, "\xE2\x80\x8D\xE2\x80\xAF");         /* joiner, narrow blank */
    cleans("\x95\x5C", 64, REPLACED "\\");
    cleans("\xE8\xA1", 64, REPLACED REPLACED);
    cleans("", 64, "");
}

static void test_clean_cuts_between_characters(void **state) {
    (void)state;
    cleans("abcdef", 7, "abcdef");
    cleans("abcdef", 6, "ab" ELLIPSIS);
    cleans("abcdef", 4, ELLIPSIS);
    cleans("abcdef", 3, "ab");
    cleans("abcdef", 1, "");
    cleans("\xE8\xA1\xA8\xE8\xA1\xA8\xE8\xA1\xA8", 9, "\xE8\xA1\xA8" ELLIPSIS);
    cleans("\xE8\xA1\xA8\xE8\xA1\xA8", 6, ELLIPSIS);
    cleans("\xE8\xA1\xA8", 3, "");
    cleans("\x01\x02\x03", 8, REPLACED ELLIPSIS);
    char untouched = '~';
    assert_int_equal(text_clean("abc", &untouched, 0), 0);
    assert_int_equal(untouched, '~');
}

static void is_number(const char *s, double expected) {
    double got = 12345.0;
    if (!text_number(s, &got)) fail_msg("'%s' should be a number", s);
    if (memcmp(&got, &expected, sizeof got) != 0) fail_msg("'%s' is %.17g, not %.17g", s, got, expected);
}

static void test_number_values(void **state) {
    (void)state;
    is_number("0", 0.0);
    is_number("-0", -0.0);
    is_number("+4000", 4000.0);
    is_number("0.1", 0.1);
    is_number(".5", 0.5);
    is_number("5.", 5.0);
    is_number("007.50", 7.5);
    is_number("1e3", 1000.0);
    is_number("1E+3", 1000.0);
    is_number("-2.5e-3", -0.0025);
    is_number("1e22", 1e22);
    is_number("1e23", 1e23);
    is_number("123456789012345678", 123456789012345678.0);
    is_number("3999.9985208633200", 3999.99852086332);
    is_number("0.3333333333333333333333333", 1.0 / 3.0);
    is_number("0.095408556734169085", 0.095408556734169085); /* its digits as one integer are no double */
    is_number("9007199254740993", 9007199254740992.0);
    is_number("9007199254740993.0000000000000000000000000000001", 9007199254740994.0);
    is_number("2.2250738585072014e-308", 2.2250738585072014e-308);
    is_number("4.9406564584124654e-324", 4.9406564584124654e-324);
    is_number("1.7976931348623157e308", 1.7976931348623157e308);
    is_number("1e-99999999999999999999", 0.0);
    is_number("0e99999999999999999999", 0.0);
    is_number("0.00000000000000000000000000001e29", 1.0);
}

static void test_number_of_any_length(void **state) {
    (void)state;
    /* 2^53 + 1 is half way between two doubles; only the 1 after 2000 zeros says which one is nearer. */
    char s[2100];
    int n = snprintf(s, sizeof s, "9007199254740993.");
    memset(s + n, '0', 2000);
    snprintf(s + n + 2000, sizeof s - (size_t)n - 2000, "1");
    is_number(s, 9007199254740994.0);
    memset(s, '0', 2000);
    snprintf(s + 2000, sizeof s - 2000, "7");
    is_number(s, 7.0);
    snprintf(s, sizeof s, "0.");
    memset(s + 2, '0', 1999);
    snprintf(s + 2001, sizeof s - 2001, "7e2000");
    is_number(s, 7.0);
}

static void test_number_refuses(void **state) {
    (void)state;
    static const char *const no[] = {"",      "-",   ".",     "+.",  "e5",   ".e5",   "1e",     "1e+",         "1e5.5",
                                     "1.2.3", " 1",  "1 ",    "1,5", "0x10", "nan",   "NaN",    "inf",         "1_000",
                                     "--1",   "+-1", "1e--1", "1p5", "1d3",  "1e400", "-1e400", "\xEF\xBC\x91"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        double got = 12345.0;
        if (text_number(no[i], &got)) fail_msg("'%s' should be refused, not %g", no[i], got);
        assert_true(got == 12345.0);
    }
}

/* A locale whose decimal point is a comma changes nothing. Where none is installed the values are the same anyway. */
static void test_number_in_every_locale(void **state) {
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "German", "de_DE"};
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        if (setlocale(LC_NUMERIC, locales[i]) != NULL) break;
    }
    is_number("0.5", 0.5);
    is_number("0.3333333333333333333333333", 1.0 / 3.0);
    double got;
    assert_false(text_number("0,3333333333333333333333333", &got));
    setlocale(LC_NUMERIC, "C");
}

static int sign(int v) { return (v > 0) - (v < 0); }

static void orders(const char *a, const char *b) {
    if (sign(text_natural_compare(a, b)) != -1) fail_msg("'%s' should come before '%s'", a, b);
    if (sign(text_natural_compare(b, a)) != 1) fail_msg("'%s' should come after '%s'", b, a);
}

static void test_natural_order(void **state) {
    (void)state;
    assert_int_equal(text_natural_compare("T900_eps0p5", "T900_eps0p5"), 0);
    assert_int_equal(text_natural_compare("", ""), 0);
    orders("", "a");
    orders("T900", "T1000");
    orders("T900_eps0p5", "T900_eps0p10");
    orders("run_chunk_000000009", "run_chunk_000000010");
    orders("a", "b");
    orders("a1", "a1b");
    orders("a1b", "a2");
    orders("a01", "a1");
    orders("a01b", "a1c");
    orders("a1b", "a01c");
    orders("T1", "\xE8\xA1\xA8");
    orders("x99999999999999999999998", "x99999999999999999999999");
    orders("x9", "x99999999999999999999999");
    orders("a0", "a00x");
}

static void test_hash(void **state) {
    (void)state;
    static const char data[] = "T4000_eps0p5_tau1p0_i00p05_mu0p5x12"; /* 35 bytes: not a multiple of 8 */
    uint64_t whole = text_hash(data, sizeof data - 1, 0);
    assert_true(text_hash(data, sizeof data - 1, 0) == whole);
    assert_true(text_hash(data, sizeof data - 1, 1) != whole);
    for (size_t n = 0; n < sizeof data - 1; n++) {
        assert_true(text_hash(data, n, 0) != text_hash(data, n + 1, 0));
        char other[sizeof data];
        memcpy(other, data, sizeof data);
        other[n] ^= 1;
        assert_true(text_hash(other, sizeof data - 1, 0) != whole);
    }
    assert_true(text_hash("\0", 1, 0) != text_hash("\0\0", 2, 0));
    assert_true(text_hash("", 0, 0) != 0);
    /* The place in memory does not matter. */
    char shifted[sizeof data + 1];
    memcpy(shifted + 1, data, sizeof data);
    assert_true(text_hash(shifted + 1, sizeof data - 1, 0) == whole);
}

static void test_format(void **state) {
    (void)state;
    char out[16];
    const char *const args[] = {"one", "two"};
    text_format("{1}, {0}{0}", args, out, sizeof out);
    assert_string_equal(out, "two, oneone");
    text_format("{x} {} 100 %", NULL, out, sizeof out);
    assert_string_equal(out, "{x} {} 100 %");
    text_format("{0}{0}{0}{0}{0}{0}", args, out, sizeof out);
    assert_string_equal(out, "oneoneoneoneone");
    text_format("", args, out, 1);
    assert_string_equal(out, "");
}

static void test_tenths(void **state) {
    (void)state;
    static const struct {
        int64_t hundredths;
        const char *words;
    } known[] = {{0, "0.0"}, {4, "0.0"}, {5, "0.1"}, {99, "1.0"}, {1234, "12.3"}, {1295, "13.0"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char out[32];
        text_tenths(known[i].hundredths, out, sizeof out);
        assert_string_equal(out, known[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenths),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_utf8_well_formed),
        cmocka_unit_test(test_utf8_malformed),
        cmocka_unit_test(test_clean_replaces_what_could_hurt),
        cmocka_unit_test(test_clean_cuts_between_characters),
        cmocka_unit_test(test_number_values),
        cmocka_unit_test(test_number_of_any_length),
        cmocka_unit_test(test_number_refuses),
        cmocka_unit_test(test_number_in_every_locale),
        cmocka_unit_test(test_natural_order),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "platform/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

/* A literal with its length, NULs and all. */
#define BYTES(literal) literal, sizeof(literal) - 1

typedef int decoder(const unsigned char *s, size_t len, char **out, size_t *out_len);

static int decode_any(const unsigned char *s, size_t len, char **out, size_t *out_len) {
    return text_decode(s, len, out, out_len);
}

/* Decodes from a copy of exact size, so that a sanitizer sees every read beyond it. */
static int run(decoder *decode, const char *in, size_t len, char **out, size_t *out_len) {
    unsigned char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, in, len);
    int err = decode(copy, len, out, out_len);
    free(copy);
    return err;
}

static void gives(decoder *decode, const char *in, size_t len, const char *expected, size_t expected_len) {
    char *out = NULL;
    size_t out_len = 0;
    assert_int_equal(run(decode, in, len, &out, &out_len), 0);
    assert_int_equal(out_len, expected_len);
    assert_memory_equal(out, expected, expected_len);
    assert_int_equal(out[out_len], '\0');
    free(out);
}

static void refuses(decoder *decode, const char *in, size_t len) {
    char *out = NULL;
    size_t out_len = 77;
    assert_int_equal(run(decode, in, len, &out, &out_len), UV_EILSEQ);
    assert_null(out);
    assert_int_equal(out_len, 77);
}

static void test_utf8(void **state) {
    (void)state;
    gives(decode_any, BYTES(""), BYTES(""));
    gives(decode_any, BYTES("4000 0.5\r\n"), BYTES("4000 0.5\r\n"));
    gives(decode_any, BYTES("\xE8\xA1\xA8\xF0\x9F\x98\x80"), BYTES("\xE8\xA1\xA8\xF0\x9F\x98\x80"));
    gives(decode_any, BYTES("a\0b"), BYTES("a\0b"));
    gives(decode_any,
          BYTES("\xEF\xBB\xBF"
                "4000"),
          BYTES("4000"));
    gives(decode_any, BYTES("\xEF\xBB\xBF"), BYTES(""));
}

static void test_utf8_mark_decides(void **state) {
    (void)state;
    refuses(decode_any, BYTES("\xEF\xBB\xBF\x95\x5C"));
    refuses(decode_any, BYTES("\xEF\xBB\xBF\xED\xA0\x80"));
    refuses(decode_any, BYTES("\xEF\xBB\xBF\xE8\xA1")); /* the file ends inside a character */
    refuses(decode_any, BYTES("\xEF\xBB\xBF\xF0\x9F\x98"));
}

static void test_utf16(void **state) {
    (void)state;
    gives(decode_any, BYTES("\xFF\xFE"), BYTES(""));
    gives(decode_any,
          BYTES("\xFF\xFE"
                "4\0 \0\x68\x88\r\0\n\0"),
          BYTES("4 \xE8\xA1\xA8\r\n"));
    gives(decode_any,
          BYTES("\xFE\xFF\0"
                "4\0 \x88\x68"),
          BYTES("4 \xE8\xA1\xA8"));
    gives(decode_any, BYTES("\xFF\xFE\x3D\xD8\x00\xDE"), BYTES("\xF0\x9F\x98\x80"));
    gives(decode_any, BYTES("\xFE\xFF\xD8\x3D\xDE\x00"), BYTES("\xF0\x9F\x98\x80"));
    gives(decode_any, BYTES("\xFF\xFE\xE9\x00\xFF\xFF"), BYTES("\xC3\xA9\xEF\xBF\xBF"));
}

static void test_utf16_refused(void **state) {
    (void)state;
    refuses(decode_any, BYTES("\xFF\xFE"
                              "4"));
    refuses(decode_any, BYTES("\xFF\xFE\x3D\xD8"));         /* half a pair at the end */
    refuses(decode_any, BYTES("\xFF\xFE\x3D\xD8\x34\x00")); /* and before another character */
    refuses(decode_any, BYTES("\xFF\xFE\x00\xDE"));         /* the second half alone */
    refuses(decode_any, BYTES("\xFF\xFE\x00\xDE\x3D\xD8"));
}

static void test_cp932(void **state) {
    (void)state;
    gives(decode_any, BYTES("\x83\x5C \x95\x5C \x94\x5C"), /* all three end in the byte of a backslash */
          BYTES("\xE3\x82\xBD \xE8\xA1\xA8 \xE8\x83\xBD"));
    gives(decode_any, BYTES("# \x93\xFA\x96\x7B\r\n4000 0.5 1.0\r\n"),
          BYTES("# \xE6\x97\xA5\xE6\x9C\xAC\r\n4000 0.5 1.0\r\n"));
    gives(decode_any, BYTES("\xB1\xDF\\~"), BYTES("\xEF\xBD\xB1\xEF\xBE\x9F\\~"));
    gives(decode_any, BYTES("\x87\x40"), BYTES("\xE2\x91\xA0")); /* a circled one: in 932, not in plain Shift JIS */
}

static void test_neither(void **state) {
    (void)state;
#ifdef _WIN32
    skip(); /* there the system's own code page, which may know every byte, is asked last */
#endif
    refuses(text_decode_legacy, BYTES("\x95"));
    refuses(text_decode_legacy, BYTES("\x95\x20"));
    refuses(text_decode_legacy, BYTES("\x95\x7F"));
    refuses(text_decode_legacy, BYTES("\x95\xFD"));
}

static void test_shape(void **state) {
    (void)state;
    gives(text_decode_cp932_shape, BYTES("4000 # \x95\x5C\x81\x40\xFC\xFC\xA1\xDF\n"),
          BYTES("4000 # \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBD\xA1\xEF\xBE\x9F\n"));
    gives(text_decode_cp932_shape, BYTES(""), BYTES(""));
    static const char *const no[] = {"\x80",     "\xA0",     "\xFD\x40", "\xFF",     "\x95",
                                     "\x95\x3F", "\x95\x7F", "\x95\xFD", "\xE0\xFF", "a\x81"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) refuses(text_decode_cp932_shape, no[i], strlen(no[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),  cmocka_unit_test(test_utf8_mark_decides),
        cmocka_unit_test(test_utf16), cmocka_unit_test(test_utf16_refused),
        cmocka_unit_test(test_cp932), cmocka_unit_test(test_neither),
        cmocka_unit_test(test_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* JSON: what is whole, what is not and where, and what values a document gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "watch/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct profile profile = {
    .name = "test",
    .artifact = {{.path = "other.json", .kind = KIND_JSON}, {.path = "doc.json", .kind = KIND_JSON}},
    .n_artifacts = 2,
    .value = {{.name = "T", .use = USE_COLUMN, .artifact = 1, .paths = {"config.radiation.TM_K", "T"}},
              {.name = "outdir", .use = USE_CASE_DIR, .artifact = 1, .paths = {"outdir", "io.outdir"}},
              {.name = "phase", .use = USE_PHASE, .artifact = 1, .paths = {"status"}},
              {.name = "violation", .use = USE_VIOLATION, .artifact = 1, .paths = {"violation"}},
              {.name = "enabled", .use = USE_ARCHIVE_ENABLED, .artifact = 1, .paths = {"io.archive.enabled"}},
              {.name = "foreign", .use = USE_OUTCOME, .artifact = 0, .paths = {"status"}}},
    .n_values = 6,
};

static struct inspect_buffer *buffer;
static struct fact_file file;

static enum content judge_bytes(const char *text, size_t len) {
    /* A copy of exact size, so that a read past the end is seen by the sanitizer. */
    char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, text, len);
    memset(&file, 0, sizeof file);
    enum content content = inspect_json_text(copy, len, &profile, 1, buffer, &file);
    assert_int_equal(content, file.content);
    free(copy);
    return content;
}

static enum content judge(const char *text) { return judge_bytes(text, strlen(text)); }

static void assert_whole(const char *text) {
    if (judge(text) != CONTENT_WHOLE) fail_msg("not whole: %s (%s)", text, file.note);
    assert_null(file.note);
}

static void assert_partial(const char *text, const char *note) {
    if (judge(text) != CONTENT_PARTIAL) fail_msg("not partial: %s", text);
    assert_string_equal(file.note, note);
    assert_int_equal(file.n_values, 0);
}

/* The values as one line: "name=text name=text". */
static const char *values(void) {
    static char line[4096];
    size_t n = 0;
    line[0] = '\0';
    for (size_t i = 0; i < file.n_values; i++) {
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%s=%s", i > 0 ? " " : "",
                              profile.value[file.values[i].value].name, file.values[i].text);
    }
    return line;
}

static void assert_values(const char *text, const char *expected) {
    assert_whole(text);
    assert_string_equal(values(), expected);
}

static void test_whole(void **state) {
    (void)state;
    assert_whole("{}");
    assert_whole(" \t\r\n{ } \n");
    assert_whole("\xEF\xBB\xBF{}");
    assert_whole("{\"a\": [1, -0, 0.5, 1e9, -2.25E-3, 10], \"b\": [[], {}, [{}]], \"c\": null}");
    assert_whole("{\"a\": NaN, \"b\": Infinity, \"c\": [-Infinity, true, false]}");
    assert_whole("{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"}");
    assert_whole("{\"\": \"\", \"long enough for eight bytes at once\": \"and some more, 日本語\"}");
}

static void test_hash(void **state) {
    (void)state;
    judge("{\"a\": 1}");
    uint64_t first = file.hash;
    assert_true(first != 0);
    judge("{\"a\": 2}");
    assert_true(file.hash != first);
    judge("{\"a\": 1}");
    assert_true(file.hash == first);
}

static void test_ends_early(void **state) {
    (void)state;
    assert_partial("", "empty");
    assert_partial(" \n", "nothing but blanks");
    assert_partial("\xEF\xBB\xBF", "nothing but blanks");
    assert_partial("{", "ends inside an object at byte 1");
    assert_partial("{\"a\"", "ends inside an object at byte 4");
    assert_partial("{\"a\":", "ends inside an object at byte 5");
    assert_partial("{\"a\": [1, 2", "ends inside an array at byte 11");
    assert_partial("{\"a\": [1], ", "ends inside an object at byte 11");
    assert_partial("{\"abc", "ends inside a string at byte 5");
    assert_partial("{\"a\": \"x\\", "ends inside a string at byte 9");
    assert_partial("{\"a\": \"x\\u00", "ends inside a string at byte 12");
    assert_partial("{\"a\": \"表\xE8\xA1", "ends inside a string at byte 12");
    assert_partial("{\"a\": tr", "ends inside a word at byte 8");
    assert_partial("{\"a\": -Inf", "ends inside a word at byte 10");
    assert_partial("{\"a\": -", "ends inside a number at byte 7");
    assert_partial("{\"a\": 1.", "ends inside a number at byte 8");
    assert_partial("{\"a\": 1e+", "ends inside a number at byte 9");
}

static void test_every_prefix_is_partial(void **state) {
    (void)state;
    static const char doc[] = "{\"a\": [1.5e3, {\"b\": \"x\\n\"}, NaN, true], \"能\": null, \"c\": {\"d\": []}}";
    assert_whole(doc);
    for (size_t n = 0; n + 1 < sizeof doc; n++) assert_int_equal(judge_bytes(doc, n), CONTENT_PARTIAL);
}

static void test_unexpected(void **state) {
    (void)state;
    assert_partial("[1]", "unexpected '[' instead of '{' at byte 1, line 1");
    assert_partial("null", "unexpected 'n' instead of '{' at byte 1, line 1");
    assert_partial("{\n \"a\": x}", "unexpected 'x' at byte 9, line 2");
    assert_partial("{\"a\": 01}", "unexpected '1' at byte 8, line 1");
    assert_partial("{\"a\": .5}", "unexpected '.' at byte 7, line 1");
    assert_partial("{\"a\": +1}", "unexpected '+' at byte 7, line 1");
    assert_partial("{\"a\": 1.e3}", "unexpected 'e' at byte 9, line 1");
    assert_partial("{\"a\": trux}", "unexpected 'x' at byte 10, line 1");
    assert_partial("{\"a\": 1,}", "unexpected '}' at byte 9, line 1");
    assert_partial("{\"a\": [1,]}", "unexpected ']' at byte 10, line 1");
    assert_partial("{\"a\": [1}", "unexpected '}' at byte 9, line 1");
    assert_partial("{\"a\": 1]", "unexpected ']' at byte 8, line 1");
    assert_partial("{\"a\" 1}", "unexpected '1' at byte 6, line 1");
    assert_partial("{a: 1}", "unexpected 'a' at byte 2, line 1");
    assert_partial("{\"a\": \"\\x\"}", "unexpected 'x' in an escape at byte 9, line 1");
    assert_partial("{\"a\": \"\\u12g4\"}", "unexpected 'g' in an escape at byte 12, line 1");
    assert_partial("{\"a\": \"b\nc\"}", "unexpected byte 0x0A in a string at byte 9, line 1");
    assert_partial("{} {}", "unexpected '{' after the end at byte 4, line 1");
    assert_int_equal(judge_bytes("{}\0\0", 4), CONTENT_PARTIAL);
    assert_string_equal(file.note, "unexpected byte 0x00 after the end at byte 3, line 1");
    assert_int_equal(judge_bytes("\0\0\0\0", 4), CONTENT_PARTIAL);
    assert_string_equal(file.note, "unexpected byte 0x00 instead of '{' at byte 1, line 1");
}

/* Runs of plain bytes are passed over eight at a time: the byte that ends one must be seen at every offset. */
static void test_every_offset_in_a_string(void **state) {
    (void)state;
    for (int n = 0; n < 40; n++) {
        char text[80];
        snprintf(text, sizeof text, "{\"a\": \"%.*s\x01\"}", n, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_int_equal(judge(text), CONTENT_PARTIAL);
        text[7 + n] = '\x1F';
        assert_int_equal(judge(text), CONTENT_PARTIAL);
        snprintf(text, sizeof text, "{\"a\": \"%.*s\\q\"}", n, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_int_equal(judge(text), CONTENT_PARTIAL);
        snprintf(text, sizeof text, "{\"a\": \"%.*s\", \"b\": 1}", n,
                 "\x7F~ !#[]^`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_int_equal(judge(text), CONTENT_WHOLE);
    }
}

static void test_values(void **state) {
    (void)state;
    assert_values("{\"T\": 4000, \"outdir\": \"/x/T4000\", \"other\": 1}", "T=4000 outdir=/x/T4000");
    assert_values("{\"config\": {\"radiation\": {\"TM_K\": 4e3}, \"T\": 5}}", "T=4e3");
    assert_values("{\"T\": 1.0, \"config\": {\"radiation\": {\"TM_K\": 2}}}", "T=2 T=1.0");
    assert_values("{\"io\": {\"outdir\": \"b\", \"archive\": {\"enabled\": false}}, \"outdir\": \"a\"}",
                  "outdir=a outdir=b enabled=false");
    assert_values("{\"io\": {\"archive\": {\"enabled\": true}}}", "enabled=true");
    assert_values("{\"T\": NaN}", "T=NaN");
    assert_values("{\"T\": -Infinity}", "T=-Infinity");
    assert_values("{\"T\": null, \"outdir\": {\"a\": 1}, \"status\": [\"pre_run\"]}", "");
    assert_values("{\"a\": {\"status\": \"no\"}, \"b\": [{\"status\": \"no\"}], \"status\": \"pre_run\"}",
                  "phase=pre_run");
    assert_values("{\"io.outdir\": \"x\", \"outdirs\": \"x\", \"outdi\": \"x\", \"\": \"x\"}", "");
}

static void test_values_of_a_partial_document_are_not_told(void **state) {
    (void)state;
    assert_partial("{\"T\": 4000, \"outdir\": \"/x\"", "ends inside an object at byte 26");
}

static void test_strings_are_decoded(void **state) {
    (void)state;
    assert_values("{\"outdir\": \"a\\\\b\\/c\\u0041\\n\"}", "outdir=a\\b/cA\n");
    assert_values("{\"outdir\": \"\\u65e5\\u672C \\uD83D\\uDE00 \\u00e9\"}", "outdir=日本 😀 é");
    assert_values("{\"outdir\": \"a\\u0000b\\uD800c\\uDC00\\uD800\\u0041\"}", "outdir=a\uFFFDb\uFFFDc\uFFFD\uFFFDA");
    assert_values("{\"out\\u0064ir\": \"key\"}", "outdir=key");
}

static void test_the_last_of_equal_keys_counts(void **state) {
    (void)state;
    assert_values("{\"T\": 1, \"T\": 2}", "T=2");
    assert_values("{\"T\": 1, \"T\": null}", "");
    assert_values("{\"T\": 1, \"T\": {}}", "");
    assert_values("{\"io\": {\"outdir\": \"a\", \"archive\": {\"enabled\": true}}, \"io\": {\"outdir\": \"b\"}}",
                  "outdir=b");
    assert_values("{\"io\": {\"outdir\": \"a\"}, \"io\": 1}", "");
}

static void test_violation(void **state) {
    (void)state;
    assert_values("{\"violation\": null}", "");
    assert_values("{\"violation\": false}", "");
    assert_values("{\"violation\": true}", "violation=true");
    assert_values("{\"violation\": 0}", "violation=0");
    assert_values("{\"violation\": \"1%\"}", "violation=1%");
    assert_values("{\"violation\": {\"violation\": null}}", "violation={…}");
    assert_values("{\"violation\": [1, 2]}", "violation=[…]");
}

static void test_long_values(void **state) {
    (void)state;
    static char text[4096], digits[2000];
    memset(digits, '7', sizeof digits - 1);
    /* Cut short they would say something else: not told. */
    snprintf(text, sizeof text, "{\"T\": %s}", digits);
    assert_values(text, "");
    snprintf(text, sizeof text, "{\"outdir\": \"%s\"}", digits);
    assert_values(text, "");
    snprintf(text, sizeof text, "{\"outdir\": \"%.*s\"}", INSPECT_VALUE_MAX, digits);
    assert_whole(text);
    assert_int_equal(strlen(file.values[0].text), INSPECT_VALUE_MAX);
    /* Only shown: cut, between characters. */
    snprintf(text, sizeof text, "{\"violation\": \"%.*s日%s\"}", INSPECT_VALUE_MAX - 2, digits, "tail");
    assert_whole(text);
    assert_int_equal(strlen(file.values[0].text), INSPECT_VALUE_MAX - 2);
}

/* 表 is 0x95 0x5C in code page 932: its second byte is a backslash. */
static void test_cp932(void **state) {
    (void)state;
    assert_whole("{\"a\": \"\x95\x5C\", \"T\": 7}");
    assert_string_equal(values(), "T=7");
    assert_whole("{\"a\": \"\x95\x5C\x95\x5C\\\\\", \"T\": 8}");
    assert_string_equal(values(), "T=8");
    assert_whole("{\"\x83\x5C\": \"\xB1\xB2\", \"outdir\": \"x\\\\\x94\x5C\\u0041\"}"); /* ソ, half-width, 能 */
    assert_int_equal(file.n_values, 1);
    const char *path = file.values[0].text;
    assert_int_equal(path[0], 'x');
    assert_int_equal(path[1], '\\');
    assert_int_equal(path[strlen(path) - 1], 'A');
    assert_null(strchr(path + 2, '\\')); /* the trail byte is no separator any more */
    assert_int_equal(judge("{\"a\": \"\x95\x5C\", \"b\": \"\x95"), CONTENT_PARTIAL);
}

/* Latin-1: é is 0xE9, which begins a pair in code page 932, but here the backslash behind it is one. */
static void test_neither_utf8_nor_cp932(void **state) {
    (void)state;
    assert_whole("{\"a\": \"\xE9\\\\\", \"T\": 9}");
    assert_string_equal(values(), "T=9");
    assert_whole("{\"a\": \"\xFF\xFE\x80\"}");
}

static char *nested(size_t levels, const char *open, const char *close) {
    size_t a = strlen(open), b = strlen(close);
    char *text = malloc(levels * (a + b) + 1), *at = text;
    assert_non_null(text);
    for (size_t i = 0; i < levels; i++, at += a) memcpy(at, open, a);
    for (size_t i = 0; i < levels; i++, at += b) memcpy(at, close, b);
    *at = '\0';
    return text;
}

static void test_depth(void **state) {
    (void)state;
    char *inside = nested(INSPECT_JSON_DEPTH - 1, "[", "]"), *text = malloc(strlen(inside) + 32);
    assert_non_null(text);
    sprintf(text, "{\"a\": %s}", inside);
    assert_int_equal(judge(text), CONTENT_WHOLE);
    sprintf(text, "{\"a\": [%s]}", inside);
    assert_int_equal(judge(text), CONTENT_UNREADABLE);
    assert_string_equal(file.note, "nested deeper than 100000 levels");
    free(inside);
    free(text);
    /* Objects and arrays in turn, wrongly closed at the far end. */
    text = nested(9999, "{\"a\":[", "]}");
    char *whole = malloc(strlen(text) + 32);
    assert_non_null(whole);
    sprintf(whole, "{\"b\": %s}", text);
    assert_int_equal(judge(whole), CONTENT_WHOLE);
    whole[strlen(whole) - 3] = '}';
    assert_int_equal(judge(whole), CONTENT_PARTIAL);
    free(whole);
    free(text);
}

static int set_up(void **state) {
    (void)state;
    buffer = inspect_buffer_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    inspect_buffer_free(buffer);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_ends_early),
        cmocka_unit_test(test_every_prefix_is_partial),
        cmocka_unit_test(test_unexpected),
        cmocka_unit_test(test_every_offset_in_a_string),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_values_of_a_partial_document_are_not_told),
        cmocka_unit_test(test_strings_are_decoded),
        cmocka_unit_test(test_the_last_of_equal_keys_counts),
        cmocka_unit_test(test_violation),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_cp932),
        cmocka_unit_test(test_neither_utf8_nor_cp932),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests_name("inspect_json", tests, set_up, tear_down);
}

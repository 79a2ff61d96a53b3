#include "watch/scan_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

static char *line_of(struct fact_text *t) {
    assert_int_equal(t->data[t->len - 1], '\n');
    t->data[t->len - 1] = '\0';
    assert_null(strchr(t->data, '\n'));
    return t->data;
}

static void test_commands_come_back(void **state) {
    static const char list[] = "1000 0.5 1.0\n1100 0.5 1.0\r\n";
    const struct scan_command all[] = {
        {.kind = SCAN_PROFILE, .text = "{\n \"name\": \"x=%\" }", .len = 18},
        {.kind = SCAN_LIST, .text = list, .len = sizeof list - 1},
        {.kind = SCAN_LIST, .text = "", .len = 0},
        {.kind = SCAN_LIST, .text = "a\0b", .len = 3},
        {.kind = SCAN_WANT, .text = "T1 000\n", .len = 7},
        {.kind = SCAN_PASS},
        {.kind = SCAN_KNOWN, .id = UINT64_MAX},
        {.kind = SCAN_KNOWN_PLACE, .text = "T1=%\xFF", .len = 5},
        {.kind = SCAN_RELEASE},
        {.kind = SCAN_STOP},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct fact_text t = {0};
        struct scan_command c;
        scan_put_command(&all[i], &t);
        assert_int_equal(scan_read_command(line_of(&t), &c), 0);
        assert_int_equal(c.kind, all[i].kind);
        assert_int_equal(c.len, all[i].len);
        assert_true(c.id == all[i].id);
        if (all[i].text) assert_memory_equal(c.text, all[i].text, all[i].len + 1);
        fact_text_free(&t);
    }
}

static void test_signs_come_back(void **state) {
    struct fs_operation op = {.word = "stat", .since = 123456, .path = "T1000/summary 1.json"};
    struct fact_text t = {0};
    struct scan_sign s;
    (void)state;
    scan_put_beat(INT64_MAX, &op, &t);
    assert_true(scan_is_sign(t.data));
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_false(s.hello);
    assert_true(s.at == INT64_MAX && s.since == 123456);
    assert_string_equal(s.operation, "stat");
    assert_string_equal(s.path, "T1000/summary 1.json");
    t.len = 0;
    op.word = NULL;
    scan_put_beat(5, &op, &t);
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_null(s.operation);
    t.len = 0;
    scan_put_hello(-7, "1.2.3", &t);
    assert_true(scan_is_sign(t.data));
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_true(s.hello && s.at == -7);
    assert_string_equal(s.version, "1.2.3");
    fact_text_free(&t);
}

static void test_malformed_lines_are_refused(void **state) {
    static const char *const commands[] = {"",          "lists text=a", "list",           "profile",
                                           "list text", "list text=%4", "want",           "want name=%00",
                                           "pass id=1", "known",        "known id=",      "known id=x",
                                           "pass=",     "stop now",     "want text=a b=c"};
    static const char *const signs[] = {"beat",      "beat at=",          "beat at=1x",           "beat at",
                                        "hello v=1", "beat at=1 since=2", "beat at=1 operation=x"};
    char line[64];
    struct scan_command c;
    struct scan_sign s;
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(line, sizeof line, "%s", commands[i]);
        if (scan_read_command(line, &c) != UV_EINVAL) fail_msg("taken for a command: %s", commands[i]);
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        snprintf(line, sizeof line, "%s", signs[i]);
        if (scan_read_sign(line, &s) != UV_EINVAL) fail_msg("taken for a sign: %s", signs[i]);
    }
}

static void test_lines_are_cut_wherever_bytes_arrive(void **state) {
    static const char stream[] = "one\n\ntwo words\r\nthree\nrest";
    static const char *const lines[] = {"one", "", "two words", "three"};
    (void)state;
    for (size_t step = 1; step < sizeof stream; step++) {
        struct scan_line_buffer b = {0};
        size_t got = 0, len;
        char *line;
        for (size_t at = 0; at < sizeof stream - 1; at += step) {
            size_t n = sizeof stream - 1 - at < step ? sizeof stream - 1 - at : step;
            assert_int_equal(scan_lines_add(&b, stream + at, n), 0);
            while ((line = scan_lines_next(&b, &len)) != NULL) {
                assert_true(got < 4);
                assert_int_equal(len, strlen(lines[got]));
                assert_string_equal(line, lines[got++]);
            }
        }
        assert_int_equal(got, 4);
        assert_int_equal(b.len, 4);
        scan_lines_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_come_back), cmocka_unit_test(test_signs_come_back),
        cmocka_unit_test(test_malformed_lines_are_refused), cmocka_unit_test(test_lines_are_cut_wherever_bytes_arrive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

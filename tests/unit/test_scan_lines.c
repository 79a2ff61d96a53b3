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
        {.kind = SCAN_ARCHIVE, .text = "/mnt/drive 1", .len = 12},
        {.kind = SCAN_KNOWN, .id = 7, .archive = true},
        {.kind = SCAN_KNOWN_PLACE, .text = "T1", .len = 2, .archive = true},
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
        assert_true(c.id == all[i].id && c.archive == all[i].archive);
        if (all[i].text) assert_memory_equal(c.text, all[i].text, all[i].len + 1);
        fact_text_free(&t);
    }
}

static void test_signs_come_back(void **state) {
    struct fs_operation op = {.word = "stat", .since = 123456, .path = "T1000/summary 1.json"};
    struct fact_text t = {0};
    struct scan_sign s;
    (void)state;
    scan_put_beat(INT64_MAX, 0, &op, &t);
    assert_true(scan_is_sign(t.data));
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_false(s.hello);
    assert_true(s.at == INT64_MAX && s.since == 123456);
    assert_string_equal(s.operation, "stat");
    assert_string_equal(s.path, "T1000/summary 1.json");
    t.len = 0;
    op.word = NULL;
    scan_put_beat(5, 0, &op, &t);
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_null(s.operation);
    assert_int_equal(s.next, 0);
    t.len = 0;
    scan_put_beat(6, SCAN_NEXT_MOST_MS, &op, &t);
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_int_equal(s.next, SCAN_NEXT_MOST_MS);
    t.len = 0;
    scan_put_beat(7, SCAN_NEXT_MOST_MS + 1, &op, &t); /* nobody believes that */
    assert_int_equal(scan_read_sign(line_of(&t), &s), UV_EINVAL);
    t.len = 0;
    scan_put_hello(-7, "1.2.3", UINT64_MAX, &t);
    assert_true(scan_is_sign(t.data));
    assert_int_equal(scan_read_sign(line_of(&t), &s), 0);
    assert_true(s.hello && s.at == -7 && s.profile == UINT64_MAX);
    assert_string_equal(s.version, "1.2.3");
    fact_text_free(&t);
}

static void test_origins_come_back(void **state) {
    const struct scan_origin whole = {.path = "../sweeps/a b",
                                      .name = "a b",
                                      .real = "a",
                                      .host = "node 1",
                                      .path_len = 17,
                                      .separator = '\\',
                                      .mode = ARCHIVE_GIVEN,
                                      .fold = true},
                             least = {.path = "x", .separator = '/', .mode = ARCHIVE_NONE};
    static const char *const bad[] = {
        "batch at=1 separator=/ archive=none length=1",         "batch at=1 path=x separator=: archive=none length=1",
        "batch at=1 path=x separator=/ archive=no length=1",    "batch at=1 path=x separator=/ length=1",
        "batch at=1 path=x separator=/ archive=none length=-1", "batch at=1 path=x separator=/ archive=none bold"};
    struct fact_text t = {0};
    struct scan_origin o;
    char line[128];
    (void)state;
    scan_put_origin(5, &whole, &t);
    assert_true(scan_is_origin(t.data) && !scan_is_sign(t.data));
    assert_int_equal(scan_read_origin(line_of(&t), &o), 0);
    assert_string_equal(o.path, whole.path);
    assert_string_equal(o.name, whole.name);
    assert_string_equal(o.real, whole.real);
    assert_string_equal(o.host, whole.host);
    assert_true(o.path_len == 17 && o.separator == '\\' && o.mode == ARCHIVE_GIVEN && o.fold);
    t.len = 0;
    scan_put_origin(5, &least, &t);
    assert_int_equal(scan_read_origin(line_of(&t), &o), 0);
    assert_true(!o.name && !o.real && !o.host && !o.fold && o.mode == ARCHIVE_NONE);
    fact_text_free(&t);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(line, sizeof line, "%s", bad[i]);
        if (scan_read_origin(line, &o) != UV_EINVAL) fail_msg("taken for a batch: %s", bad[i]);
    }
}

static void test_headers_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(scan_read_header(FACT_STREAM_HEADER), FACT_STREAM_VERSION);
    assert_int_equal(scan_read_header("sweepwatch-facts 12"), 12);
    assert_int_equal(scan_read_header("sweepwatch-facts "), -1);
    assert_int_equal(scan_read_header("sweepwatch-facts 1x"), -1);
    assert_int_equal(scan_read_header("sweepwatch-facts 12345678901"), -1);
    assert_int_equal(scan_read_header("Welcome"), -1);
}

/* Both sides of a stream must look for the same files; what is required is judged on one of them. */
static void test_profiles_are_told_apart(void **state) {
    const char *const fewer[] = {"summary.json"}, *const more[] = {"summary.json", "extra.json"};
    const struct profile *p = profile_builtin();
    int bad;
    (void)state;
    struct profile *a = profile_with_required(p, fewer, 1, &bad), *b = profile_with_required(p, more, 2, &bad);
    assert_true(scan_profile_hash(p) == scan_profile_hash(a));
    assert_true(scan_profile_hash(p) != scan_profile_hash(b));
    profile_free(a);
    profile_free(b);
}

static void test_malformed_lines_are_refused(void **state) {
    static const char *const commands[] = {
        "",          "lists text=a", "list",           "list text",  "list text=%4", "want",     "want name=%00",
        "pass id=1", "known",        "known id=",      "known id=x", "pass=",        "stop now", "pass archive",
        "archive",   "profile",      "want text=a b=c"};
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commands_come_back),
                                       cmocka_unit_test(test_signs_come_back),
                                       cmocka_unit_test(test_origins_come_back),
                                       cmocka_unit_test(test_headers_are_told_apart),
                                       cmocka_unit_test(test_profiles_are_told_apart),
                                       cmocka_unit_test(test_malformed_lines_are_refused),
                                       cmocka_unit_test(test_lines_are_cut_wherever_bytes_arrive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

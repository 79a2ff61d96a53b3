#include "app/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool read_line(const char *text, char line[512], struct record_line *out) {
    assert_true(strlen(text) < 512);
    strcpy(line, text);
    return record_read(line, out);
}

static void test_kinds(void **state) {
    (void)state;
    assert_int_equal(record_kind_of("tick at=1"), RECORD_TICK);
    assert_int_equal(record_kind_of("over at=1 yes"), RECORD_OVER);
    assert_int_equal(record_kind_of("pass at=1"), RECORD_PASS);
    assert_int_equal(record_kind_of("file batch x summary.json whole at=1"), RECORD_FACT);
    assert_int_equal(record_kind_of("ticket at=1"), RECORD_FACT);
    assert_int_equal(record_kind_of(""), RECORD_FACT);
}

static void test_session(void **state) {
    (void)state;
    char line[512];
    struct record_line l;
    assert_true(read_line(
        "session at=5 wall=1700000000000 utc-offset=32400000 version=1.0 batch=/data/a%20b name=a%20b "
        "separator=/ archive=none stall=0 grace=7 settle=8 fold profile={%0A%20\"name\":1} require=summary.json "
        "require=a%3Db "
        "later=thing",
        line, &l));
    assert_int_equal(l.kind, RECORD_SESSION);
    assert_int_equal(l.at, 5);
    assert_int_equal(l.utc_offset, 32400000);
    assert_string_equal(l.batch, "/data/a b");
    assert_int_equal(l.archive, ARCHIVE_NONE);
    assert_int_equal(l.settle, 8);
    assert_true(l.fold);
    assert_string_equal(l.profile, "{\n \"name\":1}");
    assert_int_equal(l.n_require, 2);
    assert_string_equal(l.require[1], "a=b");
    assert_null(l.real);
    assert_true(read_line("session at=5 batch=b name=n separator=/ archive=none", line, &l));
    assert_null(l.profile);
}

static void test_lines(void **state) {
    (void)state;
    char line[512];
    struct record_line l;
    assert_true(read_line("over at=9 yes", line, &l));
    assert_true(l.yes);
    assert_true(read_line("over at=9 no", line, &l));
    assert_false(l.yes);
    assert_true(read_line("say at=9 text=%E8%A1%A8%20x", line, &l));
    assert_string_equal(l.text, "\xe8\xa1\xa8 x");
}

static void test_malformed(void **state) {
    (void)state;
    static const char *const bad[] = {"tick",
                                      "tick at=",
                                      "tick at=-1",
                                      "tick at=12x",
                                      "say at=1",
                                      "say at=1 text=%",
                                      "say at=1 text=%GG",
                                      "session at=1 wall=2",
                                      "session at=1 batch=b name=n separator=x",
                                      "session at=1 batch=b name=n separator=/ archive=maybe",
                                      "file batch x summary.json whole at=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[512];
        struct record_line l;
        if (read_line(bad[i], line, &l)) fail_msg("understood: %s", bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "platform/text.h"
#include "watch/log_tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "support/fs_fake.h"

static struct fs_fake *world;
static struct log_tail tail;

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    return fs_fake_mkdir(world, "/b/T1");
}

static int tear_down(void **state) {
    (void)state;
    struct fs_fake_counts counts = fs_fake_counts(world);
    fs_fake_free(world);
    return counts.open_handles == 0 && counts.special_opens == 0 ? 0 : -1;
}

static int read_tail(void) { return log_tail_read(fs_fake_ops(world), "/b/T1", &tail); }

static void test_newest_of_all(void **state) {
    (void)state;
    static const char *const in_order[] = {"/b/T1/a.log", "/b/T1/log_2026.txt",  "/b/T1/x.out",
                                           "/b/T1/x.err", "/b/T1/logs/anything", "/b/T1/b.log"};
    static const char *const names[] = {"a.log", "log_2026.txt", "x.out", "x.err", "logs/anything", "b.log"};
    assert_int_equal(read_tail(), 0);
    assert_string_equal(tail.name, "");
    for (size_t i = 0; i < sizeof in_order / sizeof *in_order; i++) {
        fs_fake_advance(world, 5000);
        fs_fake_write_text(world, in_order[i], "text\n");
        fs_fake_write_text(world, "/b/T1/summary.json", "{}");
        fs_fake_write_text(world, "/b/T1/empty.log", "");
        fs_fake_write_text(world, "/b/T1/logs/.hidden", "x");
        assert_int_equal(read_tail(), 1);
        assert_string_equal(tail.name, names[i]);
        assert_int_equal(tail.size, 5);
        assert_int_equal(tail.mtime_ns, fs_fake_now_ns(world));
        assert_int_equal(tail.n_lines, 1);
        assert_string_equal(tail.line[0], "text");
    }
}

static void test_nothing_blocks_or_breaks(void **state) {
    (void)state;
    fs_fake_special(world, "/b/T1/pipe.log");
    fs_fake_mkdir(world, "/b/T1/directory.log");
    fs_fake_special(world, "/b/T1/logs");
    fs_fake_hide_types(world, true);
    assert_int_equal(read_tail(), 0);
    fs_fake_write_text(world, "/b/T1/run.log", "here\n");
    assert_int_equal(read_tail(), 1);
    assert_string_equal(tail.name, "run.log");
    fs_fake_fail(world, "/b/T1/run.log", false, 1 << FS_FAKE_READ, UV_EIO);
    assert_int_equal(read_tail(), UV_EIO);
    fs_fake_fail(world, "/b/T1", false, -1, UV_EACCES);
    assert_int_equal(read_tail(), UV_EACCES);
    assert_int_equal(tail.n_lines, 0);
    assert_int_equal(log_tail_read(fs_fake_ops(world), "/b/T2", &tail), UV_ENOENT);
}

/* Only the end of a large file is read, and what is shown of it begins with a whole line. */
static void test_large(void **state) {
    (void)state;
    size_t n = 0, size = 4 * 1024 * 1024;
    char *text = malloc(size + 64);
    for (int i = 0; n < size; i++) n += (size_t)sprintf(text + n, "line %d\n", i);
    fs_fake_write(world, "/b/T1/run.log", text, n);
    fs_fake_reset_counts(world);
    assert_int_equal(read_tail(), 1);
    assert_true(fs_fake_counts(world).bytes_read <= LOG_TAIL_BYTES);
    assert_int_equal(tail.n_lines, LOG_TAIL_LINES);
    assert_int_equal(tail.size, n);
    int first, last;
    assert_int_equal(sscanf(tail.line[0], "line %d", &first), 1);
    assert_int_equal(sscanf(tail.line[LOG_TAIL_LINES - 1], "line %d", &last), 1);
    assert_int_equal(last - first, LOG_TAIL_LINES - 1);
    memset(text, 'x', size); /* one line, larger than all that is read */
    fs_fake_write(world, "/b/T1/run.log", text, size);
    assert_int_equal(read_tail(), 1);
    assert_int_equal(tail.n_lines, 1);
    assert_true(strlen(tail.line[0]) < LOG_TAIL_LINE_BYTES);
    free(text);
    for (int i = 0; i < 3000; i++) { /* a directory of thousands of logs is looked at in part */
        char name[64];
        snprintf(name, sizeof name, "/b/T1/%04d.log", i);
        fs_fake_write_text(world, name, "x\n");
    }
    fs_fake_reset_counts(world);
    assert_int_equal(read_tail(), 1);
    assert_true(fs_fake_counts(world).op[FS_FAKE_STAT] < 100);
}

static void assert_lines(const char *bytes, size_t n, const char *expected) {
    char got[LOG_TAIL_LINES * 40] = "";
    char *copy = malloc(n > 0 ? n : 1); /* so that a read past the end is seen */
    memcpy(copy, bytes, n);
    log_tail_lines(copy, n, true, &tail);
    free(copy);
    for (int i = 0; i < tail.n_lines; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s|", tail.line[i]);
    }
    assert_string_equal(got, expected);
}
#define LINES(bytes, expected) assert_lines(bytes, sizeof(bytes) - 1, expected)

static void test_lines(void **state) {
    (void)state;
    LINES("", "");
    LINES("\n\r\n  \n", "");
    LINES("one", "one|");
    LINES("one\ntwo\n", "one|two|");
    LINES("\n\none\n\ntwo\n\n\n", "one||two|");
    LINES("one\r\ntwo\r\n", "one|two|");
    LINES("\x1b[31mred\x1b[0m and \x1b]0;title\x07"
          "plain\n",
          "red and plain|");
    LINES("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link|");
    LINES("cut \x1b[", "cut|");
    LINES("cut \x1b", "cut \xef\xbf\xbd|");
    LINES("10%\r50%\r90%\n", "90%|");
    LINES("10%\r50%\r\n", "50%|");
    LINES("a\tb\0c\n", "a b c|");
    LINES("bad \x07 bell\n", "bad \xef\xbf\xbd bell|");
    LINES("\xef\xbb\xbf"
          "bom\n",
          "bom|");
    LINES("表\n\xe8\xa1", "表|");           /* a growing file ends within a character */
    LINES("\x83\x5c\x95\x5c.\n", "ソ表.|"); /* code page 932: the second byte of both is a backslash */
    char *text;
    size_t len;
    if (text_decode("\xff\x80\xff", 3, &text, &len) == 0)
        free(text); /* on Windows the system's own code page may know them all */
    else
        LINES("\xff\x80\xff\n", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_newest_of_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_blocks_or_breaks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large, set_up, tear_down),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

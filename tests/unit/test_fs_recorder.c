#include "support/fs_fake.h"
#include "watch/fs_recorder.h"
#include "watch/name_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct watching {
    struct fs_recorder *r;
    char seen[1024]; /* "open T1; ..." */
};

static int64_t clock_of(void *ctx) { return fs_fake_now_ms(ctx); }

static void in_the_middle(void *arg, enum fs_fake_op op, const char *path) {
    struct watching *w = arg;
    struct fs_operation now;
    size_t n = strlen(w->seen);
    (void)op;
    (void)path;
    if (!w->r) return;
    fs_recorder_now(w->r, &now);
    snprintf(w->seen + n, sizeof w->seen - n, "%s %s %lld; ", now.word ? now.word : "(none)", now.path,
             (long long)now.since);
}

static bool visit(void *arg, const char *name, enum fs_type type) {
    (void)arg;
    (void)name;
    (void)type;
    return true;
}

static void test_the_operation_in_hand_is_told(void **state) {
    struct fs_fake *fake = fs_fake_new();
    struct watching w = {0};
    struct fs_operation now;
    struct fs_stat st;
    struct fs_dir *root, *dir;
    struct fs_file *file;
    char byte;
    (void)state;
    fs_fake_mkdir(fake, "/root");
    fs_fake_mkdir(fake, "/root/T1");
    fs_fake_write(fake, "/root/T1/a", "x", 1);
    struct fs_recorder *r = fs_recorder_new(fs_fake_ops(fake), clock_of, fake);
    const struct fs_ops *fs = fs_recorder_ops(r);
    int64_t t = fs_fake_now_ms(fake);
    w.r = r;
    fs_fake_hook(fake, in_the_middle, &w);
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/root", &root), 0);
    assert_int_equal(fs->dir_open(fs->ctx, root, "T1", &dir), 0);
    assert_int_equal(fs->dir_list(fs->ctx, dir, visit, NULL), 0);
    assert_int_equal(fs->stat(fs->ctx, dir, "a", &st), 0);
    assert_int_equal(fs->file_open(fs->ctx, dir, "a", true, &file, &st), 0);
    assert_int_equal(fs->file_read(fs->ctx, file, 0, &byte, 1), 1);
    fs_fake_hook(fake, NULL, NULL);
    fs->file_close(fs->ctx, file);
    fs->dir_close(fs->ctx, dir);
    fs->dir_close(fs->ctx, root);
    char all[1024];
    snprintf(all, sizeof all,
             "open /root %lld; open T1 %lld; list T1 %lld; stat T1/a %lld; open T1/a %lld; read T1/a %lld; ",
             (long long)t, (long long)t, (long long)t, (long long)t, (long long)t, (long long)t);
    assert_string_equal(w.seen, all);
    fs_recorder_now(r, &now);
    assert_null(now.word);
    assert_true(fs->dir_open(fs->ctx, NULL, "/nothing", &root) < 0);
    fs_recorder_now(r, &now);
    assert_null(now.word);
    fs_recorder_free(r);
    fs_fake_free(fake);
}

static void test_of_a_long_path_the_end_is_told(void **state) {
    struct fs_fake *fake = fs_fake_new();
    struct fs_operation now;
    char path[2 * FS_OPERATION_PATH];
    (void)state;
    struct fs_recorder *r = fs_recorder_new(fs_fake_ops(fake), clock_of, fake);
    memset(path, 'x', sizeof path);
    memcpy(path + sizeof path - 5, "/end", 5);
    int lane = fs_recorder_begin(r, "watch", path);
    fs_recorder_now(r, &now);
    assert_string_equal(now.word, "watch");
    assert_int_equal(strlen(now.path), FS_OPERATION_PATH - 1);
    assert_string_equal(now.path + FS_OPERATION_PATH - 5, "/end");
    assert_ptr_equal(fs_operation_word(now.word), fs_operation_word("watch"));
    assert_string_equal(fs_operation_word("mischief"), "operation");
    fs_recorder_end(r, lane);
    fs_recorder_free(r);
    fs_fake_free(fake);
}

/* Several readers share a recorder: one that hangs is told, whatever the others do. */
static void test_of_several_operations_the_oldest_is_told(void **state) {
    struct fs_fake *fake = fs_fake_new();
    struct fs_operation now;
    int lane[FS_OPERATIONS_MOST];
    (void)state;
    struct fs_recorder *r = fs_recorder_new(fs_fake_ops(fake), clock_of, fake);
    int64_t t = fs_fake_now_ms(fake);
    int other = fs_recorder_begin(r, "stat", "before");
    int hung = fs_recorder_begin(r, "open", "hung");
    fs_recorder_end(r, other);
    fs_fake_advance(fake, 100);
    for (int i = 0; i < FS_OPERATIONS_MOST - 1; i++) {
        lane[i] = fs_recorder_begin(r, "read", "later");
        assert_true(lane[i] >= 0);
        fs_recorder_now(r, &now);
        assert_string_equal(now.path, "hung");
        assert_int_equal(now.since, t);
    }
    int none = fs_recorder_begin(r, "read", "one more");
    assert_int_equal(none, -1);
    fs_recorder_end(r, none);
    fs_recorder_end(r, hung);
    fs_recorder_now(r, &now);
    assert_string_equal(now.path, "later");
    for (int i = 0; i < FS_OPERATIONS_MOST - 1; i++) fs_recorder_end(r, lane[i]);
    fs_recorder_now(r, &now);
    assert_null(now.word);
    fs_recorder_free(r);
    fs_fake_free(fake);
}

static void count(void *ctx, const char *name) {
    assert_non_null(name);
    ++*(size_t *)ctx;
}

static void test_a_set_of_names(void **state) {
    struct name_set *s = name_set_new();
    char name[32];
    size_t n = 0;
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(name, sizeof name, "T%d", i);
            name_set_put(s, name, true);
        }
    }
    assert_int_equal(name_set_count(s), 1000);
    for (int i = 0; i < 1000; i += 2) {
        snprintf(name, sizeof name, "T%d", i);
        name_set_put(s, name, false);
        name_set_put(s, name, false);
    }
    name_set_each(s, count, &n);
    assert_int_equal(n, 500);
    assert_int_equal(name_set_count(s), 500);
    name_set_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_operation_in_hand_is_told), cmocka_unit_test(test_of_a_long_path_the_end_is_told),
        cmocka_unit_test(test_of_several_operations_the_oldest_is_told), cmocka_unit_test(test_a_set_of_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

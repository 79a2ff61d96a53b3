/* The fake file system: what other tests rest on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/fs_fake.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

static struct fs_fake *world;
static const struct fs_ops *fs;

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs = fs_fake_ops(world);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    int64_t left = fs_fake_counts(world).open_handles;
    fs_fake_free(world);
    return left == 0 ? 0 : -1;
}

static int stat_of(const char *path, struct fs_stat *st) { return fs->stat(fs->ctx, NULL, path, st); }

static uint64_t id_of(const char *path) {
    struct fs_stat st;
    assert_int_equal(stat_of(path, &st), 0);
    return st.id;
}

static struct fs_dir *open_dir(const char *path) {
    struct fs_dir *d;
    assert_int_equal(fs->dir_open(fs->ctx, NULL, path, &d), 0);
    return d;
}

static void close_dir(struct fs_dir *d) { fs->dir_close(fs->ctx, d); }

static char names[512];

static bool add_name(void *arg, const char *name, enum fs_type type) {
    static const char letters[] = {'?', 'f', 'd', 'o'};
    size_t n = strlen(names);
    snprintf(names + n, sizeof names - n, "%s%s:%c", n > 0 ? " " : "", name, letters[type]);
    return arg == NULL || --*(int *)arg > 0;
}

static const char *list(const char *path) {
    struct fs_dir *d = open_dir(path);
    names[0] = '\0';
    assert_int_equal(fs->dir_list(fs->ctx, d, add_name, NULL), 0);
    close_dir(d);
    return names;
}

static void test_write_and_read(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_file *f;
    char buf[16] = {0};
    assert_int_equal(fs_fake_write_text(world, "/batch/T1/a.txt", "hello"), 0);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/batch/T1/a.txt", false, &f, &st), 0);
    assert_int_equal(st.type, FS_TYPE_FILE);
    assert_int_equal(st.size, 5);
    assert_int_equal(st.mtime_ns, INT64_C(1700000000000000000));
    assert_int_equal(fs->file_read(fs->ctx, f, 1, buf, 3), 3);
    assert_string_equal(buf, "ell");
    assert_int_equal(fs->file_read(fs->ctx, f, 4, buf, 9), 1);
    assert_int_equal(fs->file_read(fs->ctx, f, 5, buf, 9), 0);
    assert_int_equal(fs->file_read(fs->ctx, f, 99, buf, 9), 0);
    fs_fake_advance(world, 1500);
    assert_int_equal(fs_fake_append(world, "/batch/T1/a.txt", "!", 1), 0);
    assert_int_equal(fs->file_stat(fs->ctx, f, &st), 0);
    assert_int_equal(st.size, 6);
    assert_int_equal(st.mtime_ns, INT64_C(1700000001500000000));
    fs->file_close(fs->ctx, f);
    fs_fake_truncate(world, "/batch/T1/a.txt", 2);
    assert_int_equal(stat_of("/batch/T1/a.txt", &st), 0);
    assert_int_equal(st.size, 2);
    assert_int_equal(fs_fake_now_ms(world), 1500);
}

static void test_listing_and_types(void **state) {
    (void)state;
    fs_fake_write_text(world, "/b/file", "x");
    fs_fake_mkdir(world, "/b/dir");
    fs_fake_special(world, "/b/fifo");
    fs_fake_link(world, "/b/link", "file");
    assert_string_equal(list("/b"), "dir:d fifo:o file:f link:?");
    assert_string_equal(list("/b/dir"), "");
    fs_fake_hide_types(world, true);
    assert_string_equal(list("/b"), "dir:? fifo:? file:? link:?");
    struct fs_dir *d = open_dir("/b");
    int most = 2;
    names[0] = '\0';
    assert_int_equal(fs->dir_list(fs->ctx, d, add_name, &most), 0);
    assert_string_equal(names, "dir:? fifo:?");
    close_dir(d);
}

static void test_errors_of_paths(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_dir *d;
    struct fs_file *f;
    fs_fake_write_text(world, "/b/file", "x");
    fs_fake_special(world, "/b/fifo");
    fs_fake_link(world, "/b/loop", "loop");
    fs_fake_link(world, "/b/dangling", "/nowhere");
    fs_fake_link(world, "/b/up", "../b");
    assert_int_equal(stat_of("/b/none", &st), UV_ENOENT);
    assert_int_equal(stat_of("/b/file/x", &st), UV_ENOTDIR);
    assert_int_equal(stat_of("/b/loop", &st), UV_ELOOP);
    assert_int_equal(stat_of("/b/dangling", &st), UV_ENOENT);
    assert_int_equal(stat_of("/b/up/up/file", &st), 0);
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/b/file", &d), UV_ENOTDIR);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/b", false, &f, &st), UV_EINVAL);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/b/fifo", false, &f, &st), UV_EINVAL);
    assert_int_equal(fs_fake_counts(world).special_opens, 0);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/b/fifo", true, &f, &st), UV_EINVAL);
    assert_int_equal(fs_fake_counts(world).special_opens, 1);
    d = open_dir("/b");
    assert_int_equal(fs->stat(fs->ctx, d, "file", &st), 0);
    assert_int_equal(fs->stat(fs->ctx, d, "none", &st), UV_ENOENT);
    close_dir(d);
}

static void test_identities(void **state) {
    (void)state;
    fs_fake_write_text(world, "/b/a", "1");
    uint64_t first = id_of("/b/a");
    fs_fake_write_text(world, "/b/a", "2");
    assert_true(id_of("/b/a") == first);
    fs_fake_rename(world, "/b/a", "/c/z");
    assert_true(id_of("/c/z") == first);
    fs_fake_replace(world, "/c/z", "3", 1);
    uint64_t second = id_of("/c/z");
    assert_true(second != first);
    fs_fake_reuse_ids(world, true);
    fs_fake_remove(world, "/c/z");
    fs_fake_write_text(world, "/c/y", "");
    assert_true(id_of("/c/y") == second);
    fs_fake_set_id(world, "/c/y", 77);
    assert_true(id_of("/c/y") == 77);
}

static void test_removed_files_live_on_in_handles(void **state) {
    (void)state;
    struct fs_file *f;
    struct fs_stat st;
    struct fs_dir *d;
    char c;
    fs_fake_write_text(world, "/b/T1/a", "x");
    d = open_dir("/b/T1");
    assert_int_equal(fs->file_open(fs->ctx, d, "a", true, &f, &st), 0);
    fs_fake_remove(world, "/b/T1");
    assert_int_equal(fs->file_read(fs->ctx, f, 0, &c, 1), 1);
    assert_int_equal(c, 'x');
    assert_int_equal(fs->stat(fs->ctx, d, "a", &st), UV_ENOENT);
    names[0] = '\0';
    assert_int_equal(fs->dir_list(fs->ctx, d, add_name, NULL), 0);
    assert_string_equal(names, "");
    fs->file_close(fs->ctx, f);
    close_dir(d);
    assert_string_equal(list("/b"), "");
}

static void test_times(void **state) {
    (void)state;
    struct fs_stat st;
    fs_fake_mkdir(world, "/fat");
    assert_int_equal(fs_fake_granularity(world, "/fat", 2000000000), 0);
    fs_fake_advance(world, 3999);
    fs_fake_write_text(world, "/fat/T1/a", "");
    stat_of("/fat/T1/a", &st);
    assert_int_equal(st.mtime_ns, INT64_C(1700000002000000000));
    fs_fake_write_text(world, "/exact", "");
    stat_of("/exact", &st);
    assert_int_equal(st.mtime_ns, INT64_C(1700000003999000000));
    fs_fake_copy(world, "/exact", "/fat/exact");
    stat_of("/fat/exact", &st);
    assert_int_equal(st.mtime_ns, INT64_C(1700000002000000000));
    fs_fake_copy(world, "/exact", "/copy");
    stat_of("/copy", &st);
    assert_int_equal(st.mtime_ns, INT64_C(1700000003999000000));
    fs_fake_set_mtime(world, "/copy", 5);
    stat_of("/copy", &st);
    assert_int_equal(st.mtime_ns, 5);
}

static void test_rename_and_remove(void **state) {
    (void)state;
    fs_fake_write_text(world, "/b/T1/deep/er/a", "");
    assert_int_equal(fs_fake_rename(world, "/b/T1", "/b/T2"), 0);
    assert_string_equal(list("/b/T2/deep/er"), "a:f");
    assert_int_equal(fs_fake_rename(world, "/b/T2", "/b/T2/deep/x"), UV_EINVAL);
    fs_fake_write_text(world, "/b/T3/x", "");
    assert_int_equal(fs_fake_rename(world, "/b/T2", "/b/T3"), UV_ENOTEMPTY);
    assert_int_equal(fs_fake_remove(world, "/b/T2"), 0);
    assert_int_equal(fs_fake_remove(world, "/b/T2"), UV_ENOENT);
    assert_string_equal(list("/b"), "T3:d");
}

static void test_faults(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_dir *d;
    fs_fake_write_text(world, "/b/T1/a", "");
    fs_fake_write_text(world, "/b/T11/a", "");
    fs_fake_fail(world, "/b/T1", true, -1, UV_EIO);
    assert_int_equal(stat_of("/b/T1/a", &st), UV_EIO);
    assert_int_equal(stat_of("/b/T1", &st), UV_EIO);
    assert_int_equal(stat_of("/b/T11/a", &st), 0);
    fs_fake_heal(world);
    fs_fake_fail(world, "/b", false, 1 << FS_FAKE_LIST, UV_ETIMEDOUT);
    d = open_dir("/b");
    assert_int_equal(fs->dir_list(fs->ctx, d, add_name, NULL), UV_ETIMEDOUT);
    assert_int_equal(fs->dir_stat(fs->ctx, d, &st), 0);
    assert_int_equal(fs->stat(fs->ctx, d, "T1/a", &st), 0);
    close_dir(d);
}

static void test_drives(void **state) {
    (void)state;
    struct fs_stat st;
    fs_fake_write_text(world, "/mnt/drive/T1/a", "");
    uint64_t id = id_of("/mnt/drive"), inner = id_of("/mnt/drive/T1/a");
    struct fs_dir *d = open_dir("/mnt/drive");
    assert_int_equal(fs_fake_unmount(world, "/mnt/drive"), 0);
    assert_string_equal(list("/mnt/drive"), "");
    assert_true(id_of("/mnt/drive") != id);
    assert_int_equal(fs->dir_stat(fs->ctx, d, &st), UV_EIO);
    assert_int_equal(fs->stat(fs->ctx, d, "T1/a", &st), UV_EIO);
    fs_fake_write_text(world, "/mnt/drive/stray", "");
    assert_int_equal(fs_fake_restore(world, "/mnt/drive"), 0);
    assert_string_equal(list("/mnt/drive"), "T1:d");
    assert_true(id_of("/mnt/drive") == id);
    assert_true(id_of("/mnt/drive/T1/a") == inner);
    assert_int_equal(fs->stat(fs->ctx, d, "T1/a", &st), 0);
    assert_int_equal(fs_fake_vanish(world, "/mnt/drive"), 0);
    assert_int_equal(stat_of("/mnt/drive", &st), UV_ENOENT);
    assert_int_equal(fs->stat(fs->ctx, d, "T1/a", &st), UV_EIO);
    assert_int_equal(fs_fake_restore(world, "/mnt/drive"), 0);
    assert_int_equal(stat_of("/mnt/drive/T1/a", &st), 0);
    assert_int_equal(fs_fake_vanish(world, "/mnt/drive"), 0); /* and is freed while away */
    close_dir(d);
}

static char hooked[512];

static void note_operation(void *arg, enum fs_fake_op op, const char *path) {
    size_t n = strlen(hooked);
    snprintf(hooked + n, sizeof hooked - n, "%d%s ", (int)op, path);
    if (op == FS_FAKE_LIST) fs_fake_write_text(arg, "/b/T1/late", "");
}

static void test_hook_and_counts(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_file *f;
    char c;
    fs_fake_write_text(world, "/b/T1/a", "x");
    hooked[0] = '\0';
    fs_fake_hook(world, note_operation, world);
    assert_string_equal(list("/b/T1"), "a:f late:f");
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/b/T1/a", false, &f, &st), 0);
    fs->file_read(fs->ctx, f, 0, &c, 1);
    fs->file_stat(fs->ctx, f, &st);
    assert_int_equal(fs_fake_counts(world).open_handles, 1);
    fs->file_close(fs->ctx, f);
    stat_of("/b", &st);
    assert_string_equal(hooked, "0/b/T1 1/b/T1 3/b/T1/a 4/b/T1/a 2/b/T1/a 2/b ");
    struct fs_fake_counts counts = fs_fake_counts(world);
    assert_int_equal(counts.op[FS_FAKE_DIR_OPEN], 1);
    assert_int_equal(counts.op[FS_FAKE_LIST], 1);
    assert_int_equal(counts.op[FS_FAKE_STAT], 2);
    assert_int_equal(counts.op[FS_FAKE_OPEN], 1);
    assert_int_equal(counts.op[FS_FAKE_READ], 1);
    assert_int_equal(counts.bytes_read, 1);
    fs_fake_reset_counts(world);
    assert_int_equal(fs_fake_counts(world).op[FS_FAKE_STAT], 0);
}

static char events[512];

static void note_event(void *arg, const char *dir) {
    (void)arg;
    size_t n = strlen(events);
    snprintf(events + n, sizeof events - n, "%s ", dir);
}

static void assert_events(const char *expected) {
    assert_string_equal(events, expected);
    events[0] = '\0';
}

static void test_watches(void **state) {
    (void)state;
    events[0] = '\0';
    fs_fake_on_change(world, note_event, NULL);
    fs_fake_mkdir(world, "/b/T1");
    int b = fs_fake_watch(world, "/b"), t1 = fs_fake_watch(world, "/b/T1");
    assert_true(b >= 0 && t1 >= 0 && b != t1);
    assert_int_equal(fs_fake_watch(world, "/none"), UV_ENOENT);
    fs_fake_write_text(world, "/b/T1/a", "x");
    assert_events("/b/T1 /b/T1 "); /* a new name, new content */
    fs_fake_append(world, "/b/T1/a", "x", 1);
    assert_events("/b/T1 ");
    fs_fake_write_text(world, "/b/T1/sub/a", "x");
    assert_events("/b/T1 "); /* the new directory; what happens in it nobody watches */
    fs_fake_replace(world, "/b/T1/a", "y", 1);
    assert_events("/b/T1 ");
    fs_fake_rename(world, "/b/T1", "/b/T2");
    assert_events("/b /b/T1 ");
    fs_fake_append(world, "/b/T2/a", "x", 1);
    assert_events("/b/T1 "); /* by the path it was subscribed by */
    fs_fake_lose_events(world, true);
    fs_fake_append(world, "/b/T2/a", "x", 1);
    fs_fake_lose_events(world, false);
    assert_events("");
    assert_true(fs_fake_watch_alive(world, t1));
    fs_fake_remove(world, "/b/T2");
    assert_non_null(strstr(events, "/b/T1 "));
    assert_non_null(strstr(events, "/b "));
    assert_false(fs_fake_watch_alive(world, t1));
    assert_true(fs_fake_watch_alive(world, b));
    events[0] = '\0';
    fs_fake_write_text(world, "/b/T1/a", "x"); /* another directory of the old name */
    assert_events("/b ");
    fs_fake_unwatch(world, t1);
    fs_fake_unwatch(world, b);
    fs_fake_write_text(world, "/b/x", "x");
    assert_events("");
}

static void test_watch_limit_and_drives(void **state) {
    (void)state;
    events[0] = '\0';
    fs_fake_on_change(world, note_event, NULL);
    fs_fake_mkdir(world, "/drive/T1");
    fs_fake_watch_limit(world, 1);
    int w = fs_fake_watch(world, "/drive/T1");
    assert_true(w >= 0);
    assert_int_equal(fs_fake_watch(world, "/drive"), UV_ENOSPC);
    fs_fake_unmount(world, "/drive");
    assert_false(fs_fake_watch_alive(world, w));
    fs_fake_restore(world, "/drive");
    fs_fake_write_text(world, "/drive/T1/a", "");
    assert_events("");
    assert_true(fs_fake_watch(world, "/drive") >= 0); /* a dead watch does not count; freed with the world */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_write_and_read),
        TEST(test_listing_and_types),
        TEST(test_errors_of_paths),
        TEST(test_identities),
        TEST(test_removed_files_live_on_in_handles),
        TEST(test_times),
        TEST(test_rename_and_remove),
        TEST(test_faults),
        TEST(test_drives),
        TEST(test_hook_and_counts),
        TEST(test_watches),
        TEST(test_watch_limit_and_drives),
    };
    return cmocka_run_group_tests_name("fs_fake", tests, NULL, NULL);
}

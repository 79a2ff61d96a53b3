#include "report/atomic_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

static char dir[512], path[600];

static int setup(void **state) {
    (void)state;
    uv_fs_t req;
    char base[400];
    size_t cap = sizeof base;
    if (uv_os_tmpdir(base, &cap) != 0) return -1;
    snprintf(dir, sizeof dir, "%s/atomic_XXXXXX", base);
    int err = uv_fs_mkdtemp(NULL, &req, dir, NULL);
    if (err == 0) snprintf(dir, sizeof dir, "%s", req.path);
    uv_fs_req_cleanup(&req);
    snprintf(path, sizeof path, "%s/report.csv", dir);
    return err;
}

static void drop(const char *name, bool directory) {
    uv_fs_t req;
    if (directory) {
        uv_fs_rmdir(NULL, &req, name, NULL);
    } else {
        uv_fs_unlink(NULL, &req, name, NULL);
    }
    uv_fs_req_cleanup(&req);
}

static int teardown(void **state) {
    (void)state;
    drop(path, false);
    drop(path, true);
    drop(dir, true);
    return 0;
}

/* How many names stand in the directory. */
static int names(void) {
    uv_fs_t req;
    int n = uv_fs_scandir(NULL, &req, dir, 0, NULL);
    uv_fs_req_cleanup(&req);
    return n;
}

static void assert_content(const char *expected) {
    char text[64] = "";
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(text, expected);
}

static void test_replaces_whole(void **state) {
    (void)state;
    assert_int_equal(atomic_file_write(path, "a long first text", 17), 0);
    assert_content("a long first text");
    assert_int_equal(atomic_file_write(path, "short", 5), 0);
    assert_content("short");
    assert_int_equal(atomic_file_write(path, "", 0), 0);
    assert_content("");
    assert_int_equal(names(), 1);
}

static void test_old_one_stands_until_the_end(void **state) {
    (void)state;
    assert_int_equal(atomic_file_write(path, "old", 3), 0);
    struct atomic_file *f = atomic_file_begin(path);
    atomic_file_append(f, "ne", 2);
    atomic_file_append(f, "w", 1);
    assert_content("old");
    assert_int_equal(names(), 2);
    assert_int_equal(atomic_file_commit(f), 0);
    assert_content("new");
    assert_int_equal(names(), 1);
}

/* A directory stands where the file should be: the rename fails at the very end. */
static void test_failure_leaves_nothing(void **state) {
    (void)state;
    uv_fs_t req;
    assert_int_equal(uv_fs_mkdir(NULL, &req, path, 0777, NULL), 0);
    uv_fs_req_cleanup(&req);
    assert_true(atomic_file_write(path, "new", 3) < 0);
    assert_int_equal(names(), 1);
}

/* The temporary file is taken away before the commit: the old one stays as it was. */
static void test_failure_keeps_the_old_one(void **state) {
    (void)state;
    uv_fs_t req;
    uv_dirent_t entry;
    char lost[1200] = "";
    assert_int_equal(atomic_file_write(path, "old", 3), 0);
    struct atomic_file *f = atomic_file_begin(path);
    atomic_file_append(f, "new", 3);
    assert_int_equal(uv_fs_scandir(NULL, &req, dir, 0, NULL), 2);
    while (uv_fs_scandir_next(&req, &entry) == 0) {
        if (strcmp(entry.name, "report.csv") != 0) snprintf(lost, sizeof lost, "%s/%s", dir, entry.name);
    }
    uv_fs_req_cleanup(&req);
    drop(lost, false);
    assert_int_equal(atomic_file_commit(f), UV_ENOENT);
    assert_content("old");
    assert_int_equal(names(), 1);
}

static void test_missing_directory(void **state) {
    (void)state;
    char below[700];
    snprintf(below, sizeof below, "%s/checks/report.csv", dir);
    assert_int_equal(atomic_file_write(below, "x", 1), UV_ENOENT);
    assert_int_equal(names(), 0);
    assert_int_equal(atomic_file_make_parents(below), 0);
    assert_int_equal(atomic_file_make_parents(below), 0); /* it is there */
    assert_int_equal(atomic_file_write(below, "x", 1), 0);
    drop(below, false);
    snprintf(below, sizeof below, "%s/checks", dir);
    drop(below, true);
    snprintf(below, sizeof below, "%s/no/checks/report.csv", dir);
    assert_int_equal(atomic_file_make_parents(below), UV_ENOENT); /* one level only */
    assert_int_equal(names(), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_replaces_whole),         TEST(test_old_one_stands_until_the_end),
        TEST(test_failure_leaves_nothing), TEST(test_failure_keeps_the_old_one),
        TEST(test_missing_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

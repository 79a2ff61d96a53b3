/* The machine's own file system, in a directory made for the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "watch/fs_ops.h"
#include "watch/inspect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static char root[1024];
static const struct fs_ops *fs;
static struct fs_dir *dir;

static const char *full(const char *name) {
    static char path[2048];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text) {
    FILE *f = fopen(full(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void make_dir(const char *name) {
    uv_fs_t req;
    assert_int_equal(uv_fs_mkdir(NULL, &req, full(name), 0700, NULL), 0);
    uv_fs_req_cleanup(&req);
}

static void remove_tree(const char *path) {
    uv_fs_t req;
    uv_dirent_t entry;
    if (uv_fs_scandir(NULL, &req, path, 0, NULL) >= 0) {
        while (uv_fs_scandir_next(&req, &entry) == 0) {
            char child[4096];
            snprintf(child, sizeof child, "%s/%s", path, entry.name);
            if (entry.type == UV_DIRENT_DIR) {
                remove_tree(child);
            } else {
                remove(child);
            }
        }
    }
    uv_fs_req_cleanup(&req);
    uv_fs_rmdir(NULL, &req, path, NULL);
    uv_fs_req_cleanup(&req);
}

static int set_up(void **state) {
    (void)state;
    char temp[900], pattern[1000];
    size_t len = sizeof temp;
    uv_fs_t req;
    if (uv_os_tmpdir(temp, &len) != 0) return -1;
    snprintf(pattern, sizeof pattern, "%s/sweepwatch-test-XXXXXX", temp);
    if (uv_fs_mkdtemp(NULL, &req, pattern, NULL) != 0) return -1;
    snprintf(root, sizeof root, "%s", req.path);
    uv_fs_req_cleanup(&req);
    fs = fs_real();
    return fs->dir_open(fs->ctx, NULL, root, &dir);
}

static int tear_down(void **state) {
    (void)state;
    fs->dir_close(fs->ctx, dir);
    remove_tree(root);
    return 0;
}

static void test_read_and_stat(void **state) {
    (void)state;
    struct fs_file *f;
    struct fs_stat st, again, other;
    char buf[16] = {0};
    write_file("a.txt", "hello");
    write_file("b.txt", "hello");
    for (int known = 0; known < 2; known++) {
        assert_int_equal(fs->file_open(fs->ctx, dir, "a.txt", known != 0, &f, &st), 0);
        assert_int_equal(st.type, FS_TYPE_FILE);
        assert_int_equal(st.size, 5);
        assert_true(st.id != 0);
        assert_int_equal(fs->file_read(fs->ctx, f, 1, buf, sizeof buf), 4);
        assert_string_equal(buf, "ello");
        assert_int_equal(fs->file_read(fs->ctx, f, 5, buf, sizeof buf), 0);
        assert_int_equal(fs->file_stat(fs->ctx, f, &again), 0);
        assert_true(again.id == st.id && again.size == st.size && again.mtime_ns == st.mtime_ns);
        fs->file_close(fs->ctx, f);
    }
    assert_int_equal(fs->stat(fs->ctx, dir, "a.txt", &again), 0);
    assert_true(again.id == st.id && again.mtime_ns == st.mtime_ns);
    assert_int_equal(fs->stat(fs->ctx, dir, "b.txt", &other), 0);
    assert_true(other.id != st.id);
    /* Asked for alone it may have another id, but always that one. */
    assert_int_equal(fs->stat(fs->ctx, NULL, full("a.txt"), &st), 0);
    assert_int_equal(fs->stat(fs->ctx, NULL, full("a.txt"), &again), 0);
    assert_int_equal(fs->stat(fs->ctx, NULL, full("b.txt"), &other), 0);
    assert_true(again.id == st.id && other.id != st.id);
}

static void test_mtime(void **state) {
    (void)state;
    struct fs_stat st;
    uv_fs_t req;
    write_file("a.txt", "");
    assert_int_equal(uv_fs_utime(NULL, &req, full("a.txt"), 1700000000.0, 1600000000.0, NULL), 0);
    uv_fs_req_cleanup(&req);
    assert_int_equal(fs->stat(fs->ctx, dir, "a.txt", &st), 0);
    assert_int_equal(st.mtime_ns, INT64_C(1600000000000000000));
}

struct seen {
    int files, dirs, unknown, others, calls, most;
};

static bool see(void *arg, const char *name, enum fs_type type) {
    struct seen *s = arg;
    s->calls++;
    assert_true(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
    s->files += type == FS_TYPE_FILE;
    s->dirs += type == FS_TYPE_DIR;
    s->unknown += type == FS_TYPE_UNKNOWN;
    s->others += type == FS_TYPE_OTHER;
    return s->most == 0 || s->calls < s->most;
}

static void test_listing_again_and_again(void **state) {
    (void)state;
    write_file("a.txt", "");
    write_file("b.txt", "");
    make_dir("sub");
    for (int round = 0; round < 3; round++) {
        struct seen s = {0};
        assert_int_equal(fs->dir_list(fs->ctx, dir, see, &s), 0);
        assert_int_equal(s.calls, 3);
        assert_int_equal(s.others, 0);
        assert_int_equal(s.files + s.dirs + s.unknown, 3);
    }
    struct seen stop = {.most = 1};
    assert_int_equal(fs->dir_list(fs->ctx, dir, see, &stop), 0);
    assert_int_equal(stop.calls, 1);
    write_file("c.txt", "");
    struct seen s = {0};
    assert_int_equal(fs->dir_list(fs->ctx, dir, see, &s), 0);
    assert_int_equal(s.calls, 4);
}

static void test_errors(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_dir *d;
    struct fs_file *f;
    write_file("a.txt", "");
    make_dir("sub");
    assert_int_equal(fs->stat(fs->ctx, dir, "none", &st), UV_ENOENT);
    assert_int_equal(fs->file_open(fs->ctx, dir, "none", true, &f, &st), UV_ENOENT);
    assert_int_equal(fs->file_open(fs->ctx, dir, "none", false, &f, &st), UV_ENOENT);
    assert_int_equal(fs->dir_open(fs->ctx, dir, "none", &d), UV_ENOENT);
    assert_int_equal(fs->dir_open(fs->ctx, dir, "a.txt", &d), UV_ENOTDIR);
    assert_int_equal(fs->file_open(fs->ctx, dir, "sub", false, &f, &st), UV_EINVAL);
    assert_int_equal(fs->dir_open(fs->ctx, dir, "sub", &d), 0);
    assert_int_equal(fs->dir_stat(fs->ctx, d, &st), 0);
    assert_int_equal(st.type, FS_TYPE_DIR);
    fs->dir_close(fs->ctx, d);
}

static void test_what_errors_mean(void **state) {
    (void)state;
    assert_true(fs_means_absent(UV_ENOENT) && fs_means_absent(UV_ENOTDIR) && fs_means_absent(UV_ELOOP));
    assert_false(fs_means_absent(0) || fs_means_absent(UV_EACCES) || fs_means_absent(UV_EIO));
    assert_true(fs_means_unreachable(UV_EIO) && fs_means_unreachable(UV_ENODEV) && fs_means_unreachable(UV_ENOTCONN));
    assert_true(fs_means_unreachable(UV_ETIMEDOUT) && fs_means_unreachable(UV_EHOSTDOWN));
    assert_false(fs_means_unreachable(0) || fs_means_unreachable(UV_ENOENT) || fs_means_unreachable(UV_EACCES));
    assert_false(fs_means_unreachable(UV_EMFILE) || fs_means_unreachable(UV_ENOMEM) || fs_means_unreachable(UV_EINVAL));
}

#ifndef _WIN32
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Opening a FIFO to read would wait for a writer, or wake one that waits: neither may happen. */
static void test_fifo(void **state) {
    (void)state;
    struct fs_file *f;
    struct fs_stat st;
    struct fs_dir *d;
    assert_int_equal(mkfifo(full("fifo"), 0600), 0);
    assert_int_equal(fs->file_open(fs->ctx, dir, "fifo", false, &f, &st), UV_EINVAL);
    assert_int_equal(fs->file_open(fs->ctx, dir, "fifo", true, &f, &st), UV_EINVAL);
    assert_int_equal(fs->dir_open(fs->ctx, dir, "fifo", &d), UV_ENOTDIR);
    assert_int_equal(fs->stat(fs->ctx, dir, "fifo", &st), 0);
    assert_int_equal(st.type, FS_TYPE_OTHER);
    struct seen s = {0};
    assert_int_equal(fs->dir_list(fs->ctx, dir, see, &s), 0);
    assert_int_equal(s.files + s.dirs, 0);
    /* With nobody reading, a writer that does not want to wait is told so: no descriptor was left open. */
    assert_int_equal(open(full("fifo"), O_WRONLY | O_NONBLOCK), -1);
    assert_int_equal(errno, ENXIO);
    struct inspect_buffer *b = inspect_buffer_new();
    struct fact_file file;
    const struct profile p = {.artifact = {{.path = "fifo", .kind = KIND_JSON}}, .n_artifacts = 1};
    assert_true(inspect_file(fs, dir, "fifo", &p, 0, false, NULL, b, &file, NULL));
    assert_int_equal(file.content, CONTENT_NOT_A_FILE);
    inspect_buffer_free(b);
}

#ifdef __linux__
#include <sys/inotify.h>

/* What is not known to be a file is looked at before it is opened. */
static void test_specials_are_not_even_opened(void **state) {
    (void)state;
    struct fs_file *f;
    struct fs_stat st;
    char event[4096];
    assert_int_equal(mkfifo(full("fifo"), 0600), 0);
    int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(watch >= 0);
    assert_true(inotify_add_watch(watch, full("fifo"), IN_OPEN) >= 0);
    assert_int_equal(fs->file_open(fs->ctx, dir, "fifo", false, &f, &st), UV_EINVAL);
    assert_int_equal(read(watch, event, sizeof event), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(fs->file_open(fs->ctx, dir, "fifo", true, &f, &st), UV_EINVAL);
    assert_true(read(watch, event, sizeof event) > 0);
    close(watch);
}
#endif

static void test_socket_and_device(void **state) {
    (void)state;
    struct fs_file *f;
    struct fs_stat st;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(s >= 0);
    if (snprintf(address.sun_path, sizeof address.sun_path, "%s", full("socket")) < (int)sizeof address.sun_path) {
        assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(fs->file_open(fs->ctx, dir, "socket", false, &f, &st), UV_EINVAL);
        assert_int_equal(fs->file_open(fs->ctx, dir, "socket", true, &f, &st), UV_EINVAL);
    }
    close(s);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/dev/null", false, &f, &st), UV_EINVAL);
    assert_int_equal(fs->file_open(fs->ctx, NULL, "/dev/null", true, &f, &st), UV_EINVAL);
}

static void test_links(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_file *f;
    write_file("a.txt", "x");
    assert_int_equal(symlink("loop", full("loop")), 0);
    assert_int_equal(symlink("nowhere", full("dangling")), 0);
    assert_int_equal(symlink("a.txt", full("link")), 0);
    assert_int_equal(fs->stat(fs->ctx, dir, "loop", &st), UV_ELOOP);
    assert_int_equal(fs->stat(fs->ctx, dir, "dangling", &st), UV_ENOENT);
    assert_int_equal(fs->file_open(fs->ctx, dir, "link", false, &f, &st), 0);
    assert_int_equal(st.size, 1);
    fs->file_close(fs->ctx, f);
    struct seen s = {0};
    assert_int_equal(fs->dir_list(fs->ctx, dir, see, &s), 0);
    assert_true(s.unknown >= 3); /* a listing does not follow */
}

static void test_unreadable(void **state) {
    (void)state;
    if (geteuid() == 0) skip(); /* nothing is forbidden to root */
    struct fs_stat st;
    struct fs_file *f;
    write_file("a.txt", "x");
    assert_int_equal(chmod(full("a.txt"), 0), 0);
    assert_int_equal(fs->file_open(fs->ctx, dir, "a.txt", false, &f, &st), UV_EACCES);
    assert_false(fs_means_absent(UV_EACCES));
}

static void test_any_bytes_in_names(void **state) {
    (void)state;
    struct fs_stat st;
    struct fs_file *f;
    write_file("\xFF\x1b[2J\n", "x");
    assert_int_equal(fs->file_open(fs->ctx, dir, "\xFF\x1b[2J\n", false, &f, &st), 0);
    fs->file_close(fs->ctx, f);
}

/* The directory is held by a descriptor: it stays the same one when it is renamed. */
static void test_a_directory_handle_follows_the_directory(void **state) {
    (void)state;
    struct fs_dir *d;
    struct fs_stat st;
    char to[2048];
    make_dir("before");
    write_file("before/a", "");
    assert_int_equal(fs->dir_open(fs->ctx, dir, "before", &d), 0);
    snprintf(to, sizeof to, "%s", full("after"));
    assert_int_equal(rename(full("before"), to), 0);
    assert_int_equal(fs->stat(fs->ctx, d, "a", &st), 0);
    fs->dir_close(fs->ctx, d);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_read_and_stat),
        TEST(test_mtime),
        TEST(test_listing_again_and_again),
        TEST(test_errors),
        TEST(test_what_errors_mean),
#ifndef _WIN32
        TEST(test_fifo),
#ifdef __linux__
        TEST(test_specials_are_not_even_opened),
#endif
        TEST(test_socket_and_device),
        TEST(test_links),
        TEST(test_unreadable),
        TEST(test_any_bytes_in_names),
        TEST(test_a_directory_handle_follows_the_directory),
#endif
    };
    return cmocka_run_group_tests_name("fs_real", tests, NULL, NULL);
}

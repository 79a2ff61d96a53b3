/* POSIX only: file modes, pipes, limits and links are made with its calls. */
#ifdef _WIN32

#include <stdio.h>

int main(void) {
    puts("skipped: made with POSIX calls");
    return 0;
}

#else

#include "report/atomic_file.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

static char dir[256];

static const char *in_dir(const char *name) {
    static char path[2][512];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static int setup(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "%s/sweepwatch_XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (remove(in_dir(e->d_name)) != 0) return -1;
    }
    if (d) closedir(d);
    return rmdir(dir);
}

static int count_entries(void) {
    int n = 0;
    DIR *d = opendir(dir);
    struct dirent *e;
    assert_non_null(d);
    while ((e = readdir(d)) != NULL) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void assert_content(const char *path, const char *expected) {
    char text[256];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void put(const char *path, const char *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void test_writes(void **state) {
    (void)state;
    mode_t before = umask(027);
    assert_int_equal(atomic_file_write(in_dir("a.csv"), "one\r\n", 5), 0);
    umask(before);
    assert_content(in_dir("a.csv"), "one\r\n");
    struct stat first, second;
    assert_int_equal(stat(in_dir("a.csv"), &first), 0);
    assert_int_equal(first.st_mode & 0777, 0640);
    assert_int_equal(atomic_file_write(in_dir("a.csv"), "2", 1), 0);
    assert_content(in_dir("a.csv"), "2");
    assert_int_equal(stat(in_dir("a.csv"), &second), 0);
    assert_true(first.st_ino != second.st_ino); /* another file, never the old one half written */
    assert_int_equal(atomic_file_write(in_dir("a.csv"), "", 0), 0);
    assert_content(in_dir("a.csv"), "");
    assert_int_equal(count_entries(), 1);
}

static void test_large(void **state) {
    (void)state;
    size_t len = 5 * 1024 * 1024 + 17;
    char *bytes = malloc(len), *back = malloc(len);
    assert_non_null(bytes);
    assert_non_null(back);
    for (size_t i = 0; i < len; i++) bytes[i] = (char)(i * 2654435761u >> 13);
    assert_int_equal(atomic_file_write(in_dir("big"), bytes, len), 0);
    FILE *f = fopen(in_dir("big"), "rb");
    assert_int_equal(fread(back, 1, len, f), len);
    assert_int_equal(fgetc(f), EOF);
    fclose(f);
    assert_memory_equal(bytes, back, len);
    free(bytes);
    free(back);
}

static void test_relative(void **state) {
    (void)state;
    char was[4096];
    assert_non_null(getcwd(was, sizeof was));
    assert_int_equal(chdir(dir), 0);
    int err = atomic_file_write("plain.csv", "x", 1);
    assert_int_equal(chdir(was), 0);
    assert_int_equal(err, 0);
    assert_content(in_dir("plain.csv"), "x");
    assert_int_equal(count_entries(), 1);
}

static void test_no_directory(void **state) {
    (void)state;
    assert_int_equal(atomic_file_write(in_dir("no/such/a.csv"), "x", 1), UV_ENOENT);
    put(in_dir("file"), "f");
    assert_int_equal(atomic_file_write(in_dir("file/a.csv"), "x", 1), UV_ENOTDIR);
    assert_int_equal(count_entries(), 1);
}

static void test_read_only_directory(void **state) {
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: root may write everywhere\n");
        skip();
    }
    put(in_dir("a.csv"), "old");
    assert_int_equal(chmod(dir, 0555), 0);
    int err = atomic_file_write(in_dir("a.csv"), "new", 3);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(err, UV_EACCES);
    assert_content(in_dir("a.csv"), "old");
    assert_int_equal(count_entries(), 1);
}

/* No room in the middle: a limit on file sizes fails as a full disk does, after some bytes were written. */
static void test_no_room(void **state) {
    (void)state;
    static char bytes[3 << 20];
    struct rlimit was, small;
    put(in_dir("a.csv"), "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 1500000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int err = atomic_file_write(in_dir("a.csv"), bytes, sizeof bytes);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(err, UV_EFBIG);
    assert_content(in_dir("a.csv"), "old");
    assert_int_equal(count_entries(), 1);
}

/* A name that cannot be replaced: what stands there stays, and no temporary file. */
static void test_not_a_file(void **state) {
    (void)state;
    assert_int_equal(mkdir(in_dir("d"), 0755), 0);
    assert_true(atomic_file_write(in_dir("d"), "x", 1) < 0);
    assert_int_equal(mkfifo(in_dir("fifo"), 0644), 0);
    assert_true(atomic_file_write(in_dir("fifo"), "x", 1) < 0); /* and does not wait for a reader */
    struct stat st;
    assert_int_equal(lstat(in_dir("fifo"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(count_entries(), 2);
}

/* --csv /dev/null by somebody who may do anything must not put a file in place of the device. */
static void test_device(void **state) {
    (void)state;
    assert_int_equal(symlink("/dev/null", in_dir("null")), 0);
    assert_true(atomic_file_write(in_dir("null"), "x", 1) < 0);
    struct stat st;
    assert_int_equal(stat(in_dir("null"), &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_int_equal(count_entries(), 1);
}

static void test_link(void **state) {
    (void)state;
    put(in_dir("target"), "old");
    assert_int_equal(symlink("target", in_dir("link")), 0);
    assert_int_equal(atomic_file_write(in_dir("link"), "new", 3), 0);
    struct stat st;
    assert_int_equal(lstat(in_dir("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_content(in_dir("target"), "new");
    assert_int_equal(count_entries(), 2);
}

/* As long as a name may be: the temporary one needs room of its own. */
static void test_long_name(void **state) {
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_int_equal(atomic_file_write(in_dir(name), "x", 1), 0);
    assert_content(in_dir(name), "x");
    assert_int_equal(count_entries(), 1);
}

static void test_make_parents(void **state) {
    (void)state;
    assert_int_equal(atomic_file_make_parents(in_dir("checks/a.csv")), 0);
    assert_int_equal(atomic_file_make_parents(in_dir("checks/a.csv")), 0);
    assert_int_equal(atomic_file_write(in_dir("checks/a.csv"), "x", 1), 0);
    assert_content(in_dir("checks/a.csv"), "x");
    assert_int_equal(atomic_file_make_parents(in_dir("no/such/a.csv")), UV_ENOENT);
    assert_int_equal(unlink(in_dir("checks/a.csv")), 0);
}

static void write_keeping(const char *text) {
    struct atomic_file *f = atomic_file_begin(in_dir("report"));
    atomic_file_keep_previous(f);
    atomic_file_append(f, text, strlen(text));
    assert_int_equal(atomic_file_commit(f), 0);
}

static void test_previous_is_kept(void **state) {
    (void)state;
    write_keeping("first");
    assert_int_equal(count_entries(), 1); /* nothing was there to be kept */
    write_keeping("second");
    assert_content(in_dir("report.1"), "first");
    write_keeping("third");
    assert_content(in_dir("report"), "third");
    assert_content(in_dir("report.1"), "second");
    /* Two names of one file, as an interrupted commit leaves them. */
    assert_int_equal(remove(in_dir("report.1")), 0);
    assert_int_equal(link(in_dir("report"), in_dir("report.1")), 0);
    write_keeping("fourth");
    assert_content(in_dir("report"), "fourth");
    assert_content(in_dir("report.1"), "third");
    assert_int_equal(count_entries(), 2);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_writes),
        TEST(test_large),
        TEST(test_relative),
        TEST(test_no_directory),
        TEST(test_read_only_directory),
        TEST(test_no_room),
        TEST(test_not_a_file),
        TEST(test_device),
        TEST(test_link),
        TEST(test_previous_is_kept),
        TEST(test_long_name),
        TEST(test_make_parents),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

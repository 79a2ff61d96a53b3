/* The bytes come back as they went in, from a file or from memory, and no file is left behind. */
#include "app/spool.h"

#include "report/buffer.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 300000 };

static void collect(void *ctx, const char *bytes, size_t len) { buffer_add(ctx, bytes, len); }

static void holds(struct spool *s, const char *bytes, size_t len) {
    struct buffer all = {0};
    assert_int_equal(spool_each(s, collect, &all), 0);
    assert_int_equal(all.len, len);
    if (len > 0) assert_memory_equal(all.bytes, bytes, len);
    buffer_free(&all);
}

static size_t files_in(const char *dir) {
    size_t n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void fill(struct spool *s, char *bytes) {
    for (size_t i = 0; i < MANY; i++) bytes[i] = (char)(i * 7 + i / 251);
    holds(s, "", 0);
    spool_add(s, bytes, 10);
    holds(s, bytes, 10);
    spool_add(s, bytes + 10, MANY - 10);
    holds(s, bytes, MANY);
    spool_clear(s);
    holds(s, "", 0);
    spool_add(s, bytes, 20);
    holds(s, bytes, 20);
}

static void test_spool(void **state) {
    (void)state;
    static char bytes[MANY];
    char dir[] = "/tmp/sweepwatch-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    setenv("TMPDIR", dir, 1);
    struct spool *s = spool_new();
    fill(s, bytes);
    assert_int_equal(files_in(dir), 0);
    spool_free(s);
    rmdir(dir); /* now there is no place for a file */
    s = spool_new();
    fill(s, bytes);
    spool_free(s);
    spool_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spool)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

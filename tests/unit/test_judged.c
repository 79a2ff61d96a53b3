/* What was judged and is not read again: the store, and the scan that asks it. */
#include "watch/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "support/fs_fake.h"
#include "support/parquet_maker.h"
#include "watch/fact_codec.h"
#include "watch/scan.h"

enum { STAMP = 77 };

static void must_be(bool good, const char *what) {
    if (!good) fail_msg("%s", what);
}

/* ---- the store ---- */

struct bytes {
    unsigned char *data;
    size_t len;
};

static void put_bytes(void *ctx, const void *bytes, size_t len) {
    struct bytes *b = ctx;
    b->data = realloc(b->data, b->len + len);
    assert_non_null(b->data);
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
}

static struct bytes written(struct judged *j) {
    struct bytes b = {NULL, 0};
    judged_write(j, put_bytes, &b);
    return b;
}

static struct judged_key key(uint64_t n) { return judged_key(&n, 1); }

static struct judged *store_of(uint64_t n) {
    struct judged *j = judged_open(NULL, 0, STAMP);
    struct judged_adds *a = judged_adds_new();
    for (uint64_t i = 0; i < n; i++) {
        char text[32];
        struct judged_file f = {.hash = 1000 + i, .footer = {.rows = (int64_t)i, .row_groups = 1}};
        snprintf(text, sizeof text, "value %d", (int)i);
        f.note = i % 2 ? "a note" : NULL;
        f.n_values = (size_t)(i % 3);
        for (size_t k = 0; k < f.n_values; k++) f.values[k] = (struct fact_value){(int)k + 1, text, (int)k};
        judged_add(a, key(i), &f);
    }
    judged_take(j, a);
    return j;
}

static void test_what_was_put_in_comes_out(void **state) {
    (void)state;
    struct judged_file f;
    struct judged *j = store_of(100);
    assert_true(judged_is_empty(j)); /* what is added is for the next pass */
    assert_false(judged_find(j, key(1), &f));
    assert_true(judged_changed(j));
    struct bytes b = written(j);
    judged_free(j);
    j = judged_open(b.data, b.len, STAMP);
    assert_false(judged_is_empty(j));
    for (uint64_t i = 0; i < 100; i++) {
        char text[32];
        snprintf(text, sizeof text, "value %d", (int)i);
        must_be(judged_find(j, key(i), &f), text);
        assert_int_equal(f.hash, 1000 + i);
        assert_int_equal(f.footer.rows, i);
        assert_int_equal(f.n_values, i % 3);
        must_be(i % 2 ? f.note && strcmp(f.note, "a note") == 0 : !f.note, "the note");
        for (size_t k = 0; k < f.n_values; k++) {
            assert_int_equal(f.values[k].value, k + 1);
            assert_int_equal(f.values[k].form, k);
            assert_string_equal(f.values[k].text, text);
        }
    }
    assert_false(judged_find(j, key(100), &f));
    assert_false(judged_changed(j));
    judged_free(j);
}

static void test_what_was_not_found_is_dropped(void **state) {
    (void)state;
    struct judged_file f;
    struct judged *j = store_of(10);
    struct bytes b = written(j);
    judged_free(j);
    j = judged_open(b.data, b.len, STAMP);
    for (uint64_t i = 0; i < 9; i++) assert_true(judged_find(j, key(i), &f));
    assert_true(judged_changed(j));
    b = written(j);
    judged_free(j);
    j = judged_open(b.data, b.len, STAMP);
    for (uint64_t i = 0; i < 10; i++) assert_int_equal(judged_find(j, key(i), &f), i < 9);
    judged_free(j);
}

static bool opens_empty(const struct bytes *b, size_t len, uint64_t stamp) {
    unsigned char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, b->data, len);
    struct judged *j = judged_open(copy, len, stamp);
    bool empty = judged_is_empty(j);
    judged_free(j);
    return empty;
}

static void test_broken_or_foreign_is_as_none(void **state) {
    (void)state;
    struct judged *j = store_of(5);
    struct bytes b = written(j);
    judged_free(j);
    assert_false(opens_empty(&b, b.len, STAMP));
    assert_true(opens_empty(&b, b.len, STAMP + 1)); /* of another version, or another profile */
    for (size_t len = 0; len < b.len; len++) assert_true(opens_empty(&b, len, STAMP));
    for (size_t i = 0; i < b.len * 8; i++) {
        b.data[i / 8] ^= (unsigned char)(1U << i % 8);
        if (!opens_empty(&b, b.len, STAMP)) fail_msg("bit %zu flipped is not seen", i);
        b.data[i / 8] ^= (unsigned char)(1U << i % 8);
    }
    free(b.data);
}

static void test_stamp(void **state) {
    (void)state;
    const char *required[] = {"summary.json"};
    int bad;
    struct profile *other = profile_with_required(profile_builtin(), required, 1, &bad);
    assert_non_null(other);
    uint64_t stamp = judged_stamp(profile_builtin(), "1.0");
    assert_true(stamp == judged_stamp(profile_builtin(), "1.0"));
    assert_true(stamp != judged_stamp(profile_builtin(), "1.1"));
    assert_true(stamp != judged_stamp(other, "1.0"));
    profile_free(other);
}

/* ---- the scan ---- */

static struct fs_fake *world;
static struct judged *judged;
static struct fact_text facts;

static int64_t wall(void *ctx) {
    (void)ctx;
    return fs_fake_now_ns(world) / 1000000;
}

static void put_fact(void *ctx, const struct fact *f) {
    (void)ctx;
    assert_int_equal(fact_encode(profile_builtin(), f, &facts), 0);
    fact_put(&facts, "\n");
}

/* One pass over T1, with what the passes before it kept (device: of the root). Returns how many files were read. */
static int pass_on(uint64_t device) {
    const struct fs_ops *fs = fs_fake_ops(world);
    struct scan *s = scan_new(fs, profile_builtin(), ROOT_ARCHIVE);
    struct scan_clock clock = {.wall = wall};
    struct judged_adds *adds = judged_adds_new();
    struct fs_dir *root;
    struct fs_fake_counts before = fs_fake_counts(world);
    scan_set_clock(s, &clock);
    if (judged) scan_set_judged(s, judged, adds, device);
    facts.len = 0;
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/archive", &root), 0);
    assert_true(scan_place(s, root, "T1", NULL, NULL, 0, (struct fact_sink){put_fact, NULL}) >= 0);
    fs->dir_close(fs->ctx, root);
    scan_free(s);
    if (!judged) {
        judged_take(judged = judged_open(NULL, 0, STAMP), adds);
        judged_free(judged);
        judged = NULL;
    } else {
        judged_take(judged, adds);
        struct bytes b = written(judged);
        judged_free(judged);
        judged = judged_open(b.data, b.len, STAMP);
    }
    return (int)(fs_fake_counts(world).op[FS_FAKE_OPEN] - before.op[FS_FAKE_OPEN]);
}

static bool tells(const char *text) {
    size_t len = strlen(text);
    for (size_t at = 0; at + len <= facts.len; at++) {
        if (memcmp(facts.data + at, text, len) == 0) return true;
    }
    return false;
}

static int pass(void) { return pass_on(1); }

/* What a pass tells that keeps nothing. */
static char *fresh_facts(void) {
    struct judged *kept = judged;
    judged = NULL;
    pass();
    judged = kept;
    char *out = calloc(1, facts.len + 1);
    assert_non_null(out);
    memcpy(out, facts.data, facts.len);
    return out;
}

/* The pass tells what one that keeps nothing tells, and reads so many files. */
static void assert_reads(int files) {
    char *expected = fresh_facts();
    int read = pass();
    if (facts.len != strlen(expected) || memcmp(facts.data, expected, facts.len) != 0) {
        fail_msg("told:\n%.*s\ninstead of:\n%s", (int)facts.len, facts.data, expected);
    }
    assert_int_equal(read, files);
    free(expected);
}

static void write_text(const char *path, const char *text) {
    assert_int_equal(fs_fake_write_text(world, path, text), 0);
}

static int set_up(void **state) {
    (void)state;
    struct pq_bytes parquet = {0};
    world = fs_fake_new();
    judged = judged_open(NULL, 0, STAMP);
    pq_make_simple(&parquet, 100, 0.0, 1e6);
    write_text("/archive/T1/summary.json", "{\"case_status\": \"ok\"}");
    write_text("/archive/T1/run_config.json",
               "{\"config\": {\"radiation\": {\"TM_K\": 4000.0}}, \"io\": {\"outdir\": \"/a\"}}");
    write_text("/archive/T1/checks/mass_budget.csv", "a,b\n1,2\n");
    assert_int_equal(fs_fake_write(world, "/archive/T1/series/run.parquet", parquet.data, parquet.len), 0);
    write_text("/archive/T1/run_card.md", "not listed, as ever");
    write_text("/archive/T1/ARCHIVE_DONE", "verified");
    write_text("/archive/T1/archive_manifest.json",
               "{\"files\": [{\"path\": \"summary.json\", \"size\": 21}, {\"path\": \"checks/mass_budget.csv\"}]}");
    pq_free(&parquet);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    judged_free(judged);
    fact_text_free(&facts);
    fs_fake_free(world);
    return 0;
}

enum { FILES = 6 };

static void test_unchanged_is_not_read_again(void **state) {
    (void)state;
    fs_fake_advance(world, 10000);
    assert_reads(FILES);
    assert_reads(0);
    fs_fake_advance(world, 86400000);
    assert_reads(0);
    assert_int_equal(pass_on(2), FILES); /* the root is on another device */
    assert_reads(FILES);                 /* which is not kept, and so the others are forgotten */
    assert_reads(0);
}

/* Within one tick of the file system's time a rewrite changes nothing that can be seen without reading. */
static void test_young_is_read_again(void **state) {
    (void)state;
    const char *path = "/archive/T1/summary.json";
    fs_fake_granularity(world, "/archive/T1", 2000000000);
    fs_fake_advance(world, 10000);
    write_text(path, "{\"case_status\": \"ok\"}");
    assert_reads(FILES);
    write_text(path, "{\"case_status\": \"no\"}"); /* the same size, time and identity */
    assert_reads(2);                               /* and the manifest, which speaks of it */
    fs_fake_advance(world, 1999);
    write_text(path, "{\"case_status\": \"ok\"}");
    assert_reads(2);
    write_text(path, "{\"case_status\": \"no\"}");
    assert_reads(2);
    fs_fake_advance(world, 10000);
    assert_reads(2);
    assert_reads(0);
}

static void test_every_change_is_read(void **state) {
    (void)state;
    static const char *const path[] = {"/archive/T1/summary.json", "/archive/T1/run_config.json",
                                       "/archive/T1/checks/mass_budget.csv", "/archive/T1/ARCHIVE_DONE",
                                       "/archive/T1/series/run.parquet"};
    fs_fake_advance(world, 10000);
    assert_reads(FILES);
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        write_text(path[i], "?");
        fs_fake_advance(world, 10000);
        pass();
        char *expected = fresh_facts();
        pass();
        assert_int_equal(facts.len, strlen(expected));
        assert_memory_equal(facts.data, expected, facts.len);
        free(expected);
    }
}

static void test_a_time_set_back_is_seen(void **state) {
    (void)state;
    const char *path = "/archive/T1/summary.json";
    int64_t written = fs_fake_now_ns(world);
    fs_fake_advance(world, 10000);
    assert_reads(FILES);
    write_text(path, "{\"case_status\": \"no\"}");
    fs_fake_set_mtime(world, path, written); /* as before, and so are size and identity */
    fs_fake_advance(world, 10000);
    assert_reads(2);
}

static void test_a_manifest_hangs_on_the_files_beside_it(void **state) {
    (void)state;
    fs_fake_advance(world, 10000);
    assert_reads(FILES);
    write_text("/archive/T1/run_card.md", "another one"); /* no artifact, not listed */
    fs_fake_advance(world, 10000);
    assert_reads(1);
    assert_reads(0);
    write_text("/archive/T1/left_over.txt", "x");
    fs_fake_advance(world, 10000);
    assert_reads(1);
    assert_true(tells("left_over.txt"));
    assert_reads(0);
    fs_fake_remove(world, "/archive/T1/checks/mass_budget.csv");
    assert_reads(1);
    assert_reads(1); /* a difference is looked at every time */
    /* One that lists a file in a directory that is not listed: what is there is asked every time. */
    write_text("/archive/T1/checks/mass_budget.csv", "a,b\n1,2\n");
    write_text("/archive/T1/checks/deep/er/x.txt", "x");
    write_text("/archive/T1/archive_manifest.json",
               "{\"files\": [{\"path\": \"summary.json\"}, {\"path\": \"checks/deep/er/x.txt\", \"size\": 1}]}");
    fs_fake_advance(world, 10000);
    assert_reads(2);
    assert_reads(1);
    write_text("/archive/T1/checks/deep/er/x.txt", "longer");
    fs_fake_advance(world, 10000);
    assert_reads(1);
}

/* The same, and so many directories are listed. */
static void assert_lists(int directories) {
    char *expected = fresh_facts();
    struct fs_fake_counts before = fs_fake_counts(world);
    pass();
    struct fs_fake_counts after = fs_fake_counts(world);
    if (facts.len != strlen(expected) || memcmp(facts.data, expected, facts.len) != 0) {
        fail_msg("told:\n%.*s\ninstead of:\n%s", (int)facts.len, facts.data, expected);
    }
    assert_int_equal(after.op[FS_FAKE_LIST] - before.op[FS_FAKE_LIST], directories);
    /* What is not listed is not opened; the root is. */
    assert_int_equal(after.op[FS_FAKE_DIR_OPEN] - before.op[FS_FAKE_DIR_OPEN], directories + 1);
    free(expected);
}

enum { DIRS = 3 };

/* A pass after the world has changed and some time has gone by, then one in which nothing is new. */
static void assert_seen(void) {
    fs_fake_advance(world, 10000);
    assert_lists(DIRS);
    assert_lists(0);
}

static void test_unchanged_directories_are_not_listed(void **state) {
    (void)state;
    int64_t made = fs_fake_now_ns(world);
    assert_lists(DIRS);
    assert_lists(DIRS); /* too young */
    assert_seen();
    fs_fake_advance(world, 86400000);
    assert_lists(0);
    write_text("/archive/T1/INCOMPLETE", "no");
    assert_seen();
    assert_true(tells("INCOMPLETE"));
    fs_fake_remove(world, "/archive/T1/INCOMPLETE");
    assert_seen();
    assert_false(tells("INCOMPLETE"));
    write_text("/archive/T1/series/chunk_1.parquet", "PAR1");
    fs_fake_set_mtime(world, "/archive/T1/series", made); /* what a copier does */
    assert_seen();
    fs_fake_rename(world, "/archive/T1/series/chunk_1.parquet", "/archive/T1/series/chunk_2.parquet");
    assert_seen();
    fs_fake_write_text(world, "/archive/T1/more/x", "x");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS + 1);
    assert_lists(0);
}

static void test_another_directory_of_the_name_is_listed(void **state) {
    (void)state;
    assert_seen();
    fs_fake_rename(world, "/archive/T1/series", "/archive/elsewhere");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS - 1);
    fs_fake_write_text(world, "/archive/T1/series/run.parquet", "no");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS);
    assert_lists(DIRS); /* what is not whole is read every time, and then all is listed */
    fs_fake_remove(world, "/archive/T1/series");
    fs_fake_rename(world, "/archive/elsewhere", "/archive/T1/series");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS);
    assert_lists(0);
    /* Only a directory is a directory, whatever its times are. */
    fs_fake_rename(world, "/archive/T1/checks", "/archive/elsewhere");
    fs_fake_write_text(world, "/archive/T1/checks", "a file");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS - 1);
    fs_fake_remove(world, "/archive/T1/checks");
    fs_fake_link(world, "/archive/T1/checks", "/archive/elsewhere");
    fs_fake_advance(world, 10000);
    assert_lists(DIRS);
    assert_lists(DIRS); /* a manifest beside a link is read every time */
    fs_fake_remove(world, "/archive/T1/archive_manifest.json");
    assert_seen();
    fs_fake_write_text(world, "/archive/elsewhere/more.txt", "x");
    assert_seen();
}

/* A name may come in the very tick in which the directory was listed. */
static void test_a_young_directory_is_listed_again(void **state) {
    (void)state;
    fs_fake_granularity(world, "/archive/T1", 2000000000);
    fs_fake_advance(world, 10000);
    write_text("/archive/T1/left_over.txt", "x");
    assert_lists(DIRS);
    fs_fake_rename(world, "/archive/T1/left_over.txt", "/archive/T1/left_ever.txt");
    assert_lists(DIRS);
    assert_true(tells("left_ever.txt"));
    assert_seen();
}

/* What changes between the look at a directory and the look at what is in it. */
static const char *hooked_path, *hooked_text;
static void rewrite(void *arg, enum fs_fake_op op, const char *path) {
    (void)arg;
    if (op != FS_FAKE_STAT || !hooked_path || strcmp(path, "/archive/T1/checks/mass_budget.csv") != 0) return;
    const char *at = hooked_path;
    hooked_path = NULL;
    fs_fake_replace(world, at, hooked_text, strlen(hooked_text));
}

static void test_a_change_in_between_is_seen(void **state) {
    (void)state;
    assert_seen();
    hooked_text = "a,b\n1,";
    hooked_path = "/archive/T1/checks/mass_budget.csv";
    fs_fake_hook(world, rewrite, NULL);
    pass();
    fs_fake_hook(world, NULL, NULL);
    assert_null(hooked_path);
    char *expected = fresh_facts();
    assert_int_equal(facts.len, strlen(expected));
    assert_memory_equal(facts.data, expected, facts.len);
    free(expected);
    assert_lists(DIRS);
}

static void test_a_root_that_goes_away_is_told(void **state) {
    (void)state;
    assert_seen();
    const struct fs_ops *fs = fs_fake_ops(world);
    struct scan *s = scan_new(fs, profile_builtin(), ROOT_ARCHIVE);
    struct scan_clock clock = {.wall = wall};
    struct judged_adds *adds = judged_adds_new();
    struct fs_dir *root;
    scan_set_clock(s, &clock);
    scan_set_judged(s, judged, adds, 1);
    facts.len = 0;
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/archive", &root), 0);
    fs_fake_fail(world, "/archive/T1/series/run.parquet", false, -1, UV_EIO);
    assert_int_equal(scan_place(s, root, "T1", NULL, NULL, 0, (struct fact_sink){put_fact, NULL}), UV_EIO);
    assert_int_equal(facts.len, 0);
    fs->dir_close(fs->ctx, root);
    scan_free(s);
    judged_take(judged, adds);
}

static void test_what_is_held_is_told(void **state) {
    (void)state;
    fs_fake_advance(world, 10000);
    assert_reads(FILES);
    fs_fake_hold(world, "/archive/T1/summary.json", "editor (7)", false);
    assert_reads(0);
    assert_true(tells("holder=editor%20(7)"));
    fs_fake_hold(world, "/archive/T1/summary.json", NULL, false);
    assert_reads(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_in_comes_out),
        cmocka_unit_test(test_what_was_not_found_is_dropped),
        cmocka_unit_test(test_broken_or_foreign_is_as_none),
        cmocka_unit_test(test_stamp),
        cmocka_unit_test_setup_teardown(test_unchanged_is_not_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_young_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_change_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_time_set_back_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_manifest_hangs_on_the_files_beside_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unchanged_directories_are_not_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_directory_of_the_name_is_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_young_directory_is_listed_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_change_in_between_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_root_that_goes_away_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_held_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a scan says of a manifest beside what the manifest itself gets wrong: files that it does not list. */
#include "watch/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fs_fake.h"

static struct fs_fake *world;
static char note[500];
static bool differs, told;

static void put(void *ctx, const struct fact *f) {
    int manifest = profile_artifact_index(profile_builtin(), "archive_manifest.json");
    (void)ctx;
    if (f->kind != FACT_FILE || f->u.file.artifact != manifest) return;
    told = true;
    differs = f->u.file.differs;
    snprintf(note, sizeof note, "%s", f->u.file.note ? f->u.file.note : "");
}

static int64_t clock_now;

static int64_t mono(void *ctx) {
    (void)ctx;
    return clock_now;
}

static const char *scan(struct scan_memory *memory) {
    const struct fs_ops *fs = fs_fake_ops(world);
    struct scan *s = scan_new(fs, profile_builtin(), ROOT_ARCHIVE);
    struct fs_dir *root;
    scan_set_clock(s, &(struct scan_clock){.mono = mono});
    told = differs = false;
    note[0] = '\0';
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/archive", &root), 0);
    assert_true(scan_place(s, root, "T1", memory, NULL, 0, (struct fact_sink){put, NULL}) >= 0);
    fs->dir_close(fs->ctx, root);
    scan_free(s);
    return note;
}

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs_fake_write_text(world, "/archive/T1/summary.json", "{}");
    fs_fake_write_text(world, "/archive/T1/run_card.md", "not listed, as ever");
    fs_fake_write_text(world, "/archive/T1/ARCHIVE_DONE", "");
    fs_fake_write_text(world, "/archive/T1/series/Run.parquet", "x");
    fs_fake_write_text(world, "/archive/T1/Thumbs.db", "x");
    fs_fake_write_text(world, "/archive/T1/.DS_Store", "x");
    return fs_fake_write_text(world, "/archive/T1/archive_manifest.json",
                              "{\"files\": [{\"path\": \"./summary.json\"}, {\"path\": \"series\\\\run.parquet\"}]}");
}

static int tear_down(void **state) {
    (void)state;
    fs_fake_free(world);
    return 0;
}

static void test_unlisted(void **state) {
    (void)state;
    /* On a drive that does not tell letter case apart the other name is found; here the file is missing. */
    assert_string_equal(scan(NULL), "series/run.parquet is missing");
    assert_true(differs);
    fs_fake_write_text(world, "/archive/T1/series/run.parquet", "x");
    assert_string_equal(scan(NULL), ""); /* "Run.parquet" is as good as listed */
    assert_true(told);
    fs_fake_write_text(world, "/archive/T1/series/old.parquet", "x");
    assert_string_equal(scan(NULL), "series/old.parquet");
    assert_false(differs);
    fs_fake_write_text(world, "/archive/T1/zz.txt", "x");
    fs_fake_write_text(world, "/archive/T1/zz2.txt", "x");
    assert_string_equal(scan(NULL), "zz.txt and 2 more");
    assert_false(differs);
    fs_fake_remove(world, "/archive/T1/summary.json");
    assert_string_equal(scan(NULL), "./summary.json is missing"); /* the difference comes first */
    assert_true(differs);
}

static int stats_with(const char *manifest) {
    fs_fake_write_text(world, "/archive/T1/archive_manifest.json", manifest);
    fs_fake_reset_counts(world);
    scan(NULL);
    assert_true(told);
    return (int)fs_fake_counts(world).op[FS_FAKE_STAT];
}

/* What was read in the same look is not asked for again, but by another name it is. */
static void test_seen_is_not_asked_again(void **state) {
    (void)state;
    fs_fake_write_text(world, "/archive/T1/checks/mass_budget.csv", "a,b\n1,2\n");
    int none = stats_with("{\"files\": []}");
    assert_int_equal(stats_with("{\"files\": [{\"path\": \"summary.json\", \"size\": 2}, "
                                "{\"path\": \"checks/mass_budget.csv\", \"size\": 8}]}"),
                     none);
    assert_false(differs);
    assert_int_equal(stats_with("{\"files\": [{\"path\": \"summary.json\", \"size\": 3}]}"), none);
    assert_string_equal(note, "summary.json is 2 bytes, the manifest says 3");
    assert_int_equal(stats_with("{\"files\": [{\"path\": \"./summary.json\"}, {\"path\": \"mass_budget.csv\"}, "
                                "{\"path\": \"checks/mass\"}]}"),
                     none + 3);
    assert_string_equal(note, "mass_budget.csv is missing (2 differences)");
}

static void test_told_when_it_changes(void **state) {
    (void)state;
    struct scan_memory *memory = calloc(1, sizeof *memory);
    fs_fake_write_text(world, "/archive/T1/series/run.parquet", "x");
    scan(memory);
    assert_true(told);
    scan(memory);
    assert_false(told);
    fs_fake_write_text(world, "/archive/T1/series/old.parquet", "x");
    assert_string_equal(scan(memory), "series/old.parquet");
    fs_fake_remove(world, "/archive/T1/series/old.parquet");
    assert_string_equal(scan(memory), "");
    assert_true(told);
    scan_memory_forget(memory);
    free(memory);
}

/* A manifest that speaks of files the stamp does not know keeps its place awake. */
static void test_sleeps_when_all_is_seen(void **state) {
    (void)state;
    struct scan_memory memory = {.calm = true, .quiet = true};
    fs_fake_write_text(world, "/archive/T1/series/run.parquet", "x");
    fs_fake_remove(world, "/archive/T1/series");
    fs_fake_remove(world, "/archive/T1/summary.json");
    fs_fake_write_text(world, "/archive/T1/archive_manifest.json", "{\"files\": [{\"path\": \"run_card.md\"}]}");
    clock_now = 0;
    for (int i = 0; i < 3; i++, clock_now += SCAN_YOUNG_MS) scan(&memory);
    assert_true(memory.asleep);
    scan_memory_forget(&memory);
    memory.calm = memory.quiet = true;
    fs_fake_write_text(world, "/archive/T1/deep/er/x", "x");
    fs_fake_write_text(world, "/archive/T1/archive_manifest.json", "{\"files\": [{\"path\": \"deep/er/x\"}]}");
    for (int i = 0; i < 4; i++, clock_now += SCAN_YOUNG_MS) scan(&memory);
    assert_false(memory.asleep);
    assert_false(differs);
    fs_fake_remove(world, "/archive/T1/deep/er/x");
    assert_string_equal(scan(&memory), "deep/er/x is missing");
    scan_memory_forget(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unlisted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_seen_is_not_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_told_when_it_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sleeps_when_all_is_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

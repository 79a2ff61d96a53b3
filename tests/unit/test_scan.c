/* What a scan tells of a case directory: which file stands for an artifact, and who holds it. */
#include "support/fs_fake.h"
#include "watch/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <uv.h>

static struct fs_fake *world;
static struct fs_dir *root;
static struct scan *scan;
static struct scan_memory *memory;
static struct fact_batch *told;

static const char summary[] = "/batch/T1/summary.json", config[] = "/batch/T1/run_config.json";
static const char budget[] = "/batch/T1/checks/mass_budget.csv", series[] = "/batch/T1/series/run.parquet";

static int64_t mono(void *ctx) { return fs_fake_now_ms(ctx); }

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs_fake_write_text(world, config, "{\"a\": 1}");
    fs_fake_write_text(world, budget, "a,b\n1,2\n");
    fs_fake_write(world, series, "PAR1xxxx\x04\0\0\0PAR1", 16);
    const struct fs_ops *fs = fs_fake_ops(world);
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/batch", &root), 0);
    scan = scan_new(fs, profile_builtin(), ROOT_BATCH);
    scan_set_clock(scan, &(struct scan_clock){mono, NULL, world});
    memory = calloc(1, sizeof *memory);
    told = fact_batch_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    const struct fs_ops *fs = fs_fake_ops(world);
    fact_batch_free(told);
    scan_memory_forget(memory);
    free(memory);
    scan_free(scan);
    fs->dir_close(fs->ctx, root);
    fs_fake_free(world);
    return 0;
}

static void put(void *ctx, const struct fact *f) { fact_batch_add(ctx, f); }

/* Looks are so far apart that what was whole at one is not read again at the next but one. */
static int look(void) {
    fs_fake_advance(world, SCAN_YOUNG_MS);
    fact_batch_clear(told);
    fs_fake_reset_counts(world);
    return scan_place(scan, root, "T1", memory, NULL, fs_fake_now_ms(world), (struct fact_sink){put, told});
}

/* The fact told of an artifact in the last look; NULL none. */
static const struct fact_file *file_told(const char *path) {
    int artifact = profile_artifact_index(profile_builtin(), path);
    for (size_t i = 0; i < fact_batch_count(told); i++) {
        const struct fact *f = fact_batch_at(told, i);
        if (f->kind == FACT_FILE && f->u.file.artifact == artifact) return &f->u.file;
    }
    return NULL;
}

/* A lock on a file that is not whole is told with the file, each time it is taken or given back. */
static void test_growing_file(void **state) {
    (void)state;
    fs_fake_write_text(world, budget, "a,b\n1,");
    look();
    assert_false(file_told("checks/mass_budget.csv")->locked);
    fs_fake_hold(world, budget, "python (4711)", false);
    look();
    const struct fact_file *f = file_told("checks/mass_budget.csv");
    assert_non_null(f);
    assert_true(f->locked);
    assert_string_equal(f->holder, "python (4711)");
    assert_int_equal(f->content, CONTENT_PARTIAL);
    look();
    assert_null(file_told("checks/mass_budget.csv"));
    fs_fake_hold(world, budget, "scanner (12)", false);
    look();
    assert_string_equal(file_told("checks/mass_budget.csv")->holder, "scanner (12)");
    fs_fake_hold(world, budget, NULL, false);
    look();
    f = file_told("checks/mass_budget.csv");
    assert_false(f->locked);
    assert_null(f->holder);
}

/* A whole file of an unfinished case at rest is asked for its lock, without being read again. */
static void test_whole_file_of_idle_case(void **state) {
    (void)state;
    look();
    look(); /* now it is at rest */
    fs_fake_hold(world, budget, "MsMpEng.exe (9)", false);
    assert_int_equal(look(), 0); /* a lock is no change of the case */
    const struct fact_file *f = file_told("checks/mass_budget.csv");
    assert_non_null(f);
    assert_true(f->locked);
    assert_int_equal(f->content, CONTENT_WHOLE);
    look();
    assert_null(file_told("checks/mass_budget.csv"));
    assert_int_equal(fs_fake_counts(world).bytes_read, 0);
    fs_fake_hold(world, budget, NULL, false);
    assert_int_equal(look(), 0);
    assert_false(file_told("checks/mass_budget.csv")->locked);
}

/* Nothing is asked while a case changes, nor when it is finished, unless a lock is still to be given back. */
static void test_asked_only_when_it_matters(void **state) {
    (void)state;
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 0);
    fs_fake_write_text(world, "/batch/T1/log.txt", "1");
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 0);
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 0);
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 3);
    fs_fake_write_text(world, summary, "{}");
    fs_fake_hold(world, summary, "", false);
    look();
    assert_true(file_told("summary.json")->locked);
    assert_null(file_told("summary.json")->holder);
    look();
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 1);
    fs_fake_hold(world, summary, NULL, false);
    look();
    assert_false(file_told("summary.json")->locked);
    look();
    assert_int_equal(fs_fake_counts(world).closed_locks, 0);
}

/* A file whose holder shares nothing cannot be read: it is unreadable, locked, and by whom is told. */
static void test_refused(void **state) {
    (void)state;
    fs_fake_hold(world, config, "excel.exe (77)", true);
    look();
    const struct fact_file *f = file_told("run_config.json");
    assert_int_equal(f->content, CONTENT_UNREADABLE);
    assert_true(f->locked);
    assert_string_equal(f->holder, "excel.exe (77)");
    fs_fake_hold(world, config, NULL, false);
    look();
    f = file_told("run_config.json");
    assert_int_equal(f->content, CONTENT_WHOLE);
    assert_false(f->locked);
    look();
    fs_fake_hold(world, config, "excel.exe (77)", true);
    look();
    assert_int_equal(file_told("run_config.json")->content, CONTENT_UNREADABLE);
}

/* In a directory that cannot be read every file is unreadable; of a marker of failure nothing is told. */
static void test_unreadable_directory(void **state) {
    (void)state;
    fs_fake_fail(world, "/batch/T1", false, -1, UV_EACCES);
    look();
    assert_int_equal(file_told("summary.json")->content, CONTENT_UNREADABLE);
    assert_int_equal(file_told("summary.json")->size, 0);
    assert_null(file_told("ARCHIVE_SKIPPED"));
    assert_null(file_told("INCOMPLETE"));
}

/* A directory with the name of the file does not hide what else there is. */
static void test_directory_for_a_file(void **state) {
    (void)state;
    fs_fake_remove(world, series);
    fs_fake_mkdir(world, series);
    look();
    assert_int_equal(file_told("series/run.parquet")->content, CONTENT_NOT_A_FILE);
    fs_fake_write(world, "/batch/T1/series/psd_hist.parquet", "PAR1xxxx\x04\0\0\0PAR1", 16);
    look();
    const struct fact_file *f = file_told("series/run.parquet");
    assert_int_equal(f->content, CONTENT_WHOLE);
    assert_int_equal(f->via, VIA_ALTERNATIVE);
    look();
    assert_null(file_told("series/run.parquet"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_growing_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whole_file_of_idle_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asked_only_when_it_matters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_directory_for_a_file, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

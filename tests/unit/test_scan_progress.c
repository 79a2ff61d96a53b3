/* Footers of merged and chunk files: what is told of them, and that none is read twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fs_fake.h"
#include "support/parquet_maker.h"
#include "watch/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES "/batch/T1/series/"

static struct fs_fake *world;
static struct fs_dir *root;
static struct scan *scan;
static struct scan_memory *memory;
static struct pq_bytes made;
static struct fact told;
static int n_told, n_changed;

static int64_t mono(void *ctx) { return fs_fake_now_ms(ctx); }
static int64_t wall(void *ctx) { return fs_fake_now_ns(ctx) / 1000000; }

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs_fake_mkdir(world, "/batch/T1/series");
    const struct fs_ops *fs = fs_fake_ops(world);
    assert_int_equal(fs->dir_open(fs->ctx, NULL, "/batch", &root), 0);
    scan = scan_new(fs, profile_builtin(), ROOT_BATCH);
    scan_set_clock(scan, &(struct scan_clock){mono, wall, world});
    memory = calloc(1, sizeof *memory);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    const struct fs_ops *fs = fs_fake_ops(world);
    scan_memory_forget(memory);
    free(memory);
    scan_free(scan);
    fs->dir_close(fs->ctx, root);
    fs_fake_free(world);
    pq_free(&made);
    return 0;
}

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    if (f->kind != FACT_PROGRESS) return;
    told = *f;
    n_told++;
}

static void look_with(struct scan_memory *m) {
    n_told = 0;
    fs_fake_reset_counts(world);
    n_changed = scan_place(scan, root, "T1", m, NULL, mono(world), (struct fact_sink){put, NULL});
    assert_true(n_changed >= 0);
}

/* A look; returns how many files were read. */
static int look(void) {
    look_with(memory);
    return (int)fs_fake_counts(world).op[FS_FAKE_READ];
}

/* Files that are read again because they are young are no concern of these tests. */
static void let_it_age(void) {
    for (int i = 0; i < 3; i++) {
        fs_fake_advance(world, SCAN_YOUNG_MS);
        look();
    }
}

static const char *chunk_path(int i) {
    static char path[128];
    snprintf(path, sizeof path, SERIES "run_chunk_%09d_%09d.parquet", i * 10, i * 10 + 9);
    return path;
}

static void write_file(const char *path, int64_t rows, double max) {
    pq_make_simple(&made, rows, 0, max);
    fs_fake_write(world, path, made.data, made.len);
}

static void write_chunk(int i, int64_t rows, double max) { write_file(chunk_path(i), rows, max); }

static void expect_at(int line, int64_t rows, int64_t chunk_rows, unsigned chunks, bool all, double value) {
    if (n_told != 1) fail_msg("line %d: told %d times", line, n_told);
    if (told.u.progress.rows != rows || told.u.progress.chunk_rows != chunk_rows || told.u.progress.chunks != chunks ||
        told.u.progress.all != all) {
        fail_msg("line %d: %d rows, %d in %u chunks%s", line, (int)told.u.progress.rows,
                 (int)told.u.progress.chunk_rows, told.u.progress.chunks, told.u.progress.all ? ", all" : "");
    }
    double found = told.u.progress.value;
    if (isnan(value) ? !isnan(found) : !(found >= value && found <= value)) fail_msg("line %d: value %g", line, found);
    assert_string_equal(told.place, "T1");
}
#define EXPECT(...) expect_at(__LINE__, __VA_ARGS__)
#define EXPECT_NOTHING_NEW() assert_int_equal(n_told, 0)

static void test_nothing(void **state) {
    (void)state;
    look();
    EXPECT(-1, -1, 0, false, NAN); /* said once: the model may know more from before */
    look();
    EXPECT_NOTHING_NEW();
    look_with(NULL);
    EXPECT_NOTHING_NEW();
}

static void test_chunks_are_read_once(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) write_chunk(i, 10, i + 1);
    look();
    EXPECT(-1, 200, 20, true, 20);
    let_it_age();
    assert_int_equal(look(), 0);
    EXPECT_NOTHING_NEW();
    /* One more: it is the only one that is read. */
    write_chunk(20, 7, 20.5);
    assert_int_equal(look(), 1);
    EXPECT(-1, 207, 21, true, 20.5);
    let_it_age();
    assert_int_equal(look(), 0);
    /* Several at once. */
    for (int i = 21; i < 25; i++) write_chunk(i, 10, i);
    assert_int_equal(look(), 4);
    EXPECT(-1, 247, 25, true, 24);
    /* Other series are none of its chunks. */
    write_file(SERIES "psd_hist_chunk_000000000_000000009.parquet", 400, 400);
    write_file(SERIES "diagnostics.parquet", 400, 400);
    look();
    EXPECT_NOTHING_NEW();
}

static void test_newest_still_grows(void **state) {
    (void)state;
    write_chunk(0, 10, 1);
    fs_fake_write_text(world, chunk_path(1), "PAR1 and more to come");
    look();
    EXPECT(-1, 10, 2, false, 1);
    write_chunk(1, 10, 2);
    look();
    EXPECT(-1, 20, 2, true, 2);
    /* Whole, and rewritten with more. */
    let_it_age();
    write_chunk(1, 15, 3);
    look();
    EXPECT(-1, 25, 2, true, 3);
}

static void test_one_that_is_broken(void **state) {
    (void)state;
    write_chunk(0, 10, 1);
    fs_fake_write_text(world, chunk_path(1), "PAR1 and no more");
    write_chunk(2, 10, 3);
    look();
    EXPECT(-1, -1, 3, false, 3); /* how many rows there are is not known, how far it is is */
    let_it_age();
    assert_int_equal(look(), 1); /* only the broken one is tried again */
    EXPECT_NOTHING_NEW();
    write_chunk(1, 10, 2);
    look();
    EXPECT(-1, 30, 3, true, 3);
}

static void test_merged(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) write_chunk(i, 10, i + 1);
    look();
    EXPECT(-1, 40, 4, true, 4);
    fs_fake_write_text(world, SERIES "run.parquet", "PAR1 and more to come");
    look();
    EXPECT_NOTHING_NEW();
    write_file(SERIES "run.parquet", 40, 4);
    look();
    EXPECT(40, 40, 4, true, 4);
    let_it_age();
    assert_int_equal(look(), 0);
    for (int i = 0; i < 4; i++) {
        fs_fake_remove(world, chunk_path(i));
        if (i == 1) {
            look();
            EXPECT(40, 20, 2, true, 4);
        }
    }
    look();
    EXPECT(40, -1, 0, false, 4);
    let_it_age();
    assert_int_equal(look(), 0);
}

/* Chunks of another attempt under the same names: what they say is held against the merged file only as it is now. */
static void test_same_names_other_files(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) write_chunk(i, 10, i + 1);
    look();
    let_it_age();
    for (int i = 0; i < 4; i++) write_chunk(i, 5, i + 1);
    write_file(SERIES "run.parquet", 20, 4);
    look();
    EXPECT(20, 20, 4, true, 4);
    for (int i = 0; i < 4; i++) fs_fake_remove(world, chunk_path(i));
    fs_fake_remove(world, SERIES "run.parquet");
    look();
    EXPECT(-1, -1, 0, false, NAN);
    for (int i = 0; i < 4; i++) write_chunk(i, 2, i + 1);
    look();
    EXPECT(-1, 8, 4, true, 4);
}

static void test_many_are_read_over_several_looks(void **state) {
    (void)state;
    enum { MANY = 3 * SCAN_FOOTERS };
    for (int i = 0; i < MANY; i++) write_chunk(i, 10, i + 1);
    assert_true(look() <= SCAN_FOOTERS + 2);
    EXPECT(-1, -1, MANY, false, MANY); /* the newest is known at once */
    look();
    EXPECT_NOTHING_NEW();
    look();
    EXPECT(-1, 10 * MANY, MANY, true, MANY);
    let_it_age();
    assert_int_equal(look(), 0);
    /* In one pass, together. */
    look_with(NULL);
    EXPECT(-1, 10 * MANY, MANY, true, MANY);
}

static void test_without_statistics(void **state) {
    (void)state;
    const int64_t rows = 5;
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE};
    pq_make(&made, &(struct pq_file){.columns = &column, .n_columns = 1, .rows = &rows, .groups = 1});
    fs_fake_write(world, chunk_path(0), made.data, made.len);
    look();
    EXPECT(-1, 5, 1, true, NAN);
    /* Whole by its ends, and nobody knows how many rows it has. */
    fs_fake_write_text(world, SERIES "run.parquet", "PAR1footer");
    fs_fake_append(world, SERIES "run.parquet", "\6\0\0\0PAR1", 8);
    look();
    EXPECT_NOTHING_NEW();
}

static void test_place_gone_and_back(void **state) {
    (void)state;
    write_chunk(0, 10, 1);
    look();
    EXPECT(-1, 10, 1, true, 1);
    fs_fake_rename(world, "/batch/T1", "/batch/T2");
    look();
    EXPECT_NOTHING_NEW();
    fs_fake_rename(world, "/batch/T2", "/batch/T1");
    look();
    EXPECT(-1, 10, 1, true, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_nothing),
        TEST(test_chunks_are_read_once),
        TEST(test_newest_still_grows),
        TEST(test_one_that_is_broken),
        TEST(test_merged),
        TEST(test_same_names_other_files),
        TEST(test_many_are_read_over_several_looks),
        TEST(test_without_statistics),
        TEST(test_place_gone_and_back),
    };
    return cmocka_run_group_tests_name("scan_progress", tests, NULL, NULL);
}

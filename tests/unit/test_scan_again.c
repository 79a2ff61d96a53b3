/* Which files a scan with memory reads again. */
#include "support/fs_fake.h"
#include "watch/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SUMMARY "/batch/T1/summary.json"
static const char whole[] = "{\"a\": 1}", broken[] = "{\"a\": 1 ";

static struct fs_fake *world;
static struct fs_dir *root;
static struct scan *scan;
static struct scan_memory *memory;
static int content; /* of summary.json as the last look told it, -1 not told */

static int64_t mono(void *ctx) { return fs_fake_now_ms(ctx); }
static int64_t wall(void *ctx) { return fs_fake_now_ns(ctx) / 1000000; }

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    fs_fake_mkdir(world, "/batch/T1");
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
    return 0;
}

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    if (f->kind == FACT_FILE && f->u.file.artifact == profile_artifact_index(profile_builtin(), "summary.json")) {
        content = f->u.file.content;
    }
}

/* Bytes that were read. */
static uint64_t look(void) {
    content = -1;
    fs_fake_reset_counts(world);
    assert_true(scan_place(scan, root, "T1", memory, NULL, mono(world), (struct fact_sink){put, NULL}) >= 0);
    return fs_fake_counts(world).bytes_read;
}

/* Rewritten in place, the same size, within the tick: only its content tells. */
static void test_same_size_and_time(void **state) {
    (void)state;
    fs_fake_granularity(world, "/batch/T1", INT64_C(2000000000));
    fs_fake_write_text(world, SUMMARY, whole);
    look();
    assert_int_equal(content, CONTENT_WHOLE);
    fs_fake_advance(world, 1500);
    fs_fake_write_text(world, SUMMARY, broken);
    look();
    assert_int_equal(content, CONTENT_PARTIAL);
    fs_fake_write_text(world, SUMMARY, whole);
    look();
    assert_int_equal(content, CONTENT_WHOLE);
}

static void test_not_for_ever(void **state) {
    (void)state;
    fs_fake_write_text(world, SUMMARY, whole);
    assert_true(look() > 0);
    fs_fake_advance(world, SCAN_YOUNG_MS - 1);
    assert_true(look() > 0);
    fs_fake_advance(world, 1);
    assert_true(look() > 0);
    assert_int_equal(look(), 0);
    assert_int_equal(content, -1);
    fs_fake_write_text(world, SUMMARY, whole);
    assert_true(look() > 0);
    assert_true(look() > 0);
}

/* On a slow drive the age of a version counts from when it was seen, not from when the look began. */
static void delay(void *arg, enum fs_fake_op op, const char *path) {
    (void)path;
    if (op == FS_FAKE_OPEN) fs_fake_advance(arg, 5000);
}

static void test_slow_drive(void **state) {
    (void)state;
    fs_fake_write_text(world, SUMMARY, whole);
    fs_fake_hook(world, delay, world);
    look();
    fs_fake_hook(world, NULL, NULL);
    assert_true(look() > 0);
    assert_true(look() > 0);
}

static void test_old_files_are_read_once(void **state) {
    (void)state;
    fs_fake_write_text(world, SUMMARY, whole);
    fs_fake_advance(world, INT64_C(2) * 86400 * 1000);
    assert_true(look() > 0);
    assert_int_equal(look(), 0);
}

/* ---- asleep ---- */

/* A place is finished with its summary. */
static void need_the_summary_only(void) {
    static struct profile p;
    const struct fs_ops *fs = fs_fake_ops(world);
    p = *profile_builtin();
    for (int i = 0; i < p.n_artifacts; i++) {
        if (i != profile_artifact_index(&p, "summary.json")) p.artifact[i].roles &= ~(unsigned)ROLE_REQUIRED;
    }
    scan_free(scan);
    scan = scan_new(fs, &p, ROOT_BATCH);
    scan_set_clock(scan, &(struct scan_clock){mono, wall, world});
}

static void test_finished_sleeps(void **state) {
    (void)state;
    need_the_summary_only();
    fs_fake_write_text(world, SUMMARY, whole);
    look();
    assert_false(memory->asleep); /* it was not calm */
    memory->calm = true;
    look();
    assert_true(memory->asleep);
    memory->calm = false; /* which was the age of its files, and no matter now */
    fs_fake_advance(world, SCAN_YOUNG_MS);
    assert_true(look() > 0); /* read once more, and told once more: that is no change */
    assert_int_equal(content, CONTENT_WHOLE);
    assert_true(memory->asleep && memory->rested);
    assert_int_equal(look(), 0);
    assert_int_equal(content, -1);
    fs_fake_hold(world, SUMMARY, "a spreadsheet (9)", false); /* no stamp tells of that */
    look();
    assert_int_equal(content, CONTENT_WHOLE);
    assert_true(memory->held && !memory->asleep);
    fs_fake_hold(world, SUMMARY, NULL, false);
    memory->calm = true;
    look();
    assert_true(memory->asleep && !memory->held);
    memory->calm = false;
    fs_fake_advance(world, 60000);
    fs_fake_write_text(world, SUMMARY, broken);
    assert_true(look() > 0);
    assert_int_equal(content, CONTENT_PARTIAL);
    assert_false(memory->asleep || memory->finished);
    fs_fake_remove(world, "/batch/T1");
    look();
    assert_false(memory->present || memory->asleep);
}

/* Rewritten within the tick after the look that let it sleep. */
static void test_sleeps_lightly(void **state) {
    (void)state;
    need_the_summary_only();
    fs_fake_granularity(world, "/batch/T1", INT64_C(2000000000));
    fs_fake_write_text(world, SUMMARY, whole);
    memory->calm = true;
    look();
    assert_true(memory->asleep);
    fs_fake_advance(world, 1500);
    fs_fake_write_text(world, SUMMARY, broken);
    look();
    assert_int_equal(content, CONTENT_PARTIAL);
    assert_false(memory->asleep);
}

/* One that takes the name of another with an old time just after that one was read. */
static void replace_by_an_old_one(void *arg, enum fs_fake_op op, const char *path) {
    static bool done;
    (void)arg;
    if (op != FS_FAKE_STAT || strcmp(path, SUMMARY) != 0 || done) return;
    done = true;
    fs_fake_replace(world, SUMMARY, broken, strlen(broken));
    fs_fake_set_mtime(world, SUMMARY, fs_fake_now_ns(world) - INT64_C(3) * 86400 * 1000000000);
}

static void test_stamp_of_what_was_read(void **state) {
    (void)state;
    need_the_summary_only();
    fs_fake_write_text(world, SUMMARY, whole);
    fs_fake_advance(world, INT64_C(2) * 86400 * 1000);
    memory->calm = true;
    fs_fake_hook(world, replace_by_an_old_one, NULL);
    look();
    fs_fake_hook(world, NULL, NULL);
    assert_int_equal(content, CONTENT_WHOLE);
    look();
    assert_int_equal(content, CONTENT_PARTIAL);
}

/* An unfinished one sleeps when it is quiet, and wakes when somebody holds a file of it. */
static void test_quiet_sleeps(void **state) {
    (void)state;
    fs_fake_write_text(world, SUMMARY, whole);
    fs_fake_advance(world, INT64_C(2) * 86400 * 1000);
    memory->quiet = true;
    look();
    assert_false(memory->asleep);
    look();
    assert_true(memory->asleep);
    assert_int_equal(look(), 0);
    fs_fake_hold(world, SUMMARY, "a virus scanner (17)", false);
    look();
    assert_int_equal(content, CONTENT_WHOLE);
    assert_true(memory->held && !memory->asleep);
    fs_fake_hold(world, SUMMARY, NULL, false);
    look();
    look();
    assert_true(memory->asleep && !memory->held);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_size_and_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slow_drive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_files_are_read_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finished_sleeps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sleeps_lightly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stamp_of_what_was_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quiet_sleeps, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

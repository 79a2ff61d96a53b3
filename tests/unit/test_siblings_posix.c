#include "watch/siblings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "support/fs_fake.h"

#define TAG "/out/temp_supply"
#define BATCH TAG "/20260102-0000__abc__seed0"
#define LIST "1 0.1 1\n2 0.1 1\n3 0.1 1\n"
#define PARQUET "PAR1columns.columns.footer.footer.f\020\000\000\000PAR1"

static struct fs_fake *world;
static struct sweep_list *list;
static bool wanted[3];
static char found[2048]; /* "TITLE=PATH(whole) ..." */
static bool cut;

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    list = sweep_list_parse(LIST, strlen(LIST), profile_builtin(), 0);
    wanted[0] = wanted[1] = wanted[2] = true;
    return fs_fake_mkdir(world, BATCH);
}

static int tear_down(void **state) {
    (void)state;
    struct fs_fake_counts counts = fs_fake_counts(world);
    sweep_list_free(list);
    fs_fake_free(world);
    return counts.open_handles == 0 && counts.special_opens == 0 ? 0 : -1;
}

static void write_case(const char *dir, bool whole) {
    char path[512];
    snprintf(path, sizeof path, "%s/run_config.json", dir);
    fs_fake_write_text(world, path, "{}");
    if (!whole) return;
    snprintf(path, sizeof path, "%s/summary.json", dir);
    fs_fake_write_text(world, path, "{}");
    snprintf(path, sizeof path, "%s/checks/mass_budget.csv", dir);
    fs_fake_write_text(world, path, "a\n1\n");
    snprintf(path, sizeof path, "%s/series/run.parquet", dir);
    fs_fake_write(world, path, PARQUET, sizeof PARQUET - 1);
}

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    assert_int_equal(f->kind, FACT_ELSEWHERE);
    assert_int_equal(f->at, 77);
    size_t n = strlen(found);
    snprintf(found + n, sizeof found - n, "%s%s=%s(%d)", n > 0 ? " " : "", f->place, f->u.elsewhere.path,
             f->u.elsewhere.whole);
}

static const char *archive;

static int search_from(const char *batch) {
    struct siblings_options o = {.fs = fs_fake_ops(world),
                                 .profile = profile_builtin(),
                                 .list = list,
                                 .wanted = wanted,
                                 .batch = batch,
                                 .archive = archive,
                                 .budget_ms = 60 * 1000};
    found[0] = '\0';
    return siblings_search(&o, 77, (struct fact_sink){put, NULL}, &cut);
}

static int search(void) { return search_from(BATCH); }

static void test_beside(void **state) {
    (void)state;
    write_case(BATCH "/T1_eps0p1_tau1", true); /* its own are not elsewhere */
    write_case(TAG "/20260101-0000__abc__seed0/T2_eps0p1_tau1", true);
    write_case(TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1_mu1p0", false);
    write_case(TAG "/20260101-0000__abc__seed0/T9_eps0p1_tau1", true);
    fs_fake_mkdir(world, TAG "/20260103-0000__abc__seed0/T2_eps0p1_tau1/series"); /* empty: proves nothing */
    fs_fake_mkdir(world, TAG "/20260103-0000__abc__seed0/T1_eps0p1_tau1/series");
    fs_fake_write_text(world, TAG "/notes.txt", "x");
    assert_int_equal(search(), 2);
    assert_string_equal(found, "T2_eps0p1_tau1=" TAG "/20260101-0000__abc__seed0/T2_eps0p1_tau1(4) "
                               "T3_eps0p1_tau1=" TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1_mu1p0(1)");
    assert_false(cut);
    wanted[1] = false;
    assert_int_equal(search(), 1);
    /* The one with more in it, then the newest. */
    write_case(TAG "/20260103-0000__abc__seed0/T3_eps0p1_tau1", false);
    assert_int_equal(search(), 1);
    assert_string_equal(found, "T3_eps0p1_tau1=" TAG "/20260103-0000__abc__seed0/T3_eps0p1_tau1(1)");
    write_case(TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1_mu1p0", true);
    assert_int_equal(search(), 1);
    assert_string_equal(found, "T3_eps0p1_tau1=" TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1_mu1p0(4)");
}

static void test_other_tags(void **state) {
    (void)state;
    write_case("/out/other/20260101-0000__abc__seed0/T1_eps0p1_tau1", true);
    write_case("/out/other/plain/T2_eps0p1_tau1", true); /* no batch by its name */
    write_case(TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1", false);
    write_case("/out/other/20260101-0000__abc__seed0/T3_eps0p1_tau1", true); /* beside the batch comes first */
    assert_int_equal(search(), 2);
    assert_string_equal(found, "T1_eps0p1_tau1=/out/other/20260101-0000__abc__seed0/T1_eps0p1_tau1(4) "
                               "T3_eps0p1_tau1=" TAG "/20260101-0000__abc__seed0/T3_eps0p1_tau1(1)");
    /* A batch that somebody named himself may stand anywhere: only what is beside it is looked at. */
    fs_fake_mkdir(world, "/out/own/batch");
    assert_int_equal(search_from("/out/own/batch"), 0);
}

static void test_archive(void **state) {
    (void)state;
    write_case(TAG "/kept/T1_eps0p1_tau1", true); /* an older batch's copy */
    write_case("/out/kept/20260101-0000__abc__seed0/T2_eps0p1_tau1", true);
    assert_int_equal(search(), 2);
    archive = TAG "/kept";
    assert_int_equal(search(), 1);
    assert_string_equal(found, "T2_eps0p1_tau1=/out/kept/20260101-0000__abc__seed0/T2_eps0p1_tau1(4)");
    archive = "/out/kept";
    assert_int_equal(search(), 1);
    assert_string_equal(found, "T1_eps0p1_tau1=" TAG "/kept/T1_eps0p1_tau1(4)");
    archive = NULL;
}

static void test_bounds(void **state) {
    (void)state;
    for (int i = 0; i < SIBLINGS_MAX + 20; i++) {
        char path[256];
        snprintf(path, sizeof path, TAG "/2025%04d-0000__abc__seed0/T%d_eps0p1_tau1", i, i < 20 ? 1 : 9);
        write_case(path, false);
    }
    fs_fake_reset_counts(world);
    assert_int_equal(search(), 0); /* the oldest are beyond the bounds */
    assert_true(cut);
    assert_true(fs_fake_counts(world).op[FS_FAKE_LIST] < SIBLINGS_MAX + 10);
}

static void test_stopped(void **state) {
    (void)state;
    atomic_bool stop = true;
    write_case(TAG "/20260101-0000__abc__seed0/T2_eps0p1_tau1", true);
    struct siblings_options o = {.fs = fs_fake_ops(world),
                                 .profile = profile_builtin(),
                                 .list = list,
                                 .wanted = wanted,
                                 .batch = BATCH,
                                 .budget_ms = 60 * 1000,
                                 .stop = &stop};
    assert_int_equal(siblings_search(&o, 77, (struct fact_sink){put, NULL}, &cut), 0);
    assert_true(cut);
}

static void test_errors(void **state) {
    (void)state;
    write_case(TAG "/20260101-0000__abc__seed0/T2_eps0p1_tau1", true);
    write_case(TAG "/20260103-0000__abc__seed0/T2_eps0p1_tau1", true);
    fs_fake_fail(world, TAG "/20260103-0000__abc__seed0", true, -1, UV_EACCES);
    assert_int_equal(search(), 1); /* one that cannot be read does not end the search */
    assert_string_equal(found, "T2_eps0p1_tau1=" TAG "/20260101-0000__abc__seed0/T2_eps0p1_tau1(4)");
    fs_fake_fail(world, TAG, false, 1 << FS_FAKE_DIR_OPEN, UV_EIO);
    assert_int_equal(search(), UV_EIO);
    assert_int_equal(search_from("relative"), UV_EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_tags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_archive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

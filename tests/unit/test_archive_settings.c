/* What the configurations say of archiving, in all their forms, and what it makes of a case. */
#include "report/report.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CASE "T1_eps0p1_tau1"
#define LIST "1 0.1 1\n"

static struct world w;

static void begin(enum archive_mode mode) {
    world_init(&w, true);
    w.policy.archive = mode;
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(&w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_list(&w, LIST);
    for (int r = 0; r < ROOT_COUNT; r++) {
        world_scan_begin(&w, (enum root_id)r);
        world_scan_end(&w, (enum root_id)r);
    }
}

struct said {
    const char *name, *text;
    int form;
};

/* The configuration, whole, with these values. */
static void config(enum root_id root, const struct said *said, size_t n) {
    struct fact_value values[8];
    for (size_t i = 0; i < n; i++) {
        values[i] =
            (struct fact_value){profile_value_index(profile_builtin(), said[i].name), said[i].text, said[i].form};
        assert_true(values[i].value >= 0);
    }
    struct fact f = {.kind = FACT_FILE, .root = root, .at = w.now, .place = CASE};
    f.u.file = (struct fact_file){.artifact = profile_artifact_index(profile_builtin(), "run_config.json"),
                                  .content = CONTENT_WHOLE,
                                  .size = 8123,
                                  .mtime_ns = world_wall(&w) * 1000000,
                                  .values = values,
                                  .n_values = n};
    table_apply(w.table, &f);
    world_place(&w, root, CASE);
    world_tick(&w);
}
#define CONFIG(root, ...)                                                                                              \
    config(root, (const struct said[]){__VA_ARGS__}, sizeof((const struct said[]){__VA_ARGS__}) / sizeof(struct said))

static enum case_status status(void) { return (enum case_status)table_row(w.table, 0)->status; }
static const char *found(enum root_id root) { return report_found(w.table, table_row(w.table, 0), root); }

static void test_switched(void **state) {
    (void)state;
    begin(ARCHIVE_GIVEN);
    world_results(&w, CASE, 0);
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 0});
    assert_int_equal(status(), STATUS_ARCHIVING);
    CONFIG(ROOT_BATCH, {"archive.enabled", "false", 1});
    assert_int_equal(status(), STATUS_COMPLETE);
    /* Forced off is off after all, wherever it stands. */
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 0}, {"archive.forced_off_env", "true", 1});
    assert_int_equal(status(), STATUS_COMPLETE);
    CONFIG(ROOT_BATCH, {"archive.forced_off_env", "true", 2}, {"archive.enabled", "true", 2});
    assert_int_equal(status(), STATUS_COMPLETE);
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 0}, {"archive.forced_off_env", "false", 0});
    assert_int_equal(status(), STATUS_ARCHIVING);
    CONFIG(ROOT_BATCH, {"status", "final", 0}); /* what is absent says nothing: an archive was named, it is in play */
    assert_int_equal(status(), STATUS_ARCHIVING);
    world_free(&w);
}

/* The merged result goes straight to the drive, long before the rest is copied. */
static void test_merged_there(void **state) {
    (void)state;
    begin(ARCHIVE_GIVEN);
    world_results(&w, CASE, 0);
    world_file(&w, ROOT_BATCH, CASE, "series/run.parquet", CONTENT_ABSENT, 0, 0, NULL);
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 0}, {"archive.merge_target", "external", 0});
    assert_int_equal(status(), STATUS_RUNNING); /* not merged yet */
    world_file(&w, ROOT_ARCHIVE, CASE, "series/run.parquet", CONTENT_WHOLE, 1234, 0, NULL);
    world_place(&w, ROOT_ARCHIVE, CASE);
    world_tick(&w);
    assert_int_equal(status(), STATUS_ARCHIVING);
    assert_string_equal(found(ROOT_ARCHIVE), "true");
    table_set_over(w.table, true, w.now);
    world_tick(&w);
    assert_int_equal(status(), STATUS_ARCHIVE_FAILED); /* the results are valid, the archive is not */
    table_set_over(w.table, false, w.now);
    world_archived(&w, CASE, 0);
    world_tick(&w);
    assert_int_equal(status(), STATUS_COMPLETE);
    world_free(&w);
}

/* keep_local: metadata leaves no series here, none leaves nothing. */
static void test_kept(void **state) {
    (void)state;
    begin(ARCHIVE_GIVEN);
    world_results(&w, CASE, 0);
    world_archived(&w, CASE, 0);
    CONFIG(ROOT_ARCHIVE, {"outdir", "/data/sweep/batch_1/" CASE, 0}, {"archive.enabled", "true", 1},
           {"archive.keep_local", "none", 1});
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 1}, {"archive.keep_local", "none", 1});
    assert_int_equal(status(), STATUS_COMPLETE);
    world_file(&w, ROOT_BATCH, CASE, "series/run.parquet", CONTENT_ABSENT, 0, 0, NULL);
    world_tick(&w);
    assert_int_equal(status(), STATUS_COMPLETE);
    assert_string_equal(found(ROOT_BATCH), "true");
    world_scan_begin(&w, ROOT_BATCH);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(status(), STATUS_COMPLETE);
    assert_string_equal(found(ROOT_BATCH), "false");
    assert_string_equal(found(ROOT_ARCHIVE), "true");
    /* The drive goes: what is known stays and is said to be old, nothing becomes missing. */
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, "unplugged");
    world_tick(&w);
    assert_int_equal(status(), STATUS_COMPLETE);
    assert_true(table_row(w.table, 0)->flags & FLAG_UNVERIFIED);
    assert_string_equal(found(ROOT_ARCHIVE), "true");
    world_free(&w);
}

/* "" for --archive-dir: none, whatever the configurations say. */
static void test_none_wanted(void **state) {
    (void)state;
    world_init(&w, false);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, LIST);
    world_results(&w, CASE, 0);
    CONFIG(ROOT_BATCH, {"archive.enabled", "true", 0}, {"archive.dir", "/mnt/archive", 0});
    world_file(&w, ROOT_BATCH, CASE, "ARCHIVE_SKIPPED", CONTENT_WHOLE, 9, 0, "no drive");
    world_tick(&w);
    assert_int_equal(status(), STATUS_COMPLETE);
    assert_null(table_learned_archive(w.table, NULL));
    assert_string_equal(found(ROOT_ARCHIVE), "false");
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switched),
        cmocka_unit_test(test_merged_there),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_none_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

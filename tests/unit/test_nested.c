/* An archive that keeps each batch in a directory of its own: ARCHIVE/BATCH/TITLE beside ARCHIVE/TITLE. */
#include "model/table.h"
#include "watch/pool.h"
#include "watch/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "support/fs_fake.h"

#define LIST "1 0.1 1\n2 0.1 1\n3 0.1 1\n"
#define ONE "T1_eps0p1_tau1"
#define TWO "T2_eps0p1_tau1"
#define THREE "T3_eps0p1_tau1"

static struct fs_fake *world;
static struct sweep_list *list;
static struct table *table;
static struct policy policy;
static struct scanner *scanner;

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    table_apply(table, f);
}

static void put_batch(void *ctx, const struct fact_batch *b) {
    (void)ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) table_apply(table, fact_batch_at(b, i));
}

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    list = sweep_list_parse(LIST, strlen(LIST), profile_builtin(), 0);
    policy = (struct policy){.archive = ARCHIVE_GIVEN, .batch_path = "/b", .batch_name = "b1", .separator = '/'};
    table = table_new(profile_builtin(), &policy);
    struct fact f = {.kind = FACT_LIST};
    f.u.list.path = "list";
    f.u.list.text = LIST;
    f.u.list.len = strlen(LIST);
    table_apply(table, &f);
    scanner = NULL;
    return fs_fake_write_text(world, "/archive/" ONE "/summary.json", "{}");
}

static int tear_down(void **state) {
    (void)state;
    scanner_free(scanner);
    table_free(table);
    sweep_list_free(list);
    int64_t left = fs_fake_counts(world).open_handles;
    fs_fake_free(world);
    return left == 0 ? 0 : -1;
}

static const char *place_of(const char *title) {
    const struct place *p = table_place(table, table_find(table, title), ROOT_ARCHIVE, NULL);
    return p ? p->name : "none";
}

static int64_t now_ms(void *ctx) {
    (void)ctx;
    return fs_fake_now_ms(world);
}

static struct {
    char path[256];
    uint64_t token;
} watched[32];
static int n_watched;

static int start(void *ctx, const char *path, uint64_t token) {
    (void)ctx;
    snprintf(watched[n_watched].path, sizeof watched[n_watched].path, "%s", path);
    watched[n_watched++].token = token;
    return 0;
}

static void stop(void *ctx, uint64_t token) {
    (void)ctx;
    for (int i = 0; i < n_watched; i++) {
        if (watched[i].token != token) continue;
        watched[i] = watched[--n_watched];
        return;
    }
    fail_msg("stopped twice");
}

static bool is_watched(const char *path, uint64_t *token) {
    for (int i = 0; i < n_watched; i++) {
        if (strcmp(watched[i].path, path) != 0) continue;
        if (token) *token = watched[i].token;
        return true;
    }
    return false;
}

static void step(int64_t ms) {
    for (int64_t end = fs_fake_now_ms(world) + ms; fs_fake_now_ms(world) < end; fs_fake_advance(world, 100)) {
        scanner_step(scanner, fs_fake_now_ms(world), 1000, (struct fact_sink){put, NULL});
    }
}

static void open_scanner(bool events) {
    static struct watch_ops ops = {NULL, start, stop};
    struct scanner_config c = {.fs = fs_fake_ops(world),
                               .watch = events ? &ops : NULL,
                               .clock = now_ms,
                               .profile = profile_builtin(),
                               .root = ROOT_ARCHIVE,
                               .path = "/archive",
                               .only_wanted = true,
                               .settle_ms = 3000,
                               .active_ms = 5000,
                               .poll_ms = 5000,
                               .idle_ms = 60000,
                               .max_watches = 100};
    n_watched = 0;
    scanner = scanner_new(&c);
    scanner_set_list(scanner, list, 0);
    scanner_want(scanner, "b1/", 0);
}

static void test_watched(void **state) {
    (void)state;
    uint64_t token = 0;
    open_scanner(true);
    step(1000);
    assert_string_equal(place_of(ONE), ONE);
    assert_false(is_watched("b1", NULL));
    /* It comes while we watch; the root's own event tells. */
    fs_fake_write_text(world, "/archive/b1/" ONE "/summary.json", "{}");
    fs_fake_write_text(world, "/archive/b0/" TWO "/summary.json", "{}"); /* another batch's */
    scanner_event(scanner, 0, "b1", fs_fake_now_ms(world));
    step(1000);
    assert_string_equal(place_of(ONE), "b1/" ONE);
    assert_string_equal(place_of(TWO), "none");
    assert_true(is_watched("b1", &token));
    /* A case in it: its event is heard. */
    fs_fake_write_text(world, "/archive/b1/" TWO "/summary.json", "{}");
    scanner_event(scanner, token, TWO, fs_fake_now_ms(world));
    step(1000);
    assert_string_equal(place_of(TWO), "b1/" TWO);
    assert_true(is_watched("b1/" TWO, NULL));
    /* No event: the next listing finds it all the same. */
    fs_fake_write_text(world, "/archive/b1/" THREE "/summary.json", "{}");
    step(10000);
    assert_string_equal(place_of(THREE), "b1/" THREE);
    fs_fake_remove(world, "/archive/b1/" THREE);
    step(10000);
    assert_string_equal(place_of(THREE), "none");
    /* Away and back as another directory: subscribed anew. */
    fs_fake_remove(world, "/archive/b1");
    step(10000);
    assert_string_equal(place_of(ONE), ONE);
    fs_fake_write_text(world, "/archive/b1/" TWO "/summary.json", "{}");
    step(10000);
    assert_string_equal(place_of(TWO), "b1/" TWO);
    assert_true(is_watched("b1", NULL));
    scanner_free(scanner);
    scanner = NULL;
    assert_int_equal(n_watched, 0);
}

static void test_polled(void **state) {
    (void)state;
    fs_fake_remove(world, "/archive/" ONE);
    fs_fake_write_text(world, "/archive/b1/" TWO "/summary.json", "{}");
    open_scanner(false);
    step(1000);
    assert_string_equal(place_of(TWO), "b1/" TWO);
    /* Everything is in the nested directory: the drive is not an empty one. */
    fs_fake_unmount(world, "/archive");
    step(3000);
    assert_int_equal(table_root(table, ROOT_ARCHIVE)->health, HEALTH_STALE);
    fs_fake_restore(world, "/archive");
    step(3000);
    assert_int_equal(table_root(table, ROOT_ARCHIVE)->health, HEALTH_POLLING);
    assert_string_equal(place_of(TWO), "b1/" TWO);
    fs_fake_fail(world, "/archive/b1", false, 1 << FS_FAKE_DIR_OPEN, UV_EIO);
    step(10000);
    assert_int_equal(table_root(table, ROOT_ARCHIVE)->health, HEALTH_STALE);
    assert_string_equal(place_of(TWO), "b1/" TWO); /* out of reach is not gone */
}

static void test_one_pass(void **state) {
    (void)state;
    fs_fake_write_text(world, "/archive/b1/" TWO "/summary.json", "{}");
    fs_fake_write_text(world, "/archive/b1/.hidden/x", "");
    fs_fake_write_text(world, "/archive/b0/" THREE "/summary.json", "{}");
    struct pool_options o = {.fs = fs_fake_ops(world),
                             .profile = profile_builtin(),
                             .root = ROOT_ARCHIVE,
                             .path = "/archive",
                             .list = list,
                             .nested = "b1",
                             .only_wanted = true,
                             .readers = 2};
    assert_int_equal(pool_scan(&o, 0, put_batch, NULL), 0);
    assert_string_equal(place_of(ONE), ONE);
    assert_string_equal(place_of(TWO), "b1/" TWO);
    assert_string_equal(place_of(THREE), "none");
    fs_fake_fail(world, "/archive/b1", false, 1 << FS_FAKE_DIR_OPEN, UV_EIO);
    assert_int_equal(pool_scan(&o, 0, put_batch, NULL), UV_EIO);
    fs_fake_heal(world);
    fs_fake_remove(world, "/archive/b1");
    fs_fake_write_text(world, "/archive/b1", "a file of that name");
    assert_int_equal(pool_scan(&o, 0, put_batch, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_watched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_polled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_pass, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

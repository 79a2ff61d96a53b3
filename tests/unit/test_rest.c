/* Finished cases that have long been quiet: looking at them again takes its small share of the time, and no more. */
#include "watch/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fs_fake.h"

enum { CASES = 3, MANY = 60, LOOK_MS = 100, REST_MS = 60 * 1000, IDLE_MS = 20 * 1000, LONG_MS = 3600 * 1000 };

static const struct profile profile = {
    .name = "test",
    .artifact = {{.path = "summary.json", .kind = KIND_JSON, .roles = ROLE_REQUIRED}},
    .n_artifacts = 1,
};

static struct fs_fake *world;
static struct scanner *scanner;
static int looks, most; /* most: in one step and those that follow at once */
static bool other_told;

/* Each look at a case takes its time. */
static void before(void *arg, enum fs_fake_op op, const char *path) {
    (void)arg;
    if (op != FS_FAKE_DIR_OPEN || !strstr(path, "/case")) return;
    looks++;
    fs_fake_advance(world, LOOK_MS);
}

static int set_up(void **state) {
    char path[64];
    (void)state;
    world = fs_fake_new();
    for (int i = 0; i < CASES; i++) {
        snprintf(path, sizeof path, "/batch/case%d/summary.json", i);
        if (fs_fake_write_text(world, path, "{}") < 0) return -1;
    }
    fs_fake_hook(world, before, NULL);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    scanner_free(scanner);
    int64_t left = fs_fake_counts(world).open_handles;
    fs_fake_free(world);
    return left == 0 ? 0 : -1;
}

static int64_t clock_ms(void *ctx) {
    (void)ctx;
    return fs_fake_now_ms(world);
}

static int start(void *ctx, const char *path, uint64_t token) {
    (void)ctx, (void)path, (void)token;
    return 0;
}

static void stop(void *ctx, uint64_t token) { (void)ctx, (void)token; }

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    if (f->kind == FACT_FILE && f->u.file.size > 2) other_told = true;
}

static void run(int64_t ms) {
    for (int64_t end = fs_fake_now_ms(world) + ms, due; fs_fake_now_ms(world) < end; fs_fake_advance(world, 1000)) {
        int before_it = looks;
        do {
            due = scanner_step(scanner, fs_fake_now_ms(world), 10 * LOOK_MS, (struct fact_sink){put, NULL});
        } while (due <= fs_fake_now_ms(world));
        if (looks - before_it > most) most = looks - before_it;
    }
}

static void open_scanner(void) {
    static const struct watch_ops ops = {NULL, start, stop};
    scanner = scanner_new(&(struct scanner_config){.fs = fs_fake_ops(world),
                                                   .watch = &ops,
                                                   .clock = clock_ms,
                                                   .profile = &profile,
                                                   .root = ROOT_BATCH,
                                                   .path = "/batch",
                                                   .settle_ms = 3000,
                                                   .active_ms = 5000,
                                                   .poll_ms = 5000,
                                                   .idle_ms = IDLE_MS,
                                                   .rest_ms = REST_MS,
                                                   .max_watches = 100});
}

static void test_share(void **state) {
    (void)state;
    open_scanner();
    run(LONG_MS); /* until it is known what a look costs */
    looks = most = 0;
    run(LONG_MS);
    /* A 500th of the time: each of them, of a tenth of a second, every 150 s. */
    assert_in_range(looks, CASES * LONG_MS / 160000, CASES * LONG_MS / 140000);
    /* And what changes without an event is found all the same. */
    other_told = false;
    assert_int_equal(fs_fake_write_text(world, "/batch/case1/summary.json", "{\"a\": 1}"), 0);
    run(600 * 1000);
    assert_true(other_told);
}

/* Many that are seen first in one pass are not looked at all at once ever after. */
static void test_spread(void **state) {
    char path[64];
    (void)state;
    for (int i = CASES; i < MANY; i++) {
        snprintf(path, sizeof path, "/batch/case%d/summary.json", i);
        assert_int_equal(fs_fake_write_text(world, path, "{}"), 0);
    }
    open_scanner();
    run(LONG_MS);
    looks = most = 0;
    run(LONG_MS);
    assert_in_range(looks, MANY * LONG_MS / 660000, MANY * LONG_MS / 540000); /* every 10 min */
    assert_in_range(most, 1, MANY / 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_share, set_up, tear_down),
                                       cmocka_unit_test_setup_teardown(test_spread, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

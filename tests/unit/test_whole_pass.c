/* Who reads in a whole pass of a scanner: several at once, as many as the root wants; and what is told is the same. */
#include "watch/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "support/fs_fake.h"
#include "watch/readers.h"

enum { PLACES = 300, OPEN_MS = 2, BUDGET_MS = 50 };

static struct fs_fake *world;
static struct fs_ops ops; /* the world's, but that opening a directory takes its time */
static atomic_uint now_in, most_in;
static struct readers *readers;
static unsigned asked, rested;
static struct scanner *scanner;

struct told {
    unsigned begun, ended, places, files, after_end;
    uint64_t sizes;
};

static int slow_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    unsigned in = atomic_fetch_add(&now_in, 1) + 1, most = atomic_load(&most_in);
    while (in > most && !atomic_compare_exchange_weak(&most_in, &most, in)) continue;
    uv_sleep(OPEN_MS);
    atomic_fetch_sub(&now_in, 1);
    return fs_fake_ops(world)->dir_open(ctx, parent, path, out);
}

static int64_t clock_ms(void *ctx) {
    (void)ctx;
    return (int64_t)(uv_hrtime() / 1000000);
}

static void run(void *ctx, size_t n, bool (*look)(void *arg, unsigned reader, size_t i), void *arg) {
    (void)ctx;
    asked++;
    assert_int_equal(readers_begin(readers, &(struct readers_work){.ctx = arg, .n = n, .look = look}), 0);
    readers_wait(readers);
}

static void rest(void *ctx) {
    (void)ctx;
    rested++;
}

static int start(void *ctx, const char *path, uint64_t token) {
    static atomic_bool starting;
    (void)ctx, (void)path, (void)token;
    assert_false(atomic_exchange(&starting, true)); /* one at a time */
    atomic_store(&starting, false);
    return 0;
}

static void stop(void *ctx, uint64_t token) { (void)ctx, (void)token; }

static void put(void *ctx, const struct fact *f) {
    struct told *t = ctx;
    t->begun += f->kind == FACT_SCAN_BEGIN;
    t->places += f->kind == FACT_PLACE;
    t->after_end += f->kind == FACT_PLACE && t->ended > 0;
    t->ended += f->kind == FACT_SCAN_END;
    if (f->kind != FACT_FILE || f->u.file.content != CONTENT_WHOLE) return;
    t->files++;
    t->sizes += (uint64_t)f->u.file.size;
}

static void open_scanner(const struct reader_ops *r) {
    static const struct watch_ops watch = {NULL, start, stop};
    scanner = scanner_new(&(struct scanner_config){.fs = &ops,
                                                   .watch = &watch,
                                                   .readers = r,
                                                   .clock = clock_ms,
                                                   .profile = profile_builtin(),
                                                   .root = ROOT_BATCH,
                                                   .path = "/batch",
                                                   .settle_ms = 3600000,
                                                   .active_ms = 3600000,
                                                   .poll_ms = 3600000,
                                                   .idle_ms = 3600000,
                                                   .max_watches = 1000});
}

static struct told whole_pass(void) {
    struct told t = {0};
    scanner_full_pass(scanner, clock_ms(NULL));
    for (int i = 0; i < 1000 && t.ended == 0; i++) {
        scanner_step(scanner, clock_ms(NULL), BUDGET_MS, (struct fact_sink){put, &t});
    }
    assert_int_equal(t.begun, 1);
    assert_int_equal(t.ended, 1);
    assert_int_equal(t.after_end, 0);
    return t;
}

static void test_readers_share_a_pass(void **state) {
    static const struct reader_ops shared = {NULL, run, rest};
    (void)state;
    open_scanner(NULL);
    struct told alone = whole_pass();
    assert_int_equal(atomic_load(&most_in), 1);
    assert_int_equal(alone.places, PLACES);
    assert_int_equal(alone.files, PLACES);
    scanner_free(scanner);

    open_scanner(&shared);
    struct told together = whole_pass();
    assert_memory_equal(&together, &alone, sizeof alone);
    if (uv_available_parallelism() < READERS_MOST_WAITING)
        assert_in_range(atomic_load(&most_in), uv_available_parallelism() + 1, READERS_MOST_WAITING);
    assert_true(asked > 1); /* a round at a time: events and commands are heard in between */
    assert_int_equal(rested, 1);
    whole_pass();
    assert_int_equal(rested, 2);

    /* What changes afterwards is looked at by the scanner's own thread. */
    asked = 0;
    atomic_store(&most_in, 0);
    assert_int_equal(fs_fake_write_text(world, "/batch/T1000_eps0p5_tau1p0/summary.json", "{\"a\": 1}"), 0);
    struct told t = {0};
    for (uint64_t i = 0; i < PLACES; i++) scanner_event(scanner, 4 * (i + 1), "summary.json", clock_ms(NULL));
    for (int i = 0; i < 100 && t.files == 0; i++) {
        scanner_step(scanner, clock_ms(NULL), BUDGET_MS, (struct fact_sink){put, &t});
    }
    assert_int_equal(t.files, 1);
    assert_int_equal(asked, 0);
    assert_int_equal(atomic_load(&most_in), 1);
    scanner_free(scanner);
}

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    ops = *fs_fake_ops(world);
    ops.dir_open = slow_open;
    readers = readers_new(0);
    for (int i = 0; i < PLACES; i++) {
        char path[64];
        snprintf(path, sizeof path, "/batch/T%d_eps0p5_tau1p0/summary.json", 1000 + i);
        fs_fake_write_text(world, path, "{}");
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    readers_free(readers);
    fs_fake_free(world);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readers_share_a_pass, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How many readers one pass takes: the root decides, by what they wait for. */
#include "watch/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <uv.h>

#include <cmocka.h>

#include "platform/thread_use.h"
#include "support/fs_fake.h"
#include "watch/readers.h"

enum { PLACES = 120 };

static struct fs_fake *world;
static struct fs_ops ops; /* the world's, but for how long it takes to open a directory */
static enum { AT_ONCE, WAITING, COMPUTING } opening;
static atomic_uint now_in, most_in;
static unsigned told;

static void take_time(void) {
    uint64_t end = uv_hrtime() + 2000000;
    if (opening == WAITING) uv_sleep(2);
    while (opening == COMPUTING && uv_hrtime() < end) continue;
}

static int slow_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    unsigned in = atomic_fetch_add(&now_in, 1) + 1, most = atomic_load(&most_in);
    while (in > most && !atomic_compare_exchange_weak(&most_in, &most, in)) continue;
    take_time();
    atomic_fetch_sub(&now_in, 1);
    return fs_fake_ops(world)->dir_open(ctx, parent, path, out);
}

static void count_places(void *ctx, const struct fact_batch *b) {
    (void)ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) told += fact_batch_at(b, i)->kind == FACT_PLACE;
}

/* Returns how many readers were in the root at once. */
static unsigned readers_of(unsigned readers) {
    struct pool_options o = {
        .fs = &ops, .profile = profile_builtin(), .root = ROOT_BATCH, .path = "/batch", .readers = readers};
    told = 0;
    atomic_store(&most_in, 0);
    assert_int_equal(pool_scan(&o, 0, count_places, NULL), 0);
    assert_int_equal(told, PLACES);
    return atomic_load(&most_in);
}

static void test_more_readers_where_they_wait(void **state) {
    (void)state;
    unsigned processors = uv_available_parallelism();
    opening = WAITING;
    unsigned n = readers_of(0);
    if (processors < READERS_MOST_WAITING) assert_in_range(n, processors + 1, READERS_MOST_WAITING);
    assert_in_range(readers_of(3), 1, 3);
}

/* Also on a machine that is busy with other things, where all takes longer than they compute. */
static void test_no_more_where_they_compute(void **state) {
    (void)state;
    opening = COMPUTING;
    unsigned n = readers_of(0);
    if (thread_use_now().waits >= 0) assert_in_range(n, 1, uv_available_parallelism());
    assert_in_range(readers_of(1), 1, 1);
}

static void test_no_places(void **state) {
    (void)state;
    struct pool_options o = {.fs = &ops, .profile = profile_builtin(), .root = ROOT_BATCH, .path = "/empty"};
    opening = AT_ONCE;
    fs_fake_mkdir(world, "/empty");
    assert_int_equal(pool_scan(&o, 0, count_places, NULL), 0);
    assert_in_range(readers_of(0), 1, READERS_MOST_WAITING);
}

static int set_up(void **state) {
    (void)state;
    world = fs_fake_new();
    ops = *fs_fake_ops(world);
    ops.dir_open = slow_open;
    for (int i = 0; i < PLACES; i++) {
        char path[64];
        snprintf(path, sizeof path, "/batch/case %d/summary.json", i);
        fs_fake_write_text(world, path, "{}");
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fs_fake_free(world);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_more_readers_where_they_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_more_where_they_compute, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_places, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

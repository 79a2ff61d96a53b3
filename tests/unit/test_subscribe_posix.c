/* Which directory an event is told of, for real directories. */
#include "watch/subscribe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { MANY = 200, LONG_MS = 5000, SHORT_MS = 200 };

static char root[64];
static uv_loop_t loop;
static struct subscriptions *all;
static int seen[MANY + 1];    /* events by token */
static bool itself[MANY + 1]; /* one of them was of the directory itself */
static bool late;

static const char *in_root(const char *format, int i) {
    static char path[128];
    int n = snprintf(path, sizeof path, "%s/", root);
    snprintf(path + n, sizeof path - (size_t)n, format, i);
    return path;
}

static void on_event(void *ctx, uint64_t token, const char *name) {
    (void)ctx;
    assert_true(token <= MANY);
    seen[token]++;
    itself[token] |= name && (name[0] == '\0' || strncmp(name, "d", 1) == 0);
}

static void on_lost(void *ctx) { (void)ctx; }

static int set_up(void **state) {
    (void)state;
    snprintf(root, sizeof root, "/tmp/sweepwatch-test-XXXXXX");
    if (!mkdtemp(root) || uv_loop_init(&loop) != 0) return -1;
    for (int i = 1; i <= MANY; i++) mkdir(in_root("d%d", i), 0777);
    all = subscriptions_new(&loop, root, &(struct subscription_calls){NULL, on_event, on_lost});
    memset(seen, 0, sizeof seen);
    memset(itself, 0, sizeof itself);
    return 0;
}

static int tear_down(void **state) {
    char command[128];
    (void)state;
    subscriptions_close(all);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void on_late(uv_timer_t *timer) {
    (void)timer;
    late = true;
}

/* Until the token has so many events, or the time is over. */
static void wait_for(uint64_t token, int events, uint64_t ms) {
    uv_timer_t timer;
    late = false;
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, on_late, ms, 0);
    while (!late && seen[token] < events) uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void make_file(const char *path) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
}

static void watch(int i) {
    char name[16];
    snprintf(name, sizeof name, "d%d", i);
    assert_int_equal(subscriptions_start(all, name, (uint64_t)i), 0);
}

static void test_tokens(void **state) {
    (void)state;
    assert_int_equal(subscriptions_start(all, "", 0), 0);
    for (int i = 1; i <= MANY; i++) watch(i);
    for (int i = 2; i <= MANY; i += 2) subscriptions_stop(all, (uint64_t)i);
    subscriptions_stop(all, 12345); /* nobody's */
    for (int i = 1; i <= MANY; i++) make_file(in_root("d%d/x", i));
    make_file(in_root("f%d", 1));
    for (int i = 1; i <= MANY; i += 2) wait_for((uint64_t)i, 1, LONG_MS);
    wait_for(0, 1, LONG_MS);
    for (int i = 0; i <= MANY; i++) assert_int_equal(seen[i] > 0, i == 0 || i % 2 == 1);
    for (int i = 2; i <= MANY; i += 2) watch(i); /* in the room of those that have gone */
    for (int i = 2; i <= MANY; i += 2) make_file(in_root("d%d/y", i));
    for (int i = 2; i <= MANY; i += 2) wait_for((uint64_t)i, 1, LONG_MS);
    for (int i = 1; i <= MANY; i++) assert_true(seen[i] > 0);
}

static void test_one_directory_of_two_names(void **state) {
    (void)state;
    assert_int_equal(symlink("d1", in_root("link%d", 1)), 0);
    watch(1);
    assert_int_equal(subscriptions_start(all, "link1", 2), 0);
    make_file(in_root("d%d/x", 1));
    wait_for(1, 1, LONG_MS);
    wait_for(2, 1, LONG_MS);
    assert_true(seen[1] > 0 && seen[2] > 0);
    subscriptions_stop(all, 1);
    wait_for(1, 1000, SHORT_MS);
    seen[1] = seen[2] = 0;
    make_file(in_root("d%d/y", 1));
    wait_for(2, 1, LONG_MS);
    assert_true(seen[1] == 0 && seen[2] > 0);
}

static void test_the_end_of_a_directory(void **state) {
    (void)state;
    watch(1);
    assert_int_equal(rmdir(in_root("d%d", 1)), 0);
    wait_for(1, 1, LONG_MS);
    assert_true(itself[1]);
    wait_for(1, 1000, SHORT_MS);
    mkdir(in_root("d%d", 1), 0777);
    subscriptions_stop(all, 1);
    watch(1);
    seen[1] = 0;
    make_file(in_root("d%d/x", 1));
    wait_for(1, 1, LONG_MS);
    assert_true(seen[1] > 0);
    assert_int_equal(subscriptions_start(all, "none", 3), UV_ENOENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_directory_of_two_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_end_of_a_directory, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which watched directory an event of a whole tree belongs to. */
#include "watch/subtree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct subtree *tree;

static int set_up(void **state) {
    (void)state;
    tree = subtree_new();
    subtree_put(tree, "", 0);
    subtree_put(tree, "T1", 32);
    subtree_put(tree, "T1/series", 33);
    subtree_put(tree, "T10", 64);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    subtree_free(tree);
    return 0;
}

static void assert_found(const char *name, uint64_t token, const char *child) {
    uint64_t found = 999;
    char text[256];
    if (!subtree_find(tree, name, &found, text)) fail_msg("%s belongs nowhere", name);
    assert_int_equal(found, token);
    assert_string_equal(text, child);
}

static void the_deepest_directory(void **state) {
    (void)state;
    assert_found("T1\\series\\run.parquet", 33, "run.parquet");
    assert_found("T1/series/run.parquet", 33, "run.parquet");
    assert_found("T1\\series", 32, "series");
    assert_found("T1\\checks\\mass_budget.csv", 32, "checks");
    assert_found("T1\\checks\\deep\\er\\file", 32, "checks");
    assert_found("T1", 0, "T1");
    assert_found("T2\\series\\x", 0, "T2");
    assert_found("T10\\x", 64, "x");
    assert_found("T1x\\x", 0, "T1x");
    assert_found("T1~1\\series\\x", 0, "T1~1"); /* a short name is nobody's: the root is looked at */
    assert_found("", 0, "");
}

static void removed(void **state) {
    (void)state;
    uint64_t token;
    char child[256];
    subtree_remove(tree, 33);
    subtree_remove(tree, 12345);
    assert_found("T1\\series\\run.parquet", 32, "series");
    subtree_remove(tree, 32);
    assert_found("T1\\series\\run.parquet", 0, "T1");
    subtree_remove(tree, 0);
    assert_false(subtree_find(tree, "T1\\series\\run.parquet", &token, child));
    assert_found("T10\\x", 64, "x");
}

static void put_again(void **state) {
    (void)state;
    subtree_put(tree, "T1", 96); /* another directory under the name, before the first one is given up */
    assert_found("T1\\x", 96, "x");
    subtree_remove(tree, 32);
    assert_found("T1\\x", 96, "x");
    subtree_put(tree, "T3", 96); /* a token that moves */
    assert_found("T3\\x", 96, "x");
    assert_found("T1\\x", 0, "T1");
}

static void many(void **state) {
    (void)state;
    char name[64];
    for (uint64_t i = 1000; i < 21000; i++) {
        snprintf(name, sizeof name, "case%u/checks", (unsigned)i);
        subtree_put(tree, name, i);
    }
    for (uint64_t i = 1000; i < 21000; i += 2) subtree_remove(tree, i);
    assert_found("case1001/checks/x", 1001, "x");
    assert_found("case1002/checks/x", 0, "case1002");
    assert_found("case20999\\checks\\x", 20999, "x");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_deepest_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(put_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("subtree", tests, NULL, NULL);
}

#include "model/lookup.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIST "4000 0.5 1.0\n4000 0.5 0.1\n4500 0.5 1.0\n5000 0.1 1.0 0.05 0.5\n"

static struct world w;

static int set_up(void **state) {
    (void)state;
    world_init(&w, false);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, LIST);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    world_free(&w);
    return 0;
}

/* What people type: "=TITLE" one case, "?N" N of several, "~TITLE" the nearest, "" nothing. */
static void test_case(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } asked[] = {
        {"T4000_eps0p5_tau1p0", "=T4000_eps0p5_tau1p0"},
        {"t4000_EPS0p5_tau1P0", "=T4000_eps0p5_tau1p0"},
        {"T4000_eps0p5_tau1p0_mu0p5", "=T4000_eps0p5_tau1p0"},
        {"E:\\out\\batch\\T4000_eps0p5_tau0p1\\", "=T4000_eps0p5_tau0p1"},
        {"./T4500_eps0p5_tau1p0/", "=T4500_eps0p5_tau1p0"},
        {"T45", "=T4500_eps0p5_tau1p0"},
        {"t5", "=T5000_eps0p1_tau1p0_i00p05_mu0p5"},
        {"T4", "?3"},
        {"4000 0.5 1.0", "=T4000_eps0p5_tau1p0"},
        {"4e3, 0.50 1", "=T4000_eps0p5_tau1p0"},
        {"4000 0p5 0p1", "=T4000_eps0p5_tau0p1"},
        {"4500", "=T4500_eps0p5_tau1p0"},
        {"4000 0.5", "?2"},
        {"5000 0.1 1", "=T5000_eps0p1_tau1p0_i00p05_mu0p5"},
        {"4000 0.5 2.0", "~T4000_eps0p5_tau1p0"},
        {"4600", "~T4500_eps0p5_tau1p0"},
        {"T4000_eps0p6_tau1p0", "~T4000_eps0p5_tau1p0"},
        {"T4600_eps0p5_tau1p0", "~T4500_eps0p5_tau1p0"},
        {"T4000_eps0.5_tau1.0", "~T4000_eps0p5_tau1p0"},
        {"T4000-eps0p5-tau0p1", "~T4000_eps0p5_tau0p1"},
        {"", ""},
        {"/", ""},
        {"figures", ""},
        {"4000 0.5 1.0 0.05 0.5 1 1 1 1 1 1", ""},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct lookup l;
        char got[300] = "";
        lookup_case(w.table, asked[i].text, &l);
        if (l.row)
            snprintf(got, sizeof got, "=%s", l.row->title);
        else if (l.ambiguous)
            snprintf(got, sizeof got, "?%d", l.n_near);
        else if (l.n_near > 0)
            snprintf(got, sizeof got, "~%s", l.nearby[0]->title);
        if (strcmp(got, asked[i].expected) != 0)
            fail_msg("'%s' gave '%s', not '%s'", asked[i].text, got, asked[i].expected);
    }
}

static void test_nearest_in_order(void **state) {
    (void)state;
    struct lookup l;
    lookup_case(w.table, "T4000_eps0p5_tau2p0", &l);
    assert_null(l.row);
    assert_int_equal(l.n_near, 4);
    /* One column differs, by less; one column, by more; two; everything. */
    assert_string_equal(l.nearby[0]->title, "T4000_eps0p5_tau1p0");
    assert_string_equal(l.nearby[1]->title, "T4000_eps0p5_tau0p1");
    assert_string_equal(l.nearby[2]->title, "T4500_eps0p5_tau1p0");
    assert_string_equal(l.nearby[3]->title, "T5000_eps0p1_tau1p0_i00p05_mu0p5");
    assert_ptr_equal(lookup_nearest(w.table, "T4000_eps0p5_tau2p0"), l.nearby[0]);
    assert_null(lookup_nearest(w.table, "figures"));
    char longest[400];
    memset(longest, 'T', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(lookup_nearest(w.table, longest));
    lookup_case(w.table, longest, &l);
    assert_null(l.row);
}

static void test_without_a_list(void **state) {
    (void)state;
    struct world d;
    struct lookup l;
    world_init(&d, false);
    d.policy.discover = true;
    world_root(&d, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_results(&d, "T1_eps0p1_tau1", 0);
    world_results(&d, "T2_eps0p1_tau1", 0);
    lookup_case(d.table, "2 0.1", &l);
    assert_non_null(l.row);
    assert_string_equal(l.row->title, "T2_eps0p1_tau1");
    lookup_case(d.table, "T1", &l);
    assert_string_equal(l.row->title, "T1_eps0p1_tau1");
    assert_string_equal(lookup_nearest(d.table, "T1_eps0p1_tau")->title, "T1_eps0p1_tau1");
    world_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_case, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nearest_in_order, set_up, tear_down),
        cmocka_unit_test(test_without_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

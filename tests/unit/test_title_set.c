/* A set of titles finds what the list finds, and nothing else. */
#include "watch/title_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_as_the_list(void **state) {
    (void)state;
    static const char *const names[] = {"",
                                        "_",
                                        "T1000_eps0p1_tau1p0",
                                        "t1000_EPS0p1_tau1p0",
                                        "T1000_eps0p1_tau1p0_",
                                        "T1000_eps0p1_tau1p0_mu0p5",
                                        "T1000_eps0p1_tau1p0_i00p05_mu1p0",
                                        "T1000_eps0p1_tau1p0_mu1p0_i00p05",
                                        "T1000_eps0p1_tau1p0_old",
                                        "T1000_eps0p1",
                                        "T2000_eps0p1_tau1p0_i00p05",
                                        "T2000_eps0p1_tau1p0_i00p05_mu0p5",
                                        "T2000_eps0p1_tau1p0",
                                        "T3000_eps0p1_tau1p0",
                                        "checks"};
    static const char text[] = "1000 0.1 1.0\n2000 0.1 1.0 0.05\n";
    const struct profile *p = profile_builtin();
    struct sweep_list *list = sweep_list_parse(text, strlen(text), p, 0);
    for (int fold = 0; fold < 2; fold++) {
        struct title_set *t = title_set_new(list, p, fold);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            bool exact;
            bool found = sweep_list_match(list, p, names[i], fold, &exact) >= 0;
            if (title_set_matches(t, names[i]) != found) fail_msg("%s, fold %d", names[i], fold);
        }
        title_set_free(t);
    }
    sweep_list_free(list);
}

static void test_many(void **state) {
    (void)state;
    static char text[64 * 2000];
    const struct profile *p = profile_builtin();
    size_t len = 0;
    for (int i = 0; i < 2000; i++) len += (size_t)sprintf(text + len, "%d 0.1 1.0\n", 2 * i);
    struct sweep_list *list = sweep_list_parse(text, len, p, 0);
    struct title_set *t = title_set_new(list, p, false);
    for (int i = 0; i < 4000; i++) {
        char name[64];
        snprintf(name, sizeof name, "T%d_eps0p1_tau1p0", i);
        assert_int_equal(title_set_matches(t, name), i % 2 == 0);
    }
    title_set_free(t);
    sweep_list_free(list);
    list = sweep_list_parse("", 0, p, 0);
    t = title_set_new(list, p, false);
    assert_false(title_set_matches(t, "T1_eps0p1_tau1p0"));
    title_set_free(t);
    title_set_free(NULL);
    sweep_list_free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_the_list), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

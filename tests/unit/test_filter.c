#include "model/filter.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void setup(struct world *w) {
    world_init(w, false);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(w, "4000 0.5 1.0\n4000 1 1.0 0.05\n900 0.5 2.5\n1500 0.1 1\n");
    world_scan_begin(w, ROOT_BATCH);
    world_results(w, "T4000_eps0p5_tau1p0", 60000);
    world_running(w, "T4000_eps1_tau1p0_i00p05");
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
}

/* Which rows match, as digits of their numbers. */
static void assert_matches(const struct world *w, const char *text, const char *expected) {
    struct filter f;
    char word[FILTER_WORD], found[64] = "";
    assert_int_equal(filter_parse(text, profile_builtin(), &f, word), FILTER_OK);
    for (size_t i = 0; i < table_count(w->table); i++) {
        size_t len = strlen(found);
        if (filter_matches(&f, w->table, table_row(w->table, i))) snprintf(found + len, sizeof found - len, "%zu", i);
    }
    if (strcmp(found, expected) != 0) fail_msg("%s: found %s, not %s", text, found, expected);
}

static void test_terms(void **state) {
    (void)state;
    struct world w;
    setup(&w);
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"", "0123"},
        {"   ", "0123"},
        {"complete", "0"},
        {"COMPLETE", "0"},
        {"state=complete,running", "01"},
        {"status!=complete", "123"},
        {"!complete", "123"},
        {"problem", ""},
        {"!problem", "0123"},
        {"T=4000", "01"},
        {"t=4e3", "01"},
        {"T==4000", "01"},
        {"T!=4000", "23"},
        {"T>=1500", "013"},
        {"T<1500", "2"},
        {"T<=1500 T>900", "3"},
        {"EPS=0.5", "02"},
        {"EPS=0.5,1", "012"},
        {"EPS!=0.5,1", "3"},
        {"I0=0.05", "1"},
        {"I0!=0.05", ""}, /* what has no value is neither */
        {"!I0=0.05", "023"},
        {"ok=4", "0"},
        {"ok<4", "123"},
        {"flag=none", "0123"},
        {"flag=any", ""},
        {"flag!=any", "0123"},
        {"locked", ""},
        {"tau1p0", "01"},
        {"TAU1P0 running", "1"},
        {"\"complete\"", ""},
        {"\"eps0p5\" T=900", "2"},
        {"!tau1p0", "23"},
        {"!", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_matches(&w, cases[i].text, cases[i].rows);
    world_free(&w);
}

static void test_flags(void **state) {
    (void)state;
    struct world w;
    setup(&w);
    world_config(&w, ROOT_BATCH, "T4000_eps1_tau1p0_i00p05", 1000, "EPS", "0.7");
    world_at(&w, 1000);
    assert_matches(&w, "config_mismatch", "1");
    assert_matches(&w, "flag=any", "1");
    assert_matches(&w, "flag=config_mismatch,locked", "1");
    assert_matches(&w, "flag!=config_mismatch", "023");
    assert_matches(&w, "flag=none", "023");
    world_free(&w);
}

/* Without a list the directories' names say the parameters. */
static void test_discovered(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    w.policy.discover = true;
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, "T4000_eps0p5_tau1p0");
    world_running(&w, "T900_eps0p5_tau1p0");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_matches(&w, "T=900", "1");
    assert_matches(&w, "EPS=0.5", "01");
    assert_matches(&w, "MU>0", "");
    world_free(&w);
}

static void assert_error(const char *text, enum filter_error error, const char *word, const char *sentence) {
    struct filter f = {.n = 7};
    char found[FILTER_WORD], words[512];
    assert_int_equal(filter_parse(text, profile_builtin(), &f, found), error);
    assert_string_equal(found, word);
    assert_int_equal(f.n, 0);
    filter_error_words(error, found, profile_builtin(), words, sizeof words);
    if (strstr(words, sentence) == NULL) fail_msg("%s: %s", text, words);
}

static void test_errors(void **state) {
    (void)state;
    assert_error("x=1", FILTER_NO_SUCH_NAME, "x", "write T, EPS, TAU, I0, MU, state, flag or ok");
    assert_error("complete state=done", FILTER_NO_SUCH_STATUS, "done", "one of failed, invalid, missing");
    assert_error("flag=lock", FILTER_NO_SUCH_FLAG, "lock", "'lock' is no flag");
    assert_error("T=four", FILTER_NOT_A_NUMBER, "four", "'four' is not a number");
    assert_error("T=", FILTER_NOT_A_NUMBER, "", "not a number");
    assert_error("T=1,,2", FILTER_NOT_A_NUMBER, "", "not a number");
    assert_error("state>running", FILTER_NO_ORDER, "state", "no order");
    assert_error("a b c d e f g h i j k l m n o p q", FILTER_TOO_LONG, "q", "too long");
    assert_error("T=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", FILTER_TOO_LONG, "17", "too long");
    assert_error("T=\x1b[31m", FILTER_NOT_A_NUMBER, "\xEF\xBF\xBD[31m", "not a number");
    char word[300];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    struct filter f;
    char found[FILTER_WORD];
    assert_int_equal(filter_parse(word, profile_builtin(), &f, found), FILTER_TOO_LONG);
}

static void test_contains(void **state) {
    (void)state;
    assert_true(filter_contains("abc", ""));
    assert_true(filter_contains("", ""));
    assert_false(filter_contains("", "a"));
    assert_true(filter_contains("xAbC", "aBc"));
    assert_false(filter_contains("ab", "abc"));
    assert_true(filter_contains("aab", "ab"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms),  cmocka_unit_test(test_flags),    cmocka_unit_test(test_discovered),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_contains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

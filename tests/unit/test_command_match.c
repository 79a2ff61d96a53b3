#include "model/command_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "4000 0.5 1.0\n"
                           "4000 0.5 2\n"
                           "5000 0.5 1\n"
                           "4000 1 1 0.05\n"
                           "1 4 0.5\n"
                           "4000 0.1 1 0.05 0.5\n";

static void test_commands(void **state) {
    (void)state;
    enum { NONE = -1, SEVERAL = -2 };
    static const struct {
        const char *command;
        long index;
    } cases[] = {
        {"run.sh T4000_eps0p5_tau1p0", 0},
        {"sweepwatch exec --case=T4000_eps0p5_tau2 -- python run.py", 1},
        {"cd '/out/batch/T5000_eps0p5_tau1' && ./run > log", 2},
        {"run C:\\out\\T5000_eps0p5_tau1\\run.cmd", 2},
        {"run cfg/T4000_eps0p5_tau1p0.yaml", 0},
        {"run cfg/T4000_eps0p5_tau1p0.new.yaml", 0},
        {"run T4000_eps0p5_tau1p0_mu0p5", 0},
        {"run xT4000_eps0p5_tau1p0", NONE},
        {"run T4000_eps0p5_tau1p0 T4000_eps0p5_tau1p0", 0},
        {"diff T4000_eps0p5_tau1p0 T4000_eps0p5_tau2", SEVERAL},
        {"run T4000_eps0p5_tau1p0 5000 0.5 1", 0}, /* the title speaks first */
        {"run 4000 0.5 1.0", 0},
        {"run --T=4000 --eps=.5 --tau 1", 0},
        {"run '4000' \"5e-1\" 1.0e0", 0},
        {"run 4000 0p5 2p0", 1},
        {"run 4000 0.5 1.0 --threads 2", 0}, /* in a row before with others between */
        {"run 4000 --n 3 0.5 --m 7 2", 1},
        {"run 4000 --n 3 0.5 --m 1 2", SEVERAL},
        {"run 4000 1 1 0.05", 3},
        {"run 4000 0.1 1 0.05 0.5", 5},
        {"run 4000 1 1", NONE}, /* not the whole line */
        {"run 0.5 4000 1.0", NONE},
        {"run 1 4 0.5", 4},
        {"1 4 0.5 4000 0.5 2", SEVERAL},
        {"run nan inf 0x10", NONE},
        {"", NONE},
        {"''", NONE},
        {"...", NONE},
    };
    struct sweep_list *l = sweep_list_parse(text, sizeof text - 1, profile_builtin(), 0);
    assert_int_equal(l->n_cases, 6);
    struct command_match *m = command_match_new(l, profile_builtin(), false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool ambiguous;
        long found = command_match_find(m, cases[i].command, &ambiguous);
        if (ambiguous) {
            assert_int_equal(found, -1);
            found = SEVERAL;
        }
        if (found != cases[i].index) fail_msg("%s: %ld, not %ld", cases[i].command, found, cases[i].index);
    }
    command_match_free(m);
    sweep_list_free(l);
}

/* Any bytes, long words and many numbers end soon and hurt nobody. */
static void test_hostile(void **state) {
    (void)state;
    struct sweep_list *l = sweep_list_parse(text, sizeof text - 1, profile_builtin(), 0);
    struct command_match *m = command_match_new(l, profile_builtin(), true);
    enum { LEN = 100 * 1000 };
    char *command = malloc(LEN + 1);
    bool ambiguous;
    memset(command, 'T', LEN);
    command[LEN] = '\0';
    assert_int_equal(command_match_find(m, command, &ambiguous), -1);
    for (int i = 0; i + 2 <= LEN; i += 2) memcpy(command + i, "7 ", 2);
    command[LEN - 1] = '\0';
    assert_int_equal(command_match_find(m, command, &ambiguous), -1);
    unsigned random = 12345;
    for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < 60; i++) {
            random = random * 1103515245 + 12345;
            command[i] = (char)(random >> 16);
        }
        command[60] = '\0';
        command_match_find(m, command, &ambiguous);
    }
    free(command);
    command_match_free(m);
    sweep_list_free(l);
    l = sweep_list_parse("", 0, profile_builtin(), 0);
    m = command_match_new(l, profile_builtin(), false);
    assert_int_equal(command_match_find(m, "run 4000 0.5 1.0", &ambiguous), -1);
    command_match_free(m);
    sweep_list_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_commands), cmocka_unit_test(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

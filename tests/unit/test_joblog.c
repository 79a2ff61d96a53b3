/* GNU parallel's job log: its lines, and the file over time. */
#include "watch/joblog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

static void test_lines(void **state) {
    (void)state;
    struct fact_exit e;
    char command[256], host[256];
    static const char line[] = "12\t:\t1700000000.125\t     2.500\t0\t3\t7\t0\t./run.sh 4000 0.5\tx";
    assert_true(joblog_parse(line, sizeof line - 1, command, host, &e));
    assert_int_equal(e.code, 7);
    assert_int_equal(e.signal, 0);
    assert_int_equal(e.start_ms, INT64_C(1700000000125));
    assert_int_equal(e.end_ms, INT64_C(1700000002625));
    assert_string_equal(e.command, "./run.sh 4000 0.5\tx");
    assert_string_equal(e.source, "joblog");
    assert_null(e.host);
    static const struct {
        const char *line;
        int64_t code; /* -1: no line */
    } cases[] = {
        {"1\tme@node7\t1700000000.1\t0.1\t0\t0\t0\t9\tx", 137},
        {"1\t:\t1700000000.1\t0.1\t0\t0\t-1\t0\tx", 255},
        {"1\t:\t1700000000.1\t0.1\t0\t0\t0\t0\tx\r", 0},
        {"1\t:\t1700000000.1\t0.1\t0\t0\t0\t0\t", 0},
        {"Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand", -1},
        {"1\t:\t1700000000.1\t0.1\t0\t0\t0\t0", -1},
        {"1\t:\tnan\t0.1\t0\t0\t0\t0\tx", -1},
        {"1\t:\t1e300\t0.1\t0\t0\t0\t0\tx", -1},
        {"1\t:\t17\t0.1\t0\t0\t1e9\t0\tx", -1},
        {"1\t:\t17\t0.1\t0\t0\t1\t999\tx", -1},
        {"", -1},
        {"\t\t\t\t\t\t\t\t", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_line = joblog_parse(cases[i].line, strlen(cases[i].line), command, host, &e);
        if (is_line != (cases[i].code >= 0) || (is_line && e.code != cases[i].code)) fail_msg("case %zu", i);
    }
    assert_true(joblog_parse(cases[0].line, strlen(cases[0].line), command, host, &e));
    assert_string_equal(e.host, "me@node7");
    /* A line break of the command is a NUL in the log. */
    static const char broken[] = "1\t:\t17\t0.1\t0\t0\t1\t0\ta\0b";
    assert_true(joblog_parse(broken, sizeof broken - 1, command, host, &e));
    assert_string_equal(e.command, "a\nb");
}

/* What was told: "code:command " for each. */
static char told[4096];

static void put(void *ctx, const struct fact *f) {
    (void)ctx;
    size_t n = strlen(told);
    assert_int_equal(f->kind, FACT_EXIT);
    snprintf(told + n, sizeof told - n, "%d:%.20s ", (int)f->u.exit.code, f->u.exit.command);
}

static char path[1024];
static int64_t now;

static void write_file(const char *mode, const char *text) {
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const char *step(struct joblog *j) {
    told[0] = '\0';
    now += 10000;
    while (!joblog_step(j, now, (struct fact_sink){put, NULL})) continue;
    return told;
}

#define HEAD "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n"
#define LINE(code, command) "1\t:\t1700000000.1\t0.1\t0\t0\t" code "\t0\t" command "\n"

static void test_file(void **state) {
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/sweepwatch-joblog-%d", tmp ? tmp : "/tmp", (int)uv_os_getpid());
    remove(path);
    struct joblog *j = joblog_new(fs_real(), path);
    assert_string_equal(step(j), "");
    write_file("w", HEAD);
    assert_string_equal(step(j), "");
    write_file("a", LINE("0", "a") "1\t:\t1700000000.1\t0.1\t0\t0\t3\t0\tb");
    assert_string_equal(step(j), "0:a ");
    assert_string_equal(step(j), "");
    write_file("a", " and on\n" LINE("4", "c"));
    assert_string_equal(step(j), "3:b and on 4:c ");
    write_file("w", HEAD LINE("5", "d")); /* shorter than before */
    assert_string_equal(step(j), "5:d ");
    write_file("w", HEAD LINE("6", "e") LINE("7", "f")); /* longer, and other lines */
    assert_string_equal(step(j), "6:e 7:f ");
    remove(path);
    assert_string_equal(step(j), "");
    write_file("w", HEAD LINE("8", "g"));
    assert_string_equal(step(j), "8:g ");
    /* A line that is longer than any that is read is passed over, in one step or in several. */
    char *longest = malloc(3 * JOBLOG_LINE_MAX + 1);
    assert_non_null(longest);
    memset(longest, 'x', 3 * JOBLOG_LINE_MAX);
    longest[3 * JOBLOG_LINE_MAX] = '\0';
    write_file("a", longest);
    assert_string_equal(step(j), "");
    write_file("a", longest);
    write_file("a", "\n" LINE("9", "h"));
    assert_string_equal(step(j), "9:h ");
    free(longest);
    joblog_free(j);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which recorded end counts: of several records, against newer results, before and after the list. */
#include "support/world.h"

#include "model/case.h"
#include "model/reason.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TITLE "T4000_eps0p5_tau1p0"
#define LIST "4000 0.5 1.0\n4000 0.5 2.0\n4000 0.5 3.0\n"

static void record(struct world *w, const struct fact_exit *e) {
    struct fact f = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w->now, .place = e->command ? "" : TITLE};
    f.u.exit = *e;
    table_apply(w->table, &f);
}

static enum case_status status_of(struct world *w, const char *title) {
    world_tick(w);
    const struct row *r = table_find(w->table, title);
    assert_non_null(r);
    return (enum case_status)r->status;
}

/* A case with all results, changed a minute ago. */
static void set_up(struct world *w) {
    world_init(w, false);
    world_list(w, LIST);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(w, ROOT_BATCH);
    world_results(w, TITLE, 60 * 1000);
    world_scan_end(w, ROOT_BATCH);
}

static void test_codes(void **state) {
    (void)state;
    struct world w;
    set_up(&w);
    assert_int_equal(status_of(&w, TITLE), STATUS_COMPLETE);
    struct fact_exit e = {.code = 3, .source = "exec"};
    record(&w, &e);
    assert_int_equal(status_of(&w, TITLE), STATUS_FAILED);
    e.code = INT64_C(0xC0000005);
    record(&w, &e);
    assert_int_equal(status_of(&w, TITLE), STATUS_FAILED);
    e.code = 0;
    record(&w, &e);
    assert_int_equal(status_of(&w, TITLE), STATUS_COMPLETE);
    e.code = 3;
    record(&w, &e);
    e.code = EXIT_RUNNING;
    record(&w, &e);
    assert_int_equal(status_of(&w, TITLE), STATUS_COMPLETE);
    e.code = 3;
    record(&w, &e);
    e.code = EXIT_WITHDRAWN;
    record(&w, &e);
    assert_int_equal(status_of(&w, TITLE), STATUS_COMPLETE);
    assert_null(row_more(table_find(w.table, TITLE))->exit);
    world_free(&w);
}

/* Results newer than the record are of an attempt that nobody recorded. */
static void test_newer_results_win(void **state) {
    (void)state;
    struct world w;
    set_up(&w);
    int64_t results = world_wall(&w) - 60 * 1000;
    struct {
        int64_t end, written;
        enum case_status status;
    } cases[] = {
        {results - 2001, 0, STATUS_COMPLETE},
        {results - 2000, 0, STATUS_FAILED},
        {results - 3600 * 1000, 0, STATUS_COMPLETE},
        {results - 3600 * 1000, results, STATUS_FAILED},
        {results + 3600 * 1000, 1, STATUS_FAILED},
        {0, 0, STATUS_FAILED},
        {INT64_MAX, 0, STATUS_FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fact_exit e = {.code = 1, .source = "exec", .end_ms = cases[i].end, .written_ms = cases[i].written};
        record(&w, &e);
        if (status_of(&w, TITLE) != cases[i].status) fail_msg("case %zu: %s", i, status_word(status_of(&w, TITLE)));
    }
    world_free(&w);
}

static void test_words(void **state) {
    (void)state;
    struct world w;
    char lines[REASON_MAX][REASON_BYTES];
    set_up(&w);
    struct fact_exit e = {.code = 1, .source = "exec", .end_ms = world_wall(&w) - 3600 * 1000};
    record(&w, &e);
    world_tick(&w);
    assert_true(reason_lines(w.table, table_find(w.table, TITLE), w.now, lines) > 0);
    assert_string_equal(lines[0],
                        "exit code 1 (recorded by exec) is of an attempt before the newest results; it does not count");
    world_running(&w, "T4000_eps0p5_tau2p0");
    struct fact f = {.kind = FACT_EXIT, .at = w.now, .place = "T4000_eps0p5_tau2p0"};
    f.u.exit =
        (struct fact_exit){.code = EXIT_RUNNING, .source = "exec", .pid = 77, .host = "node\033[1", .life = LIFE_ALIVE};
    table_apply(w.table, &f);
    world_tick(&w);
    reason_lines(w.table, table_find(w.table, f.place), w.now, lines);
    assert_string_equal(lines[0], "its command runs as process 77 on node\uFFFD[1");
    f.u.exit.life = LIFE_GONE;
    table_apply(w.table, &f);
    world_tick(&w);
    reason_lines(w.table, table_find(w.table, f.place), w.now, lines);
    assert_string_equal(lines[0], "process 77 is gone and did not record how it ended");
    f.place = "T4000_eps0p5_tau3p0";
    world_file(&w, ROOT_BATCH, f.place, "summary.json", CONTENT_WHOLE, 100, 1000, NULL);
    world_place(&w, ROOT_BATCH, f.place);
    f.u.exit = (struct fact_exit){.code = 0, .source = "joblog", .end_ms = world_wall(&w)};
    table_apply(w.table, &f);
    table_set_over(w.table, true, w.now);
    assert_int_equal(status_of(&w, f.place), STATUS_MISSING);
    reason_lines(w.table, table_find(w.table, f.place), w.now, lines);
    assert_string_equal(lines[0], "exit code 0 (recorded by joblog), and yet not everything required is there");
    world_free(&w);
}

/* The newest of several records, in whatever order they came. */
static void test_order_of_arrival(void **state) {
    (void)state;
    static const struct fact_exit all[] = {
        {.code = 0, .source = "joblog", .command = "run.sh 4000 0.5 1.0", .end_ms = INT64_C(1709294500000)},
        {.code = 7, .source = "joblog", .command = "retry 4000 0.5 1.0", .end_ms = INT64_C(1709294600000)},
        {.code = 9, .source = "exec", .attempt = 2, .end_ms = INT64_C(1709294599000)},
    };
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        for (int list_at = 0; list_at < 4; list_at++) {
            struct world w;
            world_init(&w, false);
            for (int k = 0; k < 4; k++) {
                if (k == list_at) world_list(&w, LIST);
                if (k < 3) record(&w, &all[orders[i][k]]);
            }
            const struct row *r = table_find(w.table, TITLE);
            assert_non_null(row_more(r)->exit);
            assert_int_equal(row_more(r)->exit->code, 9);
            assert_string_equal(row_more(r)->exit->source, "exec");
            assert_null(row_more(table_find(w.table, "T4000_eps0p5_tau2p0"))->exit);
            assert_int_equal(status_of(&w, TITLE), STATUS_FAILED);
            world_list(&w, "# another one\n" LIST);
            assert_int_equal(row_more(table_find(w.table, TITLE))->exit->code, 9);
            world_free(&w);
        }
    }
}

static void test_unmatched(void **state) {
    (void)state;
    struct world w;
    const char *example;
    world_init(&w, false);
    struct fact_exit e = {.code = 1, .source = "joblog", .command = "run 9 9 9"};
    record(&w, &e);
    assert_int_equal(table_unmatched_commands(w.table, &example), 0);
    world_list(&w, LIST);
    assert_int_equal(table_unmatched_commands(w.table, &example), 1);
    assert_string_equal(example, "run 9 9 9");
    world_list(&w, LIST "9 9 9\n");
    assert_int_equal(table_unmatched_commands(w.table, &example), 0);
    world_tick(&w);
    assert_int_equal(table_status_count(w.table, STATUS_FAILED), 1);
    world_free(&w);
}

/* Without a list a record waits for the directory of its name. */
static void test_discovery(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    w.policy.discover = true;
    struct fact_exit e = {.code = 1, .source = "exec"};
    record(&w, &e);
    assert_int_equal(table_count(w.table), 0);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, TITLE);
    world_running(&w, "T4000_eps0p5_tau2p0");
    world_scan_end(&w, ROOT_BATCH);
    assert_int_equal(status_of(&w, TITLE), STATUS_FAILED);
    assert_int_equal(table_status_count(w.table, STATUS_FAILED), 1);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),     cmocka_unit_test(test_newer_results_win),
        cmocka_unit_test(test_words),     cmocka_unit_test(test_order_of_arrival),
        cmocka_unit_test(test_unmatched), cmocka_unit_test(test_discovery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

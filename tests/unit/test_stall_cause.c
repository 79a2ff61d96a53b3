/* Why is it silent? Only what the evidence says. */
#include "model/reason.h"
#include "model/stall_cause.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GB INT64_C(1000000000)
enum { CASES = 3 };
static const char *const title[CASES] = {"T1_eps0p1_tau1", "T2_eps0p1_tau1", "T3_eps0p1_tau1"};

/* Three cases that run, and are seen to at 0. */
static void begin(struct world *w) {
    world_init(w, true);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_list(w, "1 0.1 1\n2 0.1 1\n3 0.1 1\n");
    world_scan_begin(w, ROOT_ARCHIVE);
    world_scan_end(w, ROOT_ARCHIVE);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < CASES; i++) world_running(w, title[i]);
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
}

static void machine(struct world *w, int64_t load, int64_t available, int64_t swap_used) {
    const struct fact_machine m = {load, 16, 64 * GB, available, 8 * GB, swap_used};
    world_machine(w, &m);
}

static struct stall_cause cause(const struct world *w, int i) {
    struct verdict v;
    const struct row *r = table_row(w->table, (size_t)i);
    table_judge(w->table, r, w->now, &v);
    assert_int_equal(v.status, STATUS_STALLED);
    return stall_cause_of(w->table, r, v.quiet_ms, w->now);
}

/* Is this a sentence about the case, the n-th one? */
static void assert_says(const struct world *w, int i, int n, const char *sentence) {
    char lines[REASON_MAX][REASON_BYTES];
    int count = reason_lines(w->table, table_row(w->table, (size_t)i), w->now, lines);
    assert_true(n < count);
    assert_string_equal(lines[n], sentence);
}

static void assert_remedy(const struct world *w, int i, const char *sentence) {
    char remedy[REASON_BYTES];
    reason_remedy(w->table, table_row(w->table, (size_t)i), w->now, remedy);
    assert_string_equal(remedy, sentence);
}

static void test_alone(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    world_at(&w, 30 * WORLD_MINUTE - 4000);
    world_running(&w, title[1]);
    world_at(&w, 30 * WORLD_MINUTE);
    world_running(&w, title[2]);
    world_at(&w, 30 * WORLD_MINUTE + 5000);
    machine(&w, 10, 60 * GB, 0); /* no matter: others go on */
    assert_int_equal(cause(&w, 0).kind, STALL_ALONE);
    assert_int_equal(cause(&w, 0).machine, MACHINE_UNKNOWN);
    assert_says(&w, 0, 0, "silent for 30 min, threshold 30 min");
    assert_says(&w, 0, 1, "it alone is silent: another case changed 5 s ago");
    assert_remedy(&w, 0, "look at the process: is it alive, waiting or out of memory");
    world_at(&w, 60 * WORLD_MINUTE - 4000); /* now the second one, too; the third is silent for 30 min but 4 s */
    assert_int_equal(cause(&w, 0).kind, STALL_ALONE); /* of an hour, others went on for half */
    assert_int_equal(cause(&w, 1).kind, STALL_NONE_NEWER);
    assert_says(&w, 1, 1, "no other case has changed for 29 min either");
    world_running(&w, title[2]);
    world_tick(&w);
    assert_says(&w, 1, 1, "2 of 3 running cases are silent; another one changed 0 s ago");
    /* And back: what changes is not stalled. */
    world_running(&w, title[0]);
    world_tick(&w);
    assert_int_equal(table_row(w.table, 0)->status, STATUS_RUNNING);
    world_free(&w);
}

static void test_all(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    world_at(&w, 41 * WORLD_MINUTE);
    assert_int_equal(cause(&w, 0).kind, STALL_ALL);
    assert_says(&w, 0, 1, "all 3 running cases are silent, for 41 min or longer");
    world_free(&w);
}

static void test_machine(void **state) {
    (void)state;
    static const struct {
        int64_t load, available, swap;
        const char *sentence, *remedy;
    } known[] = {
        {12, 60, 0, "load 0.1 on the 16 processors here: the sweep itself has stopped, or waits",
         "look at the script that runs the sweep: is it alive, waiting or asking something"},
        {1580, 60, 0, "load 15.8 on the 16 processors here: the machine shows no cause",
         "look at the script that runs the sweep: is it alive, waiting or asking something"},
        {9000, 60, 0, "load 90.0 on the 16 processors here: the machine is overloaded",
         "free memory or processors, or run fewer cases at once"},
        {9000, 2, 1, "2.0 GB of 64.0 GB memory available here: the machine is short of memory",
         "free memory or processors, or run fewer cases at once"},
        {300, 8, 7, "8.0 GB of 64.0 GB memory available here and 7.0 GB of 8.0 GB swap in use: the machine is swapping",
         "free memory or processors, or run fewer cases at once"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct world w;
        begin(&w);
        world_at(&w, 41 * WORLD_MINUTE);
        machine(&w, known[i].load, known[i].available * GB, known[i].swap * GB);
        assert_says(&w, 1, 1, "all 3 running cases are silent, for 41 min or longer");
        assert_says(&w, 1, 2, known[i].sentence);
        assert_remedy(&w, 1, known[i].remedy);
        /* What was read long ago is no evidence. */
        world_at(&w, 43 * WORLD_MINUTE);
        assert_int_equal(cause(&w, 1).machine, MACHINE_UNKNOWN);
        world_free(&w);
    }
}

static void space(struct world *w, enum root_id root, int64_t free, bool slow) {
    struct fact f = {.kind = FACT_ROOT, .root = root, .at = w->now};
    f.u.root_state.health = HEALTH_LIVE;
    f.u.root_state.path = "/x";
    f.u.root_state.reason = slow ? "slow: stat of summary.json for 4 s" : NULL;
    f.u.root_state.slow = slow;
    f.u.root_state.settle_ms = 3000;
    f.u.root_state.poll_ms = 5000;
    f.u.root_state.space_total = 1000 * GB;
    f.u.root_state.space_free = free;
    table_apply(w->table, &f);
    world_tick(w);
}

static void test_full(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    world_at(&w, 29 * WORLD_MINUTE);
    world_running(&w, title[1]);
    world_at(&w, 31 * WORLD_MINUTE);
    space(&w, ROOT_BATCH, STALL_FULL_BYTES, false);
    assert_int_equal(cause(&w, 0).kind, STALL_ALONE);
    space(&w, ROOT_BATCH, 0, false);
    assert_int_equal(cause(&w, 0).kind, STALL_FULL);
    assert_says(&w, 0, 1, "the drive of the batch directory is full: 0 bytes free");
    assert_remedy(&w, 0, "free space on the drive");
    /* A full archive stops only who writes there. */
    space(&w, ROOT_BATCH, 10 * GB, false);
    space(&w, ROOT_ARCHIVE, 12, false);
    assert_int_equal(cause(&w, 0).kind, STALL_ALONE);
    world_file(&w, ROOT_ARCHIVE, title[0], "series/run.parquet", CONTENT_PARTIAL, 10, 0, NULL);
    world_place(&w, ROOT_ARCHIVE, title[0]);
    world_at(&w, 62 * WORLD_MINUTE);
    space(&w, ROOT_ARCHIVE, 12, false);
    assert_says(&w, 0, 1, "the archive drive is full: 12 bytes free");
    world_free(&w);
}

static void test_slow(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    world_at(&w, 31 * WORLD_MINUTE);
    space(&w, ROOT_BATCH, 10 * GB, true);
    assert_says(
        &w, 0, 1,
        "no case has changed for 31 min: the batch directory answers slowly (slow: stat of summary.json for 4 s)");
    assert_remedy(&w, 0, "check the drive of the batch directory");
    space(&w, ROOT_BATCH, 10 * GB, false); /* just now it is not, but was a moment ago */
    assert_says(&w, 0, 1, "no case has changed for 31 min: the batch directory answers slowly");
    world_at(&w, 31 * WORLD_MINUTE + STALL_SLOW_MS + 1);
    assert_int_equal(cause(&w, 0).kind, STALL_ALL);
    space(&w, ROOT_BATCH, 10 * GB, true);
    world_running(&w, title[1]); /* it is slow, and yet others go on */
    world_tick(&w);
    assert_int_equal(cause(&w, 0).kind, STALL_ALONE);
    world_free(&w);
}

static void test_locked(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = 0, .place = title[0]};
    f.u.file.artifact = profile_artifact_index(profile_builtin(), "checks/mass_budget.csv");
    f.u.file.content = CONTENT_PARTIAL;
    f.u.file.locked = true;
    f.u.file.holder = "scanner.exe (77)";
    table_apply(w.table, &f);
    world_at(&w, 31 * WORLD_MINUTE);
    space(&w, ROOT_BATCH, 0, true);
    assert_int_equal(cause(&w, 0).kind, STALL_LOCKED);
    assert_says(&w, 0, 1, "checks/mass_budget.csv in the batch is locked by scanner.exe (77)");
    assert_remedy(&w, 0, "close what holds the file: scanner.exe (77)");
    world_free(&w);
}

static void test_slept(void **state) {
    (void)state;
    struct world w;
    begin(&w);
    world_at(&w, 10 * WORLD_MINUTE);
    w.now = 70 * WORLD_MINUTE;
    world_away(&w, 10 * WORLD_MINUTE, 55 * WORLD_MINUTE);
    world_at(&w, 90 * WORLD_MINUTE);
    assert_says(&w, 0, 0, "silent for 30 min, threshold 30 min");
    assert_says(&w, 0, 1, "all 3 running cases are silent, for 30 min or longer");
    assert_says(&w, 0, 2, "the machine slept for 55 min meanwhile, which does not count");
    world_running(&w, title[0]);
    world_at(&w, 120 * WORLD_MINUTE); /* the sleep was before its last change */
    assert_int_equal(cause(&w, 0).away_ms, 0);
    assert_int_equal(cause(&w, 1).away_ms, 55 * WORLD_MINUTE);
    w.now = 140 * WORLD_MINUTE;
    world_away(&w, 120 * WORLD_MINUTE, 0);
    world_tick(&w);
    assert_says(&w, 0, 2, "nobody watched for 20 min meanwhile, which does not count");
    world_free(&w);
}

static void test_words(void **state) {
    (void)state;
    assert_string_equal(stall_cause_word(STALL_LOCKED), "locked");
    assert_string_equal(stall_cause_word(STALL_NONE_NEWER), "none_newer");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone), cmocka_unit_test(test_all),   cmocka_unit_test(test_machine),
        cmocka_unit_test(test_full),  cmocka_unit_test(test_slow),  cmocka_unit_test(test_locked),
        cmocka_unit_test(test_slept), cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

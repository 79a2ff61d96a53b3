#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A "T1_eps0p1_tau1"
#define B "T2_eps0p1_tau1"
#define LIST "1 0.1 1\n2 0.1 1\n"

static enum case_status status_of(const struct world *w, const char *title) {
    const struct row *r = table_find(w->table, title);
    assert_non_null(r);
    return (enum case_status)r->status;
}

/* The counters are what a recount finds, and the rows are what judging anew finds. */
static void recount(const struct world *w) {
    size_t status[STATUS_COUNT] = {0}, flags[FLAG_COUNT] = {0};
    for (size_t i = 0; i < table_count(w->table); i++) {
        const struct row *r = table_row(w->table, i);
        struct verdict v;
        table_judge(w->table, r, w->now, &v);
        assert_int_equal(r->status, v.status);
        assert_int_equal(r->flags, v.flags);
        status[v.status]++;
        for (int b = 0; b < FLAG_COUNT; b++) flags[b] += (v.flags >> b) & 1;
    }
    for (int s = 0; s < STATUS_COUNT; s++) assert_int_equal(table_status_count(w->table, s), status[s]);
    for (int b = 0; b < FLAG_COUNT; b++) assert_int_equal(table_flag_count(w->table, b), flags[b]);
}

static void begin(struct world *w, bool archive, const char *list) {
    world_init(w, archive);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    if (archive) world_root(w, ROOT_ARCHIVE, HEALTH_POLLING, NULL);
    if (list) world_list(w, list);
}

static void scan_empty(struct world *w, enum root_id root) {
    world_scan_begin(w, root);
    world_scan_end(w, root);
    world_tick(w);
}

static void test_deadlines_and_transitions(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, A);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(table_deadline(w.table), 30 * WORLD_MINUTE);
    world_at(&w, 30 * WORLD_MINUTE - 1);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_at(&w, 30 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    assert_int_equal(table_deadline(w.table), INT64_MAX);
    recount(&w);
    world_at(&w, 31 * WORLD_MINUTE);
    world_running(&w, A); /* any change brings it back */
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    assert_int_equal(table_deadline(w.table), 61 * WORLD_MINUTE);
    recount(&w);
    static const struct transition expected[] = {{0, STATUS_PENDING, STATUS_RUNNING, false, 0},
                                                 {0, STATUS_RUNNING, STATUS_STALLED, false, 30 * WORLD_MINUTE},
                                                 {0, STATUS_STALLED, STATUS_RUNNING, false, 31 * WORLD_MINUTE}};
    assert_int_equal(table_transition_count(w.table), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct transition *x = table_transition(w.table, i);
        assert_int_equal(x->row, expected[i].row);
        assert_int_equal(x->from, expected[i].from);
        assert_int_equal(x->to, expected[i].to);
        assert_int_equal(x->at, expected[i].at);
    }
    assert_int_equal(table_row(w.table, 0)->status_since, 31 * WORLD_MINUTE);
    world_free(&w);
}

static void test_first_look(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    world_tick(&w); /* found so before the first pass has ended */
    world_scan_end(&w, ROOT_BATCH);
    world_results(&w, B, 0);
    world_tick(&w);
    assert_int_equal(table_transition_total(w.table), 2);
    assert_true(table_transition(w.table, 0)->first);
    assert_false(table_transition(w.table, 1)->first);
    world_free(&w);
}

static void apply_all(struct table *t, const struct fact *facts, const int *order, int n) {
    for (int i = 0; i < n; i++) table_apply(t, &facts[order[i]]);
}

static void test_idempotent_and_out_of_order(void **state) {
    (void)state;
    static const char *const paths[] = {"run_config.json", "checks/mass_budget.csv", "series/run.parquet",
                                        "summary.json"};
    static const int orders[][9] = {
        {0, 1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1, 0}, {2, 6, 3, 0, 4, 1, 5}, {5, 0, 6, 1, 2, 3, 4}};
    struct fact facts[7] = {{.kind = FACT_ROOT}, {.kind = FACT_LIST}};
    facts[0].u.root_state.health = HEALTH_LIVE;
    facts[0].u.root_state.path = "/data/sweep/batch_1";
    facts[1].u.list.path = "list";
    facts[1].u.list.text = LIST;
    facts[1].u.list.len = strlen(LIST);
    for (int i = 0; i < 4; i++) {
        facts[2 + i] = (struct fact){.kind = FACT_FILE, .place = A};
        facts[2 + i].u.file.artifact = profile_artifact_index(profile_builtin(), paths[i]);
        facts[2 + i].u.file.content = CONTENT_WHOLE;
        facts[2 + i].u.file.size = 100 + i;
        facts[2 + i].u.file.id = (uint64_t)i + 1;
    }
    facts[6] = (struct fact){.kind = FACT_PLACE, .place = A, .u.place_state = {true, true, 9}};
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        struct world w;
        world_init(&w, false);
        apply_all(w.table, facts, orders[o], 7);
        world_tick(&w);
        assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
        assert_int_equal(status_of(&w, B), STATUS_PENDING);
        recount(&w);
        /* Everything but the list again: no change of any row. */
        uint64_t transitions = table_transition_total(w.table);
        int64_t changed = table_last_change(w.table);
        for (int i = 0; i < 7; i++) facts[i].at = 5000;
        for (int i = 2; i < 7; i++) table_apply(w.table, &facts[i]);
        world_at(&w, 5000);
        for (int i = 0; i < 7; i++) facts[i].at = 0;
        assert_int_equal(table_transition_total(w.table), transitions);
        assert_int_equal(table_last_change(w.table), changed);
        assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
        assert_int_equal(table_flag_count(w.table, FLAG_BIT_OVERWRITTEN), 0);
        recount(&w);
        world_free(&w);
    }
}

static void test_absence_and_stale_root(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, LIST);
    scan_empty(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_results(&w, A, WORLD_HOUR);
    world_archived(&w, A, WORLD_HOUR);
    world_scan_end(&w, ROOT_ARCHIVE);
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    /* A pass that begins and never ends, and a drive that goes away, take nothing away. */
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, "unplugged");
    world_at(&w, 10 * WORLD_HOUR);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    assert_int_equal(table_row(w.table, 0)->flags, FLAG_UNVERIFIED);
    assert_non_null(table_place(w.table, table_row(w.table, 0), ROOT_ARCHIVE, NULL));
    recount(&w);
    world_root(&w, ROOT_ARCHIVE, HEALTH_POLLING, NULL);
    world_tick(&w);
    assert_int_equal(table_row(w.table, 0)->flags, 0);
    /* The end of a pass that did not see it does. */
    scan_empty(&w, ROOT_ARCHIVE);
    assert_null(table_place(w.table, table_row(w.table, 0), ROOT_ARCHIVE, NULL));
    assert_int_equal(status_of(&w, A), STATUS_ARCHIVE_FAILED); /* long silent: the grace is over */
    scan_empty(&w, ROOT_BATCH);
    assert_int_equal(status_of(&w, A), STATUS_PENDING);
    recount(&w);
    world_free(&w);
}

/* The end of an older pass says nothing about what a newer one has seen. */
static void test_late_scan_end(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    scan_empty(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    struct fact late = {.kind = FACT_SCAN_END, .u.scan.generation = 1};
    table_apply(w.table, &late);
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    world_free(&w);
}

static void test_stall_clock_stands_still(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, A);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 10 * WORLD_MINUTE);
    world_root(&w, ROOT_BATCH, HEALTH_STALE, "the network is gone");
    world_at(&w, 10 * WORLD_HOUR);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    assert_true(table_row(w.table, 0)->flags & FLAG_UNVERIFIED);
    struct verdict v;
    table_judge(w.table, table_row(w.table, 0), w.now, &v);
    assert_int_equal(v.quiet_ms, 10 * WORLD_MINUTE);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_at(&w, 10 * WORLD_HOUR + 20 * WORLD_MINUTE - 1);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_at(&w, 10 * WORLD_HOUR + 20 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    recount(&w);
    world_free(&w);
}

/* What was stalled when the batch went out of sight is neither cured nor made worse by that. */
static void test_stalled_stays(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, LIST);
    world_root(&w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    scan_empty(&w, ROOT_ARCHIVE);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, A);
    world_running(&w, B);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 20 * WORLD_MINUTE);
    world_running(&w, B);
    world_at(&w, 40 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    int64_t since = table_row(w.table, 0)->status_since;
    world_root(&w, ROOT_BATCH, HEALTH_HUNG, "stat of summary.json for 15 s");
    world_at(&w, 10 * WORLD_HOUR);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    assert_int_equal(table_row(w.table, 0)->status_since, since);
    assert_true(table_row(w.table, 0)->flags & FLAG_UNVERIFIED);
    assert_int_equal(status_of(&w, B), STATUS_RUNNING);
    /* A change in the archive is one; then its silence does not grow either. */
    world_file(&w, ROOT_ARCHIVE, A, "series/run.parquet", CONTENT_PARTIAL, 100, 0, NULL);
    world_place(&w, ROOT_ARCHIVE, A);
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_at(&w, 20 * WORLD_HOUR);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_at(&w, 20 * WORLD_HOUR + 9 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    assert_int_equal(status_of(&w, B), STATUS_RUNNING);
    world_at(&w, 20 * WORLD_HOUR + 10 * WORLD_MINUTE); /* 20 min before the batch went, 10 since it is back */
    assert_int_equal(status_of(&w, B), STATUS_STALLED);
    world_at(&w, 20 * WORLD_HOUR + 30 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    recount(&w);
    world_free(&w);
}

static void one_running(struct world *w) {
    begin(w, false, LIST);
    world_scan_begin(w, ROOT_BATCH);
    world_running(w, A);
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
}

static int64_t quiet_of(const struct world *w, const char *title) {
    struct verdict v;
    table_judge(w->table, table_find(w->table, title), w->now, &v);
    return v.quiet_ms;
}

/* A night that the machine slept, by a clock that went on meanwhile. */
static void test_sleep_is_no_silence(void **state) {
    (void)state;
    struct world w;
    one_running(&w);
    world_at(&w, 10 * WORLD_MINUTE);
    w.now = 8 * WORLD_HOUR; /* asleep: nobody ticks */
    world_away(&w, 10 * WORLD_MINUTE, 8 * WORLD_HOUR);
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    assert_int_equal(quiet_of(&w, A), 10 * WORLD_MINUTE);
    assert_int_equal(table_silence(w.table, w.now), 10 * WORLD_MINUTE);
    assert_int_equal(table_deadline(w.table), 8 * WORLD_HOUR + 20 * WORLD_MINUTE);
    /* Told again, and one from before: nothing new. */
    world_away(&w, w.now, 0);
    struct fact old = {.kind = FACT_AWAY, .at = w.now, .u.away = {.total = 5, .from = 1, .until = 6}};
    table_apply(w.table, &old);
    assert_int_equal(quiet_of(&w, A), 10 * WORLD_MINUTE);
    /* What was seen before it, and is told after it, was seen before it. */
    w.now = 8 * WORLD_HOUR;
    struct fact late = {.kind = FACT_PLACE, .root = ROOT_BATCH, .at = 9 * WORLD_MINUTE, .place = A};
    late.u.place_state.present = late.u.place_state.has_files = true;
    late.u.place_state.stamp = 99;
    table_apply(w.table, &late);
    world_tick(&w);
    assert_int_equal(quiet_of(&w, A), WORLD_MINUTE);
    world_at(&w, 8 * WORLD_HOUR + 29 * WORLD_MINUTE - 1);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_at(&w, 8 * WORLD_HOUR + 29 * WORLD_MINUTE);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    /* A stall before a sleep stays one. */
    w.now = 20 * WORLD_HOUR;
    world_away(&w, 8 * WORLD_HOUR + 29 * WORLD_MINUTE, 0);
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_STALLED);
    assert_int_equal(quiet_of(&w, A), 30 * WORLD_MINUTE);
    recount(&w);
    world_free(&w);
}

/* Asleep while the batch could not be read: no time is taken off twice. */
static void test_sleep_while_unreadable(void **state) {
    (void)state;
    struct world w;
    one_running(&w);
    world_at(&w, 10 * WORLD_MINUTE);
    world_root(&w, ROOT_BATCH, HEALTH_STALE, "the network is gone");
    world_at(&w, WORLD_HOUR);
    w.now = 8 * WORLD_HOUR;
    world_away(&w, WORLD_HOUR, 7 * WORLD_HOUR);
    world_tick(&w);
    assert_int_equal(quiet_of(&w, A), 10 * WORLD_MINUTE);
    world_at(&w, 9 * WORLD_HOUR);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_at(&w, 9 * WORLD_HOUR + 5 * WORLD_MINUTE);
    assert_int_equal(quiet_of(&w, A), 15 * WORLD_MINUTE);
    world_running(&w, A);
    world_at(&w, 9 * WORLD_HOUR + 7 * WORLD_MINUTE);
    assert_int_equal(quiet_of(&w, A), 2 * WORLD_MINUTE);
    recount(&w);
    world_free(&w);
}

/* Its quiet times are what the thresholds are learned from: a night is none of them. */
static void test_sleep_teaches_nothing(void **state) {
    (void)state;
    struct world w;
    one_running(&w);
    w.policy.stall_after_ms = 0;
    for (int i = 1; i <= 3; i++) {
        world_at(&w, i * WORLD_MINUTE);
        world_running(&w, A);
    }
    w.now = 8 * WORLD_HOUR;
    world_away(&w, 3 * WORLD_MINUTE, 8 * WORLD_HOUR);
    world_at(&w, 8 * WORLD_HOUR + WORLD_MINUTE);
    world_running(&w, A);
    world_tick(&w);
    struct verdict v;
    table_judge(w.table, table_row(w.table, 0), w.now, &v);
    assert_int_equal(v.threshold_ms, 4 * WORLD_MINUTE + 10000);
    world_free(&w);
}

static void test_machine_is_forgotten(void **state) {
    (void)state;
    struct world w;
    const struct fact_machine m = {.load = 310, .processors = 16, .swap_total = -1};
    begin(&w, false, LIST);
    assert_null(table_machine(w.table, w.now));
    int64_t heard = table_root(w.table, ROOT_BATCH)->last_fact_at;
    w.now = 1000;
    world_machine(&w, &m);
    assert_int_equal(table_machine(w.table, w.now)->load, 310);
    assert_int_equal(table_root(w.table, ROOT_BATCH)->last_fact_at, heard); /* no fact about the batch */
    assert_null(table_machine(w.table, w.now + TABLE_MACHINE_FRESH_MS + 1));
    world_free(&w);
}

/* The last pass before the report, cut short by its deadline: what it did not come to is said to be unverified. */
static void test_last_pass(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST "3 0.1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, WORLD_HOUR);
    world_results(&w, B, WORLD_HOUR);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, WORLD_MINUTE);
    assert_true(table_pass_ended(w.table, ROOT_BATCH)); /* none was asked for */
    table_expect_pass(w.table);
    assert_false(table_pass_ended(w.table, ROOT_BATCH));
    world_place(&w, ROOT_BATCH, B); /* a look that no pass made yet */
    world_scan_begin(&w, ROOT_BATCH);
    world_place(&w, ROOT_BATCH, A);
    world_at(&w, 2 * WORLD_MINUTE);
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_UNVERIFIED), 0); /* it is not over */
    table_set_over(w.table, true, w.now);
    world_tick(&w);
    assert_int_equal(table_find(w.table, A)->flags, 0);
    assert_int_equal(table_find(w.table, B)->flags, FLAG_UNVERIFIED);
    assert_int_equal(status_of(&w, B), STATUS_COMPLETE); /* what was known stands */
    assert_int_equal(table_row(w.table, 2)->status, STATUS_MISSING);
    assert_int_equal(table_row(w.table, 2)->flags, FLAG_UNVERIFIED); /* only the end of a pass says what is absent */
    recount(&w);
    /* It goes on and ends after all. */
    world_place(&w, ROOT_BATCH, B);
    world_tick(&w);
    assert_int_equal(table_find(w.table, B)->flags, 0);
    assert_int_equal(table_row(w.table, 2)->flags, FLAG_UNVERIFIED);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_true(table_pass_ended(w.table, ROOT_BATCH));
    assert_int_equal(table_row(w.table, 2)->flags, 0);
    recount(&w);
    world_free(&w);
}

/* A pass that was under way when the last one was asked for is not it. */
static void test_pass_under_way(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, LIST);
    scan_empty(&w, ROOT_ARCHIVE);
    scan_empty(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, WORLD_HOUR);
    table_expect_pass(w.table);
    world_scan_end(&w, ROOT_BATCH);
    assert_false(table_pass_ended(w.table, ROOT_BATCH));
    table_set_over(w.table, true, w.now);
    world_tick(&w);
    assert_true(table_find(w.table, A)->flags & FLAG_UNVERIFIED);
    world_scan_begin(&w, ROOT_BATCH);
    world_place(&w, ROOT_BATCH, A);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(table_find(w.table, A)->flags, FLAG_UNVERIFIED); /* the archive's has not ended */
    scan_empty(&w, ROOT_ARCHIVE);
    assert_int_equal(table_find(w.table, A)->flags, 0);
    recount(&w);
    world_free(&w);
}

static void test_oldest_look(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST "3 0.1 1\n");
    assert_int_equal(table_oldest_look(w.table, ROOT_BATCH), -1);
    const char *const title[] = {A, B, "T3_eps0p1_tau1"};
    int64_t seen[3] = {-1, -1, -1};
    uint32_t random = 7;
    for (int i = 0; i < 3000; i++) {
        random = random * 1103515245 + 12345;
        int k = (int)(random >> 16) % 3;
        w.now = (i + (int)(random >> 20) % 7 - 3) * 10; /* not quite in their order */
        struct fact f = {.kind = FACT_PLACE, .root = ROOT_BATCH, .at = w.now, .place = title[k]};
        f.u.place_state.present = random >> 28 != 0;
        table_apply(w.table, &f);
        seen[k] = f.u.place_state.present ? w.now : INT64_MIN;
        int64_t oldest = INT64_MAX;
        for (int j = 0; j < 3; j++) {
            if (seen[j] >= 0 && seen[j] < oldest) oldest = seen[j];
        }
        if (i < 10) continue; /* times below zero: nothing may break */
        assert_int_equal(table_oldest_look(w.table, ROOT_BATCH), oldest == INT64_MAX ? -1 : oldest);
    }
    world_free(&w);
}

/* How long a version has been seen is kept in few bits, against the place's last change: never too long, and exact when
 * a look has ended, as far as the settling time goes. */
static void test_versions_settle(void **state) {
    (void)state;
    static const char *const path[] = {"run_config.json", "checks/mass_budget.csv", "series/run.parquet"};
    static const int64_t pause[] = {0, 7, 900, 2999, 3000, 3001, 31000, 33000, 5 * WORLD_HOUR};
    struct world w;
    begin(&w, false, LIST);
    int64_t settle = table_root(w.table, ROOT_BATCH)->settle_ms, first[3] = {0}, size[3] = {0}, seen = -1;
    uint32_t random = 11;
    w.now = 1000;
    for (int i = 0; i < 5000; i++) {
        random = random * 1103515245 + 12345;
        int64_t began = w.now += pause[(random >> 20) % 9];
        for (int k = 0; k < 3; k++) {
            if (size[k] != 0 && (random >> (8 + k) & 1) != 0) continue;
            w.now += 5; /* files are told with the time when they were read */
            first[k] = w.now;
            size[k] = random >> 30 == 0 ? INT64_C(5000000000) + i : 1 + i;
            world_file(&w, ROOT_BATCH, A, path[k], CONTENT_PARTIAL, size[k], 0, NULL);
            const struct place *p = table_place(w.table, table_find(w.table, A), ROOT_BATCH, NULL);
            for (int j = 0; j < 3; j++) {
                const struct file_state *f = place_file(p, profile_artifact_index(profile_builtin(), path[j]));
                if (size[j] == 0) continue;
                assert_true(file_size(f) == size[j]);
                if (file_rested(p, f) >= settle) assert_true(seen - first[j] >= settle);
            }
        }
        struct fact f = {.kind = FACT_PLACE, .root = ROOT_BATCH, .at = began, .place = A};
        f.u.place_state.present = f.u.place_state.has_files = true;
        f.u.place_state.stamp = (uint64_t)i / 3;
        table_apply(w.table, &f);
        seen = began;
        const struct place *p = table_place(w.table, table_find(w.table, A), ROOT_BATCH, NULL);
        for (int k = 0; k < 3; k++) {
            const struct file_state *s = place_file(p, profile_artifact_index(profile_builtin(), path[k]));
            assert_int_equal(file_rested(p, s) >= settle, seen - first[k] >= settle);
        }
    }
    world_free(&w);
}

static void test_alias(void **state) {
    (void)state;
    struct world w;
    bool ambiguous = true;
    begin(&w, false, LIST "3 0.1 1\n3 0.1 1 0.2\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A "_mu0p5", 0);
    world_results(&w, "T3_eps0p1_tau1_i00p2", 0); /* another line claims it exactly */
    world_results(&w, A "_note", 0);              /* no part of a title */
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    const struct row *a = table_row(w.table, 0);
    assert_int_equal(a->status, STATUS_COMPLETE);
    assert_string_equal(table_place(w.table, a, ROOT_BATCH, &ambiguous)->name, A "_mu0p5");
    assert_false(ambiguous);
    assert_int_equal(table_row(w.table, 2)->status, STATUS_PENDING);
    assert_int_equal(table_row(w.table, 3)->status, STATUS_COMPLETE);
    const struct place *unexpected[2];
    assert_int_equal(table_unexpected(w.table, unexpected, 2), 1);
    assert_string_equal(unexpected[0]->name, A "_note");

    world_results(&w, A "_mu1p0", 0); /* two candidates: neither is it */
    world_tick(&w);
    assert_null(table_place(w.table, a, ROOT_BATCH, &ambiguous));
    assert_true(ambiguous);
    assert_string_equal(a->place[ROOT_BATCH]->name, A "_mu0p5"); /* in the order of their names */
    assert_int_not_equal(a->status, STATUS_COMPLETE);
    world_results(&w, A, 0); /* the title itself wins */
    world_tick(&w);
    assert_string_equal(table_place(w.table, a, ROOT_BATCH, &ambiguous)->name, A);
    assert_int_equal(a->status, STATUS_COMPLETE);
    recount(&w);
    world_free(&w);
}

static void test_duplicates(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, "1 0.1 1.0\n1 0.1 1p0\n2 0.1 1\n2 0.1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps0p1_tau1p0", 0);
    world_results(&w, B, 0);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(table_count(w.table), 2);
    assert_int_equal(status_of(&w, "T1_eps0p1_tau1p0"), STATUS_INVALID);
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_DUPLICATE_TITLE), 1);
    assert_int_equal(status_of(&w, B), STATUS_COMPLETE);
    assert_int_equal(table_list(w.table)->n_issues > 0, 1);
    recount(&w);
    world_free(&w);
}

static void config_names(struct world *w, const char *title, const char *outdir) {
    world_results(w, title, 0);
    world_config(w, ROOT_BATCH, title, 0, "outdir", outdir);
}

/* A renamed batch is no contradiction, a case that came from another batch is one. */
/* An archive that keeps each batch in a directory of its own. */
static void test_archive_of_batches(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    world_scan_end(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, "batch_1/" A, 0);
    world_file(&w, ROOT_ARCHIVE, A, "summary.json", CONTENT_WHOLE, 99, 0, NULL); /* an older batch's, beside it */
    world_place(&w, ROOT_ARCHIVE, A);
    world_archived(&w, "batch_1/" B, 0); /* nothing local: the directory it stands in says whose it is */
    world_scan_end(&w, ROOT_ARCHIVE);
    world_tick(&w);
    bool ambiguous;
    assert_string_equal(table_place(w.table, table_row(w.table, 0), ROOT_ARCHIVE, &ambiguous)->name, "batch_1/" A);
    assert_false(ambiguous);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    assert_int_equal(status_of(&w, B), STATUS_COMPLETE);
    world_config(&w, ROOT_ARCHIVE, "batch_1/" B, 0, "outdir", "/data/batch_7/" B);
    world_tick(&w);
    assert_int_equal(status_of(&w, B), STATUS_PENDING);
    recount(&w);
    world_free(&w);
}

/* The grace grows with what the archive has shown and with what there is to copy. */
static void test_grace_adapts(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, LIST);
    w.policy.archive_grace_ms = 0;
    scan_empty(&w, ROOT_BATCH);
    scan_empty(&w, ROOT_ARCHIVE);
    world_results(&w, A, 0); /* 1.2 GB: at 5 MB/s three times four minutes, which is less than half an hour */
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_ARCHIVING);
    int64_t poll = 2 * 5000;
    assert_int_equal(table_deadline(w.table), 30 * WORLD_MINUTE + poll);
    world_at(&w, 25 * WORLD_MINUTE);
    world_archived(&w, A, 25 * WORLD_MINUTE); /* took 25 minutes, and nothing was seen of it before */
    world_tick(&w);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    world_results(&w, B, 0);
    world_tick(&w);
    struct verdict v;
    table_judge(w.table, table_row(w.table, 1), w.now, &v);
    assert_true(v.grace_ms >= 75 * WORLD_MINUTE + poll); /* the rate seen makes it a little more */
    assert_true(v.grace_ms < 80 * WORLD_MINUTE);
    world_at(&w, 25 * WORLD_MINUTE + v.grace_ms - 1);
    assert_int_equal(status_of(&w, B), STATUS_ARCHIVING);
    world_at(&w, 25 * WORLD_MINUTE + v.grace_ms);
    assert_int_equal(status_of(&w, B), STATUS_ARCHIVE_FAILED);
    recount(&w);
    world_free(&w);
}

static void tell_archive(struct world *w, const char *title, const char *dir, const char *enabled) {
    struct fact_value values[] = {{profile_value_index(profile_builtin(), "archive.enabled"), enabled, 0},
                                  {profile_value_index(profile_builtin(), "archive.dir"), dir, 0}};
    struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .place = title};
    f.u.file = (struct fact_file){.artifact = profile_artifact_index(profile_builtin(), "run_config.json"),
                                  .content = CONTENT_WHOLE,
                                  .values = values,
                                  .n_values = 2};
    table_apply(w->table, &f);
    world_tick(w);
}

/* Most cases name it; one whose configuration is mixed up does not lead astray. */
static void test_archive_learned(void **state) {
    (void)state;
    struct world w;
    bool foreign = false;
    begin(&w, false, "1 0.1 1\n2 0.1 1\n3 0.1 1\n");
    w.policy.archive = ARCHIVE_LEARN;
    assert_null(table_learned_archive(w.table, &foreign));
    tell_archive(&w, A, "/mnt/off", "false");
    assert_null(table_learned_archive(w.table, &foreign));
    tell_archive(&w, A, "E:\\archive", "true");
    assert_string_equal(table_learned_archive(w.table, &foreign), "E:\\archive");
    assert_true(foreign);
    tell_archive(&w, B, "/mnt/b", "true"); /* as many: the first by name, in whatever order they came */
    assert_string_equal(table_learned_archive(w.table, &foreign), "/mnt/b");
    assert_false(foreign);
    tell_archive(&w, "T3_eps0p1_tau1", "E:\\archive", "true");
    assert_string_equal(table_learned_archive(w.table, &foreign), "E:\\archive");
    world_scan_begin(&w, ROOT_BATCH);
    world_scan_end(&w, ROOT_BATCH); /* all are gone */
    assert_null(table_learned_archive(w.table, &foreign));
    world_free(&w);
}

static void test_moved_batch(void **state) {
    (void)state;
    struct world w;
    begin(&w, true, "1 0.1 1\n2 0.1 1\n3 0.1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    config_names(&w, A, "E:\\out\\first\\" A);
    world_tick(&w);
    assert_null(table_moved_from(w.table));
    assert_true(table_row(w.table, 0)->flags & FLAG_CONFIG_MISMATCH); /* one alone may be a stray copy */
    config_names(&w, B, "/data/first/" B "/");
    world_tick(&w);
    assert_string_equal(table_moved_from(w.table), "first");
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_CONFIG_MISMATCH), 0);
    recount(&w);

    /* What only the archive has, under the old name, is this batch's. */
    world_archived(&w, "T3_eps0p1_tau1", 0);
    world_config(&w, ROOT_ARCHIVE, "T3_eps0p1_tau1", 0, "outdir", "/data/first/T3_eps0p1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(table_row(w.table, 2)->status, STATUS_COMPLETE);

    /* A directory that is no case of the list has no say. */
    config_names(&w, "stray", "/data/third/stray");
    world_tick(&w);
    assert_string_equal(table_moved_from(w.table), "first");

    config_names(&w, "T3_eps0p1_tau1", "/data/sweep/batch_1/T3_eps0p1_tau1");
    world_tick(&w);
    assert_null(table_moved_from(w.table));
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_CONFIG_MISMATCH), 3);
    recount(&w);

    config_names(&w, "T3_eps0p1_tau1", "/data/second/T3_eps0p1_tau1"); /* they do not agree */
    world_tick(&w);
    assert_null(table_moved_from(w.table));
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_CONFIG_MISMATCH), 3);

    world_scan_begin(&w, ROOT_BATCH); /* it goes: the others agree again */
    world_place(&w, ROOT_BATCH, A);
    world_place(&w, ROOT_BATCH, B);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_string_equal(table_moved_from(w.table), "first");
    recount(&w);
    config_names(&w, A, "/data/first/" B); /* another case's directory is another matter */
    world_tick(&w);
    assert_true(table_row(w.table, 0)->flags & FLAG_CONFIG_MISMATCH);
    world_list(&w, "1 0.1 1\n"); /* rows change, the claims are counted anew */
    world_tick(&w);
    assert_null(table_moved_from(w.table));
    recount(&w);
    world_free(&w);
}

static void test_every_value_that_disagrees(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        int form;
        bool contradicts;
    } told[] = {
        {"T", "1.0", 0, false},      {"T", "1000e-3", 0, false}, {"T", "1.0000001", 0, true}, {"T", "NaN", 0, true},
        {"T", "-Infinity", 0, true}, {"T", "warm", 0, false},    {"EPS", "0.1", 1, false},    {"EPS", "0.2", 1, true},
        {"TAU", "1", 0, false},      {"TAU", "-1", 0, true},     {"I0", "7", 0, false}, /* the list says nothing */
        {"MU", "7", 1, false},
    };
    struct world w;
    begin(&w, false, LIST);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .place = A};
        struct fact_value v = {profile_value_index(profile_builtin(), told[i].name), told[i].text, told[i].form};
        f.u.file = (struct fact_file){.artifact = profile_artifact_index(profile_builtin(), "run_config.json"),
                                      .content = CONTENT_WHOLE,
                                      .values = &v,
                                      .n_values = 1};
        table_apply(w.table, &f);
        table_tick(w.table, 0);
        const struct place *p = table_place(w.table, table_row(w.table, 0), ROOT_BATCH, NULL);
        if ((place_more(p)->mismatches != NULL) != told[i].contradicts) fail_msg("%s %s", told[i].name, told[i].text);
        if (place_more(p)->mismatches) assert_int_equal(place_more(p)->mismatches->form, told[i].form);
    }
    recount(&w);
    world_free(&w);
}

static void test_elsewhere(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    struct fact f = {.kind = FACT_ELSEWHERE, .place = B};
    f.u.elsewhere.path = "/data/sweep/batch_2/" B;
    f.u.elsewhere.whole = 4;
    table_apply(w.table, &f);
    f.place = "T9_eps0p1_tau1"; /* not of this list */
    table_apply(w.table, &f);
    scan_empty(&w, ROOT_BATCH);
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_ELSEWHERE), 1);
    assert_string_equal(row_more(table_find(w.table, B))->elsewhere, "/data/sweep/batch_2/" B);
    assert_int_equal(status_of(&w, B), STATUS_PENDING);
    table_set_over(w.table, true, 0);
    world_tick(&w);
    assert_int_equal(status_of(&w, B), STATUS_MISSING); /* here it is missing all the same */
    recount(&w);
    world_running(&w, B); /* it is here after all */
    world_tick(&w);
    assert_int_equal(table_flag_count(w.table, FLAG_BIT_ELSEWHERE), 0);
    world_list(&w, LIST "# another list\n");
    world_tick(&w);
    assert_null(row_more(table_find(w.table, B))->elsewhere);
    recount(&w);
    world_free(&w);
}

/* Directories are called as a list has them, and lists go. */
static void test_names_outlive_the_list(void **state) {
    (void)state;
    struct world w;
    const struct place *unexpected[2];
    begin(&w, false, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    world_results(&w, B, 0);
    world_scan_end(&w, ROOT_BATCH);
    world_list(&w, "3 0.1 1\n");
    world_tick(&w);
    assert_int_equal(table_unexpected(w.table, unexpected, 2), 2);
    assert_string_equal(unexpected[0]->name, A);
    assert_string_equal(unexpected[1]->name, B);
    world_list(&w, "3 0.1 1\n" LIST);
    world_tick(&w);
    assert_int_equal(table_unexpected(w.table, unexpected, 2), 0);
    const struct row *a = table_row(w.table, 1);
    assert_string_equal(table_place(w.table, a, ROOT_BATCH, NULL)->name, A);
    assert_int_equal(a->status, STATUS_COMPLETE);
    world_results(&w, A, 0); /* known still, not a second one */
    assert_null(place_more(table_place(w.table, a, ROOT_BATCH, NULL))->next);
    recount(&w);
    world_free(&w);
}

static void test_discovery_then_list(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    w.policy.discover = true;
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    world_place(&w, ROOT_BATCH, "notes"); /* looks like no case */
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(table_count(w.table), 1);
    assert_null(table_case(w.table, table_row(w.table, 0)));
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    world_list(&w, LIST);
    world_tick(&w);
    assert_int_equal(table_count(w.table), 2);
    assert_int_equal(status_of(&w, A), STATUS_COMPLETE);
    assert_int_equal(status_of(&w, B), STATUS_PENDING);
    assert_int_equal(table_unexpected(w.table, NULL, 0), 1);
    recount(&w);
    world_free(&w);
}

/* A scanner that was started again tells the list again: what is known of the cases stays. */
static void test_the_same_list_again(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    scan_empty(&w, ROOT_BATCH);
    world_running(&w, A);
    world_tick(&w);
    world_list(&w, LIST);
    world_at(&w, 1000);
    assert_int_equal(table_transition_count(w.table), 1);
    assert_int_equal(status_of(&w, A), STATUS_RUNNING);
    world_results(&w, A, 0);
    world_tick(&w);
    assert_int_equal(table_transition_count(w.table), 2);
    assert_false(table_transition(w.table, 1)->first);
    world_list(&w, LIST "3 0.1 1\n");
    world_tick(&w);
    assert_int_equal(table_count(w.table), 3);
    recount(&w);
    world_free(&w);
}

static void test_overwritten(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, A, 0);
    world_results(&w, B, 0);
    world_scan_end(&w, ROOT_BATCH);
    world_at(&w, 2999);
    world_place(&w, ROOT_BATCH, B);
    world_results(&w, B, 0); /* still settling: one writer may write twice */
    world_at(&w, 10000);
    world_place(&w, ROOT_BATCH, A);
    world_results(&w, A, 0);
    world_tick(&w);
    assert_int_equal(table_row(w.table, 0)->flags, FLAG_OVERWRITTEN);
    assert_int_equal(table_row(w.table, 1)->flags, 0);
    recount(&w);
    world_free(&w);
}

static void test_over_and_reopened(void **state) {
    (void)state;
    struct world w;
    begin(&w, false, LIST);
    scan_empty(&w, ROOT_BATCH);
    table_set_over(w.table, true, 0);
    world_tick(&w);
    assert_int_equal(table_status_count(w.table, STATUS_MISSING), 2);
    table_set_over(w.table, false, 0);
    world_tick(&w);
    assert_int_equal(table_status_count(w.table, STATUS_PENDING), 2);
    recount(&w);
    world_free(&w);
}

/* Who looks after every tick misses none, however many change in one. */
static void test_many_transitions_in_one_tick(void **state) {
    (void)state;
    enum { CASES = TABLE_TRANSITIONS + 1000 };
    struct world w;
    char *list = malloc(CASES * 16), *end = list;
    assert_non_null(list);
    for (int i = 0; i < CASES; i++) end += sprintf(end, "%d 0.1 1.0\n", 1000 + i);
    world_init(&w, true);
    world_list(&w, list);
    world_tick(&w);
    table_set_over(w.table, true, w.now);
    world_tick(&w);
    assert_int_equal(table_transition_total(w.table), CASES);
    assert_int_equal(table_transition_count(w.table), CASES);
    for (size_t i = 0; i < CASES; i++) assert_int_equal(table_transition(w.table, i)->row, i);
    world_free(&w);
    free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_transitions_in_one_tick),
        cmocka_unit_test(test_deadlines_and_transitions),
        cmocka_unit_test(test_first_look),
        cmocka_unit_test(test_idempotent_and_out_of_order),
        cmocka_unit_test(test_absence_and_stale_root),
        cmocka_unit_test(test_late_scan_end),
        cmocka_unit_test(test_stall_clock_stands_still),
        cmocka_unit_test(test_stalled_stays),
        cmocka_unit_test(test_sleep_is_no_silence),
        cmocka_unit_test(test_sleep_while_unreadable),
        cmocka_unit_test(test_sleep_teaches_nothing),
        cmocka_unit_test(test_machine_is_forgotten),
        cmocka_unit_test(test_last_pass),
        cmocka_unit_test(test_pass_under_way),
        cmocka_unit_test(test_oldest_look),
        cmocka_unit_test(test_versions_settle),
        cmocka_unit_test(test_alias),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_archive_of_batches),
        cmocka_unit_test(test_grace_adapts),
        cmocka_unit_test(test_archive_learned),
        cmocka_unit_test(test_moved_batch),
        cmocka_unit_test(test_every_value_that_disagrees),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_names_outlive_the_list),
        cmocka_unit_test(test_discovery_then_list),
        cmocka_unit_test(test_the_same_list_again),
        cmocka_unit_test(test_overwritten),
        cmocka_unit_test(test_over_and_reopened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

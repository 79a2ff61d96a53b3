#include "support/world.h"
#include "tui/causes.h"
#include "tui/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *title_of(int i) {
    static char title[64];
    snprintf(title, sizeof title, "T%d_eps0p1_tau1", 1000 + i);
    return title;
}

/* Twelve cases: 0-2 failed by signal 9, 3 by exit code 2, 4-5 with a wrong EPS, 6-7 whole and waiting for the archive,
 * the others not begun. */
static void setup(struct world *w) {
    char list[512];
    size_t len = 0;
    world_init(w, true);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    for (int i = 0; i < 12; i++) len += (size_t)snprintf(list + len, sizeof list - len, "%d 0.1 1\n", 1000 + i);
    world_list(w, list);
    world_scan_begin(w, ROOT_ARCHIVE);
    world_scan_end(w, ROOT_ARCHIVE);
    world_scan_begin(w, ROOT_BATCH);
    for (int i = 0; i < 6; i++) world_running(w, title_of(i));
    for (int i = 6; i < 8; i++) world_results(w, title_of(i), 60000);
    world_scan_end(w, ROOT_BATCH);
    world_tick(w);
    world_at(w, 1000);
    for (int i = 0; i < 4; i++) {
        struct fact exit = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w->now, .place = title_of(i)};
        exit.u.exit.code = i == 3 ? 2 : 137;
        exit.u.exit.signal = i == 3 ? 0 : 9;
        exit.u.exit.source = "exec";
        table_apply(w->table, &exit);
    }
    for (int i = 4; i < 6; i++) world_config(w, ROOT_BATCH, title_of(i), 1000, "EPS", "0.9");
    world_tick(w);
}

static char said[CAUSE_WORDS]; /* by the cause found last */

static const char *words_of(struct world *w, const struct causes *c, size_t i, enum language l) {
    causes_words(c, i, world_fleet(w), l, w->now, said);
    return said;
}

static const struct cause *find(struct world *w, const struct causes *c, const char *words) {
    for (size_t i = 0; i < c->n; i++) {
        if (strstr(words_of(w, c, i, LANGUAGE_ENGLISH), words) != NULL) return &c->cause[i];
    }
    fail_msg("no cause says \"%s\"", words);
    return NULL;
}

static void test_groups(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    setup(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(c.n, 3);
    const struct cause *killed = find(&w, &c, "ended by signal 9");
    assert_int_equal(killed->n, 3);
    assert_true(killed->urgent);
    assert_int_equal(killed->status, STATUS_FAILED);
    assert_int_equal(killed->since, 1000);
    for (size_t i = 0; i < 3; i++) assert_int_equal(c.row[killed->first + i], i); /* in the order of the list */
    assert_int_equal(find(&w, &c, "exit code 2")->n, 1);
    const struct cause *mismatch = find(&w, &c, "the configuration contradicts the list: EPS");
    assert_int_equal(mismatch->n, 2);
    assert_true(mismatch->urgent); /* although the runs go on */
    /* The larger of equally bad causes first. */
    assert_ptr_equal(killed, &c.cause[0]);

    /* The drive goes: one more cause, first of all, with the cases that wait for it. */
    world_at(&w, 5000);
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, "the drive\x1b[2J is gone");
    world_tick(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_string_equal(words_of(&w, &c, 0, LANGUAGE_ENGLISH),
                        "archive cannot be read (the drive\xEF\xBF\xBD[2J is gone)");
    assert_int_equal(c.cause[0].n, 2);
    assert_int_equal(c.cause[0].since, 5000);
    assert_int_equal(c.cause[0].status, STATUS_COUNT);
    causes_free(&c);
    world_free(&w);
}

static void test_refresh(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    bool shown[12] = {false};
    setup(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    c.cause[0].unfolded = true;
    uint32_t key = c.cause[0].key;
    assert_true(key != 0);
    /* As soon as a table has changed; what is unfolded stays so. */
    world_at(&w, 1001);
    world_config(&w, ROOT_BATCH, title_of(8), 1000, "TAU", "9");
    world_tick(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(c.n, 4);
    assert_true(c.cause[0].key == key && c.cause[0].unfolded);
    /* A filter acts at once. */
    shown[3] = true;
    causes_refresh(&c, world_fleet(&w), shown, 1, w.now);
    assert_int_equal(c.n, 1);
    assert_string_equal(words_of(&w, &c, 0, LANGUAGE_JAPANESE), "終了コード 2 で終了");
    causes_free(&c);
    world_free(&w);
}

/* Beside each other stand how many cases a cause has and how many there are of a status: they are of one moment. */
static void assert_agrees(struct world *w, struct causes *c) {
    size_t of_status[STATUS_COUNT] = {0};
    causes_refresh(c, world_fleet(w), NULL, 0, w->now);
    for (size_t i = 0; i < c->n; i++) {
        for (size_t k = 0; k < c->cause[i].n; k++) {
            of_status[table_row(w->table, c->row[c->cause[i].first + k])->status]++;
        }
    }
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (!status_is_problem((enum case_status)s)) continue;
        assert_int_equal(of_status[s], table_status_count(w->table, (enum case_status)s));
    }
}

static void test_agrees(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    setup(&w);
    for (int i = 0; i < 60; i++) {
        world_at(&w, w.now + 50);
        world_config(&w, ROOT_BATCH, title_of(i * 5 % 12), w.now, i % 7 < 3 ? "TAU" : "EPS", i % 3 == 0 ? "9" : "0.1");
        if (i == 20) table_set_over(w.table, true, w.now);
        if (i == 40) table_set_over(w.table, false, w.now);
        world_tick(&w);
        assert_agrees(&w, &c);
    }
    causes_free(&c);
    world_free(&w);
}

/* The same status for another reason. */
static void test_evidence(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    int marker = profile_artifact_index(profile_builtin(), "INCOMPLETE");
    setup(&w);
    struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = w.now, .place = title_of(6)};
    f.u.file.artifact = marker;
    f.u.file.content = CONTENT_WHOLE;
    f.u.file.mtime_ns = INT64_MAX / 2;
    f.u.file.id = 7;
    f.u.file.note = "disk full";
    table_apply(w.table, &f);
    world_tick(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(find(&w, &c, "disk full")->n, 1);
    uint32_t key = find(&w, &c, "disk full")->key;
    f.at = w.now += 10;
    f.u.file.id = 8;
    f.u.file.note = "copy refused";
    table_apply(w.table, &f);
    world_tick(&w);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(find(&w, &c, "copy refused")->n, 1);
    assert_true(find(&w, &c, "copy refused")->key != key);
    causes_free(&c);
    world_free(&w);
}

static void test_kept(void **state) {
    (void)state;
    enum { MANY = 1000 };
    struct cause_set s = {0};
    struct cause_evidence e = {CAUSE_NONE, 0, 0};
    assert_int_equal(cause_keep(&s, &e), 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < MANY; i++) {
            e = (struct cause_evidence){i & 1 ? CAUSE_MARKER : CAUSE_EXIT, i / 2, 3};
            assert_int_equal(cause_keep(&s, &e), i + 1);
        }
    }
    assert_int_equal(s.n, MANY + 1);
    for (uint32_t i = 0; i < MANY; i++) {
        e = cause_at(&s, i + 1);
        assert_true(e.kind == (i & 1 ? CAUSE_MARKER : CAUSE_EXIT) && e.what == i / 2 && e.more == 3);
    }
    assert_int_equal(cause_at(&s, 0).kind, CAUSE_NONE);
    cause_set_free(&s);
    assert_int_equal(s.n, 0);
}

static void test_over(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    setup(&w);
    table_set_over(w.table, true, w.now);
    world_at(&w, 10000);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(find(&w, &c, "none of the required files is there")->n, 4);
    assert_int_equal(find(&w, &c, "no finished copy in the archive")->n, 2);
    size_t total = 0;
    for (size_t i = 0; i < c.n; i++) total += c.cause[i].n;
    assert_int_equal(total, 12);
    assert_int_equal(c.n_rows, 12);
    causes_free(&c);
    world_free(&w);
}

/* What is silent together is one cause, with what the machine shows; nobody is blamed without evidence. */
static void test_silent(void **state) {
    (void)state;
    struct world w;
    struct causes c = {0};
    setup(&w);
    for (int i = 8; i < 12; i++) world_running(&w, title_of(i));
    for (int i = 4; i < 6; i++) world_results(&w, title_of(i), 0);
    world_at(&w, 31 * WORLD_MINUTE);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    const struct cause *silent = find(&w, &c, "all running cases silent");
    assert_string_equal(said, "all running cases silent");
    assert_int_equal(silent->n, 4);
    const struct fact_machine m = {.load = 8, .processors = 16, .swap_total = -1};
    world_at(&w, w.now + CAUSES_STALL_MS); /* the table has not changed */
    world_machine(&w, &m);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    find(&w, &c, "all running cases");
    assert_string_equal(said, "all running cases silent; load 0.1 on 16 processors");
    /* Two are held by the same program. */
    for (int i = 8; i < 10; i++) {
        struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = w.now, .place = title_of(i)};
        f.u.file.artifact = profile_artifact_index(profile_builtin(), "checks/mass_budget.csv");
        f.u.file.content = CONTENT_PARTIAL;
        f.u.file.locked = true;
        f.u.file.holder = "scan\x1bner.exe (77)";
        table_apply(w.table, &f);
    }
    world_at(&w, 93 * WORLD_MINUTE);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(find(&w, &c, "silent, and a file is locked by scan\xEF\xBF\xBDner.exe (77)")->n, 2);
    assert_int_equal(find(&w, &c, "all running cases silent")->n, 2);
    /* One alone, while others go on. */
    for (int i = 8; i < 11; i++) world_running(&w, title_of(i));
    world_tick(&w);
    world_at(&w, w.now + 2000);
    causes_refresh(&c, world_fleet(&w), NULL, 0, w.now);
    assert_int_equal(find(&w, &c, "silent for longer than usual, while others go on")->n, 1);
    causes_free(&c);
    world_free(&w);
}

/* A notice once for each case, never two within ten seconds, none for what was found so. */
static void test_notice(void **state) {
    (void)state;
    struct world w;
    struct notice n = {0};
    char text[NOTICE_TEXT];
    setup(&w);
    /* Four cases failed while we watched. */
    assert_true(notice_due(&n, world_fleet(&w), LANGUAGE_ENGLISH, 1000, text));
    assert_string_equal(text, "sweepwatch: 4 more cases need you");
    assert_false(notice_due(&n, world_fleet(&w), LANGUAGE_ENGLISH, 60000, text));
    for (int i = 8; i < 10; i++) {
        world_at(&w, 61000 + i * 1000);
        struct fact exit = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = w.now, .place = title_of(i)};
        exit.u.exit.code = 1;
        exit.u.exit.source = "exec";
        world_running(&w, title_of(i));
        world_tick(&w);
        table_apply(w.table, &exit);
        world_tick(&w);
        bool told = notice_due(&n, world_fleet(&w), LANGUAGE_ENGLISH, w.now, text);
        assert_int_equal(told, i == 8);
    }
    assert_string_equal(text, "sweepwatch: T1008_eps0p1_tau1 is failed");
    assert_true(notice_due(&n, world_fleet(&w), LANGUAGE_JAPANESE, 61000 + 19000, text));
    assert_string_equal(text, "sweepwatch: T1009_eps0p1_tau1 が失敗");
    /* The end. */
    table_set_over(w.table, true, 200000);
    world_at(&w, 200000);
    assert_true(notice_due(&n, world_fleet(&w), LANGUAGE_ENGLISH, 200000, text));
    assert_string_equal(text, "sweepwatch: the sweep is over, 0 of 12 complete");
    assert_false(notice_due(&n, world_fleet(&w), LANGUAGE_ENGLISH, 300000, text));
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),   cmocka_unit_test(test_refresh), cmocka_unit_test(test_agrees),
        cmocka_unit_test(test_evidence), cmocka_unit_test(test_kept),    cmocka_unit_test(test_over),
        cmocka_unit_test(test_silent),   cmocka_unit_test(test_notice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "model/reason.h"
#include "model/text.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TITLE "T4000_eps0p5_tau1p0"

static char lines[REASON_MAX][REASON_BYTES];

/* A sweep of one case; archive: one is given. Both roots are live, nothing is scanned. */
static void begin(struct world *w, bool archive) {
    world_init(w, archive);
    world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL);
    if (archive) world_root(w, ROOT_ARCHIVE, HEALTH_LIVE, NULL);
    world_list(w, "4000 0.5 1.0\n");
}

static void scan_nothing(struct world *w, enum root_id root) {
    world_scan_begin(w, root);
    world_scan_end(w, root);
}

static void over(struct world *w) {
    table_set_over(w->table, true, w->now);
    world_tick(w);
}

static int read_lines(const struct world *w) { return reason_lines(w->table, table_row(w->table, 0), w->now, lines); }

static enum case_status status(const struct world *w) { return table_row(w->table, 0)->status; }

static void assert_remedy(const struct world *w, const char *expected) {
    char remedy[REASON_BYTES];
    memset(remedy, 'x', sizeof remedy);
    reason_remedy(w->table, table_row(w->table, 0), w->now, remedy);
    assert_string_equal(remedy, expected);
}

/* Exactly these sentences, in this order; NULL ends. */
static void assert_lines(const struct world *w, ...) {
    va_list args;
    int n = read_lines(w), i = 0;
    va_start(args, w);
    for (const char *expected; (expected = va_arg(args, const char *)) != NULL; i++) {
        if (i >= n) fail_msg("no sentence %d: %s", i, expected);
        assert_string_equal(lines[i], expected);
    }
    va_end(args);
    if (i < n) fail_msg("one sentence too many: %s", lines[i]);
}

static bool said(const struct world *w, const char *sentence) {
    int n = read_lines(w);
    for (int i = 0; i < n; i++) {
        if (strcmp(lines[i], sentence) == 0) return true;
    }
    return false;
}

static void put_file_fact(struct world *w, enum root_id root, const char *place, const struct fact_file *file) {
    struct fact f = {.kind = FACT_FILE, .root = root, .at = w->now, .place = place};
    f.u.file = *file;
    f.u.file.id = ++w->next_id;
    if (f.u.file.mtime_ns == 0) f.u.file.mtime_ns = world_wall(w) * 1000000;
    table_apply(w->table, &f);
}

static void put_exit(struct world *w, int code, int signal) {
    struct fact f = {.kind = FACT_EXIT, .at = w->now, .place = TITLE};
    f.u.exit.code = code;
    f.u.exit.signal = signal;
    f.u.exit.source = "exec";
    table_apply(w->table, &f);
}

static int artifact(const char *path) { return profile_artifact_index(profile_builtin(), path); }

static void test_duration(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *words;
    } known[] = {{0, "0 s"},
                 {999, "0 s"},
                 {8000, "8 s"},
                 {119999, "119 s"},
                 {120000, "2 min"},
                 {720000, "12 min"},
                 {7199999, "119 min"},
                 {7200000, "2 h"},
                 {12600000, "3.5 h"},
                 {86400000, "24 h"},
                 {172799999, "47.9 h"},
                 {172800000, "2 d"},
                 {181440000, "2.1 d"},
                 {-1, "—"},
                 {INT64_MAX, "106751991167.3 d"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char out[32];
        reason_duration(known[i].ms, out, sizeof out);
        assert_string_equal(out, known[i].words);
    }
    char tiny[4];
    reason_duration(720000, tiny, sizeof tiny);
    assert_string_equal(tiny, "12 ");
}

static void test_missing(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    scan_nothing(&w, ROOT_BATCH);
    over(&w);
    assert_int_equal(status(&w), STATUS_MISSING);
    assert_lines(&w, "no directory in the batch",
                 "summary.json, run_config.json, checks/mass_budget.csv and series/run.parquet are absent", NULL);
    assert_remedy(&w, "run the case again");
    world_free(&w);

    begin(&w, true);
    scan_nothing(&w, ROOT_BATCH);
    scan_nothing(&w, ROOT_ARCHIVE);
    over(&w);
    read_lines(&w);
    assert_string_equal(lines[0], "no directory, neither in the batch nor in the archive");
    world_free(&w);

    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_file(&w, ROOT_BATCH, TITLE, "run_config.json", CONTENT_ABSENT, 0, 0, NULL);
    world_file(&w, ROOT_BATCH, TITLE, "checks/mass_budget.csv", CONTENT_NOT_A_FILE, 0, 0, "a FIFO");
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_lines(&w, "run_config.json and checks/mass_budget.csv are absent",
                 "checks/mass_budget.csv in the batch is not a regular file: a FIFO", NULL);
    world_free(&w);
}

static void test_many_missing(void **state) {
    (void)state;
    static const char *const required[] = {"a.json", "b.json", "c.json", "d.json", "e.json", "f.json"};
    int bad;
    struct profile *p = profile_with_required(profile_builtin(), required, 6, &bad);
    struct world w;
    world_init(&w, false);
    table_free(w.table);
    w.table = table_new(p, &w.policy);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "4000 0.5 1.0\n");
    scan_nothing(&w, ROOT_BATCH);
    over(&w);
    assert_true(said(&w, "a.json, b.json, c.json and 3 more are absent"));
    world_free(&w);
    profile_free(p);
}

static void test_interrupted(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_config(&w, ROOT_BATCH, TITLE, 1000, "status", "pre_run");
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_int_equal(status(&w), STATUS_INVALID);
    assert_lines(&w, "run_config.json still says pre_run: the run was interrupted", NULL);
    assert_remedy(&w, "run the case again");

    /* A clean abort: merged, but the last result never came. */
    world_file(&w, ROOT_BATCH, TITLE, "run_config.json", CONTENT_WHOLE, 8123, 1000, NULL);
    world_file(&w, ROOT_BATCH, TITLE, "summary.json", CONTENT_ABSENT, 0, 0, NULL);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_MISSING);
    assert_lines(&w, "summary.json is absent",
                 "series/run.parquet is whole but summary.json was never written: the run was aborted before its end",
                 NULL);
    world_free(&w);
}

static void test_exit(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    scan_nothing(&w, ROOT_BATCH);
    put_exit(&w, 3, 0);
    over(&w);
    assert_int_equal(status(&w), STATUS_FAILED);
    read_lines(&w);
    assert_string_equal(lines[0], "exit code 3 (recorded by exec)");
    assert_remedy(&w, "read the case's log, then run the case again");
    put_exit(&w, 137, 9);
    world_tick(&w);
    read_lines(&w);
    assert_string_equal(lines[0], "ended by signal 9 (KILL) (recorded by exec)");
    assert_remedy(&w, "look in the system's log for a kill for want of memory, then run the case again");
    put_exit(&w, 0, 0);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_MISSING);
    assert_true(said(&w, "exit code 0 (recorded by exec), and yet not everything required is there"));
    world_free(&w);
}

static void test_content(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_file(&w, ROOT_BATCH, TITLE, "summary.json", CONTENT_PARTIAL, 812, 1000, "ends inside\n\ta string");
    world_scan_end(&w, ROOT_BATCH);
    w.now += 10000;
    world_place(&w, ROOT_BATCH, TITLE); /* seen again, unchanged */
    over(&w);
    assert_int_equal(status(&w), STATUS_INVALID);
    assert_lines(&w, "summary.json in the batch is truncated (812 bytes): ends inside a string", NULL);
    assert_remedy(&w, "run the case again");

    world_file(&w, ROOT_BATCH, TITLE, "summary.json", CONTENT_UNREADABLE, 0, 0, "permission denied");
    world_tick(&w);
    assert_lines(&w, "summary.json in the batch cannot be read: permission denied", NULL);
    assert_remedy(&w, "make the file readable, then check again");
    world_free(&w);
}

static void test_sizes(void **state) {
    (void)state;
    static const struct {
        int64_t size;
        const char *line;
    } known[] = {{0, "series/run.parquet in the batch is truncated (0 bytes)"},
                 {1, "series/run.parquet in the batch is truncated (1 byte)"},
                 {9999, "series/run.parquet in the batch is truncated (9999 bytes)"},
                 {10000, "series/run.parquet in the batch is truncated (10.0 kB)"},
                 {1234567, "series/run.parquet in the batch is truncated (1.2 MB)"},
                 {INT64_C(2500000000), "series/run.parquet in the batch is truncated (2.5 GB)"},
                 {INT64_MAX, "series/run.parquet in the batch is truncated (9.2 EB)"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct world w;
        begin(&w, false);
        world_scan_begin(&w, ROOT_BATCH);
        world_results(&w, TITLE, 1000);
        world_file(&w, ROOT_BATCH, TITLE, "series/run.parquet", CONTENT_PARTIAL, known[i].size, 1000, NULL);
        world_scan_end(&w, ROOT_BATCH);
        w.now += 10000;
        world_place(&w, ROOT_BATCH, TITLE);
        over(&w);
        assert_lines(&w, known[i].line, NULL);
        world_free(&w);
    }
}

static void test_locked(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    struct fact_file f = {.artifact = artifact("summary.json"),
                          .content = CONTENT_UNREADABLE,
                          .locked = true,
                          .holder = "MsMpEng.exe (4711)"};
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    world_place(&w, ROOT_BATCH, TITLE);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_true(said(&w, "summary.json in the batch is locked by MsMpEng.exe (4711)"));
    f.holder = NULL;
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    world_tick(&w);
    assert_true(said(&w, "summary.json in the batch is locked, by whom cannot be seen"));
    world_free(&w);
}

static void test_mismatch(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_config(&w, ROOT_BATCH, TITLE, 1000, "T", "5000");
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_int_equal(status(&w), STATUS_INVALID);
    assert_lines(&w, "config.radiation.TM_K is 5000, the list says 4000; directory " TITLE, NULL);
    assert_remedy(&w, "check the overrides the run was started with, then run the case again");
    world_config(&w, ROOT_BATCH, TITLE, 1000, "outdir", "D:\\out\\batch_9\\T1_eps1_tau1");
    world_tick(&w);
    assert_lines(&w, "outdir names directory D:\\out\\batch_9\\T1_eps1_tau1, this is " TITLE, NULL);
    world_free(&w);

    /* Seen while it runs: the case can be stopped before it costs more. */
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, TITLE);
    world_config(&w, ROOT_BATCH, TITLE, 1000, "EPS", "0.75");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_RUNNING);
    read_lines(&w);
    assert_string_equal(lines[0], "config.supply.mixing.epsilon_mix is 0.75, the list says 0.5; directory " TITLE);
    assert_remedy(&w, "stop the case and check the overrides it was started with: its results will be of another case");
    world_free(&w);
}

static void test_titles(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "4000 0.5 1.0\n4000 0p5 1.0\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    const struct sweep_case *c = table_case(w.table, table_row(w.table, 0));
    if (c->duplicate) {
        read_lines(&w);
        assert_string_equal(lines[0], sweep_list_trouble(table_list(w.table), c));
        assert_int_equal(status(&w), STATUS_INVALID);
        assert_remedy(&w, "give each of these lines a title of its own or remove all but one, then run the case again");
    }
    assert_true(c->duplicate);
    world_free(&w);
}

static void test_running(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, TITLE);
    world_scan_end(&w, ROOT_BATCH);
    w.now += 12000;
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_RUNNING);
    assert_lines(&w, "summary.json and series/run.parquet are not there yet", "checks/mass_budget.csv is being written",
                 "last change 12 s ago, stalled after 30 min", NULL);
    assert_remedy(&w, "");
    w.now += 33 * WORLD_MINUTE;
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_STALLED);
    read_lines(&w);
    assert_string_equal(lines[0], "silent for 33 min, threshold 30 min");
    assert_true(said(&w, "summary.json and series/run.parquet are not there yet"));
    assert_remedy(&w, "look at the process: is it alive, waiting or out of memory");
    world_free(&w);
}

static void test_chunks(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    struct fact_file f = {.artifact = artifact("series/run.parquet"),
                          .content = CONTENT_WHOLE,
                          .via = VIA_CHUNK,
                          .name = "run_chunk_000000000_000000031.parquet",
                          .chunks = 17,
                          .size = 5000};
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    world_place(&w, ROOT_BATCH, TITLE);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_int_equal(status(&w), STATUS_COMPLETE);
    assert_true(said(&w, "17 chunks are not merged into series/run.parquet"));
    assert_remedy(&w, "merge the chunks, or run the case again");
    f.chunks = 1;
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    assert_true(said(&w, "1 chunk is not merged into series/run.parquet"));
    f.content = CONTENT_PARTIAL;
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    w.now += 10000;
    world_place(&w, ROOT_BATCH, TITLE);
    world_tick(&w);
    assert_true(said(&w, "series/run_chunk_000000000_000000031.parquet in the batch is truncated (5000 bytes)"));
    world_free(&w);
}

static void test_archiving(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    scan_nothing(&w, ROOT_ARCHIVE);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVING);
    assert_lines(&w, "nothing of it in the archive yet", NULL);
    assert_remedy(&w, "");

    world_file(&w, ROOT_ARCHIVE, TITLE, "summary.json", CONTENT_WHOLE, 2345, 1000, NULL);
    world_place(&w, ROOT_ARCHIVE, TITLE);
    world_tick(&w);
    assert_lines(&w, "being copied to the archive: 1 of 4 required files whole there, ARCHIVE_DONE not there yet",
                 NULL);

    w.now += 31 * WORLD_MINUTE;
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    assert_lines(&w, "ARCHIVE_DONE is absent in the archive; 1 of 4 required files whole there",
                 "nothing has changed for 31 min; the archive was given 30 min", NULL);
    assert_remedy(&w, "repeat the archive step of this case");
    over(&w);
    assert_lines(&w, "ARCHIVE_DONE is absent in the archive; 1 of 4 required files whole there", NULL);
    world_free(&w);
}

static void test_marker(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 60000);
    world_file(&w, ROOT_BATCH, TITLE, "ARCHIVE_SKIPPED", CONTENT_WHOLE, 30, 1000,
               "no space\r\n  left \033[31mon device\n");
    world_scan_end(&w, ROOT_BATCH);
    scan_nothing(&w, ROOT_ARCHIVE);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    assert_lines(&w, "ARCHIVE_SKIPPED says \"no space left \xef\xbf\xbd[31mon device\"", NULL);
    assert_remedy(&w, "repeat the archive step of this case");
    world_file(&w, ROOT_BATCH, TITLE, "ARCHIVE_SKIPPED", CONTENT_WHOLE, 0, 1000, NULL);
    world_tick(&w);
    assert_lines(&w, "ARCHIVE_SKIPPED is there, without a reason in it", NULL);

    /* The copy is finished after all. */
    world_file(&w, ROOT_BATCH, TITLE, "ARCHIVE_SKIPPED", CONTENT_WHOLE, 30, 30000, "busy");
    world_archived(&w, TITLE, 60000);
    world_file(&w, ROOT_ARCHIVE, TITLE, "ARCHIVE_DONE", CONTENT_WHOLE, 20, 0, NULL);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_COMPLETE);
    assert_true(said(&w, "an old ARCHIVE_SKIPPED is still there; the archive was finished after it"));
    /* Another attempt left it, before the results. */
    world_file(&w, ROOT_BATCH, TITLE, "ARCHIVE_SKIPPED", CONTENT_WHOLE, 30, 90000, "busy");
    world_tick(&w);
    assert_true(said(&w, "an old ARCHIVE_SKIPPED is still there, older than the results; it does not count"));
    world_free(&w);
}

static void test_differs(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, TITLE, 1000);
    struct fact_file manifest = {.artifact = artifact("archive_manifest.json"),
                                 .content = CONTENT_WHOLE,
                                 .size = 1200,
                                 .differs = true,
                                 .note = "series/run.parquet is absent"};
    put_file_fact(&w, ROOT_ARCHIVE, TITLE, &manifest);
    world_file(&w, ROOT_ARCHIVE, TITLE, "series/run.parquet", CONTENT_ABSENT, 0, 0, NULL);
    world_scan_end(&w, ROOT_ARCHIVE);
    over(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    assert_lines(&w, "archive_manifest.json and the archive's directory differ: series/run.parquet is absent",
                 "series/run.parquet is absent in the archive", NULL);
    assert_remedy(&w, "repeat the archive step of this case");

    /* Trimmed here: a copier that mirrors would remove the only summary there is. */
    world_file(&w, ROOT_BATCH, TITLE, "summary.json", CONTENT_ABSENT, 0, 0, NULL);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    assert_remedy(&w, "copy back what only the archive has, then repeat the archive step of this case");
    world_free(&w);
}

static void test_other_batch(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, TITLE, 1000);
    world_file(&w, ROOT_ARCHIVE, TITLE, "summary.json", CONTENT_WHOLE, 2000, 1000, NULL);
    world_scan_end(&w, ROOT_ARCHIVE);
    over(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    assert_lines(&w, "the archive holds another batch's copy: its summary.json has 2000 bytes, the one here 2345 bytes",
                 NULL);
    assert_remedy(&w, "move the other batch's copy out of the archive, then repeat the archive step of this case");

    /* The file that proves it is the one named: the summaries differ by a second, as two file systems round it. */
    world_file(&w, ROOT_ARCHIVE, TITLE, "summary.json", CONTENT_WHOLE, 2345, 2000, NULL);
    world_file(&w, ROOT_ARCHIVE, TITLE, "run_config.json", CONTENT_WHOLE, 8123, 3600000, NULL);
    world_tick(&w);
    assert_lines(&w,
                 "the archive holds another batch's copy: its run_config.json has the size of the one here, but other "
                 "content or time",
                 NULL);
    /* Half a copy of the summary proves nothing either. */
    world_file(&w, ROOT_ARCHIVE, TITLE, "summary.json", CONTENT_PARTIAL, 17, 1000, NULL);
    world_tick(&w);
    assert_true(said(&w,
                     "the archive holds another batch's copy: its run_config.json has the size of the one here, but "
                     "other content or time"));
    world_free(&w);

    begin(&w, true);
    scan_nothing(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, TITLE, 1000);
    world_config(&w, ROOT_ARCHIVE, TITLE, 1000, "outdir", "/data/sweep/batch_0/" TITLE);
    world_scan_end(&w, ROOT_ARCHIVE);
    over(&w);
    assert_true(said(&w, "the archive holds another batch's copy: its run_config.json names directory "
                         "/data/sweep/batch_0/" TITLE));
    world_free(&w);
}

static void test_unreachable(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    scan_nothing(&w, ROOT_ARCHIVE);
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, "no such device");
    w.now += 14 * WORLD_MINUTE;
    over(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVE_FAILED);
    read_lines(&w);
    assert_string_equal(lines[0], "the archive cannot be read for 14 min: no such device");
    assert_remedy(&w, "check the archive drive, then check again");
    world_free(&w);

    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_root(&w, ROOT_BATCH, HEALTH_HUNG, NULL);
    w.now += 14 * WORLD_MINUTE;
    world_tick(&w);
    assert_true(said(&w, "the batch directory cannot be read for 14 min; what is known of it is old"));
    world_free(&w);
}

static void test_unseen(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    table_expect_pass(w.table);
    w.now += 3 * WORLD_MINUTE;
    world_tick(&w);
    assert_false(said(&w, "not looked at again before the report in the batch, but 3 min ago")); /* not over */
    over(&w);
    assert_int_equal(status(&w), STATUS_COMPLETE);
    assert_true(said(&w, "not looked at again before the report in the batch, but 3 min ago"));
    world_root(&w, ROOT_BATCH, HEALTH_STALE, NULL); /* that says more */
    world_tick(&w);
    assert_false(said(&w, "not looked at again before the report in the batch, but 3 min ago"));
    world_free(&w);

    begin(&w, false);
    scan_nothing(&w, ROOT_BATCH);
    table_expect_pass(w.table);
    over(&w);
    assert_int_equal(status(&w), STATUS_MISSING);
    assert_true(said(&w, "whether it is still absent in the batch was not looked at again before the report"));
    world_free(&w);
}

static void test_complete(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_scan_begin(&w, ROOT_ARCHIVE);
    world_archived(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_ARCHIVE);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_COMPLETE);
    assert_lines(&w, "all 4 required files whole; archive verified against its manifest", NULL);
    assert_remedy(&w, "");
    world_file(&w, ROOT_ARCHIVE, TITLE, "archive_manifest.json", CONTENT_ABSENT, 0, 0, NULL);
    assert_lines(&w, "all 4 required files whole; archive finished (ARCHIVE_DONE)", NULL);
    world_free(&w);

    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_lines(&w, "all 4 required files whole", NULL);
    world_free(&w);
}

static void test_directories(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE "_mu0p5", 1000);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_int_equal(status(&w), STATUS_COMPLETE);
    assert_true(said(&w, "found in the batch as " TITLE "_mu0p5"));
    world_results(&w, TITLE "_mu1p0", 1000);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_MISSING);
    assert_true(said(&w, "several directories in the batch could be this case: " TITLE "_mu0p5, " TITLE "_mu1p0"));
    assert_remedy(&w, "keep only the directory that is this case's, then check again");
    world_free(&w);
}

/* Many candidate directories: the sentence tells how many more there are. */
static void test_many_directories(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    for (int i = 0; i < 40; i++) {
        char name[64];
        snprintf(name, sizeof name, TITLE "_mu0p%d", 10 + i);
        world_results(&w, name, 1000);
    }
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_true(said(&w, "several directories in the batch could be this case: " TITLE "_mu0p10, " TITLE
                         "_mu0p11, " TITLE "_mu0p12 and 37 more"));
    world_free(&w);
}

static void test_flags(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 60000);
    struct fact_value value = {.value = profile_value_index(profile_builtin(), "mass_budget_violation"),
                               .text = "true"};
    struct fact_file f = {
        .artifact = artifact("summary.json"), .content = CONTENT_WHOLE, .size = 2345, .values = &value, .n_values = 1};
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_true(said(&w, "summary.json records mass_budget_violation"));
    assert_remedy(&w, "look at what was recorded before using the results");

    w.now += 60000;
    world_place(&w, ROOT_BATCH, TITLE);
    world_file(&w, ROOT_BATCH, TITLE, "series/run.parquet", CONTENT_WHOLE, 99, 0, NULL);
    world_tick(&w);
    assert_true(said(&w, "series/run.parquet in the batch was finished and then written anew"));
    world_free(&w);
}

/* How far a case is stands before what is not there yet; two observed growths tell the pace. */
static void test_far(void **state) {
    (void)state;
    struct world w;
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, TITLE);
    world_progress(&w, ROOT_BATCH, TITLE, -1, 100, 1, 100);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    read_lines(&w);
    assert_string_equal(lines[0], "100 rows so far");
    world_config(&w, ROOT_BATCH, TITLE, 0, "t_end_s", "1000");
    world_tick(&w);
    read_lines(&w);
    assert_string_equal(lines[0], "10 % of the way");
    for (int i = 1; i <= 2; i++) {
        world_at(&w, i * WORLD_MINUTE);
        world_place(&w, ROOT_BATCH, TITLE);
        world_file(&w, ROOT_BATCH, TITLE, "checks/mass_budget.csv", CONTENT_PARTIAL, 20000 + i, 0, NULL);
        world_progress(&w, ROOT_BATCH, TITLE, -1, 100 + i * 100, 1 + (uint32_t)i, 100 + i * 99);
    }
    world_tick(&w);
    read_lines(&w);
    assert_string_equal(lines[0], "29 % of the way, about 7 min left");
    assert_string_equal(lines[1], "summary.json and series/run.parquet are not there yet");
    over(&w);
    assert_false(said(&w, "29 % of the way"));
    world_free(&w);
}

/* Every status has a sentence: nobody is left with a word alone. */
static void test_always_a_reason(void **state) {
    (void)state;
    struct world w;
    begin(&w, true);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_PENDING);
    assert_lines(&w, "no directory yet", NULL);
    struct fact place = {.kind = FACT_PLACE, .root = ROOT_BATCH, .place = TITLE};
    place.u.place_state.present = true;
    table_apply(w.table, &place);
    world_tick(&w);
    assert_lines(&w, "nothing but empty directories yet", NULL);

    /* Readable, but not read to the end once: what it holds is not known yet. */
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 1000);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    assert_int_equal(status(&w), STATUS_ARCHIVING);
    assert_lines(&w, "the archive has not been read to the end yet", NULL);
    world_free(&w);
}

/* Whatever stands in names and notes: bounded, UTF-8, no control characters, no sentence twice. */
static void test_hostile(void **state) {
    (void)state;
    char note[5000];
    for (size_t i = 0; i < sizeof note - 1; i++) note[i] = (char)(1 + i % 255);
    note[sizeof note - 1] = '\0';
    struct world w;
    begin(&w, true);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 60000);
    world_file(&w, ROOT_BATCH, TITLE, "INCOMPLETE", CONTENT_WHOLE, 5000, 1000, note);
    world_config(&w, ROOT_BATCH, TITLE, 1000, "outdir", note);
    struct fact_file f = {.artifact = artifact("summary.json"),
                          .content = CONTENT_UNREADABLE,
                          .locked = true,
                          .holder = note,
                          .note = note};
    put_file_fact(&w, ROOT_BATCH, TITLE, &f);
    world_scan_end(&w, ROOT_BATCH);
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, note);
    over(&w);
    memset(lines, 'x', sizeof lines);
    int n = read_lines(&w);
    assert_in_range(n, 3, REASON_MAX);
    for (int i = 0; i < n; i++) {
        assert_non_null(memchr(lines[i], '\0', REASON_BYTES));
        for (const char *s = lines[i]; *s; s++) assert_true((unsigned char)*s >= 0x20 && *s != 0x7f);
        for (int k = 0; k < i; k++) assert_string_not_equal(lines[i], lines[k]);
    }
    world_free(&w);
}

/* Which {0} .. {9} a sentence uses, as bits. */
static unsigned arguments(const char *sentence) {
    unsigned used = 0;
    for (const char *s = sentence; (s = strchr(s, '{')) != NULL; s++) {
        assert_in_range(s[1], '0', '9');
        assert_int_equal(s[2], '}');
        used |= 1u << (s[1] - '0');
    }
    return used;
}

static void test_translations(void **state) {
    (void)state;
    int n = 0;
    for (; reason_sentence(n, LANGUAGE_ENGLISH) != NULL; n++) {
        const char *en = reason_sentence(n, LANGUAGE_ENGLISH), *ja = reason_sentence(n, LANGUAGE_JAPANESE);
        assert_non_null(ja);
        assert_int_equal(arguments(en), arguments(ja));
        /* Nothing left in English: a sentence in Japanese has a character beyond ASCII, unless it is arguments only. */
        bool foreign = strcmp(en, "{0}") == 0;
        for (const char *s = ja; *s; s++) foreign |= (unsigned char)*s >= 0x80;
        if (!foreign) fail_msg("not translated: %s", en);
        char clean[REASON_BYTES];
        text_clean(ja, clean, sizeof clean);
        assert_string_equal(clean, ja);
    }
    assert_in_range(n, 80, 1000);
}

static void test_japanese(void **state) {
    (void)state;
    struct world w;
    char remedy[REASON_BYTES];
    begin(&w, false);
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, TITLE, 60000);
    world_file(&w, ROOT_BATCH, TITLE, "summary.json", CONTENT_NOT_A_FILE, 0, 1000, "FIFO");
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    world_at(&w, WORLD_HOUR);
    const struct row *r = table_row(w.table, 0);
    assert_in_range(reason_lines_in(LANGUAGE_JAPANESE, w.table, r, w.now, lines), 2, REASON_MAX);
    assert_string_equal(lines[0], "summary.json がない");
    assert_string_equal(lines[1], "バッチ内の summary.json は通常のファイルではない: FIFO");
    reason_remedy_in(LANGUAGE_JAPANESE, w.table, r, w.now, remedy);
    assert_string_equal(remedy, "ケースを再実行する");
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_many_missing),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_exit),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_archiving),
        cmocka_unit_test(test_marker),
        cmocka_unit_test(test_differs),
        cmocka_unit_test(test_other_batch),
        cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_unseen),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_many_directories),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_always_a_reason),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_translations),
        cmocka_unit_test(test_japanese),
        cmocka_unit_test(test_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "report/json_writer.h"
#include "report/report.h"
#include "report/summary_text.h"
#include "support/world.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#define HEADER "case_id,expected_dir,found_local,found_archive,missing_files,status\r\n"
#define ALL_FOUR "summary.json;run_config.json;checks/mass_budget.csv;series/run.parquet"

static void tell_batch(struct world *w) { world_root(w, ROOT_BATCH, HEALTH_LIVE, NULL); }

static void scan_nothing(struct world *w, enum root_id root) {
    world_scan_begin(w, root);
    world_scan_end(w, root);
}

static void over(struct world *w) {
    table_set_over(w->table, true, w->now);
    world_tick(w);
}

static struct report_input input(const struct world *w) {
    return (struct report_input){
        .table = w->table, .now = w->now, .wall = world_wall(w), .settled = true, .version = "1.2.3"};
}

/* NUL-terminated; the caller's. */
static char *text_of(struct buffer *b) {
    buffer_add(b, "", 1);
    return b->bytes;
}

static void collect(void *ctx, enum report_output o, const char *bytes, size_t len) {
    buffer_add((struct buffer *)ctx + o, bytes, len);
}

/* One output, streamed; NUL-terminated, the caller's. */
static char *output(const struct world *w, enum report_output o) {
    struct buffer all[OUTPUT_COUNT] = {{0}};
    struct report_input in = input(w);
    report_stream(&in, (struct report_sink){collect, all});
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if (i != (int)o) buffer_free(&all[i]);
    }
    return text_of(&all[o]);
}

static char *csv(const struct world *w) { return output(w, OUTPUT_CSV); }

static cJSON *json(const struct world *w) {
    char *text = output(w, OUTPUT_JSON);
    cJSON *parsed = cJSON_ParseWithOpts(text, NULL, true);
    assert_non_null(parsed);
    free(text);
    return parsed;
}

static int number(const cJSON *o, const char *key) {
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    assert_true(cJSON_IsNumber(v));
    return v->valueint;
}

static const char *string(const cJSON *o, const char *key) {
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
    assert_non_null(s);
    return s;
}

static const cJSON *item(const cJSON *o, const char *key) {
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    assert_non_null(v);
    return v;
}

static void assert_csv(const struct world *w, const char *expected) {
    char *text = csv(w);
    assert_string_equal(text, expected);
    free(text);
}

/* Four cases: whole, half, not there, archived elsewhere. */
static void four_cases(struct world *w) {
    world_init(w, true);
    tell_batch(w);
    world_root(w, ROOT_ARCHIVE, HEALTH_POLLING, NULL);
    world_list(w, "1000 0.1 1.0\n2000 0.1 1.0\n3000 0.1 1.0\n4000 0.1 1.0\n");
    world_scan_begin(w, ROOT_BATCH);
    world_results(w, "T1000_eps0p1_tau1p0", 1000);
    world_results(w, "T2000_eps0p1_tau1p0", 1000);
    world_file(w, ROOT_BATCH, "T2000_eps0p1_tau1p0", "series/run.parquet", CONTENT_ABSENT, 0, 0, NULL);
    world_file(w, ROOT_BATCH, "T2000_eps0p1_tau1p0", "run_config.json", CONTENT_ABSENT, 0, 0, NULL);
    world_results(w, "T4000_eps0p1_tau1p0", 1000);
    world_scan_end(w, ROOT_BATCH);
    world_scan_begin(w, ROOT_ARCHIVE);
    world_archived(w, "T1000_eps0p1_tau1p0", 1000);
    world_scan_end(w, ROOT_ARCHIVE);
    over(w);
}

static void test_csv(void **state) {
    (void)state;
    struct world w;
    four_cases(&w);
    assert_csv(&w,
               HEADER "T1000_eps0p1_tau1p0,/data/sweep/batch_1/T1000_eps0p1_tau1p0,true,true,,complete\r\n"
                      "T2000_eps0p1_tau1p0,/data/sweep/batch_1/T2000_eps0p1_tau1p0,true,false,"
                      "run_config.json;series/run.parquet,missing\r\n"
                      "T3000_eps0p1_tau1p0,/data/sweep/batch_1/T3000_eps0p1_tau1p0,false,false," ALL_FOUR ",missing\r\n"
                      "T4000_eps0p1_tau1p0,/data/sweep/batch_1/T4000_eps0p1_tau1p0,true,false,,archive_failed\r\n");
    char *now = csv(&w);
    w.now += 3 * WORLD_HOUR; /* when it was looked at does not matter */
    assert_csv(&w, now);
    free(now);
    world_free(&w);
}

static void test_csv_bom(void **state) {
    struct world w;
    struct buffer with[OUTPUT_COUNT] = {{0}}, without[OUTPUT_COUNT] = {{0}};
    (void)state;
    four_cases(&w);
    struct report_input in = input(&w);
    report_stream(&in, (struct report_sink){collect, without});
    in.csv_bom = true;
    report_stream(&in, (struct report_sink){collect, with});
    assert_int_equal(with[OUTPUT_CSV].len, without[OUTPUT_CSV].len + 3);
    assert_memory_equal(with[OUTPUT_CSV].bytes, "\xEF\xBB\xBF", 3);
    assert_memory_equal(with[OUTPUT_CSV].bytes + 3, without[OUTPUT_CSV].bytes, without[OUTPUT_CSV].len);
    assert_int_equal(with[OUTPUT_JSON].len, without[OUTPUT_JSON].len);
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        buffer_free(&with[o]);
        buffer_free(&without[o]);
    }
    world_free(&w);
}

static void test_csv_quoting(void **state) {
    (void)state;
    static const struct {
        const char *batch, *field;
    } known[] = {{"/data/a,b", "\"/data/a,b/T1_eps1_tau1\""},
                 {"/data/say \"x\"", "\"/data/say \"\"x\"\"/T1_eps1_tau1\""},
                 {"/data/two\r\nlines", "/data/two\xef\xbf\xbd\xef\xbf\xbdlines/T1_eps1_tau1"},
                 {"/data/\xe8\xa1\xa8", "/data/\xe8\xa1\xa8/T1_eps1_tau1"},
                 {"/data/\xff", "/data/\xef\xbf\xbd/T1_eps1_tau1"},
                 {"/data/a;b c", "/data/a;b c/T1_eps1_tau1"},
                 {"/data/", "/data/T1_eps1_tau1"},
                 {"/", "/T1_eps1_tau1"},
                 {".", "./T1_eps1_tau1"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct world w;
        char expected[512];
        world_init(&w, false);
        w.policy.batch_path = known[i].batch;
        tell_batch(&w);
        world_list(&w, "1 1 1\n");
        scan_nothing(&w, ROOT_BATCH);
        over(&w);
        snprintf(expected, sizeof expected, HEADER "T1_eps1_tau1,%s,false,false," ALL_FOUR ",missing\r\n",
                 known[i].field);
        assert_csv(&w, expected);
        world_free(&w);
    }
}

static void test_csv_windows(void **state) {
    (void)state;
    static const char *const given[] = {"E:\\out\\b", "E:\\out\\b\\", "E:\\out\\b/"};
    static const char *const dir[] = {"E:\\out\\b\\T1_eps1_tau1", "E:\\out\\b\\T1_eps1_tau1",
                                      "E:\\out\\b/T1_eps1_tau1"};
    for (int i = 0; i < 3; i++) {
        struct world w;
        char out[128];
        world_init(&w, false);
        w.policy.batch_path = given[i];
        w.policy.separator = '\\';
        world_list(&w, "1 1 1\n");
        assert_int_equal(report_expected_dir(w.table, table_row(w.table, 0), out, sizeof out), strlen(dir[i]));
        assert_string_equal(out, dir[i]);
        world_free(&w);
    }
}

static void test_found(void **state) {
    (void)state;
    struct world w;
    world_init(&w, true);
    world_list(&w, "1 1 1\n2 1 1\n");
    const struct row *one = table_row(w.table, 0), *two = table_row(w.table, 1);
    assert_string_equal(report_found(w.table, one, ROOT_BATCH), "unknown");
    tell_batch(&w);
    assert_string_equal(report_found(w.table, one, ROOT_BATCH), "unknown"); /* not read to the end */
    assert_string_equal(report_found(w.table, one, ROOT_ARCHIVE), "false"); /* no such root */
    world_root(&w, ROOT_ARCHIVE, HEALTH_WAITING, NULL);
    assert_string_equal(report_found(w.table, one, ROOT_ARCHIVE), "unknown");
    world_scan_begin(&w, ROOT_BATCH);
    world_place(&w, ROOT_BATCH, "T1_eps1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    assert_string_equal(report_found(w.table, one, ROOT_BATCH), "true");
    assert_string_equal(report_found(w.table, two, ROOT_BATCH), "false");
    /* Two directories that may be it, and neither surely is: the case's directory is not found. */
    world_place(&w, ROOT_BATCH, "T2_eps1_tau1_mu1p0");
    assert_string_equal(report_found(w.table, two, ROOT_BATCH), "true");
    world_place(&w, ROOT_BATCH, "T2_eps1_tau1_mu2p0");
    assert_string_equal(report_found(w.table, two, ROOT_BATCH), "false");
    world_root(&w, ROOT_BATCH, HEALTH_STALE, "gone");
    assert_string_equal(report_found(w.table, one, ROOT_BATCH), "true");
    assert_string_equal(report_found(w.table, two, ROOT_BATCH), "unknown");
    world_free(&w);
}

/* An archive that cannot be read: nothing that only it could prove is called missing. */
static void test_unreadable_archive(void **state) {
    (void)state;
    struct world w;
    world_init(&w, true);
    tell_batch(&w);
    world_root(&w, ROOT_ARCHIVE, HEALTH_STALE, "no such device");
    world_list(&w, "1 1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps1_tau1", 1000);
    world_file(&w, ROOT_BATCH, "T1_eps1_tau1", "series/run.parquet", CONTENT_ABSENT, 0, 0, NULL);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    assert_csv(&w, HEADER "T1_eps1_tau1,/data/sweep/batch_1/T1_eps1_tau1,true,unknown,,archive_failed\r\n");
    cJSON *o = json(&w);
    assert_int_equal(number(o, "missing_cases"), 0);
    assert_int_equal(number(o, "archive_failures"), 1);
    assert_string_equal(string(item(o, "archive"), "health"), "stale");
    assert_string_equal(string(item(o, "archive"), "reason"), "no such device");
    cJSON_Delete(o);
    world_free(&w);
}

/* A file in a directory that cannot be read: it is not empty, and not of 1970. */
static void test_unreadable_directory(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    tell_batch(&w);
    world_list(&w, "1 1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_results(&w, "T1_eps1_tau1", 1000);
    struct fact f = {.kind = FACT_FILE, .root = ROOT_BATCH, .at = w.now, .place = "T1_eps1_tau1"};
    f.u.file = (struct fact_file){.content = CONTENT_UNREADABLE, .note = "permission denied"};
    while (strcmp(table_profile(w.table)->artifact[f.u.file.artifact].path, "series/run.parquet") != 0)
        f.u.file.artifact++;
    table_apply(w.table, &f);
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    cJSON *o = json(&w);
    const cJSON *artifact = item(item(o, "cases")->child, "artifacts")->child;
    while (strcmp(string(artifact, "path"), "series/run.parquet") != 0) artifact = artifact->next;
    const cJSON *file = item(artifact, "local");
    assert_string_equal(string(file, "content"), "unreadable");
    assert_true(cJSON_IsNull(item(file, "size")));
    assert_true(cJSON_IsNull(item(file, "mtime")));
    assert_string_equal(string(file, "note"), "permission denied");
    cJSON_Delete(o);
    world_free(&w);
}

static void test_json(void **state) {
    (void)state;
    static const char *const first[] = {"expected_cases",      "found_cases",      "missing_cases",
                                        "missing_files_total", "archive_failures", "schema_version"};
    struct world w;
    four_cases(&w);
    cJSON *o = json(&w);
    const cJSON *key = o->child;
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++, key = key->next) {
        assert_string_equal(key->string, first[i]);
    }
    assert_int_equal(number(o, "expected_cases"), 4);
    assert_int_equal(number(o, "found_cases"), 3);
    assert_int_equal(number(o, "missing_cases"), 2);
    assert_int_equal(number(o, "missing_files_total"), 6);
    assert_int_equal(number(o, "archive_failures"), 1);
    assert_int_equal(number(o, "schema_version"), 1);
    assert_true(cJSON_IsTrue(item(o, "settled")));
    assert_string_equal(string(o, "written_at"), "2024-03-01T12:00:00Z");
    assert_string_equal(string(item(o, "generator"), "version"), "1.2.3");
    const cJSON *counts = item(o, "counts");
    assert_int_equal(number(counts, "complete"), 1);
    assert_int_equal(number(counts, "missing"), 2);
    assert_int_equal(number(counts, "archive_failed"), 1);
    assert_int_equal(number(counts, "running"), 0);

    const cJSON *cases = item(o, "cases");
    assert_int_equal(cJSON_GetArraySize(cases), 4);
    const cJSON *c = cJSON_GetArrayItem(cases, 1);
    assert_string_equal(string(c, "case_id"), "T2000_eps0p1_tau1p0");
    assert_string_equal(string(c, "expected_dir"), "/data/sweep/batch_1/T2000_eps0p1_tau1p0");
    assert_string_equal(string(c, "status"), "missing");
    assert_string_equal(string(c, "line"), "2000 0.1 1.0");
    assert_int_equal(number(c, "line_no"), 2);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(item(c, "reasons"), 0)),
                        "run_config.json and series/run.parquet are absent");
    assert_string_equal(string(c, "remedy"), "run the case again");
    assert_int_equal(cJSON_GetArraySize(item(c, "missing_files")), 2);
    assert_true(item(item(c, "parameters"), "EPS")->valuedouble == 0.1);
    const cJSON *summary = cJSON_GetArrayItem(item(c, "artifacts"), 0);
    assert_string_equal(string(summary, "path"), "summary.json");
    assert_string_equal(string(summary, "state"), "whole");
    assert_string_equal(string(summary, "where"), "batch");
    assert_int_equal(number(item(summary, "local"), "size"), 2345);
    assert_true(cJSON_IsNull(item(summary, "archive")));
    assert_string_equal(string(cJSON_GetArrayItem(cases, 0), "archive_proof"), "proven");
    assert_string_equal(string(cJSON_GetArrayItem(cases, 3), "archive_proof"), "none");
    cJSON_Delete(o);
    world_free(&w);
}

/* The totals speak of the same moment as the cases, also when time alone has changed a verdict since the last tick. */
static void test_json_agrees_with_itself(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    tell_batch(&w);
    world_list(&w, "1 1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, "T1_eps1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    w.now += WORLD_HOUR; /* past the stall threshold, not ticked */
    cJSON *o = json(&w);
    const char *status = string(cJSON_GetArrayItem(item(o, "cases"), 0), "status");
    assert_string_equal(status, "stalled");
    assert_int_equal(number(item(o, "counts"), status), 1);
    assert_int_equal(number(item(o, "counts"), "running"), 0);
    cJSON_Delete(o);
    assert_csv(&w, HEADER "T1_eps1_tau1,/data/sweep/batch_1/T1_eps1_tau1,true,false,summary.json;series/run.parquet,"
                          "stalled\r\n");
    world_free(&w);
}

static void test_json_hostile(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    w.policy.batch_path = "C:\\a\"b\x01\xff";
    w.policy.separator = '\\';
    tell_batch(&w);
    world_list(&w, "1 1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_file(&w, ROOT_BATCH, "T1_eps1_tau1", "INCOMPLETE", CONTENT_WHOLE, 9, 0,
               "\"\\\x1b]0;x\x07\n\xc3(\xe2\x80\xae");
    world_place(&w, ROOT_BATCH, "T1_eps1_tau1");
    world_place(&w, ROOT_BATCH, "odd\x1b[2J\"name");
    world_scan_end(&w, ROOT_BATCH);
    over(&w);
    cJSON *o = json(&w);
    assert_string_equal(string(o, "batch_dir"), "C:\\a\"b\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(string(cJSON_GetArrayItem(item(o, "unexpected"), 0), "name"), "odd\xef\xbf\xbd[2J\"name");
    assert_true(cJSON_IsNull(item(cJSON_GetArrayItem(item(o, "unexpected"), 0), "nearest")));
    cJSON_Delete(o);
    world_free(&w);
}

static void test_json_writer(void **state) {
    (void)state;
    struct buffer b = {0};
    struct json_writer w = {.out = &b};
    json_open_flat(&w, NULL, '{');
    json_string(&w, "s", "a\"b\\c/\xe8\xa1\xa8");
    json_string(&w, "null", NULL);
    json_int(&w, "min", INT64_MIN);
    json_number(&w, "tenth", 0.1);
    json_number(&w, "long", 1.0 / 3.0);
    json_number(&w, "nan", NAN);
    json_number(&w, "inf", -INFINITY);
    json_bool(&w, "yes", true);
    json_open(&w, "none", '[');
    json_close(&w, ']');
    json_close(&w, '}');
    char *text = text_of(&b);
    assert_string_equal(text, "{\"s\": \"a\\\"b\\\\c/\xe8\xa1\xa8\", \"null\": null, \"min\": -9223372036854775808, "
                              "\"tenth\": 0.1, \"long\": 0.3333333333333333, \"nan\": null, \"inf\": null, "
                              "\"yes\": true, \"none\": []}\n");
    buffer_free(&b);

    /* What stands as it is, and what does not, at every place in a long text. */
    for (size_t i = 0; i < 40; i++) {
        char value[41], expected[64];
        memset(value, 'a', sizeof value);
        value[i] = '<';
        value[40] = '\0';
        struct json_writer v = {.out = &b};
        json_string(&v, NULL, value);
        snprintf(expected, sizeof expected, "\"%.*s\\u003c%s\"", (int)i, value, value + i + 1);
        assert_string_equal(text_of(&b), expected);
        buffer_free(&b);
        v = (struct json_writer){.out = &b, .flat = {true}};
        json_int(&v, value, 1);
        snprintf(expected, sizeof expected, "\"%.*s\\u003c%s\": 1", (int)i, value, value + i + 1);
        assert_string_equal(text_of(&b), expected);
        buffer_free(&b);
    }

    /* Longer than any buffer on the stack. */
    char *big = malloc(20001);
    memset(big, '"', 20000);
    big[20000] = '\0';
    struct json_writer v = {.out = &b};
    json_string(&v, NULL, big);
    assert_int_equal(b.len, 40002);
    buffer_free(&b);
    free(big);
}

static void assert_same_number(int64_t value, int decimals) {
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    struct buffer as_decimal = {0}, as_number = {0};
    struct json_writer d = {.out = &as_decimal}, n = {.out = &as_number};
    json_decimal(&d, NULL, value, decimals);
    json_number(&n, NULL, (double)value / powers[decimals]);
    assert_string_equal(text_of(&as_decimal), text_of(&as_number));
    buffer_free(&as_decimal);
    buffer_free(&as_number);
}

static void test_json_decimal(void **state) {
    (void)state;
    static const int64_t values[] = {0,
                                     1,
                                     999,
                                     1000,
                                     999999,
                                     1000000,
                                     1100000,
                                     1795712666587888,
                                     1795712666000000,
                                     1795712666500000,
                                     (INT64_C(1) << 52) - 1,
                                     INT64_C(1) << 52,
                                     (INT64_C(1) << 52) + 1,
                                     INT64_MAX};
    for (int decimals = 1; decimals <= 6; decimals++) {
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            assert_same_number(values[i], decimals);
            assert_same_number(-values[i], decimals);
        }
        assert_same_number(INT64_MIN, decimals);
        uint64_t x = 88172645463325252;
        for (int i = 0; i < 20000; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            assert_same_number((int64_t)(x >> (12 + i % 40)), decimals);
        }
    }
}

static void test_summary(void **state) {
    (void)state;
    struct world w;
    struct buffer b = {0};
    four_cases(&w);
    summary_text(w.table, NULL, w.now, &b);
    assert_string_equal(text_of(&b),
                        "1/4 complete, 2 missing, 1 archive_failed\n"
                        "missing        T2000_eps0p1_tau1p0: run_config.json and series/run.parquet are absent\n"
                        "missing        T3000_eps0p1_tau1p0: no directory, neither in the batch nor in the archive\n"
                        "archive_failed T4000_eps0p1_tau1p0: no copy in the archive\n");
    buffer_free(&b);
    summary_line(w.table, &b);
    assert_string_equal(text_of(&b), "1/4 complete, 2 missing, 1 archive_failed; batch live, archive polling");
    buffer_free(&b);
    table_expect_pass(w.table);
    world_tick(&w);
    summary_line(w.table, &b);
    assert_string_equal(text_of(&b), "1/4 complete, 2 missing, 1 archive_failed, 4 of them unverified; "
                                     "batch live, archive polling");
    buffer_free(&b);
    world_free(&w);
}

static void test_summary_is_bounded(void **state) {
    (void)state;
    char list[4096];
    size_t n = 0;
    for (int i = 0; i < 100; i++) n += (size_t)snprintf(list + n, sizeof list - n, "%d 1 1\n", 1000 + i);
    struct world w;
    struct buffer b = {0};
    world_init(&w, false);
    tell_batch(&w);
    world_list(&w, list);
    scan_nothing(&w, ROOT_BATCH);
    over(&w);
    summary_text(w.table, NULL, w.now, &b);
    char *text = text_of(&b);
    size_t lines = 0;
    for (const char *s = text; *s; s++) lines += *s == '\n';
    assert_int_equal(lines, 1 + SUMMARY_MAX_ROWS + 1);
    assert_non_null(strstr(text, "\nand 60 more"));
    buffer_free(&b);
    world_free(&w);
}

static void test_transition(void **state) {
    (void)state;
    struct world w;
    struct buffer b = {0};
    world_init(&w, false);
    tell_batch(&w);
    world_list(&w, "1 1 1\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_running(&w, "T1_eps1_tau1");
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    world_at(&w, 34 * WORLD_MINUTE);
    const struct transition *x = table_transition(w.table, table_transition_count(w.table) - 1);
    summary_transition(w.table, x, NULL, w.now, world_wall(&w) + 9 * WORLD_HOUR, &b);
    assert_string_equal(text_of(&b),
                        "2024-03-01 21:34:00 T1_eps1_tau1 running -> stalled: silent for 34 min, threshold 30 min\n");
    buffer_free(&b);
    world_free(&w);
}

static void test_time(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *words;
    } known[] = {{0, "1970-01-01 00:00:00"},
                 {INT64_C(951782400000), "2000-02-29 00:00:00"},
                 {INT64_C(1709294400999), "2024-03-01 12:00:00"},
                 {INT64_C(4107542399000), "2100-02-28 23:59:59"},
                 {INT64_C(4107542400000), "2100-03-01 00:00:00"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char out[SUMMARY_TIME_BYTES];
        summary_time(known[i].ms, out);
        assert_string_equal(out, known[i].words);
    }
}

static void test_no_cases(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    assert_csv(&w, HEADER);
    cJSON *o = json(&w);
    assert_int_equal(number(o, "expected_cases"), 0);
    assert_true(cJSON_IsNull(item(o, "archive")));
    assert_true(cJSON_IsNull(item(o, "sweep_list")));
    assert_int_equal(cJSON_GetArraySize(item(o, "cases")), 0);
    cJSON_Delete(o);
    world_free(&w);
}

static void store_clear(void *ctx) {
    struct buffer *rows = ctx;
    for (int i = 0; i < ROWS_COUNT; i++) buffer_free(&rows[i]);
}

static void store_add(void *ctx, enum report_rows kind, const char *bytes, size_t len) {
    struct buffer *rows = ctx;
    buffer_add(&rows[kind], bytes, len);
}

static int store_each(void *ctx, enum report_rows kind, void (*put)(void *to, const char *bytes, size_t len),
                      void *to) {
    struct buffer *rows = ctx;
    put(to, rows[kind].bytes, rows[kind].len);
    return 0;
}

static int store_unreadable(void *ctx, enum report_rows kind, void (*put)(void *to, const char *bytes, size_t len),
                            void *to) {
    (void)ctx, (void)kind, (void)put, (void)to;
    return -5;
}

static void free_all(struct buffer all[OUTPUT_COUNT]) {
    for (int o = 0; o < OUTPUT_COUNT; o++) buffer_free(&all[o]);
}

/* Made in slices of any size, it is to the byte what the stream is; a slice of another list is never mixed in. */
static void test_slices(void **state) {
    (void)state;
    for (size_t rows = 1; rows <= 5; rows++) {
        struct world w;
        struct buffer whole[OUTPUT_COUNT] = {{0}}, sliced[OUTPUT_COUNT] = {{0}}, rows_of[ROWS_COUNT] = {{0}};
        struct report_store store = {rows_of, store_clear, store_add, store_each};
        four_cases(&w);
        struct report_input in = input(&w);
        struct report_build *b = report_build_new();
        report_build_step(b, &in, rows);
        report_build_store(b, &store);
        assert_int_equal(report_build_held(b), 0);
        world_list(&w, "1000 0.1 1.0\n2000 0.1 1.0\n4000 0.1 1.0\n");
        world_tick(&w);
        report_build_step(b, &in, rows);
        table_set_over(w.table, false, w.now);
        world_tick(&w);
        int slices = 1;
        while (!report_build_step(b, &in, rows)) slices++;
        assert_in_range(slices, 3 / rows, 3 / rows + 1);
        report_build_store(b, &store);
        assert_int_equal(report_build_put(b, &store, (struct report_sink){collect, sliced}), 0);
        report_stream(&in, (struct report_sink){collect, whole});
        for (int o = 0; o < OUTPUT_COUNT; o++) {
            assert_int_equal(sliced[o].len, whole[o].len);
            if (whole[o].len > 0) assert_memory_equal(sliced[o].bytes, whole[o].bytes, whole[o].len);
        }
        free_all(whole);
        free_all(sliced);
        store_clear(rows_of);
        store.each = store_unreadable;
        assert_int_equal(report_build_put(b, &store, (struct report_sink){collect, sliced}), -5);
        free_all(sliced);
        report_build_free(b);
        world_free(&w);
    }
}

static void from_the_last(void (*work)(void *arg), void *const arg[], unsigned n) {
    while (n > 0) work(arg[--n]);
}

static void await_turn(void *ctx, size_t turn) { assert_int_equal(turn, *(size_t *)ctx); }

static void pass_turn(void *ctx) { ++*(size_t *)ctx; }

/* However many make it, and whichever row is the first that is told. */
static void test_hands(void **state) {
    (void)state;
    enum { ROWS = 1500 };
    static const char *const filters[] = {NULL, "T>=1300", "T>=2499", "T>=9000"};
    struct world w;
    struct buffer list = {0};
    char word[FILTER_WORD];
    four_cases(&w);
    for (int i = 0; i < ROWS; i++) buffer_format(&list, "%d 0.1 1.0\n", 1000 + i);
    world_list(&w, text_of(&list));
    world_tick(&w);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct filter f;
        struct buffer alone[OUTPUT_COUNT] = {{0}};
        struct report_input in = input(&w);
        if (filters[i]) assert_int_equal(filter_parse(filters[i], table_profile(w.table), &f, word), FILTER_OK);
        in.only = filters[i] ? &f : NULL;
        report_stream(&in, (struct report_sink){collect, alone});
        for (unsigned n = 1; n <= REPORT_HANDS; n++) {
            struct buffer several[OUTPUT_COUNT] = {{0}};
            size_t turns = 0;
            struct report_hands hands = {n, from_the_last, &turns, await_turn, pass_turn};
            in.hands = &hands;
            report_stream(&in, (struct report_sink){collect, several});
            for (int o = 0; o < OUTPUT_COUNT; o++) {
                assert_int_equal(several[o].len, alone[o].len);
                if (alone[o].len > 0) assert_memory_equal(several[o].bytes, alone[o].bytes, alone[o].len);
            }
            free_all(several);
        }
        cJSON *o = cJSON_ParseWithLength(alone[OUTPUT_JSON].bytes, alone[OUTPUT_JSON].len);
        static const int told[] = {ROWS, ROWS - 300, 1, 0};
        assert_int_equal(cJSON_GetArraySize(item(o, "cases")), told[i]);
        cJSON_Delete(o);
        free_all(alone);
    }
    buffer_free(&list);
    world_free(&w);
}

static void test_steps(void **state) {
    (void)state;
    struct world w;
    four_cases(&w);
    char *rerun = output(&w, OUTPUT_RERUN), *retry = output(&w, OUTPUT_RETRY);
    assert_string_equal(rerun, "2000 0.1 1.0\n3000 0.1 1.0\n");
    assert_string_equal(retry, "/data/sweep/batch_1/T4000_eps0p1_tau1p0\n");
    cJSON *o = json(&w);
    assert_int_equal(cJSON_GetArraySize(item(o, "rerun")), 2);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(item(o, "archive_retry"), 0)),
                        "/data/sweep/batch_1/T4000_eps0p1_tau1p0");
    cJSON_Delete(o);
    free(rerun);
    free(retry);
    world_free(&w);
}

/* Whatever a name or a note holds, the page's script element ends where the page ends it. */
static void test_page(void **state) {
    (void)state;
    struct world w;
    world_init(&w, false);
    w.policy.batch_path = "/data/</script><!--<img src=x onerror=alert(1)>";
    tell_batch(&w);
    world_list(&w, "1 1 1\n");
    scan_nothing(&w, ROOT_BATCH);
    over(&w);
    char *page = output(&w, OUTPUT_HTML), *text = output(&w, OUTPUT_JSON);
    char *data = strstr(page, "id=\"data\">");
    assert_non_null(data);
    data += strlen("id=\"data\">");
    assert_memory_equal(data, text, strlen(text));
    assert_null(strchr(text, '<'));
    assert_memory_equal(data + strlen(text), "</script>", 9);
    cJSON *o = json(&w);
    assert_string_equal(string(o, "batch_dir"), w.policy.batch_path);
    cJSON_Delete(o);
    free(page);
    free(text);
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_bom),
        cmocka_unit_test(test_csv_quoting),
        cmocka_unit_test(test_csv_windows),
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_unreadable_archive),
        cmocka_unit_test(test_unreadable_directory),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_agrees_with_itself),
        cmocka_unit_test(test_json_hostile),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_hands),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_json_writer),
        cmocka_unit_test(test_json_decimal),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_summary_is_bounded),
        cmocka_unit_test(test_transition),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_no_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

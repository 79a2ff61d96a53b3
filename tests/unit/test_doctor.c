/* Every check of the doctor with every grade it can give, from literal facts. */
#include "app/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

/* A machine and a sweep that nothing is wrong with. */
static struct doctor_facts healthy(void) {
    struct doctor_facts f = {
        .cores = 16,
        .memory_bytes = INT64_C(32) << 30,
        .list_path = "list.txt",
        .cases = 100,
        .longest_path = "/data/b/T1/series/run.parquet",
        .batch = {.path = "/data/b", .there = true, .looked = true},
        .archive = {.path = "/mnt/a", .there = true, .looked = true},
        .probe = {.done = true, .bytes = 8 << 20, .took_us = 100 * 1000},
        .case_bytes = INT64_C(1) << 30,
        .case_name = "T1",
        .watch_limit = 100 * 1000,
        .watch_queue = 16384,
    };
    static const struct {
        enum doctor_key key;
        const char *text;
    } set[] = {{KEY_JOBS, "8"}, {KEY_NUMBA, "2"},    {KEY_OMP, "1"},   {KEY_JOB_MEMORY, "2"},
               {KEY_TAG, "t"},  {KEY_SKIP_PIP, "1"}, {KEY_HOOKS, "1"}, {KEY_BATCH_ROOT, "E:\\out"}};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) f.value[set[i].key].text = set[i].text;
    f.batch.mount = (struct mount_facts){.id = 1, .type = "ext4", .space_total = INT64_C(1) << 40};
    f.archive.mount = (struct mount_facts){.id = 2, .type = "ext4", .space_total = INT64_C(1) << 40};
    f.batch.mount.space_free = f.archive.mount.space_free = INT64_C(1) << 40;
    return f;
}

static struct doctor_line judged(const struct doctor_facts *f, const char *check) {
    struct doctor_line lines[DOCTOR_LINES];
    int n = doctor_judge(f, lines);
    for (int i = 0; i < n; i++) {
        if (strcmp(lines[i].check, check) == 0) return lines[i];
    }
    fail_msg("no check %s", check);
    return lines[0];
}

static void expect_at(const struct doctor_facts *f, const char *check, enum doctor_grade grade, const char *words,
                      int line) {
    struct doctor_line l = judged(f, check);
    if (l.grade != grade || !strstr(l.found, words)) {
        fail_msg("line %d: %s is %s: %s", line, check, doctor_grade_word(l.grade), l.found);
    }
    if (grade >= DOCTOR_WARN && strcmp(check, "batch_events") != 0 && strcmp(check, "archive_events") != 0 &&
        !strstr(words, "was not tried") && !l.remedy[0]) {
        fail_msg("line %d: %s has no remedy", line, check);
    }
}
#define expect(f, check, grade, words) expect_at(f, check, grade, words, __LINE__)

static void test_healthy(void **state) {
    (void)state;
    struct doctor_facts f = healthy();
    struct doctor_line lines[DOCTOR_LINES];
    int n = doctor_judge(&f, lines);
    assert_int_equal(n, 16);
    for (int i = 0; i < n; i++) {
        if (lines[i].grade != DOCTOR_PASS) fail_msg("%s: %s", lines[i].check, lines[i].found);
        assert_string_equal(lines[i].remedy, "");
        for (int k = 0; k < i; k++) assert_string_not_equal(lines[i].check, lines[k].check);
    }
}

/* Nothing known: nothing fails, nothing passes that would need to know. */
static void test_nothing_known(void **state) {
    (void)state;
    struct doctor_facts f = {.case_bytes = -1, .watch_limit = SIZE_MAX, .watch_queue = SIZE_MAX};
    struct doctor_line lines[DOCTOR_LINES];
    int n = doctor_judge(&f, lines);
    assert_int_equal(n, 16);
    for (int i = 0; i < n; i++) {
        if (strcmp(lines[i].check, "event_queue") == 0) continue;
        if (lines[i].grade == DOCTOR_PASS || lines[i].grade == DOCTOR_FAIL) {
            fail_msg("%s: %s", lines[i].check, lines[i].found);
        }
    }
}

static void test_threads(void **state) {
    (void)state;
    const char *unset;
    struct doctor_facts f = healthy();
    assert_int_equal(doctor_threads_per_case(&f, &unset), 2);
    assert_null(unset);
    expect(&f, "threads", DOCTOR_PASS, "together 16 on 16 cores");
    f.value[KEY_JOBS].text = "9";
    expect(&f, "threads", DOCTOR_WARN, "together 18 on 16 cores");
    f.value[KEY_JOBS].text = "16";
    expect(&f, "threads", DOCTOR_WARN, "together 32 on 16 cores");
    f.value[KEY_JOBS].text = "17";
    expect(&f, "threads", DOCTOR_FAIL, "together 34 on 16 cores");
    f = healthy();
    f.value[KEY_NUMBA].text = NULL;
    assert_int_equal(doctor_threads_per_case(&f, &unset), 16);
    assert_string_equal(unset, "NUMBA_NUM_THREADS");
    expect(&f, "threads", DOCTOR_FAIL, "NUMBA_NUM_THREADS is not set: every core");
    f.value[KEY_JOBS].text = "1";
    expect(&f, "threads", DOCTOR_PASS, "together 16 on 16 cores");
    f = healthy();
    f.value[KEY_OMP].text = NULL; /* MKL and OpenBLAS have nothing to fall back on then */
    f.value[KEY_MKL].text = f.value[KEY_OPENBLAS].text = "1";
    expect(&f, "threads", DOCTOR_FAIL, "OMP_NUM_THREADS is not set");
    f.value[KEY_OMP].text = "1";
    f.value[KEY_MKL].text = "4";
    expect(&f, "threads", DOCTOR_WARN, "threads of each: 4");
    f = healthy();
    f.value[KEY_CELL_JOBS].text = "4"; /* not asked for: does not count */
    f.value[KEY_CELL].text = "0";
    expect(&f, "threads", DOCTOR_PASS, "threads of each: 2");
    f.value[KEY_CELL].text = "1";
    expect(&f, "threads", DOCTOR_FAIL, "threads of each: 8");
    f.value[KEY_CELL_JOBS].text = "auto";
    expect(&f, "threads", DOCTOR_FAIL, "threads of each: 32");
    f = healthy();
    f.value[KEY_JOBS].from_environment = true;
    expect(&f, "threads", DOCTOR_PASS, "from the environment");
    for (size_t i = 0; i < 5; i++) {
        static const char *const bad[] = {"", "x\033[1m", "0", "-3", "1.5"};
        f.value[KEY_JOBS].text = bad[i];
        expect(&f, "threads", DOCTOR_WARN, "unknown");
        assert_null(strchr(judged(&f, "threads").found, '\033'));
    }
    f = healthy();
    f.cores = 0;
    expect(&f, "threads", DOCTOR_SKIP, "unknown");
}

static void test_memory(void **state) {
    (void)state;
    struct doctor_facts f = healthy();
    expect(&f, "memory", DOCTOR_PASS, "need 16.0 of 32.0 GiB");
    f.value[KEY_JOB_MEMORY].text = "3.7";
    expect(&f, "memory", DOCTOR_WARN, "need 29.6 of 32.0 GiB");
    f.value[KEY_JOB_MEMORY].text = "4.1";
    expect(&f, "memory", DOCTOR_FAIL, "need 32.8 of 32.0 GiB");
    assert_string_equal(judged(&f, "memory").remedy, "lower PARALLEL_JOBS to 7");
    f.value[KEY_JOB_MEMORY].text = "much";
    expect(&f, "memory", DOCTOR_WARN, "no number");
    f.value[KEY_JOB_MEMORY].text = "40";
    f.value[KEY_JOBS].text = "1";
    expect(&f, "memory", DOCTOR_FAIL, "need 40.0 of 32.0 GiB");
    assert_string_equal(judged(&f, "memory").remedy, "one case alone does not fit: use a machine with more memory");
    f.value[KEY_JOBS].text = NULL;
    f.value[KEY_JOB_MEMORY].text = "1";
    expect(&f, "memory", DOCTOR_SKIP, "unknown");
    f.memory_bytes = 0;
    expect(&f, "memory", DOCTOR_SKIP, "unknown");
}

static void test_switches(void **state) {
    (void)state;
    static const char *const on[] = {"1", "true", "YES", "On"}, *const off[] = {"0", "False", "no", "OFF", ""};
    struct doctor_facts f = healthy();
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        f.value[KEY_SKIP_PIP].text = f.value[KEY_HOOKS].text = on[i];
        expect(&f, "skip_pip", DOCTOR_PASS, on[i]);
        expect(&f, "hooks_strict", DOCTOR_PASS, on[i]);
    }
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        f.value[KEY_SKIP_PIP].text = f.value[KEY_HOOKS].text = off[i];
        expect(&f, "skip_pip", DOCTOR_FAIL, "may install");
        expect(&f, "hooks_strict", DOCTOR_WARN, "goes unnoticed");
    }
    f.value[KEY_JOBS].text = "1"; /* nobody installs at the same time */
    expect(&f, "skip_pip", DOCTOR_WARN, "may install");
    f.value[KEY_JOBS].text = "8";
    f.value[KEY_SKIP_PIP].text = NULL;
    expect(&f, "skip_pip", DOCTOR_WARN, "not set");
}

static void test_list_and_names(void **state) {
    (void)state;
    struct doctor_facts f = healthy();
    char path[300];
    f.list_warnings = 2;
    f.list_issue = "line 3: twice";
    expect(&f, "sweep_list", DOCTOR_WARN, "line 3: twice");
    f.list_errors = 1;
    expect(&f, "sweep_list", DOCTOR_FAIL, "line 3: twice");
    f.list_problem = "permission denied";
    expect(&f, "sweep_list", DOCTOR_FAIL, "cannot be read: permission denied");
    memset(path, 'a', sizeof path);
    path[259] = '\0';
    f.longest_path = path;
    expect(&f, "longest_path", DOCTOR_PASS, "259");
    path[259] = 'a';
    path[260] = '\0';
    expect(&f, "longest_path", DOCTOR_WARN, "260");
    f.windows = true;
    expect(&f, "longest_path", DOCTOR_FAIL, "260");
    path[0] = (char)0xC3, path[1] = (char)0xA9; /* one character */
    expect(&f, "longest_path", DOCTOR_PASS, "259");
    static const char *const tags[] = {"a/b", "a:b", "nul", "COM1.x", "a ", "a.", ".a", "a\001"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        f.value[KEY_TAG].text = tags[i];
        expect(&f, "names", DOCTOR_FAIL, "SWEEP_TAG");
    }
    f.value[KEY_TAG].text = "temp_supply-1";
    expect(&f, "names", DOCTOR_PASS, "BATCH_ROOT and SWEEP_TAG");
    static const char *const good[] = {"E:\\a b\\c", "/data/out/", "..\\out", ".", "~/x", "/home/me/.cache/x"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        f.value[KEY_BATCH_ROOT].text = good[i];
        expect(&f, "names", DOCTOR_PASS, "BATCH_ROOT");
    }
    static const char *const bad[] = {"E:\\a?b\\c", "/data/aux/x", "out\\con\\", "C:\\x:y", "/data/x /y"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        f.value[KEY_BATCH_ROOT].text = bad[i];
        expect(&f, "names", DOCTOR_FAIL, "BATCH_ROOT");
    }
    f.value[KEY_BATCH_ROOT].text = f.value[KEY_TAG].text = NULL;
    expect(&f, "names", DOCTOR_SKIP, "neither");
}

static void test_drives(void **state) {
    (void)state;
    struct doctor_facts f = healthy();
    f.batch.there = false;
    expect(&f, "batch_dir", DOCTOR_PASS, "not there yet");
    f.batch.err = UV_EACCES;
    expect(&f, "batch_dir", DOCTOR_FAIL, "permission denied");
    f = healthy();
    f.probe.took_us = 4 * 1000 * 1000;
    expect(&f, "archive", DOCTOR_WARN, "2.1 MB/s");
    f.probe.err = UV_EROFS;
    expect(&f, "archive", DOCTOR_FAIL, "cannot be written to: read-only file system");
    f.archive.there = false;
    f.archive.err = UV_ENOENT;
    expect(&f, "archive", DOCTOR_FAIL, "not there: no such file");
    f.probe.hangs = true;
    expect(&f, "archive", DOCTOR_FAIL, "does not answer");
    f = healthy();
    f.probe.done = false;
    expect(&f, "archive", DOCTOR_WARN, "was not tried");
    f.archive.mount.id = f.batch.mount.id;
    expect(&f, "volumes", DOCTOR_WARN, "one volume");
    f.archive.mount.id = 0;
    expect(&f, "volumes", DOCTOR_SKIP, "unknown");
    f = healthy();
    f.archive.path = NULL;
    static const char *const checks[] = {"archive", "volumes", "archive_space", "archive_events"};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) expect(&f, checks[i], DOCTOR_SKIP, "given");
    f = healthy();
    f.batch.mount.space_free = INT64_C(101) << 30;
    expect(&f, "batch_space", DOCTOR_WARN, "100 cases like T1 need 100.00 GiB, 101.0 GiB are free");
    f.batch.mount.space_free = INT64_C(99) << 30;
    expect(&f, "batch_space", DOCTOR_FAIL, "need 100.00 GiB");
    expect(&f, "archive_space", DOCTOR_PASS, "1024.0 GiB are free");
    f.case_bytes = -1;
    expect(&f, "batch_space", DOCTOR_WARN, "unknown");
    f.batch.mount.space_total = 0;
    expect(&f, "batch_space", DOCTOR_SKIP, "unknown");
}

static void test_watching(void **state) {
    (void)state;
    struct doctor_facts f = healthy();
    f.cases = 8000;
    expect(&f, "watches", DOCTOR_PASS, "24000 directories to watch, 24000 can be");
    f.watch_limit = 10000;
    expect(&f, "watches", DOCTOR_WARN, "24000 directories to watch, 5000 can be");
    assert_string_equal(judged(&f, "watches").remedy, "sysctl fs.inotify.max_user_watches=48000");
    f.watch_limit = 1000 * 1000;
    f.cases = 8001; /* more than the monitor takes: nothing a setting could help */
    struct doctor_line l = judged(&f, "watches");
    assert_int_equal(l.grade, DOCTOR_WARN);
    f.watch_queue = 1000;
    expect(&f, "event_queue", DOCTOR_WARN, "1000 events");
    f.batch.mount.silent = true;
    snprintf(f.batch.mount.type, sizeof f.batch.mount.type, "nfs4");
    expect(&f, "batch_events", DOCTOR_WARN, "not announced there");
    expect(&f, "archive_events", DOCTOR_PASS, "announced on ext4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy), cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_memory),  cmocka_unit_test(test_switches),      cmocka_unit_test(test_list_and_names),
        cmocka_unit_test(test_drives),  cmocka_unit_test(test_watching),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Other programs' files: one that is held exclusively is told as locked until it is let go; one that is held open as a
 * well-behaved program does is never in our way, nor we in its. The test is the other program. */
#include <windows.h> /* before everything that builds on it */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "support/tree_windows.h"

enum {
    DEADLINE_MS = 60 * 1000,
    CASES = 3,
    ROUNDS = 600,
    EVERYTHING = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE
};

static wchar_t temp[MAX_PATH], batch[MAX_PATH];
static PROCESS_INFORMATION app;

static const char summary[] = "{\"M_loss\": NaN, \"case_status\": \"blowout\"}\n";

/* ---- a batch ---- */

static void path_of(wchar_t out[MAX_PATH], const wchar_t *format, ...) {
    va_list args;
    int n = _snwprintf(out, MAX_PATH, L"%ls\\", batch);
    va_start(args, format);
    vswprintf(out + n, (size_t)(MAX_PATH - n), format, args);
    va_end(args);
}

static void write_file(const wchar_t *path, const void *bytes, size_t len) {
    DWORD n;
    HANDLE f = CreateFileW(path, GENERIC_WRITE, EVERYTHING, NULL, CREATE_ALWAYS, 0, NULL);
    if (f == INVALID_HANDLE_VALUE) fail_msg("cannot write %ls: %lu", path, GetLastError());
    assert_true(WriteFile(f, bytes, (DWORD)len, &n, NULL) && n == len);
    CloseHandle(f);
}

static void put(const char *text, const wchar_t *name) {
    wchar_t path[MAX_PATH];
    path_of(path, L"%ls", name);
    write_file(path, text, strlen(text));
}

static void make_case(int temperature) {
    static const wchar_t *const directories[] = {L"", L"\\checks", L"\\series"};
    static const char parquet[] = "PAR1columns.columns.footer.footer.f\x10\0\0\0PAR1";
    wchar_t path[MAX_PATH], name[64];
    for (size_t i = 0; i < 3; i++) {
        path_of(path, L"T%d_eps0p5_tau1p0%ls", temperature, directories[i]);
        assert_true(CreateDirectoryW(path, NULL));
    }
    path_of(path, L"T%d_eps0p5_tau1p0\\series\\run.parquet", temperature);
    write_file(path, parquet, sizeof parquet - 1);
    _snwprintf(name, 64, L"T%d_eps0p5_tau1p0\\summary.json", temperature);
    put(summary, name);
    _snwprintf(name, 64, L"T%d_eps0p5_tau1p0\\run_config.json", temperature);
    put("{\"supply\": {\"epsilon_mix\": 0.5}}\n", name);
    _snwprintf(name, 64, L"T%d_eps0p5_tau1p0\\checks\\mass_budget.csv", temperature);
    put("time,mass\n1,2\n", name);
}

/* ---- the program ---- */

/* Its output goes to "out" in the batch's parent. */
static void start(const wchar_t *format, ...) {
    SECURITY_ATTRIBUTES given = {.nLength = sizeof given, .bInheritHandle = TRUE};
    STARTUPINFOW info = {.cb = sizeof info, .dwFlags = STARTF_USESTDHANDLES};
    wchar_t line[2048], out[MAX_PATH];
    va_list args;
    int n = _snwprintf(line, 2048, L"\"%hs\" ", SWEEPWATCH_EXE);
    va_start(args, format);
    vswprintf(line + n, (size_t)(2048 - n), format, args);
    va_end(args);
    _snwprintf(out, MAX_PATH, L"%ls\\out", temp);
    info.hStdOutput = info.hStdError = CreateFileW(out, GENERIC_WRITE, EVERYTHING, &given, CREATE_ALWAYS, 0, NULL);
    info.hStdInput = CreateFileW(L"NUL", GENERIC_READ, EVERYTHING, &given, OPEN_EXISTING, 0, NULL);
    assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &info, &app));
    CloseHandle(info.hStdOutput);
    CloseHandle(info.hStdInput);
}

static void read_file(const wchar_t *path, char *out, size_t size) {
    DWORD n = 0;
    HANDLE f = CreateFileW(path, GENERIC_READ, EVERYTHING, NULL, OPEN_EXISTING, 0, NULL);
    if (f != INVALID_HANDLE_VALUE) {
        ReadFile(f, out, (DWORD)size - 1, &n, NULL);
        CloseHandle(f);
    }
    out[n] = '\0';
}

static void read_output(char out[4096]) {
    wchar_t path[MAX_PATH];
    _snwprintf(path, MAX_PATH, L"%ls\\out", temp);
    read_file(path, out, 4096);
}

static bool has_ended(void) { return WaitForSingleObject(app.hProcess, 0) == WAIT_OBJECT_0; }

static DWORD wait_end(void) {
    DWORD code = 999;
    char out[4096];
    if (WaitForSingleObject(app.hProcess, DEADLINE_MS) != WAIT_OBJECT_0) {
        read_output(out);
        TerminateProcess(app.hProcess, 99);
        fail_msg("the program does not end; it said:\n%s", out);
    }
    GetExitCodeProcess(app.hProcess, &code);
    CloseHandle(app.hProcess);
    CloseHandle(app.hThread);
    return code;
}

static void wait_said(const char *text) {
    char out[4096];
    for (int waited = 0;; waited += 20) {
        bool over = has_ended();
        read_output(out);
        if (strstr(out, text)) return;
        if (over || waited > DEADLINE_MS) fail_msg("it does not say %s but:\n%s", text, out);
        Sleep(20);
    }
}

static void report(const wchar_t *name, char *out, size_t size) {
    wchar_t path[MAX_PATH];
    path_of(path, L"checks\\%ls", name);
    read_file(path, out, size);
}

/* ---- tests ---- */

static int set_up(void **state) {
    char list[256] = "";
    (void)state;
    memset(&app, 0, sizeof app);
    GetTempPathW(MAX_PATH, temp);
    _snwprintf(temp + wcslen(temp), 64, L"sweepwatch holders %lu-%lu", GetCurrentProcessId(), GetTickCount());
    assert_true(CreateDirectoryW(temp, NULL));
    _snwprintf(batch, MAX_PATH, L"%ls\\batch", temp);
    assert_true(CreateDirectoryW(batch, NULL));
    wchar_t path[MAX_PATH];
    path_of(path, L"checks");
    assert_true(CreateDirectoryW(path, NULL));
    for (int i = 0; i < CASES; i++) {
        snprintf(list + strlen(list), sizeof list - strlen(list), "%d 0.5 1.0\n", 1000 + i);
        make_case(1000 + i);
    }
    put(list, L"checks\\expected_sweep_list.txt");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    if (app.hProcess && !has_ended()) {
        TerminateProcess(app.hProcess, 99);
        WaitForSingleObject(app.hProcess, DEADLINE_MS);
    }
    remove_tree(temp);
    return 0;
}

static HANDLE hold(const wchar_t *name, DWORD share) {
    wchar_t path[MAX_PATH];
    path_of(path, L"%ls", name);
    HANDLE f = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, share, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(f != INVALID_HANDLE_VALUE);
    return f;
}

static void held_is_locked(void **state) {
    char json[65536], csv[4096];
    (void)state;
    HANDLE held = hold(L"T1001_eps0p5_tau1p0\\summary.json", 0);
    start(L"check \"%ls\" --strict", batch);
    assert_int_equal(wait_end(), 1);
    report(L"sweep_completeness.json", json, sizeof json);
    const char *from = strstr(json, "\"T1001_eps0p5_tau1p0\""), *to = strstr(json, "\"T1002_eps0p5_tau1p0\"");
    const char *flag = from ? strstr(from, "\"locked\"") : NULL;
    assert_true(from && to && flag && flag < to);
    /* Watched, it is whole as soon as it is let go, and that is the end of the sweep. */
    start(L"watch \"%ls\" --strict --settle 1d", batch);
    wait_said("T1002_eps0p5_tau1p0");
    Sleep(5000); /* longer than it takes to settle: it stays locked */
    assert_false(has_ended());
    CloseHandle(held);
    assert_int_equal(wait_end(), 0);
    report(L"sweep_completeness.json", json, sizeof json);
    assert_null(strstr(json, "\"locked\""));
    report(L"sweep_completeness.csv", csv, sizeof csv);
    assert_non_null(strstr(csv, "T1001_eps0p5_tau1p0,true,false,,complete\r\n"));
}

struct errors {
    int create, rename, replace, erase, directory;
    DWORD last;
};

static void count(BOOL ok, int *errors, struct errors *e) {
    if (ok) return;
    ++*errors;
    e->last = GetLastError();
}

/* One round of what a running case and its tools do, with a handle that shares everything open all the while. */
static void disturb(int round, bool directories, struct errors *e) {
    wchar_t from[MAX_PATH], to[MAX_PATH], aside[MAX_PATH], moved[MAX_PATH];
    int temperature = 1000 + round % CASES;
    path_of(to, L"T%d_eps0p5_tau1p0\\summary.json", temperature);
    path_of(from, L"T%d_eps0p5_tau1p0\\summary.json.tmp", temperature);
    path_of(aside, L"T%d_eps0p5_tau1p0\\summary.json.old", temperature);
    HANDLE f = CreateFileW(from, GENERIC_WRITE, EVERYTHING, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD n;
    count(f != INVALID_HANDLE_VALUE && WriteFile(f, summary, sizeof summary - 1, &n, NULL), &e->create, e);
    count(MoveFileExW(to, aside, 0), &e->rename, e);
    count(MoveFileExW(from, to, 0), &e->rename, e);
    CloseHandle(f);
    count(DeleteFileW(aside), &e->erase, e);
    write_file(from, summary, sizeof summary - 1);
    count(MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING), &e->replace, e);
    if (!directories || round % 5 > 0) return;
    path_of(from, L"T%d_eps0p5_tau1p0", temperature);
    path_of(moved, L"T%d_eps0p5_tau1p0_aside", temperature);
    count(MoveFileExW(from, moved, 0) && MoveFileExW(moved, from, 0), &e->directory, e);
}

static void works_on(const wchar_t *options, bool directories) {
    struct errors e = {0};
    put("1000 0.5 1.0\n1001 0.5 1.0\n1002 0.5 1.0\n9000 0.5 1.0\n", L"checks\\expected_sweep_list.txt");
    start(L"watch \"%ls\" --settle 1d --time-limit 120 %ls", batch, options);
    wait_said("T1002_eps0p5_tau1p0");
    HANDLE held = hold(L"T1000_eps0p5_tau1p0\\checks\\mass_budget.csv", EVERYTHING);
    for (int round = 0; round < ROUNDS; round++) {
        DWORD n;
        disturb(round, directories, &e);
        assert_true(WriteFile(held, "time,mass\n1,2\n", 14, &n, NULL));
        assert_false(has_ended());
    }
    CloseHandle(held);
    if (e.last) {
        fail_msg("of %d rounds failed: create %d, rename %d, replace %d, delete %d, directory %d (the last with %lu)",
                 ROUNDS, e.create, e.rename, e.replace, e.erase, e.directory, e.last);
    }
}

static void files_are_not_disturbed(void **state) {
    (void)state;
    works_on(L"", false);
}

/* Without events: for each, libuv asks for the long form of the name, and wine's answer opens the directory without
 * sharing its deletion. */
static void directories_are_not_disturbed(void **state) {
    (void)state;
    works_on(L"--poll", true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(held_is_locked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_are_not_disturbed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(directories_are_not_disturbed, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("holders", tests, NULL, NULL);
}

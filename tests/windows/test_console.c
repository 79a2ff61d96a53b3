/* The dashboard in a real console: the test shares a console with the program, presses its keys, changes its size and
 * reads its cells back.
 *
 * The test runs itself once more with a console of its own that has no window, so that it needs none and disturbs
 * none. Waits are for conditions, with a deadline. */
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

enum { DEADLINE_MS = 30 * 1000, MAX_CELLS = 200 * 100 };

static wchar_t batch[MAX_PATH], temp[MAX_PATH];
static HANDLE in, original; /* of the console: its input, and the screen it began with */
static PROCESS_INFORMATION app;
static CHAR_INFO cells[MAX_CELLS];
static int rows, cols;

/* ---- a batch ---- */

static void make_directory(const wchar_t *format, ...) {
    wchar_t path[MAX_PATH];
    va_list args;
    va_start(args, format);
    vswprintf(path, MAX_PATH, format, args);
    va_end(args);
    if (!CreateDirectoryW(path, NULL)) fail_msg("cannot make %ls: %lu", path, GetLastError());
}

static void put(const char *text, const wchar_t *name, ...) {
    wchar_t path[MAX_PATH];
    DWORD n;
    va_list args;
    va_start(args, name);
    vswprintf(path, MAX_PATH, name, args);
    va_end(args);
    HANDLE f = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (f == INVALID_HANDLE_VALUE) fail_msg("cannot write %ls: %lu", path, GetLastError());
    WriteFile(f, text, (DWORD)strlen(text), &n, NULL);
    CloseHandle(f);
}

static void make_case(const wchar_t *title) {
    make_directory(L"%ls\\%ls", batch, title);
    make_directory(L"%ls\\%ls\\checks", batch, title);
    make_directory(L"%ls\\%ls\\series", batch, title);
    put("{\"status\": \"pre_run\"}\n", L"%ls\\%ls\\run_config.json", batch, title);
}

/* ---- the console ---- */

static HANDLE open_screen(void) {
    HANDLE h = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           OPEN_EXISTING, 0, NULL); /* the one that is shown */
    assert_true(h != INVALID_HANDLE_VALUE);
    return h;
}

static void resize(int new_rows, int new_cols) {
    HANDLE screen = open_screen();
    SMALL_RECT least = {0, 0, 0, 0}, window = {0, 0, (SHORT)(new_cols - 1), (SHORT)(new_rows - 1)};
    COORD size = {(SHORT)new_cols, (SHORT)new_rows};
    SetConsoleWindowInfo(screen, TRUE, &least); /* a buffer is never smaller than its window */
    assert_true(SetConsoleScreenBufferSize(screen, size));
    assert_true(SetConsoleWindowInfo(screen, TRUE, &window));
    CloseHandle(screen);
}

static void read_cells(void) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE screen = open_screen();
    assert_true(GetConsoleScreenBufferInfo(screen, &info));
    rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    cols = info.srWindow.Right - info.srWindow.Left + 1;
    assert_true(rows * cols <= MAX_CELLS);
    COORD size = {(SHORT)cols, (SHORT)rows}, to = {0, 0};
    SMALL_RECT from = info.srWindow;
    assert_true(ReadConsoleOutputW(screen, cells, size, to, &from));
    CloseHandle(screen);
}

static const CHAR_INFO *cell(int row, int col) { return &cells[row * cols + col]; }

static bool is_right_half(const CHAR_INFO *c) { return (c->Attributes & COMMON_LVB_TRAILING_BYTE) != 0; }

/* Where text begins, by cells: a wide character takes two. From row *row on, which is set; -1: nowhere. */
static int find(const wchar_t *text, int *row) {
    for (; *row < rows; ++*row) {
        for (int col = 0; col < cols; col++) {
            int at = col;
            const wchar_t *c = text;
            for (; *c && at < cols && cell(*row, at)->Char.UnicodeChar == *c; c++) {
                at++;
                while (at < cols && is_right_half(cell(*row, at))) at++;
            }
            if (!*c) return col;
        }
    }
    return -1;
}

static void show_cells(void) {
    for (int r = 0; r < rows; r++) {
        char line[1024];
        int n = 0;
        for (int c = 0; c < cols && n < 1000; c++) {
            WCHAR unit = cell(r, c)->Char.UnicodeChar;
            if (is_right_half(cell(r, c))) continue;
            n += WideCharToMultiByte(CP_UTF8, 0, &unit, 1, line + n, 8, NULL, NULL);
        }
        fprintf(stderr, "%2d|%.*s|\n", r, n, line);
    }
}

static bool app_has_ended(void) { return WaitForSingleObject(app.hProcess, 0) == WAIT_OBJECT_0; }

/* Waits until text is shown (or not) somewhere; returns its column and sets *row when it is. */
static int wait_shown(const wchar_t *text, bool shown, int *row) {
    for (int waited = 0;; waited += 20) {
        int at = 0;
        bool over = app_has_ended();
        read_cells();
        int col = find(text, &at);
        if ((col >= 0) == shown) {
            if (row) *row = at;
            return col;
        }
        if (waited > DEADLINE_MS || over) {
            show_cells();
            fail_msg("%ls is %s%s", text, shown ? "not shown" : "still shown", over ? ": the program has ended" : "");
        }
        Sleep(20);
    }
}

static void press(WORD key, WCHAR unit) {
    INPUT_RECORD record[2];
    DWORD n;
    memset(record, 0, sizeof record);
    for (int i = 0; i < 2; i++) {
        record[i].EventType = KEY_EVENT;
        record[i].Event.KeyEvent.bKeyDown = i == 0;
        record[i].Event.KeyEvent.wRepeatCount = 1;
        record[i].Event.KeyEvent.wVirtualKeyCode = key;
        record[i].Event.KeyEvent.uChar.UnicodeChar = unit;
    }
    assert_true(WriteConsoleInputW(in, record, 2, &n) && n == 2);
}

static HANDLE inherited(const wchar_t *name) {
    SECURITY_ATTRIBUTES given = {.nLength = sizeof given, .bInheritHandle = TRUE};
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &given, OPEN_EXISTING, 0,
                       NULL);
}

/* The program with the console as its input and output, wherever the test's own go. */
static void start_command(const wchar_t *command, const wchar_t *arguments) {
    wchar_t line[2048];
    STARTUPINFOW info = {.cb = sizeof info, .dwFlags = STARTF_USESTDHANDLES};
    info.hStdInput = inherited(L"CONIN$");
    info.hStdOutput = inherited(L"CONOUT$");
    info.hStdError = inherited(L"CONOUT$");
    _snwprintf(line, 2048, L"\"%hs\" %ls \"%ls\" %ls", SWEEPWATCH_EXE, command, batch, arguments);
    assert_true(CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &info, &app));
    CloseHandle(info.hStdInput);
    CloseHandle(info.hStdOutput);
    CloseHandle(info.hStdError);
}

static void start(const wchar_t *arguments) { start_command(L"watch", arguments); }

static DWORD wait_end(void) {
    DWORD code = 999;
    if (WaitForSingleObject(app.hProcess, DEADLINE_MS) != WAIT_OBJECT_0) {
        read_cells();
        show_cells();
        TerminateProcess(app.hProcess, 99);
        fail_msg("the program does not end");
    }
    GetExitCodeProcess(app.hProcess, &code);
    CloseHandle(app.hProcess);
    CloseHandle(app.hThread);
    return code;
}

static bool exists(const wchar_t *name) {
    wchar_t path[MAX_PATH];
    _snwprintf(path, MAX_PATH, L"%ls\\%ls", batch, name);
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static void remove_file(const wchar_t *name) {
    wchar_t path[MAX_PATH];
    _snwprintf(path, MAX_PATH, L"%ls\\%ls", batch, name);
    DeleteFileW(path);
}

/* ---- tests ---- */

static int set_up(void **state) {
    (void)state;
    memset(&app, 0, sizeof app);
    GetTempPathW(MAX_PATH, temp);
    _snwprintf(temp + wcslen(temp), 64, L"sweepwatch console %lu-%lu", GetCurrentProcessId(), GetTickCount());
    make_directory(L"%ls", temp);
    _snwprintf(batch, MAX_PATH, L"%ls\\温度 掃引", temp);
    make_directory(L"%ls", batch);
    make_directory(L"%ls\\checks", batch);
    make_case(L"T1000_ケース一表能");
    make_case(L"T1000_eps0p1");
    resize(28, 100);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    if (app.hProcess && !app_has_ended()) {
        TerminateProcess(app.hProcess, 99);
        WaitForSingleObject(app.hProcess, DEADLINE_MS);
    }
    SetConsoleActiveScreenBuffer(original);
    remove_tree(temp);
    return 0;
}

static int count_column(int row) {
    for (int col = 0; col + 2 < cols; col++) {
        if (cell(row, col + 1)->Char.UnicodeChar == L'/' && cell(row, col + 2)->Char.UnicodeChar == L'4') return col;
    }
    return -1;
}

/* NULL when everything stands where it should, else what does not. What follows a name stands in one column, however
 * wide the characters of the name are. */
static const char *wrong(int expected_rows, int expected_cols) {
    int japanese = 0, latin = 0, header = 0, bar = 0, keys = expected_rows - 1;
    if (rows != expected_rows || cols != expected_cols) return "the size";
    if (find(L"q quit", &keys) != 1) return "the last line";
    int name = find(L"T1000_ケース一表能", &japanese);
    if (name < 0 || find(L"T1000_eps0p1", &latin) != name) return "the names";
    name += 6;
    for (int i = 0; i < 6; i++) { /* ケース: three characters, six cells, each a left and a right half */
        if (is_right_half(cell(japanese, name + i)) != (i % 2 == 1)) return "the halves of wide characters";
        if (cell(japanese, name + i)->Char.UnicodeChar != L"ケース"[i / 2]) return "wide characters";
    }
    int count = count_column(japanese);
    if (count < name || count != count_column(latin)) return "what follows the names";
    if (cols >= 100 && find(L"温度 掃引", &header) < 0) return "the path"; /* narrower, it is cut */
    if (find(L"▒▒▒▒▒▒▒▒", &bar) != 1) return "the bar";
    return NULL;
}

static void assert_drawn(int expected_rows, int expected_cols) {
    const char *what = "nothing is drawn";
    for (int waited = 0; what && waited < DEADLINE_MS && !app_has_ended(); waited += 20) {
        Sleep(20);
        read_cells();
        what = wrong(expected_rows, expected_cols);
    }
    if (!what) return;
    show_cells();
    fail_msg("not right at %dx%d: %s", expected_cols, expected_rows, what);
}

static void draws_and_answers(void **state) {
    (void)state;
    start(L"");
    assert_drawn(28, 100);
    /* Something is coloured: not everything has the same attributes. */
    bool coloured = false;
    for (int i = 1; i < rows * cols; i++) coloured |= (cells[i].Attributes & 0xFF) != (cells[0].Attributes & 0xFF);
    assert_true(coloured);
    press(VK_OEM_2, L'?');
    wait_shown(L"T1000_eps0p1", false, NULL);
    press(VK_ESCAPE, 27);
    wait_shown(L"T1000_eps0p1", true, NULL);
    resize(20, 60);
    assert_drawn(20, 60);
    resize(28, 100);
    assert_drawn(28, 100);
    make_case(L"T2000_新しい");
    wait_shown(L"T2000_新しい", true, NULL);
    press('Q', L'q');
    assert_int_equal(wait_end(), 4);
}

/* The line above the details: box characters from edge to edge, but for what is written in it. */
static void assert_border(const wchar_t *name) {
    int row = 0, col = -1, boxes = 0;
    for (int waited = 0; waited < DEADLINE_MS && !(col == 2 && boxes > 20); waited += 20) {
        Sleep(20);
        read_cells();
        for (row = 1; row < rows; row++) {
            int at = row;
            if (cell(row, 0)->Char.UnicodeChar == 0x2500 && (col = find(name, &at)) == 2 && at == row) break;
        }
        boxes = 0;
        for (int c = 0; row < rows && c < cols; c++) boxes += cell(row, c)->Char.UnicodeChar == 0x2500;
    }
    if (col == 2 && boxes > 20 && cell(row, cols - 1)->Char.UnicodeChar == 0x2500) return;
    show_cells();
    fail_msg("no border above the details");
}

/* The glyph of a running case has a colour that its name has not. */
static void assert_coloured(const wchar_t *name) {
    int row = 0, col = find(name, &row);
    const CHAR_INFO *glyph = cell(row, 2);
    if (col > 2 && glyph->Char.UnicodeChar == 0x25B6 &&
        (glyph->Attributes & 0x0F) != (cell(row, col)->Attributes & 0x0F)) {
        return;
    }
    show_cells();
    fail_msg("no running case in colours at row %d, column %d", row, col);
}

static void details_and_locks(void **state) {
    wchar_t path[MAX_PATH];
    (void)state;
    for (int small = 0; small < 2; small++) {
        if (small) resize(20, 60);
        start(L"");
        assert_drawn(small ? 20 : 28, small ? 60 : 100);
        assert_coloured(L"T1000_ケース");
        press(VK_HOME, 0);
        press(VK_RETURN, 13);
        assert_border(small ? L"T1000" : L"T1000_eps0p1");
        press(VK_ESCAPE, 27);
        press('Q', L'q');
        assert_int_equal(wait_end(), 4);
    }
    /* Somebody holds its configuration: locked, and when it is let go it is not. */
    resize(28, 100);
    _snwprintf(path, MAX_PATH, L"%ls\\T1000_eps0p1\\run_config.json", batch);
    HANDLE held = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(held != INVALID_HANDLE_VALUE);
    start(L"");
    wait_shown(L"T1000_eps0p1", true, NULL);
    press(VK_HOME, 0);
    press(VK_RETURN, 13);
    wait_shown(L"locked", true, NULL);
    CloseHandle(held);
    wait_shown(L"locked", false, NULL);
    press('Q', L'q');
    assert_int_equal(wait_end(), 4);
}

/* Let go of, the batch can be renamed, as the directory of a drive that is taken out. */
static void releases(void **state) {
    wchar_t moved[MAX_PATH];
    (void)state;
    start(L"");
    wait_shown(L"batch live", true, NULL);
    press('U', L'U');
    wait_shown(L"batch released since", true, NULL);
    _snwprintf(moved, MAX_PATH, L"%ls moved", batch);
    assert_true(MoveFileExW(batch, moved, 0));
    Sleep(3000); /* it is not looked for */
    wait_shown(L"batch released since", true, NULL);
    wait_shown(L"T1000_eps0p1", true, NULL);
    assert_true(MoveFileExW(moved, batch, 0));
    press('U', L'U');
    wait_shown(L"batch live", true, NULL);
    make_case(L"T3000_eps0p1");
    wait_shown(L"T3000_eps0p1", true, NULL);
    press('Q', L'q');
    assert_int_equal(wait_end(), 4);
}

/* Lines are right in a console of another code page, too, which is what it was afterwards. */
static void says_in_any_code_page(void **state) {
    const UINT before = GetConsoleOutputCP();
    int row = 0;
    (void)state;
    assert_true(SetConsoleOutputCP(932));
    start_command(L"check", L"--sweep-list nowhere\\一覧.txt");
    assert_int_equal(wait_end(), 3);
    read_cells();
    if (find(L"nowhere\\一覧.txt", &row) < 0) {
        show_cells();
        fail_msg("the name is not said as it is");
    }
    assert_int_equal(GetConsoleOutputCP(), 932);
    SetConsoleOutputCP(before);
}

static void starts_small(void **state) {
    (void)state;
    resize(20, 60);
    start(L"");
    assert_drawn(20, 60);
    press('Q', L'q');
    assert_int_equal(wait_end(), 4);
}

static void ascii_is_ascii(void **state) {
    (void)state;
    start(L"--ascii");
    wait_shown(L"T1000_eps0p1", true, NULL);
    for (int i = 0; i < rows * cols; i++) assert_in_range(cells[i].Char.UnicodeChar, 32, 126);
    press('Q', L'q');
    assert_int_equal(wait_end(), 4);
}

/* Until the program has read everything and can write a report; takes that away. */
static void wait_report(void) {
    for (int waited = 0; !exists(L"checks\\sweep_completeness.json"); waited += 200) {
        assert_true(waited < DEADLINE_MS && !app_has_ended());
        press('W', L'w');
        Sleep(200);
    }
    wait_shown(L"report written", true, NULL);
    while (exists(L"checks\\sweep_completeness.csv")) remove_file(L"checks\\sweep_completeness.csv");
    remove_file(L"checks\\sweep_completeness.json");
}

static void ends_by(DWORD event, DWORD code) {
    DWORD in_mode, in_mode_after, n;
    CONSOLE_CURSOR_INFO cursor, cursor_after;
    UINT page = GetConsoleOutputCP();
    HANDLE screen = open_screen();
    assert_true(GetConsoleMode(in, &in_mode));
    assert_true(GetConsoleCursorInfo(screen, &cursor));
    WriteConsoleW(screen, L"what stood here\r\n", 17, &n, NULL);
    start(L"");
    wait_shown(L"T1000_eps0p1", true, NULL);
    wait_report();
    assert_true(GenerateConsoleCtrlEvent(event, 0));
    assert_int_equal(wait_end(), code);
    wait_shown(L"what stood here", true, NULL);
    assert_true(GetConsoleMode(in, &in_mode_after));
    assert_int_equal(in_mode, in_mode_after);
    assert_true(GetConsoleCursorInfo(screen, &cursor_after));
    assert_int_equal(cursor.bVisible, cursor_after.bVisible);
    assert_int_equal(page, GetConsoleOutputCP());
    CloseHandle(screen);
    assert_true(exists(L"checks\\sweep_completeness.csv"));
    assert_true(exists(L"checks\\sweep_completeness.json"));
}

static void ctrl_c(void **state) {
    (void)state;
    ends_by(CTRL_C_EVENT, 130);
}

static void ctrl_break(void **state) {
    (void)state;
    if (!GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0)) skip(); /* wine 8 knows Ctrl+C only */
    ends_by(CTRL_BREAK_EVENT, 130);
}

/* ---- two lives ---- */

static BOOL WINAPI survive(DWORD event) {
    (void)event;
    return TRUE; /* meant for the program */
}

static int inside(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draws_and_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(starts_small, set_up, tear_down),
        cmocka_unit_test_setup_teardown(details_and_locks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(releases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_in_any_code_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ascii_is_ascii, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ctrl_c, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ctrl_break, set_up, tear_down),
    };
    SetConsoleCtrlHandler(NULL, FALSE); /* a console without a window may begin with Ctrl+C switched off */
    SetConsoleCtrlHandler(survive, TRUE);
    in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                     0, NULL);
    if (in == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "there is no console: %lu\n", GetLastError());
        return 1;
    }
    original = open_screen();
    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}

static int outside(void) {
    wchar_t self[MAX_PATH], line[MAX_PATH + 32];
    STARTUPINFOW info = {.cb = sizeof info, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION child;
    DWORD code = 1;
    info.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    info.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    info.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    _snwprintf(line, MAX_PATH + 32, L"\"%ls\" inside", self);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &info, &child)) return 1;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return (int)code;
}

int main(int argc, char **argv) { return argc > 1 && strcmp(argv[1], "inside") == 0 ? inside() : outside(); }

#include "platform/run.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

/* The child and what it starts are in a job object, which counts time and memory and ends nobody. */
struct process {
    HANDLE process, job;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static WCHAR *wide(const char *utf8) {
    int n = MultiByteToWideChar(CP_UTF8, 0, utf8, -1, NULL, 0);
    WCHAR *out = must(calloc((size_t)n + 1, sizeof *out));
    MultiByteToWideChar(CP_UTF8, 0, utf8, -1, out, n);
    return out;
}

/* Text that grows; room is kept for the closing NUL. */
struct line {
    WCHAR *text;
    size_t len, cap;
};

static void put(struct line *l, WCHAR c) {
    if (l->len + 1 >= l->cap) {
        l->cap = l->cap ? 2 * l->cap : 256;
        l->text = must(realloc(l->text, l->cap * sizeof *l->text));
    }
    l->text[l->len++] = c;
    l->text[l->len] = L'\0';
}

/* One argument as CommandLineToArgvW and the C runtime take it apart again. */
static void put_argument(struct line *l, const WCHAR *s) {
    bool quoted = !*s || wcspbrk(s, L" \t\n\v\"");
    size_t slashes = 0;
    if (l->len > 0) put(l, L' ');
    if (quoted) put(l, L'"');
    for (; *s; s++) {
        if (*s == L'\\') {
            slashes++;
            continue;
        }
        /* Backslashes are doubled before a quotation mark only. */
        for (size_t n = *s == L'"' ? 2 * slashes + 1 : slashes; n > 0; n--) put(l, L'\\');
        slashes = 0;
        put(l, *s);
    }
    for (size_t n = quoted ? 2 * slashes : slashes; n > 0; n--) put(l, L'\\');
    if (quoted) put(l, L'"');
}

static WCHAR *find_program(const WCHAR *name) {
    static const WCHAR *const endings[] = {L".exe", L".com", L".cmd", L".bat", NULL};
    WCHAR path[32768];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        DWORD n = SearchPathW(NULL, name, endings[i], sizeof path / sizeof *path, path, NULL);
        if (n == 0 || n >= sizeof path / sizeof *path) continue;
        DWORD attributes = GetFileAttributesW(path);
        if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY)) continue;
        return memcpy(must(malloc((n + 1) * sizeof *path)), path, (n + 1) * sizeof *path);
    }
    return NULL;
}

static bool is_batch_file(const WCHAR *path) {
    size_t n = wcslen(path);
    return n > 4 && (_wcsicmp(path + n - 4, L".cmd") == 0 || _wcsicmp(path + n - 4, L".bat") == 0);
}

/* A batch file is cmd's to run: with /s it takes off the outermost quotation marks and nothing else. */
static WCHAR *command_line(const WCHAR *program, char *const argv[]) {
    struct line l = {0};
    bool batch = is_batch_file(program);
    if (batch) {
        for (const WCHAR *c = L"cmd.exe /d /s /c \""; *c; c++) put(&l, *c);
        put(&l, L'"');
        for (const WCHAR *c = program; *c; c++) put(&l, *c);
        put(&l, L'"');
    } else {
        put_argument(&l, program);
    }
    for (int i = 1; argv[i]; i++) {
        WCHAR *argument = wide(argv[i]);
        put_argument(&l, argument);
        free(argument);
    }
    if (batch) put(&l, L'"');
    return l.text;
}

/* Ctrl+C and Ctrl+Break go to every process of the console: the child decides, this process waits for it. */
static BOOL WINAPI stay(DWORD event) { return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT; }

static int error_of(DWORD err) {
    switch (err) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return UV_ENOENT;
    case ERROR_NOT_ENOUGH_MEMORY:
        return UV_ENOMEM;
    default:
        return UV_EACCES;
    }
}

int run_start(char *const argv[], struct run_child *child) {
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION info;
    memset(child, 0, sizeof *child);
    WCHAR *name = wide(argv[0]), *program = find_program(name);
    free(name);
    if (!program) return UV_ENOENT;
    WCHAR *line = command_line(program, argv);
    free(program);
    struct process *p = must(calloc(1, sizeof *p));
    SetConsoleCtrlHandler(stay, TRUE);
    /* Suspended, so that all it does is counted. */
    BOOL started = CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &info);
    DWORD err = GetLastError();
    free(line);
    if (!started) {
        free(p);
        return error_of(err);
    }
    p->process = info.hProcess;
    p->job = CreateJobObjectW(NULL, NULL);
    if (p->job && !AssignProcessToJobObject(p->job, info.hProcess)) {
        CloseHandle(p->job); /* it is in one that allows none inside: nothing is counted then */
        p->job = NULL;
    }
    ResumeThread(info.hThread);
    CloseHandle(info.hThread);
    child->pid = (int64_t)info.dwProcessId;
    child->process = p;
    return 0;
}

int run_error_code(int err) { return err == UV_ENOENT ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE; }

void run_wait(struct run_child *child, struct run_result *out) {
    struct process *p = child->process;
    DWORD code = 0;
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION times;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION memory;
    memset(out, 0, sizeof *out);
    WaitForSingleObject(p->process, INFINITE);
    GetExitCodeProcess(p->process, &code);
    out->code = code;
    if (p->job && QueryInformationJobObject(p->job, JobObjectBasicAccountingInformation, &times, sizeof times, NULL) &&
        QueryInformationJobObject(p->job, JobObjectExtendedLimitInformation, &memory, sizeof memory, NULL)) {
        out->peak_bytes = (int64_t)memory.PeakJobMemoryUsed;
        out->user_ms = times.TotalUserTime.QuadPart / 10000;
        out->system_ms = times.TotalKernelTime.QuadPart / 10000;
    }
    if (p->job) CloseHandle(p->job);
    CloseHandle(p->process);
    free(p);
    child->process = NULL;
}

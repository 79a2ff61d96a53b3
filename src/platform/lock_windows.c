/* Who keeps a file open is known to the Restart Manager (rstrtmgr.dll, Windows Vista and later); it is loaded when it
 * is first needed, since not every system that runs us has it, and its success with nobody means that nobody is known.
 */
#include "platform/lock.h"
#include "platform/paths.h"
#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

#include <restartmanager.h>

typedef DWORD(WINAPI *start_fn)(DWORD *session, DWORD flags, WCHAR key[]);
typedef DWORD(WINAPI *register_fn)(DWORD session, UINT n_files, LPCWSTR files[], UINT n_apps, RM_UNIQUE_PROCESS apps[],
                                   UINT n_services, LPCWSTR services[]);
typedef DWORD(WINAPI *list_fn)(DWORD session, UINT *needed, UINT *count, RM_PROCESS_INFO info[], DWORD *reasons);
typedef DWORD(WINAPI *end_fn)(DWORD session);

static struct {
    start_fn start;
    register_fn add;
    list_fn list;
    end_fn end;
} manager;

static uv_once_t once = UV_ONCE_INIT;

/* FARPROC to another function pointer: by way of memory, since the types have nothing in common. */
static void take(HMODULE library, const char *name, void *to, size_t size) {
    FARPROC proc = GetProcAddress(library, name);
    memcpy(to, &proc, size);
}

static void load(void) {
    HMODULE library = LoadLibraryExW(L"rstrtmgr.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (library == NULL) return;
    take(library, "RmStartSession", &manager.start, sizeof manager.start);
    take(library, "RmRegisterResources", &manager.add, sizeof manager.add);
    take(library, "RmGetList", &manager.list, sizeof manager.list);
    take(library, "RmEndSession", &manager.end, sizeof manager.end);
}

bool lock_held(int fd, uint64_t id, struct lock_holder *out) {
    (void)fd;
    (void)id;
    out->text[0] = '\0';
    return false;
}

static void name_holder(const RM_PROCESS_INFO *info, struct lock_holder *out) {
    char name[LOCK_HOLDER_BYTES - 24] = "";
    DWORD pid = info->Process.dwProcessId;
    if (!process_name(pid, name, sizeof name) &&
        WideCharToMultiByte(CP_UTF8, 0, info->strAppName, -1, name, sizeof name, NULL, NULL) == 0) {
        name[0] = '\0';
    }
    snprintf(out->text, sizeof out->text, "%s (%lu)", name[0] != '\0' ? name : "process", (unsigned long)pid);
}

static size_t users(const WCHAR *path, struct lock_holder out[], size_t max) {
    WCHAR key[CCH_RM_SESSION_KEY + 1] = L"";
    RM_PROCESS_INFO info[8];
    UINT needed = 0, count = sizeof info / sizeof *info;
    DWORD session, reasons;
    size_t n = 0;
    if (manager.start(&session, 0, key) != ERROR_SUCCESS) return 0;
    if (manager.add(session, 1, &path, 0, NULL, 0, NULL) == ERROR_SUCCESS) {
        /* More than fit: those that fitted are still filled in. */
        DWORD err = manager.list(session, &needed, &count, info, &reasons);
        if (err != ERROR_SUCCESS && err != ERROR_MORE_DATA) count = 0;
        for (UINT i = 0; i < count && i < sizeof info / sizeof *info && n < max; i++) name_holder(&info[i], &out[n++]);
    }
    manager.end(session);
    return n;
}

size_t lock_users(const char *path, struct lock_holder out[], size_t max) {
    uv_once(&once, load);
    if (manager.start == NULL || manager.add == NULL || manager.list == NULL || manager.end == NULL) return 0;
    char *copy = strdup(path);
    const char *plain = copy != NULL ? path_for_people(copy) : ""; /* the Restart Manager does not know the prefix */
    int len = MultiByteToWideChar(CP_UTF8, 0, plain, -1, NULL, 0);
    WCHAR *wide = len > 0 ? malloc((size_t)len * sizeof *wide) : NULL;
    size_t n = 0;
    if (wide != NULL && MultiByteToWideChar(CP_UTF8, 0, plain, -1, wide, len) > 0) n = users(wide, out, max);
    free(copy);
    free(wide);
    return n;
}

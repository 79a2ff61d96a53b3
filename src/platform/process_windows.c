#include "platform/process.h"

#include <string.h>
#include <windows.h>

uint64_t process_start_time(int64_t pid) {
    FILETIME created, exited, kernel, user;
    uint64_t start = 0;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, (DWORD)pid);
    if (!process) return 0;
    if (WaitForSingleObject(process, 0) == WAIT_TIMEOUT &&
        GetProcessTimes(process, &created, &exited, &kernel, &user)) {
        start = (uint64_t)created.dwHighDateTime << 32 | created.dwLowDateTime;
    }
    CloseHandle(process);
    return start;
}

bool process_name(int64_t pid, char *out, size_t cap) {
    WCHAR path[1024];
    DWORD len = sizeof path / sizeof *path;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
    if (!process) return false;
    BOOL known = QueryFullProcessImageNameW(process, 0, path, &len);
    CloseHandle(process);
    if (!known) return false;
    const WCHAR *slash = wcsrchr(path, L'\\');
    return WideCharToMultiByte(CP_UTF8, 0, slash ? slash + 1 : path, -1, out, (int)cap, NULL, NULL) > 0;
}

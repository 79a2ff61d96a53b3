#include "platform/process.h"

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

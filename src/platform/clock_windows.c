#include "platform/clock.h"

#include <windows.h>

int64_t clock_utc_offset_ms(int64_t wall_ms) {
    const int64_t epoch = INT64_C(116444736000000000); /* 1970-01-01 in FILETIME's 100 ns since 1601 */
    ULARGE_INTEGER utc, local;
    FILETIME file_time, local_file_time;
    SYSTEMTIME system_time, local_time;
    utc.QuadPart = (ULONGLONG)(wall_ms * 10000 + epoch);
    file_time.dwLowDateTime = utc.LowPart;
    file_time.dwHighDateTime = utc.HighPart;
    if (!FileTimeToSystemTime(&file_time, &system_time)) return 0;
    if (!SystemTimeToTzSpecificLocalTime(NULL, &system_time, &local_time)) return 0;
    if (!SystemTimeToFileTime(&local_time, &local_file_time)) return 0;
    local.LowPart = local_file_time.dwLowDateTime;
    local.HighPart = local_file_time.dwHighDateTime;
    return ((int64_t)local.QuadPart - (int64_t)utc.QuadPart) / 10000;
}

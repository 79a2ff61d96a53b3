/* GetSystemTimes, GlobalMemoryStatusEx, EnumPageFiles, QueryUnbiasedInterruptTime: Microsoft's Win32 reference. */
#include "platform/machine.h"

#include <math.h>
#include <windows.h>

#include <psapi.h>

static uint64_t ticks(FILETIME t) { return (uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime; }

/* Busy processors since the last read, weighted into a mean of a minute as load averages are. */
static void read_load(struct machine *m) {
    FILETIME idle, kernel, user;
    int64_t now = (int64_t)GetTickCount64();
    if (!GetSystemTimes(&idle, &kernel, &user)) {
        m->load = -1;
        return;
    }
    uint64_t total = ticks(kernel) + ticks(user); /* the kernel's time has the idle time in it */
    if (m->total_before == 0) {
        m->load = -1;
    } else if (total > m->total_before && now > m->read_before) {
        double all = (double)(total - m->total_before), rest = (double)(ticks(idle) - m->idle_before);
        double busy = rest < all ? (1 - rest / all) * (double)m->processors * 100 : 0;
        double old = m->load < 0 ? 0 : exp(-(double)(now - m->read_before) / 60000);
        m->load = (int64_t)(old * (double)m->load + (1 - old) * busy + 0.5);
    }
    m->idle_before = ticks(idle);
    m->total_before = total;
    m->read_before = now;
}

struct pages {
    uint64_t total, used;
};

static BOOL CALLBACK add_page_file(LPVOID context, PENUM_PAGE_FILE_INFORMATION info, LPCWSTR name) {
    struct pages *p = context;
    (void)name;
    p->total += info->TotalSize;
    p->used += info->TotalInUse;
    return TRUE;
}

void machine_read(struct machine *m) {
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    struct pages pages = {0, 0};
    GetSystemInfo(&system);
    DWORD processors = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    m->processors = processors > 0 ? (int64_t)processors : (int64_t)system.dwNumberOfProcessors;
    read_load(m);
    m->memory_total = m->memory_available = m->swap_used = 0;
    m->swap_total = -1;
    if (GlobalMemoryStatusEx(&memory)) {
        m->memory_total = (int64_t)memory.ullTotalPhys;
        m->memory_available = (int64_t)memory.ullAvailPhys;
    }
    if (K32EnumPageFilesW(add_page_file, &pages)) {
        m->swap_total = (int64_t)(pages.total * system.dwPageSize);
        m->swap_used = (int64_t)(pages.used * system.dwPageSize);
    }
}

struct machine_clocks machine_clocks(void) {
    ULONGLONG awake; /* 100 ns */
    if (!QueryUnbiasedInterruptTime(&awake)) return (struct machine_clocks){-1, -1};
    return (struct machine_clocks){(int64_t)(awake / 10000), (int64_t)GetTickCount64()};
}

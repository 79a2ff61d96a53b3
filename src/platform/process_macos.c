#include "platform/process.h"

#include <libproc.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

uint64_t process_start_time(int64_t pid) {
    int mib[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc info;
    size_t size = sizeof info;
    if (sysctl(mib, 4, &info, &size, NULL, 0) != 0 || size == 0 || info.kp_proc.p_stat == SZOMB) return 0;
    const struct timeval *t = &info.kp_proc.p_starttime;
    return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

bool process_name(int64_t pid, char *out, size_t cap) { return proc_name((int)pid, out, (uint32_t)cap) > 0; }

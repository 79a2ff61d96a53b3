#include "platform/process.h"

#include <uv.h>

bool process_alive(int64_t pid, uint64_t start) {
    if (pid <= 0 || pid > INT32_MAX) return false;
    int err = uv_kill((int)pid, 0);
    if (err != 0 && err != UV_EPERM) return false;
    uint64_t now = process_start_time(pid);
    if (now == 0) return start == 0 && err == UV_EPERM;
    return start == 0 || now == start;
}

int64_t process_parent(void) { return uv_os_getppid(); }

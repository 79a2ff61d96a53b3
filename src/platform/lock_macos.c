#include "platform/lock.h"
#include "platform/process.h"

#include <fcntl.h>
#include <libproc.h>
#include <stdio.h>
#include <string.h>

static void name_holder(int64_t pid, struct lock_holder *out) {
    char name[64];
    out->text[0] = '\0';
    if (pid <= 0) return;
    if (process_name(pid, name, sizeof name))
        snprintf(out->text, sizeof out->text, "%s (%lld)", name, (long long)pid);
    else
        snprintf(out->text, sizeof out->text, "process %lld", (long long)pid);
}

bool lock_held(int fd, uint64_t id, struct lock_holder *out) {
    struct flock l;
    (void)id;
    memset(&l, 0, sizeof l);
    l.l_type = F_RDLCK;
    l.l_whence = SEEK_SET;
    out->text[0] = '\0';
    if (fd < 0 || fcntl(fd, F_GETLK, &l) != 0 || l.l_type == F_UNLCK) return false;
    name_holder(l.l_pid, out);
    return true;
}

size_t lock_users(const char *path, struct lock_holder out[], size_t max) {
    pid_t pids[64];
    size_t n = 0;
    int bytes = proc_listpidspath(PROC_ALL_PIDS, 0, path, PROC_LISTPIDSPATH_EXCLUDE_EVTONLY, pids, sizeof pids);
    for (int i = 0; i < bytes / (int)sizeof *pids && n < max; i++) {
        if (pids[i] > 0) name_holder(pids[i], &out[n++]);
    }
    return n;
}

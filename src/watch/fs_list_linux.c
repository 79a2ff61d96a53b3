/* By the system call itself: readdir would ask for the state of the directory and its flags first and take 32 KiB from
 * the heap, which is three calls of seven for a directory of a case. struct dirent64 is the kernel's own layout
 * (getdents64(2)). */
#include "watch/fs_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

enum { BUFFER_BYTES = 32 * 1024 };

static enum fs_type type_of(unsigned char type) {
    switch (type) {
    case DT_REG:
        return FS_TYPE_FILE;
    case DT_DIR:
        return FS_TYPE_DIR;
    case DT_LNK:
    case DT_UNKNOWN:
        return FS_TYPE_UNKNOWN;
    default:
        return FS_TYPE_OTHER;
    }
}

int fs_list(int fd, bool again, bool (*visit)(void *arg, const char *name, enum fs_type type), void *arg) {
    alignas(struct dirent64) char buffer[BUFFER_BYTES];
    if (again && lseek(fd, 0, SEEK_SET) < 0) return uv_translate_sys_error(errno);
    for (;;) {
        long n = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? uv_translate_sys_error(errno) : 0;
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(buffer + at);
            const char *name = entry->d_name;
            at += entry->d_reclen;
            if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
            if (!visit(arg, name, type_of(entry->d_type))) return 0;
        }
    }
}

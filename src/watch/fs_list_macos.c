#include "watch/fs_list.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

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
    int own = dup(fd), err = 0; /* closedir takes its descriptor with it */
    DIR *stream = own >= 0 ? fdopendir(own) : NULL;
    if (stream == NULL) {
        err = uv_translate_sys_error(errno);
        if (own >= 0) close(own);
        return err;
    }
    if (again) rewinddir(stream);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            if (errno != 0) err = uv_translate_sys_error(errno);
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!visit(arg, entry->d_name, type_of(entry->d_type))) break;
    }
    closedir(stream);
    return err;
}

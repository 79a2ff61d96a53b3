/* fs_list: the names in an open directory, as fs_real lists them. One file a system; POSIX only. Blocking. */
#ifndef SW_WATCH_FS_LIST_H
#define SW_WATCH_FS_LIST_H

#include "watch/fs_ops.h"

/* Lists from the beginning; as fs_ops.dir_list. again: fd has been listed before. fd stays open and the caller's. */
int fs_list(int fd, bool again, bool (*visit)(void *arg, const char *name, enum fs_type type), void *arg);

#endif

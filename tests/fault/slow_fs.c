/* slow_fs: a FUSE file system for the fault tests: a directory seen through a drive that is slow, or hangs.
 *
 *   slow_fs SOURCE MOUNT_POINT CONTROL
 *
 * CONTROL is a directory. While CONTROL/hang exists no operation comes back; its text, when there is any, names the
 * operations that hang (getattr, readdir, open, read, statfs, write ...). CONTROL/delay holds milliseconds that every
 * operation takes. Nothing is cached by the kernel, so every call of a program arrives here. Runs in the foreground
 * until it is unmounted. */
#define FUSE_USE_VERSION 35
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 20 };

static int source, controls; /* directories */

static void sleep_ms(long ms) {
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* Text of a control file; false: it is not there. */
static bool control(const char *name, char text[256]) {
    int fd = openat(controls, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, text, 255);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return true;
}

static void pass(const char *operation) {
    char text[256];
    if (control("delay", text)) sleep_ms(strtol(text, NULL, 10));
    while (control("hang", text) && (strspn(text, " \n") == strlen(text) || strstr(text, operation))) {
        sleep_ms(POLL_MS);
    }
}

static const char *relative(const char *path) { return path[1] ? path + 1 : "."; }

static int result(int r) { return r < 0 ? -errno : 0; }

static void *start(struct fuse_conn_info *conn, struct fuse_config *c) {
    (void)conn;
    c->use_ino = 1;
    c->entry_timeout = c->attr_timeout = c->negative_timeout = 0;
    return NULL;
}

static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *fi) {
    (void)fi;
    pass("getattr");
    return result(fstatat(source, relative(path), st, AT_SYMLINK_NOFOLLOW));
}

static int do_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                      enum fuse_readdir_flags flags) {
    (void)offset;
    (void)fi;
    (void)flags;
    pass("readdir");
    int fd = openat(source, relative(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) return -errno;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct stat st = {.st_ino = e->d_ino, .st_mode = (mode_t)e->d_type << 12};
        fill(buffer, e->d_name, &st, 0, 0);
    }
    closedir(dir);
    return 0;
}

static int do_open(const char *path, struct fuse_file_info *fi) {
    pass("open");
    int fd = openat(source, relative(path), fi->flags | O_CLOEXEC);
    if (fd < 0) return -errno;
    fi->fh = (uint64_t)fd;
    return 0;
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *fi) {
    pass("create");
    int fd = openat(source, relative(path), fi->flags | O_CLOEXEC, mode);
    if (fd < 0) return -errno;
    fi->fh = (uint64_t)fd;
    return 0;
}

static int do_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *fi) {
    (void)path;
    pass("read");
    ssize_t n = pread((int)fi->fh, buffer, size, offset);
    return n < 0 ? -errno : (int)n;
}

static int do_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *fi) {
    (void)path;
    pass("write");
    ssize_t n = pwrite((int)fi->fh, buffer, size, offset);
    return n < 0 ? -errno : (int)n;
}

static int do_release(const char *path, struct fuse_file_info *fi) {
    (void)path;
    return result(close((int)fi->fh));
}

static int do_fsync(const char *path, int data_only, struct fuse_file_info *fi) {
    (void)path;
    (void)data_only;
    pass("fsync");
    return result(fsync((int)fi->fh));
}

static int do_statfs(const char *path, struct statvfs *st) {
    (void)path;
    pass("statfs");
    return result(fstatvfs(source, st));
}

static int do_mkdir(const char *path, mode_t mode) {
    pass("mkdir");
    return result(mkdirat(source, relative(path), mode));
}

static int do_unlink(const char *path) {
    pass("unlink");
    return result(unlinkat(source, relative(path), 0));
}

static int do_rmdir(const char *path) {
    pass("rmdir");
    return result(unlinkat(source, relative(path), AT_REMOVEDIR));
}

static int do_rename(const char *from, const char *to, unsigned flags) {
    pass("rename");
    return flags ? -EINVAL : result(renameat(source, relative(from), source, relative(to)));
}

static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *fi) {
    (void)fi;
    pass("chmod");
    return result(fchmodat(source, relative(path), mode, 0));
}

static int do_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *fi) {
    (void)fi;
    pass("utimens");
    return result(utimensat(source, relative(path), times, AT_SYMLINK_NOFOLLOW));
}

int main(int argc, char **argv) {
    static const struct fuse_operations operations = {.init = start,
                                                      .getattr = do_getattr,
                                                      .readdir = do_readdir,
                                                      .open = do_open,
                                                      .create = do_create,
                                                      .read = do_read,
                                                      .write = do_write,
                                                      .release = do_release,
                                                      .fsync = do_fsync,
                                                      .statfs = do_statfs,
                                                      .mkdir = do_mkdir,
                                                      .unlink = do_unlink,
                                                      .rmdir = do_rmdir,
                                                      .rename = do_rename,
                                                      .chmod = do_chmod,
                                                      .utimens = do_utimens};
    if (argc == 4) {
        source = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        controls = open(argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (argc != 4 || source < 0 || controls < 0) {
        fprintf(stderr, "usage: slow_fs SOURCE MOUNT_POINT CONTROL\n");
        return 2;
    }
    char *args[] = {argv[0], "-f", "-o", "fsname=slow,subtype=slow", argv[2], NULL};
    return fuse_main(5, args, &operations, NULL);
}

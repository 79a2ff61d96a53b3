/* fs_real for POSIX systems: descriptors and the *at calls, no path joining, no thread pool. */
#include "platform/file_id.h"
#include "platform/lock.h"
#include "watch/fs_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

_Static_assert((int)FS_HOLDER_BYTES == (int)LOCK_HOLDER_BYTES, "a holder is copied as it is");

struct fs_dir {
    int fd;
    bool listed;
};

struct fs_file {
    int fd;
};

static int last_error(void) { return uv_translate_sys_error(errno); }

static int at_fd(const struct fs_dir *parent) { return parent != NULL ? parent->fd : AT_FDCWD; }

static enum fs_type type_of(mode_t mode) {
    if (S_ISREG(mode)) return FS_TYPE_FILE;
    if (S_ISDIR(mode)) return FS_TYPE_DIR;
    return FS_TYPE_OTHER;
}

/* A hostile or broken file system may store any time: clamped to what 64 bits of nanoseconds hold. */
static int64_t nanoseconds(const struct timespec *time) {
    const int64_t limit = INT64_MAX / 1000000000 - 1;
    int64_t seconds = time->tv_sec;
    if (seconds > limit) seconds = limit;
    if (seconds < -limit) seconds = -limit;
    return seconds * 1000000000 + time->tv_nsec;
}

/* Inode numbers are unique within one device only: the device's bits are spread over the whole word, so that files
 * of two mounts do not meet on small inode numbers. */
static void convert(const struct stat *s, struct fs_stat *out) {
#ifdef __APPLE__
    const struct timespec *mtime = &s->st_mtimespec, *ctime = &s->st_ctimespec;
#else
    const struct timespec *mtime = &s->st_mtim, *ctime = &s->st_ctim;
#endif
    out->type = type_of(s->st_mode);
    out->size = s->st_size;
    out->mtime_ns = nanoseconds(mtime);
    out->ctime_ns = nanoseconds(ctime);
    out->device = (uint64_t)s->st_dev;
    out->id = file_id((uint64_t)s->st_dev, (uint64_t)s->st_ino);
}

static int open_retrying(int at, const char *path, int flags) {
    int fd;
    do {
        fd = openat(at, path, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static int real_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    (void)ctx;
    int fd = open_retrying(at_fd(parent), path, O_DIRECTORY);
    if (fd < 0) return last_error();
    struct fs_dir *d = malloc(sizeof *d);
    if (d == NULL) {
        close(fd);
        return UV_ENOMEM;
    }
    d->fd = fd;
    d->listed = false;
    *out = d;
    return 0;
}

static void real_dir_close(void *ctx, struct fs_dir *d) {
    (void)ctx;
    close(d->fd);
    free(d);
}

static int real_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                         void *arg) {
    (void)ctx;
    bool again = d->listed;
    d->listed = true;
    return fs_list(d->fd, again, visit, arg);
}

static int real_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    (void)ctx;
    struct stat s;
    if (fstatat(at_fd(parent), path, &s, 0) != 0) return last_error();
    convert(&s, out);
    return 0;
}

static int stat_fd(int fd, struct fs_stat *out) {
    struct stat s;
    if (fstat(fd, &s) != 0) return last_error();
    convert(&s, out);
    return 0;
}

static int real_dir_stat(void *ctx, struct fs_dir *d, struct fs_stat *out) {
    (void)ctx;
    return stat_fd(d->fd, out);
}

static int real_file_open(void *ctx, struct fs_dir *parent, const char *path, bool known_regular, struct fs_file **out,
                          struct fs_stat *st) {
    /* Opening alone can wake the writer of a FIFO or rewind a tape: look before, unless somebody just did. */
    if (!known_regular) {
        int err = real_stat(ctx, parent, path, st);
        if (err < 0) return err;
        if (st->type != FS_TYPE_FILE) return UV_EINVAL;
    }
    int fd = open_retrying(at_fd(parent), path, 0);
    if (fd < 0) return errno == ENXIO ? UV_EINVAL : last_error(); /* ENXIO from open: a socket or a dead device */
    int err = stat_fd(fd, st);
    if (err == 0 && st->type != FS_TYPE_FILE) err = UV_EINVAL; /* the name was given to something else meanwhile */
    struct fs_file *f = err == 0 ? malloc(sizeof *f) : NULL;
    if (f == NULL) {
        close(fd);
        return err != 0 ? err : UV_ENOMEM;
    }
    f->fd = fd;
    *out = f;
    return 0;
}

static int64_t real_file_read(void *ctx, struct fs_file *f, int64_t offset, void *buf, size_t len) {
    (void)ctx;
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(f->fd, (char *)buf + done, len - done, (off_t)(offset + (int64_t)done));
        if (n == 0) break;
        if (n > 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            return last_error();
        }
    }
    return (int64_t)done;
}

static int real_file_stat(void *ctx, struct fs_file *f, struct fs_stat *out) {
    (void)ctx;
    return stat_fd(f->fd, out);
}

static void real_file_close(void *ctx, struct fs_file *f) {
    (void)ctx;
    close(f->fd);
    free(f);
}

static bool real_lock(void *ctx, struct fs_dir *dir, const char *path, struct fs_file *f, const struct fs_stat *st,
                      enum fs_lock_look look, char holder[FS_HOLDER_BYTES]) {
    struct lock_holder who = {""};
    (void)ctx;
    (void)dir;
    (void)path;
    bool ask_file = look == FS_LOCK_OPEN && f != NULL;
    bool held = lock_held(ask_file ? f->fd : -1, st != NULL ? st->id : 0, &who);
    memcpy(holder, who.text, sizeof who.text);
    return held || look == FS_LOCK_REFUSED;
}

static int real_mount(void *ctx, const char *path, struct mount_facts *out) {
    (void)ctx;
    return mounts_look(path, out);
}

const struct fs_ops *fs_real(void) {
    static const struct fs_ops ops = {
        .dir_open = real_dir_open,
        .dir_close = real_dir_close,
        .dir_list = real_dir_list,
        .stat = real_stat,
        .dir_stat = real_dir_stat,
        .file_open = real_file_open,
        .file_read = real_file_read,
        .file_stat = real_file_stat,
        .file_close = real_file_close,
        .lock = real_lock,
        .mount = real_mount,
    };
    return &ops;
}

const struct fs_ops *fs_real_live(void) { return fs_real(); }

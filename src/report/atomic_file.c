#include "report/atomic_file.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

enum { FIRST_WAIT_MS = 50, LAST_WAIT_MS = 1600 }; /* doubling: 3.15 s in all */

static bool is_held(int err) { return err == UV_EPERM || err == UV_EACCES || err == UV_EBUSY || err == UV_ETXTBSY; }

static int finish(uv_fs_t *req, int result) {
    uv_fs_req_cleanup(req);
    return result;
}

static size_t parent_length(const char *path) {
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/' && path[n - 1] != '\\') n--;
    return n;
}

static char *parent_of(const char *path) {
    size_t n = parent_length(path);
    char *out = malloc(n + 2);
    if (!out) abort();
    memcpy(out, path, n);
    if (n == 0) out[n++] = '.';
    out[n] = '\0';
    return out;
}

static int write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        uv_fs_t req;
        size_t step = len < (1u << 20) ? len : (1u << 20);
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)step);
        int n = finish(&req, uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL));
        if (n < 0) return n;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Makes the rename itself last through a power cut; not every file system can, and none loses the old file for that. */
static void sync_directory(const char *path) {
    uv_fs_t req;
    char *dir = parent_of(path);
    int fd = finish(&req, uv_fs_open(NULL, &req, dir, UV_FS_O_RDONLY, 0, NULL));
    free(dir);
    if (fd < 0) return;
    finish(&req, uv_fs_fsync(NULL, &req, fd, NULL));
    finish(&req, uv_fs_close(NULL, &req, fd, NULL));
}

static char *copy_of(const char *s) {
    size_t n = strlen(s) + 1;
    char *out = malloc(n);
    if (!out) abort();
    return memcpy(out, s, n);
}

/* What is to be replaced: behind links, so that they stay; a rename would put a file in place of a device or a pipe.
 * *target is the caller's. */
static int find_target(const char *path, char **target) {
    uv_fs_t req;
    int err = uv_fs_stat(NULL, &req, path, NULL);
    unsigned type = (unsigned)(req.statbuf.st_mode & S_IFMT);
    uv_fs_req_cleanup(&req);
    *target = NULL;
    if (err >= 0 && type == S_IFDIR) return UV_EISDIR;
    if (err >= 0 && type != S_IFREG) return UV_EINVAL;
    err = uv_fs_lstat(NULL, &req, path, NULL);
    bool is_link = err >= 0 && (req.statbuf.st_mode & S_IFMT) == S_IFLNK;
    uv_fs_req_cleanup(&req);
    if (is_link) {
        err = uv_fs_realpath(NULL, &req, path, NULL);
        if (err >= 0) *target = copy_of(req.ptr);
        uv_fs_req_cleanup(&req);
    }
    if (!*target) *target = copy_of(path); /* a link to nothing is replaced itself */
    return 0;
}

static atomic_uint serial; /* two threads may ask at the same time */

/* Beside the target, under a name that fits however long the target's is. */
static char *temporary_for(const char *target) {
    size_t n = parent_length(target), room = n + 64;
    char *out = malloc(room);
    if (!out) abort();
    memcpy(out, target, n);
    snprintf(out + n, room - n, ".sweepwatch-%d-%llx-%x.tmp", (int)uv_os_getpid(), (unsigned long long)uv_hrtime(),
             atomic_fetch_add(&serial, 1));
    return out;
}

struct atomic_file {
    char *path, *unfinished;
    int fd;  /* negative: never opened */
    int err; /* the first one */
    bool keeps;
};

struct atomic_file *atomic_file_begin(const char *path) {
    uv_fs_t req;
    struct atomic_file *f = calloc(1, sizeof *f);
    if (!f) abort();
    f->fd = -1;
    f->err = find_target(path, &f->path);
    if (f->err < 0) return f;
    f->unfinished = temporary_for(f->path);
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL;
    f->fd = finish(&req, uv_fs_open(NULL, &req, f->unfinished, flags, 0666, NULL));
    if (f->fd < 0) f->err = f->fd;
    return f;
}

void atomic_file_append(struct atomic_file *f, const void *bytes, size_t len) {
    if (f->err >= 0) f->err = write_all(f->fd, bytes, len);
}

void atomic_file_fail(struct atomic_file *f, int err) {
    if (f->err >= 0) f->err = err;
}

void atomic_file_keep_previous(struct atomic_file *f) { f->keeps = true; }

/* target: an existing file or nothing. */
static void keep(const char *target) {
    uv_fs_t req;
    char *unfinished = temporary_for(target);
    /* A second name costs nothing; where there are none (FAT), a copy. */
    int err = finish(&req, uv_fs_link(NULL, &req, target, unfinished, NULL));
    if (err < 0 && err != UV_ENOENT) {
        err = finish(&req, uv_fs_copyfile(NULL, &req, target, unfinished, UV_FS_COPYFILE_EXCL, NULL));
    }
    if (err >= 0) {
        size_t size = strlen(target) + sizeof ".1";
        char *previous = malloc(size);
        if (!previous) abort();
        snprintf(previous, size, "%s.1", target);
        finish(&req, uv_fs_rename(NULL, &req, unfinished, previous, NULL));
        free(previous);
        /* Renaming one name of a file to another of the same file does nothing (POSIX): this one may still be there. */
        finish(&req, uv_fs_unlink(NULL, &req, unfinished, NULL));
    }
    free(unfinished);
}

/* Windows does not let a file be replaced while somebody has it open, in whatever mode; most have it open for moments.
 */
static int replace(const char *unfinished, const char *target) {
    uv_fs_t req;
    int err = finish(&req, uv_fs_rename(NULL, &req, unfinished, target, NULL));
    for (unsigned wait = FIRST_WAIT_MS; is_held(err) && wait <= LAST_WAIT_MS; wait *= 2) {
        uv_sleep(wait);
        err = finish(&req, uv_fs_rename(NULL, &req, unfinished, target, NULL));
    }
    return err;
}

/* "dir/name.csv" at 2026-01-02 03:04:05 UTC: "dir/name.20260102-030405.csv". The caller's. */
static char *stamped(const char *path) {
    const char *name = path + parent_length(path), *dot = strrchr(name, '.');
    size_t head = dot && dot > name ? (size_t)(dot - path) : strlen(path), room = strlen(path) + 32;
    uv_timeval64_t now = {0, 0};
    char *out = malloc(room);
    if (!out) abort();
    uv_gettimeofday(&now);
    /* Days since 0000-03-01: years that begin in March have their leap day at the end (Howard Hinnant's
     * civil_from_days).
     */
    int64_t days = now.tv_sec / 86400 + 719468, seconds = now.tv_sec % 86400;
    int64_t era = days / 146097, day_of_era = days % 146097;
    int64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day = day_of_era - (365 * year + year / 4 - year / 100), month = (5 * day + 2) / 153;
    int mday = (int)(day - (153 * month + 2) / 5 + 1), mon = (int)(month < 10 ? month + 3 : month - 9);
    int y = (int)(year + era * 400 + (mon <= 2));
    snprintf(out, room, "%.*s.%04d%02d%02d-%02d%02d%02d%s", (int)head, path, y, mon, mday, (int)(seconds / 3600),
             (int)(seconds / 60 % 60), (int)(seconds % 60), path + head);
    return out;
}

int atomic_file_commit_or_beside(struct atomic_file *f, char **beside) {
    uv_fs_t req;
    int err = f->err;
    if (beside) *beside = NULL;
    if (f->fd >= 0) {
        if (err >= 0) err = finish(&req, uv_fs_fsync(NULL, &req, f->fd, NULL));
        int closed = finish(&req, uv_fs_close(NULL, &req, f->fd, NULL));
        if (err >= 0) err = closed;
        bool written = err >= 0;
        if (written && f->keeps) keep(f->path);
        if (written) err = replace(f->unfinished, f->path);
        if (err < 0 && written && beside) {
            *beside = stamped(f->path);
            if (finish(&req, uv_fs_rename(NULL, &req, f->unfinished, *beside, NULL)) < 0) {
                free(*beside);
                *beside = NULL;
            }
        }
        if (err < 0) finish(&req, uv_fs_unlink(NULL, &req, f->unfinished, NULL));
    }
    if (err >= 0) sync_directory(f->path);
    free(f->unfinished);
    free(f->path);
    free(f);
    return err < 0 ? err : 0;
}

int atomic_file_commit(struct atomic_file *f) { return atomic_file_commit_or_beside(f, NULL); }

int atomic_file_write(const char *path, const void *bytes, size_t len) {
    struct atomic_file *f = atomic_file_begin(path);
    atomic_file_append(f, bytes, len);
    return atomic_file_commit(f);
}

int atomic_file_make_parents(const char *path) {
    uv_fs_t req;
    char *dir = parent_of(path);
    int err = finish(&req, uv_fs_mkdir(NULL, &req, dir, 0777, NULL));
    free(dir);
    return err == UV_EEXIST ? 0 : err;
}

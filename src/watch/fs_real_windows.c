/* fs_real for Windows, over libuv's synchronous file calls: they share everything when they open (a file watched must
 * stay free to be written, renamed and deleted) and speak UTF-8. There are no relative calls, so a directory is its
 * path; no handle is kept open between calls, which also leaves a drive free to be removed. */
#include "platform/file_id.h"
#include "platform/lock.h"
#include "platform/paths.h"
#include "watch/fs_ops.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

_Static_assert((int)FS_HOLDER_BYTES == (int)LOCK_HOLDER_BYTES, "a holder is copied as it is");

#ifndef ERROR_NO_SUCH_DEVICE /* mingw-w64 has not had it always */
#define ERROR_NO_SUCH_DEVICE 433L
#endif

struct fs_dir {
    char *path; /* absolute, with the prefix that lifts the 260-character limit */
};

struct fs_file {
    uv_file fd;
};

/* libuv has no code for some ways a drive or share can be gone, and calls others "no such file". */
static int request_error(const uv_fs_t *req) {
    switch (uv_fs_get_system_error(req)) {
    case ERROR_NOT_READY:
    case ERROR_DEV_NOT_EXIST:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_UNEXP_NET_ERR:
    case ERROR_NETNAME_DELETED:
    case ERROR_NO_SUCH_DEVICE:
    case ERROR_DEVICE_NOT_CONNECTED:
    case ERROR_DEVICE_REMOVED:
        return UV_EIO;
    default:
        return (int)req->result;
    }
}

/* Result of a finished request; frees it. */
static int finish(uv_fs_t *req) {
    int result = req->result < 0 ? request_error(req) : (int)req->result;
    uv_fs_req_cleanup(req);
    return result;
}

/* parent and path in one; '/' becomes '\' because nothing is translated behind the prefix. Caller frees. */
static char *join(const struct fs_dir *parent, const char *path) {
    if (parent == NULL) return path_for_system(path);
    size_t head = strlen(parent->path), tail = strlen(path);
    char *out = malloc(head + tail + 2);
    if (out == NULL) return NULL;
    memcpy(out, parent->path, head);
    if (head > 0 && out[head - 1] != '\\') out[head++] = '\\';
    memcpy(out + head, path, tail + 1);
    for (char *c = out + head; *c != '\0'; c++) {
        if (*c == '/') *c = '\\';
    }
    return out;
}

static void convert(const uv_stat_t *s, struct fs_stat *out) {
    unsigned format = (unsigned)s->st_mode & S_IFMT;
    out->type = format == S_IFREG ? FS_TYPE_FILE : format == S_IFDIR ? FS_TYPE_DIR : FS_TYPE_OTHER;
    out->size = (int64_t)s->st_size;
    out->mtime_ns = (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec;
    out->id = file_id(s->st_dev, s->st_ino);
}

static int stat_path(const char *path, struct fs_stat *out) {
    uv_fs_t req;
    uv_fs_stat(NULL, &req, path, NULL);
    if (req.result == 0) convert(&req.statbuf, out);
    return finish(&req);
}

static int real_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    (void)ctx;
    char *full = join(parent, path);
    if (full == NULL) return UV_ENOMEM;
    int err = stat_path(full, out);
    free(full);
    return err;
}

static int real_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    (void)ctx;
    struct fs_stat st;
    char *full = join(parent, path);
    if (full == NULL) return UV_ENOMEM;
    int err = stat_path(full, &st);
    if (err == 0 && st.type != FS_TYPE_DIR) err = UV_ENOTDIR;
    struct fs_dir *d = err == 0 ? malloc(sizeof *d) : NULL;
    if (d == NULL) {
        free(full);
        return err != 0 ? err : UV_ENOMEM;
    }
    d->path = full;
    *out = d;
    return 0;
}

static void real_dir_close(void *ctx, struct fs_dir *d) {
    (void)ctx;
    free(d->path);
    free(d);
}

static int real_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                         void *arg) {
    (void)ctx;
    uv_fs_t req;
    uv_fs_scandir(NULL, &req, d->path, 0, NULL);
    if (req.result < 0) return finish(&req);
    uv_dirent_t entry;
    int err;
    while ((err = uv_fs_scandir_next(&req, &entry)) == 0) {
        enum fs_type type = entry.type == UV_DIRENT_FILE                                      ? FS_TYPE_FILE
                            : entry.type == UV_DIRENT_DIR                                     ? FS_TYPE_DIR
                            : entry.type == UV_DIRENT_LINK || entry.type == UV_DIRENT_UNKNOWN ? FS_TYPE_UNKNOWN
                                                                                              : FS_TYPE_OTHER;
        if (!visit(arg, entry.name, type)) break;
    }
    uv_fs_req_cleanup(&req);
    return err == UV_EOF ? 0 : err;
}

static int real_dir_stat(void *ctx, struct fs_dir *d, struct fs_stat *out) {
    (void)ctx;
    return stat_path(d->path, out);
}

static int real_file_stat(void *ctx, struct fs_file *f, struct fs_stat *out) {
    (void)ctx;
    uv_fs_t req;
    uv_fs_fstat(NULL, &req, f->fd, NULL);
    if (req.result == 0) convert(&req.statbuf, out);
    return finish(&req);
}

static void real_file_close(void *ctx, struct fs_file *f) {
    (void)ctx;
    uv_fs_t req;
    uv_fs_close(NULL, &req, f->fd, NULL);
    uv_fs_req_cleanup(&req);
    free(f);
}

static int real_file_open(void *ctx, struct fs_dir *parent, const char *path, bool known_regular, struct fs_file **out,
                          struct fs_stat *st) {
    char *full = join(parent, path);
    struct fs_file *f = malloc(sizeof *f);
    int err = full != NULL && f != NULL ? 0 : UV_ENOMEM;
    if (err == 0 && !known_regular) {
        err = stat_path(full, st);
        if (err == 0 && st->type != FS_TYPE_FILE) err = UV_EINVAL;
    }
    if (err == 0) {
        uv_fs_t req;
        uv_fs_open(NULL, &req, full, UV_FS_O_RDONLY, 0, NULL);
        err = finish(&req);
        if (err >= 0) {
            f->fd = err;
            err = real_file_stat(ctx, f, st);
            if (err == 0 && st->type != FS_TYPE_FILE) err = UV_EINVAL;
            if (err == 0) {
                *out = f;
            } else {
                real_file_close(ctx, f);
            }
            f = NULL; /* given away, or closed */
        }
    }
    free(f);
    free(full);
    return err;
}

static int64_t real_file_read(void *ctx, struct fs_file *f, int64_t offset, void *buf, size_t len) {
    (void)ctx;
    const size_t step = 16 * 1024 * 1024; /* one call takes at most 32 bits of length */
    size_t done = 0;
    while (done < len) {
        size_t want = len - done < step ? len - done : step;
        uv_buf_t part = uv_buf_init((char *)buf + done, (unsigned)want);
        uv_fs_t req;
        uv_fs_read(NULL, &req, f->fd, &part, 1, offset + (int64_t)done, NULL);
        int n = finish(&req);
        if (n < 0) return n;
        if (n == 0) break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

/* An open for reading that shares everything fails only where somebody shares nothing. It is closed at once: while a
 * handle is open, a writer cannot replace the file. */
static bool real_lock(void *ctx, struct fs_dir *dir, const char *path, struct fs_file *f, const struct fs_stat *st,
                      enum fs_lock_look look, char holder[FS_HOLDER_BYTES]) {
    struct lock_holder who = {""};
    (void)f;
    (void)st;
    holder[0] = '\0';
    if (look != FS_LOCK_CLOSED && look != FS_LOCK_REFUSED) return false;
    if (look == FS_LOCK_CLOSED) {
        struct fs_file *opened;
        struct fs_stat now;
        int err = real_file_open(ctx, dir, path, true, &opened, &now);
        if (err == 0) real_file_close(ctx, opened);
        if (err != UV_EBUSY) return false;
    }
    char *full = join(dir, path);
    if (full != NULL && lock_users(full, &who, 1) > 0) memcpy(holder, who.text, sizeof who.text);
    free(full);
    return true;
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

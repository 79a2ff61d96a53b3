/* fs_real for Windows. What is opened is shared in every way, and as little as possible is opened at all: even a handle
 * that shares everything keeps a file from being replaced and the directories above it from being renamed while it is
 * open. So what is below the root is asked for by name, without a handle, and only what is read is opened (by libuv).
 * There are no relative calls, so a directory is its path; no handle is kept open between calls, which also leaves a
 * drive free to be removed. */
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
    bool below; /* the root; not the root itself */
};

struct fs_file {
    uv_file fd;
    bool below; /* the root */
};

/* libuv has no code for some ways a drive or share can be gone, and calls others "no such file". otherwise: its code.
 */
static int drive_error(DWORD system, int otherwise) {
    switch (system) {
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
        return otherwise;
    }
}

static int last_error(void) {
    DWORD err = GetLastError();
    return drive_error(err, uv_translate_sys_error((int)err));
}

/* Result of a finished request; frees it. */
static int finish(uv_fs_t *req) {
    int result = req->result < 0 ? drive_error((DWORD)uv_fs_get_system_error(req), (int)req->result) : (int)req->result;
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

static wchar_t *to_wide(const char *text) {
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = n > 0 ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide != NULL) MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, n);
    return wide;
}

static int64_t nanoseconds(const uv_timespec_t *t) { return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec; }

/* Below the root a file is known by its time of creation, which is told without opening it, and directories need not be
 * told apart: events come by name (subscribe_tree.c). */
static uint64_t id_below(enum fs_type type, int64_t created_ns) {
    return type == FS_TYPE_DIR ? 1 : file_id(0, (uint64_t)created_ns);
}

static void convert(const uv_stat_t *s, bool below, struct fs_stat *out) {
    unsigned format = (unsigned)s->st_mode & S_IFMT;
    out->type = format == S_IFREG ? FS_TYPE_FILE : format == S_IFDIR ? FS_TYPE_DIR : FS_TYPE_OTHER;
    out->size = (int64_t)s->st_size;
    out->mtime_ns = nanoseconds(&s->st_mtim);
    out->ctime_ns = 0;
    out->device = 0;
    out->id = below ? id_below(out->type, nanoseconds(&s->st_birthtim)) : file_id(s->st_dev, s->st_ino);
}

/* As libuv counts: since 1970, from 100 ns since 1601. */
static int64_t since_1970_ns(FILETIME t) {
    int64_t ticks = (int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime);
    return (ticks - INT64_C(116444736000000000)) * 100;
}

static int stat_opened(const char *path, bool below, struct fs_stat *out) {
    uv_fs_t req;
    uv_fs_stat(NULL, &req, path, NULL);
    if (req.result == 0) convert(&req.statbuf, below, out);
    return finish(&req);
}

static int stat_path(const char *path, bool below, struct fs_stat *out) {
    WIN32_FILE_ATTRIBUTE_DATA a;
    wchar_t *wide = below ? to_wide(path) : NULL;
    if (wide == NULL) return stat_opened(path, below, out);
    int err = GetFileAttributesExW(wide, GetFileExInfoStandard, &a) ? 0 : last_error();
    free(wide);
    if (err < 0) return err;
    if (a.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) return stat_opened(path, below, out); /* what it leads to */
    bool directory = (a.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    out->type = directory ? FS_TYPE_DIR : FS_TYPE_FILE;
    out->size = directory ? 0 : (int64_t)((uint64_t)a.nFileSizeHigh << 32 | a.nFileSizeLow);
    out->mtime_ns = since_1970_ns(a.ftLastWriteTime);
    out->ctime_ns = 0;
    out->device = 0;
    out->id = id_below(out->type, since_1970_ns(a.ftCreationTime));
    return 0;
}

static int real_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    (void)ctx;
    char *full = join(parent, path);
    if (full == NULL) return UV_ENOMEM;
    int err = stat_path(full, parent != NULL, out);
    free(full);
    return err;
}

static int real_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    (void)ctx;
    struct fs_stat st;
    char *full = join(parent, path);
    if (full == NULL) return UV_ENOMEM;
    int err = stat_path(full, parent != NULL, &st);
    if (err == 0 && st.type != FS_TYPE_DIR) err = UV_ENOTDIR;
    struct fs_dir *d = err == 0 ? malloc(sizeof *d) : NULL;
    if (d == NULL) {
        free(full);
        return err != 0 ? err : UV_ENOMEM;
    }
    d->path = full;
    d->below = parent != NULL;
    *out = d;
    return 0;
}

static void real_dir_close(void *ctx, struct fs_dir *d) {
    (void)ctx;
    free(d->path);
    free(d);
}

static enum fs_type listed_type(DWORD attributes) {
    return attributes & FILE_ATTRIBUTE_REPARSE_POINT ? FS_TYPE_UNKNOWN
           : attributes & FILE_ATTRIBUTE_DIRECTORY   ? FS_TYPE_DIR
                                                     : FS_TYPE_FILE;
}

/* By a handle of our own: libuv's, and that of FindFirstFile, keep the directory from being renamed meanwhile. */
static int real_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                         void *arg) {
    enum { BATCH_BYTES = 32 * 1024, NAME_BYTES = 1024 };
    (void)ctx;
    wchar_t *wide = to_wide(d->path);
    char *batch = malloc(BATCH_BYTES), name[NAME_BYTES];
    HANDLE h = INVALID_HANDLE_VALUE;
    int err = wide != NULL && batch != NULL ? 0 : UV_ENOMEM;
    if (err == 0) {
        h = CreateFileW(wide, FILE_LIST_DIRECTORY, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
        if (h == INVALID_HANDLE_VALUE) err = last_error();
    }
    bool more = err == 0;
    while (more) {
        if (!GetFileInformationByHandleEx(h, FileFullDirectoryInfo, batch, BATCH_BYTES)) {
            DWORD end = GetLastError();
            /* The root of an empty drive has not even itself in it. */
            if (end != ERROR_NO_MORE_FILES && end != ERROR_FILE_NOT_FOUND) err = last_error();
            break;
        }
        const FILE_FULL_DIR_INFO *entry = (const void *)batch;
        for (DWORD next = 1; more && next > 0; entry = (const void *)((const char *)entry + next)) {
            int len = WideCharToMultiByte(CP_UTF8, 0, entry->FileName, (int)(entry->FileNameLength / sizeof(WCHAR)),
                                          name, sizeof name - 1, NULL, NULL);
            name[len > 0 ? len : 0] = '\0';
            bool itself = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
            next = entry->NextEntryOffset;
            if (len > 0 && !itself) more = visit(arg, name, listed_type(entry->FileAttributes));
        }
    }
    if (h != INVALID_HANDLE_VALUE) CloseHandle(h);
    free(batch);
    free(wide);
    return err;
}

static int real_dir_stat(void *ctx, struct fs_dir *d, struct fs_stat *out) {
    (void)ctx;
    return stat_path(d->path, d->below, out);
}

static int real_file_stat(void *ctx, struct fs_file *f, struct fs_stat *out) {
    (void)ctx;
    uv_fs_t req;
    uv_fs_fstat(NULL, &req, f->fd, NULL);
    if (req.result == 0) convert(&req.statbuf, f->below, out);
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
        err = stat_path(full, parent != NULL, st);
        if (err == 0 && st->type != FS_TYPE_FILE) err = UV_EINVAL;
    }
    if (err == 0) {
        uv_fs_t req;
        uv_fs_open(NULL, &req, full, UV_FS_O_RDONLY, 0, NULL);
        err = finish(&req);
        if (err >= 0) {
            f->fd = err;
            f->below = parent != NULL;
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

/* A handle that shares everything still keeps a file from being replaced, and who has just written is likely to do it
 * again. */
static bool real_hot(void *ctx, const struct fs_stat *st) {
    enum { HOT_MS = 500 };
    FILETIME now;
    (void)ctx;
    GetSystemTimeAsFileTime(&now);
    int64_t age_ns = since_1970_ns(now) - st->mtime_ns;
    return age_ns >= 0 && age_ns < INT64_C(1000000) * HOT_MS; /* a time to come is another clock's */
}

#define REAL_OPS                                                                                                       \
    .dir_open = real_dir_open, .dir_close = real_dir_close, .dir_list = real_dir_list, .stat = real_stat,              \
    .dir_stat = real_dir_stat, .file_open = real_file_open, .file_read = real_file_read, .file_stat = real_file_stat,  \
    .file_close = real_file_close, .lock = real_lock, .mount = real_mount

const struct fs_ops *fs_real(void) {
    static const struct fs_ops ops = {REAL_OPS};
    return &ops;
}

const struct fs_ops *fs_real_live(void) {
    static const struct fs_ops ops = {REAL_OPS, .hot = real_hot};
    return &ops;
}

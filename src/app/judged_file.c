#include "app/judged_file.h"

#include "model/text.h"
#include "platform/mounts.h"
#include "platform/paths.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

static const char prefix[] = "judged-";

bool judged_file_is_for(const char *root) {
    struct mount_facts m;
    return mounts_look(root, &m) == 0 && m.type[0] && !m.remote && !m.coarse;
}

static uint64_t stamp_of(const struct session *s) { return judged_stamp(s->profile, SWEEPWATCH_VERSION); }

static char *join(const char *dir, const char *name) {
    size_t size = strlen(dir) + strlen(name) + 2;
    char *out = malloc(size);
    if (!out) abort();
    snprintf(out, size, "%s%c%s", dir, path_separator(), name);
    return out;
}

/* To be freed; NULL: nothing is kept. */
static char *path_of(const struct session *s) {
    char name[64];
    char *dir = s->options->no_cache || !s->batch_path ? NULL : path_cache_dir();
    if (!dir) return NULL;
    snprintf(name, sizeof name, "%s%016llx", prefix,
             (unsigned long long)text_hash(s->batch_path, strlen(s->batch_path), stamp_of(s)));
    char *out = join(dir, name);
    free(dir);
    return out;
}

static int finish(uv_fs_t *req) {
    int result = req->result < INT32_MIN ? UV_EIO : (int)req->result;
    uv_fs_req_cleanup(req);
    return result;
}

static int64_t size_of(uv_file fd) {
    uv_fs_t req;
    uv_fs_fstat(NULL, &req, fd, NULL);
    int64_t size = req.result == 0 && (req.statbuf.st_mode & S_IFMT) == S_IFREG ? (int64_t)req.statbuf.st_size : -1;
    uv_fs_req_cleanup(&req);
    return size;
}

/* All of the file, malloc'ed; NULL: not all of it could be read, or it is too large to be one of ours. */
static unsigned char *read_all(const char *path, size_t *len) {
    uv_fs_t req;
    uv_fs_open(NULL, &req, path, UV_FS_O_RDONLY, 0, NULL);
    int fd = finish(&req);
    if (fd < 0) return NULL;
    int64_t size = size_of(fd);
    unsigned char *bytes = size > 0 && size <= JUDGED_MAX_BYTES ? malloc((size_t)size) : NULL;
    *len = 0;
    while (bytes && *len < (size_t)size) {
        uv_buf_t part = uv_buf_init((char *)bytes + *len, (unsigned)((size_t)size - *len));
        uv_fs_read(NULL, &req, fd, &part, 1, (int64_t)*len, NULL);
        int n = finish(&req);
        if (n <= 0) break;
        *len += (size_t)n;
    }
    uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
    if (bytes && *len == (size_t)size) return bytes;
    free(bytes);
    return NULL;
}

struct judged *judged_file_read(const struct session *s) {
    size_t len = 0;
    char *path = path_of(s);
    if (!path) return NULL;
    unsigned char *bytes = read_all(path, &len);
    free(path);
    return judged_open(bytes, len, stamp_of(s));
}

/* ---- writing ---- */

static void remove_file(const char *path) {
    uv_fs_t req;
    uv_fs_unlink(NULL, &req, path, NULL);
    uv_fs_req_cleanup(&req);
}

struct kept {
    char *path;
    int64_t written_ms, size;
};

static int newest_first(const void *a, const void *b) {
    const struct kept *x = a, *y = b;
    return (x->written_ms < y->written_ms) - (x->written_ms > y->written_ms);
}

/* Keeps the directory within its bounds. */
static void prune(const char *dir) {
    struct kept *kept = NULL;
    size_t n = 0, cap = 0;
    int64_t total = 0, now = session_wall_ms();
    uv_fs_t req, one;
    uv_dirent_t entry;
    uv_fs_scandir(NULL, &req, dir, 0, NULL);
    while (req.result >= 0 && uv_fs_scandir_next(&req, &entry) == 0) {
        if (strncmp(entry.name, prefix, sizeof prefix - 1) != 0) continue;
        struct kept k = {.path = join(dir, entry.name)};
        uv_fs_stat(NULL, &one, k.path, NULL);
        k.written_ms = (int64_t)one.statbuf.st_mtim.tv_sec * 1000;
        k.size = (int64_t)one.statbuf.st_size;
        bool half = strchr(entry.name, '.') != NULL, there = finish(&one) == 0;
        if (there && half && now - k.written_ms > JUDGED_FORGOTTEN_HOURS * INT64_C(3600000)) remove_file(k.path);
        if (!there || half) {
            free(k.path);
            continue;
        }
        if (n == cap) {
            cap = cap ? cap * 2 : 32;
            kept = realloc(kept, cap * sizeof *kept);
            if (!kept) abort();
        }
        kept[n++] = k;
    }
    uv_fs_req_cleanup(&req);
    if (n > 1) qsort(kept, n, sizeof *kept, newest_first);
    for (size_t i = 0; i < n; i++) {
        total += kept[i].size;
        if (i >= JUDGED_FILES || total > JUDGED_FILES_MB * INT64_C(1048576)) remove_file(kept[i].path);
        free(kept[i].path);
    }
    free(kept);
}

struct writer {
    uv_file fd;
    int err;
    char bytes[64 * 1024];
    size_t len;
};

static void flush(struct writer *w) {
    for (size_t done = 0; w->err >= 0 && done < w->len;) {
        uv_fs_t req;
        uv_buf_t part = uv_buf_init(w->bytes + done, (unsigned)(w->len - done));
        uv_fs_write(NULL, &req, w->fd, &part, 1, -1, NULL);
        int n = finish(&req);
        w->err = n > 0 ? 0 : n < 0 ? n : UV_EIO;
        if (n > 0) done += (size_t)n;
    }
    w->len = 0;
}

static void put(void *ctx, const void *bytes, size_t len) {
    struct writer *w = ctx;
    const char *from = bytes;
    while (len > 0) {
        size_t room = sizeof w->bytes - w->len, n = len < room ? len : room;
        memcpy(w->bytes + w->len, from, n);
        w->len += n;
        from += n;
        len -= n;
        if (w->len == sizeof w->bytes) flush(w);
    }
}

/* Not flushed to the disk: the checksum tells what a power cut leaves of it. */
static int write_whole(const char *path, struct judged *j) {
    uv_fs_t req;
    struct writer *w = calloc(1, sizeof *w);
    if (!w) abort();
    uv_fs_open(NULL, &req, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL, 0600, NULL);
    w->fd = finish(&req);
    int err = w->fd;
    if (w->fd >= 0) {
        judged_write(j, put, w);
        flush(w);
        err = w->err;
        uv_fs_close(NULL, &req, w->fd, NULL);
        int closed = finish(&req);
        if (err >= 0) err = closed;
    }
    free(w);
    return err;
}

void judged_file_write(const struct session *s, struct judged *j) {
    if (!judged_changed(j)) return;
    char *target = path_of(s), ending[64];
    if (!target) return;
    snprintf(ending, sizeof ending, ".%ld", (long)uv_os_getpid());
    size_t size = strlen(target) + sizeof ending;
    char *written = malloc(size);
    if (!written) abort();
    snprintf(written, size, "%s%s", target, ending);
    uv_fs_t req;
    int err = write_whole(written, j);
    if (err >= 0) {
        uv_fs_rename(NULL, &req, written, target, NULL);
        err = finish(&req);
    }
    if (err < 0) remove_file(written);
    char *slash = strrchr(target, path_separator());
    if (slash) *slash = '\0';
    prune(target);
    free(written);
    free(target);
}

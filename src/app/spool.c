#include "app/spool.h"

#include "report/buffer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PIECE_BYTES = 256 * 1024, PATH_BYTES = 4096 };

struct spool {
    uv_file file; /* negative: none */
    bool asked;   /* for a file */
    char *path;   /* NULL: the file has no name any more */
    int64_t in_file;
    struct buffer rest; /* what the file did not take, after what is in it */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static int finish(uv_fs_t *req, int result) {
    uv_fs_req_cleanup(req);
    return result;
}

struct spool *spool_new(void) {
    struct spool *s = must(calloc(1, sizeof *s));
    s->file = -1;
    return s;
}

/* Nameless at once where the system allows it: whatever ends this program leaves nothing behind. */
static void open_file(struct spool *s) {
    char path[PATH_BYTES];
    size_t size = sizeof path;
    uv_fs_t req;
    s->asked = true;
    if (uv_os_tmpdir(path, &size) < 0) return;
    int n = snprintf(path + size, sizeof path - size, "/sweepwatch-XXXXXX");
    if (n < 0 || (size_t)n >= sizeof path - size) return;
    s->file = uv_fs_mkstemp(NULL, &req, path, NULL);
    if (s->file >= 0) {
        size_t len = strlen(req.path) + 1;
        s->path = memcpy(must(malloc(len)), req.path, len);
    }
    uv_fs_req_cleanup(&req);
    if (!s->path || finish(&req, uv_fs_unlink(NULL, &req, s->path, NULL)) < 0) return;
    free(s->path);
    s->path = NULL;
}

void spool_free(struct spool *s) {
    uv_fs_t req;
    if (!s) return;
    if (s->file >= 0) finish(&req, uv_fs_close(NULL, &req, s->file, NULL));
    if (s->path) finish(&req, uv_fs_unlink(NULL, &req, s->path, NULL));
    free(s->path);
    buffer_free(&s->rest);
    free(s);
}

void spool_clear(struct spool *s) {
    s->in_file = 0;
    buffer_free(&s->rest);
}

static bool write_all(const struct spool *s, const char *bytes, size_t len) {
    for (int64_t at = s->in_file; len > 0;) {
        uv_fs_t req;
        size_t step = len < PIECE_BYTES ? len : PIECE_BYTES;
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)step);
        int n = finish(&req, uv_fs_write(NULL, &req, s->file, &buf, 1, at, NULL));
        if (n <= 0) return false;
        bytes += n;
        len -= (size_t)n;
        at += n;
    }
    return true;
}

void spool_add(struct spool *s, const char *bytes, size_t len) {
    if (!s->asked) open_file(s);
    if (s->file >= 0 && s->rest.len == 0 && write_all(s, bytes, len))
        s->in_file += (int64_t)len;
    else
        buffer_add(&s->rest, bytes, len);
}

int spool_each(struct spool *s, void (*put)(void *ctx, const char *bytes, size_t len), void *ctx) {
    char *piece = must(malloc(PIECE_BYTES));
    int err = 0;
    for (int64_t at = 0; at < s->in_file && err == 0;) {
        uv_fs_t req;
        int64_t left = s->in_file - at;
        uv_buf_t buf = uv_buf_init(piece, (unsigned)(left < PIECE_BYTES ? left : PIECE_BYTES));
        int n = finish(&req, uv_fs_read(NULL, &req, s->file, &buf, 1, at, NULL));
        if (n <= 0) {
            err = n < 0 ? n : UV_EIO;
        } else {
            put(ctx, piece, (size_t)n);
            at += n;
        }
    }
    if (err == 0 && s->rest.len > 0) put(ctx, s->rest.bytes, s->rest.len);
    free(piece);
    return err;
}

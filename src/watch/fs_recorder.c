#include "watch/fs_recorder.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* What the rest of the program sees as struct fs_dir and struct fs_file of this fs_ops. */
struct recorded {
    void *inner;
    char path[]; /* relative to the directory that was opened without a parent, "" for that one */
};

/* One operation at a time. */
struct lane {
    atomic_flag taken;
    uv_mutex_t mutex; /* of `now`; never held during an operation */
    struct fs_operation now;
};

struct fs_recorder {
    struct fs_ops ops;
    const struct fs_ops *inner;
    int64_t (*clock)(void *ctx);
    void *clock_ctx;
    struct lane lanes[FS_OPERATIONS_MOST];
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

const char *fs_operation_word(const char *text) {
    static const char *const words[] = {"open", "list", "stat", "read", "close", "lock", "statfs", "watch"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], text) == 0) return words[i];
    }
    return "operation";
}

/* Joins into out; of what is too long the end is kept. */
static void join(char out[FS_OPERATION_PATH], const char *dir, const char *name) {
    size_t n = strlen(dir), m = strlen(name), slash = n > 0 && m > 0;
    if (m >= FS_OPERATION_PATH) {
        name += m - (FS_OPERATION_PATH - 1);
        m = FS_OPERATION_PATH - 1;
    }
    size_t room = FS_OPERATION_PATH - 1 - m;
    if (n + slash > room) {
        size_t keep = room > slash ? room - slash : 0;
        dir += n - keep;
        n = keep;
        slash = room > 0 ? slash : 0;
    }
    memcpy(out, dir, n);
    if (slash) out[n++] = '/';
    memcpy(out + n, name, m);
    out[n + m] = '\0';
}

/* Returns the lane that it takes; -1: all are taken, it is not told. */
static int begin(struct fs_recorder *r, const char *word, const char *dir, const char *name) {
    int64_t now = r->clock(r->clock_ctx);
    for (int i = 0; i < FS_OPERATIONS_MOST; i++) {
        struct lane *l = &r->lanes[i];
        if (atomic_flag_test_and_set(&l->taken)) continue;
        uv_mutex_lock(&l->mutex);
        l->now.word = word;
        l->now.since = now;
        join(l->now.path, dir, name);
        uv_mutex_unlock(&l->mutex);
        return i;
    }
    return -1;
}

int fs_recorder_begin(struct fs_recorder *r, const char *word, const char *path) { return begin(r, word, path, ""); }

void fs_recorder_end(struct fs_recorder *r, int lane) {
    if (lane < 0) return;
    struct lane *l = &r->lanes[lane];
    uv_mutex_lock(&l->mutex);
    l->now.word = NULL;
    uv_mutex_unlock(&l->mutex);
    atomic_flag_clear(&l->taken);
}

void fs_recorder_now(struct fs_recorder *r, struct fs_operation *out) {
    *out = (struct fs_operation){0};
    for (int i = 0; i < FS_OPERATIONS_MOST; i++) {
        struct lane *l = &r->lanes[i];
        uv_mutex_lock(&l->mutex);
        if (l->now.word && (!out->word || l->now.since < out->since)) *out = l->now;
        uv_mutex_unlock(&l->mutex);
    }
}

/* ---- the operations ---- */

static struct recorded *recorded_of(const void *handle) { return (struct recorded *)(uintptr_t)handle; }

static const char *path_of(const void *handle) { return handle ? recorded_of(handle)->path : ""; }

static void *inner_of(const void *handle) { return handle ? recorded_of(handle)->inner : NULL; }

/* A path that stands alone names the root: what is opened below it is told relative to it. */
static void *wrap(void *inner, const struct fs_dir *parent, const char *path) {
    char joined[FS_OPERATION_PATH] = "";
    if (parent) join(joined, path_of(parent), path);
    size_t len = strlen(joined) + 1;
    struct recorded *d = must(malloc(sizeof *d + len));
    d->inner = inner;
    memcpy(d->path, joined, len);
    return d;
}

static int recorder_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    struct fs_recorder *r = ctx;
    struct fs_dir *inner = NULL;
    int lane = begin(r, "open", path_of(parent), path);
    int err = r->inner->dir_open(r->inner->ctx, inner_of(parent), path, &inner);
    fs_recorder_end(r, lane);
    if (err >= 0) *out = wrap(inner, parent, path);
    return err;
}

static void recorder_dir_close(void *ctx, struct fs_dir *d) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "close", path_of(d), "");
    r->inner->dir_close(r->inner->ctx, inner_of(d));
    fs_recorder_end(r, lane);
    free(d);
}

static int recorder_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                             void *arg) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "list", path_of(d), "");
    int err = r->inner->dir_list(r->inner->ctx, inner_of(d), visit, arg);
    fs_recorder_end(r, lane);
    return err;
}

static int recorder_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "stat", path_of(parent), path);
    int err = r->inner->stat(r->inner->ctx, inner_of(parent), path, out);
    fs_recorder_end(r, lane);
    return err;
}

static int recorder_dir_stat(void *ctx, struct fs_dir *d, struct fs_stat *out) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "stat", path_of(d), "");
    int err = r->inner->dir_stat(r->inner->ctx, inner_of(d), out);
    fs_recorder_end(r, lane);
    return err;
}

static int recorder_file_open(void *ctx, struct fs_dir *parent, const char *path, bool known_regular,
                              struct fs_file **out, struct fs_stat *st) {
    struct fs_recorder *r = ctx;
    struct fs_file *inner = NULL;
    int lane = begin(r, "open", path_of(parent), path);
    int err = r->inner->file_open(r->inner->ctx, inner_of(parent), path, known_regular, &inner, st);
    fs_recorder_end(r, lane);
    if (err >= 0) *out = wrap(inner, parent, path);
    return err;
}

static int64_t recorder_file_read(void *ctx, struct fs_file *f, int64_t offset, void *buf, size_t len) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "read", path_of(f), "");
    int64_t n = r->inner->file_read(r->inner->ctx, inner_of(f), offset, buf, len);
    fs_recorder_end(r, lane);
    return n;
}

static int recorder_file_stat(void *ctx, struct fs_file *f, struct fs_stat *out) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "stat", path_of(f), "");
    int err = r->inner->file_stat(r->inner->ctx, inner_of(f), out);
    fs_recorder_end(r, lane);
    return err;
}

static void recorder_file_close(void *ctx, struct fs_file *f) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "close", path_of(f), "");
    r->inner->file_close(r->inner->ctx, inner_of(f));
    fs_recorder_end(r, lane);
    free(f);
}

static bool recorder_lock(void *ctx, struct fs_dir *dir, const char *path, struct fs_file *f, const struct fs_stat *st,
                          enum fs_lock_look look, char holder[FS_HOLDER_BYTES]) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "lock", path_of(dir), path);
    bool held = r->inner->lock(r->inner->ctx, inner_of(dir), path, inner_of(f), st, look, holder);
    fs_recorder_end(r, lane);
    return held;
}

static int recorder_mount(void *ctx, const char *path, struct mount_facts *out) {
    struct fs_recorder *r = ctx;
    int lane = begin(r, "statfs", path, "");
    int err = r->inner->mount(r->inner->ctx, path, out);
    fs_recorder_end(r, lane);
    return err;
}

/* Only the clock is asked. */
static bool recorder_hot(void *ctx, const struct fs_stat *st) {
    struct fs_recorder *r = ctx;
    return r->inner->hot(r->inner->ctx, st);
}

struct fs_recorder *fs_recorder_new(const struct fs_ops *inner, int64_t (*clock)(void *ctx), void *ctx) {
    struct fs_recorder *r = must(calloc(1, sizeof *r));
    for (int i = 0; i < FS_OPERATIONS_MOST; i++) {
        atomic_flag_clear(&r->lanes[i].taken);
        if (uv_mutex_init(&r->lanes[i].mutex) != 0) abort();
    }
    r->inner = inner;
    r->clock = clock;
    r->clock_ctx = ctx;
    r->ops = (struct fs_ops){
        .ctx = r,
        .dir_open = recorder_dir_open,
        .dir_close = recorder_dir_close,
        .dir_list = recorder_dir_list,
        .stat = recorder_stat,
        .dir_stat = recorder_dir_stat,
        .file_open = recorder_file_open,
        .file_read = recorder_file_read,
        .file_stat = recorder_file_stat,
        .file_close = recorder_file_close,
        .lock = inner->lock ? recorder_lock : NULL,
        .hot = inner->hot ? recorder_hot : NULL,
        .mount = inner->mount ? recorder_mount : NULL,
    };
    return r;
}

void fs_recorder_free(struct fs_recorder *r) {
    if (!r) return;
    for (int i = 0; i < FS_OPERATIONS_MOST; i++) uv_mutex_destroy(&r->lanes[i].mutex);
    free(r);
}

const struct fs_ops *fs_recorder_ops(struct fs_recorder *r) { return &r->ops; }

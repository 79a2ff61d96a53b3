#include "watch/pool.h"

#include "watch/readers.h"
#include "watch/scan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { MAX_QUEUED = 8 };

struct names {
    char **name;
    size_t n, cap;
    const struct pool_options *o;
    bool nested;    /* the directory of cases is there */
    bool in_nested; /* it is being listed */
};

/* What a reader has. */
struct hand {
    struct scan *scan; /* NULL: it has not begun */
    struct fs_dir *root;
    struct judged_adds *adds; /* NULL: nothing is kept */
    struct fact_batch *batch; /* NULL: all was handed over */
};

struct pool {
    const struct pool_options *o;
    int64_t at;
    struct names names;
    struct hand hands[READERS_MOST];
    atomic_int err; /* first error that says the root is gone */
    uv_mutex_t mutex;
    uv_cond_t ready, room;
    struct fact_batch *queue[MAX_QUEUED]; /* filled batches */
    struct fact_batch *spare[MAX_QUEUED + READERS_MOST + 1];
    size_t n_queue, n_spare;
    bool over; /* nothing is read any more */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static bool is_wanted(const struct pool_options *o, const char *name) {
    bool exact;
    if (name[0] == '.') return false;
    for (int i = 0; i < PROFILE_MAX_NAMES && o->profile->not_cases[i]; i++) {
        if (strcmp(o->profile->not_cases[i], name) == 0) return false;
    }
    if (!o->only_wanted) return true;
    return o->list && sweep_list_match(o->list, o->profile, name, o->fold_case, &exact) >= 0;
}

static bool visit(void *arg, const char *name, enum fs_type type) {
    struct names *v = arg;
    if (type == FS_TYPE_FILE || type == FS_TYPE_OTHER) return true;
    if (!v->in_nested && v->o->nested && strcmp(v->o->nested, name) == 0) {
        v->nested = true;
        return true;
    }
    if (!is_wanted(v->o, name)) return true;
    if (v->n == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 256;
        v->name = must(realloc(v->name, v->cap * sizeof *v->name));
    }
    size_t before = v->in_nested ? strlen(v->o->nested) + 1 : 0, len = strlen(name) + 1;
    char *full = v->name[v->n++] = must(malloc(before + len));
    if (before > 0) memcpy(full, v->o->nested, before - 1);
    if (before > 0) full[before - 1] = '/';
    memcpy(full + before, name, len);
    return true;
}

static void put(void *ctx, const struct fact *f) { fact_batch_add(ctx, f); }

static struct fact_batch *take_spare(struct pool *p) {
    uv_mutex_lock(&p->mutex);
    struct fact_batch *b = p->n_spare > 0 ? p->spare[--p->n_spare] : NULL;
    uv_mutex_unlock(&p->mutex);
    return b ? b : must(fact_batch_new());
}

/* NULL: nothing is kept. */
static struct judged_adds *keep_judged(const struct pool *p, struct scan *scan, struct fs_dir *root) {
    struct fs_stat st;
    struct scan_clock clock = {.wall = p->o->wall};
    if (!p->o->judged || p->o->fs->dir_stat(p->o->fs->ctx, root, &st) != 0) return NULL;
    struct judged_adds *adds = judged_adds_new();
    scan_set_clock(scan, &clock);
    scan_set_judged(scan, p->o->judged, adds, st.device);
    return adds;
}

static int begin(const struct pool *p, struct hand *h) {
    const struct fs_ops *fs = p->o->fs;
    int err = fs->dir_open(fs->ctx, NULL, p->o->path, &h->root);
    if (err < 0) return err;
    h->scan = scan_new(fs, p->o->profile, p->o->root);
    h->adds = keep_judged(p, h->scan, h->root);
    return 0;
}

static void end(const struct pool *p, struct hand *h) {
    if (!h->scan) return;
    p->o->fs->dir_close(p->o->fs->ctx, h->root);
    scan_free(h->scan);
    if (h->adds) judged_take(p->o->judged, h->adds);
}

/* ---- on the readers' threads ---- */

static bool look(void *ctx, unsigned reader, size_t i) {
    struct pool *p = ctx;
    struct hand *h = &p->hands[reader];
    int none = 0, err = h->scan ? 0 : begin(p, h);
    if (err >= 0) {
        if (!h->batch) h->batch = take_spare(p);
        err = scan_place(h->scan, h->root, p->names.name[i], NULL, NULL, p->at, (struct fact_sink){put, h->batch});
    }
    if (err < 0) atomic_compare_exchange_strong(&p->err, &none, err);
    return err >= 0;
}

static void hand_over(void *ctx, unsigned reader) {
    struct pool *p = ctx;
    struct hand *h = &p->hands[reader];
    if (!h->batch) return;
    uv_mutex_lock(&p->mutex);
    while (p->n_queue == MAX_QUEUED) uv_cond_wait(&p->room, &p->mutex);
    p->queue[p->n_queue++] = h->batch;
    h->batch = NULL;
    uv_cond_signal(&p->ready);
    uv_mutex_unlock(&p->mutex);
}

static void over(void *ctx) {
    struct pool *p = ctx;
    uv_mutex_lock(&p->mutex);
    p->over = true;
    uv_cond_signal(&p->ready);
    uv_mutex_unlock(&p->mutex);
}

/* ---- on the calling thread ---- */

static void tell(const struct pool_options *o, int64_t at, const struct fact *f,
                 void (*on_facts)(void *ctx, const struct fact_batch *b), void *ctx) {
    struct fact_batch *b = must(fact_batch_new());
    struct fact copy = *f;
    copy.root = o->root;
    copy.at = at;
    fact_batch_add(b, &copy);
    on_facts(ctx, b);
    fact_batch_free(b);
}

static void tell_health(const struct pool_options *o, int64_t at, int err,
                        void (*on_facts)(void *ctx, const struct fact_batch *b), void *ctx) {
    struct fact f = {.kind = FACT_ROOT};
    f.u.root_state.health = err < 0 ? HEALTH_STALE : HEALTH_POLLING;
    f.u.root_state.path = o->path;
    f.u.root_state.reason = err < 0 ? uv_strerror(err) : "read once";
    f.u.root_state.learned = o->learned;
    f.u.root_state.since = at;
    tell(o, at, &f, on_facts, ctx);
}

static int list_names(const struct pool_options *o, struct names *names) {
    struct fs_dir *root, *nested;
    int err = o->fs->dir_open(o->fs->ctx, NULL, o->path, &root);
    if (err < 0) return err;
    err = o->fs->dir_list(o->fs->ctx, root, visit, names);
    int opened = err >= 0 && names->nested ? o->fs->dir_open(o->fs->ctx, root, o->nested, &nested) : UV_ENOENT;
    if (opened >= 0) {
        names->in_nested = true;
        err = o->fs->dir_list(o->fs->ctx, nested, visit, names);
        o->fs->dir_close(o->fs->ctx, nested);
    } else if (fs_means_unreachable(opened)) {
        err = opened;
    }
    o->fs->dir_close(o->fs->ctx, root);
    return err;
}

static void run(struct pool *p, void (*on_facts)(void *ctx, const struct fact_batch *b), void *ctx) {
    struct readers *readers = readers_new(p->o->readers);
    struct readers_work work = {.ctx = p, .n = p->names.n, .look = look, .pause = hand_over, .over = over};
    int err = work.n > 0 ? readers_begin(readers, &work) : 0;
    if (err < 0) atomic_store(&p->err, err);
    uv_mutex_lock(&p->mutex);
    p->over |= err < 0 || work.n == 0;
    for (;;) {
        while (p->n_queue == 0 && !p->over) uv_cond_wait(&p->ready, &p->mutex);
        if (p->n_queue == 0) break;
        struct fact_batch *b = p->queue[--p->n_queue];
        uv_cond_signal(&p->room);
        uv_mutex_unlock(&p->mutex);
        on_facts(ctx, b);
        fact_batch_clear(b);
        uv_mutex_lock(&p->mutex);
        p->spare[p->n_spare++] = b;
    }
    uv_mutex_unlock(&p->mutex);
    readers_free(readers);
    for (unsigned i = 0; i < READERS_MOST; i++) end(p, &p->hands[i]);
    while (p->n_spare > 0) fact_batch_free(p->spare[--p->n_spare]);
}

int pool_scan(const struct pool_options *o, int64_t at, void (*on_facts)(void *ctx, const struct fact_batch *b),
              void *ctx) {
    struct pool p = {.o = o, .at = at, .names.o = o};
    struct fact f = {.kind = FACT_SCAN_BEGIN};
    int err = list_names(o, &p.names);
    tell_health(o, at, err, on_facts, ctx);
    if (err >= 0) {
        f.u.scan.generation = 1;
        tell(o, at, &f, on_facts, ctx);
        if (uv_mutex_init(&p.mutex) || uv_cond_init(&p.ready) || uv_cond_init(&p.room)) abort();
        run(&p, on_facts, ctx);
        uv_mutex_destroy(&p.mutex);
        uv_cond_destroy(&p.ready);
        uv_cond_destroy(&p.room);
        err = atomic_load(&p.err);
        if (err < 0) tell_health(o, at, err, on_facts, ctx);
    }
    if (err >= 0) {
        f.kind = FACT_SCAN_END;
        tell(o, at, &f, on_facts, ctx);
    }
    for (size_t i = 0; i < p.names.n; i++) free(p.names.name[i]);
    free(p.names.name);
    return err;
}

#include "watch/pool.h"

#include "platform/thread_use.h"
#include "watch/scan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* A reader hands over what it has after so many places, or after a while: on a slow root few places take long. */
enum { RUN_PLACES = 32, RUN_MS = 20, WINDOW_MS = 20, MAX_READERS = 32, MAX_QUEUED = 8 };
#define MS_NS INT64_C(1000000)

struct names {
    char **name;
    size_t n, cap;
    const struct pool_options *o;
    bool nested;    /* the directory of cases is there */
    bool in_nested; /* it is being listed */
};

/* What the readers' time went into lately. */
struct use {
    int64_t wall_ns, cpu_ns, waits, places; /* waits: -1 the system does not tell */
};

struct pool {
    const struct pool_options *o;
    int64_t at;
    struct names names;
    atomic_size_t next;
    atomic_int err; /* first error that says the root is gone */
    uv_mutex_t mutex;
    uv_cond_t ready, room;
    struct fact_batch *queue[MAX_QUEUED]; /* filled batches */
    struct fact_batch *spare[MAX_QUEUED + MAX_READERS + 1];
    size_t n_queue, n_spare;
    unsigned running;     /* readers that have not ended */
    unsigned least, most; /* readers */
    unsigned wanted;      /* the others rest */
    unsigned begun;       /* readers that were given their number */
    uv_cond_t turn;       /* wanted has grown, or nothing is left to read */
    struct use use;
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

/* How many readers suit the root: while one waits for it another may use the processor. A reader that is slow because
 * the machine is busy does not wait, it is kept waiting: more of them would only be in others' way. */
static unsigned readers_for(const struct pool *p, const struct use *u) {
    bool waited = u->waits < 0 || u->waits >= u->places;
    if (!waited || u->wall_ns < 2 * u->cpu_ns) return p->least;
    int64_t suit = p->least * u->wall_ns / (u->cpu_ns > 0 ? u->cpu_ns : 1);
    return suit < p->most ? (unsigned)suit : p->most;
}

/* With the mutex. */
static void take_use(struct pool *p, const struct use *u) {
    p->use.wall_ns += u->wall_ns;
    p->use.cpu_ns += u->cpu_ns;
    p->use.waits += u->waits;
    p->use.places += u->places;
    if (p->least == p->most || p->use.wall_ns < p->wanted * WINDOW_MS * MS_NS) return;
    unsigned before = p->wanted;
    p->wanted = readers_for(p, &p->use);
    p->use = (struct use){0};
    if (p->wanted > before) uv_cond_broadcast(&p->turn); /* else those that rest would only be woken to rest again */
}

static void hand_over(struct pool *p, struct fact_batch *b, const struct use *u) {
    uv_mutex_lock(&p->mutex);
    take_use(p, u);
    while (p->n_queue == MAX_QUEUED) uv_cond_wait(&p->room, &p->mutex);
    p->queue[p->n_queue++] = b;
    uv_cond_signal(&p->ready);
    uv_mutex_unlock(&p->mutex);
}

static bool is_over(struct pool *p) { return atomic_load(&p->next) >= p->names.n || atomic_load(&p->err) != 0; }

static unsigned take_number(struct pool *p) {
    uv_mutex_lock(&p->mutex);
    unsigned number = p->begun++;
    uv_mutex_unlock(&p->mutex);
    return number;
}

/* Rests while fewer readers suit the root. False: nothing is left to do. */
static bool wait_for_turn(struct pool *p, unsigned number) {
    uv_mutex_lock(&p->mutex);
    while (number >= p->wanted && !is_over(p)) uv_cond_wait(&p->turn, &p->mutex);
    uv_mutex_unlock(&p->mutex);
    return !is_over(p);
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

/* Some of the next places. Returns an error when the root is gone. */
static int read_some(struct pool *p, struct scan *scan, struct fs_dir *root, struct fact_batch *b, struct use *u) {
    struct thread_use before = thread_use_now();
    uint64_t begun = uv_hrtime();
    int err = 0;
    *u = (struct use){0};
    while (err >= 0 && u->places < RUN_PLACES && u->wall_ns < RUN_MS * MS_NS) {
        size_t i = atomic_fetch_add(&p->next, 1);
        if (i >= p->names.n) break;
        err = scan_place(scan, root, p->names.name[i], NULL, NULL, p->at, (struct fact_sink){put, b});
        u->places++;
        u->wall_ns = (int64_t)(uv_hrtime() - begun);
    }
    struct thread_use after = thread_use_now();
    u->cpu_ns = after.cpu_ns - before.cpu_ns;
    u->waits = after.waits < 0 ? -1 : after.waits - before.waits;
    return err;
}

static void reader(void *arg) {
    struct pool *p = arg;
    const struct fs_ops *fs = p->o->fs;
    unsigned number = take_number(p);
    struct scan *scan = scan_new(fs, p->o->profile, p->o->root);
    struct fs_dir *root;
    int err = fs->dir_open(fs->ctx, NULL, p->o->path, &root);
    struct judged_adds *adds = err >= 0 ? keep_judged(p, scan, root) : NULL;
    while (err >= 0 && wait_for_turn(p, number)) {
        struct use u;
        struct fact_batch *b = take_spare(p);
        err = read_some(p, scan, root, b, &u);
        hand_over(p, b, &u);
    }
    if (err < 0) {
        int none = 0;
        atomic_compare_exchange_strong(&p->err, &none, err);
    } else {
        fs->dir_close(fs->ctx, root);
    }
    scan_free(scan);
    uv_mutex_lock(&p->mutex);
    if (adds) judged_take(p->o->judged, adds);
    p->running--;
    uv_cond_signal(&p->ready);
    uv_cond_broadcast(&p->turn);
    uv_mutex_unlock(&p->mutex);
}

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

/* As many readers as are wanted by now; with the mutex. Where there can be no more, fewer must do. */
static void start_readers(struct pool *p, uv_thread_t *thread, unsigned *started) {
    while (*started < p->wanted && !is_over(p)) {
        if (uv_thread_create(&thread[*started], reader, p) != 0) {
            if (*started == 0) atomic_store(&p->err, UV_EAGAIN);
            p->least = p->most = p->wanted = *started;
            return;
        }
        ++*started;
        p->running++;
    }
}

static void run(struct pool *p, void (*on_facts)(void *ctx, const struct fact_batch *b), void *ctx) {
    uv_thread_t thread[MAX_READERS];
    unsigned started = 0;
    uv_mutex_lock(&p->mutex);
    for (;;) {
        start_readers(p, thread, &started);
        while (p->n_queue == 0 && p->running > 0) uv_cond_wait(&p->ready, &p->mutex);
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
    for (unsigned i = 0; i < started; i++) uv_thread_join(&thread[i]);
    while (p->n_spare > 0) fact_batch_free(p->spare[--p->n_spare]);
}

static void choose_readers(struct pool *p) {
    unsigned chosen = p->o->readers, n = chosen ? chosen : uv_available_parallelism();
    if (n > MAX_READERS) n = MAX_READERS;
    p->least = p->most = p->wanted = n;
    if (!chosen && n < POOL_MOST_WAITING) p->most = POOL_MOST_WAITING;
}

int pool_scan(const struct pool_options *o, int64_t at, void (*on_facts)(void *ctx, const struct fact_batch *b),
              void *ctx) {
    struct pool p = {.o = o, .at = at, .names.o = o};
    struct fact f = {.kind = FACT_SCAN_BEGIN};
    choose_readers(&p);
    int err = list_names(o, &p.names);
    tell_health(o, at, err, on_facts, ctx);
    if (err >= 0) {
        f.u.scan.generation = 1;
        tell(o, at, &f, on_facts, ctx);
        if (uv_mutex_init(&p.mutex) || uv_cond_init(&p.ready) || uv_cond_init(&p.room) || uv_cond_init(&p.turn))
            abort();
        run(&p, on_facts, ctx);
        uv_mutex_destroy(&p.mutex);
        uv_cond_destroy(&p.ready);
        uv_cond_destroy(&p.room);
        uv_cond_destroy(&p.turn);
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

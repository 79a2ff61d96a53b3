#include "support/watch_sim.h"

#include "model/table.h"
#include "support/fs_fake.h"
#include "watch/scanner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    CASES = 12,
    ACTIONS = 60,
    MAX_WATCHES = 256,
    MAX_EVENTS = 4096,
    SETTLE_MS = 3000,
    REST_MS = 40000,
    HELD_BACK_MS = 5000,         /* many cases gone at once are not believed for so long */
    RECONCILE_MS = 10 * REST_MS, /* every case has had its turn then */
    FAR_OFF_MS = 1000000000,
    MAX_ARTIFACTS = PROFILE_MAX_ARTIFACTS,
    READERS = 4
};
#define BATCH "/sweep/batch"
#define HOUR_MS INT64_C(3600000)

static const char *const titles[CASES] = {"T1000_eps0p5_tau1p0", "T1100_eps0p5_tau1p0", "T1200_eps0p5_tau1p0",
                                          "T1300_eps0p5_tau1p0", "T1400_eps0p5_tau1p0", "T1500_eps0p5_tau1p0",
                                          "T1600_eps0p5_tau1p0", "T1700_eps0p5_tau1p0", "T1800_eps0p5_tau1p0",
                                          "T1900_eps0p5_tau1p0", "T2000_eps0p5_tau1p0", "T2100_eps0p5_tau1p0"};
static const char list_text[] = "1000 0.5 1.0\n1100 0.5 1.0\n1200 0.5 1.0\n1300 0.5 1.0\n1400 0.5 1.0\n1500 0.5 1.0\n"
                                "1600 0.5 1.0\n1700 0.5 1.0\n1800 0.5 1.0\n1900 0.5 1.0\n2000 0.5 1.0\n2100 0.5 1.0\n";

struct watcher {
    struct world *world; /* NULL: a fresh look at the end, without events or checks */
    struct fs_fake *fs;
    struct scanner *scanner;
    struct table *table;
    struct policy policy;
    struct fact_batch *facts; /* of the step in hand */
    uint32_t begun;           /* passes that began */
};

/* Readers on threads of their own, of which one runs at a time: before an operation of the file system another one may
 * be drawn to go on. So any order of their operations can come, and comes again with its seed. */
struct readers_turn {
    unsigned n; /* 0: nobody reads */
    unsigned now;
    bool ended[READERS];
    uv_sem_t turn[READERS], all_ended;
    bool (*look)(void *arg, unsigned reader, size_t i);
    void *arg;
    size_t order[CASES + 1]; /* in which the places are taken; the last is a directory that is no case */
    size_t next, left;
};

struct world {
    struct watcher w;
    struct readers_turn readers;
    struct fs_fake *fs;
    struct fs_ops ops; /* its, in turn */
    uint64_t random;
    char *why; /* the first thing that did not hold; "" none */
    bool in_hook, away, quiet;

    /* The weather. */
    bool lossy, storms, goes_away, short_lists, slow, sleeps, few_watches, twice, queued, rests, alone;
    int64_t budget_ms, reconcile_ms;

    struct {
        char path[256];
        uint64_t token;
        int watch; /* -1: free */
    } watches[MAX_WATCHES];
    size_t n_watches;
    /* Events wait in the kernel until the loop turns. Those of a handle that was closed meanwhile never come. */
    struct {
        uint64_t token;
        int watch; /* -1: dropped */
        bool itself;
    } events[MAX_EVENTS];
    size_t n_events;

    bool was_whole[CASES][MAX_ARTIFACTS]; /* at some time, or maybe */
    unsigned moved_to[CASES];             /* + 1, 0 not: in the step in hand, which may still read it where it was */
};

static void broken(struct world *o, const char *format, ...) {
    va_list args;
    if (o->why[0]) return;
    va_start(args, format);
    vsnprintf(o->why, WATCH_SIM_WORDS, format, args);
    va_end(args);
}

static uint64_t next_random(struct world *o) {
    o->random ^= o->random << 13;
    o->random ^= o->random >> 7;
    o->random ^= o->random << 17;
    return o->random;
}

static unsigned pick(struct world *o, unsigned n) { return (unsigned)(next_random(o) >> 11) % n; }
static bool chance(struct world *o, unsigned one_in) { return pick(o, one_in) == 0; }

/* ---- events ---- */

static int64_t fake_clock(void *ctx) { return fs_fake_now_ms(ctx); }
static int64_t fake_wall(void *ctx) { return fs_fake_now_ns(ctx) / 1000000; }

static int watch_start(void *ctx, const char *path, uint64_t token) {
    struct world *o = ctx;
    char full[256];
    size_t i = 0;
    snprintf(full, sizeof full, path[0] ? "%s/%s" : "%s%s", BATCH, path);
    while (i < o->n_watches && o->watches[i].watch >= 0) {
        if (o->watches[i].token == token) broken(o, "%s: watched twice by one token", full);
        i++;
    }
    if (i == MAX_WATCHES) return UV_ENOSPC;
    int watch = fs_fake_watch(o->fs, full);
    if (watch < 0) return watch;
    if (i == o->n_watches) o->n_watches++;
    snprintf(o->watches[i].path, sizeof o->watches[i].path, "%s", full);
    o->watches[i].token = token;
    o->watches[i].watch = watch;
    return 0;
}

static void watch_stop(void *ctx, uint64_t token) {
    struct world *o = ctx;
    for (size_t i = 0; i < o->n_watches; i++) {
        if (o->watches[i].watch < 0 || o->watches[i].token != token) continue;
        for (size_t k = 0; k < o->n_events; k++) {
            if (o->events[k].watch == o->watches[i].watch) o->events[k].watch = -1;
        }
        fs_fake_unwatch(o->fs, o->watches[i].watch);
        o->watches[i].watch = -1;
        return;
    }
    broken(o, "a watch was stopped that was not started");
}

static void on_change(void *arg, const char *dir) {
    struct world *o = arg;
    for (size_t i = 0; i < o->n_watches; i++) {
        if (o->watches[i].watch < 0 || strcmp(o->watches[i].path, dir) != 0) continue;
        /* As the kernel does it: the end of the directory itself comes with its own name. */
        bool itself = o->watches[i].token == 0 || !fs_fake_watch_alive(o->fs, o->watches[i].watch);
        if (!o->queued) {
            scanner_event(o->w.scanner, o->watches[i].token, itself ? NULL : "some file", fs_fake_now_ms(o->fs));
        } else if (o->n_events < MAX_EVENTS) {
            o->events[o->n_events].token = o->watches[i].token;
            o->events[o->n_events].watch = o->watches[i].watch;
            o->events[o->n_events++].itself = itself;
        } else {
            broken(o, "too many events for this simulation");
        }
    }
}

static void deliver(struct world *o) {
    for (size_t i = 0; i < o->n_events; i++) {
        if (o->events[i].watch < 0) continue;
        scanner_event(o->w.scanner, o->events[i].token, o->events[i].itself ? NULL : "some file",
                      fs_fake_now_ms(o->fs));
    }
    o->n_events = 0;
}

/* ---- its readers ---- */

static void give_turn(struct world *o) {
    struct readers_turn *r = &o->readers;
    do r->now = pick(o, r->n);
    while (r->ended[r->now]);
    uv_sem_post(&r->turn[r->now]);
}

struct sim_reader {
    struct world *o;
    unsigned number;
    uv_thread_t thread;
};

static void read_in_turn(void *arg) {
    const struct sim_reader *me = arg;
    struct readers_turn *r = &me->o->readers;
    uv_sem_wait(&r->turn[me->number]);
    while (r->next < r->left) {
        size_t i = r->order[r->next++];
        if (!r->look(r->arg, me->number, i)) r->left = 0;
    }
    r->ended[me->number] = true;
    for (unsigned i = 0; i < r->n; i++) {
        if (r->ended[i]) continue;
        give_turn(me->o);
        return;
    }
    uv_sem_post(&r->all_ended);
}

/* Another reader may go on. */
static void maybe_turn(struct world *o) {
    struct readers_turn *r = &o->readers;
    unsigned me = r->now;
    if (r->n == 0 || chance(o, 2)) return;
    give_turn(o);
    uv_sem_wait(&r->turn[me]);
}

static void run_readers(void *ctx, size_t n, bool (*look)(void *arg, unsigned reader, size_t i), void *arg) {
    struct world *o = ctx;
    struct readers_turn *r = &o->readers;
    struct sim_reader reader[READERS];
    if (n > sizeof r->order / sizeof *r->order) {
        broken(o, "%zu places are due", n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = pick(o, (unsigned)i + 1);
        r->order[i] = r->order[k];
        r->order[k] = i;
    }
    r->next = 0;
    r->left = n;
    r->look = look;
    r->arg = arg;
    r->n = 1 + pick(o, READERS);
    uv_sem_init(&r->all_ended, 0);
    for (unsigned i = 0; i < r->n; i++) {
        r->ended[i] = false;
        uv_sem_init(&r->turn[i], 0);
        reader[i] = (struct sim_reader){.o = o, .number = i};
        if (uv_thread_create(&reader[i].thread, read_in_turn, &reader[i]) != 0) abort();
    }
    give_turn(o);
    uv_sem_wait(&r->all_ended);
    for (unsigned i = 0; i < r->n; i++) {
        uv_thread_join(&reader[i].thread);
        uv_sem_destroy(&r->turn[i]);
    }
    uv_sem_destroy(&r->all_ended);
    r->n = 0;
}

static void rest_readers(void *ctx) { (void)ctx; }

/* The operations, which know their file system only: the world whose readers take turns. */
static struct world *turning;

static int turn_dir_open(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out) {
    maybe_turn(turning);
    return fs_fake_ops(ctx)->dir_open(ctx, parent, path, out);
}

static int turn_dir_list(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                         void *arg) {
    maybe_turn(turning);
    return fs_fake_ops(ctx)->dir_list(ctx, d, visit, arg);
}

static int turn_stat(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out) {
    maybe_turn(turning);
    return fs_fake_ops(ctx)->stat(ctx, parent, path, out);
}

static int turn_file_open(void *ctx, struct fs_dir *parent, const char *path, bool known_regular, struct fs_file **out,
                          struct fs_stat *st) {
    maybe_turn(turning);
    return fs_fake_ops(ctx)->file_open(ctx, parent, path, known_regular, out, st);
}

static int64_t turn_file_read(void *ctx, struct fs_file *f, int64_t offset, void *buf, size_t len) {
    maybe_turn(turning);
    return fs_fake_ops(ctx)->file_read(ctx, f, offset, buf, len);
}

static const struct fs_ops *operations_in_turn(struct world *o) {
    turning = o;
    o->ops = *fs_fake_ops(o->fs);
    o->ops.dir_open = turn_dir_open;
    o->ops.dir_list = turn_dir_list;
    o->ops.stat = turn_stat;
    o->ops.file_open = turn_file_open;
    o->ops.file_read = turn_file_read;
    return &o->ops;
}

/* ---- the watcher ---- */

static void check_fact(struct world *o, const struct fact *f) {
    if (f->at > fs_fake_now_ms(o->fs))
        broken(o, "a fact of %s comes from the future", f->place ? f->place : "the root");
    if (f->kind != FACT_FILE || f->u.file.content == CONTENT_ABSENT) return;
    const struct fact_file *n = &f->u.file;
    if (n->content == CONTENT_WHOLE && !fs_fake_was_read(o->fs, n->id, n->size, n->mtime_ns)) {
        broken(o, "%s/%s is called whole, and was not read", f->place, profile_builtin()->artifact[n->artifact].path);
    }
}

static void take_fact(void *ctx, const struct fact *f) {
    struct watcher *w = ctx;
    if (w->world) check_fact(w->world, f);
    w->begun += f->kind == FACT_SCAN_BEGIN;
    fact_batch_add(w->facts, f);
}

static bool is_file_of(const struct fact *f, const char *place) {
    return f->kind == FACT_FILE && strcmp(f->place, place) == 0;
}

/* The files of one look in another order. */
static void apply_shuffled(struct world *o, size_t first, size_t n) {
    size_t order[MAX_ARTIFACTS] = {0};
    if (n > MAX_ARTIFACTS) {
        broken(o, "a look told %zu files", n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = pick(o, (unsigned)i + 1);
        order[i] = order[k];
        order[k] = i;
    }
    for (size_t i = 0; i < n; i++) table_apply(o->w.table, fact_batch_at(o->w.facts, first + order[i]));
}

static void apply_facts(struct watcher *w) {
    size_t n = fact_batch_count(w->facts);
    for (size_t i = 0; i < n;) {
        const struct fact *f = fact_batch_at(w->facts, i);
        size_t files = 0;
        if (w->world && w->world->twice && f->kind == FACT_FILE) {
            while (i + files < n && is_file_of(fact_batch_at(w->facts, i + files), f->place)) files++;
            apply_shuffled(w->world, i, files);
            apply_shuffled(w->world, i, files);
            i += files;
            continue;
        }
        table_apply(w->table, f);
        if (w->world && w->world->twice && f->kind == FACT_PLACE) table_apply(w->table, f);
        i++;
    }
    fact_batch_clear(w->facts);
}

/* What the table says now must have had its time. */
static void check_rows(struct world *o) {
    const struct profile *p = profile_builtin();
    int64_t wall = fake_wall(o->fs);
    for (size_t i = 0; i < table_count(o->w.table); i++) {
        const struct row *r = table_row(o->w.table, i);
        const struct place *place = table_place(o->w.table, r, ROOT_BATCH, NULL);
        if (!place) continue;
        for (int a = 0; a < p->n_artifacts; a++) {
            const struct file_state *f = place_file(place, a);
            if (!(p->artifact[a].roles & ROLE_REQUIRED)) continue;
            if (r->status == STATUS_COMPLETE && !o->was_whole[i][a]) {
                broken(o, "%s is complete, but %s never was whole", r->title, p->artifact[a].path);
            }
            if (f->content == CONTENT_PARTIAL && (r->flags & FLAG_TRUNCATED) && file_rested(place, f) >= SETTLE_MS &&
                wall - f->mtime_ns / 1000000 < SETTLE_MS) {
                broken(o, "%s: %s was condemned %lld ms after it was written", r->title, p->artifact[a].path,
                       (long long)(wall - f->mtime_ns / 1000000));
            }
        }
    }
}

static void watcher_open(struct watcher *w, struct world *o, struct fs_fake *fs, const struct watch_ops *ops,
                         const struct reader_ops *readers, int64_t reconcile_ms) {
    memset(w, 0, sizeof *w);
    w->world = o;
    w->fs = fs;
    w->facts = fact_batch_new();
    w->policy = (struct policy){.archive = ARCHIVE_NONE,
                                .stall_after_ms = INT64_C(1) << 40,
                                .archive_grace_ms = INT64_C(1) << 40,
                                .settle_ms = INT64_C(1) << 40,
                                .batch_path = BATCH,
                                .batch_name = "batch",
                                .separator = '/'};
    w->table = table_new(profile_builtin(), &w->policy);
    table_set_list(w->table, sweep_list_parse(list_text, sizeof list_text - 1, profile_builtin(), 0),
                   fs_fake_now_ms(fs));
    struct scanner_config c = {.fs = o ? operations_in_turn(o) : fs_fake_ops(fs),
                               .watch = ops,
                               .readers = readers,
                               .clock = fake_clock,
                               .wall = fake_wall,
                               .clock_ctx = fs,
                               .profile = profile_builtin(),
                               .root = ROOT_BATCH,
                               .path = BATCH,
                               .settle_ms = SETTLE_MS,
                               .active_ms = reconcile_ms,
                               .poll_ms = 2000,
                               .idle_ms = reconcile_ms > 180000 ? reconcile_ms : 180000,
                               .max_watches = MAX_WATCHES};
    if (o && o->rests) c.rest_ms = SETTLE_MS + pick(o, 20000);
    if (o && o->few_watches) {
        c.idle_ms = REST_MS / 2; /* who is not watched must be polled */
        if (chance(o, 2)) c.max_watches = pick(o, 12);
    }
    w->scanner = scanner_new(&c);
}

static void watcher_close(struct watcher *w) {
    scanner_free(w->scanner);
    fact_batch_free(w->facts);
    table_free(w->table);
}

static void run(struct watcher *w, int64_t ms) {
    struct world *o = w->world;
    int64_t end = fs_fake_now_ms(w->fs) + ms;
    for (;;) {
        if (o) deliver(o);
        int64_t now = fs_fake_now_ms(w->fs);
        if (o) memset(o->moved_to, 0, sizeof o->moved_to);
        int64_t due = scanner_step(w->scanner, now, o ? o->budget_ms : 50, (struct fact_sink){take_fact, w});
        apply_facts(w);
        now = fs_fake_now_ms(w->fs);
        table_tick(w->table, now);
        if (o) check_rows(o);
        if (due <= now || (o && o->n_events > 0)) due = now + 1;
        if (due > end) break;
        fs_fake_advance(w->fs, due - now);
    }
    int64_t now = fs_fake_now_ms(w->fs);
    if (now < end) fs_fake_advance(w->fs, end - now);
    table_tick(w->table, fs_fake_now_ms(w->fs));
}

/* ---- the sweep ---- */

static const char config_pre_run[] = "{\"status\": \"pre_run\", \"config\": {\"radiation\": {\"TM_K\": 1000}}}";
static const char config_final[] = "{\"supply\": {\"epsilon_mix\": 0.5}}";
static const char parquet[] = "PAR1dataFFFF\4\0\0\0PAR1";

static void whole_now(struct world *o, unsigned title, const char *path) {
    int a = profile_artifact_index(profile_builtin(), path);
    o->was_whole[title][a] = true;
    for (unsigned i = 0; i < CASES; i++) o->was_whole[i][a] |= o->moved_to[i] == title + 1;
}

static void write_at(struct world *o, unsigned title, const char *name, const char *data, size_t len) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", BATCH, titles[title], name);
    if (chance(o, 4))
        fs_fake_replace(o->fs, path, data, len);
    else
        fs_fake_write(o->fs, path, data, len);
}

static void write_json(struct world *o, unsigned title, const char *name, const char *data, size_t len, bool whole) {
    if (whole) whole_now(o, title, name);
    write_at(o, title, name, data, len);
}

/* Half, whole, or whole with a broken end of the same size. */
static void write_parquet(struct world *o, unsigned title, const char *name) {
    char data[sizeof parquet];
    size_t whole = sizeof parquet - 1, len = chance(o, 2) ? whole : pick(o, (unsigned)whole);
    memcpy(data, parquet, sizeof parquet);
    if (len == whole && chance(o, 4))
        data[whole - 1] = '?';
    else if (len == whole)
        whole_now(o, title, "series/run.parquet");
    write_at(o, title, name, data, len);
}

static void make_dirs(struct world *o, unsigned title) {
    static const char *const dirs[] = {"", "/series", "/checks"};
    char path[256];
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        snprintf(path, sizeof path, "%s/%s%s", BATCH, titles[title], dirs[i]);
        fs_fake_mkdir(o->fs, path);
    }
}

static void append_budget(struct world *o, unsigned title, const char *data, size_t len) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s/checks/mass_budget.csv", BATCH, titles[title]);
    whole_now(o, title, "checks/mass_budget.csv"); /* or maybe not */
    fs_fake_append(o->fs, path, data, len);
}

/* The same size, maybe the same time and identity, and not whole any more. */
static void break_without_trace(struct world *o, unsigned title) {
    write_json(o, title, "summary.json", "{\"a\": NaN ", 10, false);
}

/* A case from its first file to its last. */
static void whole_case(struct world *o, unsigned title) {
    make_dirs(o, title);
    write_json(o, title, "run_config.json", config_final, sizeof config_final - 1, true);
    append_budget(o, title, "a\n1\n", 4);
    write_parquet(o, title, "series/run.parquet");
    write_json(o, title, "summary.json", "{\"a\": NaN}", 10,
               true); /* of the size that it has when it is broken without a trace */
}

static void move_case(struct world *o, unsigned title) {
    char path[256], other[256];
    bool away = chance(o, 2);
    unsigned to = pick(o, CASES);
    snprintf(path, sizeof path, "%s/%s", BATCH, titles[title]);
    snprintf(other, sizeof other, "%s/%s", BATCH, away ? "elsewhere" : titles[to]);
    if (!away && to == title) return;
    fs_fake_remove(o->fs, other);
    if (fs_fake_rename(o->fs, path, other) != 0 || away) return;
    for (unsigned i = 0; i < CASES; i++) {
        if (o->moved_to[i] == title + 1) o->moved_to[i] = to + 1;
    }
    o->moved_to[title] = to + 1;
    for (int a = 0; a < MAX_ARTIFACTS; a++) o->was_whole[to][a] |= o->was_whole[title][a];
}

static void act_on(struct world *o, unsigned title) {
    char path[256], chunk[64];
    switch (pick(o, 16)) {
    case 0:
        make_dirs(o, title);
        break;
    case 1:
        write_json(o, title, "run_config.json", config_pre_run, sizeof config_pre_run - 1, true);
        break;
    case 2:
        append_budget(o, title, "time,mass\n1,2\n3,", pick(o, 17));
        break;
    case 3:
        snprintf(chunk, sizeof chunk, "series/run_chunk_%09u_%09u.parquet", pick(o, 3), pick(o, 3));
        write_parquet(o, title, chunk);
        break;
    case 4:
        write_parquet(o, title, "series/run.parquet");
        break;
    case 5: {
        unsigned len = pick(o, 11);
        write_json(o, title, "summary.json", "{\"a\": NaN}", len, len == 10);
        break;
    }
    case 6:
        write_json(o, title, "summary.json", "{\"a\": NaN}", 10, true);
        break;
    case 7:
        write_json(o, title, "run_config.json", config_final, sizeof config_final - 1, true);
        break;
    case 8:
        if (!chance(o, 3)) break;
        snprintf(path, sizeof path, "%s/%s", BATCH, titles[title]);
        fs_fake_remove(o->fs, path);
        break;
    case 9: /* away and back, or another case's directory under this name */
        move_case(o, title);
        break;
    case 10: /* the same name, another directory, and a file in it, maybe before anybody can look */
        snprintf(path, sizeof path, "%s/%s/series", BATCH, titles[title]);
        fs_fake_remove(o->fs, path);
        fs_fake_mkdir(o->fs, path);
        if (!o->in_hook && chance(o, 2)) run(&o->w, 500); /* or when it is known already */
        write_parquet(o, title, "series/run.parquet");
        break;
    case 11:
        snprintf(path, sizeof path, "%s/%s/log/run.log", BATCH, titles[title]);
        fs_fake_append(o->fs, path, "x", 1);
        break;
    case 12:
        break_without_trace(o, title);
        break;
    case 13:
    case 14:
        whole_case(o, title);
        break;
    default:
        snprintf(path, sizeof path, "%s/%s/summary.json", BATCH, titles[title]);
        fs_fake_remove(o->fs, path);
        break;
    }
}

static void act(struct world *o) { act_on(o, pick(o, CASES)); }

/* The case that a path is in, or any. */
static unsigned case_at(struct world *o, const char *path) {
    for (unsigned i = 0; i < CASES; i++) {
        if (strstr(path, titles[i])) return i;
    }
    return pick(o, CASES);
}

/* The world does not wait while it is read, and reading takes its time. What changes is often what is being read. */
static void before_operation(void *arg, enum fs_fake_op op, const char *path) {
    struct world *o = arg;
    (void)op;
    if (o->in_hook || o->quiet) return;
    o->in_hook = true;
    if (o->slow && chance(o, 8)) fs_fake_advance(o->fs, chance(o, 200) ? pick(o, 70000) : pick(o, 400));
    if (!o->away && chance(o, 24)) act_on(o, chance(o, 2) ? case_at(o, path) : pick(o, CASES));
    o->in_hook = false;
}

/* ---- what must hold ---- */

static void same_tables(struct world *o, struct table *b, const char *when) {
    struct table *a = o->w.table;
    int64_t now = fs_fake_now_ms(o->fs);
    table_set_over(a, true, now);
    table_set_over(b, true, now);
    table_tick(a, now);
    table_tick(b, now);
    for (size_t i = 0; i < table_count(a); i++) {
        const struct row *x = table_row(a, i), *y = table_row(b, i);
        const struct place *p = table_place(a, x, ROOT_BATCH, NULL), *q = table_place(b, y, ROOT_BATCH, NULL);
        /* That a result was written twice is known only to who was watching. */
        unsigned flags = (x->flags ^ y->flags) & ~(unsigned)FLAG_OVERWRITTEN;
        bool same = x->status == y->status && flags == 0 && !p == !q;
        const char *differs = NULL;
        for (int k = 0; same && p && k < profile_builtin()->n_artifacts; k++) {
            const struct file_state *f = place_file(p, k), *g = place_file(q, k);
            same = f->content == g->content && file_size(f) == file_size(g) && f->mtime_ns == g->mtime_ns &&
                   f->id_tag == g->id_tag;
            if (!same) differs = profile_builtin()->artifact[k].path;
        }
        if (!same) {
            broken(o, "%s: %s is %s (flags %x), a fresh scan says %s (flags %x)%s%s", when, x->title,
                   status_word(x->status), x->flags, status_word(y->status), y->flags,
                   differs ? "; they differ in " : "", differs ? differs : "");
        }
    }
    table_set_over(a, false, now);
    table_tick(a, now);
}

static void compare_with_fresh(struct world *o, const char *when) {
    struct watcher fresh;
    watcher_open(&fresh, NULL, o->fs, NULL, NULL, 2000);
    run(&fresh, REST_MS);
    same_tables(o, fresh.table, when);
    watcher_close(&fresh);
}

/* Long enough for everything to be looked at, whatever the weather. */
static int64_t rest_ms(const struct world *o) { return o->slow ? 10 * REST_MS : REST_MS; }

static void whole_pass(struct world *o) {
    table_expect_pass(o->w.table);
    scanner_full_pass(o->w.scanner, fs_fake_now_ms(o->fs));
    run(&o->w, rest_ms(o));
    if (!table_pass_ended(o->w.table, ROOT_BATCH)) broken(o, "a whole pass did not end");
}

struct known {
    size_t files;
    uint32_t absent[CASES]; /* required artifacts that are said to be absent */
};

/* What is known, and what would be said to be absent if the sweep were over. */
static void take_known(struct world *o, struct known *k) {
    struct table *t = o->w.table;
    int64_t now = fs_fake_now_ms(o->fs);
    memset(k, 0, sizeof *k);
    table_set_over(t, true, now);
    table_tick(t, now);
    for (size_t i = 0; i < table_count(t); i++) {
        const struct place *p = table_place(t, table_row(t, i), ROOT_BATCH, NULL);
        struct verdict v;
        for (int a = 0; p && a < profile_builtin()->n_artifacts; a++)
            k->files += place_file(p, a)->content != CONTENT_ABSENT;
        table_judge(t, table_row(t, i), now, &v);
        k->absent[i] = v.absent;
    }
    table_set_over(t, false, now);
    table_tick(t, now);
}

static void same_known(struct world *o, const struct known *before, const char *when) {
    struct known now;
    take_known(o, &now);
    if (now.files != before->files) broken(o, "%s: %zu files were known, now %zu", when, before->files, now.files);
    for (size_t i = 0; i < CASES; i++) {
        if (now.absent[i] & ~before->absent[i]) broken(o, "%s: files of %s are said to be absent", when, titles[i]);
    }
}

/* ---- weather ---- */

/* The drive goes and comes back: nothing that was known is lost in between. */
static void take_root_away(struct world *o) {
    struct watcher *w = &o->w;
    struct known known;
    o->away = true;
    run(w, rest_ms(o));
    if (o->lossy || o->rests) whole_pass(o); /* else what is known may not be what is there */
    take_known(o, &known);
    if (known.files > 0) {
        unsigned how = pick(o, 3);
        if (how == 0) fs_fake_unmount(o->fs, BATCH);
        if (how == 1) fs_fake_vanish(o->fs, BATCH);
        if (how == 2) fs_fake_fail(o->fs, BATCH, true, -1, chance(o, 2) ? UV_EIO : UV_ENOTCONN);
        run(w, rest_ms(o));
        same_known(o, &known, "the root is away");
        if (table_root(w->table, ROOT_BATCH)->readable) broken(o, "a root that is away is called readable");
        if (how == 2)
            fs_fake_heal(o->fs);
        else
            fs_fake_restore(o->fs, BATCH);
        run(w, rest_ms(o));
        if (!table_root(w->table, ROOT_BATCH)->readable) broken(o, "a root that is back is not called readable");
        same_known(o, &known, "the root is back");
    }
    o->away = false;
}

/* Another directory takes the root's place, with a case of the same name in it: the table must be of that one. */
static void replace_root(struct world *o) {
    fs_fake_rename(o->fs, BATCH, "/sweep/old_batch");
    fs_fake_mkdir(o->fs, BATCH);
    for (unsigned i = 0; i < CASES; i++) {
        if (i == 0 || chance(o, 3))
            whole_case(o, i);
        else
            make_dirs(o, i);
    }
}

static unsigned cases_there(const struct world *o) {
    unsigned n = 0;
    for (size_t i = 0; i < table_count(o->w.table); i++) {
        const struct place *p = table_place(o->w.table, table_row(o->w.table, i), ROOT_BATCH, NULL);
        n += p && p->present;
    }
    return n;
}

/* A network drive lists half of its names for a moment, and may not know the others by name either. */
static void shorten_lists(struct world *o) {
    struct known known;
    unsigned most = pick(o, 4);
    bool hides = chance(o, 2);
    o->away = true;
    run(&o->w, rest_ms(o));
    if (o->lossy || o->rests) whole_pass(o);
    take_known(o, &known);
    hides &= cases_there(o) > most + 3; /* fewer that are gone at once are believed */
    fs_fake_shorten(o->fs, BATCH, (int)most, hides);
    run(&o->w, hides ? pick(o, HELD_BACK_MS) : 3000 + pick(o, 3000));
    same_known(o, &known, "the listing was short");
    fs_fake_shorten(o->fs, BATCH, -1, false);
    run(&o->w, rest_ms(o));
    same_known(o, &known, "the listing is whole again");
    o->away = false;
}

/* The kernel's queue overflows: events are lost, and that is noticed. */
static void storm(struct world *o) {
    uint32_t begun = o->w.begun;
    int turns = 1 + (int)pick(o, 12);
    for (int i = 0; i < turns; i++) {
        fs_fake_lose_events(o->fs, true);
        for (unsigned n = pick(o, 6); n > 0; n--) act(o);
        fs_fake_lose_events(o->fs, false);
        scanner_lost(o->w.scanner, fs_fake_now_ms(o->fs));
        run(&o->w, pick(o, 300));
    }
    if (!o->slow && o->w.begun - begun > 3) {
        broken(o, "%u whole passes in a storm of %d turns", (unsigned)(o->w.begun - begun), turns);
    }
}

/* The machine sleeps while a drive elsewhere goes on changing. The monotonic clock may stand still meanwhile. */
static void sleep_for_hours(struct world *o) {
    int64_t ms = HOUR_MS / 10 + (int64_t)pick(o, 100) * HOUR_MS / 10;
    fs_fake_lose_events(o->fs, true);
    for (unsigned n = pick(o, 6); n > 0; n--) act(o);
    if (chance(o, 2))
        fs_fake_jump(o->fs, ms);
    else
        fs_fake_advance(o->fs, ms);
    fs_fake_lose_events(o->fs, false);
}

static void choose_weather(struct world *o) {
    static const int64_t granularity[] = {1, 1, 10000000, 2000000000};
    static const int64_t budget[] = {0, 1, 50};
    o->lossy = chance(o, 4);
    o->storms = chance(o, 4);
    o->goes_away = chance(o, 4);
    o->short_lists = chance(o, 6);
    o->slow = chance(o, 4);
    o->sleeps = chance(o, 4);
    o->few_watches = chance(o, 4);
    o->twice = chance(o, 3);
    o->queued = !chance(o, 3);
    o->budget_ms = budget[pick(o, 3)];
    /* Mostly there is no reconcile: what events do not bring is not found. */
    o->reconcile_ms = chance(o, 4) ? 5000 : FAR_OFF_MS;
    o->alone = chance(o, 4);
    o->rests = o->reconcile_ms < FAR_OFF_MS && chance(o, 2);
    fs_fake_reuse_ids(o->fs, chance(o, 4));
    fs_fake_hide_types(o->fs, chance(o, 7));
    fs_fake_granularity(o->fs, BATCH, granularity[pick(o, 4)]);
    if (o->few_watches && chance(o, 2)) fs_fake_watch_limit(o->fs, (int)pick(o, 20));
}

/* Cases that are finished when they are seen for the first time, some of which are broken just then. */
static void begin_finished(struct world *o) {
    for (unsigned i = 0; i < CASES; i++) {
        if (chance(o, 2)) whole_case(o, i);
    }
    run(&o->w, pick(o, 700));
    for (unsigned i = 0; i < CASES; i++) {
        if (chance(o, 4)) break_without_trace(o, i);
    }
    if (o->lossy || o->rests) return; /* only a reconcile finds it */
    o->quiet = true;
    run(&o->w, rest_ms(o));
    compare_with_fresh(o, "finished when it was seen first");
    o->quiet = false;
}

static void live(struct world *o) {
    if (chance(o, 3)) begin_finished(o);
    for (int i = 0; i < ACTIONS && !o->why[0]; i++) {
        if (o->lossy) fs_fake_lose_events(o->fs, chance(o, 3));
        act(o);
        if (chance(o, 2)) run(&o->w, pick(o, 700));
        if (o->storms && chance(o, 20)) storm(o);
        if (o->sleeps && chance(o, 20)) sleep_for_hours(o);
        if (o->goes_away && i == ACTIONS / 2) take_root_away(o);
        if (o->short_lists && i == ACTIONS / 3) shorten_lists(o);
        if (o->goes_away && i == ACTIONS * 3 / 4 && chance(o, 2)) replace_root(o);
    }
    fs_fake_lose_events(o->fs, false);
}

bool watch_sim_run(uint64_t seed, char why[WATCH_SIM_WORDS]) {
    struct world *o = calloc(1, sizeof *o);
    if (!o) abort();
    struct watch_ops ops = {o, watch_start, watch_stop};
    struct reader_ops readers = {o, run_readers, rest_readers};
    why[0] = '\0';
    o->why = why;
    o->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    o->fs = fs_fake_new();
    fs_fake_mkdir(o->fs, BATCH);
    choose_weather(o);
    watcher_open(&o->w, o, o->fs, &ops, o->alone ? NULL : &readers, o->reconcile_ms);
    fs_fake_note_reads(o->fs, true);
    fs_fake_on_change(o->fs, on_change, o);
    fs_fake_hook(o->fs, before_operation, o);
    live(o);
    o->quiet = true;
    run(&o->w, rest_ms(o));
    if (!o->lossy && !o->rests) {
        compare_with_fresh(o, "without a reconcile");
    } else if (o->reconcile_ms < FAR_OFF_MS) {
        run(&o->w, RECONCILE_MS);
        compare_with_fresh(o, "by the reconcile alone");
    }
    bool missing_is_wrong = !o->lossy && !o->slow;
    if (missing_is_wrong && scanner_missed(o->w.scanner) > 0) {
        broken(o, "%llu events are said to be missed", (unsigned long long)scanner_missed(o->w.scanner));
    }
    whole_pass(o);
    compare_with_fresh(o, "after a whole pass");
    if (fs_fake_counts(o->fs).special_opens > 0) broken(o, "a device was opened");
    watcher_close(&o->w);
    if (fs_fake_counts(o->fs).open_handles != 0) broken(o, "a handle was left open");
    fs_fake_free(o->fs);
    free(o);
    return !why[0];
}

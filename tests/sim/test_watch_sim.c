/* The watcher against random worlds: a seeded sweep writes into the fake file system while the scanner watches it on a
 * virtual clock; changes also come in the middle of scans. Whatever happened, once the world rests
 *   - the table equals that of a fresh scan, without a reconcile as long as no event was lost,
 *   - after lost events it does after one whole pass,
 *   - a root that went away changes nothing that was known.
 * SWEEPWATCH_SIM_SEEDS=N runs more seeds; a failure names its seed. */
#include "model/table.h"
#include "support/fs_fake.h"
#include "watch/scanner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 6, ACTIONS = 60, MAX_WATCHES = 4096, SETTLE_MS = 3000, REST_MS = 40000, FAR_OFF_MS = 1000000000 };
#define BATCH "/sweep/batch"

static const char *const titles[CASES] = {"T1000_eps0p5_tau1p0", "T1100_eps0p5_tau1p0", "T1200_eps0p5_tau1p0",
                                          "T1300_eps0p5_tau1p0", "T1400_eps0p5_tau1p0", "T1500_eps0p5_tau1p0"};
static const char list_text[] = "1000 0.5 1.0\n1100 0.5 1.0\n1200 0.5 1.0\n1300 0.5 1.0\n1400 0.5 1.0\n1500 0.5 1.0\n";

struct watcher {
    struct fs_fake *fs;
    struct scanner *scanner;
    struct table *table;
    struct policy policy;
    struct {
        char path[256];
        uint64_t token;
        int watch; /* -1: free */
    } watches[MAX_WATCHES];
    size_t n_watches;
};

struct world {
    struct watcher w;
    uint64_t random;
    bool in_hook;
    bool away; /* the root is gone: nobody writes */
};

static uint64_t next_random(struct world *o) {
    o->random ^= o->random << 13;
    o->random ^= o->random >> 7;
    o->random ^= o->random << 17;
    return o->random;
}

static unsigned pick(struct world *o, unsigned n) { return (unsigned)(next_random(o) >> 11) % n; }

/* ---- the watcher ---- */

static int64_t fake_clock(void *ctx) { return fs_fake_now_ms(ctx); }

static void apply(void *ctx, const struct fact *f) { table_apply(ctx, f); }

static int watch_start(void *ctx, const char *path, uint64_t token) {
    struct watcher *w = ctx;
    char full[256];
    size_t i = 0;
    snprintf(full, sizeof full, path[0] ? "%s/%s" : "%s%s", BATCH, path);
    int watch = fs_fake_watch(w->fs, full);
    if (watch < 0) return watch;
    while (i < w->n_watches && w->watches[i].watch >= 0) i++;
    assert_true(i < MAX_WATCHES);
    if (i == w->n_watches) w->n_watches++;
    snprintf(w->watches[i].path, sizeof w->watches[i].path, "%s", full);
    w->watches[i].token = token;
    w->watches[i].watch = watch;
    return 0;
}

static void watch_stop(void *ctx, uint64_t token) {
    struct watcher *w = ctx;
    for (size_t i = 0; i < w->n_watches; i++) {
        if (w->watches[i].watch < 0 || w->watches[i].token != token) continue;
        fs_fake_unwatch(w->fs, w->watches[i].watch);
        w->watches[i].watch = -1;
    }
}

static void on_change(void *arg, const char *dir) {
    struct watcher *w = arg;
    for (size_t i = 0; i < w->n_watches; i++) {
        if (w->watches[i].watch < 0 || strcmp(w->watches[i].path, dir) != 0) continue;
        /* As the kernel does it: the end of the directory itself comes with its own name. */
        bool alive = w->watches[i].token != 0 && fs_fake_watch_alive(w->fs, w->watches[i].watch);
        scanner_event(w->scanner, w->watches[i].token, alive ? "some file" : NULL, fs_fake_now_ms(w->fs));
    }
}

static void watcher_open(struct watcher *w, struct fs_fake *fs, const struct watch_ops *ops) {
    memset(w, 0, sizeof *w);
    w->fs = fs;
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
    struct scanner_config c = {.fs = fs_fake_ops(fs),
                               .watch = ops,
                               .clock = fake_clock,
                               .clock_ctx = fs,
                               .profile = profile_builtin(),
                               .root = ROOT_BATCH,
                               .path = BATCH,
                               .settle_ms = SETTLE_MS,
                               /* With events there is no reconcile: what they do not bring is not found. */
                               .active_ms = ops ? FAR_OFF_MS : 5000,
                               .poll_ms = 2000,
                               .idle_ms = ops ? FAR_OFF_MS : 180000,
                               .max_watches = MAX_WATCHES};
    w->scanner = scanner_new(&c);
}

static void watcher_close(struct watcher *w) {
    scanner_free(w->scanner);
    table_free(w->table);
}

static void run(struct watcher *w, int64_t ms) {
    int64_t end = fs_fake_now_ms(w->fs) + ms;
    for (;;) {
        int64_t now = fs_fake_now_ms(w->fs);
        int64_t due = scanner_step(w->scanner, now, 50, (struct fact_sink){apply, w->table});
        table_tick(w->table, now);
        if (due <= now) due = now + 1;
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

static void write_at(struct world *o, const char *title, const char *name, const char *data, size_t len) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", BATCH, title, name);
    if (pick(o, 4) == 0)
        fs_fake_replace(o->w.fs, path, data, len);
    else
        fs_fake_write(o->w.fs, path, data, len);
}

static void make_dirs(struct world *o, const char *title) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", BATCH, title);
    fs_fake_mkdir(o->w.fs, path);
    snprintf(path, sizeof path, "%s/%s/series", BATCH, title);
    fs_fake_mkdir(o->w.fs, path);
    snprintf(path, sizeof path, "%s/%s/checks", BATCH, title);
    fs_fake_mkdir(o->w.fs, path);
}

static void act(struct world *o) {
    const char *title = titles[pick(o, CASES)];
    char path[256], other[256], chunk[64];
    size_t whole = sizeof parquet - 1;
    switch (pick(o, 13)) {
    case 0:
        make_dirs(o, title);
        break;
    case 1:
        write_at(o, title, "run_config.json", config_pre_run, sizeof config_pre_run - 1);
        break;
    case 2:
        snprintf(path, sizeof path, "%s/%s/checks/mass_budget.csv", BATCH, title);
        fs_fake_append(o->w.fs, path, "time,mass\n1,2\n3,", pick(o, 17));
        break;
    case 3:
        snprintf(chunk, sizeof chunk, "series/run_chunk_%09u_%09u.parquet", pick(o, 3), pick(o, 3));
        write_at(o, title, chunk, parquet, pick(o, 2) ? whole : pick(o, (unsigned)whole));
        break;
    case 4:
        write_at(o, title, "series/run.parquet", parquet, pick(o, 2) ? whole : pick(o, (unsigned)whole));
        break;
    case 5:
        write_at(o, title, "summary.json", "{\"a\": NaN}", pick(o, 11));
        break;
    case 6:
        write_at(o, title, "summary.json", "{\"a\": NaN}", 10);
        break;
    case 7:
        write_at(o, title, "run_config.json", config_final, sizeof config_final - 1);
        break;
    case 8:
        if (pick(o, 3)) break;
        snprintf(path, sizeof path, "%s/%s", BATCH, title);
        fs_fake_remove(o->w.fs, path);
        break;
    case 9: /* away and back, or another case's directory under this name */
        snprintf(path, sizeof path, "%s/%s", BATCH, title);
        snprintf(other, sizeof other, "%s/%s", BATCH, pick(o, 2) ? titles[pick(o, CASES)] : "elsewhere");
        fs_fake_remove(o->w.fs, other);
        fs_fake_rename(o->w.fs, path, other);
        break;
    case 10: /* the same name, another directory, and a file in it before anybody can look */
        snprintf(path, sizeof path, "%s/%s/series", BATCH, title);
        fs_fake_remove(o->w.fs, path);
        fs_fake_mkdir(o->w.fs, path);
        write_at(o, title, "series/run.parquet", parquet, whole);
        break;
    case 11:
        make_dirs(o, title);
        write_at(o, title, "checks/mass_budget.csv", "a\n1\n", 4);
        write_at(o, title, "summary.json", "{}", 2);
        break;
    default:
        snprintf(path, sizeof path, "%s/%s/summary.json", BATCH, title);
        fs_fake_remove(o->w.fs, path);
        break;
    }
}

/* The world does not wait while it is read. */
static void before_operation(void *arg, enum fs_fake_op op, const char *path) {
    struct world *o = arg;
    (void)op;
    (void)path;
    if (o->in_hook || o->away || pick(o, 24) != 0) return;
    o->in_hook = true;
    act(o);
    o->in_hook = false;
}

/* ---- what must hold ---- */

static void same_tables(struct table *a, struct table *b, int64_t now, uint64_t seed, const char *when) {
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
        for (int k = 0; same && p && k < profile_builtin()->n_artifacts; k++) {
            const struct file_state *f = &p->files[k], *g = &q->files[k];
            same = f->content == g->content && f->size == g->size && f->mtime_ns == g->mtime_ns && f->id == g->id;
        }
        if (!same) {
            fail_msg("seed %llu, %s: %s is %s (flags %x), a fresh scan says %s (flags %x)", (unsigned long long)seed,
                     when, x->title, status_word(x->status), x->flags, status_word(y->status), y->flags);
        }
    }
    table_set_over(a, false, now);
}

static void compare_with_fresh(struct world *o, uint64_t seed, const char *when) {
    struct watcher *fresh = malloc(sizeof *fresh);
    assert_non_null(fresh);
    watcher_open(fresh, o->w.fs, NULL);
    run(fresh, REST_MS);
    same_tables(o->w.table, fresh->table, fs_fake_now_ms(o->w.fs), seed, when);
    watcher_close(fresh);
    free(fresh);
}

static void whole_pass(struct watcher *w) {
    uint32_t passes = table_root(w->table, ROOT_BATCH)->passes;
    scanner_full_pass(w->scanner, fs_fake_now_ms(w->fs));
    run(w, REST_MS);
    assert_true(table_root(w->table, ROOT_BATCH)->passes > passes);
}

static size_t known_files(const struct table *t) {
    size_t n = 0;
    for (size_t i = 0; i < table_count(t); i++) {
        const struct place *p = table_place(t, table_row(t, i), ROOT_BATCH, NULL);
        for (int k = 0; p && k < profile_builtin()->n_artifacts; k++) n += p->files[k].content != CONTENT_ABSENT;
    }
    return n;
}

/* The drive goes and comes back: nothing that was known is lost in between. */
static void take_root_away(struct world *o, uint64_t seed) {
    struct watcher *w = &o->w;
    run(w, REST_MS);
    size_t known = known_files(w->table);
    if (known == 0) return;
    o->away = true;
    if (pick(o, 2))
        fs_fake_unmount(w->fs, BATCH);
    else
        fs_fake_vanish(w->fs, BATCH);
    run(w, REST_MS);
    if (known_files(w->table) != known) fail_msg("seed %llu: an absent root changed facts", (unsigned long long)seed);
    assert_int_equal(table_root(w->table, ROOT_BATCH)->health, HEALTH_STALE);
    fs_fake_restore(w->fs, BATCH);
    o->away = false;
    run(w, REST_MS);
    assert_true(table_root(w->table, ROOT_BATCH)->readable);
}

static void one_seed(uint64_t seed) {
    struct world *o = calloc(1, sizeof *o);
    assert_non_null(o);
    struct fs_fake *fs = fs_fake_new();
    struct watch_ops ops = {&o->w, watch_start, watch_stop};
    bool lossy = seed % 3 == 1, goes_away = seed % 5 == 2;
    o->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    fs_fake_mkdir(fs, "/sweep");
    fs_fake_mkdir(fs, BATCH);
    fs_fake_reuse_ids(fs, seed % 4 == 3);
    fs_fake_hide_types(fs, seed % 7 == 5);
    watcher_open(&o->w, fs, &ops);
    fs_fake_on_change(fs, on_change, &o->w);
    fs_fake_hook(fs, before_operation, o);
    for (int i = 0; i < ACTIONS; i++) {
        if (lossy) fs_fake_lose_events(fs, pick(o, 3) == 0);
        act(o);
        if (pick(o, 2)) run(&o->w, pick(o, 700));
        if (goes_away && i == ACTIONS / 2) take_root_away(o, seed);
    }
    fs_fake_lose_events(fs, false);
    fs_fake_hook(fs, NULL, NULL);
    run(&o->w, REST_MS);
    if (!lossy) compare_with_fresh(o, seed, "without a reconcile");
    whole_pass(&o->w);
    compare_with_fresh(o, seed, "after a whole pass");
    assert_int_equal(fs_fake_counts(fs).special_opens, 0);
    watcher_close(&o->w);
    fs_fake_free(fs);
    free(o);
}

static void test_random_worlds(void **state) {
    const char *more = getenv("SWEEPWATCH_SIM_SEEDS");
    uint64_t seeds = more ? strtoull(more, NULL, 10) : 500;
    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++) one_seed(seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_worlds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

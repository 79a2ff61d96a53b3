/* bench_model [N...]: the model and the screen alone, without any file: what a case, a fact, a tick and a frame cost,
 * by the number of cases (default: 100 1000 10000 50000 100000).
 *
 * CSV on stdout, a line a number of cases: ns and facts a second of the first pass over finished cases; ns a changed
 * case of a tick that judges 100 changed ones, and of one that finds nothing to do; bytes a case; and of a frame of
 * 200x60 after a fifth of the cases (10,000 at most) have changed the median and the 99th percentile in ms, once with
 * the changes applied and once without any; the 99th percentile of a key and the frame that answers it, of keys of
 * all views, after such changes; last, bytes a case when all are finished and have their copy in the archive, told as a
 * scan tells them. The best of three for the rates: what the machine does meanwhile only adds.
 */
#include "model/text.h"
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 60, COLS = 200, FRAMES = 100, KEY_ROUNDS = 10, CHANGED = 10000, TOUCHED = 100, TICKS = 1000 };

static const struct policy policy = {.archive = ARCHIVE_NONE,
                                     .stall_after_ms = 1800000,
                                     .settle_ms = 600000,
                                     .batch_path = "/data/sweep/batch_1",
                                     .batch_name = "batch_1",
                                     .separator = '/'};
static const struct policy with_archive = {.archive = ARCHIVE_GIVEN,
                                           .stall_after_ms = 1800000,
                                           .settle_ms = 600000,
                                           .batch_path = "/data/sweep/batch_1",
                                           .batch_name = "batch_1",
                                           .separator = '/'};
#define WALL INT64_C(1709294400000)

struct world {
    struct table *table;
    char (*title)[48];
    char *list; /* kept to the end, so that its memory is not counted as free for the table */
    size_t n;
    int64_t now;
    uint64_t id;
};

static int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* others' work does not count */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static long peak_kb(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

/* Cases of a grid: T from 1000 in steps of 10, 100 EPS, 100 TAU. */
static char *make_titles(struct world *w, size_t *len) {
    size_t cap = w->n * 32 + 64;
    char *text = must(malloc(cap));
    *len = 0;
    for (size_t i = 0; i < w->n; i++) {
        size_t t = 1000 + 10 * (i / 10000), eps = i / 100 % 100, tau = i % 100;
        *len += (size_t)snprintf(text + *len, cap - *len, "%zu 0.%02zu %zu.5\n", t, eps, tau);
        snprintf(w->title[i], sizeof w->title[i], "T%zu_eps0p%02zu_tau%zup5", t, eps, tau);
    }
    return text;
}

static void tell_root(struct world *w, enum root_id root, const char *path) {
    struct fact f = {.kind = FACT_ROOT, .root = root};
    f.u.root_state.health = HEALTH_LIVE;
    f.u.root_state.path = path;
    f.u.root_state.settle_ms = 3000;
    f.u.root_state.poll_ms = 5000;
    table_apply(w->table, &f);
}

static void tell_list(struct world *w, const char *text, size_t len) {
    struct fact f = {.kind = FACT_LIST};
    f.u.list.path = "/data/sweep/batch_1/checks/expected_sweep_list.txt";
    f.u.list.text = text;
    f.u.list.len = len;
    table_apply(w->table, &f);
    tell_root(w, ROOT_BATCH, "/data/sweep/batch_1");
}

static void file(struct world *w, size_t i, int artifact, enum content content, int64_t size) {
    struct fact f = {.kind = FACT_FILE, .at = w->now, .place = w->title[i]};
    f.u.file.artifact = artifact;
    f.u.file.content = content;
    f.u.file.size = size;
    f.u.file.mtime_ns = (WALL + w->now - 1000) * 1000000;
    f.u.file.id = w->id++;
    if (profile_builtin()->artifact[artifact].kind == KIND_JSON) /* what is read whole has one */
        f.u.file.hash = text_hash(&f.u.file.id, sizeof f.u.file.id, 0);
    table_apply(w->table, &f);
}

static void place(struct world *w, enum root_id root, size_t i) {
    struct fact f = {.kind = FACT_PLACE, .root = root, .at = w->now, .place = w->title[i]};
    f.u.place_state.present = f.u.place_state.has_files = true;
    f.u.place_state.stamp = w->id++;
    table_apply(w->table, &f);
}

/* Its four files and its directory; every third case is still running. Returns how many facts. */
static size_t tell_case(struct world *w, size_t i) {
    const struct profile *p = profile_builtin();
    size_t n = 1;
    for (int a = 0; a < p->n_artifacts; a++) {
        if (!(p->artifact[a].roles & ROLE_REQUIRED)) continue;
        if (i % 3 == 0 && (p->artifact[a].roles & ROLE_LAST_RESULT)) continue;
        file(w, i, a, CONTENT_WHOLE, 8000);
        n++;
    }
    place(w, ROOT_BATCH, i);
    return n;
}

/* A finished case in one root, as a scan tells it: with what its files say, and what is not there. */
static void tell_whole(struct world *w, enum root_id root, size_t i) {
    const struct profile *p = profile_builtin();
    char dir[96];
    snprintf(dir, sizeof dir, "/data/sweep/batch_1/%s", w->title[i]);
    const struct fact_value config[] = {{profile_value_index(p, "outdir"), dir, 0},
                                        {profile_value_index(p, "archive.enabled"), "true", 0},
                                        {profile_value_index(p, "archive.dir"), "/mnt/archive", 0},
                                        {profile_value_index(p, "t_end_s"), "100", 0}};
    const struct fact_value summary[] = {{profile_value_index(p, "case_status"), "no_blowout", 0}};
    for (int a = 0; a < p->n_artifacts; a++) {
        struct fact f = {.kind = FACT_FILE, .root = root, .at = w->now, .place = w->title[i]};
        unsigned roles = p->artifact[a].roles, copied = root == ROOT_ARCHIVE ? ROLE_MARKER_DONE | ROLE_MANIFEST : 0;
        f.u.file.artifact = a;
        if (roles & (ROLE_REQUIRED | copied)) {
            f.u.file.content = CONTENT_WHOLE;
            f.u.file.size = 8000;
            f.u.file.mtime_ns = (WALL + w->now - 1000) * 1000000;
            f.u.file.id = w->id++;
            f.u.file.hash = p->artifact[a].kind == KIND_JSON ? text_hash(&i, sizeof i, (uint64_t)a) : 0;
            f.u.file.note = roles & ROLE_MARKER_DONE ? "verified" : NULL;
            f.u.file.values = roles & ROLE_CONFIG ? config : summary;
            f.u.file.n_values = roles & ROLE_CONFIG        ? sizeof config / sizeof *config
                                : roles & ROLE_LAST_RESULT ? sizeof summary / sizeof *summary
                                                           : 0;
        }
        table_apply(w->table, &f);
    }
    struct fact progress = {.kind = FACT_PROGRESS, .root = root, .at = w->now, .place = w->title[i]};
    progress.u.progress.rows = 512;
    progress.u.progress.chunk_rows = -1;
    progress.u.progress.value = 100;
    table_apply(w->table, &progress);
    place(w, root, i);
}

static void scan(struct world *w, enum fact_kind kind) {
    struct fact f = {.kind = kind, .at = w->now};
    f.u.scan.generation = 1;
    table_apply(w->table, &f);
}

/* *before_kb: the most memory that was in use before the table had anything in it. */
static struct world world_of(size_t n, const struct policy *p, long *before_kb) {
    struct world w = {.n = n, .id = 1, .table = table_new(profile_builtin(), p)};
    size_t len;
    w.title = must(calloc(n, sizeof *w.title));
    w.list = make_titles(&w, &len);
    *before_kb = peak_kb();
    tell_list(&w, w.list, len);
    return w;
}

/* ns a fact, judging included. */
static double first_pass(struct world *w) {
    size_t facts = 0;
    int64_t begun = clock_ns();
    scan(w, FACT_SCAN_BEGIN);
    for (size_t i = 0; i < w->n; i++) {
        facts += tell_case(w, i);
        if (i % 32 == 31) table_tick(w->table, w->now);
    }
    scan(w, FACT_SCAN_END);
    table_tick(w->table, w->now);
    return (double)(clock_ns() - begun) / (double)facts;
}

static double changed_tick(struct world *w) {
    int budget = profile_artifact_index(profile_builtin(), "checks/mass_budget.csv");
    int64_t begun = clock_ns();
    size_t touched = w->n < TOUCHED ? w->n : TOUCHED;
    for (int tick = 0; tick < TICKS; tick++) {
        w->now += 10;
        for (size_t k = 0; k < touched; k++) {
            file(w, (size_t)(text_hash(&w->id, sizeof w->id, 0) % w->n), budget, CONTENT_WHOLE, (int64_t)w->id);
        }
        table_tick(w->table, w->now);
    }
    return (double)(clock_ns() - begun) / TICKS / (double)touched;
}

static double idle_tick(struct world *w) {
    int64_t begun = clock_ns();
    for (int tick = 0; tick < TICKS; tick++) table_tick(w->table, w->now += 10);
    return (double)(clock_ns() - begun) / TICKS;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Changes the status of so many cases; i: anything that goes on. */
static void change(struct world *w, size_t i) {
    int budget = profile_artifact_index(profile_builtin(), "checks/mass_budget.csv");
    size_t changed = w->n / 5 < CHANGED ? w->n / 5 : CHANGED;
    for (size_t k = 0; k < changed; k++)
        file(w, (k * 7 + i) % w->n, budget, i & 1 ? CONTENT_PARTIAL : CONTENT_WHOLE, (int64_t)w->id);
}

/* One drawing after what may have changed, and after a key, 0 none; ms. */
static double draw(struct world *w, struct ui_state *ui, struct screen *screen, int key) {
    static const struct eta eta;
    const struct table *tables[] = {w->table};
    const struct fleet fleet = {tables, 1};
    w->now += 100;
    table_tick(w->table, w->now);
    int64_t begun = clock_ns();
    if (key) ui_key(ui, key, &fleet);
    struct view_input in = {
        .fleet = &fleet, .ui = ui, .now_ms = w->now, .wall_ms = WALL + w->now, .elapsed_ms = w->now, .eta = &eta};
    view_render(&in, screen);
    return (double)(clock_ns() - begun) / 1e6;
}

static void frames(struct world *w, bool changes, double *median, double *p99) {
    static double ms[FRAMES];
    struct ui_state ui;
    struct screen *screen = screen_new(ROWS, COLS, true);
    ui_init(&ui);
    for (int i = -5; i < FRAMES; i++) {
        if (changes) change(w, (size_t)(i + 5));
        double took = draw(w, &ui, screen, 0);
        if (i >= 0) ms[i] = took;
    }
    qsort(ms, FRAMES, sizeof *ms, by_size);
    *median = ms[FRAMES / 2];
    *p99 = ms[FRAMES * 99 / 100];
    ui_free(&ui);
    screen_free(screen);
}

static double keys(struct world *w) {
    /* Moving, sorting, parameters, each view, a filter and a search letter by letter, marks, help. */
    static const char pressed[] = "jkGgsSsss"
                                  "tt"
                                  "2jlGgkh"
                                  "3+-0Gg"
                                  "4!jG"
                                  "5Gg"
                                  "1 f9.5\r\033/9.\033n!??";
    enum { N = sizeof pressed - 1 };
    static double ms[KEY_ROUNDS * N];
    struct ui_state ui;
    struct screen *screen = screen_new(ROWS, COLS, true);
    ui_init(&ui);
    draw(w, &ui, screen, 0);
    for (size_t i = 0; i < KEY_ROUNDS * N; i++) {
        char c = pressed[i % N];
        change(w, i);
        ms[i] = draw(w, &ui, screen, c == '\r' ? UI_KEY_ENTER : c == '\033' ? UI_KEY_ESC : c);
    }
    qsort(ms, KEY_ROUNDS * N, sizeof *ms, by_size);
    ui_free(&ui);
    screen_free(screen);
    return ms[KEY_ROUNDS * N * 99 / 100];
}

static void least(double *best, double now, int round) {
    if (round == 0 || now < *best) *best = now;
}

/* Bytes a case when each is finished and has its copy. */
static double bytes_with_copy(size_t n) {
    long before;
    struct world w = world_of(n, &with_archive, &before);
    tell_root(&w, ROOT_ARCHIVE, "/mnt/archive");
    for (size_t i = 0; i < n; i++) {
        tell_whole(&w, ROOT_BATCH, i);
        tell_whole(&w, ROOT_ARCHIVE, i);
        if (i % 32 == 31) table_tick(w.table, w.now);
    }
    table_tick(w.table, w.now);
    if (table_status_count(w.table, STATUS_COMPLETE) != n) abort();
    return (double)(peak_kb() - before) * 1024 / (double)n;
}

/* In a process of its own: the peak is that of the process. False: it broke. */
static bool apart(double (*figure)(size_t), size_t n, double *out) {
    int ends[2], status = 1;
    if (pipe(ends) != 0) return false;
    pid_t child = fork();
    if (child == 0) {
        double d = figure(n);
        _exit(write(ends[1], &d, sizeof d) == sizeof d ? 0 : 1);
    }
    close(ends[1]);
    bool ok = child > 0 && read(ends[0], out, sizeof *out) == sizeof *out;
    close(ends[0]);
    return child > 0 && waitpid(child, &status, 0) >= 0 && status == 0 && ok;
}

static double measure(size_t n) {
    double pass = 0, changed = 0, idle = 0, median[2], p99[2], key = 0;
    long before, grown = 0;
    for (int round = 0; round < 3; round++) {
        struct world w = world_of(n, &policy, &before);
        least(&pass, first_pass(&w), round);
        if (round == 0) grown = peak_kb() - before;
        least(&changed, changed_tick(&w), round);
        least(&idle, idle_tick(&w), round);
        if (round == 2) {
            frames(&w, true, &median[0], &p99[0]);
            frames(&w, false, &median[1], &p99[1]);
            key = keys(&w);
        }
        table_free(w.table);
        free(w.title);
        free(w.list);
    }
    printf("%zu,%.0f,%.2f,%.0f,%.0f,%.0f,%.3f,%.3f,%.3f,%.3f,%.3f", n, pass, 1e3 / pass, changed, idle,
           (double)grown * 1024 / (double)n, median[0], p99[0], median[1], p99[1], key);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv) {
    static char *const usual[] = {"100", "1000", "10000", "50000", "100000", NULL};
    char *const *number = argc > 1 ? argv + 1 : usual;
    puts("cases,ns_a_fact,million_facts_a_second,ns_a_changed_case,ns_an_idle_tick,bytes_a_case,"
         "frame_ms,frame_ms_p99,still_frame_ms,still_frame_ms_p99,key_ms_p99,bytes_a_copied_case");
    fflush(stdout);
    for (; *number; number++) {
        double nothing, copied;
        size_t n = (size_t)strtoul(*number, NULL, 10);
        if (!apart(measure, n, &nothing) || !apart(bytes_with_copy, n, &copied)) return 1;
        printf(",%.0f\n", copied);
        fflush(stdout);
    }
    return 0;
}

#include "app/demo_writer.h"

#include "app/demo_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* ---- what happens to whom: pure ---- */

static const struct scenario {
    const char *word;
    int cases, parallel;
    int case_ms;    /* mean duration of a case at speed 1; 0: never wait */
    int extra;      /* further small files a case */
    const char *i0; /* the list's column, NULL: it has none */
    int n_eps, n_tau;
    const char *eps[5], *tau[4];
    int t_step;
} scenarios[DEMO_SCENARIOS] = {
    [DEMO_MIXED] = {.word = "mixed",
                    .cases = 24,
                    .parallel = 4,
                    .case_ms = 8600,
                    .n_eps = 3,
                    .n_tau = 2,
                    .eps = {"0.1", "0.5", "1.0"},
                    .tau = {"0.5", "1.0"},
                    .t_step = 500},
    [DEMO_CLEAN] = {.word = "clean",
                    .cases = 12,
                    .parallel = 4,
                    .case_ms = 6200,
                    .n_eps = 3,
                    .n_tau = 2,
                    .eps = {"0.1", "0.5", "1.0"},
                    .tau = {"0.5", "1.0"},
                    .t_step = 500},
    [DEMO_STORM] = {.word = "storm",
                    .cases = 200,
                    .parallel = 8,
                    .extra = 20,
                    .i0 = "0.05",
                    .n_eps = 5,
                    .n_tau = 4,
                    .eps = {"0.1", "0.2", "0.5", "1.0", "2.0"},
                    .tau = {"0.25", "0.5", "1.0", "2.0"},
                    .t_step = 100},
};

enum { STALL_MS = 12000, T_FIRST = 3000, MAX_PARALLEL = 8 };
/* EPS of the duplicate title, and its other spelling. */
static const char duplicate_eps[] = "0.5", duplicate_spelling[] = "0p5";

int demo_scenario_from_word(const char *word) {
    for (int i = 0; i < DEMO_SCENARIOS; i++) {
        if (strcmp(word, scenarios[i].word) == 0) return i;
    }
    return -1;
}

const char *demo_scenario_word(enum demo_scenario s) { return scenarios[s].word; }

static bool has_troubles(const struct demo_options *o) { return o->scenario == DEMO_MIXED; }

static bool has_archive(const struct demo_options *o) { return o->archive_dir != NULL && o->archive_dir[0] != '\0'; }

size_t demo_case_count(const struct demo_options *o) {
    if ((int)o->scenario < 0 || o->scenario >= DEMO_SCENARIOS || o->cases < 0 || o->cases > DEMO_MAX_CASES) return 0;
    int n = o->cases > 0 ? o->cases : scenarios[o->scenario].cases;
    return has_troubles(o) && n < DEMO_MIXED_MIN_CASES ? 0 : (size_t)n;
}

/* The tokens of a case. */
struct point {
    char t[16];
    const char *eps, *tau, *i0;
};

static struct point point_of(const struct demo_options *o, size_t index) {
    const struct scenario *s = &scenarios[o->scenario];
    size_t n_tau = (size_t)s->n_tau, n_eps = (size_t)s->n_eps;
    struct point p = {.eps = s->eps[index / n_tau % n_eps], .tau = s->tau[index % n_tau], .i0 = s->i0};
    snprintf(p.t, sizeof p.t, "%zu", T_FIRST + (size_t)s->t_step * (index / (n_tau * n_eps)));
    return p;
}

void demo_case_title(const struct demo_options *o, size_t index, char *out) {
    struct point p = point_of(o, index);
    demo_title(p.t, p.eps, p.tau, p.i0, out, DEMO_TITLE_BYTES);
}

/* One case a trouble, drawn from the first two thirds of the list (the stall from the first third) so that each has
 * shown itself before the sweep ends. */
static void draw_fates(const struct demo_options *o, size_t n, size_t chosen[DEMO_FATES]) {
    static const enum demo_fate order[] = {DEMO_DUPLICATE,         DEMO_STALLS,       DEMO_DIES,
                                           DEMO_TRUNCATED,         DEMO_CONTAMINATED, DEMO_ARCHIVE_SKIPPED,
                                           DEMO_ARCHIVE_INCOMPLETE};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        size_t window = order[k] == DEMO_STALLS ? n / 3 : n * 2 / 3;
        size_t at = (size_t)(demo_random(o->seed, 1000 + k) % window);
        for (;; at = (at + 1) % window) {
            bool taken = order[k] == DEMO_DUPLICATE && strcmp(point_of(o, at).eps, duplicate_eps) != 0;
            for (size_t before = 0; before < k; before++) taken = taken || chosen[order[before]] == at;
            if (!taken) break;
        }
        chosen[order[k]] = at;
    }
}

enum demo_fate demo_case_fate(const struct demo_options *o, size_t index) {
    size_t n = demo_case_count(o);
    if (n == 0 || !has_troubles(o)) return DEMO_GOOD;
    size_t chosen[DEMO_FATES];
    draw_fates(o, n, chosen);
    for (int f = DEMO_GOOD + 1; f < DEMO_FATES; f++) {
        bool of_archive = f == DEMO_ARCHIVE_SKIPPED || f == DEMO_ARCHIVE_INCOMPLETE;
        if (chosen[f] == index && (!of_archive || has_archive(o))) return (enum demo_fate)f;
    }
    return DEMO_GOOD;
}

enum case_status demo_expected_status(const struct demo_options *o, size_t index) {
    static const enum case_status status[DEMO_FATES] = {
        [DEMO_GOOD] = STATUS_COMPLETE,
        [DEMO_DIES] = STATUS_MISSING,
        [DEMO_STALLS] = STATUS_COMPLETE,
        [DEMO_TRUNCATED] = STATUS_INVALID,
        [DEMO_CONTAMINATED] = STATUS_INVALID,
        [DEMO_ARCHIVE_SKIPPED] = STATUS_ARCHIVE_FAILED,
        [DEMO_ARCHIVE_INCOMPLETE] = STATUS_ARCHIVE_FAILED,
        [DEMO_DUPLICATE] = STATUS_INVALID,
    };
    return status[demo_case_fate(o, index)];
}

/* The nearest case after this one that differs in both T and EPS. */
static size_t donor_of(const struct demo_options *o, size_t index) {
    size_t n = demo_case_count(o);
    struct point own = point_of(o, index);
    size_t at = (index + 1) % n;
    while (strcmp(point_of(o, at).t, own.t) == 0 || strcmp(point_of(o, at).eps, own.eps) == 0) at = (at + 1) % n;
    return at;
}

/* ---- one run of a case as a list of small steps: pure ---- */

enum step_kind {
    STEP_MKDIR,
    STEP_WRITE,   /* a piece of a text; the first one empties the file */
    STEP_PUBLISH, /* rename away the ".part" */
    STEP_REMOVE,
    STEP_RMDIR,
    STEP_COPY,    /* a piece of a local file to the archive; the last one takes over its time */
    STEP_MANIFEST /* a piece of the archive's manifest, made from the files as they are here */
};

enum side { HERE, ARCHIVE };
enum { PATH_BYTES = 64 };

struct step {
    enum step_kind kind;
    enum side side;
    uint32_t weight;  /* share of the case's duration that passes before the step */
    uint32_t wait_ms; /* and this, whatever the duration */
    char path[PATH_BYTES];
    size_t text;          /* STEP_WRITE: index into plan.text */
    size_t from, to;      /* STEP_WRITE: bytes */
    uint32_t part, parts; /* STEP_COPY, STEP_MANIFEST */
};

struct plan {
    struct step *step;
    size_t n_steps, cap_steps;
    struct demo_text *text;
    size_t n_texts, cap_texts;
    char (*listed)[PATH_BYTES]; /* files of the manifest, in its order */
    size_t n_listed, cap_listed;
    uint64_t total_weight;
    uint32_t duration_ms;
    uint64_t seed;
};

static void plan_free(struct plan *p) {
    for (size_t i = 0; i < p->n_texts; i++) demo_text_free(&p->text[i]);
    free(p->text);
    free(p->step);
    free(p->listed);
    *p = (struct plan){0};
}

/* Room for one more element of `size` bytes. */
static void *grown(void *array, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return array;
    *cap = *cap == 0 ? 64 : *cap * 2;
    void *more = realloc(array, *cap * size);
    if (more == NULL) abort();
    return more;
}

static struct step *add(struct plan *p, enum step_kind kind, enum side side, uint32_t weight, const char *path) {
    p->step = grown(p->step, p->n_steps, &p->cap_steps, sizeof *p->step);
    struct step *s = &p->step[p->n_steps];
    /* Uneven, so that parallel cases do not march in step. */
    weight += (uint32_t)(demo_random(p->seed, 5000 + p->n_steps) % (weight / 2 + 1));
    *s = (struct step){.kind = kind, .side = side, .weight = weight};
    snprintf(s->path, sizeof s->path, "%s", path);
    p->n_steps++;
    p->total_weight += weight;
    return s;
}

/* The plan owns the text from now on; returns its index. */
static size_t keep_text(struct plan *p, struct demo_text *text) {
    p->text = grown(p->text, p->n_texts, &p->cap_texts, sizeof *p->text);
    p->text[p->n_texts] = *text;
    *text = (struct demo_text){0};
    return p->n_texts++;
}

static void write_piece(struct plan *p, uint32_t weight, const char *path, size_t text, size_t from, size_t to) {
    struct step *s = add(p, STEP_WRITE, HERE, weight, path);
    s->text = text;
    s->from = from;
    s->to = to;
}

/* The first `len` bytes of a text in `pieces` appends; each piece but the first waits for `weight`. */
static void write_pieces(struct plan *p, uint32_t weight, const char *path, size_t text, size_t len, size_t pieces) {
    for (size_t i = 0; i < pieces; i++) {
        write_piece(p, i == 0 ? weight / 2 : weight, path, text, len * i / pieces, len * (i + 1) / pieces);
    }
}

static void write_whole(struct plan *p, uint32_t weight, const char *path, struct demo_text *text, size_t pieces) {
    size_t len = text->len;
    write_pieces(p, weight, path, keep_text(p, text), len, pieces);
}

static void list_file(struct plan *p, const char *path) {
    p->listed = grown(p->listed, p->n_listed, &p->cap_listed, sizeof *p->listed);
    snprintf(p->listed[p->n_listed++], PATH_BYTES, "%s", path);
}

static void chunk_path(char out[PATH_BYTES], int chunk) {
    snprintf(out, PATH_BYTES, "series/run_chunk_%09d_%09d.parquet", chunk * DEMO_CHUNK_ROWS,
             (chunk + 1) * DEMO_CHUNK_ROWS - 1);
}

/* The computation: rows of the mass budget one by one, some of them in two halves, and a chunk now and then. */
static void plan_computation(struct plan *p, const struct demo_case_info *c, enum demo_fate fate) {
    static const char budget_path[] = "checks/mass_budget.csv";
    struct demo_text budget = {0};
    size_t row_end[DEMO_BUDGET_ROWS + 1];
    demo_budget_header(&budget);
    row_end[0] = 0; /* the header goes with the first row */
    for (int row = 0; row < DEMO_BUDGET_ROWS; row++) {
        demo_budget_row(&budget, c, row);
        row_end[row + 1] = budget.len;
    }
    size_t text = keep_text(p, &budget);
    for (int row = 0; row < DEMO_BUDGET_ROWS; row++) {
        size_t from = row_end[row], to = row_end[row + 1], middle = to - 20;
        bool halves = demo_random(c->seed, 200 + (uint64_t)row) % 3 == 0;
        if (halves) write_piece(p, 60, budget_path, text, from, middle);
        write_piece(p, halves ? 20 : 80, budget_path, text, halves ? middle : from, to);
        if (fate == DEMO_STALLS && row == DEMO_BUDGET_ROWS / 2) {
            p->step[p->n_steps - 1].wait_ms = STALL_MS;
        }
        if ((row + 1) * DEMO_CHUNKS / DEMO_BUDGET_ROWS == row * DEMO_CHUNKS / DEMO_BUDGET_ROWS) continue;
        int chunk = row * DEMO_CHUNKS / DEMO_BUDGET_ROWS;
        char path[PATH_BYTES];
        chunk_path(path, chunk);
        struct demo_text data = {0};
        demo_parquet(&data, c->seed, (int64_t)chunk * DEMO_CHUNK_ROWS, DEMO_CHUNK_ROWS, NULL);
        if (fate == DEMO_DIES && chunk == DEMO_CHUNKS / 2) {
            size_t half = data.len / 2;
            write_pieces(p, 30, path, keep_text(p, &data), half, 2);
            return;
        }
        write_whole(p, 30, path, &data, 3);
    }
}

/* A file of the series; it is archived and removed here afterwards. */
static void plan_series(struct plan *p, const char *path, uint64_t seed, int64_t rows, bool without_end) {
    struct demo_text data = {0};
    size_t footer;
    demo_parquet(&data, seed, 0, rows, &footer);
    size_t len = without_end ? footer : data.len;
    write_pieces(p, 60, path, keep_text(p, &data), len, rows > DEMO_CHUNK_ROWS ? 4 : 2);
    list_file(p, path);
}

static void plan_results(struct plan *p, const struct demo_case_info *c, enum demo_fate fate, int extra) {
    char path[PATH_BYTES];
    struct demo_text text = {0};
    list_file(p, "checks/mass_budget.csv");
    list_file(p, "run_config.json");
    for (int i = 0; i < extra; i++) { /* as some writers do: under another name first */
        snprintf(path, sizeof path, "series/diagnostics_%04d.parquet", i);
        list_file(p, path);
        snprintf(path, sizeof path, "series/diagnostics_%04d.parquet.part", i);
        demo_parquet(&text, c->seed + (uint64_t)i, 0, 24, NULL);
        write_whole(p, 4, path, &text, 2);
        add(p, STEP_PUBLISH, HERE, 2, path);
    }
    if (extra == 0) plan_series(p, "series/diagnostics.parquet", c->seed + 1, 96, false);
    plan_series(p, "series/psd_hist.parquet", c->seed + 2, 128, false);
    plan_series(p, "series/run.parquet", c->seed, DEMO_CHUNKS * DEMO_CHUNK_ROWS, fate == DEMO_TRUNCATED);
    list_file(p, "summary.json");
    for (int i = 0; i < DEMO_CHUNKS; i++) {
        chunk_path(path, i);
        add(p, STEP_REMOVE, HERE, 10, path);
    }
    demo_config_final(&text, c);
    write_whole(p, 50, "run_config.json", &text, 3);
    demo_run_card(&text, c);
    write_whole(p, 20, "run_card.md", &text, 1);
    demo_summary(&text, c);
    write_whole(p, 60, "summary.json", &text, 3);
}

static void plan_copy(struct plan *p, const char *path, uint32_t parts) {
    for (uint32_t i = 0; i < parts; i++) {
        struct step *s = add(p, STEP_COPY, ARCHIVE, 30, path);
        s->part = i;
        s->parts = parts;
    }
}

static void plan_archive(struct plan *p, enum demo_fate fate) {
    static const char left_out[] = "series/diagnostics.parquet";
    struct demo_text text = {0};
    if (fate == DEMO_ARCHIVE_SKIPPED) {
        demo_put(&text, "archive skipped: not enough free space on the archive drive (needed 182 MB, free 97 MB)\n");
        write_whole(p, 200, "ARCHIVE_SKIPPED", &text, 1);
        return;
    }
    add(p, STEP_MKDIR, ARCHIVE, 100, "");
    add(p, STEP_MKDIR, ARCHIVE, 5, "series");
    add(p, STEP_MKDIR, ARCHIVE, 5, "checks");
    for (size_t i = 0; i < p->n_listed; i++) {
        if (fate == DEMO_ARCHIVE_INCOMPLETE && strcmp(p->listed[i], left_out) == 0) continue;
        plan_copy(p, p->listed[i], strcmp(p->listed[i], "series/run.parquet") == 0 ? 4 : 2);
    }
    plan_copy(p, "run_card.md", 1);
    for (uint32_t i = 0; i < 2; i++) {
        struct step *s = add(p, STEP_MANIFEST, ARCHIVE, 30, "archive_manifest.json");
        s->part = i;
        s->parts = 2;
    }
    if (fate == DEMO_ARCHIVE_INCOMPLETE) {
        demo_putf(&text, "verification failed: %s is in the manifest and not in the archive\n", left_out);
        write_whole(p, 60, "INCOMPLETE", &text, 1);
        return;
    }
    demo_putf(&text, "verified %zu files\n", p->n_listed);
    write_whole(p, 60, "ARCHIVE_DONE", &text, 1);
    p->step[p->n_steps - 1].side = ARCHIVE;
    for (size_t i = 0; i < p->n_listed; i++) { /* keep_local=metadata */
        if (strncmp(p->listed[i], "series/", 7) == 0) add(p, STEP_REMOVE, HERE, 8, p->listed[i]);
    }
    add(p, STEP_RMDIR, HERE, 8, "series");
}

/* Fills an empty plan for a line of the list: the lines past the titles are the other spelling of the duplicate. */
static void plan_case(struct plan *p, const struct demo_options *o, size_t index, size_t line, const char *outdir) {
    const struct scenario *s = &scenarios[o->scenario];
    enum demo_fate fate = demo_case_fate(o, index);
    struct point own = point_of(o, index), told = own;
    if (fate == DEMO_CONTAMINATED) {
        struct point donor = point_of(o, donor_of(o, index));
        memcpy(told.t, donor.t, sizeof told.t);
        told.eps = donor.eps;
    }
    struct demo_case_info c = {.t = told.t,
                               .eps = told.eps,
                               .tau = told.tau,
                               .i0 = told.i0 != NULL ? told.i0 : "0.05",
                               .outdir = outdir,
                               .archive_dir = has_archive(o) ? o->archive_dir : NULL,
                               .keep_local = "metadata",
                               .seed = demo_random(o->seed, line)};
    p->seed = c.seed;
    add(p, STEP_MKDIR, HERE, 50, "");
    add(p, STEP_MKDIR, HERE, 2, "series");
    add(p, STEP_MKDIR, HERE, 2, "checks");
    struct demo_text text = {0};
    demo_config_pre_run(&text, &c);
    write_whole(p, 60, "run_config.json", &text, 3);
    plan_computation(p, &c, fate);
    if (fate != DEMO_DIES) {
        plan_results(p, &c, fate, s->extra);
        if (c.archive_dir != NULL && fate != DEMO_TRUNCATED) plan_archive(p, fate);
    }
    uint64_t mean = (uint64_t)s->case_ms;
    p->duration_ms = (uint32_t)(mean * 4 / 5 + demo_random(c.seed, 9) % (mean * 2 / 5 + 1));
    if (fate == DEMO_DIES) p->duration_ms /= 2;
}

/* ---- files ---- */

/* A monitor or a virus scanner may hold a file for a moment; on Windows removing and renaming then fail. */
static bool passes_soon(int err) {
    return err == UV_EBUSY || err == UV_EPERM || err == UV_EACCES || err == UV_ENOTEMPTY;
}

enum { TRIES = 40, TRY_MS = 25 };

static int make_dir(const char *path) {
    uv_fs_t req;
    int err = uv_fs_mkdir(NULL, &req, path, 0777, NULL);
    uv_fs_req_cleanup(&req);
    return err == UV_EEXIST ? 0 : err;
}

/* The directory and its parents. */
static int make_dirs(const char *path) {
    struct demo_text part = {0};
    demo_put(&part, path);
    int err = 0;
    for (size_t i = 1; i <= part.len; i++) {
        char c = part.data[i];
        if (c != '/' && c != '\\' && c != '\0') continue;
        part.data[i] = '\0';
        err = make_dir(part.data);
        part.data[i] = c;
    }
    demo_text_free(&part);
    return err; /* of the last one: a parent such as "C:" may well be refused */
}

/* Writes `len` bytes at the end of the file, or as its beginning. */
static int write_file(const char *path, bool from_start, const char *data, size_t len) {
    uv_fs_t req;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | (from_start ? UV_FS_O_TRUNC : UV_FS_O_APPEND);
    int fd = uv_fs_open(NULL, &req, path, flags, 0666, NULL);
    uv_fs_req_cleanup(&req);
    if (fd < 0) return fd;
    int err = 0;
    while (len > 0 && err == 0) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
        int n = uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL);
        uv_fs_req_cleanup(&req);
        if (n <= 0) {
            err = n < 0 ? n : UV_EIO;
        } else {
            data += n;
            len -= (size_t)n;
        }
    }
    int closed = uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
    return err != 0 ? err : closed;
}

static int stat_file(const char *path, uv_stat_t *out) {
    uv_fs_t req;
    int err = uv_fs_stat(NULL, &req, path, NULL);
    if (err == 0) *out = req.statbuf;
    uv_fs_req_cleanup(&req);
    return err;
}

static double seconds(uv_timespec_t t) { return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }

/* Copies the part'th of `parts` pieces; with the last one the copy gets the source's time, as the archiver does it. */
static int copy_piece(const char *from, const char *to, uint32_t part, uint32_t parts) {
    uv_stat_t st;
    int err = stat_file(from, &st);
    if (err != 0) return err;
    uint64_t begin = st.st_size * part / parts, end = st.st_size * (part + 1) / parts;
    size_t len = (size_t)(end - begin), got = 0;
    char *data = malloc(len + 1);
    if (data == NULL) abort();
    uv_fs_t req;
    int fd = uv_fs_open(NULL, &req, from, UV_FS_O_RDONLY, 0, NULL);
    uv_fs_req_cleanup(&req);
    err = fd < 0 ? fd : 0;
    while (err == 0 && got < len) {
        uv_buf_t buf = uv_buf_init(data + got, (unsigned)(len - got));
        int n = uv_fs_read(NULL, &req, fd, &buf, 1, (int64_t)(begin + got), NULL);
        uv_fs_req_cleanup(&req);
        if (n <= 0) {
            err = n < 0 ? n : UV_EIO;
        } else {
            got += (size_t)n;
        }
    }
    if (fd >= 0) {
        uv_fs_close(NULL, &req, fd, NULL);
        uv_fs_req_cleanup(&req);
    }
    if (err == 0) err = write_file(to, part == 0, data, len);
    if (err == 0 && part + 1 == parts) {
        err = uv_fs_utime(NULL, &req, to, seconds(st.st_mtim), seconds(st.st_mtim), NULL);
        uv_fs_req_cleanup(&req);
    }
    free(data);
    return err;
}

static int retry(int (*once)(uv_fs_t *req, const char *path, const char *to), const char *path, const char *to) {
    int err = 0;
    for (int i = 0; i < TRIES; i++) {
        uv_fs_t req;
        err = once(&req, path, to);
        uv_fs_req_cleanup(&req);
        if (!passes_soon(err)) break;
        uv_sleep(TRY_MS);
    }
    return err;
}

static int rename_once(uv_fs_t *req, const char *path, const char *to) {
    return uv_fs_rename(NULL, req, path, to, NULL);
}

static int remove_once(uv_fs_t *req, const char *path, const char *to) {
    (void)to;
    return uv_fs_unlink(NULL, req, path, NULL);
}

static int rmdir_once(uv_fs_t *req, const char *path, const char *to) {
    (void)to;
    return uv_fs_rmdir(NULL, req, path, NULL);
}

/* ---- the runner ---- */

struct job {
    bool active;
    size_t index; /* of the case */
    size_t next;  /* step */
    double due;   /* of that step, in the scenario's milliseconds */
    struct plan plan;
    struct demo_text root[2], path, other; /* root: the case's directory on either side */
};

struct leash {
    int64_t parent;
    bool on_stdin, broken;
    uv_loop_t loop;
    uv_pipe_t pipe;
    uint64_t looked_at; /* uv_hrtime */
};

static void path_of(struct demo_text *out, const struct demo_text *root, const char *path) {
    out->len = 0;
    demo_put(out, root->data);
    if (path[0] != '\0') demo_putf(out, "/%s", path);
}

static int write_manifest(struct job *j, const struct step *s) {
    struct demo_text text = {0};
    int err = 0;
    demo_manifest_begin(&text, j->root[ARCHIVE].data, j->plan.n_listed);
    for (size_t i = 0; i < j->plan.n_listed && err == 0; i++) {
        uv_stat_t st;
        path_of(&j->other, &j->root[HERE], j->plan.listed[i]);
        err = stat_file(j->other.data, &st);
        if (err == 0) {
            demo_manifest_file(&text, j->plan.listed[i], st.st_size, seconds(st.st_mtim), i + 1 == j->plan.n_listed);
        }
    }
    demo_manifest_end(&text);
    size_t from = text.len * s->part / s->parts, to = text.len * (s->part + 1) / s->parts;
    if (err == 0) err = write_file(j->path.data, s->part == 0, text.data + from, to - from);
    demo_text_free(&text);
    return err;
}

static int do_step(struct job *j, const struct step *s) {
    const struct demo_text *text;
    path_of(&j->path, &j->root[s->side], s->path);
    switch (s->kind) {
    case STEP_MKDIR:
        return make_dir(j->path.data);
    case STEP_WRITE:
        text = &j->plan.text[s->text];
        return write_file(j->path.data, s->from == 0, text->data + s->from, s->to - s->from);
    case STEP_PUBLISH:
        j->other.len = 0;
        demo_putf(&j->other, "%.*s", (int)(j->path.len - strlen(".part")), j->path.data);
        return retry(rename_once, j->path.data, j->other.data);
    case STEP_REMOVE:
        return retry(remove_once, j->path.data, NULL);
    case STEP_RMDIR:
        return retry(rmdir_once, j->path.data, NULL);
    case STEP_COPY:
        path_of(&j->other, &j->root[HERE], s->path);
        return copy_piece(j->other.data, j->path.data, s->part, s->parts);
    case STEP_MANIFEST:
        return write_manifest(j, s);
    }
    return UV_EINVAL;
}

static double delay_of(const struct plan *p, size_t i) {
    return (double)p->step[i].weight * p->duration_ms / (double)p->total_weight + p->step[i].wait_ms;
}

static size_t line_count(const struct demo_options *o) { return demo_case_count(o) + (has_troubles(o) ? 1 : 0); }

static size_t duplicate_index(const struct demo_options *o) {
    size_t chosen[DEMO_FATES];
    draw_fates(o, demo_case_count(o), chosen);
    return chosen[DEMO_DUPLICATE];
}

static size_t index_of_line(const struct demo_options *o, size_t line) {
    return line < demo_case_count(o) ? line : duplicate_index(o);
}

/* What the script leaves before the first case: its settings (with the line ends of the Windows one) and the list. */
static int write_batch(const struct demo_options *o) {
    struct demo_text path = {0}, text = {0};
    int err = make_dirs(o->batch_dir);
    if (err == 0 && has_archive(o)) err = make_dirs(o->archive_dir);
    demo_putf(&text, "sweep_total=%zu\r\nparallel_jobs=%d\r\nbatch_seed=%llu\r\n", line_count(o),
              scenarios[o->scenario].parallel, (unsigned long long)o->seed);
    demo_putf(&text, "sweep_list_file=%s/checks/expected_sweep_list.txt\r\n", o->batch_dir);
    demo_putf(&path, "%s/sweep_settings.txt", o->batch_dir);
    if (err == 0) err = write_file(path.data, true, text.data, text.len);
    path.len = 0;
    demo_putf(&path, "%s/checks", o->batch_dir);
    if (err == 0) err = make_dir(path.data);
    text.len = 0;
    demo_putf(&text, "# T EPS TAU%s\n", scenarios[o->scenario].i0 != NULL ? " I0" : "");
    for (size_t line = 0; line < line_count(o); line++) {
        struct point p = point_of(o, index_of_line(o, line));
        if (line >= demo_case_count(o)) p.eps = duplicate_spelling;
        demo_putf(&text, "%s %s %s", p.t, p.eps, p.tau);
        if (p.i0 != NULL) demo_putf(&text, " %s", p.i0);
        demo_put(&text, "\n");
    }
    demo_put(&path, "/expected_sweep_list.txt");
    if (err == 0) err = write_file(path.data, true, text.data, text.len);
    demo_text_free(&path);
    demo_text_free(&text);
    return err;
}

static void start_job(struct job *j, const struct demo_options *o, size_t line) {
    char title[DEMO_TITLE_BYTES];
    j->index = index_of_line(o, line);
    j->active = true;
    j->next = 0;
    demo_case_title(o, j->index, title);
    j->root[HERE].len = j->root[ARCHIVE].len = 0;
    demo_putf(&j->root[HERE], "%s/%s", o->batch_dir, title);
    demo_putf(&j->root[ARCHIVE], "%s/%s", has_archive(o) ? o->archive_dir : "", title);
    plan_case(&j->plan, o, j->index, line, j->root[HERE].data);
    j->due += delay_of(&j->plan, 0);
}

static void end_job(struct job *j) {
    plan_free(&j->plan);
    j->active = false;
}

/* ---- the parent ---- */

static void leash_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
    static char ignored[256];
    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(ignored, sizeof ignored);
}

static void leash_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct leash *l = stream->data;
    (void)buf;
    if (n < 0) {
        l->broken = true;
        uv_read_stop(stream);
    }
}

static int leash_begin(struct leash *l, const struct demo_options *o) {
    *l = (struct leash){.parent = o->parent_pid, .on_stdin = o->stdin_leash};
    if (!l->on_stdin) return 0;
    int err = uv_loop_init(&l->loop);
    if (err != 0) {
        l->on_stdin = false;
        return err;
    }
    uv_pipe_init(&l->loop, &l->pipe, 0);
    l->pipe.data = l;
    err = uv_pipe_open(&l->pipe, 0);
    return err != 0 ? err : uv_read_start((uv_stream_t *)&l->pipe, leash_alloc, leash_read);
}

static void leash_end(struct leash *l) {
    if (!l->on_stdin) return;
    uv_close((uv_handle_t *)&l->pipe, NULL);
    uv_run(&l->loop, UV_RUN_DEFAULT);
    uv_loop_close(&l->loop);
}

enum { LEASH_MS = 50 };

/* On Windows the number of a dead parent stays with its children, hence the second question. */
static bool parent_gone(struct leash *l) {
    uint64_t now = uv_hrtime();
    if (now - l->looked_at < (uint64_t)LEASH_MS * 1000000 && !l->broken) return false;
    l->looked_at = now;
    if (l->on_stdin) uv_run(&l->loop, UV_RUN_NOWAIT);
    if (l->parent > 0 && (uv_os_getppid() != l->parent || uv_kill((int)l->parent, 0) == UV_ESRCH)) l->broken = true;
    return l->broken;
}

/* Sleeps until `due` (uv_hrtime, ns); false: the parent went away. */
static bool wait_until(struct leash *l, uint64_t due) {
    for (;;) {
        if (parent_gone(l)) return false;
        uint64_t now = uv_hrtime();
        if (now >= due) return true;
        uint64_t ms = (due - now + 999999) / 1000000;
        uv_sleep(ms < LEASH_MS ? (unsigned)ms : LEASH_MS);
    }
}

/* The step that is due first, the lower slot when two are; NULL: none is left. */
static struct job *first_due(struct job *jobs, int n) {
    struct job *first = NULL;
    for (int i = 0; i < n; i++) {
        if (jobs[i].active && (first == NULL || jobs[i].due < first->due)) first = &jobs[i];
    }
    return first;
}

static bool is_running(const struct job *jobs, int n, size_t index) {
    for (int i = 0; i < n; i++) {
        if (jobs[i].active && jobs[i].index == index) return true;
    }
    return false;
}

static int run_jobs(const struct demo_options *o, struct job *jobs, struct leash *leash) {
    const struct scenario *s = &scenarios[o->scenario];
    const size_t lines = line_count(o);
    const uint64_t start = uv_hrtime();
    size_t next_line = 0;
    double now = 0; /* the scenario's milliseconds */
    for (;;) {
        for (int i = 0; i < s->parallel && next_line < lines; i++) {
            /* A second line of the same title waits for the first: the simulation has no two writers to one file. */
            if (jobs[i].active || is_running(jobs, s->parallel, index_of_line(o, next_line))) continue;
            jobs[i].due = now;
            start_job(&jobs[i], o, next_line++);
        }
        struct job *j = first_due(jobs, s->parallel);
        if (j == NULL) return 0;
        now = j->due;
        uint64_t due = start;
        if (o->speed > 0 && s->case_ms > 0) due += (uint64_t)(now * 1e6 / o->speed);
        if (!wait_until(leash, due)) return UV_ECANCELED;
        int err = do_step(j, &j->plan.step[j->next]);
        if (err != 0) return err;
        if (o->after_step != NULL && !o->after_step(o->ctx, j->path.data)) return UV_ECANCELED;
        if (++j->next < j->plan.n_steps) {
            j->due += delay_of(&j->plan, j->next);
        } else {
            end_job(j);
        }
    }
}

int demo_writer_run(const struct demo_options *o) {
    if (demo_case_count(o) == 0 || o->batch_dir == NULL || o->batch_dir[0] == '\0' || !(o->speed >= 0))
        return UV_EINVAL;
    struct leash leash;
    struct job jobs[MAX_PARALLEL];
    memset(jobs, 0, sizeof jobs);
    int err = leash_begin(&leash, o);
    if (err == 0) err = write_batch(o);
    if (err == 0) err = run_jobs(o, jobs, &leash);
    for (int i = 0; i < MAX_PARALLEL; i++) {
        end_job(&jobs[i]);
        demo_text_free(&jobs[i].root[HERE]);
        demo_text_free(&jobs[i].root[ARCHIVE]);
        demo_text_free(&jobs[i].path);
        demo_text_free(&jobs[i].other);
    }
    leash_end(&leash);
    return err;
}

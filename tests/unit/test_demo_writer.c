/* The simulated runner: what it leaves behind, file by file. */
#include "app/demo_writer.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

/* ---- a directory tree in memory ---- */

struct entry {
    char *path; /* relative, '/' between names; directories end with '/' */
    char *data; /* NUL added; NULL for directories */
    size_t len;
    double mtime;
};

struct tree {
    struct entry *entry;
    size_t n, cap;
};

static char *format(const char *pattern, ...) {
    char text[4096];
    va_list args;
    va_start(args, pattern);
    int n = vsnprintf(text, sizeof text, pattern, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof text);
    char *copy = malloc((size_t)n + 1);
    assert_non_null(copy);
    memcpy(copy, text, (size_t)n + 1);
    return copy;
}

static struct entry *tree_add(struct tree *t, char *path) {
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 64 : t->cap * 2;
        t->entry = realloc(t->entry, t->cap * sizeof *t->entry);
        assert_non_null(t->entry);
    }
    t->entry[t->n] = (struct entry){.path = path};
    return &t->entry[t->n++];
}

static void read_entry(struct entry *e, const char *full) {
    uv_fs_t req;
    assert_int_equal(uv_fs_stat(NULL, &req, full, NULL), 0);
    e->len = (size_t)req.statbuf.st_size;
    e->mtime = (double)req.statbuf.st_mtim.tv_sec + (double)req.statbuf.st_mtim.tv_nsec / 1e9;
    uv_fs_req_cleanup(&req);
    e->data = calloc(1, e->len + 1);
    assert_non_null(e->data);
    FILE *f = fopen(full, "rb");
    assert_non_null(f);
    assert_int_equal(fread(e->data, 1, e->len, f), e->len);
    fclose(f);
}

static void tree_walk(struct tree *t, const char *root, const char *under) {
    uv_fs_t req;
    uv_dirent_t d;
    char *dir = format("%s/%s", root, under);
    assert_true(uv_fs_scandir(NULL, &req, dir, 0, NULL) >= 0);
    while (uv_fs_scandir_next(&req, &d) == 0) {
        if (d.type == UV_DIRENT_DIR) {
            char *below = format("%s%s/", under, d.name);
            tree_add(t, below);
            tree_walk(t, root, below);
        } else {
            char *full = format("%s%s", dir, d.name);
            read_entry(tree_add(t, format("%s%s", under, d.name)), full);
            free(full);
        }
    }
    uv_fs_req_cleanup(&req);
    free(dir);
}

static int by_path(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static struct tree tree_read(const char *root) {
    struct tree t = {0};
    tree_walk(&t, root, "");
    if (t.n > 0) qsort(t.entry, t.n, sizeof *t.entry, by_path);
    return t;
}

static void tree_free(struct tree *t) {
    for (size_t i = 0; i < t->n; i++) {
        free(t->entry[i].path);
        free(t->entry[i].data);
    }
    free(t->entry);
}

static const struct entry *tree_get(const struct tree *t, const char *dir, const char *path) {
    char *wanted = format("%s%s%s", dir, dir[0] != '\0' ? "/" : "", path);
    const struct entry *found = NULL;
    for (size_t i = 0; i < t->n && found == NULL; i++) {
        if (strcmp(t->entry[i].path, wanted) == 0) found = &t->entry[i];
    }
    free(wanted);
    return found;
}

/* The names below a directory, sorted, joined by blanks. */
static void assert_names(const struct tree *t, const char *dir, const char *expected) {
    char names[4096] = "";
    size_t len = strlen(dir);
    for (size_t i = 0; i < t->n; i++) {
        const char *path = t->entry[i].path;
        if (strncmp(path, dir, len) != 0 || path[len] != '/' || path[len + 1] == '\0') continue;
        if (names[0] != '\0') strcat(names, " ");
        assert_true(strlen(names) + strlen(path) < sizeof names);
        strcat(names, path + len + 1);
    }
    assert_string_equal(names, expected);
}

static void assert_has(const struct entry *e, const char *text) {
    assert_non_null(e);
    if (strstr(e->data, text) == NULL) fail_msg("%s does not contain: %s", e->path, text);
}

static void assert_has_not(const struct entry *e, const char *text) {
    assert_non_null(e);
    if (strstr(e->data, text) != NULL) fail_msg("%s contains: %s", e->path, text);
}

static void remove_all(const char *root) {
    struct tree t = tree_read(root);
    uv_fs_t req;
    for (size_t i = t.n; i-- > 0;) { /* backwards: what is inside a directory first */
        char *full = format("%s/%s", root, t.entry[i].path);
        bool dir = full[strlen(full) - 1] == '/';
        assert_int_equal(dir ? uv_fs_rmdir(NULL, &req, full, NULL) : uv_fs_unlink(NULL, &req, full, NULL), 0);
        uv_fs_req_cleanup(&req);
        free(full);
    }
    assert_int_equal(uv_fs_rmdir(NULL, &req, root, NULL), 0);
    uv_fs_req_cleanup(&req);
    tree_free(&t);
}

/* ---- a sweep in a temporary directory ---- */

struct sweep {
    char *top, *batch_dir, *archive_dir;
    struct demo_options options;
    struct tree batch, archive;
};

static void sweep_run(struct sweep *s) {
    assert_int_equal(demo_writer_run(&s->options), 0);
    tree_free(&s->batch);
    tree_free(&s->archive);
    s->batch = tree_read(s->batch_dir);
    s->archive = s->options.archive_dir != NULL ? tree_read(s->archive_dir) : (struct tree){0};
}

static struct sweep sweep_in(const char *name, enum demo_scenario scenario, uint64_t seed) {
    char tmp[1024];
    size_t cap = sizeof tmp;
    uv_fs_t req;
    struct sweep s = {0};
    assert_int_equal(uv_os_tmpdir(tmp, &cap), 0);
    for (char *c = tmp; *c != '\0'; c++) {
        if (*c == '\\') *c = '/'; /* as good a separator, and JSON leaves it alone */
    }
    char *template = format("%s/sweepwatch-test-XXXXXX", tmp);
    assert_int_equal(uv_fs_mkdtemp(NULL, &req, template, NULL), 0);
    s.top = format("%s", req.path);
    uv_fs_req_cleanup(&req);
    free(template);
    s.batch_dir = format("%s/%s/temp_supply/20260101-000000__abc1234__seed42", s.top, name);
    s.archive_dir = format("%s/%s/archive", s.top, name);
    s.options = (struct demo_options){
        .batch_dir = s.batch_dir, .archive_dir = s.archive_dir, .scenario = scenario, .seed = seed};
    return s;
}

static void sweep_end(struct sweep *s) {
    remove_all(s->top);
    tree_free(&s->batch);
    tree_free(&s->archive);
    free(s->top);
    free(s->batch_dir);
    free(s->archive_dir);
}

static char *title_with(const struct sweep *s, enum demo_fate fate) {
    char title[DEMO_TITLE_BYTES];
    for (size_t i = 0; i < demo_case_count(&s->options); i++) {
        if (demo_case_fate(&s->options, i) != fate) continue;
        demo_case_title(&s->options, i, title);
        return format("%s", title);
    }
    fail_msg("no case meets fate %d", (int)fate);
    return NULL;
}

/* ---- what is in the files ---- */

/* Reads Thrift's compact protocol from outside in: steps over a value of `type`; numbers of fields `path` down from the
 * outermost structure go to *found. Enough of the protocol for a footer. */
static const unsigned char *skip_varint(const unsigned char *p, uint64_t *v) {
    *v = 0;
    for (int shift = 0;; shift += 7) {
        *v |= (uint64_t)(*p & 0x7f) << shift;
        if ((*p++ & 0x80) == 0) return p;
    }
}

static const unsigned char *skip_value(const unsigned char *p, unsigned type, const int *path, int64_t *found) {
    uint64_t v;
    switch (type) {
    case 5:
    case 6:
        p = skip_varint(p, &v);
        if (path != NULL && *path == 0) *found = (int64_t)(v >> 1);
        return p;
    case 8:
        p = skip_varint(p, &v);
        return p + v;
    case 9: {
        unsigned n = *p >> 4, of = *p & 15;
        assert_true(n < 15);
        p++;
        for (unsigned i = 0; i < n; i++) p = skip_value(p, of, NULL, found);
        return p;
    }
    case 12:
        for (int id = 0; *p != 0;) {
            unsigned of = *p & 15;
            assert_true(*p >> 4 != 0);
            id += *p++ >> 4;
            p = skip_value(p, of, path != NULL && *path == id ? path + 1 : NULL, found);
        }
        return p + 1;
    default:
        fail_msg("unknown type %u", type);
        return NULL;
    }
}

/* num_rows of a whole Parquet file; -1: it has no end. */
static int64_t parquet_rows(const struct entry *e) {
    static const int num_rows[] = {3, 0};
    assert_non_null(e);
    assert_true(e->len > 12);
    assert_memory_equal(e->data, "PAR1", 4);
    if (memcmp(e->data + e->len - 4, "PAR1", 4) != 0) return -1;
    const unsigned char *end = (const unsigned char *)e->data + e->len - 8;
    size_t length = end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
    assert_true(length + 12 < e->len);
    int64_t rows = -2;
    assert_ptr_equal(skip_value(end - length, 12, num_rows, &rows), end);
    return rows;
}

/* Each file the manifest of an archived case lists against the file; returns how many are not there. */
static int assert_manifest(const struct tree *archive, const char *title, int expected_files) {
    const struct entry *manifest = tree_get(archive, title, "archive_manifest.json");
    char *root = format("/archive/%s\",\n  \"file_count\": %d,\n", title, expected_files);
    assert_has(manifest, root);
    free(root);
    int files = 0, absent = 0;
    const char *p = manifest->data;
    while ((p = strstr(p, "\"path\": ")) != NULL) {
        char path[256];
        long long size;
        double mtime;
        assert_int_equal(sscanf(p, "\"path\": \"%255[^\"]\", \"size\": %lld, \"mtime\": %lf", path, &size, &mtime), 3);
        p++;
        files++;
        const struct entry *e = tree_get(archive, title, path);
        if (e == NULL) {
            absent++;
            continue;
        }
        assert_int_equal(size, e->len);
        assert_true(fabs(mtime - e->mtime) < 1e-5);
    }
    assert_int_equal(files, expected_files);
    return absent;
}

static void assert_good_config(const struct entry *config, const char *eps) {
    char *line = format("\"epsilon_mix\": %s,\n", eps);
    assert_has(config, line);
    free(line);
    assert_has_not(config, "\"status\"");
    assert_has_not(config, "\"config\"");
}

static int count_lines(const struct entry *e) {
    int n = 0;
    assert_non_null(e);
    for (size_t i = 0; i < e->len; i++) n += e->data[i] == '\n';
    return n;
}

static const char local_files[] = "checks/ checks/mass_budget.csv run_card.md run_config.json summary.json";
static const char archived_files[] =
    "ARCHIVE_DONE archive_manifest.json checks/ checks/mass_budget.csv run_card.md run_config.json series/ "
    "series/diagnostics.parquet series/psd_hist.parquet series/run.parquet summary.json";

/* ---- tests ---- */

static void clean_leaves_each_case_archived_and_trimmed(void **state) {
    (void)state;
    struct sweep s = sweep_in("clean", DEMO_CLEAN, 1);
    sweep_run(&s);
    static const char *const titles[] = {"T3000_eps0p1_tau0p5", "T3000_eps0p1_tau1p0", "T3000_eps0p5_tau0p5",
                                         "T3000_eps0p5_tau1p0", "T3000_eps1p0_tau0p5", "T3000_eps1p0_tau1p0",
                                         "T3500_eps0p1_tau0p5", "T3500_eps0p1_tau1p0", "T3500_eps0p5_tau0p5",
                                         "T3500_eps0p5_tau1p0", "T3500_eps1p0_tau0p5", "T3500_eps1p0_tau1p0"};
    static const char *const eps[] = {"0.1", "0.5", "1.0"};
    assert_int_equal(demo_case_count(&s.options), 12);
    for (size_t i = 0; i < 12; i++) {
        char title[DEMO_TITLE_BYTES];
        demo_case_title(&s.options, i, title);
        assert_string_equal(title, titles[i]);
        assert_int_equal(demo_expected_status(&s.options, i), STATUS_COMPLETE);
        assert_names(&s.batch, title, local_files);
        assert_names(&s.archive, title, archived_files);
        assert_int_equal(assert_manifest(&s.archive, title, 6), 0);
        assert_string_equal(tree_get(&s.archive, title, "ARCHIVE_DONE")->data, "verified 6 files\n");
        const struct entry *config = tree_get(&s.batch, title, "run_config.json");
        assert_good_config(config, eps[i / 2 % 3]);
        char *outdir = format("/temp_supply/20260101-000000__abc1234__seed42/%s\",\n", title);
        assert_has(config, outdir);
        free(outdir);
        assert_has(config, "\"enabled\": true,");
        assert_has(config, "\"keep_local\": \"metadata\"\n");
        const struct entry *summary = tree_get(&s.batch, title, "summary.json");
        assert_has(summary, "\"drag_time_median\": NaN,\n");
        assert_has(summary, "\"collision_time_max\": Infinity,\n");
        assert_has(summary, "\"collision_time_min_log10\": -Infinity,\n");
        assert_int_equal(count_lines(tree_get(&s.batch, title, "checks/mass_budget.csv")), 1 + 32);
        assert_int_equal(parquet_rows(tree_get(&s.archive, title, "series/run.parquet")), 6 * 256);
        assert_int_equal(parquet_rows(tree_get(&s.archive, title, "series/psd_hist.parquet")), 128);
        assert_int_equal(parquet_rows(tree_get(&s.archive, title, "series/diagnostics.parquet")), 96);
    }
    /* The copies have the times of their sources (libuv sets microseconds). */
    for (size_t i = 0; i < s.batch.n; i++) {
        const struct entry *copy = tree_get(&s.archive, "", s.batch.entry[i].path);
        if (s.batch.entry[i].data == NULL || copy == NULL) continue;
        assert_int_equal(s.batch.entry[i].len, copy->len);
        assert_memory_equal(s.batch.entry[i].data, copy->data, copy->len);
        assert_true(fabs(s.batch.entry[i].mtime - copy->mtime) < 1e-5);
    }
    sweep_end(&s);
}

static void clean_writes_list_and_settings(void **state) {
    (void)state;
    struct sweep s = sweep_in("clean", DEMO_CLEAN, 1);
    s.options.cases = 3;
    sweep_run(&s);
    assert_string_equal(tree_get(&s.batch, "checks", "expected_sweep_list.txt")->data,
                        "# T EPS TAU\n3000 0.1 0.5\n3000 0.1 1.0\n3000 0.5 0.5\n");
    char *settings = format("sweep_total=3\r\nparallel_jobs=4\r\nbatch_seed=1\r\n"
                            "sweep_list_file=%s/checks/expected_sweep_list.txt\r\n",
                            s.batch_dir);
    assert_string_equal(tree_get(&s.batch, "", "sweep_settings.txt")->data, settings);
    free(settings);
    sweep_end(&s);
}

static void mixed_has_one_case_of_each_trouble(void **state) {
    (void)state;
    struct demo_options o = {.batch_dir = "b", .archive_dir = "a", .scenario = DEMO_MIXED, .seed = 42};
    for (o.seed = 0; o.seed < 200; o.seed++) {
        for (o.cases = 12; o.cases < 40; o.cases++) {
            int fates[DEMO_FATES] = {0};
            for (size_t i = 0; i < demo_case_count(&o); i++) fates[demo_case_fate(&o, i)]++;
            for (int f = DEMO_GOOD + 1; f < DEMO_FATES; f++) assert_int_equal(fates[f], 1);
        }
    }
    o.cases = 0;
    int statuses[STATUS_COUNT] = {0};
    for (size_t i = 0; i < demo_case_count(&o); i++) statuses[demo_expected_status(&o, i)]++;
    assert_int_equal(statuses[STATUS_COMPLETE], 18);
    assert_int_equal(statuses[STATUS_INVALID], 3);
    assert_int_equal(statuses[STATUS_ARCHIVE_FAILED], 2);
    assert_int_equal(statuses[STATUS_MISSING], 1);
    o.archive_dir = "";
    statuses[STATUS_COMPLETE] = 0;
    for (size_t i = 0; i < demo_case_count(&o); i++) statuses[demo_expected_status(&o, i)]++;
    assert_int_equal(statuses[STATUS_COMPLETE], 20);
}

static void mixed_leaves_each_trouble_behind(void **state) {
    (void)state;
    struct sweep s = sweep_in("mixed", DEMO_MIXED, 42);
    sweep_run(&s);
    assert_int_equal(demo_case_count(&s.options), 24);

    char *title = title_with(&s, DEMO_DIES);
    assert_names(&s.batch, title,
                 "checks/ checks/mass_budget.csv run_config.json series/ "
                 "series/run_chunk_000000000_000000255.parquet series/run_chunk_000000256_000000511.parquet "
                 "series/run_chunk_000000512_000000767.parquet series/run_chunk_000000768_000001023.parquet");
    assert_has(tree_get(&s.batch, title, "run_config.json"), "{\n  \"status\": \"pre_run\",\n");
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/run_chunk_000000512_000000767.parquet")), 256);
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/run_chunk_000000768_000001023.parquet")), -1);
    assert_null(tree_get(&s.archive, title, ""));
    free(title);

    title = title_with(&s, DEMO_STALLS);
    assert_names(&s.batch, title, local_files);
    assert_names(&s.archive, title, archived_files);
    free(title);

    title = title_with(&s, DEMO_TRUNCATED);
    assert_names(&s.batch, title,
                 "checks/ checks/mass_budget.csv run_card.md run_config.json series/ series/diagnostics.parquet "
                 "series/psd_hist.parquet series/run.parquet summary.json");
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/run.parquet")), -1);
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/psd_hist.parquet")), 128);
    assert_null(tree_get(&s.archive, title, ""));
    free(title);

    title = title_with(&s, DEMO_CONTAMINATED);
    assert_names(&s.archive, title, archived_files);
    assert_string_equal(title, "T4000_eps0p1_tau0p5");
    assert_good_config(tree_get(&s.batch, title, "run_config.json"), "0.5");
    assert_has(tree_get(&s.batch, title, "run_card.md"), "* T: 4500 K\n* eps: 0.5\n* tau: 0.5\n");
    free(title);

    title = title_with(&s, DEMO_ARCHIVE_SKIPPED);
    assert_string_equal(tree_get(&s.batch, title, "ARCHIVE_SKIPPED")->data,
                        "archive skipped: not enough free space on the archive drive (needed 182 MB, free 97 MB)\n");
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/run.parquet")), 6 * 256);
    assert_null(tree_get(&s.archive, title, ""));
    free(title);

    title = title_with(&s, DEMO_ARCHIVE_INCOMPLETE);
    assert_string_equal(tree_get(&s.batch, title, "INCOMPLETE")->data,
                        "verification failed: series/diagnostics.parquet is in the manifest and not in the archive\n");
    assert_int_equal(parquet_rows(tree_get(&s.batch, title, "series/diagnostics.parquet")), 96);
    assert_int_equal(assert_manifest(&s.archive, title, 6), 1);
    assert_names(&s.archive, title,
                 "archive_manifest.json checks/ checks/mass_budget.csv run_card.md run_config.json series/ "
                 "series/psd_hist.parquet series/run.parquet summary.json");
    free(title);

    title = title_with(&s, DEMO_DUPLICATE);
    assert_string_equal(title, "T4000_eps0p5_tau0p5");
    assert_names(&s.archive, title, archived_files);
    assert_int_equal(assert_manifest(&s.archive, title, 6), 0);
    const struct entry *list = tree_get(&s.batch, "checks", "expected_sweep_list.txt");
    assert_has(list, "\n4000 0.5 0.5\n");
    assert_has(list, "\n4000 0p5 0.5\n");
    assert_int_equal(count_lines(list), 1 + 25);
    free(title);

    int archived = 0;
    for (size_t i = 0; i < s.archive.n; i++) archived += strstr(s.archive.entry[i].path, "/ARCHIVE_DONE") != NULL;
    assert_int_equal(archived, 20);
    sweep_end(&s);
}

static void pre_run_configuration_tells_the_case(void **state) {
    (void)state;
    struct sweep s = sweep_in("mixed", DEMO_MIXED, 42);
    sweep_run(&s);
    char *title = title_with(&s, DEMO_DIES);
    assert_string_equal(title, "T4000_eps0p5_tau1p0");
    const struct entry *config = tree_get(&s.batch, title, "run_config.json");
    assert_has(config, "    \"radiation\": {\n      \"source\": \"simulated\",\n      \"TM_K\": 4000.0\n    },\n");
    assert_has(config, "      \"mixing\": {\n        \"epsilon_mix\": 0.5\n      },\n");
    assert_has(config, "    \"optical_depth\": {\n      \"tau0_target\": 1.0\n    },\n");
    assert_has(config, "    \"dynamics\": {\n      \"i0\": 0.05\n    },\n");
    assert_has(config, "      \"archive\": {\n        \"enabled\": true,\n        \"dir\": \"");
    assert_has(config,
               "/mixed/archive\",\n        \"merge_target\": \"local\",\n        \"keep_local\": \"metadata\"\n");
    char *outdir = format("  \"outdir\": \"%s/%s\",\n  \"config\": {\n", s.batch_dir, title);
    assert_has(config, outdir);
    free(outdir);
    free(title);
    sweep_end(&s);
}

static void without_an_archive_everything_stays_here(void **state) {
    (void)state;
    struct sweep s = sweep_in("local", DEMO_CLEAN, 7);
    s.options.archive_dir = NULL;
    s.options.cases = 2;
    sweep_run(&s);
    assert_names(&s.batch, "T3000_eps0p1_tau1p0",
                 "checks/ checks/mass_budget.csv run_card.md run_config.json series/ series/diagnostics.parquet "
                 "series/psd_hist.parquet series/run.parquet summary.json");
    assert_has(tree_get(&s.batch, "T3000_eps0p1_tau1p0", "run_config.json"),
               "    \"archive\": {\n      \"enabled\": false,\n      \"dir\": null,\n");
    sweep_end(&s);
}

static void storm_leaves_many_files_and_no_part(void **state) {
    (void)state;
    struct sweep s = sweep_in("storm", DEMO_STORM, 3);
    assert_int_equal(demo_case_count(&s.options), 200);
    s.options.cases = 2;
    s.options.speed = 0.001; /* a storm never waits */
    sweep_run(&s);
    static const char title[] = "T3000_eps0p1_tau0p5_i00p05";
    assert_names(&s.batch, title, local_files);
    assert_int_equal(assert_manifest(&s.archive, title, 25), 0);
    assert_int_equal(parquet_rows(tree_get(&s.archive, title, "series/diagnostics_0000.parquet")), 24);
    assert_int_equal(parquet_rows(tree_get(&s.archive, title, "series/diagnostics_0019.parquet")), 24);
    assert_null(tree_get(&s.archive, title, "series/diagnostics_0020.parquet"));
    for (size_t i = 0; i < s.batch.n; i++) assert_null(strstr(s.batch.entry[i].path, ".part"));
    for (size_t i = 0; i < s.archive.n; i++) assert_null(strstr(s.archive.entry[i].path, ".part"));
    assert_string_equal(tree_get(&s.batch, "checks", "expected_sweep_list.txt")->data,
                        "# T EPS TAU I0\n3000 0.1 0.25 0.05\n3000 0.1 0.5 0.05\n");
    sweep_end(&s);
}

/* Times are the clock's: the digits after "mtime" become '#'. */
static void mask_times(struct tree *t) {
    for (size_t i = 0; i < t->n; i++) {
        char *p = t->entry[i].data;
        if (p == NULL || strstr(t->entry[i].path, "/archive_manifest.json") == NULL) continue;
        while ((p = strstr(p, "\"mtime\": ")) != NULL) {
            for (p += strlen("\"mtime\": "); *p != '\n'; p++) *p = '#';
        }
    }
}

static void same_seed_same_bytes(void **state) {
    (void)state;
    struct sweep s = sweep_in("same", DEMO_MIXED, 42);
    char *tree = format("%s/same", s.top), *kept = format("%s/first", s.top);
    uv_fs_t req;
    sweep_run(&s);
    struct tree first = tree_read(tree);
    assert_int_equal(uv_fs_rename(NULL, &req, tree, kept, NULL), 0);
    uv_fs_req_cleanup(&req);
    sweep_run(&s);
    struct tree second = tree_read(tree);
    mask_times(&first);
    mask_times(&second);
    assert_true(first.n > 300);
    assert_int_equal(first.n, second.n);
    for (size_t i = 0; i < first.n; i++) {
        assert_string_equal(first.entry[i].path, second.entry[i].path);
        assert_int_equal(first.entry[i].len, second.entry[i].len);
        if (first.entry[i].data == NULL) continue;
        assert_memory_equal(first.entry[i].data, second.entry[i].data, first.entry[i].len);
    }
    tree_free(&first);
    tree_free(&second);
    free(tree);
    free(kept);
    sweep_end(&s);
}

static void another_seed_other_bytes(void **state) {
    (void)state;
    struct sweep a = sweep_in("one", DEMO_CLEAN, 1), b = sweep_in("one", DEMO_CLEAN, 2);
    a.options.cases = b.options.cases = 1;
    sweep_run(&a);
    sweep_run(&b);
    const char *const paths[] = {"summary.json", "checks/mass_budget.csv", "series/run.parquet"};
    for (size_t i = 0; i < 3; i++) {
        const struct entry *x = tree_get(&a.archive, "T3000_eps0p1_tau0p5", paths[i]);
        const struct entry *y = tree_get(&b.archive, "T3000_eps0p1_tau0p5", paths[i]);
        assert_true(x->len != y->len || memcmp(x->data, y->data, x->len) != 0);
    }
    sweep_end(&a);
    sweep_end(&b);
}

/* What an observer saw of one case between the steps. */
struct sight {
    const struct sweep *sweep;
    const char *title;
    bool pre_run, half_pre_run, half_final, half_summary, half_row, half_chunk, half_run, half_copy, half_manifest;
    bool summary_last, done_last;
    int steps;
};

static bool ends_with(const struct entry *e, const char *end) {
    size_t len = strlen(end);
    return e->len >= len && memcmp(e->data + e->len - len, end, len) == 0;
}

/* There, and not ended by `end`. */
static bool is_half(const struct tree *t, const char *title, const char *path, const char *end) {
    const struct entry *e = tree_get(t, title, path);
    return e != NULL && !ends_with(e, end);
}

static bool look(void *ctx, const char *path) {
    struct sight *seen = ctx;
    const char *title = seen->title;
    struct tree here = tree_read(seen->sweep->batch_dir), there = tree_read(seen->sweep->archive_dir);
    const struct entry *config = tree_get(&here, title, "run_config.json");
    const struct entry *summary = tree_get(&here, title, "summary.json");
    assert_non_null(strstr(path, title));
    seen->steps++;
    bool pre_run = config != NULL && strstr(config->data, "\"status\": \"pre_run\"") != NULL;
    bool half_config = is_half(&here, title, "run_config.json", "\n}\n");
    seen->pre_run |= pre_run && !half_config && summary == NULL;
    seen->half_pre_run |= pre_run && half_config;
    seen->half_final |= !pre_run && half_config;
    seen->half_summary |= is_half(&here, title, "summary.json", "\n}\n");
    seen->half_row |= is_half(&here, title, "checks/mass_budget.csv", "\n");
    seen->half_chunk |= is_half(&here, title, "series/run_chunk_000000256_000000511.parquet", "PAR1");
    seen->half_run |= is_half(&here, title, "series/run.parquet", "PAR1");
    seen->half_copy |= is_half(&there, title, "series/run.parquet", "PAR1");
    seen->half_manifest |= is_half(&there, title, "archive_manifest.json", "\n}\n");
    if (summary != NULL) {
        seen->summary_last = seen->half_final && tree_get(&here, title, "run_card.md") != NULL;
        assert_true(seen->summary_last);
    }
    if (tree_get(&there, title, "ARCHIVE_DONE") != NULL) {
        seen->done_last = !is_half(&there, title, "archive_manifest.json", "\n}\n");
        assert_true(seen->done_last);
    } else {
        assert_true(summary == NULL || tree_get(&here, title, "series/run.parquet") != NULL);
    }
    tree_free(&here);
    tree_free(&there);
    return true;
}

static void nothing_is_written_at_once(void **state) {
    (void)state;
    struct sweep s = sweep_in("halves", DEMO_CLEAN, 1);
    struct sight seen = {.sweep = &s, .title = "T3000_eps0p1_tau0p5"};
    s.options.cases = 1;
    s.options.after_step = look;
    s.options.ctx = &seen;
    sweep_run(&s);
    assert_true(seen.steps > 80);
    assert_true(seen.pre_run);
    assert_true(seen.half_pre_run);
    assert_true(seen.half_final);
    assert_true(seen.half_summary);
    assert_true(seen.half_row);
    assert_true(seen.half_chunk);
    assert_true(seen.half_run);
    assert_true(seen.half_copy);
    assert_true(seen.half_manifest);
    assert_true(seen.summary_last);
    assert_true(seen.done_last);
    sweep_end(&s);
}

static bool stop_at_once(void *ctx, const char *path) {
    (void)ctx;
    (void)path;
    return false;
}

static void stops_when_told(void **state) {
    (void)state;
    struct sweep s = sweep_in("stop", DEMO_CLEAN, 1);
    s.options.after_step = stop_at_once;
    assert_int_equal(demo_writer_run(&s.options), UV_ECANCELED);
    s.batch = tree_read(s.batch_dir);
    int directories = 0;
    for (size_t i = 0; i < s.batch.n; i++) directories += s.batch.entry[i].path[0] == 'T';
    assert_int_equal(directories, 1);
    sweep_end(&s);
}

static void stops_when_the_parent_is_another(void **state) {
    (void)state;
    struct sweep s = sweep_in("orphan", DEMO_CLEAN, 1);
    s.options.parent_pid = uv_os_getpid(); /* nobody is its own parent */
    assert_int_equal(demo_writer_run(&s.options), UV_ECANCELED);
    s.batch = tree_read(s.batch_dir);
    assert_null(tree_get(&s.batch, "T3000_eps0p1_tau0p5", ""));
    sweep_end(&s);
}

static void refuses_options_without_sense(void **state) {
    (void)state;
    struct demo_options o = {.batch_dir = "unused", .scenario = DEMO_MIXED, .cases = 11};
    assert_int_equal(demo_case_count(&o), 0);
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
    o.scenario = DEMO_CLEAN;
    o.cases = -1;
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
    o.cases = DEMO_MAX_CASES + 1;
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
    o.cases = 1;
    o.speed = -1;
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
    o.speed = 0;
    o.batch_dir = "";
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
    o.batch_dir = "unused";
    o.scenario = DEMO_SCENARIOS;
    assert_int_equal(demo_writer_run(&o), UV_EINVAL);
}

static void says_what_the_file_system_says(void **state) {
    (void)state;
    struct sweep s = sweep_in("blocked", DEMO_CLEAN, 1);
    char *file = format("%s/blocked", s.top);
    FILE *f = fopen(file, "wb"); /* a file where a directory has to be */
    assert_non_null(f);
    fclose(f);
    assert_true(demo_writer_run(&s.options) < 0);
    free(file);
    sweep_end(&s);
}

static void scenario_words_go_both_ways(void **state) {
    (void)state;
    assert_int_equal(demo_scenario_from_word("mixed"), DEMO_MIXED);
    assert_int_equal(demo_scenario_from_word("clean"), DEMO_CLEAN);
    assert_int_equal(demo_scenario_from_word("storm"), DEMO_STORM);
    assert_int_equal(demo_scenario_from_word("Storm"), -1);
    assert_string_equal(demo_scenario_word(DEMO_STORM), "storm");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_leaves_each_case_archived_and_trimmed),
        cmocka_unit_test(clean_writes_list_and_settings),
        cmocka_unit_test(mixed_has_one_case_of_each_trouble),
        cmocka_unit_test(mixed_leaves_each_trouble_behind),
        cmocka_unit_test(pre_run_configuration_tells_the_case),
        cmocka_unit_test(without_an_archive_everything_stays_here),
        cmocka_unit_test(storm_leaves_many_files_and_no_part),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(another_seed_other_bytes),
        cmocka_unit_test(nothing_is_written_at_once),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(stops_when_the_parent_is_another),
        cmocka_unit_test(refuses_options_without_sense),
        cmocka_unit_test(says_what_the_file_system_says),
        cmocka_unit_test(scenario_words_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* make_tree DIR N [options]: a finished sweep of N complete cases, for measurements.
 *
 * Makes DIR/temp_supply/20260101-000000__abc1234__seed42 with its list and N cases. Prints that directory, and the
 * archive's where there is one. Sizes are those of real outputs, but for run.parquet.
 *
 *   --archive      DIR/archive has a copy of each case (keep_local=all)
 *   --half         of every second case only
 *   --rows R       rows of 16 bytes in run.parquet (512, which is 8 kB; a real one has 2500)
 *   --age S        files and directories of cases were last written S seconds ago
 *   --after K      the tree has K cases already: these N come after them, in its list, too
 *   --running      these N have only begun: no summary, no run.parquet, no copy
 *   --light        a sweep in its middle, of which only the screen is measured: a small configuration a case, the other
 *                  files are links to those of the first; of a hundred cases ten have not begun, four run, one
 *                  contradicts the list and one has half a result; the first sixteen run */
#include "app/demo_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct timespec age_time; /* of everything that is made; zero: now */

static void die(const char *path) {
    fprintf(stderr, "make_tree: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void make_dir(const char *path) {
    if (mkdir(path, 0777) != 0 && errno != EEXIST) die(path);
}

static void path_of(char out[4096], const char *pattern, ...) {
    va_list args;
    va_start(args, pattern);
    int n = vsnprintf(out, 4096, pattern, args);
    va_end(args);
    if (n < 0 || n >= 4096) {
        errno = ENAMETOOLONG;
        die(pattern);
    }
}

/* time NULL: now. st (may be NULL) is the file's state afterwards. */
static void write_file(const char *path, const struct demo_text *text, const struct timespec *time, struct stat *st) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, text->data, text->len) != (ssize_t)text->len) die(path);
    if (time == NULL && age_time.tv_sec != 0) time = &age_time;
    if (time != NULL) {
        struct timespec times[2] = {*time, *time};
        if (futimens(fd, times) != 0) die(path);
    }
    if (st != NULL && fstat(fd, st) != 0) die(path);
    close(fd);
}

enum { BUDGET, CONFIG, RUN, SUMMARY, CARD, FILES, LISTED = CARD };
static const char *const names[FILES] = {"checks/mass_budget.csv", "run_config.json", "series/run.parquet",
                                         "summary.json", "run_card.md"};

static void make_case_dirs(const char *dir) {
    char path[4096];
    make_dir(dir);
    path_of(path, "%s/checks", dir);
    make_dir(path);
    path_of(path, "%s/series", dir);
    make_dir(path);
}

/* After the last file in them. */
static void age_case_dirs(const char *dir) {
    static const char *const inner[] = {"", "/checks", "/series"};
    struct timespec times[2] = {age_time, age_time};
    char path[4096];
    for (int i = 0; i < 3 && age_time.tv_sec != 0; i++) {
        path_of(path, "%s%s", dir, inner[i]);
        if (utimensat(AT_FDCWD, path, times, 0) != 0) die(path);
    }
}

static void make_case(const char *dir, const char *archive_dir, const struct demo_case_info *c, long rows) {
    struct demo_text text[FILES] = {{0}}, other = {0};
    struct stat st[FILES];
    char path[4096];
    demo_budget_header(&text[BUDGET]);
    for (int i = 0; i < DEMO_BUDGET_ROWS; i++) demo_budget_row(&text[BUDGET], c, i);
    demo_config_final(&text[CONFIG], c);
    demo_parquet(&text[RUN], c->seed, 0, rows, NULL);
    demo_summary(&text[SUMMARY], c);
    demo_run_card(&text[CARD], c);
    make_case_dirs(dir);
    for (int i = 0; i < FILES; i++) {
        path_of(path, "%s/%s", dir, names[i]);
        write_file(path, &text[i], NULL, &st[i]);
    }
    if (archive_dir != NULL) {
        make_case_dirs(archive_dir);
        demo_manifest_begin(&other, archive_dir, LISTED);
        for (int i = 0; i < FILES; i++) {
            path_of(path, "%s/%s", archive_dir, names[i]);
            write_file(path, &text[i], &st[i].st_mtim, NULL);
            if (i >= LISTED) continue;
            double mtime = (double)st[i].st_mtim.tv_sec + (double)st[i].st_mtim.tv_nsec / 1e9;
            demo_manifest_file(&other, names[i], (uint64_t)st[i].st_size, mtime, i + 1 == LISTED);
        }
        demo_manifest_end(&other);
        path_of(path, "%s/archive_manifest.json", archive_dir);
        write_file(path, &other, NULL, NULL);
        other.len = 0;
        demo_put(&other, "verified\n");
        path_of(path, "%s/ARCHIVE_DONE", archive_dir);
        write_file(path, &other, NULL, NULL);
        age_case_dirs(archive_dir);
    }
    age_case_dirs(dir);
    for (int i = 0; i < FILES; i++) demo_text_free(&text[i]);
    demo_text_free(&other);
}

static void make_running_case(const char *dir, const struct demo_case_info *c) {
    struct demo_text text[CONFIG + 1] = {{0}};
    char path[4096];
    demo_budget_header(&text[BUDGET]);
    demo_budget_row(&text[BUDGET], c, 0);
    demo_config_pre_run(&text[CONFIG], c);
    make_case_dirs(dir);
    for (int i = BUDGET; i <= CONFIG; i++) {
        path_of(path, "%s/%s", dir, names[i]);
        write_file(path, &text[i], NULL, NULL);
        demo_text_free(&text[i]);
    }
    age_case_dirs(dir);
}

enum { NOT_BEGUN = 10, OF = 100, RUNNING = 16, CONTRADICTS = 50, HALF = 51 };

/* first: the directory of a whole case. */
static void make_light_case(const char *dir, const char *first, const struct demo_case_info *c, long i) {
    struct demo_text config = {0};
    char path[4096], target[4096];
    long kind = i % OF;
    if (kind % NOT_BEGUN == NOT_BEGUN - 1) return;
    make_case_dirs(dir);
    demo_putf(&config, "{\"radiation\": {\"TM_K\": %s}, \"outdir\": \"%s\"}\n", kind == CONTRADICTS ? "1" : c->t, dir);
    path_of(path, "%s/%s", dir, names[CONFIG]);
    write_file(path, &config, NULL, NULL);
    config.len = 0;
    demo_put(&config, "PAR1half");
    for (int k = 0; k < FILES; k++) {
        if (k == CONFIG || (k == SUMMARY && i < RUNNING)) continue;
        path_of(path, "%s/%s", dir, names[k]);
        path_of(target, "%s/%s", first, names[k]);
        if (k == RUN && kind == HALF) {
            write_file(path, &config, NULL, NULL);
        } else if (link(target, path) != 0) {
            die(path);
        }
    }
    demo_text_free(&config);
}

struct tokens {
    char t[24];
    const char *eps, *tau;
};

static struct tokens tokens_of(long i) {
    static const char *const eps[] = {"0.1", "0.2", "0.5", "1.0", "2.0"}, *const tau[] = {"0.25", "0.5", "1.0", "2.0"};
    struct tokens k = {.eps = eps[i / 4 % 5], .tau = tau[i % 4]};
    snprintf(k.t, sizeof k.t, "%ld", 2000 + i / 20);
    return k;
}

struct wanted {
    const char *dir;
    long n, rows, age_s, after;
    bool archive, half, running, light;
};

static bool read_words(int argc, char **argv, struct wanted *w) {
    bool usable = true;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        long *number = strcmp(word, "--rows") == 0    ? &w->rows
                       : strcmp(word, "--age") == 0   ? &w->age_s
                       : strcmp(word, "--after") == 0 ? &w->after
                                                      : NULL;
        if (number != NULL && i + 1 < argc) {
            *number = strtol(argv[++i], NULL, 10);
        } else if (strcmp(word, "--archive") == 0) {
            w->archive = true;
        } else if (strcmp(word, "--half") == 0) {
            w->archive = w->half = true;
        } else if (strcmp(word, "--running") == 0) {
            w->running = true;
        } else if (strcmp(word, "--light") == 0) {
            w->light = true;
        } else if (w->dir == NULL) {
            w->dir = word;
        } else if (w->n == 0) {
            w->n = strtol(word, NULL, 10);
        } else {
            usable = false;
        }
    }
    return usable && w->dir != NULL && w->n > 0 && w->rows > 0 && w->age_s >= 0 && w->after >= 0;
}

/* The list of all cases: of those before too, so that it is written whole. */
static void write_list(const char *batch, long n) {
    struct demo_text text = {0};
    char path[4096];
    demo_put(&text, "# T EPS TAU\n");
    for (long i = 0; i < n; i++) {
        struct tokens k = tokens_of(i);
        demo_putf(&text, "%s %s %s\n", k.t, k.eps, k.tau);
    }
    path_of(path, "%s/checks", batch);
    make_dir(path);
    path_of(path, "%s/checks/expected_sweep_list.txt", batch);
    write_file(path, &text, NULL, NULL);
    text.len = 0;
    demo_putf(&text, "sweep_total=%ld\nparallel_jobs=4\nbatch_seed=42\n", n);
    path_of(path, "%s/sweep_settings.txt", batch);
    write_file(path, &text, NULL, NULL);
    demo_text_free(&text);
}

int main(int argc, char **argv) {
    struct wanted w = {.rows = 512};
    if (!read_words(argc, argv, &w)) {
        fprintf(stderr, "usage: make_tree DIR N [--archive | --half] [--rows R] [--age S] [--after K] [--running] "
                        "[--light]\n");
        return 2;
    }
    char batch[4096], archive_root[4096], first[4096] = "";
    make_dir(w.dir);
    path_of(batch, "%s/temp_supply", w.dir);
    make_dir(batch);
    path_of(batch, "%s/temp_supply/20260101-000000__abc1234__seed42", w.dir);
    make_dir(batch);
    path_of(archive_root, "%s/archive", w.dir);
    if (w.archive) make_dir(archive_root);
    if (w.age_s > 0) age_time.tv_sec = time(NULL) - w.age_s;
    for (long i = w.after; i < w.after + w.n; i++) {
        char title[128], dir[4096], copy[4096];
        struct tokens k = tokens_of(i);
        bool archived = w.archive && !(w.half && i % 2 == 1);
        struct demo_case_info c = {.t = k.t,
                                   .eps = k.eps,
                                   .tau = k.tau,
                                   .i0 = "0.05",
                                   .outdir = dir,
                                   .archive_dir = w.archive ? archive_root : NULL,
                                   .keep_local = "all",
                                   .seed = demo_random(42, (uint64_t)i)};
        demo_title(c.t, c.eps, c.tau, NULL, title, sizeof title);
        path_of(dir, "%s/%s", batch, title);
        path_of(copy, "%s/%s", archive_root, title);
        if (w.running) {
            make_running_case(dir, &c);
        } else if (w.light && i > 0) {
            make_light_case(dir, first, &c, i);
        } else {
            make_case(dir, archived ? copy : NULL, &c, w.rows);
            path_of(first, "%s", dir);
        }
    }
    write_list(batch, w.after + w.n);
    puts(batch);
    if (w.archive) puts(archive_root);
    return 0;
}

/* make_tree DIR N [--archive | --half] [--rows R] [--light]: a finished sweep of N complete cases, for measurements.
 *
 * Makes DIR/temp_supply/20260101-000000__abc1234__seed42 with its list and N cases, and with --archive DIR/archive with
 * their copies (keep_local=all), with --half those of every second one. Sizes are those of real outputs, but for
 * run.parquet: R rows of 16 bytes (default 512, 8 kB; 2500 is a real one). --light: a sweep in its middle, of which
 * only the screen is measured: a small configuration a case, the other files are links to those of the first; of a
 * hundred cases ten have not begun, four run, one contradicts the list and one has half a result; the first sixteen
 * run. Prints the two directories. */
#include "app/demo_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    struct timespec times[2];
    if (time != NULL) {
        times[0] = times[1] = *time;
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
    }
    for (int i = 0; i < FILES; i++) demo_text_free(&text[i]);
    demo_text_free(&other);
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

int main(int argc, char **argv) {
    static const char *const eps[] = {"0.1", "0.2", "0.5", "1.0", "2.0"}, *const tau[] = {"0.25", "0.5", "1.0", "2.0"};
    const char *dir = NULL;
    long n = 0, rows = 512;
    bool archive = false, half = false, light = false, usable = true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--archive") == 0) {
            archive = true;
        } else if (strcmp(argv[i], "--half") == 0) {
            archive = half = true;
        } else if (strcmp(argv[i], "--light") == 0) {
            light = true;
        } else if (strcmp(argv[i], "--rows") == 0 && i + 1 < argc) {
            rows = strtol(argv[++i], NULL, 10);
        } else if (dir == NULL) {
            dir = argv[i];
        } else if (n == 0) {
            n = strtol(argv[i], NULL, 10);
        } else {
            usable = false;
        }
    }
    if (!usable || dir == NULL || n <= 0 || rows <= 0) {
        fprintf(stderr, "usage: make_tree DIR N [--archive | --half] [--rows R] [--light]\n");
        return 2;
    }
    char batch[4096], archive_root[4096], path[4096];
    make_dir(dir);
    path_of(batch, "%s/temp_supply", dir);
    make_dir(batch);
    path_of(batch, "%s/temp_supply/20260101-000000__abc1234__seed42", dir);
    make_dir(batch);
    path_of(archive_root, "%s/archive", dir);
    if (archive) make_dir(archive_root);
    char first[4096] = "";
    struct demo_text list = {0};
    demo_put(&list, "# T EPS TAU\n");
    for (long i = 0; i < n; i++) {
        char t[32], title[128], case_dir[4096], copy[4096];
        snprintf(t, sizeof t, "%ld", 2000 + i / 20);
        struct demo_case_info c = {.t = t,
                                   .eps = eps[i / 4 % 5],
                                   .tau = tau[i % 4],
                                   .i0 = "0.05",
                                   .outdir = case_dir,
                                   .archive_dir = archive ? archive_root : NULL,
                                   .keep_local = "all",
                                   .seed = demo_random(42, (uint64_t)i)};
        demo_title(c.t, c.eps, c.tau, NULL, title, sizeof title);
        path_of(case_dir, "%s/%s", batch, title);
        path_of(copy, "%s/%s", archive_root, title);
        if (light && i > 0) {
            make_light_case(case_dir, first, &c, i);
        } else {
            make_case(case_dir, archive && !(half && i % 2 == 1) ? copy : NULL, &c, rows);
            path_of(first, "%s", case_dir);
        }
        demo_putf(&list, "%s %s %s\n", c.t, c.eps, c.tau);
    }
    path_of(path, "%s/checks", batch);
    make_dir(path);
    path_of(path, "%s/checks/expected_sweep_list.txt", batch);
    write_file(path, &list, NULL, NULL);
    list.len = 0;
    demo_putf(&list, "sweep_total=%ld\nparallel_jobs=4\nbatch_seed=42\n", n);
    path_of(path, "%s/sweep_settings.txt", batch);
    write_file(path, &list, NULL, NULL);
    demo_text_free(&list);
    puts(batch);
    if (archive) puts(archive_root);
    return 0;
}

/* bench_storm BATCH_DIR TITLES HOW ...: a writer of cases that says exactly what it did and when; for measurements of
 * watchers.
 *
 * TITLES: a file with the names of the case directories, one a line.
 *   race             makes each directory with those in it and writes its four results at once
 *   full OPS         OPS operations as fast as possible (a file written, or removed), at most OPS / cases a case;
 * WINDOW cases run at a time, each from its first chunk to its end: every second one is whole then, the others have
 * lost their summary again. Says "half" on stdout in the middle pace RATE S      RATE renames a second for S seconds,
 * cases in turn: summary.json comes, and goes when it is the case's turn again. The cases have all other results before
 * that endless S        for S seconds chunks are written and removed as fast as possible, in all of the cases in turn;
 *                    every case's summary.json comes and goes, one second after the other
 *
 * At the end stdout has a line for what the last word on each file is, or with pace and endless for each rename:
 *   NS + PATH        at that time of the monotonic clock it was there; 'NS - PATH': it was gone
 * and "end NS". The time is taken before the call. */
#include "app/demo_content.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WINDOW = 64, PATH = 256, TITLE = 128 };
enum { CONFIG, BUDGET, RUN, SUMMARY, RESULTS };
static const char *const names[RESULTS] = {"run_config.json", "checks/mass_budget.csv", "series/run.parquet",
                                           "summary.json"};
static const char part[] = "summary.json.part";

static char (*titles)[TITLE];
static size_t n_titles;
static const char *batch;
static int batch_fd;

/* What happened, in order. */
struct note {
    int64_t at;
    bool there;
    char path[PATH];
};
static struct note *notes;
static size_t n_notes, cap_notes;

static void die(const char *what) {
    fprintf(stderr, "bench_storm: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void wait_until(int64_t ns) {
    int64_t left = ns - now_ns();
    struct timespec t = {.tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000)};
    if (left > 0) nanosleep(&t, NULL);
}

static void note(int64_t at, bool there, const char *path) {
    if (n_notes == cap_notes) {
        cap_notes = cap_notes * 2 + 4096;
        notes = realloc(notes, cap_notes * sizeof *notes);
        if (notes == NULL) abort();
    }
    notes[n_notes].at = at;
    notes[n_notes].there = there;
    snprintf(notes[n_notes++].path, PATH, "%s", path);
}

static void path_of(char out[PATH], size_t i, const char *name) {
    if (snprintf(out, PATH, "%s/%s", titles[i], name) >= PATH) {
        errno = ENAMETOOLONG;
        die(name);
    }
}

static void make_dirs(size_t i) {
    static const char *const inner[] = {"", "checks", "series"};
    for (int k = 0; k < 3; k++) {
        char path[PATH];
        path_of(path, i, inner[k]);
        if (mkdirat(batch_fd, path, 0777) != 0 && errno != EEXIST) die(path);
    }
}

static void write_bytes(const char *path, const struct demo_text *text) {
    int fd = openat(batch_fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || write(fd, text->data, text->len) != (ssize_t)text->len) die(path);
    close(fd);
}

/* The bytes of a result. All cases have the values of the first: what is measured is whether it was seen. */
static struct demo_text content_of(int result, size_t i) {
    char outdir[4096];
    struct demo_text text = {0};
    char t[TITLE], eps[TITLE], tau[TITLE];
    snprintf(outdir, sizeof outdir, "%s/%s", batch, titles[i]);
    if (sscanf(titles[i], "T%[0-9]_eps%[0-9p]_tau%[0-9p]", t, eps, tau) != 3) {
        errno = EINVAL;
        die(titles[i]);
    }
    for (char *p = eps; (p = strchr(p, 'p')) != NULL;) *p = '.';
    for (char *p = tau; (p = strchr(p, 'p')) != NULL;) *p = '.';
    struct demo_case_info c = {
        .t = t, .eps = eps, .tau = tau, .i0 = "0.05", .outdir = outdir, .keep_local = "all", .seed = i};
    switch (result) {
    case CONFIG:
        demo_config_final(&text, &c);
        break;
    case BUDGET:
        demo_budget_header(&text);
        demo_budget_row(&text, &c, 0);
        break;
    case RUN:
        demo_parquet(&text, c.seed, 0, 16, NULL);
        break;
    default:
        demo_summary(&text, &c);
        break;
    }
    return text;
}

static void write_result(size_t i, int result, const char *name) {
    char path[PATH];
    struct demo_text text = content_of(result, i);
    path_of(path, i, name);
    write_bytes(path, &text);
    demo_text_free(&text);
}

static void remove_file(const char *path) {
    if (unlinkat(batch_fd, path, 0) != 0) die(path);
}

static void chunk_path(char out[PATH], size_t i, int number) {
    char name[64];
    snprintf(name, sizeof name, "series/run_chunk_%09d_%09d.parquet", number * 10, number * 10 + 9);
    path_of(out, i, name);
}

static void race(void) {
    for (size_t i = 0; i < n_titles; i++) {
        make_dirs(i);
        for (int k = 0; k < RESULTS; k++) {
            char path[PATH];
            path_of(path, i, names[k]);
            int64_t at = now_ns();
            write_result(i, k, names[k]);
            note(at, true, path);
        }
    }
}

/* The step-th of `steps` operations of a case: chunks come and go, then come the results. */
static void step_of_case(size_t i, long step, long steps, const struct demo_text *chunk) {
    long first_result = steps - RESULTS - 1;
    char path[PATH];
    int64_t at = now_ns();
    if (step < first_result) {
        chunk_path(path, i, (int)(step / 2));
        if (step % 2 == 0) {
            write_bytes(path, chunk);
        } else {
            remove_file(path);
        }
        bool last = step % 2 == 1 || step + 1 == first_result;
        if (last) note(at, step % 2 == 0, path);
    } else if (step < steps - 1) {
        int result = (int)(step - first_result);
        path_of(path, i, names[result]);
        write_result(i, result, names[result]);
        if (result != SUMMARY) note(at, true, path);
    } else { /* the summary once more, or no longer */
        path_of(path, i, names[SUMMARY]);
        if (i % 2 == 0) {
            write_result(i, SUMMARY, names[SUMMARY]);
        } else {
            remove_file(path);
        }
        note(at, i % 2 == 0, path);
    }
}

static void full(long ops) {
    long steps = ops / (long)n_titles, done = 0;
    struct demo_text chunk = {0};
    if (steps < RESULTS + 1) {
        fprintf(stderr, "bench_storm: at least %d operations a case\n", RESULTS + 1);
        exit(2);
    }
    demo_parquet(&chunk, 1, 0, 16, NULL);
    for (size_t begin = 0; begin < n_titles; begin += WINDOW) {
        size_t end = begin + WINDOW < n_titles ? begin + WINDOW : n_titles;
        for (long step = 0; step < steps; step++) {
            for (size_t i = begin; i < end; i++) {
                step_of_case(i, step, steps, &chunk);
                if (++done != ops / 2) continue;
                puts("half");
                fflush(stdout);
            }
        }
    }
    demo_text_free(&chunk);
}

static void all_but_the_summary(void) {
    for (size_t i = 0; i < n_titles; i++) {
        char path[PATH];
        path_of(path, i, names[SUMMARY]);
        if (unlinkat(batch_fd, path, 0) != 0 && errno != ENOENT) die(path);
        for (int k = 0; k < SUMMARY; k++) write_result(i, k, names[k]);
        write_result(i, SUMMARY, part);
    }
}

static void toggle(size_t i, bool there) {
    char from[PATH], to[PATH];
    path_of(from, i, there ? part : names[SUMMARY]);
    path_of(to, i, there ? names[SUMMARY] : part);
    note(now_ns(), there, there ? to : from);
    if (renameat(batch_fd, from, batch_fd, to) != 0) die(from);
}

/* What all_but_the_summary wrote is seen before the measurement begins. */
static int64_t rest(void) {
    puts("ready");
    fflush(stdout);
    if (getchar() == EOF) exit(1);
    return now_ns();
}

static void pace(long rate, long seconds) {
    all_but_the_summary();
    int64_t begun = rest();
    for (long k = 0; k < rate * seconds; k++) {
        wait_until(begun + k * (1000000000 / rate));
        toggle((size_t)k % n_titles, (size_t)k / n_titles % 2 == 0);
    }
}

static void endless(long seconds) {
    struct demo_text chunk = {0};
    demo_parquet(&chunk, 1, 0, 16, NULL);
    all_but_the_summary();
    int64_t begun = rest(), toggled = 0;
    for (long k = 0; now_ns() - begun < seconds * 1000000000; k++) {
        size_t i = (size_t)k % n_titles;
        long round = k / (long)n_titles;
        char path[PATH];
        chunk_path(path, i, (int)(round / 2 % 8));
        if (round % 2 == 0) {
            write_bytes(path, &chunk);
        } else {
            remove_file(path);
        }
        /* Spread over the second, so that each comes alone. */
        int64_t due = begun + toggled * 1000000000 / (int64_t)n_titles;
        if (now_ns() < due) continue;
        toggle((size_t)toggled % n_titles, toggled / (int64_t)n_titles % 2 == 0);
        toggled++;
    }
    demo_text_free(&chunk);
}

static void read_titles(const char *path) {
    FILE *f = fopen(path, "r");
    if (f == NULL) die(path);
    for (char line[TITLE]; fgets(line, sizeof line, f) != NULL;) {
        titles = realloc(titles, (n_titles + 1) * sizeof *titles);
        if (titles == NULL) abort();
        line[strcspn(line, "\n")] = '\0';
        memcpy(titles[n_titles++], line, sizeof line);
    }
    fclose(f);
    if (n_titles == 0) {
        errno = EINVAL;
        die(path);
    }
}

int main(int argc, char **argv) {
    const char *how = argc > 3 ? argv[3] : "";
    long first = argc > 4 ? strtol(argv[4], NULL, 10) : 0, second = argc > 5 ? strtol(argv[5], NULL, 10) : 0;
    if (argc < 4) {
        fprintf(stderr, "usage: bench_storm BATCH_DIR TITLES race | full OPS | pace RATE SECONDS | endless SECONDS\n");
        return 2;
    }
    batch = argv[1];
    batch_fd = open(batch, O_RDONLY | O_DIRECTORY);
    if (batch_fd < 0) die(batch);
    read_titles(argv[2]);
    if (strcmp(how, "race") == 0) {
        race();
    } else if (strcmp(how, "full") == 0 && first > 0) {
        full(first);
    } else if (strcmp(how, "pace") == 0 && first > 0 && second > 0) {
        pace(first, second);
    } else if (strcmp(how, "endless") == 0 && first > 0) {
        endless(first);
    } else {
        fprintf(stderr, "bench_storm: what is '%s'?\n", how);
        return 2;
    }
    int64_t end = now_ns();
    for (size_t i = 0; i < n_notes; i++) {
        printf("%" PRId64 " %c %s\n", notes[i].at, notes[i].there ? '+' : '-', notes[i].path);
    }
    printf("end %" PRId64 "\n", end);
    return 0;
}

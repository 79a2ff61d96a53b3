/* minimal_check BATCH_DIR ARCHIVE_DIR|"" CSV [THREADS]: the floor under `sweepwatch check`.
 *
 * One purpose, no generality: names, rules and the form of the JSON are written into the code, every file is opened by
 * its name, nothing is listed, watched or explained. It does look at all contents: strict JSON, ends of the Parquet
 * files, the CSV, EPS and outdir of the configuration, the manifest against the files, the copy against the original,
 * ARCHIVE_DONE. What `sweepwatch check` takes longer is the price of everything else. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    char title[128];
    double eps;
    bool found[2], missing[4];
    const char *status;
};

struct buffer {
    char *data;
    size_t len, cap;
};

static struct job *jobs;
static size_t n_jobs;
static atomic_size_t next_job;
static int batch_fd, archive_fd = -1;

/* ---- JSON: one value, Python's constants allowed; NULL: not whole ---- */

static const char *blanks(const char *p) { return p + strspn(p, " \t\r\n"); }

static const char *json_string(const char *p) {
    if (*p++ != '"') return NULL;
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < 0x20) return NULL;
        if (*p != '\\') continue;
        p++;
        if (*p == 'u') {
            if (strspn(p + 1, "0123456789abcdefABCDEF") < 4) return NULL;
            p += 4;
        } else if (*p == '\0' || strchr("\"\\/bfnrt", *p) == NULL) {
            return NULL;
        }
    }
    return p + 1;
}

static const char *json_number(const char *p) {
    if (*p == '-') p++;
    if (strncmp(p, "Infinity", 8) == 0) return p + 8;
    size_t n = strspn(p, "0123456789");
    if (n == 0 || (n > 1 && *p == '0')) return NULL;
    p += n;
    if (*p == '.') {
        n = strspn(++p, "0123456789");
        if (n == 0) return NULL;
        p += n;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-') p++;
        n = strspn(p, "0123456789");
        if (n == 0) return NULL;
        p += n;
    }
    return p;
}

static const char *json_value(const char *p, int depth) {
    static const char *const words[] = {"true", "false", "null", "NaN"};
    if (depth > 200) return NULL;
    p = blanks(p);
    if (*p == '"') return json_string(p);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(p, words[i], strlen(words[i])) == 0) return p + strlen(words[i]);
    }
    if (*p != '{' && *p != '[') return json_number(p);
    bool object = *p == '{';
    char close = object ? '}' : ']';
    p = blanks(p + 1);
    if (*p == close) return p + 1;
    for (;;) {
        if (object) {
            p = json_string(blanks(p));
            if (p == NULL) return NULL;
            p = blanks(p);
            if (*p++ != ':') return NULL;
        }
        p = json_value(p, depth + 1);
        if (p == NULL) return NULL;
        p = blanks(p);
        if (*p == close) return p + 1;
        if (*p++ != ',') return NULL;
    }
}

static bool json_whole(const struct buffer *b) {
    const char *p = blanks(b->data);
    if (*p != '{') return false;
    p = json_value(p, 0);
    return p != NULL && blanks(p) == b->data + b->len;
}

/* ---- files ---- */

static bool read_all(int dir, const char *name, struct buffer *b, struct stat *st) {
    int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    bool good = fstat(fd, st) == 0 && S_ISREG(st->st_mode);
    size_t size = good ? (size_t)st->st_size : 0;
    if (good && b->cap < size + 1) {
        b->cap = size * 2 + 1;
        b->data = realloc(b->data, b->cap);
        if (b->data == NULL) abort();
    }
    good = good && read(fd, b->data, size) == (ssize_t)size;
    close(fd);
    if (!good) return false;
    b->len = size;
    b->data[size] = '\0';
    return true;
}

static bool parquet_whole(int dir) {
    unsigned char head[4], tail[8];
    struct stat st;
    int fd = openat(dir, "series/run.parquet", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    bool good = fstat(fd, &st) == 0 && st.st_size >= 12 && pread(fd, head, 4, 0) == 4 &&
                pread(fd, tail, 8, st.st_size - 8) == 8 && memcmp(head, "PAR1", 4) == 0 &&
                memcmp(tail + 4, "PAR1", 4) == 0;
    close(fd);
    if (!good) return false;
    uint32_t footer = tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 24;
    return (int64_t)footer + 12 <= st.st_size;
}

static bool csv_whole(const struct buffer *b) {
    const char *first = memchr(b->data, '\n', b->len);
    return first != NULL && b->data[b->len - 1] == '\n' && first + 1 < b->data + b->len;
}

/* The value after `"key": `, or NULL. */
static const char *after_key(const char *text, const char *key) {
    const char *p = strstr(text, key);
    return p == NULL ? NULL : blanks(p + strlen(key));
}

static bool config_agrees(const struct job *j, const char *text) {
    const char *eps = after_key(text, "\"epsilon_mix\":"), *outdir = after_key(text, "\"outdir\":");
    if (after_key(text, "\"status\":") != NULL) return false;
    if (eps != NULL && strtod(eps, NULL) != j->eps) return false;
    if (outdir == NULL) return true;
    const char *end = json_string(outdir);
    size_t len = strlen(j->title);
    return end != NULL && (size_t)(end - outdir) > len + 1 && memcmp(end - 1 - len, j->title, len) == 0;
}

static double seconds(struct timespec t) { return (double)t.tv_sec + (double)t.tv_nsec / 1e9; }

static bool manifest_agrees(int dir, const char *text) {
    const char *p = text;
    while ((p = after_key(p, "\"path\":")) != NULL) {
        char path[512];
        struct stat st;
        const char *end = json_string(p);
        if (end == NULL || (size_t)(end - p) > sizeof path) return false;
        memcpy(path, p + 1, (size_t)(end - p) - 2);
        path[end - p - 2] = '\0';
        const char *size = after_key(end, "\"size\":"), *mtime = after_key(end, "\"mtime\":");
        if (size == NULL || mtime == NULL || fstatat(dir, path, &st, 0) != 0) return false;
        if (strtoll(size, NULL, 10) != st.st_size || fabs(strtod(mtime, NULL) - seconds(st.st_mtim)) > 2) return false;
        p = end;
    }
    return true;
}

static bool same_version(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && fabs(seconds(a->st_mtim) - seconds(b->st_mtim)) <= 2;
}

/* Judges one place; adds to what is there and what is bad. proof: config and summary, for the comparison. */
static void check_place(const struct job *j, int dir, struct buffer *b, bool there[4], bool *bad,
                        struct stat proof[2]) {
    struct stat st;
    if (read_all(dir, "summary.json", b, &proof[0])) {
        there[0] = true;
        *bad |= !json_whole(b);
    }
    if (read_all(dir, "run_config.json", b, &proof[1])) {
        there[1] = true;
        *bad |= !json_whole(b) || !config_agrees(j, b->data);
    }
    if (read_all(dir, "checks/mass_budget.csv", b, &st)) {
        there[2] = true;
        *bad |= !csv_whole(b);
    }
    if (faccessat(dir, "series/run.parquet", F_OK, 0) == 0) {
        there[3] = true;
        *bad |= !parquet_whole(dir);
    }
}

static bool same_content(int here, int there, const char *name, struct buffer *a) {
    struct buffer b = {0};
    struct stat st;
    bool same = read_all(here, name, a, &st) && read_all(there, name, &b, &st) && a->len == b.len &&
                memcmp(a->data, b.data, b.len) == 0;
    free(b.data);
    return same;
}

static void check_case(struct job *j, struct buffer *b) {
    bool there[4] = {false}, bad = false, proven = archive_fd < 0;
    struct stat here_proof[2] = {0}, copy_proof[2] = {0}, st;
    int here = openat(batch_fd, j->title, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int copy = archive_fd < 0 ? -1 : openat(archive_fd, j->title, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    j->found[0] = here >= 0;
    j->found[1] = copy >= 0;
    if (here >= 0) check_place(j, here, b, there, &bad, here_proof);
    if (copy >= 0) {
        check_place(j, copy, b, there, &bad, copy_proof);
        proven = fstatat(copy, "ARCHIVE_DONE", &st, 0) == 0 && read_all(copy, "archive_manifest.json", b, &st) &&
                 json_whole(b) && manifest_agrees(copy, b->data);
        proven =
            proven && (same_version(&here_proof[0], &copy_proof[0]) || same_content(here, copy, "summary.json", b));
        proven =
            proven && (same_version(&here_proof[1], &copy_proof[1]) || same_content(here, copy, "run_config.json", b));
    }
    if (here >= 0) close(here);
    if (copy >= 0) close(copy);
    bool missing = false;
    for (int i = 0; i < 4; i++) {
        j->missing[i] = !there[i];
        missing |= !there[i];
    }
    j->status = missing ? "missing" : bad ? "invalid" : proven ? "complete" : "archive_failed";
}

static void *work(void *unused) {
    struct buffer b = {0};
    (void)unused;
    for (;;) {
        size_t i = atomic_fetch_add(&next_job, 1);
        if (i >= n_jobs) break;
        check_case(&jobs[i], &b);
    }
    free(b.data);
    return NULL;
}

/* ---- list and table ---- */

static void read_list(void) {
    struct buffer b = {0};
    struct stat st;
    char *rest = NULL;
    if (!read_all(batch_fd, "checks/expected_sweep_list.txt", &b, &st)) {
        fprintf(stderr, "minimal_check: no list\n");
        exit(3);
    }
    size_t cap = 0;
    for (char *line = strtok_r(b.data, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest)) {
        char t[32], eps[32], tau[32];
        if (line[0] == '#' || sscanf(line, "%31s %31s %31s", t, eps, tau) != 3) continue;
        if (n_jobs == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            jobs = realloc(jobs, cap * sizeof *jobs);
            if (jobs == NULL) abort();
        }
        struct job *j = &jobs[n_jobs++];
        *j = (struct job){.eps = strtod(eps, NULL)};
        for (char *p = eps; (p = strchr(p, '.')) != NULL;) *p = 'p';
        for (char *p = tau; (p = strchr(p, '.')) != NULL;) *p = 'p';
        snprintf(j->title, sizeof j->title, "T%s_eps%s_tau%s", t, eps, tau);
    }
    free(b.data);
}

static int write_table(const char *path, const char *batch) {
    static const char *const names[] = {"summary.json", "run_config.json", "checks/mass_budget.csv",
                                        "series/run.parquet"};
    FILE *f = fopen(path, "w");
    if (f == NULL) return -1;
    fputs("case_id,expected_dir,found_local,found_archive,missing_files,status\r\n", f);
    for (size_t i = 0; i < n_jobs; i++) {
        const struct job *j = &jobs[i];
        fprintf(f, "%s,%s/%s,%s,%s,", j->title, batch, j->title, j->found[0] ? "true" : "false",
                j->found[1] ? "true" : "false");
        for (int k = 0, first = 1; k < 4; k++) {
            if (!j->missing[k]) continue;
            fprintf(f, "%s%s", first ? "" : ";", names[k]);
            first = 0;
        }
        fprintf(f, ",%s\r\n", j->status);
    }
    return fclose(f);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: minimal_check BATCH_DIR ARCHIVE_DIR|\"\" CSV [THREADS]\n");
        return 2;
    }
    long threads = argc > 4 ? strtol(argv[4], NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);
    if (threads < 1 || threads > 256) threads = 1;
    batch_fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (batch_fd < 0 || (argv[2][0] != '\0' && (archive_fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)) {
        fprintf(stderr, "minimal_check: %s\n", strerror(errno));
        return 3;
    }
    read_list();
    pthread_t thread[256];
    for (long i = 1; i < threads; i++) {
        if (pthread_create(&thread[i], NULL, work, NULL) != 0) abort();
    }
    work(NULL);
    for (long i = 1; i < threads; i++) pthread_join(thread[i], NULL);
    if (write_table(argv[3], argv[1]) != 0) {
        fprintf(stderr, "minimal_check: %s: %s\n", argv[3], strerror(errno));
        return 5;
    }
    free(jobs);
    return 0;
}

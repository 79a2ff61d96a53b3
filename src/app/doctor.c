#include "app/doctor.h"

#include "model/text.h"
#include "watch/exit_record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

enum {
    PATH_LIMIT = 259, /* characters that Windows takes without further ado */
    SLOW_BYTES_A_SECOND = 5 * 1000 * 1000,
    WATCHES_A_CASE = 3,  /* its directory, series and checks */
    MAX_WATCHES = 24000, /* that the monitor takes, and at most half of the limit */
    SMALL_QUEUE = 16384  /* events that Linux keeps by default */
};

static const double GIB = 1024.0 * 1024 * 1024;

static const char *const key_names[KEY_COUNT] = {
    [KEY_JOBS] = "PARALLEL_JOBS",
    [KEY_CELL] = "MARSDISK_CELL_PARALLEL",
    [KEY_CELL_JOBS] = "MARSDISK_CELL_JOBS",
    [KEY_NUMBA] = "NUMBA_NUM_THREADS",
    [KEY_OMP] = "OMP_NUM_THREADS",
    [KEY_MKL] = "MKL_NUM_THREADS",
    [KEY_OPENBLAS] = "OPENBLAS_NUM_THREADS",
    [KEY_JOB_MEMORY] = "JOB_MEM_GB",
    [KEY_SKIP_PIP] = "SKIP_PIP",
    [KEY_HOOKS] = "HOOKS_STRICT",
    [KEY_BATCH_ROOT] = "BATCH_ROOT",
    [KEY_TAG] = "SWEEP_TAG",
};

const char *doctor_key_name(enum doctor_key k) { return key_names[k]; }

const char *doctor_grade_word(enum doctor_grade g) {
    static const char *const words[] = {"PASS", "SKIP", "WARN", "FAIL"};
    return words[g];
}

/* ---- lines ---- */

struct report {
    const struct doctor_facts *facts;
    struct doctor_line *line;
    int n;
};

#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static void
say(struct report *r, const char *check, enum doctor_grade grade, const char *format, ...) {
    char text[2 * DOCTOR_WORDS];
    va_list args;
    struct doctor_line *line = &r->line[r->n++];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    line->check = check;
    line->grade = grade;
    line->remedy[0] = '\0';
    text_clean(text, line->found, sizeof line->found);
}

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
advise(struct report *r, const char *format, ...) {
    char text[2 * DOCTOR_WORDS];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_clean(text, r->line[r->n - 1].remedy, DOCTOR_WORDS);
}

/* ---- values ---- */

static const char *origin(const struct doctor_value *v) {
    return v->from_environment ? "from the environment" : "from the settings";
}

/* A whole number from 1 up. */
static bool count_of(const struct doctor_value *v, unsigned *out) {
    double n;
    if (!v->text || !text_number(v->text, &n) || n < 1 || n > 1e6 || n != (double)(unsigned)n) return false;
    *out = (unsigned)n;
    return true;
}

static bool equals_any(const char *text, const char *const words[]) {
    for (int i = 0; words[i]; i++) {
        const char *a = text, *b = words[i];
        while (*a && (*a | 32) == *b) {
            a++;
            b++;
        }
        if (!*a && !*b) return true;
    }
    return false;
}

static bool is_on(const struct doctor_value *v) {
    static const char *const words[] = {"1", "true", "yes", "on", NULL};
    return v->text && equals_any(v->text, words);
}

static bool is_off(const struct doctor_value *v) {
    static const char *const words[] = {"0", "false", "no", "off", "", NULL};
    return v->text && equals_any(v->text, words);
}

/* ---- threads and memory ---- */

/* A library's own setting, else the one it falls back on, else every core. */
static unsigned threads_of(const struct doctor_facts *f, enum doctor_key own, enum doctor_key fallback,
                           const char **unset) {
    unsigned n;
    if (count_of(&f->value[own], &n) || count_of(&f->value[fallback], &n)) return n;
    if (!*unset) *unset = key_names[own];
    return f->cores;
}

static unsigned workers_of(const struct doctor_facts *f) {
    unsigned n = 1;
    if (!is_on(&f->value[KEY_CELL])) return 1;
    return count_of(&f->value[KEY_CELL_JOBS], &n) ? n : f->value[KEY_CELL_JOBS].text ? f->cores : 1; /* "auto" */
}

unsigned doctor_threads_per_case(const struct doctor_facts *f, const char **unset) {
    unsigned most = 0;
    *unset = NULL;
    const unsigned threads[] = {threads_of(f, KEY_NUMBA, KEY_NUMBA, unset), threads_of(f, KEY_OMP, KEY_OMP, unset),
                                threads_of(f, KEY_MKL, KEY_OMP, unset), threads_of(f, KEY_OPENBLAS, KEY_OMP, unset)};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        if (threads[i] > most) most = threads[i];
    }
    return most * workers_of(f);
}

static void judge_threads(struct report *r) {
    const struct doctor_facts *f = r->facts;
    const struct doctor_value *jobs_value = &f->value[KEY_JOBS];
    const char *unset;
    char why[128] = "";
    unsigned jobs, threads = doctor_threads_per_case(f, &unset);
    if (!count_of(jobs_value, &jobs)) {
        say(r, "threads", DOCTOR_WARN, "%s is %s%s: how many cases run at once is unknown", key_names[KEY_JOBS],
            jobs_value->text ? "no number: " : "not set", jobs_value->text ? jobs_value->text : "");
        advise(r, "set %s to a number", key_names[KEY_JOBS]);
        return;
    }
    if (f->cores == 0) {
        say(r, "threads", DOCTOR_SKIP, "how many cores this machine has is unknown");
        return;
    }
    unsigned long long all = (unsigned long long)jobs * threads;
    if (unset) snprintf(why, sizeof why, " (%s is not set: every core)", unset);
    enum doctor_grade grade = all <= f->cores ? DOCTOR_PASS : all <= 2ULL * f->cores ? DOCTOR_WARN : DOCTOR_FAIL;
    say(r, "threads", grade, "cases at once: %u (%s), threads of each: %u%s; together %llu on %u cores", jobs,
        origin(jobs_value), threads, why, all, f->cores);
    if (grade == DOCTOR_PASS) return;
    if (unset)
        advise(r, "set NUMBA_NUM_THREADS, OMP_NUM_THREADS, MKL_NUM_THREADS and OPENBLAS_NUM_THREADS to 1");
    else
        advise(r, "lower %s or the threads of a case", key_names[KEY_JOBS]);
}

static void judge_memory(struct report *r) {
    const struct doctor_facts *f = r->facts;
    const struct doctor_value *each_value = &f->value[KEY_JOB_MEMORY];
    double each;
    unsigned jobs;
    if (f->memory_bytes <= 0) {
        say(r, "memory", DOCTOR_SKIP, "how much memory this machine has is unknown");
        return;
    }
    double have = (double)f->memory_bytes / GIB;
    if (!each_value->text || !text_number(each_value->text, &each) || each <= 0) {
        say(r, "memory", DOCTOR_WARN, "%s is %s: whether the cases fit into %.1f GiB is unknown",
            key_names[KEY_JOB_MEMORY], each_value->text ? "no number" : "not set", have);
        advise(r, "run one case with sweepwatch exec: its record tells the peak; set %s from it",
               key_names[KEY_JOB_MEMORY]);
        return;
    }
    if (!count_of(&f->value[KEY_JOBS], &jobs)) {
        say(r, "memory", DOCTOR_SKIP, "how many cases run at once is unknown");
        return;
    }
    double need = each * jobs;
    enum doctor_grade grade = need > have ? DOCTOR_FAIL : need > 0.9 * have ? DOCTOR_WARN : DOCTOR_PASS;
    say(r, "memory", grade, "%u cases of %.3g GB (%s) need %.1f of %.1f GiB", jobs, each, origin(each_value), need,
        have);
    unsigned fit = (unsigned)(0.9 * have / each);
    if (grade != DOCTOR_PASS && fit == 0)
        advise(r, "one case alone does not fit: use a machine with more memory");
    else if (grade != DOCTOR_PASS)
        advise(r, "lower %s to %u", key_names[KEY_JOBS], fit);
}

/* ---- switches ---- */

static void judge_switches(struct report *r) {
    const struct doctor_value *pip = &r->facts->value[KEY_SKIP_PIP], *hooks = &r->facts->value[KEY_HOOKS];
    unsigned jobs = 0;
    if (is_on(pip)) {
        say(r, "skip_pip", DOCTOR_PASS, "SKIP_PIP is %s (%s)", pip->text, origin(pip));
    } else {
        bool together = is_off(pip) && (!count_of(&r->facts->value[KEY_JOBS], &jobs) || jobs > 1);
        say(r, "skip_pip", together ? DOCTOR_FAIL : DOCTOR_WARN,
            "SKIP_PIP is %s: each case may install packages, at the same time as the others",
            pip->text ? pip->text : "not set");
        advise(r, "install once, then set SKIP_PIP=1 for the sweep");
    }
    if (is_on(hooks)) {
        say(r, "hooks_strict", DOCTOR_PASS, "HOOKS_STRICT is %s (%s)", hooks->text, origin(hooks));
    } else {
        say(r, "hooks_strict", DOCTOR_WARN, "HOOKS_STRICT is %s: a hook that fails goes unnoticed",
            hooks->text ? hooks->text : "not set");
        advise(r, "set HOOKS_STRICT=1, or run sweepwatch check --strict after the sweep");
    }
}

/* ---- the list and names ---- */

static void judge_list(struct report *r) {
    const struct doctor_facts *f = r->facts;
    if (f->list_problem) {
        say(r, "sweep_list", DOCTOR_FAIL, "the sweep list %s cannot be read: %s", f->list_path, f->list_problem);
        advise(r, "check the path, and save the list as UTF-8");
    } else if (!f->list_path) {
        say(r, "sweep_list", DOCTOR_WARN, "no sweep list: which cases are expected is unknown");
        advise(r, "give it with --sweep-list FILE");
    } else if (f->list_errors > 0) {
        say(r, "sweep_list", DOCTOR_FAIL, "%s: errors: %zu; the first: %s", f->list_path, f->list_errors,
            f->list_issue);
        advise(r, "mend them: sweepwatch lint %s names all of them", f->list_path);
    } else if (f->list_warnings > 0) {
        say(r, "sweep_list", DOCTOR_WARN, "%s: cases: %zu, warnings: %zu; the first: %s", f->list_path, f->cases,
            f->list_warnings, f->list_issue);
        advise(r, "sweepwatch lint %s names all of them", f->list_path);
    } else {
        say(r, "sweep_list", DOCTOR_PASS, "%s: %zu cases, nothing to complain of", f->list_path, f->cases);
    }
}

static size_t characters(const char *s) {
    size_t n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void judge_longest(struct report *r) {
    const struct doctor_facts *f = r->facts;
    if (!f->longest_path) {
        say(r, "longest_path", DOCTOR_SKIP, "the longest path is unknown without a list");
        return;
    }
    size_t n = characters(f->longest_path);
    if (n <= PATH_LIMIT) {
        say(r, "longest_path", DOCTOR_PASS, "the longest path has %zu characters", n);
        return;
    }
    say(r, "longest_path", f->windows ? DOCTOR_FAIL : DOCTOR_WARN, "a path has %zu characters, Windows takes %d: %s", n,
        PATH_LIMIT, f->longest_path);
    advise(r, "shorten BATCH_ROOT or SWEEP_TAG");
}

/* Each name of a path; a drive's "E:" stands before them. */
static const char *path_trouble(const char *path, char name[256]) {
    if (((path[0] | 32) >= 'a' && (path[0] | 32) <= 'z') && path[1] == ':') path += 2;
    while (*path) {
        size_t len = strcspn(path, "/\\");
        bool plain = len == 0 || (len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.');
        snprintf(name, 256, "%.*s", (int)(len < 255 ? len : 255), path);
        const char *trouble = plain || name[0] == '.' ? NULL : exit_record_title_trouble(name);
        if (trouble) return trouble;
        path += len + (path[len] != '\0');
    }
    return NULL;
}

static void judge_names(struct report *r) {
    const struct doctor_value *root = &r->facts->value[KEY_BATCH_ROOT], *tag = &r->facts->value[KEY_TAG];
    char name[256];
    const char *trouble = tag->text && tag->text[0] ? exit_record_title_trouble(tag->text) : NULL;
    if (trouble) {
        say(r, "names", DOCTOR_FAIL, "SWEEP_TAG '%s' (%s) cannot be a directory on every system: %s", tag->text,
            origin(tag), trouble);
    } else if (root->text && (trouble = path_trouble(root->text, name)) != NULL) {
        say(r, "names", DOCTOR_FAIL, "'%s' in BATCH_ROOT '%s' (%s) cannot be a directory on every system: %s", name,
            root->text, origin(root), trouble);
    } else if (!root->text && !tag->text) {
        say(r, "names", DOCTOR_SKIP, "neither BATCH_ROOT nor SWEEP_TAG is set");
        return;
    } else {
        say(r, "names", DOCTOR_PASS, "%s%s%s can be directories everywhere", root->text ? "BATCH_ROOT" : "",
            root->text && tag->text ? " and " : "", tag->text ? "SWEEP_TAG" : "");
        return;
    }
    advise(r, "use letters, digits, - and _ only");
}

/* ---- the drives ---- */

static void judge_batch(struct report *r) {
    const struct doctor_place *b = &r->facts->batch;
    if (!b->path) {
        say(r, "batch_dir", DOCTOR_SKIP, "no batch directory given");
    } else if (b->err < 0) {
        say(r, "batch_dir", DOCTOR_FAIL, "%s cannot be read: %s", b->path, uv_strerror(b->err));
        advise(r, "check the path and its rights");
    } else {
        say(r, "batch_dir", DOCTOR_PASS, "%s %s (%s)", b->path, b->there ? "is there" : "is not there yet",
            b->mount.type[0] ? b->mount.type : "unknown file system");
    }
}

static void judge_archive(struct report *r) {
    const struct doctor_place *a = &r->facts->archive;
    const struct doctor_probe *p = &r->facts->probe;
    if (!a->path) {
        say(r, "archive", DOCTOR_SKIP, "no archive directory given");
        return;
    }
    if (p->hangs) {
        say(r, "archive", DOCTOR_FAIL, "%s does not answer", a->path);
        advise(r, "check the drive and its cable or network");
    } else if (!a->there) {
        say(r, "archive", DOCTOR_FAIL, "%s is not there: %s", a->path,
            a->err < 0 ? uv_strerror(a->err) : "it is no directory");
        advise(r, "plug the drive in, or make the directory");
    } else if (p->err < 0) {
        say(r, "archive", DOCTOR_FAIL, "%s cannot be written to: %s", a->path, uv_strerror(p->err));
        advise(r, "check the drive's rights and space");
    } else if (!p->done || p->took_us <= 0) {
        say(r, "archive", DOCTOR_WARN, "%s is there; whether it can be written to was not tried", a->path);
    } else {
        double speed = (double)p->bytes / ((double)p->took_us / 1e6);
        bool slow = speed < SLOW_BYTES_A_SECOND;
        say(r, "archive", slow ? DOCTOR_WARN : DOCTOR_PASS, "%s takes %.1f MB/s (%.1f MB written, flushed and removed)",
            a->path, speed / 1e6, (double)p->bytes / 1e6);
        if (slow) advise(r, "copying will lag behind the runs: use a faster drive or port");
    }
}

static void judge_volumes(struct report *r) {
    const struct doctor_place *b = &r->facts->batch, *a = &r->facts->archive;
    if (!a->path || !b->path) {
        say(r, "volumes", DOCTOR_SKIP, "%s", a->path ? "no batch directory given" : "no archive directory given");
    } else if (!a->looked || !b->looked || a->mount.id == 0 || b->mount.id == 0) {
        say(r, "volumes", DOCTOR_SKIP, "whether batch and archive are on different volumes is unknown");
    } else if (a->mount.id == b->mount.id) {
        say(r, "volumes", DOCTOR_WARN, "batch and archive are on one volume: it cannot be lost without the other");
        advise(r, "archive to another drive");
    } else {
        say(r, "volumes", DOCTOR_PASS, "batch and archive are on different volumes");
    }
}

static void judge_space_of(struct report *r, const char *check, const struct doctor_place *p) {
    const struct doctor_facts *f = r->facts;
    if (!p->path) {
        say(r, check, DOCTOR_SKIP, "no directory given");
        return;
    }
    if (!p->looked || p->mount.space_total <= 0) {
        say(r, check, DOCTOR_SKIP, "how much space there is is unknown");
        return;
    }
    double have = (double)p->mount.space_free / GIB;
    if (f->case_bytes < 0 || f->cases == 0) {
        say(r, check, DOCTOR_WARN, "%.1f GiB are free; what the sweep needs is unknown until a case is finished", have);
        advise(r, "run one case first");
        return;
    }
    double need = (double)f->case_bytes * (double)f->cases / GIB;
    enum doctor_grade grade = need > have ? DOCTOR_FAIL : need > 0.8 * have ? DOCTOR_WARN : DOCTOR_PASS;
    say(r, check, grade, "%zu cases like %s need %.2f GiB, %.1f GiB are free", f->cases, f->case_name, need, have);
    if (grade != DOCTOR_PASS) advise(r, "make room, or run fewer cases");
}

/* ---- watching ---- */

static void judge_watches(struct report *r) {
    const struct doctor_facts *f = r->facts;
    if (f->cases == 0) {
        say(r, "watches", DOCTOR_SKIP, "how many directories there will be is unknown without a list");
        return;
    }
    if (f->watch_limit == SIZE_MAX) {
        say(r, "watches", DOCTOR_PASS, "this system has no limit of watched directories");
        return;
    }
    size_t need = WATCHES_A_CASE * f->cases, half = f->watch_limit / 2;
    size_t have = half < MAX_WATCHES ? half : (size_t)MAX_WATCHES;
    if (need <= have) {
        say(r, "watches", DOCTOR_PASS, "%zu directories to watch, %zu can be", need, have);
        return;
    }
    say(r, "watches", DOCTOR_WARN, "%zu directories to watch, %zu can be: the rest is looked at every few seconds",
        need, have);
    if (half < MAX_WATCHES) advise(r, "sysctl fs.inotify.max_user_watches=%zu", 2 * need);
}

static void judge_queue(struct report *r) {
    const struct doctor_facts *f = r->facts;
    bool small = f->watch_queue < SMALL_QUEUE;
    if (f->watch_queue == SIZE_MAX)
        say(r, "event_queue", DOCTOR_PASS, "this system tells when events are lost");
    else
        say(r, "event_queue", small ? DOCTOR_WARN : DOCTOR_PASS, "%zu events are kept before some are lost",
            f->watch_queue);
    if (small) advise(r, "sysctl fs.inotify.max_queued_events=%d", SMALL_QUEUE);
}

static void judge_events_of(struct report *r, const char *check, const struct doctor_place *p) {
    if (!p->path || !p->looked || !p->mount.type[0])
        say(r, check, DOCTOR_SKIP, "%s", p->path ? "the file system is unknown" : "no directory given");
    else if (p->mount.silent)
        say(r, check, DOCTOR_WARN, "%s on %s: changes are not announced there, they are looked for every few seconds",
            p->path, p->mount.type);
    else
        say(r, check, DOCTOR_PASS, "changes are announced on %s", p->mount.type);
}

int doctor_judge(const struct doctor_facts *f, struct doctor_line out[DOCTOR_LINES]) {
    struct report r = {f, out, 0};
    judge_threads(&r);
    judge_memory(&r);
    judge_switches(&r);
    judge_list(&r);
    judge_longest(&r);
    judge_names(&r);
    judge_batch(&r);
    judge_archive(&r);
    judge_volumes(&r);
    judge_space_of(&r, "batch_space", &f->batch);
    judge_space_of(&r, "archive_space", &f->archive);
    judge_watches(&r);
    judge_queue(&r);
    judge_events_of(&r, "batch_events", &f->batch);
    judge_events_of(&r, "archive_events", &f->archive);
    return r.n;
}

#include "app/doctor_facts.h"

#include "app/session.h"
#include "platform/paths.h"
#include "platform/watch_limits.h"
#include "watch/fs_ops.h"
#include "watch/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    PROBE_BYTES = 8 * 1024 * 1024,
    PROBE_STEP = 1024 * 1024,
    PROBE_WRITE_MS = 5000, /* no more is written after that */
    HANG_MS = 30 * 1000,
    MAX_FINISHED = 20,     /* finished cases that are measured */
    MAX_FILES = 20 * 1000, /* of one */
    MAX_DEPTH = 4,
    CHUNK_NUMBERS = 19 /* characters of "000000000_000000000" in the name of a chunk */
};

/* What is being gathered, by a thread that may hang; what it has is published now and then. Strings are never freed:
 * the program ends soon, and the thread may outlive the one who asks. */
struct gathering {
    const struct options *o;
    const struct profile *profile;
    struct doctor_facts facts; /* the thread's own */
    uv_mutex_t mutex;
    uv_cond_t told;
    struct doctor_facts published; /* under the mutex */
    struct doctor_facts taken;     /* the asker's own */
    bool done;
    char *list_text;
    size_t list_len;
    const char *kept_list;        /* the list that the batch has or names, or NULL */
    const char *kept_problem;     /* why it cannot be read, or NULL */
    const char *settings_archive; /* of the settings, or NULL */
    char *largest;                /* name of the largest finished case seen so far, or NULL */
};

static char *copy(const char *s) {
    size_t n = strlen(s) + 1;
    char *out = malloc(n);
    if (!out) abort();
    return memcpy(out, s, n);
}

static char *join(const char *a, const char *b) {
    size_t room = strlen(a) + strlen(b) + 2;
    char *out = malloc(room);
    if (!out) abort();
    snprintf(out, room, "%s/%s", a, b);
    return out;
}

/* ---- settings ---- */

static bool same_letters(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        int ca = *a >= 'a' && *a <= 'z' ? *a - 32 : *a, cb = *b >= 'a' && *b <= 'z' ? *b - 32 : *b;
        if (ca != cb) return false;
    }
    return *a == *b;
}

static void set_value(struct gathering *g, int key, const char *text, bool from_environment) {
    free((void *)(uintptr_t)g->facts.value[key].text);
    g->facts.value[key] = (struct doctor_value){copy(text), from_environment};
}

static void take_fact(void *ctx, const struct fact *f) {
    struct gathering *g = ctx;
    if (f->kind == FACT_LIST) {
        g->kept_list = copy(f->u.list.path);
        if (f->u.list.problem) {
            g->facts.list_problem = g->kept_problem = copy(f->u.list.problem);
            return;
        }
        g->list_text = copy(f->u.list.text);
        g->list_len = strlen(g->list_text);
    } else if (f->kind == FACT_SETTING) {
        if (same_letters(f->u.setting.key, "ARCHIVE_DIR")) {
            free((void *)(uintptr_t)g->settings_archive);
            g->settings_archive = copy(f->u.setting.value);
        }
        for (int k = 0; k < KEY_COUNT; k++) {
            if (!same_letters(f->u.setting.key, doctor_key_name((enum doctor_key)k))) continue;
            set_value(g, k, f->u.setting.value, false);
        }
    }
}

/* Before any of them is published: what a later word replaces nobody has seen. */
static void read_settings(struct gathering *g, const char *batch) {
    struct settings_reader *reader = settings_reader_new(fs_real(), g->profile, batch);
    settings_reader_step(reader, session_mono_ms(), (struct fact_sink){take_fact, g});
    settings_reader_free(reader);
    for (int k = 0; k < KEY_COUNT; k++) {
        const char *text = getenv(doctor_key_name((enum doctor_key)k));
        if (text) set_value(g, k, text, true);
    }
}

/* ---- the list ---- */

static size_t longest_artifact(const struct profile *p, char out[512]) {
    size_t best = 0;
    for (int i = 0; i < p->n_artifacts; i++) {
        const struct profile_artifact *a = &p->artifact[i];
        char path[512];
        snprintf(path, sizeof path, "%s", a->path);
        const char *slash = strrchr(a->path, '/'), *star = a->chunks ? strchr(a->chunks, '*') : NULL;
        if (star) {
            snprintf(path, sizeof path, "%.*s%.*s%.*s%s", slash ? (int)(slash + 1 - a->path) : 0, a->path,
                     (int)(star - a->chunks), a->chunks, CHUNK_NUMBERS, "000000000_000000000", star + 1);
        }
        if (strlen(path) <= best) continue;
        best = strlen(path);
        memcpy(out, path, best + 1);
    }
    return best;
}

static const char *longest_title(const struct sweep_list *l) {
    const char *best = "";
    for (size_t i = 0; i < l->n_cases; i++) {
        if (strlen(l->cases[i].title) > strlen(best)) best = l->cases[i].title;
    }
    return best;
}

static void find_longest(struct gathering *g, const struct sweep_list *l) {
    const char *roots[] = {g->facts.batch.path, g->facts.archive.path};
    char inside[512] = "", *best = NULL;
    if (l->n_cases == 0 || longest_artifact(g->profile, inside) == 0) return;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char *full = roots[i] ? path_absolute(roots[i]) : NULL;
        if (!full) continue;
        char *directory = join(full, longest_title(l)), *path = join(directory, inside);
        if (!best || strlen(path) > strlen(best)) {
            free(best);
            best = path;
        } else {
            free(path);
        }
        free(directory);
        free(full);
    }
    g->facts.longest_path = best;
}

/* Returns the list, to be freed, or NULL. */
static struct sweep_list *judge_list(struct gathering *g) {
    struct doctor_facts *f = &g->facts;
    struct fs_stat st;
    const char *given = g->o->sweep_list;
    f->list_path = given ? given : g->kept_list;
    if (given) {
        free(g->list_text);
        g->list_text = NULL;
        int err = settings_read_text(fs_real(), given, SWEEP_LIST_MAX_BYTES, &g->list_text, &g->list_len, &st);
        f->list_problem = err < 0 ? settings_list_problem(err) : NULL;
        if (err < 0) return NULL;
    }
    if (!g->list_text) return NULL;
    struct sweep_list *l = sweep_list_parse(g->list_text, g->list_len, g->profile, 0);
    f->cases = l->n_cases;
    f->list_errors = l->n_errors;
    f->list_warnings = l->n_issues - l->n_errors;
    for (size_t i = 0; i < l->n_issues; i++) {
        const struct list_issue *issue = &l->issues[i];
        bool error = issue->severity == LIST_ERROR;
        char text[1024];
        if (f->list_issue && !error) continue;
        snprintf(text, sizeof text, "line %u: %.900s", issue->line_no, issue->message);
        free((void *)(uintptr_t)f->list_issue);
        f->list_issue = copy(issue->line_no ? text : issue->message);
        if (error && issue->line_no) break; /* one that shows where */
    }
    return l;
}

/* ---- directories ---- */

static int look(const char *path, struct fs_stat *st) { return fs_real()->stat(fs_real()->ctx, NULL, path, st); }

/* above: where it will be made, when it is not there yet. */
static void look_at_place(struct doctor_place *p, const char *path, bool above) {
    struct fs_stat st;
    p->path = path;
    p->err = look(path, &st);
    p->there = p->err >= 0 && st.type == FS_TYPE_DIR;
    if (p->err >= 0 && !p->there) p->err = UV_ENOTDIR;
    char *at = path_absolute(path);
    while (at && !p->looked) {
        p->looked = mounts_look(at, &p->mount) == 0;
        if (!above) break;
        char *slash = at + strlen(at);
        while (slash > at && *slash != '/' && *slash != '\\') slash--;
        if (slash <= at + 1) break;
        *slash = '\0';
    }
    free(at);
}

/* ---- finished cases ---- */

struct measuring {
    struct fs_dir *dir;
    const char *path; /* below dir */
    int64_t bytes;
    int files, depth;
};

static void measure(struct measuring *m, const char *path);

static bool visit_file(void *arg, const char *name, enum fs_type type) {
    struct measuring *m = arg;
    struct fs_stat st;
    char *path = join(m->path, name);
    if (type == FS_TYPE_DIR) {
        if (m->depth < MAX_DEPTH) measure(m, path);
    } else if (fs_real()->stat(fs_real()->ctx, m->dir, path, &st) >= 0 && st.type == FS_TYPE_FILE) {
        m->bytes += st.size;
    }
    free(path);
    return ++m->files < MAX_FILES;
}

static void measure(struct measuring *m, const char *path) {
    struct fs_dir *sub;
    const char *outer = m->path;
    if (fs_real()->dir_open(fs_real()->ctx, m->dir, path, &sub) < 0) return;
    m->path = path;
    m->depth++;
    fs_real()->dir_list(fs_real()->ctx, sub, visit_file, m);
    m->depth--;
    m->path = outer;
    fs_real()->dir_close(fs_real()->ctx, sub);
}

struct finished {
    struct gathering *g;
    const struct sweep_list *list;
    struct fs_dir *root;
    int seen;
};

static bool is_finished(const struct finished *f, const char *name) {
    const struct profile *p = f->g->profile;
    struct fs_stat st;
    bool found = true;
    unsigned role = ROLE_REQUIRED; /* of the file that comes last, where the profile knows it */
    for (int i = 0; i < p->n_artifacts; i++) {
        if (p->artifact[i].roles & ROLE_LAST_RESULT) role = ROLE_LAST_RESULT;
    }
    for (int i = 0; i < p->n_artifacts && found; i++) {
        if (!(p->artifact[i].roles & role)) continue;
        char *path = join(name, p->artifact[i].path);
        found = fs_real()->stat(fs_real()->ctx, f->root, path, &st) >= 0 && st.size > 0;
        free(path);
    }
    return found;
}

static bool visit_case(void *arg, const char *name, enum fs_type type) {
    struct finished *f = arg;
    bool exact;
    if (type == FS_TYPE_FILE || type == FS_TYPE_OTHER || name[0] == '.') return true;
    if (sweep_list_match(f->list, f->g->profile, name, path_names_fold_case(), &exact) < 0) return true;
    if (!is_finished(f, name)) return true;
    struct measuring m = {.dir = f->root};
    measure(&m, name);
    if (m.bytes > f->g->facts.case_bytes) {
        f->g->facts.case_bytes = m.bytes;
        free(f->g->largest);
        f->g->largest = copy(name);
        f->g->facts.case_name = f->g->largest;
    }
    return ++f->seen < MAX_FINISHED;
}

static void find_finished(struct gathering *g, const struct sweep_list *l, const struct doctor_place *p) {
    struct finished f = {.g = g, .list = l};
    if (!l || !p->there || fs_real()->dir_open(fs_real()->ctx, NULL, p->path, &f.root) < 0) return;
    fs_real()->dir_list(fs_real()->ctx, f.root, visit_case, &f);
    fs_real()->dir_close(fs_real()->ctx, f.root);
}

/* ---- a measured write ---- */

static int finish(uv_fs_t *req, int result) {
    uv_fs_req_cleanup(req);
    return result;
}

static void write_probe(const char *directory, struct doctor_probe *p) {
    uv_fs_t req;
    char name[96];
    snprintf(name, sizeof name, ".sweepwatch-doctor-%d-%llx.tmp", (int)uv_os_getpid(), (unsigned long long)uv_hrtime());
    char *path = join(directory, name), *bytes = malloc(PROBE_STEP);
    if (!bytes) abort();
    /* No pattern that a drive or file system could make short. */
    uint32_t random = (uint32_t)uv_hrtime() | 1;
    for (size_t i = 0; i < PROBE_STEP; i++) {
        random = random * 1664525 + 1013904223;
        bytes[i] = (char)(random >> 24);
    }
    uint64_t begun = uv_hrtime();
    int fd = finish(&req, uv_fs_open(NULL, &req, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL, 0600, NULL));
    p->err = fd < 0 ? fd : 0;
    while (fd >= 0 && p->err == 0 && p->bytes < PROBE_BYTES &&
           uv_hrtime() - begun < PROBE_WRITE_MS * UINT64_C(1000000)) {
        uv_buf_t buf = uv_buf_init(bytes, PROBE_STEP);
        int n = finish(&req, uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL));
        if (n < 0)
            p->err = n;
        else
            p->bytes += n;
    }
    if (fd >= 0) {
        if (p->err == 0) p->err = finish(&req, uv_fs_fsync(NULL, &req, fd, NULL));
        p->took_us = (int64_t)((uv_hrtime() - begun) / 1000);
        finish(&req, uv_fs_close(NULL, &req, fd, NULL));
        finish(&req, uv_fs_unlink(NULL, &req, path, NULL));
    }
    p->done = true;
    free(bytes);
    free(path);
}

/* ---- all of it ---- */

static void publish(struct gathering *g, bool done) {
    uv_mutex_lock(&g->mutex);
    g->published = g->facts;
    g->done = done;
    uv_cond_signal(&g->told);
    uv_mutex_unlock(&g->mutex);
}

/* "" says that there is none. */
static const char *archive_of(const struct gathering *g) {
    const char *path = g->o->archive_dir;
    if (!path) path = getenv("ARCHIVE_DIR");
    if (!path) path = g->settings_archive;
    return path && path[0] ? path : NULL;
}

static int64_t usable_memory(void) {
    uint64_t all = uv_get_total_memory(), limit = uv_get_constrained_memory();
    if (limit > 0 && limit < all) all = limit;
    return all < INT64_MAX ? (int64_t)all : 0;
}

static void gather(void *arg) {
    struct gathering *g = arg;
    struct doctor_facts *f = &g->facts;
    const char *given = g->o->batch_dir ? g->o->batch_dir : getenv("BATCH_DIR");
    f->cores = uv_available_parallelism();
    f->memory_bytes = usable_memory();
    f->windows = path_separator() == '\\';
    f->case_bytes = -1;
    f->watch_limit = watch_limit();
    f->watch_queue = watch_queue_limit();
    f->batch.path = given && given[0] ? given : ".";
    publish(g, false);
    const char *batch = session_find_batch(g->profile, f->batch.path);
    look_at_place(&f->batch, batch, true);
    if (f->batch.err == UV_ENOENT) f->batch.err = 0; /* it is made when the sweep begins */
    read_settings(g, batch);
    struct sweep_list *l = judge_list(g);
    f->archive.path = archive_of(g);
    if (l) find_longest(g, l);
    find_finished(g, l, &f->batch);
    publish(g, false);
    if (f->archive.path) {
        look_at_place(&f->archive, f->archive.path, false);
        publish(g, false);
        find_finished(g, l, &f->archive);
        if (f->archive.there) write_probe(f->archive.path, &f->probe);
    }
    sweep_list_free(l);
    publish(g, true);
}

const struct doctor_facts *doctor_gather(const struct options *o, const struct profile *p, bool *hung) {
    static struct gathering *g; /* lives as long as the program */
    g = calloc(1, sizeof *g);
    uv_thread_t thread;
    if (!g || uv_mutex_init(&g->mutex) || uv_cond_init(&g->told)) abort();
    g->o = o;
    g->profile = p;
    if (uv_thread_create(&thread, gather, g) != 0) abort();
    uint64_t deadline = uv_hrtime() + HANG_MS * UINT64_C(1000000), now;
    uv_mutex_lock(&g->mutex);
    while (!g->done && (now = uv_hrtime()) < deadline) uv_cond_timedwait(&g->told, &g->mutex, deadline - now);
    *hung = !g->done;
    g->taken = g->published;
    uv_mutex_unlock(&g->mutex);
    if (!*hung) uv_thread_join(&thread);
    if (*hung && !g->taken.archive.path)
        g->taken.batch.err = UV_ETIMEDOUT;
    else if (*hung)
        g->taken.probe.hangs = true;
    return &g->taken;
}

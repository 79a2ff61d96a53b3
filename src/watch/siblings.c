#include "watch/siblings.h"

#include "model/text.h"
#include "platform/paths.h"
#include "watch/scan.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { NAMES_PER_DIRECTORY = 100000 };

struct names {
    char **name;
    size_t n, cap, most;
    bool stamped_only;
};

struct found {
    char *path; /* owned; NULL: nowhere yet */
    int whole;
    bool beside; /* in this batch's own tag */
};

struct search {
    const struct siblings_options *o;
    struct scan *scan;
    struct found *found; /* [list->n_cases] */
    int directories, scans, n_found;
    uint64_t deadline_ns;
    uint64_t own_id;
    bool cut;
    bool others; /* among other tags: what was found beside the batch stays */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static char *join(const char *dir, const char *name) {
    size_t a = strlen(dir), b = strlen(name);
    char *out = must(malloc(a + b + 2));
    memcpy(out, dir, a);
    if (a > 0 && dir[a - 1] != '/' && dir[a - 1] != path_separator()) out[a++] = path_separator();
    memcpy(out + a, name, b + 1);
    return out;
}

/* The path without its last name, NULL when there is none; *last: that name. */
static char *parent_of(const char *path, const char **last) {
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/' && path[n - 1] != path_separator()) n--;
    *last = path + n;
    if (n == 0) return NULL;
    size_t keep = n > 1 ? n - 1 : 1;
    char *out = must(malloc(keep + 2));
    memcpy(out, path, keep);
    if (keep == 2 && out[1] == ':') out[keep++] = path_separator(); /* C:\ */
    out[keep] = '\0';
    return out;
}

/* The runner's own form of a batch's name: RUN_TS__GIT_SHA__seedN. */
static bool is_stamped(const char *name) { return name[0] >= '0' && name[0] <= '9' && strstr(name, "__") != NULL; }

static bool visit(void *arg, const char *name, enum fs_type type) {
    struct names *v = arg;
    if (type == FS_TYPE_FILE || type == FS_TYPE_OTHER || name[0] == '.') return true;
    if (v->stamped_only && !is_stamped(name)) return true;
    if (v->n == v->most) return false;
    if (v->n == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 32;
        v->name = must(realloc(v->name, v->cap * sizeof *v->name));
    }
    size_t size = strlen(name) + 1;
    v->name[v->n++] = memcpy(must(malloc(size)), name, size);
    return true;
}

static int newest_first(const void *a, const void *b) {
    return text_natural_compare(*(char *const *)b, *(char *const *)a);
}

/* Directories in `path`, newest names first. 0 or an error. */
static int list_names(struct search *s, struct fs_dir *dir, bool stamped_only, struct names *out) {
    *out = (struct names){.most = NAMES_PER_DIRECTORY, .stamped_only = stamped_only};
    int err = s->o->fs->dir_list(s->o->fs->ctx, dir, visit, out);
    if (out->n == out->most) s->cut = true;
    if (out->n > 1) qsort(out->name, out->n, sizeof *out->name, newest_first);
    return err;
}

static void names_free(struct names *v) {
    for (size_t i = 0; i < v->n; i++) free(v->name[i]);
    free(v->name);
}

static bool out_of_budget(struct search *s) {
    bool stopped = s->o->stop && atomic_load(s->o->stop);
    if (!stopped && uv_hrtime() < s->deadline_ns && s->directories < SIBLINGS_MAX && s->scans < SIBLINGS_SCANS)
        return false;
    s->cut = true;
    return true;
}

struct seen {
    const struct profile *profile;
    bool has_files;
    int whole;
};

static void note(void *ctx, const struct fact *f) {
    struct seen *seen = ctx;
    if (f->kind == FACT_PLACE) seen->has_files = f->u.place_state.has_files;
    if (f->kind != FACT_FILE || f->u.file.content != CONTENT_WHOLE) return;
    seen->whole += (seen->profile->artifact[f->u.file.artifact].roles & ROLE_REQUIRED) != 0;
}

static void look_at_case(struct search *s, const char *batch, struct fs_dir *dir, const char *name, size_t index) {
    struct seen seen = {.profile = s->o->profile};
    struct found *found = &s->found[index];
    if (s->others && found->path && found->beside) return;
    s->scans++;
    if (scan_place(s->scan, dir, name, NULL, NULL, 0, (struct fact_sink){note, &seen}) < 0 || !seen.has_files) return;
    if (found->path && seen.whole <= found->whole) return;
    s->n_found += found->path == NULL;
    free(found->path);
    found->path = join(batch, name);
    found->whole = seen.whole;
    found->beside = !s->others;
}

static bool is_archive(const struct search *s, const char *path) {
    return s->o->archive && strcmp(path, s->o->archive) == 0;
}

/* The cases in one directory that may be a batch. */
static void look_at_batch(struct search *s, const char *path, struct fs_dir *dir) {
    struct names v;
    s->directories++;
    list_names(s, dir, false, &v);
    for (size_t i = 0; i < v.n && !out_of_budget(s); i++) {
        bool exact;
        long index = sweep_list_match(s->o->list, s->o->profile, v.name[i], s->o->fold_case, &exact);
        if (index >= 0 && s->o->wanted[index]) look_at_case(s, path, dir, v.name[i], (size_t)index);
    }
    names_free(&v);
}

/* The batches in one directory, but for this one. 0 or the error of the directory itself. */
static int look_at_tag(struct search *s, const char *path, bool stamped_only) {
    const struct fs_ops *fs = s->o->fs;
    struct fs_dir *dir, *batch;
    struct names v;
    int err = fs->dir_open(fs->ctx, NULL, path, &dir);
    if (err < 0) return err;
    err = list_names(s, dir, stamped_only, &v);
    for (size_t i = 0; i < v.n && !out_of_budget(s); i++) {
        struct fs_stat st;
        if (fs->dir_open(fs->ctx, dir, v.name[i], &batch) < 0) continue;
        char *batch_path = join(path, v.name[i]);
        bool known = fs->stat(fs->ctx, NULL, batch_path, &st) == 0; /* as own_id was asked for */
        bool own = strcmp(batch_path, s->o->batch) == 0 || (known && st.id != 0 && st.id == s->own_id);
        if (!own && !is_archive(s, batch_path)) look_at_batch(s, batch_path, batch);
        fs->dir_close(fs->ctx, batch);
        free(batch_path);
    }
    names_free(&v);
    fs->dir_close(fs->ctx, dir);
    return err;
}

static void look_at_other_tags(struct search *s, const char *tag) {
    const char *own_name;
    char *root = parent_of(tag, &own_name);
    s->others = true;
    struct fs_dir *dir;
    struct names v;
    if (root && *own_name && s->o->fs->dir_open(s->o->fs->ctx, NULL, root, &dir) >= 0) {
        list_names(s, dir, false, &v);
        s->o->fs->dir_close(s->o->fs->ctx, dir);
        for (size_t i = 0; i < v.n && !out_of_budget(s); i++) {
            if (i >= SIBLINGS_TAGS) {
                s->cut = true;
                break;
            }
            if (strcmp(v.name[i], own_name) == 0) continue;
            char *path = join(root, v.name[i]);
            if (!is_archive(s, path)) look_at_tag(s, path, true);
            free(path);
        }
        names_free(&v);
    }
    free(root);
}

static bool all_found(const struct search *s) {
    for (size_t i = 0; i < s->o->list->n_cases; i++) {
        if (s->o->wanted[i] && !s->found[i].path) return false;
    }
    return true;
}

int siblings_search(const struct siblings_options *o, int64_t at, struct fact_sink sink, bool *cut) {
    struct search s = {.o = o, .deadline_ns = uv_hrtime() + (uint64_t)o->budget_ms * 1000000};
    struct fs_stat st;
    const char *own_name;
    char *tag = parent_of(o->batch, &own_name);
    *cut = false;
    if (!tag) return UV_EINVAL;
    s.found = must(calloc(o->list->n_cases + 1, sizeof *s.found));
    s.scan = scan_new(o->fs, o->profile, ROOT_BATCH);
    if (o->fs->stat(o->fs->ctx, NULL, o->batch, &st) == 0) s.own_id = st.id;
    bool stamped = is_stamped(own_name);
    int err = look_at_tag(&s, tag, false);
    if (err >= 0 && stamped && !all_found(&s)) look_at_other_tags(&s, tag);
    for (size_t i = 0; i < o->list->n_cases; i++) {
        if (!s.found[i].path) continue;
        struct fact f = {.kind = FACT_ELSEWHERE, .root = ROOT_BATCH, .at = at, .place = o->list->cases[i].title};
        f.u.elsewhere.path = s.found[i].path;
        f.u.elsewhere.whole = s.found[i].whole;
        sink.put(sink.ctx, &f);
        free(s.found[i].path);
    }
    free(s.found);
    scan_free(s.scan);
    free(tag);
    *cut = s.cut;
    return err < 0 ? err : s.n_found;
}

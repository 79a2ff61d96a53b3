#include "watch/scan.h"

#include "model/text.h"
#include "watch/inspect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PATH_MAX_BYTES = 4096, PLACE_MAX_BYTES = 1024, INSPECT_ALTERNATIVES = 8, MOST_SEEN = 16 };
enum {
    LISTING = -1,
    LISTING_MAX_BYTES = 4096
}; /* what stands for an artifact in a listing's key; a longer one is not kept */
/* Versions of scan_told that are no hash; even, as those of what is not whole. */
enum { TOLD_ABSENT = 2, TOLD_CHANGING = 4 };
#define SCAN_SURE INT64_MIN
#define STAMP_BITS (UINT64_MAX >> 8)  /* of a stamp are remembered: others are so by chance once in 10^17 */
#define LONG_AGO_MS INT64_C(86400000) /* a day: more than time zones mistaken by FAT and clocks that differ */

/* What was told of an artifact last. A file can be rewritten within one tick of its time and have the same size and
 * identity as before: only a version that was already SCAN_YOUNG_MS old when its content was read is not read again. */
struct scan_told {
    uint64_t version; /* hash of the FILE fact without its content; 0 never told */
    uint64_t held;    /* hash of who held it then; 0 nobody */
    int64_t since;    /* monotonic ms when the version was known first; SCAN_SURE: its content need not be read again */
};

/* What is known of the results a case has so far (profile.progress). Chunks are written one after another: all but the
 * newest are finished, so their footers are read once and added up; that they are still the same ones is told by their
 * names and, where a merged file is held against them, by the version of each. */
struct scan_progress {
    int64_t merged_rows; /* of the merged file, of which told[] says the version; -1 unknown */
    double merged_value;
    uint32_t counted; /* the first so many chunks by name have been added up */
    uint64_t names, versions;
    int64_t rows;
    double value;
    uint64_t newest; /* name and version of the chunk read last; 0 none */
    int64_t newest_rows;
    double newest_value;
    uint64_t told; /* hash of the last PROGRESS fact; 0 never told */
};

/* What is remembered of a place that is awake. */
struct scan_details {
    int64_t partial_since; /* monotonic ms when the newest version was seen that is not whole; 0 none */
    struct scan_progress progress;
    struct scan_told told[]; /* [profile->n_artifacts] */
};

struct name {
    size_t at;      /* offset into names_text */
    uint64_t state; /* of a file that may be kept as judged: hash of its state; 0 unknown */
    uint64_t read;  /* version that was judged in this scan; 0 none */
    uint8_t type;
};

/* One directory of the case while it is scanned. */
struct subdir {
    char path[PATH_MAX_BYTES]; /* "" for the case itself */
    struct fs_dir *handle;     /* NULL: it is there but cannot be read; or recalling: none is open */
    int err;                   /* why */
    uint64_t state;            /* hash of its state before it was listed; 0: the listing is not to be kept */
    size_t first, count;       /* its names */
};

/* A file of the case that was read in this look. */
struct seen {
    const char *dir, *name; /* in the scan's own texts */
    struct fs_stat st;
};

struct scan {
    const struct fs_ops *fs;
    const struct profile *profile;
    enum root_id root;
    struct inspect_buffer *inspect;
    struct fact_batch *facts; /* of the place in hand: told only when the scan ended well */
    struct subdir *dirs;
    size_t n_dirs;
    struct name *names;
    size_t n_names, cap_names;
    char *text;
    size_t text_len, text_cap;
    size_t *chunks; /* indices of names: the pieces of the progress artifact, in their order */
    size_t cap_chunks;
    size_t dir_limit; /* n_names at which the directory in hand stops */
    bool has_files;
    bool held; /* somebody holds a file of it, as far as that is told for nothing */
    uint64_t stamp;
    bool loose; /* what was told hangs on more than the stamp, or the stamp is of other versions than those read */
    int64_t newest_ns;
    struct scan_details *details;  /* of the place in hand, as it will be remembered */
    struct scan_progress progress; /* of the place in hand, as far as it is read */
    struct scan_clock clock;
    char note[400];
    struct parquet_footer footer; /* of the file in hand */
    struct seen seen[MOST_SEEN];
    size_t n_seen;
    struct judged *judged; /* what need not be read; NULL: nothing is kept */
    struct judged_adds *adds;
    uint64_t device;
    int64_t begun_ms; /* wall clock when the place in hand was begun */
    struct judged_file known;
    struct fs_dir *root_dir; /* of the place in hand, and its name */
    const char *place;
    bool keeps;     /* what is known of it may come from judged, and is put there */
    bool recalling; /* nothing of it is opened: names and what was read are those that are kept */
    bool missed;    /* which did not do: something is not as it was */
    bool all_kept;  /* whatever of it was read */
    char full[2 * PATH_MAX_BYTES + PLACE_MAX_BYTES];
    char holder[FS_HOLDER_BYTES];
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static size_t details_size(const struct profile *p) {
    return sizeof(struct scan_details) + (size_t)p->n_artifacts * sizeof(struct scan_told);
}

void scan_memory_forget(struct scan_memory *m) {
    if (!m->asleep) free(m->u.details);
    memset(m, 0, sizeof *m);
}

int64_t scan_memory_partial_since(const struct scan_memory *m) {
    return m->asleep || !m->u.details ? 0 : m->u.details->partial_since;
}

/* Is the file that a manifest of the case calls path one of those that were read just now? */
static bool find_seen(void *ctx, const char *path, struct fs_stat *out) {
    const struct scan *s = ctx;
    for (size_t i = 0; i < s->n_seen; i++) {
        const char *dir = s->seen[i].dir;
        size_t len = strlen(dir);
        if (len > 0 && (strncmp(path, dir, len) != 0 || path[len++] != '/')) continue;
        if (strcmp(path + len, s->seen[i].name) != 0) continue;
        *out = s->seen[i].st;
        return true;
    }
    return false;
}

struct scan *scan_new(const struct fs_ops *fs, const struct profile *p, enum root_id root) {
    struct scan *s = must(calloc(1, sizeof *s));
    s->fs = fs;
    s->profile = p;
    s->root = root;
    s->inspect = inspect_buffer_new();
    inspect_set_seen(s->inspect, (struct inspect_seen){find_seen, s});
    s->facts = fact_batch_new();
    s->dirs = must(calloc(SCAN_MAX_SUBDIRS, sizeof *s->dirs));
    s->details = must(malloc(details_size(p)));
    return s;
}

void scan_free(struct scan *s) {
    if (!s) return;
    inspect_buffer_free(s->inspect);
    fact_batch_free(s->facts);
    free(s->dirs);
    free(s->names);
    free(s->text);
    free(s->chunks);
    free(s->details);
    free(s);
}

int64_t scan_newest_ns(const struct scan *s) { return s->newest_ns; }

void scan_set_clock(struct scan *s, const struct scan_clock *clock) { s->clock = *clock; }

void scan_set_judged(struct scan *s, struct judged *j, struct judged_adds *adds, uint64_t device) {
    s->judged = s->clock.wall ? j : NULL;
    s->adds = adds;
    s->device = device;
}

static const char *name_text(const struct scan *s, const struct name *n) { return s->text + n->at; }

static void add_name(struct scan *s, const char *name, size_t len, enum fs_type type) {
    if (s->n_names == s->cap_names) {
        s->cap_names = s->cap_names ? s->cap_names * 2 : 64;
        s->names = must(realloc(s->names, s->cap_names * sizeof *s->names));
    }
    if (s->text_len + len + 1 > s->text_cap) {
        s->text_cap = (s->text_cap ? s->text_cap * 2 : 4096) + len + 1;
        s->text = must(realloc(s->text, s->text_cap));
    }
    memcpy(s->text + s->text_len, name, len);
    s->text[s->text_len + len] = '\0';
    s->names[s->n_names++] = (struct name){.at = s->text_len, .type = (uint8_t)type};
    s->text_len += len + 1;
}

static bool visit_name(void *arg, const char *name, enum fs_type type) {
    struct scan *s = arg;
    if (s->n_names >= s->dir_limit) return false;
    add_name(s, name, strlen(name), type);
    return true;
}

static int name_compare(const char *text, const struct name *a, const struct name *b) {
    return strcmp(text + a->at, text + b->at);
}

/* Insertion for the few, heap sort for the many: qsort has no argument for the text. */
static void sift_down(const char *text, struct name *v, size_t root, size_t n) {
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && name_compare(text, &v[child], &v[child + 1]) < 0) child++;
        if (name_compare(text, &v[root], &v[child]) >= 0) return;
        struct name swap = v[root];
        v[root] = v[child];
        v[child] = swap;
    }
}

static void sort_names(const char *text, struct name *v, size_t n) {
    if (n <= 16) {
        for (size_t i = 1; i < n; i++) {
            struct name key = v[i];
            size_t j = i;
            for (; j > 0 && name_compare(text, &v[j - 1], &key) > 0; j--) v[j] = v[j - 1];
            v[j] = key;
        }
        return;
    }
    for (size_t i = n / 2; i-- > 0;) sift_down(text, v, i, n);
    for (size_t end = n - 1; end > 0; end--) {
        struct name swap = v[0];
        v[0] = v[end];
        v[end] = swap;
        sift_down(text, v, 0, end);
    }
}

static struct name *find_name(const struct scan *s, const struct subdir *d, const char *name) {
    size_t lo = d->first, hi = d->first + d->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(name_text(s, &s->names[mid]), name);
        if (c == 0) return &s->names[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static struct subdir *find_dir(struct scan *s, const char *path, size_t len) {
    for (size_t i = 0; i < s->n_dirs; i++) {
        if (strlen(s->dirs[i].path) == len && memcmp(s->dirs[i].path, path, len) == 0) return &s->dirs[i];
    }
    return NULL;
}

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t pair[2] = {a, b};
    return text_hash(pair, sizeof pair, 0);
}

/* ---- listings that earlier passes have kept ---- */

/* Unchanged for so long before the place in hand was begun that whatever changed it since shows in its times. */
static bool may_be_kept(const struct scan *s, const struct fs_stat *st, enum fs_type type) {
    int64_t changed = (st->mtime_ns > st->ctime_ns ? st->mtime_ns : st->ctime_ns) / 1000000;
    return st->id != 0 && st->ctime_ns != 0 && st->device == s->device && st->type == type &&
           s->begun_ms - changed > SCAN_YOUNG_MS;
}

static uint64_t state_of(const struct fs_stat *st) {
    uint64_t words[4] = {st->id, (uint64_t)st->size, (uint64_t)st->mtime_ns, (uint64_t)st->ctime_ns};
    return text_hash(words, sizeof words, 3);
}

static uint64_t text_mix(uint64_t h, const char *text) { return text_hash(text, strlen(text), h); }

/* How the root is asked for what is in a directory of the place; name "": for the directory. Until the next call. */
static const char *from_root(struct scan *s, const char *path, const char *name) {
    const char *part[] = {s->place, path, name};
    char *end = s->full;
    for (int i = 0; i < 3; i++) {
        size_t len = strlen(part[i]);
        if (len == 0) continue;
        if (i > 0) *end++ = '/';
        memcpy(end, part[i], len);
        end += len;
    }
    *end = '\0';
    return s->full;
}

/* What a name of the directory is asked for by: an open directory and a path. */
static struct fs_dir *asked_by(struct scan *s, const struct subdir *d, const char *name, const char **path) {
    *path = d->handle ? name : from_root(s, d->path, name);
    return d->handle ? d->handle : s->root_dir;
}

static int stat_name(struct scan *s, const struct subdir *d, const char *name, struct fs_stat *st) {
    const char *path;
    struct fs_dir *dir = asked_by(s, d, name, &path);
    return s->fs->stat(s->fs->ctx, dir, path, st);
}

static struct judged_key listing_key(const struct scan *s, const char *path, uint64_t state) {
    uint64_t words[4] = {text_mix(text_mix((uint64_t)s->root, s->place), path), (uint64_t)LISTING, state, 0};
    return judged_key(words, 4);
}

/* As open_subdir. A listing as text: of each entry a digit for its type, its name and '/', which is in no name. */
static int recall_listing(struct scan *s, const char *path) {
    struct subdir *d = &s->dirs[s->n_dirs];
    struct fs_stat st;
    s->missed |= s->fs->stat(s->fs->ctx, s->root_dir, from_root(s, path, ""), &st) != 0 ||
                 !may_be_kept(s, &st, FS_TYPE_DIR) ||
                 !judged_find(s->judged, listing_key(s, path, state_of(&st)), &s->known) || !s->known.note;
    if (s->missed) return UV_ENOENT;
    d->handle = NULL;
    d->err = 0;
    memcpy(d->path, path, strlen(path) + 1);
    for (const char *at = s->known.note, *end; *at && (end = strchr(at, '/')); at = end + 1) {
        add_name(s, at + 1, (size_t)(end - at - 1), (enum fs_type)(*at - '0'));
    }
    d->count = s->n_names - d->first;
    s->n_dirs++;
    return 0;
}

/* The next pass needs to list nothing only where it needs to read nothing, and then all listings. */
static void remember_listings(struct scan *s) {
    for (size_t i = 0; i < s->n_dirs; i++) {
        if (s->dirs[i].state == 0) return;
    }
    for (size_t i = 0; i < s->n_dirs; i++) {
        const struct subdir *d = &s->dirs[i];
        struct judged_key key = listing_key(s, d->path, d->state);
        char text[LISTING_MAX_BYTES];
        size_t used = 0;
        bool fits = true;
        for (size_t k = d->first; k < d->first + d->count && fits; k++) {
            const char *name = name_text(s, &s->names[k]);
            size_t len = strlen(name);
            fits = used + len + 3 <= sizeof text;
            if (!fits) break;
            text[used] = (char)('0' + s->names[k].type);
            memcpy(text + used + 1, name, len);
            text[used + 1 + len] = '/';
            used += len + 2;
        }
        text[used] = '\0';
        if (!fits || judged_find(s->judged, key, &s->known)) continue;
        s->known.hash = 0;
        s->known.footer = parquet_footer_unknown();
        s->known.note = text;
        s->known.n_values = 0;
        judged_add(s->adds, key, &s->known);
    }
}

/* ---- directories ---- */

/* Opens and lists one directory of the case. 0, or the error. */
static int open_subdir(struct scan *s, struct fs_dir *parent, const char *open_path, const char *path,
                       const struct scan_subscriber *subscriber) {
    struct subdir *d = &s->dirs[s->n_dirs];
    d->first = s->n_names;
    d->count = 0;
    d->state = 0;
    if (s->recalling) return recall_listing(s, path);
    d->err = s->fs->dir_open(s->fs->ctx, parent, open_path, &d->handle);
    if (d->err < 0) d->handle = NULL;
    if (d->err < 0 && (fs_means_absent(d->err) || fs_means_unreachable(d->err))) return d->err;
    s->n_dirs++;
    size_t path_len = strlen(path);
    memcpy(d->path, path, path_len + 1);
    if (!d->handle) return 0;
    if (s->keeps) {
        struct fs_stat st;
        int err = s->fs->dir_stat(s->fs->ctx, d->handle, &st);
        if (err == 0 && may_be_kept(s, &st, FS_TYPE_DIR)) d->state = state_of(&st);
    }
    if (subscriber) {
        struct fs_stat st;
        d->err = s->fs->dir_stat(s->fs->ctx, d->handle, &st);
        if (d->err < 0) return d->err;
        subscriber->before_list(subscriber->ctx, path, &st);
    }
    s->dir_limit = s->n_names + SCAN_MAX_NAMES;
    d->err = s->fs->dir_list(s->fs->ctx, d->handle, visit_name, s);
    d->count = s->n_names - d->first;
    if (d->err < 0 && fs_means_unreachable(d->err)) return d->err;
    if (d->err < 0) d->state = 0;
    sort_names(s->text, s->names + d->first, d->count);
    return 0;
}

static void close_dirs(struct scan *s) {
    for (size_t i = 0; i < s->n_dirs; i++) {
        if (s->dirs[i].handle) s->fs->dir_close(s->fs->ctx, s->dirs[i].handle);
    }
    s->n_dirs = s->n_names = s->text_len = 0;
}

static bool wanted_by_profile(const struct scan *s, const char *path) {
    size_t len = strlen(path);
    for (int i = 0; i < s->profile->n_artifacts; i++) {
        const char *a = s->profile->artifact[i].path;
        if (strncmp(a, path, len) == 0 && a[len] == '/') return true;
    }
    return false;
}

/* The case directory and every directory in it; links are followed only where the profile expects a directory. Deeper
 * ones only on the way to an artifact. */
static int open_dirs(struct scan *s, struct fs_dir *root, const char *name, const struct scan_subscriber *subscriber) {
    int err = open_subdir(s, root, name, "", subscriber);
    if (err < 0) return err;
    for (size_t i = 0; i < s->n_dirs; i++) {
        size_t first = s->dirs[i].first, count = s->dirs[i].count;
        for (size_t k = first; k < first + count && s->n_dirs < SCAN_MAX_SUBDIRS; k++) {
            char path[PATH_MAX_BYTES];
            const char *parent = s->dirs[i].path, *entry = name_text(s, &s->names[k]);
            size_t parent_len = strlen(parent), entry_len = strlen(entry);
            if (parent_len + entry_len + 2 > sizeof path) continue;
            memcpy(path, parent, parent_len);
            if (parent_len) path[parent_len++] = '/';
            memcpy(path + parent_len, entry, entry_len + 1);
            bool wanted = wanted_by_profile(s, path);
            bool plain = i == 0 && s->names[k].type == FS_TYPE_DIR;
            if (!wanted && !plain) continue;
            if (s->names[k].type == FS_TYPE_FILE) continue;
            err = open_subdir(s, s->dirs[i].handle, entry, path, subscriber);
            if (err < 0 && fs_means_unreachable(err)) return err;
        }
    }
    return 0;
}

static int64_t time_now(const struct scan *s, int64_t otherwise) {
    return s->clock.mono ? s->clock.mono(s->clock.ctx) : otherwise;
}

/* Stamped with a time at which it was so already: how long it has been so is counted from there. */
static void put_file(struct scan *s, const char *place, const struct fact_file *file, int64_t at) {
    struct fact f = {.kind = FACT_FILE, .root = s->root, .at = time_now(s, at), .place = place};
    f.u.file = *file;
    fact_batch_add(s->facts, &f);
}

/* Identifies the version of a file that was told: which file stands for the artifact, and its identity, size and time,
 * and who held it (held_by). */
static uint64_t told_version(const char *name, const struct fact_file *f, uint64_t held) {
    uint64_t h =
        mix(text_hash(name, strlen(name), (uint64_t)f->chunks + 1), inspect_version(f->id, f->size, f->mtime_ns));
    return held != 0 ? mix(h, held) : h;
}

static uint64_t held_by(bool locked, const char *holder) {
    if (!locked) return 0;
    return text_hash(holder ? holder : "", holder ? strlen(holder) : 0, 5) | 1;
}

/* What is remembered of a told file: its version, and in the lowest bit whether it was whole. */
static bool same_version(uint64_t told, uint64_t version) { return (told | 1) == (version | 1); }

struct look {
    const char *place;
    const struct scan_memory *memory; /* as before this scan; NULL: a scan without */
    struct scan_details *details;     /* NULL: the same */
    int64_t at;
    bool changed;
    int err;         /* the root cannot be reached */
    bool vanished;   /* listed, but not there any more when it was read */
    int64_t read_at; /* monotonic ms: the file in hand was read after it */
    bool idle;       /* unfinished, and nothing has changed lately: does somebody hold a file that is whole? */
};

/* A whole file is not read again, but a lock on it may be what the run waits for. It costs nothing where the system
 * lists its locks; elsewhere the file must be opened for it, so finished and busy cases are left alone. Returns whether
 * it is held as it was told. */
static bool held_as_told(struct scan *s, const struct look *l, int artifact, struct subdir *d, const char *name,
                         const struct fs_stat *st) {
    char holder[FS_HOLDER_BYTES];
    uint64_t told = l->details->told[artifact].held;
    if (!s->fs->lock || (!l->idle && told == 0)) return true;
    if (s->fs->hot && s->fs->hot(s->fs->ctx, st)) return true;
    bool locked = s->fs->lock(s->fs->ctx, d->handle, name, NULL, st, FS_LOCK_CLOSED, holder);
    return held_by(locked, holder) == told;
}

/* Its time is long past: no later write can have the same. */
static bool is_long_past(const struct scan *s, int64_t mtime_ns) {
    return s->clock.wall && s->clock.wall(s->clock.ctx) - mtime_ns / 1000000 >= LONG_AGO_MS;
}

/* What other programs leave in every directory they show. */
static bool is_litter(const char *name) {
    return name[0] == '.' || strcmp(name, "Thumbs.db") == 0 || strcmp(name, "desktop.ini") == 0;
}

static bool is_ignored(const struct scan *s, const char *path) {
    for (int i = 0; i < PROFILE_MAX_NAMES && s->profile->manifest_ignores[i]; i++) {
        if (strcmp(s->profile->manifest_ignores[i], path) == 0) return true;
    }
    return false;
}

/* Files of the case that a manifest which holds does not list: left over, or put there since. No difference, but worth
 * a word. */
static void note_unlisted(struct scan *s, struct fact_file *f) {
    size_t n = 0;
    char first[2 * PATH_MAX_BYTES];
    for (size_t i = 0; i < s->n_dirs; i++) {
        const struct subdir *d = &s->dirs[i];
        char path[2 * PATH_MAX_BYTES];
        size_t before = strlen(d->path);
        memcpy(path, d->path, before);
        if (before > 0) path[before++] = '/';
        for (size_t k = d->first; k < d->first + d->count; k++) {
            const char *name = name_text(s, &s->names[k]);
            if (s->names[k].type == FS_TYPE_DIR || is_litter(name)) continue;
            memcpy(path + before, name, strlen(name) + 1);
            if (is_ignored(s, path) || inspect_lists(s->inspect, path) || find_dir(s, path, strlen(path))) continue;
            if (n++ == 0) memcpy(first, path, strlen(path) + 1);
        }
    }
    if (n == 0) return;
    if (n == 1)
        snprintf(s->note, sizeof s->note, "%.300s", first);
    else
        snprintf(s->note, sizeof s->note, "%.300s and %zu more", first, n - 1);
    f->note = s->note;
}

/* Which chunk, in which version. */
static uint64_t chunk_version(const char *name, uint64_t id, int64_t size, int64_t mtime_ns) {
    return mix(text_hash(name, strlen(name), 7), inspect_version(id, size, mtime_ns));
}

static bool is_piece(const struct profile *p, const char *name) {
    return p->progress.column && p->progress.chunks && profile_glob(p->progress.chunks, name);
}

/* Keeps what the footer of the file that was read says of the case's progress. */
static void note_footer(struct scan *s, int artifact, const char *name, enum file_via via, const struct fact_file *f) {
    const struct profile *p = s->profile;
    if (!p->progress.column || artifact != p->progress.artifact || f->content != CONTENT_WHOLE) return;
    struct parquet_footer footer = s->footer;
    if (via == VIA_ITSELF) {
        s->progress.merged_rows = footer.rows;
        s->progress.merged_value = footer.max;
    } else if (is_piece(p, name)) {
        s->progress.newest = chunk_version(name, f->id, f->size, f->mtime_ns);
        s->progress.newest_rows = footer.rows;
        s->progress.newest_value = footer.max;
    }
}

/* The merged file is as it was told: so is what its footer says. */
static void keep_merged(struct scan *s, const struct look *l, int artifact) {
    if (artifact != s->profile->progress.artifact) return;
    s->progress.merged_rows = l->details->progress.merged_rows;
    s->progress.merged_value = l->details->progress.merged_value;
}

/* ---- files that earlier passes have judged ---- */

enum { MOST_AROUND = 256 };

/* What a manifest's verdict hangs on besides its content: every file beside it. False: one of them is too young, or
 * there are too many. */
static bool state_around(struct scan *s, uint64_t *state) {
    if (s->n_names > MOST_AROUND) return false;
    *state = 1;
    for (size_t i = 0; i < s->n_dirs; i++) {
        struct subdir *d = &s->dirs[i];
        if (d->err < 0) return false;
        *state = text_mix(*state, d->path);
        for (size_t k = d->first; k < d->first + d->count; k++) {
            struct fs_stat st;
            const char *name = name_text(s, &s->names[k]);
            *state = mix(text_mix(*state, name), s->names[k].type);
            if (s->names[k].type == FS_TYPE_DIR) continue;
            if (s->names[k].state == 0) {
                if (stat_name(s, d, name, &st) != 0 || !may_be_kept(s, &st, FS_TYPE_FILE)) return false;
                s->names[k].state = state_of(&st);
            }
            *state = mix(*state, s->names[k].state);
        }
    }
    return true;
}

/* A manifest that lists a file elsewhere than in the directories that were listed hangs on more than state_around. */
static bool lists_only_these(const struct scan *s) {
    bool seen[MOST_AROUND] = {false};
    size_t n = 0, listed = inspect_listed(s->inspect);
    if (listed > MOST_AROUND) return false;
    for (size_t i = 0; i < s->n_dirs; i++) {
        const struct subdir *d = &s->dirs[i];
        for (size_t k = d->first; k < d->first + d->count; k++) {
            char path[2 * PATH_MAX_BYTES];
            snprintf(path, sizeof path, "%s%s%s", d->path, d->path[0] ? "/" : "", name_text(s, &s->names[k]));
            size_t as = inspect_listed_as(s->inspect, path);
            if (as == SIZE_MAX || seen[as]) continue;
            seen[as] = true;
            n++;
        }
    }
    return n == listed;
}

static bool key_of(struct scan *s, const struct look *l, int artifact, const struct subdir *d, const struct name *entry,
                   struct judged_key *key) {
    uint64_t words[4] = {text_mix(text_mix(text_mix((uint64_t)s->root, l->place), d->path), name_text(s, entry)),
                         (uint64_t)artifact, entry->state, 0};
    if (s->profile->artifact[artifact].kind == KIND_MANIFEST && !state_around(s, &words[3])) return false;
    *key = judged_key(words, 4);
    return true;
}

/* As judge(), of a file that was judged in an earlier pass; false: it must be read. */
static bool recall(struct scan *s, const struct look *l, int artifact, struct subdir *d, struct name *entry,
                   struct fact_file *f) {
    struct judged_key key;
    struct fs_stat st;
    const char *name = name_text(s, entry), *path;
    if (judged_is_empty(s->judged) || stat_name(s, d, name, &st) != 0) return false;
    if (!may_be_kept(s, &st, FS_TYPE_FILE)) return false;
    entry->state = state_of(&st);
    if (s->profile->artifact[artifact].kind == KIND_ANY) { /* of which nothing is read */
        s->known.hash = 0;
        s->known.note = NULL;
        s->known.n_values = 0;
        s->known.footer = parquet_footer_unknown();
    } else if (!key_of(s, l, artifact, d, entry, &key) || !judged_find(s->judged, key, &s->known)) {
        return false;
    }
    *f = (struct fact_file){.artifact = artifact,
                            .content = CONTENT_WHOLE,
                            .size = st.size,
                            .mtime_ns = st.mtime_ns,
                            .id = st.id,
                            .hash = s->known.hash,
                            .note = s->known.note,
                            .values = s->known.values,
                            .n_values = s->known.n_values};
    s->footer = s->known.footer;
    struct fs_dir *dir = asked_by(s, d, name, &path);
    f->locked = s->fs->lock && s->fs->lock(s->fs->ctx, dir, path, NULL, &st, FS_LOCK_READ, s->holder);
    f->holder = f->locked && s->holder[0] ? s->holder : NULL;
    return true;
}

/* False: it is nothing that the next pass could recall. */
static bool remember(struct scan *s, const struct look *l, int artifact, struct subdir *d, struct name *entry,
                     const struct fact_file *f) {
    struct judged_key key;
    struct fs_stat st = inspect_stat(s->inspect);
    enum file_kind kind = s->profile->artifact[artifact].kind;
    if (kind == KIND_ANY) return f->content == CONTENT_WHOLE;
    entry->state = 0;
    if (f->content != CONTENT_WHOLE || f->locked || f->differs || f->n_values > JUDGED_VALUES) return false;
    if (!may_be_kept(s, &st, FS_TYPE_FILE) || (kind == KIND_MANIFEST && !lists_only_these(s))) return false;
    entry->state = state_of(&st);
    if (!key_of(s, l, artifact, d, entry, &key)) return false;
    struct judged_file *k = &s->known;
    k->hash = f->hash;
    k->note = f->note;
    k->n_values = f->n_values;
    k->footer = s->footer;
    for (size_t i = 0; i < f->n_values; i++) k->values[i] = f->values[i];
    judged_add(s->adds, key, k);
    return true;
}

/* Tells what the file is, as inspect_file does. */
static void judge(struct scan *s, const struct look *l, int artifact, struct subdir *d, struct name *entry,
                  struct fact_file *f, int *err) {
    enum file_kind kind = s->profile->artifact[artifact].kind;
    if (s->keeps && recall(s, l, artifact, d, entry, f)) return;
    if (s->recalling) { /* there is no directory to open it in */
        s->missed = true;
        *f = (struct fact_file){.artifact = artifact, .content = CONTENT_ABSENT};
        return;
    }
    const char *name = name_text(s, entry);
    if (kind == KIND_MANIFEST && d->path[0]) s->n_seen = 0; /* its paths begin in its own directory */
    inspect_file(s->fs, d->handle, name, s->profile, artifact, entry->type == FS_TYPE_FILE, NULL, s->inspect, f, err);
    bool was_read = f->content == CONTENT_WHOLE && kind != KIND_ANY;
    if (was_read && s->n_seen < MOST_SEEN)
        s->seen[s->n_seen++] = (struct seen){d->path, name, inspect_stat(s->inspect)};
    s->footer = inspect_footer(s->inspect);
    if (kind == KIND_MANIFEST && f->content == CONTENT_WHOLE && !f->differs) note_unlisted(s, f);
    if (kind == KIND_MANIFEST && l->memory && !lists_only_these(s)) s->loose = true;
    if (s->keeps && !remember(s, l, artifact, d, entry, f)) s->all_kept = false;
}

/* ---- artifacts ---- */

/* Judges one file for an artifact. Returns its content, or -1 for "as told". */
static int look_at(struct scan *s, struct look *l, int artifact, struct subdir *d, struct name *entry,
                   enum file_via via, uint32_t chunks, struct fact_file *f) {
    int err = 0;
    struct fs_stat st;
    const char *name = name_text(s, entry);
    struct scan_told *told = l->details ? &l->details->told[artifact] : NULL;
    bool known = told && told->version && s->profile->artifact[artifact].kind != KIND_MANIFEST;
    /* What was not whole is read again even when it looks the same. */
    bool whole = known && (told->version & 1);
    if (whole && told->since == SCAN_SURE && s->fs->stat(s->fs->ctx, d->handle, name, &st) == 0 &&
        st.type == FS_TYPE_FILE) {
        struct fact_file same = {.size = st.size, .mtime_ns = st.mtime_ns, .id = st.id, .chunks = chunks};
        uint64_t version = told_version(name, &same, told->held);
        if (same_version(told->version, version) && held_as_told(s, l, artifact, d, name, &st)) {
            if (via == VIA_ITSELF) keep_merged(s, l, artifact);
            entry->read = inspect_version(st.id, st.size, st.mtime_ns);
            return -1;
        }
    }
    l->read_at = time_now(s, l->at);
    judge(s, l, artifact, d, entry, f, &err);
    if (err < 0 && fs_means_unreachable(err)) l->err = err;
    if (f->content == CONTENT_ABSENT) l->vanished = true;
    entry->read = inspect_version(f->id, f->size, f->mtime_ns);
    if (f->content != CONTENT_WHOLE) s->loose = true; /* it is read again, also where another file counts */
    note_footer(s, artifact, name, via, f);
    f->artifact = artifact;
    f->via = via;
    f->name = via == VIA_ITSELF ? NULL : name;
    f->chunks = chunks;
    return (int)f->content;
}

/* A manifest speaks of other files: it is read every time, and told when what it says has changed. */
static uint64_t told_hash(const struct scan *s, const char *name, const struct fact_file *f, uint64_t held) {
    uint64_t h = told_version(name, f, held);
    if (s->profile->artifact[f->artifact].kind == KIND_MANIFEST) {
        h = mix(h, text_hash(f->note ? f->note : "", f->note ? strlen(f->note) : 0, f->differs));
    }
    return (h & ~UINT64_C(1)) | (f->content == CONTENT_WHOLE);
}

static void tell(struct scan *s, struct look *l, const char *name, const struct fact_file *f) {
    if (l->details) {
        struct scan_told *told = &l->details->told[f->artifact];
        uint64_t holds = held_by(f->locked, f->holder), h = told_hash(s, name, f, holds);
        uint64_t unheld = told_hash(s, name, f, told->held); /* what it would be with the same holder */
        bool same = same_version(told->version, unheld);
        if (!same)
            told->since = time_now(s, l->at);
        else if (f->content == CONTENT_WHOLE && told->since != SCAN_SURE && l->read_at - told->since >= SCAN_YOUNG_MS)
            told->since = SCAN_SURE;
        if (f->content == CONTENT_WHOLE && is_long_past(s, f->mtime_ns)) told->since = SCAN_SURE;
        if (told->version == h) return;
        /* A lock taken or given back is told, but is no change of the case: no event announces it, even where the file
         * could not be read meanwhile. */
        bool lock_only = told->version == unheld || (told->held != 0) != f->locked;
        l->changed |= !lock_only;
        /* A file caught in the middle of a change is looked at again. */
        told->version = f->content == CONTENT_CHANGING ? TOLD_CHANGING : h;
        told->held = holds;
    } else {
        l->changed = true;
    }
    put_file(s, l->place, f, l->at);
}

static void tell_absent(struct scan *s, struct look *l, int artifact) {
    if (!l->details) return; /* a new place has no files until told otherwise */
    struct scan_told *told = &l->details->told[artifact];
    if (told->version == TOLD_ABSENT) return;
    /* Told also when nothing was told before: the model may know an older file, from before the root went away. */
    l->changed |= told->version != 0;
    *told = (struct scan_told){.version = TOLD_ABSENT};
    struct fact_file f = {.artifact = artifact, .content = CONTENT_ABSENT};
    put_file(s, l->place, &f, l->at);
}

/* The alternatives of an artifact, merged files before chunks, the newest names first: one whole one is enough. */
static bool look_at_alternatives(struct scan *s, struct look *l, int artifact, struct subdir *d) {
    const struct profile_artifact *a = &s->profile->artifact[artifact];
    struct name *pick[2 * INSPECT_ALTERNATIVES];
    size_t n_merged = 0, n_chunks = 0;
    uint32_t chunks = 0;
    for (size_t k = d->first + d->count; k-- > d->first;) {
        const char *name = name_text(s, &s->names[k]);
        if (s->names[k].type == FS_TYPE_DIR || !profile_glob(a->alternatives, name)) continue;
        if (a->chunks && profile_glob(a->chunks, name)) {
            if (n_chunks < INSPECT_ALTERNATIVES) pick[INSPECT_ALTERNATIVES + n_chunks++] = &s->names[k];
            chunks++;
        } else if (n_merged < INSPECT_ALTERNATIVES) {
            pick[n_merged++] = &s->names[k];
        }
    }
    memmove(pick + n_merged, pick + INSPECT_ALTERNATIVES, n_chunks * sizeof *pick);
    struct fact_file best = {.content = CONTENT_ABSENT};
    const char *best_name = NULL;
    for (size_t i = 0; i < n_merged + n_chunks && l->err == 0; i++) {
        struct fact_file f;
        const char *name = name_text(s, pick[i]);
        int content = look_at(s, l, artifact, d, pick[i], i < n_merged ? VIA_ALTERNATIVE : VIA_CHUNK, chunks, &f);
        if (content < 0) return true;
        if (content == CONTENT_WHOLE) {
            tell(s, l, name, &f);
            return true;
        }
        if (content == CONTENT_ABSENT || content == CONTENT_NOT_A_FILE || best_name) continue;
        best = f;
        best.note = best.holder = NULL; /* the buffer they stand in is used again */
        best.values = NULL;
        best.n_values = 0;
        best_name = name;
    }
    if (!best_name) return false;
    tell(s, l, best_name, &best);
    return true;
}

/* The directory the artifact should be in, or the nearest one above it, is there but cannot be read. Whether a marker
 * of failure is in it is not known: what was known of it stays, as one that cannot be read would be an accusation. */
static bool tell_unreadable(struct scan *s, struct look *l, int artifact) {
    const char *path = s->profile->artifact[artifact].path;
    for (size_t i = 0; i < s->n_dirs; i++) {
        const struct subdir *d = &s->dirs[i];
        size_t len = strlen(d->path);
        if (d->err >= 0 || (len > 0 && (strncmp(path, d->path, len) != 0 || path[len] != '/'))) continue;
        if (s->profile->artifact[artifact].roles & ROLE_MARKER_FAILURE) return true;
        struct fact_file f = {.artifact = artifact, .content = CONTENT_UNREADABLE, .note = uv_strerror(d->err)};
        tell(s, l, path, &f);
        return true;
    }
    return false;
}

static void look_at_artifact(struct scan *s, struct look *l, int artifact) {
    const struct profile_artifact *a = &s->profile->artifact[artifact];
    const char *slash = strrchr(a->path, '/');
    const char *base = slash ? slash + 1 : a->path;
    struct subdir *d = find_dir(s, a->path, slash ? (size_t)(slash - a->path) : 0);
    struct name *entry = d ? find_name(s, d, base) : NULL;
    if (entry) {
        struct fact_file f;
        int content = look_at(s, l, artifact, d, entry, VIA_ITSELF, 0, &f);
        if (content < 0) return;
        /* A directory of that name is no file: what else there is counts, as where nothing has the name. */
        bool hides = content != CONTENT_NOT_A_FILE || !a->alternatives;
        if (content != CONTENT_ABSENT && (hides || !look_at_alternatives(s, l, artifact, d))) tell(s, l, base, &f);
        if (content != CONTENT_ABSENT) return;
    }
    if (d && a->alternatives && look_at_alternatives(s, l, artifact, d)) return;
    if (l->err == 0 && !tell_unreadable(s, l, artifact)) tell_absent(s, l, artifact);
}

/* ---- progress ---- */

static double larger(double a, double b) { return isnan(a) || b > a ? b : a; }

/* Reads the footer of one chunk, unless it is the one that was read last. False: it is not whole, its rows are not
 * known, or the root cannot be reached. */
static bool read_chunk(struct scan *s, struct look *l, struct subdir *d, struct name *entry, int *budget) {
    const char *name = name_text(s, entry);
    struct scan_progress *g = &s->progress;
    struct fact_file f;
    struct fs_stat st;
    int err = stat_name(s, d, name, &st);
    if (err == 0 && g->newest != 0 && g->newest == chunk_version(name, st.id, st.size, st.mtime_ns)) {
        return g->newest_rows >= 0;
    }
    g->newest = 0;
    if (*budget == 0) return false;
    --*budget;
    judge(s, l, s->profile->progress.artifact, d, entry, &f, &err);
    if (err < 0 && fs_means_unreachable(err)) l->err = err;
    if (f.content != CONTENT_WHOLE) return false;
    note_footer(s, s->profile->progress.artifact, name, VIA_CHUNK, &f);
    return g->newest_rows >= 0;
}

/* The chunks that are counted already, as they stand now; false: they are others. */
static bool still_counted(struct scan *s, struct subdir *d, const size_t *chunk, uint32_t n, bool verify) {
    const struct scan_progress *g = &s->progress;
    uint64_t names = 0, versions = 0;
    if (g->counted >= n) return false; /* there were more: the newest is never counted */
    for (uint32_t i = 0; i < g->counted; i++) {
        const char *name = name_text(s, &s->names[chunk[i]]);
        struct fs_stat st;
        names = mix(names, text_hash(name, strlen(name), 0));
        if (!verify) continue;
        if (s->fs->stat(s->fs->ctx, d->handle, name, &st) != 0) return false;
        versions = mix(versions, chunk_version(name, st.id, st.size, st.mtime_ns));
    }
    return names == g->names && (!verify || versions == g->versions);
}

static void count_chunk(struct scan_progress *g, const char *name) {
    g->names = mix(g->names, text_hash(name, strlen(name), 0));
    g->versions = mix(g->versions, g->newest);
    g->rows = g->newest_rows > INT64_MAX - g->rows ? INT64_MAX : g->rows + g->newest_rows;
    g->value = larger(g->value, g->newest_value);
    g->counted++;
}

/* Adds up the chunks; *all: every one is whole and counted. Returns the rows, -1: not all but the newest are known. */
static int64_t add_chunks(struct scan *s, struct look *l, struct subdir *d, const size_t *chunk, uint32_t n,
                          double *value, bool *all) {
    struct scan_progress *g = &s->progress;
    int budget = l->memory ? SCAN_FOOTERS : SCAN_FOOTERS_ONCE;
    *all = false;
    if (n == 0) {
        g->counted = 0;
        g->newest = 0;
        return -1;
    }
    /* The newest first: how far the case is is worth more than how many rows it has. */
    bool newest_known = read_chunk(s, l, d, &s->names[chunk[n - 1]], &budget);
    struct scan_progress newest = *g;
    if (newest_known) *value = larger(*value, g->newest_value);
    int64_t added = g->counted > 0 ? g->rows : 0;
    bool refutes = g->merged_rows >= 0 && g->merged_rows != added + (newest_known ? g->newest_rows : 0);
    if (g->counted > 0 && !still_counted(s, d, chunk, n, refutes)) g->counted = 0;
    if (g->counted == 0) {
        g->names = g->versions = 0;
        g->rows = 0;
        g->value = NAN;
    }
    while (g->counted < n - 1 && l->err == 0) {
        struct name *entry = &s->names[chunk[g->counted]];
        /* What was the newest chunk at the last look is among these, and need not be read again. */
        if (l->memory) {
            g->newest = l->details->progress.newest;
            g->newest_rows = l->details->progress.newest_rows;
            g->newest_value = l->details->progress.newest_value;
        }
        if (!read_chunk(s, l, d, entry, &budget)) break;
        count_chunk(g, name_text(s, entry));
    }
    bool known = g->counted == n - 1;
    g->newest = newest_known ? newest.newest : 0;
    g->newest_rows = newest.newest_rows;
    g->newest_value = newest.newest_value;
    *value = larger(*value, g->value);
    *all = known && newest_known;
    if (!known) return -1;
    return newest_known && g->newest_rows <= INT64_MAX - g->rows ? g->rows + g->newest_rows : g->rows;
}

static uint64_t progress_hash(const struct fact *f) {
    uint64_t words[4] = {(uint64_t)f->u.progress.rows, (uint64_t)f->u.progress.chunk_rows,
                         (uint64_t)f->u.progress.chunks << 1 | f->u.progress.all, 0};
    if (!isnan(f->u.progress.value)) memcpy(&words[3], &f->u.progress.value, sizeof words[3]);
    return text_hash(words, sizeof words, 11);
}

/* Tells how far the case's results have come; after its artifacts have been looked at. */
static void look_at_progress(struct scan *s, struct look *l) {
    const struct profile *p = s->profile;
    const char *path = p->artifact[p->progress.artifact].path, *slash = strrchr(path, '/');
    struct subdir *d = find_dir(s, path, slash ? (size_t)(slash - path) : 0);
    struct fact f = {.kind = FACT_PROGRESS, .root = s->root, .at = time_now(s, l->at), .place = l->place};
    uint32_t n = 0;
    if (d && d->count > s->cap_chunks) {
        s->cap_chunks = d->count;
        s->chunks = must(realloc(s->chunks, s->cap_chunks * sizeof *s->chunks));
    }
    for (size_t k = d ? d->first : 0; d && k < d->first + d->count; k++) {
        if (s->names[k].type != FS_TYPE_DIR && is_piece(p, name_text(s, &s->names[k]))) s->chunks[n++] = k;
    }
    f.u.progress.rows = s->progress.merged_rows;
    f.u.progress.value = s->progress.merged_value;
    f.u.progress.chunks = n;
    f.u.progress.chunk_rows = add_chunks(s, l, d, s->chunks, n, &f.u.progress.value, &f.u.progress.all);
    uint64_t told = l->details ? l->details->progress.told : 0, h = progress_hash(&f);
    s->progress.told = h;
    if (l->details) l->details->progress = s->progress;
    bool nothing = s->progress.merged_rows < 0 && n == 0 && isnan(f.u.progress.value);
    if (l->memory ? h != told : !nothing) fact_batch_add(s->facts, &f);
}

static bool is_marker(const struct scan *s, const char *dir, const char *name) {
    if (dir[0]) return false;
    for (int i = 0; i < s->profile->n_artifacts; i++) {
        const struct profile_artifact *a = &s->profile->artifact[i];
        if (a->kind == KIND_MARKER && strcmp(a->path, name) == 0) return true;
    }
    return false;
}

static bool is_chunk(const struct scan *s, const char *dir, const char *name) {
    for (int i = 0; i < s->profile->n_artifacts; i++) {
        const struct profile_artifact *a = &s->profile->artifact[i];
        const char *slash = strrchr(a->path, '/');
        size_t len = slash ? (size_t)(slash - a->path) : 0;
        if (!a->chunks || strlen(dir) != len || memcmp(dir, a->path, len) != 0) continue;
        if (profile_glob(a->chunks, name)) return true;
    }
    return false;
}

/* What makes a change visible: every name, and size, time and identity of every file that may still grow. Of the chunks
 * only the newest may. A lock is in no stamp. */
static void take_stamp(struct scan *s, bool sizes) {
    char holder[FS_HOLDER_BYTES];
    uint64_t stamp = 1;
    s->has_files = s->held = false;
    s->newest_ns = 0;
    for (size_t i = 0; i < s->n_dirs; i++) {
        struct subdir *d = &s->dirs[i];
        stamp = mix(stamp, text_hash(d->path, strlen(d->path), 3));
        if (d->err < 0) s->has_files = true; /* nothing is known of what is in it */
        bool chunk_seen = false;
        for (size_t k = d->first + d->count; k-- > d->first;) {
            const char *name = name_text(s, &s->names[k]);
            uint8_t type = s->names[k].type;
            stamp = mix(stamp, text_hash(name, strlen(name), type));
            if (type == FS_TYPE_DIR) continue;
            if (!is_marker(s, d->path, name)) s->has_files = true;
            if (!sizes) continue;
            if (is_chunk(s, d->path, name)) {
                if (chunk_seen) {
                    s->loose = true;
                    continue;
                }
                chunk_seen = true;
            }
            struct fs_stat st;
            if (s->fs->stat(s->fs->ctx, d->handle, name, &st) != 0) continue;
            uint64_t version = inspect_version(st.id, st.size, st.mtime_ns);
            stamp = mix(stamp, version);
            if (s->names[k].read != 0 && s->names[k].read != version) s->loose = true;
            s->held |= s->fs->lock && s->fs->lock(s->fs->ctx, d->handle, name, NULL, &st, FS_LOCK_READ, holder);
            if (st.mtime_ns > s->newest_ns) s->newest_ns = st.mtime_ns;
        }
    }
    s->stamp = stamp;
}

static void put_place(struct scan *s, const char *name, bool present, int64_t at) {
    struct fact f = {.kind = FACT_PLACE, .root = s->root, .at = at, .place = name};
    f.u.place_state.present = present;
    f.u.place_state.has_files = present && s->has_files;
    f.u.place_state.stamp = present ? s->stamp : 0;
    fact_batch_add(s->facts, &f);
}

/* What the details say in short: is every required artifact whole, is a file changing or held, and since when is the
 * newest version there that is not whole. Returns whether the content of every file that is there is sure. */
static bool sum_up(const struct scan *s, struct scan_memory *m, struct scan_details *details) {
    bool sure = true;
    m->finished = true;
    m->changing = m->held = false;
    details->partial_since = 0;
    for (int i = 0; i < s->profile->n_artifacts; i++) {
        const struct scan_told *told = &details->told[i];
        bool whole = told->version & 1;
        if ((s->profile->artifact[i].roles & ROLE_REQUIRED) && !whole) m->finished = false;
        m->changing |= told->version == TOLD_CHANGING;
        m->held |= told->held != 0;
        bool partial = told->version > TOLD_CHANGING && !whole;
        if (partial && told->since > details->partial_since) details->partial_since = told->since;
        sure &= told->version == TOLD_ABSENT || (whole && told->since == SCAN_SURE);
    }
    return sure;
}

/* A lock may be what an unfinished run waits for, so it is worth opening files: does somebody hold one that may stand
 * for an artifact? */
static bool is_any_held(struct scan *s) {
    char holder[FS_HOLDER_BYTES];
    for (int i = 0; s->fs->lock && i < s->profile->n_artifacts; i++) {
        const struct profile_artifact *a = &s->profile->artifact[i];
        const char *slash = strrchr(a->path, '/'), *base = slash ? slash + 1 : a->path;
        struct subdir *d = find_dir(s, a->path, slash ? (size_t)(slash - a->path) : 0);
        for (size_t k = d ? d->first : 0; d && k < d->first + d->count; k++) {
            struct fs_stat st;
            const char *name = name_text(s, &s->names[k]);
            if (strcmp(name, base) != 0 && !(a->alternatives && profile_glob(a->alternatives, name))) continue;
            if (s->fs->stat(s->fs->ctx, d->handle, name, &st) != 0 || st.type != FS_TYPE_FILE) continue;
            if (s->fs->hot && s->fs->hot(s->fs->ctx, &st)) continue;
            if (s->fs->lock(s->fs->ctx, d->handle, name, NULL, &st, FS_LOCK_CLOSED, holder)) return true;
        }
    }
    return false;
}

/* Everything in the directories that are listed. 0, or the error that says the root is gone. */
static int look_at_all(struct scan *s, struct look *l) {
    s->progress = l->details ? l->details->progress : (struct scan_progress){0};
    s->progress.merged_rows = -1;
    s->progress.merged_value = NAN;
    s->all_kept = true;
    s->n_seen = 0;
    for (int i = 0; i < s->profile->n_artifacts; i++) {
        look_at_artifact(s, l, i);
        if (l->err < 0) return l->err;
    }
    if (s->profile->progress.column) look_at_progress(s, l);
    return l->err;
}

/* A place that is in all as earlier passes have left it: its directories and files are asked for their state, and
 * nothing is opened. False: it is not, and nothing is told. */
static bool recall_place(struct scan *s, struct look *l) {
    s->missed = judged_is_empty(s->judged) || strlen(s->place) >= PLACE_MAX_BYTES;
    s->recalling = true;
    if (!s->missed && open_dirs(s, s->root_dir, s->place, NULL) == 0 && !s->missed) look_at_all(s, l);
    s->recalling = false;
    if (!s->missed && l->err == 0) {
        take_stamp(s, false);
        put_place(s, s->place, true, l->at);
        return true;
    }
    close_dirs(s);
    fact_batch_clear(s->facts);
    l->changed = l->vanished = false;
    l->err = 0;
    return false;
}

/* Nothing has changed since it fell asleep, nobody holds a file, and there is nothing to be read again. */
static bool sleeps_on(struct scan *s, const struct scan_memory *m) {
    if (!m->asleep || m->u.since != SCAN_SURE || m->stamp != (s->stamp & STAMP_BITS)) return false;
    if (s->held) return false;
    return m->finished || !is_any_held(s);
}

/* What will be remembered, after everything was looked at. began: monotonic ms before anything of it was read. */
static void conclude(struct scan *s, struct look *l, struct scan_memory *next, int64_t began) {
    const struct scan_memory *before = l->memory;
    bool sure = sum_up(s, next, l->details), same = before->present && before->stamp == (s->stamp & STAMP_BITS);
    bool unsound = next->changing || l->details->partial_since != 0;
    next->present = true;
    next->stamp = s->stamp & STAMP_BITS;
    next->rested = same;
    if (before->asleep) { /* all was told again, changed or not */
        l->changed = unsound && !next->held;
        sure |= same && (before->u.since == SCAN_SURE || began - before->u.since >= SCAN_YOUNG_MS);
    }
    if (!same) l->changed = true;
    bool still = next->finished ? next->calm || (before->asleep && same) : next->quiet && same && sure;
    next->asleep = still && !unsound && !next->held && !s->loose;
    if (!next->asleep) return;
    if (sure)
        next->u.since = SCAN_SURE;
    else if (!before->asleep || !same)
        next->u.since = time_now(s, l->at);
}

static int scan_once(struct scan *s, struct fs_dir *root, const char *name, struct look *l, struct scan_memory *next,
                     const struct scan_subscriber *subscriber) {
    const struct scan_memory *memory = l->memory;
    int64_t began = time_now(s, l->at);
    s->root_dir = root;
    s->place = name;
    s->loose = false;
    s->keeps = s->judged && !memory;
    if (s->keeps) s->begun_ms = s->clock.wall(s->clock.ctx);
    if (s->keeps && recall_place(s, l)) return 0;
    int err = open_dirs(s, root, name, subscriber);
    if (err < 0 && !fs_means_absent(err)) return err;
    if (err < 0) {
        if (!memory || memory->present) put_place(s, name, false, l->at);
        if (memory) {
            l->changed = memory->present;
            *next = (struct scan_memory){0};
        }
        return 0;
    }
    if (memory && memory->asleep) {
        take_stamp(s, true);
        if (sleeps_on(s, memory)) {
            next->rested = true;
            put_place(s, name, true, l->at);
            return 0;
        }
        s->loose = false;
    }
    l->idle = memory && memory->rested && !memory->finished;
    err = look_at_all(s, l);
    if (err < 0) return err;
    take_stamp(s, memory != NULL);
    if (s->keeps && s->all_kept && !l->vanished) remember_listings(s);
    if (memory) conclude(s, l, next, began);
    put_place(s, name, true, l->at);
    return 0;
}

/* next: what is remembered from now on. */
static void remember_place(const struct scan *s, struct scan_memory *memory, struct scan_memory *next) {
    struct scan_details *details = memory->asleep ? NULL : memory->u.details;
    if (next->asleep || !next->present) {
        free(details);
    } else {
        if (!details) details = must(malloc(details_size(s->profile)));
        memcpy(details, s->details, details_size(s->profile));
        next->u.details = details;
    }
    *memory = *next;
}

int scan_place(struct scan *s, struct fs_dir *root, const char *name, struct scan_memory *memory,
               const struct scan_subscriber *subscriber, int64_t at, struct fact_sink sink) {
    struct look l = {.place = name, .memory = memory, .details = memory ? s->details : NULL, .at = at};
    struct scan_memory next = {0};
    int err = 0;
    for (int try = 0; try < SCAN_TRIES; try++) {
        if (memory) {
            bool known = !memory->asleep && memory->u.details;
            next = *memory;
            memset(s->details, 0, details_size(s->profile));
            if (known) memcpy(s->details, memory->u.details, details_size(s->profile));
        }
        fact_batch_clear(s->facts);
        l.changed = l.vanished = false;
        l.err = 0;
        err = scan_once(s, root, name, &l, &next, subscriber);
        close_dirs(s);
        if (err == 0 && !l.vanished) break;
        if (err < 0) return err;
    }
    if (memory) remember_place(s, memory, &next);
    for (size_t i = 0; i < fact_batch_count(s->facts); i++) sink.put(sink.ctx, fact_batch_at(s->facts, i));
    return l.changed;
}

#include "watch/inspect_private.h"

#include "model/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* {"root": ..., "file_count": N, "files": [{"path": P, "size": bytes, "mtime": seconds}, ...]}. It is read as it
 * streams by: level 1 is the document, 2 the list, 3 one entry. */
enum { PATH_MAX_BYTES = 4096, SHOWN_BYTES = 300 };

/* Both ends keep times with different care: FAT counts in two seconds. The rest is room for the rounding of seconds
 * written as a decimal fraction. */
static const double mtime_slack = 2.0 + 1e-6;

struct manifest {
    const struct fs_ops *fs;
    struct fs_dir *dir;
    int level;
    bool has_list, in_entry, has_path, path_fits, has_size, has_mtime, has_count;
    char path[PATH_MAX_BYTES];
    double size, mtime, count;
    size_t entries, differences;
    char first[2 * SHOWN_BYTES]; /* the first difference in words */
    int64_t shift;               /* seconds by which all times seem to be off, 0: none is */
    size_t shifted, straight;    /* entries whose times are off by it, and that are not off */
    char first_shifted[2 * SHOWN_BYTES];
    struct inspect_buffer *buffer;
    int err; /* the root cannot be reached */
};

static bool is_number(const struct json_item *item, double *out) {
    char text[64];
    if (item->kind != JSON_NUMBER || item->text.len >= sizeof text) return false;
    memcpy(text, item->text.at, item->text.len);
    text[item->text.len] = '\0';
    return text_number(text, out);
}

/* The path as this system can be asked for it, or false: it does not lead to a place inside the directory. */
static bool clean_path(char *path) {
    for (char *c = path; *c != '\0'; c++) {
        if (*c == '\\') *c = '/';
    }
    if (path[0] == '\0' || path[0] == '/' || path[1] == ':') return false; /* also "C:" */
    for (const char *name = path; name != NULL; name = strchr(name, '/')) {
        if (*name == '/') name++;
        size_t len = strcspn(name, "/");
        if (len == 2 && name[0] == '.' && name[1] == '.') return false;
    }
    return true;
}

static uint64_t path_hash(const char *path) {
    char folded[PATH_MAX_BYTES];
    size_t len = 0;
    for (; path[len] != '\0' && len < sizeof folded; len++) {
        char c = path[len];
        folded[len] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return text_hash(folded, len, 0);
}

/* Keeps the path of the entry in hand, which is clean. */
static void keep_path(struct manifest *m) {
    struct inspect_buffer *b = m->buffer;
    const char *path = m->path;
    while (path[0] == '.' && path[1] == '/') path += 2;
    if (b->n_listed == b->cap_listed) {
        b->cap_listed = b->cap_listed != 0 ? 2 * b->cap_listed : 64;
        b->listed = realloc(b->listed, b->cap_listed * sizeof *b->listed);
        if (b->listed == NULL) abort();
    }
    b->listed[b->n_listed++] = path_hash(path);
}

static int compare_hashes(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

size_t inspect_listed(const struct inspect_buffer *b) { return b->n_listed; }

size_t inspect_listed_as(const struct inspect_buffer *b, const char *path) {
    uint64_t hash = path_hash(path);
    const uint64_t *at = b->n_listed > 0 ? bsearch(&hash, b->listed, b->n_listed, sizeof hash, compare_hashes) : NULL;
    return at ? (size_t)(at - b->listed) : SIZE_MAX;
}

bool inspect_lists(const struct inspect_buffer *b, const char *path) { return inspect_listed_as(b, path) != SIZE_MAX; }

static void differs(struct manifest *m, const char *what) {
    if (m->differences++ == 0) snprintf(m->first, sizeof m->first, "%s", what);
}

/* FAT keeps local time: read in another zone or season, every time of the drive is off by the same quarters of an hour.
 */
static bool is_zone_shift(struct manifest *m, double off) {
    enum { QUARTER = 900, FARTHEST = 26 * 3600 };
    if (off > FARTHEST + 2 || off < -FARTHEST - 2) return false;
    int64_t quarters = (int64_t)((off < 0 ? off - QUARTER / 2.0 : off + QUARTER / 2.0) / QUARTER);
    double rest = off - (double)(quarters * QUARTER);
    if (quarters == 0 || rest > mtime_slack || rest < -mtime_slack) return false;
    if (m->shifted == 0) m->shift = quarters * QUARTER;
    return m->shift == quarters * QUARTER;
}

static int ask(struct manifest *m, struct fs_stat *st) {
    const struct inspect_seen *seen = &m->buffer->seen;
    if (seen->find && seen->find(seen->ctx, m->path, st)) return 0;
    return m->fs->stat(m->fs->ctx, m->dir, m->path, st);
}

/* Compares the entry in hand with the directory. Sizes are exact in a double far beyond any file. */
static void compare_entry(struct manifest *m) {
    char what[2 * SHOWN_BYTES];
    struct fs_stat st;
    if (m->err < 0 || m->entries > INSPECT_MANIFEST_FILES) return;
    if (!m->has_path) {
        snprintf(what, sizeof what, "entry %zu of the manifest names no file", m->entries);
        differs(m, what);
        return;
    }
    if (!m->path_fits || !clean_path(m->path)) {
        snprintf(what, sizeof what, "the manifest lists '%.*s', which is no path inside the case", SHOWN_BYTES,
                 m->path);
        differs(m, what);
        return;
    }
    keep_path(m);
    int err = ask(m, &st);
    if (err < 0 && fs_means_unreachable(err)) {
        m->err = err;
    } else if (err < 0) {
        snprintf(what, sizeof what, "%.*s %s", SHOWN_BYTES, m->path,
                 fs_means_absent(err) ? "is missing" : "cannot be looked at");
        differs(m, what);
    } else if (st.type != FS_TYPE_FILE) {
        snprintf(what, sizeof what, "%.*s is not a regular file", SHOWN_BYTES, m->path);
        differs(m, what);
    } else if (m->has_size && (double)st.size != m->size) {
        snprintf(what, sizeof what, "%.*s is %lld bytes, the manifest says %.0f", SHOWN_BYTES, m->path,
                 (long long)st.size, m->size);
        differs(m, what);
    } else if (m->has_mtime) {
        double off = (double)st.mtime_ns / 1e9 - m->mtime;
        if (off <= mtime_slack && off >= -mtime_slack) {
            m->straight++;
            return;
        }
        snprintf(what, sizeof what, "%.*s is %.0f s %s than the manifest says", SHOWN_BYTES, m->path,
                 off < 0 ? -off : off, off < 0 ? "older" : "newer");
        if (!is_zone_shift(m, off)) {
            differs(m, what);
        } else if (m->shifted++ == 0) {
            snprintf(m->first_shifted, sizeof m->first_shifted, "%s", what);
        }
    }
}

static void begin_entry(struct manifest *m) {
    m->entries++;
    m->has_path = m->has_size = m->has_mtime = false;
    m->path_fits = true;
}

static void begin_list(struct manifest *m) { /* a list that comes again takes the place of the first */
    m->has_list = true;
    m->entries = m->differences = m->shifted = m->straight = 0;
    m->buffer->n_listed = 0;
}

static bool manifest_item(void *ctx, const struct json_item *item) {
    struct manifest *m = ctx;
    bool enter = false;
    if (m->level == 1 && json_text_is(&item->key, "file_count")) {
        m->has_count = is_number(item, &m->count);
    } else if (m->level == 1 && json_text_is(&item->key, "files")) {
        begin_list(m);
        enter = item->kind == JSON_ARRAY;
        m->has_list = enter;
    } else if (m->level == 2) {
        begin_entry(m);
        enter = item->kind == JSON_OBJECT;
        if (!enter) compare_entry(m);
    } else if (m->level == 3 && json_text_is(&item->key, "path")) {
        m->has_path = item->kind == JSON_STRING;
        if (m->has_path) m->path_fits = json_decode(&item->text, m->path, sizeof m->path);
    } else if (m->level == 3 && json_text_is(&item->key, "size")) {
        m->has_size = is_number(item, &m->size);
    } else if (m->level == 3 && json_text_is(&item->key, "mtime")) {
        m->has_mtime = is_number(item, &m->mtime);
    }
    m->level += enter;
    return enter;
}

static void manifest_leave(void *ctx) {
    struct manifest *m = ctx;
    if (m->level == 3) compare_entry(m);
    m->level--;
}

static void manifest_restart(void *ctx) {
    struct manifest *m = ctx;
    const struct fs_ops *fs = m->fs;
    struct fs_dir *dir = m->dir;
    struct inspect_buffer *b = m->buffer;
    *m = (struct manifest){.fs = fs, .dir = dir, .level = 1, .buffer = b};
    b->n_listed = 0;
}

static void compare_count(struct manifest *m) {
    char what[2 * SHOWN_BYTES];
    if (!m->has_list) {
        differs(m, "the manifest lists no files");
    } else if (m->has_count && m->count != (double)m->entries) {
        snprintf(what, sizeof what, "the manifest lists %zu files, its file_count says %.0f", m->entries, m->count);
        differs(m, what);
    }
}

int manifest_compare(const struct fs_ops *fs, struct fs_dir *dir, size_t len, struct inspect_buffer *b,
                     struct fact_file *out) {
    struct manifest m = {.fs = fs, .dir = dir, .buffer = b};
    const struct json_visitor visitor = {manifest_item, manifest_leave, &m};
    json_scan(b->data, len, b, &visitor, manifest_restart);
    if (m.err < 0) {
        out->content = CONTENT_UNREADABLE;
        out->note = inspect_note(b, "the files it lists cannot be reached");
        return m.err;
    }
    if (m.entries > INSPECT_MANIFEST_FILES) {
        out->content = CONTENT_UNREADABLE;
        out->note = inspect_note(b, "lists more than %d files", INSPECT_MANIFEST_FILES);
        return 0;
    }
    if (b->n_listed > 1) qsort(b->listed, b->n_listed, sizeof *b->listed, compare_hashes);
    /* Off by hours is a matter of clocks only when all are. */
    if (m.shifted > 0 && m.straight > 0) {
        differs(&m, m.first_shifted);
        m.differences += m.shifted - 1;
    }
    compare_count(&m);
    if (m.differences == 0) return 0;
    out->differs = true;
    out->note = m.differences == 1 ? inspect_note(b, "%s", m.first)
                                   : inspect_note(b, "%s (%zu differences)", m.first, m.differences);
    return 0;
}

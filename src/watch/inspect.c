#include "watch/inspect_private.h"

#include "model/text.h"
#include "platform/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    KEEP_BYTES = 1024 * 1024, /* a larger content buffer is given back when a smaller file comes */
    SMALL_BYTES = 4096,       /* the smallest content buffer, halved */
    TAIL_BYTES = 128 * 1024,  /* what is read of the end of a Parquet file: most footers are in it */
    READ_SHORT = 1            /* fewer bytes came than the file had: it is changing */
};

/* One file, open. */
struct subject {
    const struct fs_ops *fs;
    struct fs_dir *dir;
    const char *path;
    struct fs_file *file;
    struct fs_stat st;
    const struct profile *profile;
    int artifact;
    struct inspect_buffer *b;
};

struct inspect_buffer *inspect_buffer_new(void) {
    struct inspect_buffer *b = calloc(1, sizeof *b);
    if (b == NULL) abort();
    return b;
}

void inspect_buffer_free(struct inspect_buffer *b) {
    if (b == NULL) return;
    free(b->data);
    free(b->listed);
    free(b);
}

char *inspect_reserve(struct inspect_buffer *b, size_t size) {
    if (size <= b->cap && (b->cap <= KEEP_BYTES || size > KEEP_BYTES)) return b->data;
    free(b->data);
    b->cap = size > SMALL_BYTES ? size + size / 4 : 2 * SMALL_BYTES;
    b->data = malloc(b->cap);
    if (b->data == NULL) abort();
    return b->data;
}

const char *inspect_note(struct inspect_buffer *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(b->note, sizeof b->note, format, args);
    va_end(args);
    return b->note;
}

struct parquet_footer inspect_footer(const struct inspect_buffer *b) {
    return b->footer;
}

struct fs_stat inspect_stat(const struct inspect_buffer *b) {
    return b->stat;
}

void inspect_set_seen(struct inspect_buffer *b, struct inspect_seen seen) { b->seen = seen; }

uint64_t inspect_version(uint64_t id, int64_t size, int64_t mtime_ns) {
    uint64_t words[3] = {id, (uint64_t)size, (uint64_t)mtime_ns};
    return text_hash(words, sizeof words, 0);
}

static bool same_version(const struct fs_stat *a, const struct fs_stat *b) {
    return a->id == b->id && a->size == b->size && a->mtime_ns == b->mtime_ns;
}

/* Reads exactly len bytes: 0, READ_SHORT, or an error. */
static int read_exactly(const struct subject *s, int64_t offset, void *buf, size_t len) {
    int64_t n = s->fs->file_read(s->fs->ctx, s->file, offset, buf, len);
    if (n < 0) return (int)n;
    return (size_t)n == len ? 0 : READ_SHORT;
}

static void conclude(struct fact_file *out, const char *why) {
    out->content = why == NULL ? CONTENT_WHOLE : CONTENT_PARTIAL;
    out->note = why;
}

static int judge_json(const struct subject *s, struct fact_file *out) {
    if (s->st.size > INSPECT_JSON_MAX) {
        out->content = CONTENT_UNREADABLE;
        out->note = "too large to judge";
        return 0;
    }
    size_t len = (size_t)s->st.size;
    char *text = inspect_reserve(s->b, len);
    int result = read_exactly(s, 0, text, len);
    if (result == 0) inspect_json_text(text, len, s->profile, s->artifact, s->b, out);
    return result;
}

static int judge_csv(const struct subject *s, struct fact_file *out) {
    struct csv_state c = {0};
    char *piece = inspect_reserve(s->b, INSPECT_CSV_STEP), last = '\0';
    int64_t done = 0, most = s->st.size < INSPECT_CSV_MAX ? s->st.size : INSPECT_CSV_MAX;
    bool enough = false;
    while (!enough && done < most) {
        size_t len = most - done < INSPECT_CSV_STEP ? (size_t)(most - done) : INSPECT_CSV_STEP;
        int result = read_exactly(s, done, piece, len);
        if (result != 0) return result;
        enough = csv_feed(&c, piece, len);
        last = piece[len - 1];
        done += (int64_t)len;
    }
    if (!enough && done < s->st.size) {
        conclude(out, inspect_note(s->b, "no row in the first %d MiB", INSPECT_CSV_MAX / 1024 / 1024));
        return 0;
    }
    int result = done < s->st.size ? read_exactly(s, s->st.size - 1, &last, 1) : 0;
    if (result == 0) conclude(out, csv_trouble(&c, s->st.size == 0, last));
    return result;
}

/* The footer that ends 8 bytes before the end of the file; its magic is right and its length fits. */
static int judge_footer(const struct subject *s, const unsigned char *tail, size_t tail_len, struct fact_file *out) {
    const unsigned char *end = tail + tail_len - 8;
    int64_t len = inspect_parquet_footer_len(end), begins = s->st.size - 8 - len;
    const char *column = s->profile->progress.column, *why;
    if (memcmp(end + 4, "PARE", 4) == 0) {
        out->note = "its footer is encrypted";
        return 0;
    }
    if (len > INSPECT_FOOTER_MAX) {
        out->note = "its footer is too large to read";
        return 0;
    }
    const unsigned char *footer = end - len;
    if (len + 8 > (int64_t)tail_len) {
        char *all = inspect_reserve(s->b, (size_t)len);
        int result = read_exactly(s, begins, all, (size_t)len);
        if (result != 0) return result;
        footer = (const unsigned char *)all;
    }
    enum footer_state state = parquet_footer_read(footer, (size_t)len, begins, column, &s->b->footer, &why);
    if (state == FOOTER_UNFIT) conclude(out, why);
    if (state == FOOTER_BROKEN) out->note = inspect_note(s->b, "its footer cannot be understood: %s", why);
    return 0;
}

static int judge_parquet(const struct subject *s, struct fact_file *out) {
    unsigned char first[4];
    const char *why;
    size_t len = s->st.size < TAIL_BYTES ? (size_t)s->st.size : TAIL_BYTES;
    unsigned char *tail = (unsigned char *)inspect_reserve(s->b, len), *head = tail;
    int result = read_exactly(s, s->st.size - (int64_t)len, tail, len);
    if (result == 0 && (int64_t)len < s->st.size) {
        head = first;
        result = read_exactly(s, 0, first, sizeof first);
    }
    if (result != 0) return result;
    out->content = inspect_parquet_ends(head, tail + len - (len < 8 ? len : 8), s->st.size, &why);
    out->note = why;
    return out->content == CONTENT_WHOLE ? judge_footer(s, tail, len, out) : 0;
}

/* Decodes the marker's text. Where it was cut for length, the character that was cut in two is given up: it would make
 * the rest look like another encoding. */
static const char *marker_note(struct inspect_buffer *b, size_t len, bool cut) {
    char *decoded = NULL;
    size_t n = 0, whole = 0;
    if (cut && inspect_is_utf8(b->data, len, &whole)) len = whole;
    int err = text_decode(b->data, len, &decoded, &n);
    if (err < 0 && cut) err = text_decode(b->data, len - 1, &decoded, &n); /* half of a pair of code page 932 */
    const char *from = err < 0 ? b->data : decoded;
    if (err < 0) n = len;
    if (n > INSPECT_MARKER_MAX) {
        for (n = INSPECT_MARKER_MAX; ((unsigned char)from[n] & 0xC0) == 0x80;) n--;
    }
    while (n > 0 && (from[n - 1] == '\0' || strchr(" \t\r\n\v\f", from[n - 1]) != NULL)) n--;
    for (size_t i = 0; i < n; i++) b->note[i] = from[i] != '\0' ? from[i] : ' ';
    b->note[n] = '\0';
    free(decoded);
    return n > 0 ? b->note : NULL;
}

static int judge_marker(const struct subject *s, struct fact_file *out) {
    bool cut = s->st.size > INSPECT_MARKER_MAX;
    size_t len = cut ? INSPECT_MARKER_MAX : (size_t)s->st.size;
    int result = read_exactly(s, 0, inspect_reserve(s->b, len), len);
    if (result == 0) {
        out->content = CONTENT_WHOLE;
        out->note = len > 0 ? marker_note(s->b, len, cut) : NULL;
    }
    return result;
}

static int judge(const struct subject *s, struct fact_file *out) {
    switch (s->profile->artifact[s->artifact].kind) {
    case KIND_JSON:
    case KIND_MANIFEST:
        return judge_json(s, out);
    case KIND_CSV:
        return judge_csv(s, out);
    case KIND_PARQUET:
        return judge_parquet(s, out);
    case KIND_MARKER:
        return judge_marker(s, out);
    case KIND_ANY:
        break;
    }
    out->content = CONTENT_WHOLE;
    return 0;
}

/* Begins *out anew: nothing but what stat tells. */
static void start(struct fact_file *out, int artifact, const struct fs_stat *st) {
    *out = (struct fact_file){.artifact = artifact};
    if (st == NULL) return;
    out->size = st->type == FS_TYPE_FILE ? st->size : 0;
    out->mtime_ns = st->mtime_ns;
    out->id = st->id;
}

static bool no_file(struct fact_file *out, int artifact, const struct fs_stat *st) {
    start(out, artifact, st);
    out->content = CONTENT_NOT_A_FILE;
    out->note = st->type == FS_TYPE_DIR ? "is a directory" : "is not a regular file";
    return true;
}

static void ask_lock(const struct subject *s, struct fs_file *file, const struct fs_stat *st, enum fs_lock_look look,
                     struct fact_file *out) {
    if (s->fs->lock == NULL) return;
    out->locked = s->fs->lock(s->fs->ctx, s->dir, s->path, file, st, look, s->b->holder);
    out->holder = out->locked && s->b->holder[0] != '\0' ? s->b->holder : NULL;
}

/* st: of the file, where it was still seen; or NULL. */
static bool failed(const struct subject *s, const struct fs_stat *st, int code, struct fact_file *out) {
    char words[128];
    start(out, s->artifact, fs_means_absent(code) ? NULL : st);
    if (fs_means_absent(code)) {
        out->content = CONTENT_ABSENT;
        return true;
    }
    out->content = CONTENT_UNREADABLE;
    out->note = inspect_note(s->b, "%s", uv_strerror_r(code, words, sizeof words));
    if (code == UV_EBUSY) ask_lock(s, NULL, st, FS_LOCK_REFUSED, out);
    return true;
}

static bool still_changing(const struct subject *s, const char *note, struct fact_file *out) {
    start(out, s->artifact, &s->st);
    out->content = CONTENT_CHANGING;
    out->note = note;
    ask_lock(s, NULL, &s->st, FS_LOCK_READ, out);
    return true;
}

/* One reading: 0 judged, READ_SHORT changed meanwhile, or an error. s->file is closed again. */
static int read_once(struct subject *s, struct fact_file *out) {
    struct fs_stat after;
    start(out, s->artifact, &s->st);
    s->b->footer = parquet_footer_unknown();
    int result = judge(s, out);
    if (result >= 0) {
        int err = s->fs->file_stat(s->fs->ctx, s->file, &after);
        if (err < 0) result = err;
        if (err == 0 && !same_version(&s->st, &after)) result = READ_SHORT;
        if (err == 0) s->st = s->b->stat = after;
        if (result == 0) {
            ask_lock(s, s->file, &s->st, out->content == CONTENT_WHOLE ? FS_LOCK_READ : FS_LOCK_OPEN, out);
        }
    }
    s->fs->file_close(s->fs->ctx, s->file);
    return result;
}

bool inspect_file(const struct fs_ops *fs, struct fs_dir *dir, const char *path, const struct profile *p, int index,
                  bool known_regular, const uint64_t *cheap, struct inspect_buffer *b, struct fact_file *out,
                  int *err) {
    struct subject s = {.fs = fs, .dir = dir, .path = path, .profile = p, .artifact = index, .b = b};
    enum file_kind kind = p->artifact[index].kind;
    bool stat_first = (cheap != NULL && kind != KIND_MANIFEST) || kind == KIND_ANY || fs->hot != NULL;
    int ignored, *code = err != NULL ? err : &ignored;
    *code = 0;
    b->footer = parquet_footer_unknown();
    for (int i = 0; i < INSPECT_TRIES; i++) {
        bool regular = known_regular && i == 0;
        if (stat_first) {
            *code = fs->stat(fs->ctx, dir, path, &s.st);
            if (*code < 0) return failed(&s, NULL, *code, out);
            if (s.st.type != FS_TYPE_FILE) return no_file(out, index, &s.st);
            start(out, index, &s.st);
            if (cheap != NULL && kind != KIND_MANIFEST && *cheap == inspect_version(s.st.id, s.st.size, s.st.mtime_ns))
                return false;
            out->content = CONTENT_WHOLE;
            if (kind == KIND_ANY) {
                ask_lock(&s, NULL, &s.st, FS_LOCK_READ, out);
                return true;
            }
            if (fs->hot != NULL && fs->hot(fs->ctx, &s.st)) return still_changing(&s, "it is being written", out);
            regular = true;
            stat_first = false;
        }
        *code = fs->file_open(fs->ctx, dir, path, regular, &s.file, &s.st);
        if (*code == UV_EINVAL) { /* not a regular file: then what? */
            *code = fs->stat(fs->ctx, dir, path, &s.st);
            if (*code == 0 && s.st.type != FS_TYPE_FILE) return no_file(out, index, &s.st);
            if (*code == 0) continue; /* it is one by now */
        }
        if (*code < 0) return failed(&s, NULL, *code, out);
        int result = read_once(&s, out);
        if (result == 0) {
            if (kind == KIND_MANIFEST && out->content == CONTENT_WHOLE) {
                *code = manifest_compare(fs, dir, (size_t)s.st.size, b, out);
            }
            return true;
        }
        if (result < 0) {
            *code = result;
            return failed(&s, &s.st, result, out);
        }
    }
    return still_changing(&s, "changed every time it was read", out);
}

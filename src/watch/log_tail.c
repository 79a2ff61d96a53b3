#include "watch/log_tail.h"

#include "model/profile.h"
#include "model/text.h"
#include "platform/text.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const char *const patterns[] = {"*.log", "log*.txt", "*.out", "*.err"};

enum { CANDIDATES = 64, NAME_BYTES = 256, ESCAPE = 0x1B };

struct candidates {
    char name[CANDIDATES][NAME_BYTES];
    int n, seen;
    bool any_name; /* in logs/ */
};

static bool is_log(const char *name) {
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (profile_glob(patterns[i], name)) return true;
    }
    return false;
}

static bool visit(void *arg, const char *name, enum fs_type type) {
    struct candidates *c = arg;
    if (c->seen++ >= LOG_TAIL_NAMES || c->n == CANDIDATES) return false;
    if (type == FS_TYPE_DIR || type == FS_TYPE_OTHER || strlen(name) >= NAME_BYTES) return true;
    if (c->any_name ? name[0] == '.' : !is_log(name)) return true;
    memcpy(c->name[c->n++], name, strlen(name) + 1);
    return true;
}

/* The newest of them that is a regular file with something in it, if it is newer than *best. */
static bool newest(const struct fs_ops *fs, struct fs_dir *d, const struct candidates *c, struct fs_stat *best,
                   char name[NAME_BYTES]) {
    bool found = false;
    for (int i = 0; i < c->n; i++) {
        struct fs_stat st;
        if (fs->stat(fs->ctx, d, c->name[i], &st) < 0 || st.type != FS_TYPE_FILE || st.size == 0) continue;
        if (best->size > 0 && st.mtime_ns <= best->mtime_ns) continue;
        *best = st;
        memcpy(name, c->name[i], NAME_BYTES);
        found = true;
    }
    return found;
}

/* Text as a terminal would show it: without escape sequences, with what stands after the last '\r' of the line (a
 * progress bar writes over itself), and with a blank for a tab. n bytes at s, in place; returns how many are left. */
static size_t plain(char *s, size_t n) {
    size_t out = 0;
    while (n > 0 && (s[n - 1] == '\r' || s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\r') {
            out = 0;
        } else if (s[i] == ESCAPE && i + 1 < n && s[i + 1] == '[') {
            i += 2;
            while (i < n && !(s[i] >= 0x40 && s[i] <= 0x7E)) i++;
        } else if (s[i] == ESCAPE && i + 1 < n && s[i + 1] == ']') {
            while (i < n && s[i] != '\a' && !(s[i] == ESCAPE && i + 1 < n && s[i + 1] == '\\')) i++;
            if (i < n && s[i] == ESCAPE) i++;
        } else {
            s[out++] = s[i] == '\t' || s[i] == '\0' ? ' ' : s[i];
        }
    }
    while (out > 0 && s[out - 1] == ' ') out--;
    return out;
}

/* The length without a character that the end of a growing file cuts in two. */
static size_t whole_characters(const char *s, size_t n) {
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)s[n - back];
        if (c < 0x80) break;
        if (c < 0xC0) continue;
        size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        return need > back ? n - back : n;
    }
    return n;
}

static bool is_utf8(const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        int len = text_utf8_next(s + i, n - i, &cp);
        if (cp == 0xFFFD && len == 1) return false;
        i += (size_t)len;
    }
    return true;
}

/* Text of the bytes; NULL: in no known encoding. */
static char *decode(const char *bytes, size_t n, size_t *len) {
    char *text;
    size_t whole = whole_characters(bytes, n);
    if (is_utf8(bytes, whole)) n = whole;
    if (text_decode(bytes, n, &text, len) == 0) return text;
    /* Half of a pair of code page 932. */
    return n > 0 && text_decode(bytes, n - 1, &text, len) == 0 ? text : NULL;
}

void log_tail_lines(const char *bytes, size_t n, bool begins_line, struct log_tail *out) {
    out->n_lines = 0;
    if (!begins_line) {
        const char *end = memchr(bytes, '\n', n);
        /* One line longer than all that was read: its end is better than nothing. */
        size_t skip = end ? (size_t)(end + 1 - bytes) : 0;
        bytes += skip;
        n -= skip;
    }
    size_t len = 0;
    char *text = decode(bytes, n, &len);
    if (!text) {
        text = malloc(n + 1);
        if (!text) abort();
        memcpy(text, bytes, n);
        len = n;
    }
    /* From the end: the lines that are not blank, then turned round. */
    size_t end = len;
    while (out->n_lines < LOG_TAIL_LINES) {
        size_t start = end;
        while (start > 0 && text[start - 1] != '\n') start--;
        size_t size = plain(text + start, end - start);
        if (size > 0 || out->n_lines > 0) {
            char line[4 * LOG_TAIL_LINE_BYTES];
            if (size >= sizeof line) size = sizeof line - 1;
            memcpy(line, text + start, size);
            line[size] = '\0';
            text_clean(line, out->line[out->n_lines++], LOG_TAIL_LINE_BYTES);
        }
        if (start == 0) break;
        end = start - 1;
    }
    free(text);
    while (out->n_lines > 0 && out->line[out->n_lines - 1][0] == '\0') out->n_lines--;
    for (int i = 0, k = out->n_lines - 1; i < k; i++, k--) {
        char swap[LOG_TAIL_LINE_BYTES];
        memcpy(swap, out->line[i], sizeof swap);
        memcpy(out->line[i], out->line[k], sizeof swap);
        memcpy(out->line[k], swap, sizeof swap);
    }
}

static int read_tail(const struct fs_ops *fs, struct fs_dir *d, const char *name, struct log_tail *out) {
    struct fs_file *file;
    struct fs_stat st;
    int err = fs->file_open(fs->ctx, d, name, false, &file, &st);
    if (err < 0) return err;
    int64_t from = st.size > LOG_TAIL_BYTES ? st.size - LOG_TAIL_BYTES : 0;
    char *bytes = malloc(LOG_TAIL_BYTES);
    if (!bytes) abort();
    int64_t n = fs->file_read(fs->ctx, file, from, bytes, LOG_TAIL_BYTES);
    fs->file_close(fs->ctx, file);
    if (n >= 0) log_tail_lines(bytes, (size_t)n, from == 0, out);
    free(bytes);
    out->size = st.size;
    out->mtime_ns = st.mtime_ns;
    return n < 0 ? (int)n : 1;
}

int log_tail_read(const struct fs_ops *fs, const char *dir, struct log_tail *out) {
    struct fs_dir *d, *logs = NULL;
    struct fs_stat best = {0};
    char name[NAME_BYTES] = "";
    memset(out, 0, sizeof *out);
    int err = fs->dir_open(fs->ctx, NULL, dir, &d);
    if (err < 0) return err;
    struct candidates *c = calloc(1, sizeof *c);
    if (!c) abort();
    err = fs->dir_list(fs->ctx, d, visit, c);
    newest(fs, d, c, &best, name);
    c->n = c->seen = 0;
    c->any_name = true;
    bool in_logs = false;
    if (fs->dir_open(fs->ctx, d, "logs", &logs) >= 0) {
        fs->dir_list(fs->ctx, logs, visit, c);
        in_logs = newest(fs, logs, c, &best, name);
    }
    free(c);
    if (name[0]) {
        char full[NAME_BYTES + 8] = "";
        if (in_logs) memcpy(full, "logs/", 6);
        memcpy(full + strlen(full), name, strlen(name) + 1);
        text_clean(full, out->name, sizeof out->name);
        err = read_tail(fs, in_logs ? logs : d, name, out);
    }
    if (logs) fs->dir_close(fs->ctx, logs);
    fs->dir_close(fs->ctx, d);
    return err;
}

#include "watch/settings.h"

#include "platform/paths.h"
#include "platform/text.h"
#include "watch/exit_record.h"
#include "watch/inspect.h"
#include "watch/joblog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PATH_BYTES = 4096, HEARD_MS = 200 /* between two looks, however many changes are heard of */ };

struct settings_reader {
    const struct fs_ops *fs;
    const struct profile *profile;
    char *batch;
    char list_path[PATH_BYTES]; /* named by the settings, "" none */
    uint64_t settings_version, list_version;
    char told_path[PATH_BYTES]; /* of the list told last */
    int unread;                 /* why the list that counts could not be read, as it was told; 0: it was, or is none */
    char unread_path[PATH_BYTES];
    struct exit_reader *exits;
    struct joblog *joblog; /* or NULL */
    bool heard;
    int64_t due, stepped_at;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct settings_reader *settings_reader_new(const struct fs_ops *fs, const struct profile *p, const char *batch) {
    struct settings_reader *r = must(calloc(1, sizeof *r));
    r->fs = fs;
    r->profile = p;
    r->batch = must(malloc(strlen(batch) + 1));
    memcpy(r->batch, batch, strlen(batch) + 1);
    r->exits = exit_reader_new(fs, batch);
    return r;
}

void settings_reader_joblog(struct settings_reader *r, const char *path) {
    joblog_free(r->joblog);
    r->joblog = path ? joblog_new(r->fs, path) : NULL;
}

void settings_reader_free(struct settings_reader *r) {
    if (!r) return;
    exit_reader_free(r->exits);
    joblog_free(r->joblog);
    free(r->batch);
    free(r);
}

int settings_read_bytes(const struct fs_ops *fs, const char *path, size_t max, char **bytes, size_t *len,
                        struct fs_stat *st) {
    struct fs_file *f;
    int err = fs->file_open(fs->ctx, NULL, path, false, &f, st);
    if (err < 0) return err;
    if (st->size < 0 || (uint64_t)st->size > max) {
        err = UV_EFBIG;
    } else {
        *bytes = must(malloc((size_t)st->size + 1));
        int64_t n = fs->file_read(fs->ctx, f, 0, *bytes, (size_t)st->size);
        if (n >= 0) {
            *len = (size_t)n;
        } else {
            err = (int)n;
            free(*bytes);
        }
    }
    fs->file_close(fs->ctx, f);
    return err;
}

int settings_read_text(const struct fs_ops *fs, const char *path, size_t max, char **text, size_t *len,
                       struct fs_stat *st) {
    char *bytes = NULL;
    size_t n = 0;
    int err = settings_read_bytes(fs, path, max, &bytes, &n, st);
    if (err < 0) return err;
    err = text_decode(bytes, n, text, len);
    free(bytes);
    return err;
}

static uint64_t version(const struct fs_stat *st) { return inspect_version(st->id, st->size, st->mtime_ns); }

static char *trim(char *s) {
    while (*s == ' ' || *s == '\t') s++;
    size_t n = strlen(s);
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r')) s[--n] = '\0';
    return s;
}

static void tell_settings(struct settings_reader *r, char *text, int64_t now, struct fact_sink sink) {
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        char *eq = strchr(line, '=');
        if (!eq || *trim(line) == '#') continue;
        *eq = '\0';
        struct fact f = {.kind = FACT_SETTING, .root = ROOT_BATCH, .at = now};
        f.u.setting.key = trim(line);
        f.u.setting.value = trim(eq + 1);
        if (strcmp(f.u.setting.key, r->profile->settings_list_key) == 0) {
            snprintf(r->list_path, sizeof r->list_path, "%s", f.u.setting.value);
        }
        sink.put(sink.ctx, &f);
    }
}

static void read_settings(struct settings_reader *r, int64_t now, struct fact_sink sink) {
    char path[PATH_BYTES];
    struct fs_stat st;
    char *text;
    size_t len;
    snprintf(path, sizeof path, "%s/%s", r->batch, r->profile->settings);
    if (r->fs->stat(r->fs->ctx, NULL, path, &st) < 0 || version(&st) == r->settings_version) return;
    if (settings_read_text(r->fs, path, SETTINGS_MAX_BYTES, &text, &len, &st) < 0) return;
    r->settings_version = version(&st);
    tell_settings(r, text, now, sink);
    free(text);
}

static void put_list(const char *path, const char *text, size_t len, const char *problem, int64_t now,
                     struct fact_sink sink) {
    struct fact f = {.kind = FACT_LIST, .root = ROOT_BATCH, .at = now};
    char shown[PATH_BYTES];
    snprintf(shown, sizeof shown, "%s", path);
    path_to_show(shown);
    f.u.list.path = shown;
    f.u.list.text = text;
    f.u.list.len = len;
    f.u.list.problem = problem;
    sink.put(sink.ctx, &f);
}

/* 0 or a negative libuv error. */
static int tell_list(struct settings_reader *r, const char *path, int64_t now, struct fact_sink sink) {
    struct fs_stat st;
    char *text;
    size_t len;
    int err = r->fs->stat(r->fs->ctx, NULL, path, &st);
    if (err < 0) return err;
    if (version(&st) == r->list_version && strcmp(path, r->told_path) == 0) return 0;
    err = settings_read_text(r->fs, path, SWEEP_LIST_MAX_BYTES, &text, &len, &st);
    if (err < 0) return err;
    r->list_version = version(&st);
    snprintf(r->told_path, sizeof r->told_path, "%s", path);
    put_list(path, text, len, NULL, now, sink);
    free(text);
    return 0;
}

const char *settings_list_problem(int err) {
    return err == UV_EILSEQ ? "it is neither UTF-8 nor code page 932 text; save it as UTF-8" : uv_strerror(err);
}

/* Once, until it changes. */
static void tell_unread(struct settings_reader *r, const char *path, int err, int64_t now, struct fact_sink sink) {
    if (r->unread == err && strcmp(r->unread_path, path) == 0) return;
    r->unread = err;
    snprintf(r->unread_path, sizeof r->unread_path, "%s", path);
    put_list(path, "", 0, settings_list_problem(err), now, sink);
}

/* Is this the list that counts? Only absence lets the next place count: one that is there and cannot be read now would
 * else be replaced by another sweep's. */
static bool step_list_at(struct settings_reader *r, const char *path, int64_t now, struct fact_sink sink) {
    int err = tell_list(r, path, now, sink);
    if (fs_means_absent(err)) return false;
    if (err < 0)
        tell_unread(r, path, err, now, sink);
    else
        r->unread = 0;
    return true;
}

/* Is all that is read in the directories of which changes are heard? */
static bool is_in_reach(const struct settings_reader *r) {
    const char *kept = r->profile->kept_list, *slash = strrchr(kept, '/');
    bool beside = !slash || (size_t)(slash - kept) == strlen(SETTINGS_DIR);
    return beside && settings_reader_reads(r, kept) && !strchr(r->profile->settings, '/') && !r->list_path[0];
}

static void step_list(struct settings_reader *r, int64_t now, struct fact_sink sink) {
    char path[PATH_BYTES];
    if (now < r->due) return;
    read_settings(r, now, sink);
    int64_t every = r->heard && is_in_reach(r) ? SETTINGS_CALM_MS : SETTINGS_EVERY_MS;
    r->due = (now / every + 1) * every; /* as others: a program at rest wakes for all of them */
    r->stepped_at = now;
    snprintf(path, sizeof path, "%s/%s", r->batch, r->profile->kept_list);
    if (step_list_at(r, path, now, sink) || !r->list_path[0]) return;
    if (step_list_at(r, r->list_path, now, sink) || r->list_path[0] == '/') return;
    snprintf(path, sizeof path, "%s/%.2000s", r->batch, r->list_path);
    step_list_at(r, path, now, sink);
}

void settings_reader_step(struct settings_reader *r, int64_t now, struct fact_sink sink) {
    step_list(r, now, sink);
    exit_reader_step(r->exits, now, sink);
    if (r->joblog) joblog_step(r->joblog, now, sink);
}

void settings_reader_heard(struct settings_reader *r, bool heard) {
    r->heard = heard;
    exit_reader_heard(r->exits, heard);
}

void settings_reader_changed(struct settings_reader *r, int64_t now) {
    int64_t due = r->stepped_at + HEARD_MS > now ? r->stepped_at + HEARD_MS : now;
    if (due < r->due) r->due = due;
    exit_reader_changed(r->exits, now);
}

bool settings_reader_reads(const struct settings_reader *r, const char *name) {
    size_t n = strlen(SETTINGS_DIR);
    bool in_dir = strncmp(name, SETTINGS_DIR, n) == 0 && (name[n] == '/' || name[n] == '\0');
    return in_dir || strcmp(name, r->profile->settings) == 0 || strcmp(name, r->profile->kept_list) == 0;
}

int64_t settings_reader_due(const struct settings_reader *r) {
    int64_t exits = exit_reader_due(r->exits), due = exits < r->due ? exits : r->due;
    return r->joblog && joblog_due(r->joblog) < due ? joblog_due(r->joblog) : due;
}

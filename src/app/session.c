#include "app/session.h"

#include "app/profile_file.h"
#include "model/filter.h"
#include "model/text.h"
#include "platform/mounts.h"
#include "platform/paths.h"
#include "report/atomic_file.h"
#include "watch/fs_ops.h"
#include "watch/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

void session_say(const char *format, ...) {
    char text[2048], clean[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_clean(text, clean, sizeof clean);
    fprintf(stderr, "sweepwatch: %s\n", clean);
    fflush(stderr); /* it may be buffered, for the sake of a console */
}

bool session_on_a_terminal(void) {
    const char *term = getenv("TERM");
    bool dumb = term && strcmp(term, "dumb") == 0;
    return !dumb && uv_guess_handle(1) == UV_TTY && uv_guess_handle(0) == UV_TTY;
}

int64_t session_wall_ms(void) {
    uv_timeval64_t tv;
    uv_gettimeofday(&tv);
    return tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

int64_t session_mono_ms(void) { return (int64_t)(uv_hrtime() / 1000000); }

static char *join(const char *a, const char *b) {
    size_t la = strlen(a), lb = strlen(b);
    char *out = malloc(la + lb + 2);
    if (!out) abort();
    memcpy(out, a, la);
    bool separated = la > 0 && (a[la - 1] == '/' || a[la - 1] == path_separator());
    if (!separated) out[la++] = path_separator();
    memcpy(out + la, b, lb + 1);
    return out;
}

static char *copy(const char *s) {
    size_t n = strlen(s) + 1;
    char *out = malloc(n);
    if (!out) abort();
    return memcpy(out, s, n);
}

static bool exists(const char *path) {
    struct fs_stat st;
    return fs_real()->stat(fs_real()->ctx, NULL, path, &st) == 0;
}

/* Both slashes are accepted: a path that is not there as it stands but is with '/' for '\' is the latter. */
static char *accept_slashes(const char *path) {
    char *out = copy(path);
    path_to_show(out);
    if (path_separator() == '\\' || !strchr(path, '\\') || exists(path)) return out;
    for (char *c = out; *c; c++) {
        if (*c == '\\') *c = '/';
    }
    return out;
}

static void drop_trailing_separator(char *path) {
    size_t n = strlen(path),
           least = path_separator() == '\\' && n > 2 && path[1] == ':' ? 3 : 1; /* "E:" is not "E:\" */
    while (n > least && (path[n - 1] == '/' || path[n - 1] == path_separator())) path[--n] = '\0';
}

/* ---- which directory is the batch ---- */

static bool is_batch(const struct profile *p, const char *dir) {
    char *settings = join(dir, p->settings), *list = join(dir, p->kept_list);
    bool found = exists(settings) || exists(list);
    free(settings);
    free(list);
    return found;
}

struct newest {
    const struct profile *profile;
    const char *parent;
    char *path;
    int64_t mtime;
    bool stamped; /* its name begins with the time the run was started */
};

static bool visit_batch(void *arg, const char *name, enum fs_type type) {
    struct newest *n = arg;
    struct fs_stat st;
    if (type == FS_TYPE_FILE || type == FS_TYPE_OTHER || name[0] == '.') return true;
    char *path = join(n->parent, name);
    bool stamped = strstr(name, "__") && name[0] >= '0' && name[0] <= '9';
    bool usable = is_batch(n->profile, path) && fs_real()->stat(fs_real()->ctx, NULL, path, &st) == 0;
    if (!usable) {
        free(path);
        return true;
    }
    bool newer = !n->path || (stamped && n->stamped ? strcmp(path, n->path) > 0 : st.mtime_ns > n->mtime);
    if (!newer) {
        free(path);
        return true;
    }
    free(n->path);
    n->path = path;
    n->mtime = st.mtime_ns;
    n->stamped = stamped;
    return true;
}

char *session_find_batch(const struct profile *p, const char *given) {
    char *path = accept_slashes(given);
    struct newest n = {.profile = p, .parent = path};
    struct fs_dir *dir;
    drop_trailing_separator(path);
    if (is_batch(p, path) || fs_real()->dir_open(fs_real()->ctx, NULL, path, &dir) < 0) return path;
    fs_real()->dir_list(fs_real()->ctx, dir, visit_batch, &n);
    fs_real()->dir_close(fs_real()->ctx, dir);
    if (!n.path) return path;
    session_say("%s holds batches; taking the newest, %s", path, n.path);
    free(path);
    return n.path;
}

/* ---- the list ---- */

static void say_issues(const char *path, const struct sweep_list *l, bool errors_only) {
    for (size_t i = 0; i < l->n_issues; i++) {
        const struct list_issue *issue = &l->issues[i];
        const char *severity = issue->severity == LIST_ERROR ? "error" : "warning";
        if (errors_only && issue->severity != LIST_ERROR) continue;
        if (issue->line_no)
            session_say("%s:%u: %s: %s", path, issue->line_no, severity, issue->message);
        else
            session_say("%s: %s: %s", path, severity, issue->message);
    }
}

/* l as for table_apply_list. */
static void apply_list(struct session *s, const char *path, const char *text, size_t len, int64_t now,
                       struct sweep_list *l) {
    struct fact f = {.kind = FACT_LIST, .root = ROOT_BATCH, .at = now};
    f.u.list.path = path;
    f.u.list.text = text;
    f.u.list.len = len;
    table_apply_list(s->table, &f, l);
}

int session_use_list(struct session *s, const char *path, const char *text, size_t len, int64_t now) {
    struct sweep_list *l = sweep_list_parse(text, len, s->profile, table_path_room(s->table));
    say_issues(path, l, false);
    if (l->n_errors > 0) {
        session_say("%s cannot be used as a sweep list; mend the lines named above", path);
        sweep_list_free(l);
        return EXIT_USAGE;
    }
    apply_list(s, path, text, len, now, l);
    return 0;
}

int session_list_unread(const char *path, const char *problem) {
    session_say("the sweep list %s cannot be read: %s", path, problem);
    return EXIT_USAGE;
}

static int read_explicit_list(struct session *s) {
    struct fs_stat st;
    s->list_path = accept_slashes(s->options->sweep_list);
    int err = settings_read_text(fs_real(), s->list_path, SWEEP_LIST_MAX_BYTES, &s->list_text, &s->list_len, &st);
    if (err >= 0) return 0;
    if (!fs_means_absent(err)) return session_list_unread(s->list_path, settings_list_problem(err));
    session_say("the sweep list %s is not there; check --sweep-list", s->list_path);
    return EXIT_NOT_THERE;
}

/* Without its log one look would take failures for success; watch may be there before the log is. */
static int look_for_joblog(const struct session *s, bool live) {
    const struct fs_ops *fs = fs_real();
    struct fs_file *file;
    struct fs_stat st;
    int err = fs->file_open(fs->ctx, NULL, s->options->joblog, false, &file, &st);
    if (err >= 0) {
        fs->file_close(fs->ctx, file);
        return 0;
    }
    if (fs_means_absent(err) && live) {
        session_say("the job log %s is not there yet; no exit code is known before it is", s->options->joblog);
        return 0;
    }
    if (fs_means_absent(err)) {
        session_say("the job log %s is not there; check --joblog", s->options->joblog);
    } else {
        session_say("the job log %s cannot be read: %s", s->options->joblog, uv_strerror(err));
    }
    return EXIT_NOT_THERE;
}

void session_keep_list(const struct session *s, char message[SESSION_MESSAGE]) {
    struct fs_stat st;
    char *kept, *bytes, *ours;
    size_t len, our_len;
    message[0] = '\0';
    if (s->remote || !s->list_path || !exists(s->batch)) return;
    if (settings_read_bytes(fs_real(), s->list_path, SWEEP_LIST_MAX_BYTES, &ours, &our_len, &st) < 0) return;
    kept = join(s->batch, s->profile->kept_list);
    int err = settings_read_bytes(fs_real(), kept, SWEEP_LIST_MAX_BYTES, &bytes, &len, &st);
    if (err >= 0) {
        if (len != our_len || memcmp(bytes, ours, len) != 0) {
            snprintf(message, SESSION_MESSAGE, "%s differs from %s, which is used now and not kept; remove one of them",
                     kept, s->list_path);
        }
        free(bytes);
    } else if (fs_means_absent(err)) {
        err = atomic_file_make_parents(kept);
        if (err >= 0) err = atomic_file_write(kept, ours, our_len);
        if (err < 0) {
            snprintf(message, SESSION_MESSAGE, "the sweep list could not be kept as %s: %s", kept, uv_strerror(err));
        }
    }
    free(ours);
    free(kept);
}

/* ---- the profile ---- */

int session_take_profile(struct session *s, const char *name, char *text, size_t len) {
    struct profile_error error[PROFILE_FILE_ERRORS];
    int n;
    s->profile_text = text;
    s->profile_len = len;
    s->file_profile = profile_file_read(text, len, error, &n);
    if (s->file_profile) {
        s->profile = s->file_profile;
        return 0;
    }
    for (int i = 0; i < n; i++) session_say("%s:%u: %s", name, error[i].line, error[i].words);
    session_say("%s cannot be used as a profile; docs/PROFILES.md says what each key means", name);
    return EXIT_USAGE;
}

static int read_profile(struct session *s) {
    struct fs_stat st;
    char *path = accept_slashes(s->options->profile), *text;
    size_t len;
    int err = settings_read_text(fs_real(), path, PROFILE_FILE_MAX, &text, &len, &st), code = EXIT_USAGE;
    if (err >= 0) {
        code = session_take_profile(s, path, text, len);
    } else if (fs_means_absent(err)) {
        session_say("the profile %s is not there; check --profile", path);
        code = EXIT_NOT_THERE;
    } else if (err == UV_EFBIG) {
        session_say("the profile %s is larger than %d KiB; is it another file?", path, PROFILE_FILE_MAX / 1024);
    } else if (err == UV_EILSEQ) {
        session_say("%s is neither UTF-8 nor code page 932 text; save it as UTF-8", path);
    } else {
        session_say("the profile %s cannot be read: %s", path, uv_strerror(err));
    }
    free(path);
    return code;
}

bool session_require(struct session *s, const char *const required[], int n, int *bad) {
    s->own_profile = profile_with_required(s->profile, required, n, bad);
    if (s->own_profile) s->profile = s->own_profile;
    return s->own_profile != NULL;
}

int session_open_profile(struct session *s) {
    const struct options *o = s->options;
    int bad, code;
    if (!s->profile) s->profile = profile_builtin();
    if (o->profile && !s->file_profile && (code = read_profile(s)) != 0) return code;
    if (!o->require || session_require(s, o->require, o->n_require, &bad)) return 0;
    session_say("--require '%s' is no file inside a case directory; write it as summary.json or checks/x.csv",
                o->require[bad]);
    return EXIT_USAGE;
}

int session_check_filter(const struct options *o, const struct profile *p) {
    struct filter f;
    char word[FILTER_WORD], what[400];
    enum filter_error e = o->filter ? filter_parse(o->filter, p, &f, word) : FILTER_OK;
    if (e == FILTER_OK) return 0;
    filter_error_words(e, word, p, what, sizeof what);
    session_say("--filter: %s", what);
    return EXIT_USAGE;
}

/* ---- opening ---- */

static char *report_path(const struct session *s, const char *given, const char *name) {
    if (given && strcmp(given, "-") == 0) return copy(given);
    if (!given) return join(s->report_dir, name);
    char *path = copy(given);
    path_to_show(path);
    if (path_separator() == '\\') return path;
    for (char *c = path; *c; c++) {
        if (*c == '\\') *c = '/';
    }
    return path;
}

static const char *last_name(char *path) {
    char *end = path + strlen(path);
    while (end > path && end[-1] != '/' && end[-1] != path_separator()) end--;
    return end;
}

static void find_names(struct session *s) {
    char *full = path_absolute(s->batch), *real = path_real(s->batch);
    if (full) s->batch_name = copy(last_name(full));
    if (real) s->batch_real_name = copy(last_name(real));
    s->batch_path = real ? real : full;
    if (real) free(full);
    s->policy.batch_name = s->batch_name;
    s->policy.batch_path_len = s->batch_path ? strlen(s->batch_path) : 0;
    s->policy.batch_real_name = s->batch_real_name;
}

const char *session_archive_batch(const struct session *s) {
    const char *moved = table_moved_from(s->table);
    return moved ? moved : s->batch_real_name ? s->batch_real_name : s->batch_name;
}

bool session_unmatched(const struct table *t, char message[SESSION_MESSAGE]) {
    const char *example;
    size_t n = table_unmatched_commands(t, &example);
    if (n == 0) return false;
    snprintf(message, SESSION_MESSAGE,
             "%zu lines of the job log name no case of the list, or more than one, and do not count; one is: %.400s", n,
             example);
    return true;
}

static int64_t or_default(int64_t value, int64_t fallback) { return value > 0 ? value : fallback; }

/* A batch that is not there yet: where it will be. */
static bool may_hang(const char *path) {
    char *dir = path_absolute(path);
    struct mount_facts m = {.remote = false};
    while (dir && mounts_look(dir, &m) < 0) {
        size_t n = strlen(dir);
        while (n > 0 && dir[n - 1] != '/' && dir[n - 1] != path_separator()) n--;
        if (n <= 1) break;
        dir[n - 1] = '\0';
    }
    free(dir);
    return m.remote;
}

static void set_outputs(struct session *s) {
    const struct options *o = s->options;
    const char *const given[OUTPUT_COUNT] = {[OUTPUT_CSV] = o->csv, [OUTPUT_JSON] = o->json, [OUTPUT_HTML] = o->html};
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        s->output[i] = report_path(s, given[i], report_output_name((enum report_output)i));
        s->output_given[i] = given[i] != NULL;
    }
}

static void set_policy(struct session *s, bool live) {
    const struct options *o = s->options;
    s->policy.one_pass = !live;
    s->policy.discover = live || o->once;
    s->policy.fold_case = path_names_fold_case();
    s->policy.stall_after_ms = o->stall_after_ms;
    s->policy.archive_grace_ms = o->archive_grace_ms;
    s->policy.settle_ms = or_default(o->settle_ms, 600 * 1000);
    s->policy.batch_path = s->batch;
    s->policy.label = s->label;
    s->policy.separator = path_separator();
    s->table = table_new(s->profile, &s->policy);
}

void session_find_places(struct session *s) {
    const struct options *o = s->options;
    s->batch = session_find_batch(s->profile, o->batch_dir ? o->batch_dir : ".");
    if (o->archive_dir && o->archive_dir[0]) {
        s->archive = accept_slashes(o->archive_dir);
        drop_trailing_separator(s->archive);
    }
    s->policy.archive = !o->archive_dir ? ARCHIVE_LEARN : s->archive ? ARCHIVE_GIVEN : ARCHIVE_NONE;
    find_names(s);
}

int session_open(struct session *s, const struct options *o, bool live) {
    memset(s, 0, sizeof *s);
    s->options = o;
    int code = session_open_profile(s);
    if (code == 0) code = session_check_filter(o, s->profile);
    if (code) return code;
    session_find_places(s);
    struct fs_dir *dir;
    int err = fs_real()->dir_open(fs_real()->ctx, NULL, s->batch, &dir);
    if (err >= 0) fs_real()->dir_close(fs_real()->ctx, dir);
    if (err < 0 && !(live && err == UV_ENOENT)) {
        session_say("the batch directory %s cannot be read: %s", s->batch,
                    err == UV_ENOENT ? "it is not there" : uv_strerror(err));
        return EXIT_NOT_THERE;
    }
    if (err < 0) session_say("%s is not there yet; waiting for it", s->batch);
    if (live) s->batch_may_hang = may_hang(s->batch);
    if (o->sweep_list && (code = read_explicit_list(s)) != 0) return code;
    if (o->joblog && (code = look_for_joblog(s, live)) != 0) return code;
    s->located = true;
    s->label = copy(s->batch);
    s->report_dir = join(s->batch, "checks");
    set_outputs(s);
    set_policy(s, live);
    if (s->list_text) return session_use_list(s, s->list_path, s->list_text, s->list_len, session_mono_ms());
    return 0;
}

int session_open_remote(struct session *s, const struct options *o, const char *command) {
    memset(s, 0, sizeof *s);
    s->options = o;
    s->remote = command;
    int code = session_open_profile(s);
    if (code == 0) code = session_check_filter(o, s->profile);
    if (code) return code;
    if (o->sweep_list && (code = read_explicit_list(s)) != 0) return code;
    s->state_dir = path_state_dir();
    s->batch = copy(command);
    s->label = copy(command);
    s->policy.archive = ARCHIVE_LEARN;
    set_policy(s, true);
    if (s->list_text) return session_use_list(s, s->list_path, s->list_text, s->list_len, session_mono_ms());
    return 0;
}

static void replace(char **old, const char *with) {
    free(*old);
    *old = with ? copy(with) : NULL;
}

/* What can be part of a file's name everywhere. */
static void keep_plain(char *name) {
    for (char *c = name; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z') || strchr("._-", *c);
        if (!plain) *c = '_';
    }
}

/* Under the person's own directory, by host, batch and place: equal names do not meet. */
static char *remote_report_dir(const struct session *s, const char *host) {
    enum { NAME = 160 };
    char name[NAME];
    uint64_t hash = text_hash(s->label, strlen(s->label), 0);
    snprintf(name, sizeof name, "%.60s__%.60s__%08x", host, s->batch_name ? s->batch_name : "batch",
             (unsigned)(hash & UINT32_MAX));
    keep_plain(name);
    return join(s->state_dir ? s->state_dir : ".", name);
}

void session_set_origin(struct session *s, const struct scan_origin *o) {
    const char *host = o->host ? o->host : "elsewhere";
    size_t size = strlen(host) + strlen(o->path) + 2;
    char *label = malloc(size);
    if (!label) abort();
    snprintf(label, size, "%s:%s", host, o->path);
    replace(&s->label, label);
    free(label);
    replace(&s->batch, o->path);
    replace(&s->batch_name, o->name);
    replace(&s->batch_real_name, o->real);
    s->policy.batch_path = s->batch;
    s->policy.label = s->label;
    s->policy.batch_name = s->batch_name;
    s->policy.batch_real_name = s->batch_real_name;
    s->policy.batch_path_len = (size_t)o->path_len;
    s->policy.separator = o->separator;
    s->policy.fold_case = o->fold;
    s->policy.archive = o->mode;
    s->report_dir = remote_report_dir(s, host);
    set_outputs(s);
    s->located = true;
    /* Again: how long a path may be is known only now. */
    if (s->list_text) apply_list(s, s->list_path, s->list_text, s->list_len, session_mono_ms(), NULL);
}

char *session_list_text(const struct session *s, size_t *len) {
    const struct sweep_list *l = table_list(s->table);
    size_t n = 0;
    for (size_t i = 0; l && i < l->n_cases; i++) n += strlen(sweep_case_line(&l->cases[i])) + 1;
    char *text = l ? malloc(n + 1) : NULL, *at = text;
    if (!l) return NULL;
    if (!text) abort();
    for (size_t i = 0; i < l->n_cases; i++) {
        const char *line = sweep_case_line(&l->cases[i]);
        size_t bytes = strlen(line);
        memcpy(at, line, bytes);
        at[bytes] = '\n';
        at += bytes + 1;
    }
    *at = '\0';
    *len = n;
    return text;
}

void session_close(struct session *s) {
    table_free(s->table);
    profile_free(s->own_profile); /* borrows from the next one */
    profile_free(s->file_profile);
    free(s->profile_text);
    free(s->batch);
    free(s->archive);
    free(s->label);
    free(s->report_dir);
    free(s->state_dir);
    for (int i = 0; i < OUTPUT_COUNT; i++) free(s->output[i]);
    free(s->list_path);
    free(s->list_text);
    free(s->batch_path);
    free(s->batch_name);
    free(s->batch_real_name);
}

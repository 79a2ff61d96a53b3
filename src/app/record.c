#include "app/record.h"

#include "platform/clock.h"
#include "watch/fact_codec.h"
#include "watch/scan_lines.h"

#include <stdlib.h>
#include <string.h>

enum { FLUSH_MS = 1000, FLUSH_BYTES = 256 * 1024 };

static const char *const kind_words[] = {
    [RECORD_FACT] = "",     [RECORD_SESSION] = "session", [RECORD_TICK] = "tick", [RECORD_PASS] = "pass",
    [RECORD_OVER] = "over", [RECORD_REPORT] = "report",   [RECORD_SAY] = "say",   [RECORD_END] = "end",
};
enum { KINDS = sizeof kind_words / sizeof *kind_words };

static const char *const archive_words[] = {
    [ARCHIVE_LEARN] = "learn", [ARCHIVE_NONE] = "none", [ARCHIVE_GIVEN] = "given"};

struct record {
    const struct profile *profile;
    uv_loop_t *loop;
    uv_timer_t flush;
    uv_file fd;
    struct fact_text lines, writing; /* to be written; in the hands of the pool */
    uv_work_t work;
    bool busy, untold; /* untold: facts since the last tick */
    int err;
    int work_err; /* the pool's, while busy */
};

/* ---- writing ---- */

static int write_all(uv_file fd, const struct fact_text *t) {
    size_t done = 0;
    while (done < t->len) {
        uv_fs_t req;
        size_t left = t->len - done;
        uv_buf_t buf = uv_buf_init(t->data + done, (unsigned)(left < (1u << 20) ? left : (1u << 20)));
        int n = uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL);
        uv_fs_req_cleanup(&req);
        if (n < 0) return n;
        done += (size_t)n;
    }
    return 0;
}

static void on_work(uv_work_t *work) {
    struct record *r = work->data;
    r->work_err = write_all(r->fd, &r->writing);
}

static void write_lines(struct record *r);

static void on_done(uv_work_t *work, int status) {
    struct record *r = work->data;
    (void)status; /* never cancelled */
    r->busy = false;
    r->err = r->work_err;
    r->writing.len = 0;
    if (r->lines.len >= FLUSH_BYTES) write_lines(r);
}

static void write_lines(struct record *r) {
    if (r->busy || r->err < 0 || r->lines.len == 0) return;
    struct fact_text spare = r->writing;
    r->writing = r->lines;
    r->lines = spare;
    r->busy = true;
    r->work.data = r;
    if (uv_queue_work(r->loop, &r->work, on_work, on_done) < 0) abort();
}

static void on_flush(uv_timer_t *timer) { write_lines(timer->data); }

/* Begins a line; NULL where nothing is kept any more. */
static struct fact_text *begin(struct record *r, enum record_kind kind, int64_t at) {
    if (!r || r->err < 0) return NULL;
    fact_put(&r->lines, kind_words[kind]);
    fact_put_number(&r->lines, "at", at);
    return &r->lines;
}

static void end(struct record *r) {
    fact_put(&r->lines, "\n");
    if (r->lines.len >= FLUSH_BYTES) write_lines(r);
}

static void put_optional(struct fact_text *t, const char *key, const char *text) {
    if (text) fact_put_text(t, key, text, strlen(text));
}

static void put_session(struct record *r, const struct session *s) {
    int64_t wall = session_wall_ms();
    const char separator[2] = {s->policy.separator, '\0'};
    scan_put_header(&r->lines);
    struct fact_text *t = begin(r, RECORD_SESSION, session_mono_ms());
    fact_put_number(t, "wall", wall);
    fact_put_number(t, "utc-offset", clock_utc_offset_ms(wall));
    put_optional(t, "version", SWEEPWATCH_VERSION);
    put_optional(t, "batch", s->batch);
    put_optional(t, "name", s->batch_name ? s->batch_name : "");
    put_optional(t, "real", s->batch_real_name);
    put_optional(t, "separator", separator);
    put_optional(t, "archive", archive_words[s->policy.archive]);
    fact_put_number(t, "stall", s->policy.stall_after_ms);
    fact_put_number(t, "grace", s->policy.archive_grace_ms);
    fact_put_number(t, "settle", s->policy.settle_ms);
    if (s->policy.fold_case) fact_put(t, " fold");
    put_optional(t, "rerun", s->output[OUTPUT_RERUN]);
    put_optional(t, "retry", s->output[OUTPUT_RETRY]);
    if (s->file_profile) fact_put_text(t, "profile", s->profile_text, s->profile_len);
    for (int i = 0; i < s->options->n_require; i++) put_optional(t, "require", s->options->require[i]);
    end(r);
    if (!s->list_text) return;
    struct fact f = {.kind = FACT_LIST, .root = ROOT_BATCH, .at = session_mono_ms()};
    f.u.list.path = s->list_path;
    f.u.list.text = s->list_text;
    f.u.list.len = s->list_len;
    record_fact(r, &f);
}

int record_open(uv_loop_t *loop, const char *path, const struct session *s, struct record **out) {
    uv_fs_t req;
    *out = NULL;
    int fd = uv_fs_open(NULL, &req, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL, 0666, NULL);
    uv_fs_req_cleanup(&req);
    if (fd == UV_EEXIST) {
        session_say("--record %s: the file is there already and is not written over; name another one", path);
        return EXIT_USAGE;
    }
    if (fd < 0) {
        session_say("--record %s: %s; name a file that can be made", path, uv_strerror(fd));
        return EXIT_IO;
    }
    struct record *r = calloc(1, sizeof *r);
    if (!r) abort();
    r->profile = s->profile;
    r->loop = loop;
    r->fd = fd;
    uv_timer_init(loop, &r->flush);
    r->flush.data = r;
    put_session(r, s);
    uv_timer_start(&r->flush, on_flush, FLUSH_MS, FLUSH_MS);
    *out = r;
    return 0;
}

void record_fact(struct record *r, const struct fact *f) {
    if (!r || r->err < 0) return;
    if (fact_encode(r->profile, f, &r->lines) < 0) return; /* longer than a line may be */
    r->untold = true;
    end(r);
}

void record_tick(struct record *r, int64_t at, bool changed) {
    if (!r || !(r->untold || changed) || !begin(r, RECORD_TICK, at)) return;
    r->untold = false;
    end(r);
}

void record_pass(struct record *r, int64_t at) {
    if (begin(r, RECORD_PASS, at)) end(r);
}

void record_over(struct record *r, int64_t at, bool over) {
    struct fact_text *t = begin(r, RECORD_OVER, at);
    if (!t) return;
    fact_put(t, over ? " yes" : " no");
    end(r);
}

void record_report(struct record *r, int64_t at, int64_t wall) {
    struct fact_text *t = begin(r, RECORD_REPORT, at);
    if (!t) return;
    fact_put_number(t, "wall", wall);
    end(r);
}

void record_say(struct record *r, int64_t at, const char *text) {
    struct fact_text *t = begin(r, RECORD_SAY, at);
    if (!t) return;
    put_optional(t, "text", text);
    end(r);
}

void record_end(struct record *r, int64_t at) {
    if (!begin(r, RECORD_END, at)) return;
    end(r);
    write_lines(r);
}

bool record_busy(const struct record *r) { return r && (r->busy || (r->lines.len > 0 && r->err >= 0)); }

int record_error(const struct record *r) { return r ? r->err : 0; }

static void free_record(uv_handle_t *timer) {
    struct record *r = timer->data;
    fact_text_free(&r->lines);
    fact_text_free(&r->writing);
    free(r);
}

void record_close(struct record *r) {
    uv_fs_t req;
    if (!r) return;
    uv_fs_close(NULL, &req, r->fd, NULL);
    uv_fs_req_cleanup(&req);
    uv_close((uv_handle_t *)&r->flush, free_record);
}

/* ---- reading ---- */

enum record_kind record_kind_of(const char *line) {
    size_t len = strcspn(line, " ");
    for (int i = RECORD_SESSION; i < KINDS; i++) {
        if (strlen(kind_words[i]) == len && memcmp(line, kind_words[i], len) == 0) return (enum record_kind)i;
    }
    return RECORD_FACT;
}

static bool take_archive(const char *word, enum archive_mode *out) {
    for (size_t i = 0; i < sizeof archive_words / sizeof *archive_words; i++) {
        if (strcmp(word, archive_words[i]) != 0) continue;
        *out = (enum archive_mode)i;
        return true;
    }
    return false;
}

static bool take_pair(struct record_line *out, const char *key, char *value) {
    const struct {
        const char *key;
        int64_t *slot;
    } numbers[] = {{"at", &out->at},       {"wall", &out->wall},   {"utc-offset", &out->utc_offset},
                   {"stall", &out->stall}, {"grace", &out->grace}, {"settle", &out->settle}};
    const struct {
        const char *key;
        const char **slot;
    } texts[] = {{"text", &out->text}, {"version", &out->version}, {"batch", &out->batch}, {"name", &out->name},
                 {"real", &out->real}, {"rerun", &out->rerun},     {"retry", &out->retry}, {"profile", &out->profile}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(key, numbers[i].key) == 0) return fact_number(value, numbers[i].slot);
    }
    if (!fact_decode_text(value, NULL)) return false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(key, texts[i].key) != 0) continue;
        *texts[i].slot = value;
        return true;
    }
    if (strcmp(key, "archive") == 0) return take_archive(value, &out->archive);
    if (strcmp(key, "separator") == 0) {
        out->separator = value[0];
        return value[0] == '/' || value[0] == '\\';
    }
    if (strcmp(key, "require") != 0) return true; /* of a later version */
    if (out->n_require == PROFILE_MAX_ARTIFACTS) return false;
    out->require[out->n_require++] = value;
    return true;
}

bool record_read(char *line, struct record_line *out) {
    char *key, *value;
    memset(out, 0, sizeof *out);
    out->kind = record_kind_of(line);
    out->at = -1;
    if (out->kind == RECORD_FACT) return false;
    for (char *rest = fact_first_word(line); fact_next_pair(&rest, &key, &value);) {
        if (value) {
            if (!take_pair(out, key, value)) return false;
        } else {
            out->yes |= strcmp(key, "yes") == 0;
            out->fold |= strcmp(key, "fold") == 0;
        }
    }
    if (out->kind == RECORD_SESSION && (!out->batch || !out->name || !out->separator)) return false;
    return out->at >= 0 && (out->kind != RECORD_SAY || out->text);
}

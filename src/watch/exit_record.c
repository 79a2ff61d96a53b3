#include "watch/exit_record.h"

#include "model/text.h"
#include "platform/process.h"
#include "watch/inspect_private.h"
#include "watch/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    PATH_BYTES = 4096,
    MAX_RECORDS = 1000 * 1000,  /* names that are looked at; the rest is not */
    WHOLE_EVERY_MS = 30 * 1000, /* every record's time is asked for at least so often */
    HEARD_MS = 200              /* between two looks, however many changes are heard of */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

/* ---- one record ---- */

static bool is_reserved(const char *title) {
    static const char *const names[] = {"CON", "PRN", "AUX", "NUL", "COM", "LPT"};
    size_t len = strcspn(title, ".");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char upper[4] = {0};
        for (int k = 0; k < 3 && title[k]; k++) {
            upper[k] = (char)(title[k] >= 'a' && title[k] <= 'z' ? title[k] - 32 : title[k]);
        }
        if (strcmp(upper, names[i]) != 0) continue;
        if (i < 4 ? len == 3 : len == 4 && title[3] >= '1' && title[3] <= '9') return true;
    }
    return false;
}

const char *exit_record_title_trouble(const char *title) {
    size_t len = strlen(title);
    if (len == 0) return "it is empty";
    if (len > EXIT_RECORD_TITLE_MAX) return "it is too long for a file's name";
    if (title[0] == '.') return "it begins with a dot";
    if (title[len - 1] == '.' || title[len - 1] == ' ') return "it ends with a dot or a blank";
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t cp;
        n = (size_t)text_utf8_next(title + i, len - i, &cp);
        if (cp == 0xFFFD) return "it is not UTF-8";
        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) return "it has a control character";
        if (cp < 0x80 && strchr("<>:\"/\\|?*", (int)cp)) return "it has one of <>:\"/\\|?*";
    }
    return is_reserved(title) ? "it is a name that Windows keeps for itself" : NULL;
}

struct wanted {
    struct exit_record *record;
    bool running, ended;
    double code, signal, attempt, previous, pid, pid_start, recorder, recorder_start, start, end, peak, user, system;
};

static void forget(void *ctx) {
    struct wanted *w = ctx;
    struct exit_record *r = w->record;
    *w = (struct wanted){.record = r, .code = -1, .previous = -1};
    memset(r, 0, sizeof *r);
}

static void leave(void *ctx) { (void)ctx; }

static double number_of(const struct json_item *item) {
    char text[64];
    double value;
    if (item->kind != JSON_NUMBER || !json_decode(&item->text, text, sizeof text) || !text_number(text, &value)) {
        return NAN;
    }
    return value;
}

static bool take_item(void *ctx, const struct json_item *item) {
    struct wanted *w = ctx;
    const struct {
        const char *key;
        double *to;
    } numbers[] = {{"code", &w->code},
                   {"signal", &w->signal},
                   {"attempt", &w->attempt},
                   {"previous_code", &w->previous},
                   {"pid", &w->pid},
                   {"pid_start", &w->pid_start},
                   {"recorder_pid", &w->recorder},
                   {"recorder_start", &w->recorder_start},
                   {"start_epoch", &w->start},
                   {"end_epoch", &w->end},
                   {"peak_memory_bytes", &w->peak},
                   {"cpu_user_seconds", &w->user},
                   {"cpu_system_seconds", &w->system}};
    if (json_text_is(&item->key, "state") && item->kind == JSON_STRING) {
        w->running = json_text_is(&item->text, "running");
        w->ended = json_text_is(&item->text, "ended");
    } else if (json_text_is(&item->key, "host") && item->kind == JSON_STRING) {
        json_decode(&item->text, w->record->host, sizeof w->record->host);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (json_text_is(&item->key, numbers[i].key)) *numbers[i].to = number_of(item);
    }
    return false;
}

/* A whole number in 0..most, else 0. */
static int64_t whole(double value, double most) { return value >= 0 && value <= most ? (int64_t)value : 0; }

/* Seconds as milliseconds; 0 when they are none of our time. */
static int64_t seconds(double value) { return value > 0 && value < 1e12 ? (int64_t)llround(value * 1000) : 0; }

bool exit_record_parse(const char *text, size_t len, struct inspect_buffer *b, struct exit_record *out) {
    struct wanted w = {.record = out};
    const struct json_visitor visitor = {take_item, leave, &w};
    if (json_scan(text, len, b, &visitor, forget) != CONTENT_WHOLE) return false;
    if (!w.running && !w.ended) return false;
    struct fact_exit *e = &out->exit;
    bool code_good = w.code >= 0 && w.code <= UINT32_MAX && w.code == floor(w.code);
    if (w.ended && !code_good) return false;
    e->code = w.ended ? (int64_t)w.code : EXIT_RUNNING;
    e->signal = w.ended ? (int)whole(w.signal, 255) : 0;
    e->source = "exec";
    e->host = out->host[0] ? out->host : NULL;
    e->pid = whole(w.pid, INT32_MAX);
    e->start_ms = seconds(w.start);
    e->end_ms = w.ended ? seconds(w.end) : 0;
    e->peak_bytes = whole(w.peak, 9e15);
    e->user_ms = seconds(w.user);
    e->system_ms = seconds(w.system);
    e->attempt = (int)whole(w.attempt, INT32_MAX);
    bool previous_good = w.previous >= 0 && w.previous <= UINT32_MAX;
    e->previous = previous_good ? (int64_t)w.previous : -1;
    out->pid_start = (uint64_t)whole(w.pid_start, 9e15);
    out->recorder = whole(w.recorder, INT32_MAX);
    out->recorder_start = (uint64_t)whole(w.recorder_start, 9e15);
    return true;
}

int exit_record_read(const struct fs_ops *fs, const char *path, struct inspect_buffer *b, struct exit_record *out) {
    struct fs_stat st;
    char *bytes;
    size_t len;
    int err = settings_read_bytes(fs, path, EXIT_RECORD_MAX_BYTES, &bytes, &len, &st);
    if (err < 0) return err;
    bool good = exit_record_parse(bytes, len, b, out);
    free(bytes);
    out->exit.written_ms = st.mtime_ns / 1000000;
    return good ? 0 : UV_EINVAL;
}

/* ---- all of them, over time ---- */

struct known {
    struct known *next;
    uint64_t version;
    uint32_t pass;              /* that saw it last */
    bool told;                  /* as something other than withdrawn */
    bool here;                  /* it runs on this machine */
    struct exit_record *record; /* of one that runs or ran here, else NULL */
    char title[];
};

enum { BUCKETS = 4096 };

struct exit_reader {
    const struct fs_ops *fs;
    char dir[PATH_BYTES];
    char this_host[UV_MAXHOSTNAMESIZE];
    struct inspect_buffer *buffer;
    struct known *bucket[BUCKETS];
    size_t n_known;
    uint32_t pass;
    uint64_t dir_version; /* at the last pass; 0 none */
    bool again;           /* the directory had just changed: its time may stand still for one more change */
    bool heard;
    int64_t whole_due, due, earliest; /* earliest: not before, whatever is heard */
};

struct exit_reader *exit_reader_new(const struct fs_ops *fs, const char *batch) {
    struct exit_reader *r = must(calloc(1, sizeof *r));
    size_t len = sizeof r->this_host;
    r->fs = fs;
    snprintf(r->dir, sizeof r->dir, "%s/%s", batch, EXIT_RECORD_DIR);
    if (uv_os_gethostname(r->this_host, &len) < 0) r->this_host[0] = '\0';
    r->buffer = inspect_buffer_new();
    return r;
}

void exit_reader_free(struct exit_reader *r) {
    if (!r) return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known *k = r->bucket[i], *next; k; k = next) {
            next = k->next;
            free(k->record);
            free(k);
        }
    }
    inspect_buffer_free(r->buffer);
    free(r);
}

static struct known *find(struct exit_reader *r, const char *title, size_t len) {
    struct known **bucket = &r->bucket[text_hash(title, len, 0) % BUCKETS];
    for (struct known *k = *bucket; k; k = k->next) {
        if (strlen(k->title) == len && memcmp(k->title, title, len) == 0) return k;
    }
    struct known *k = must(calloc(1, sizeof *k + len + 1));
    memcpy(k->title, title, len);
    k->next = *bucket;
    *bucket = k;
    r->n_known++;
    return k;
}

struct pass {
    struct exit_reader *reader;
    struct fs_dir *dir;
    int64_t now;
    struct fact_sink sink;
};

static void tell_exit(const struct known *k, const struct fact_exit *e, int64_t now, struct fact_sink sink) {
    struct fact f = {.kind = FACT_EXIT, .root = ROOT_BATCH, .at = now, .place = k->title};
    f.u.exit = *e;
    sink.put(sink.ctx, &f);
}

/* The recorder outlives the command, until it has recorded the end. */
static enum exit_life life_of(const struct exit_record *r) {
    bool alive = process_alive(r->exit.pid, r->pid_start) || process_alive(r->recorder, r->recorder_start);
    return alive ? LIFE_ALIVE : LIFE_GONE;
}

static bool runs_here(const struct exit_reader *r, const struct exit_record *record) {
    return record->exit.code == EXIT_RUNNING && record->exit.pid > 0 && strcmp(record->host, r->this_host) == 0;
}

static bool visit(void *arg, const char *name, enum fs_type type) {
    struct pass *p = arg;
    struct exit_reader *r = p->reader;
    struct fs_stat st;
    char path[PATH_BYTES];
    size_t len = strlen(name);
    if (type == FS_TYPE_DIR || type == FS_TYPE_OTHER || name[0] == '.') return true;
    if (len < 6 || strcmp(name + len - 5, ".json") != 0 || len - 5 > EXIT_RECORD_TITLE_MAX) return true;
    if (r->n_known >= MAX_RECORDS) return false;
    if (r->fs->stat(r->fs->ctx, p->dir, name, &st) < 0) return true;
    struct known *k = find(r, name, len - 5);
    uint64_t version = inspect_version(st.id, st.size, st.mtime_ns);
    k->pass = r->pass;
    if (k->version == version) return true;
    k->version = version; /* one that is no record is read again when it changes */
    snprintf(path, sizeof path, "%.3500s/%s", r->dir, name);
    struct exit_record record;
    if (exit_record_read(r->fs, path, r->buffer, &record) < 0) return true;
    if (runs_here(r, &record) && life_of(&record) == LIFE_GONE) {
        /* It may have recorded its end after we read. */
        if (exit_record_read(r->fs, path, r->buffer, &record) < 0) return true;
    }
    k->here = runs_here(r, &record);
    if (k->here) {
        if (!k->record) k->record = must(malloc(sizeof *k->record));
        *k->record = record;
        k->record->exit.host = k->record->host;
        k->record->exit.life = life_of(&record);
    }
    k->told = true;
    tell_exit(k, k->here ? &k->record->exit : &record.exit, p->now, p->sink);
    return true;
}

static void withdraw(const struct exit_reader *r, int64_t now, struct fact_sink sink) {
    const struct fact_exit none = {.code = EXIT_WITHDRAWN, .source = "exec"};
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known *k = r->bucket[i]; k; k = k->next) {
            if (k->pass == r->pass || !k->told) continue;
            k->told = k->here = false;
            k->version = 0;
            tell_exit(k, &none, now, sink);
        }
    }
}

/* Returns whether one of them is alive. */
static bool look_at_processes(const struct exit_reader *r, int64_t now, struct fact_sink sink) {
    bool alive = false;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct known *k = r->bucket[i]; k; k = k->next) {
            if (!k->here) continue;
            enum exit_life life = life_of(k->record);
            alive |= life == LIFE_ALIVE;
            if (life == k->record->exit.life) continue;
            k->record->exit.life = life;
            tell_exit(k, &k->record->exit, now, sink);
        }
    }
    return alive;
}

/* A directory that is not there any more says nothing: its drive may be gone. */
static void look_at_records(struct exit_reader *r, int64_t now, struct fact_sink sink) {
    struct pass p = {.reader = r, .now = now, .sink = sink};
    struct fs_stat st;
    if (r->fs->dir_open(r->fs->ctx, NULL, r->dir, &p.dir) < 0) return;
    if (r->fs->dir_stat(r->fs->ctx, p.dir, &st) >= 0) {
        uint64_t version = inspect_version(st.id, st.size, st.mtime_ns);
        bool changed = version != r->dir_version;
        if (changed || r->again || now >= r->whole_due) {
            r->pass++;
            r->whole_due = now + WHOLE_EVERY_MS;
            if (r->fs->dir_list(r->fs->ctx, p.dir, visit, &p) >= 0) {
                withdraw(r, now, sink);
                r->dir_version = version;
                r->again = changed;
            }
        }
    }
    r->fs->dir_close(r->fs->ctx, p.dir);
}

void exit_reader_step(struct exit_reader *r, int64_t now, struct fact_sink sink) {
    if (now < r->due) return;
    uint64_t begun = uv_hrtime();
    look_at_records(r, now, sink);
    bool alive = look_at_processes(r, now, sink);
    /* At most a twentieth of the time, however many there are. */
    int64_t took = (int64_t)((uv_hrtime() - begun) / 1000000);
    int64_t every = r->heard && !alive && !r->again ? EXIT_RECORD_CALM_MS : EXIT_RECORD_EVERY_MS;
    int64_t next = (now / every + 1) * every; /* with the settings */
    r->due = took * 20 > next - now ? now + took * 20 : next;
    r->earliest = now + (took * 20 > HEARD_MS ? took * 20 : HEARD_MS);
}

void exit_reader_heard(struct exit_reader *r, bool heard) { r->heard = heard; }

void exit_reader_changed(struct exit_reader *r, int64_t now) {
    int64_t due = now > r->earliest ? now : r->earliest;
    r->whole_due = now;
    if (due < r->due) r->due = due;
}

int64_t exit_reader_due(const struct exit_reader *r) { return r->due; }

/* scan: scans for somebody else. Commands come as lines on stdin, facts and signs of life go out on stdout
 * (watch/scan_lines.h). The scanning itself is the thread that watch runs for the batch; this loop only passes on.
 *
 * A part of this machine's watch (--apart) is one root. What a watch on another machine started is a batch: it is
 * looked up here, its path and its archive are those of this machine; the archive is scanned by a process of its own.
 *
 * Nothing but that thread and the pool touches the roots, so that the process always tells what it hangs in, and ends
 * with its stdin whatever hangs. */
#include "app/scan.h"

#include "app/commands.h"
#include "app/machine_fact.h"
#include "app/session.h"
#include "platform/paths.h"
#include "watch/root_thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BEAT_MS = 500,
    REST_BEAT_MS = 11 * 1000, /* at the latest, while the scanner rests */
    PATH_BYTES = 4096,
    READ_BYTES = 65536,
    WRITE_BYTES = 65536,
    HOST_BYTES = UV_MAXHOSTNAMESIZE
};

struct queued {
    struct scan_command c; /* its text is owned */
    struct queued *next;
};

struct relay {
    const struct options *options;
    struct session session;
    uv_loop_t loop;
    uv_timer_t beat;
    uv_thread_t reader;
    struct scan_line_buffer lines; /* of stdin */
    char bytes[READ_BYTES];        /* read last */
    struct root_thread *thread;    /* NULL: the batch is still looked up */
    struct fact_text text;
    int64_t beat_at; /* the last sign of life */

    /* A batch for another machine. */
    uv_work_t look, machine_work;
    uv_timer_t machine_timer;
    struct machine machine; /* the pool's while machine_busy */
    bool machine_busy;
    int64_t looking_since;
    char host[HOST_BYTES];
    struct root_worker *archive; /* NULL: none */
    char *list;                  /* for the archive, which may be opened later */
    size_t list_len;

    /* Between the reader and the loop, under the mutex. */
    uv_async_t to_loop;
    uv_mutex_t mutex;
    struct queued *first, **last;
};

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static char *copy_bytes(const char *text, size_t len) {
    char *out = must(malloc(len + 1));
    memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

/* Whatever the scanning thread is in, now. */
static void leave(int code) {
    fflush(NULL);
    _Exit(code);
}

static void write_out(struct relay *r) {
    if (fwrite(r->text.data, 1, r->text.len, stdout) != r->text.len || fflush(stdout) != 0) _Exit(EXIT_IO);
    r->text.len = 0;
}

static void on_beat(uv_timer_t *timer);

static void beat_later(struct relay *r, int64_t wait_ms) { uv_timer_start(&r->beat, on_beat, (uint64_t)wait_ms, 0); }

static void on_roused(void *ctx) { beat_later(ctx, BEAT_MS); }

/* While a scanner of this machine rests its process rests as well: its owner is told how long, and that machine does
 * not wake for it. A connection is asked for signs of life all the time. */
static void beat(struct relay *r) {
    struct fs_operation op = {.word = "open", .since = r->looking_since};
    int64_t until = 0, wait = BEAT_MS;
    bool rests = r->options->apart && root_thread_rests(r->thread, on_roused, &until);
    if (r->thread) root_thread_operation(r->thread, &op);
    r->beat_at = mono_now();
    if (rests) wait = until - r->beat_at < REST_BEAT_MS - BEAT_MS ? until - r->beat_at + BEAT_MS : REST_BEAT_MS;
    if (wait < BEAT_MS) wait = BEAT_MS;
    scan_put_beat(r->beat_at, rests ? wait : 0, &op, &r->text);
    beat_later(r, wait);
    write_out(r);
}

static void on_beat(uv_timer_t *timer) { beat(timer->data); }

static void on_facts(void *ctx, struct fact_batch *b) {
    struct relay *r = ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) {
        if (fact_encode(r->session.profile, fact_batch_at(b, i), &r->text) < 0) continue; /* too long for a line */
        scan_put_end(&r->text);
        if (r->text.len >= WRITE_BYTES) write_out(r);
    }
    fact_batch_free(b);
    if (mono_now() - r->beat_at >= BEAT_MS)
        beat(r);
    else
        write_out(r);
}

/* The next command; its strings are valid until the one after it. Leaves when there are no more. */
static void next_command(struct relay *r, struct scan_command *c) {
    char *line;
    size_t len;
    while ((line = scan_lines_next(&r->lines, &len)) == NULL) {
        uv_fs_t req;
        uv_buf_t buf = uv_buf_init(r->bytes, READ_BYTES);
        int n = uv_fs_read(NULL, &req, 0, &buf, 1, -1, NULL);
        uv_fs_req_cleanup(&req);
        if (n <= 0 || scan_lines_add(&r->lines, r->bytes, (size_t)n) < 0) leave(EXIT_DONE);
    }
    if (scan_read_command(line, c) < 0) leave(EXIT_USAGE);
    if (c->kind == SCAN_STOP) leave(EXIT_DONE);
}

/* ---- commands ---- */

static char *list_text(void *ctx, size_t *len) {
    const struct relay *r = ctx;
    *len = r->list_len;
    return copy_bytes(r->list, r->list_len);
}

/* Opened with the first pass, which comes after all that is known of it. */
static void open_archive(struct relay *r, const char *path, bool learned) {
    if (r->archive) return;
    char **argv = scan_argv(r->options, ROOT_ARCHIVE, path);
    struct root_options o = {.profile = r->session.profile,
                             .root = ROOT_ARCHIVE,
                             .path = path,
                             .learned = learned,
                             .fold_case = path_names_fold_case(),
                             .argv = (const char *const *)argv,
                             .profile_text = r->session.profile_text,
                             .waits = true};
    if (root_open(&r->loop, &o, on_facts, r, &r->archive) != 0) abort();
    if (r->list) root_set_list(r->archive, list_text, r);
    free(argv);
}

static void run_for_batch(struct relay *r, const struct scan_command *c) {
    switch (c->kind) {
    case SCAN_ARCHIVE:
        open_archive(r, c->text, true);
        break;
    case SCAN_LIST: {
        char *old = r->list;
        r->list = copy_bytes(c->text, c->len);
        r->list_len = c->len;
        if (r->archive) root_set_list(r->archive, list_text, r);
        free(old);
        break;
    }
    case SCAN_WANT:
        if (r->archive) root_want(r->archive, c->text);
        break;
    case SCAN_KNOWN:
    case SCAN_KNOWN_PLACE:
        if (!c->archive) {
            root_thread_send(r->thread, c);
            break;
        }
        if (!r->archive) break;
        if (c->kind == SCAN_KNOWN)
            root_known(r->archive, c->id);
        else
            root_known_place(r->archive, c->text);
        break;
    case SCAN_PASS:
        root_thread_send(r->thread, c);
        if (r->archive) root_full_pass(r->archive);
        break;
    case SCAN_RELEASE:
        root_thread_send(r->thread, c);
        if (r->archive) root_release(r->archive);
        break;
    case SCAN_PROFILE: /* it is taken before all others, or not asked for */
        break;
    case SCAN_STOP:
        leave(EXIT_DONE);
    }
}

static void on_commands(uv_async_t *async) {
    struct relay *r = async->data;
    if (!r->thread) return; /* they wait until the batch is looked up */
    uv_mutex_lock(&r->mutex);
    struct queued *q = r->first;
    r->first = NULL;
    r->last = &r->first;
    uv_mutex_unlock(&r->mutex);
    while (q) {
        struct queued *next = q->next;
        run_for_batch(r, &q->c);
        free((char *)(uintptr_t)q->c.text);
        free(q);
        q = next;
    }
}

static void queue(struct relay *r, const struct scan_command *c) {
    struct queued *q = must(calloc(1, sizeof *q));
    q->c = *c;
    if (c->text) q->c.text = copy_bytes(c->text, c->len);
    uv_mutex_lock(&r->mutex);
    *r->last = q;
    r->last = &q->next;
    uv_mutex_unlock(&r->mutex);
    uv_async_send(&r->to_loop);
}

/* Its own thread: stdin may be a pipe, a terminal or a file, and its end must end this program whatever hangs. */
static void read_commands(void *arg) {
    struct relay *r = arg;
    struct scan_command c;
    for (;;) {
        next_command(r, &c);
        if (r->options->apart)
            root_thread_send(r->thread, &c);
        else
            queue(r, &c);
    }
}

/* The one who starts this process goes on with the profile it has, whatever becomes of the file meanwhile. */
static int open_profile(struct relay *r) {
    struct scan_command c;
    if (!r->session.options->profile || strcmp(r->session.options->profile, "-") != 0) {
        return session_open_profile(&r->session);
    }
    next_command(r, &c);
    if (c.kind != SCAN_PROFILE) return EXIT_USAGE;
    int code = session_take_profile(&r->session, "standard input", copy_bytes(c.text, c.len), c.len);
    return code ? code : session_open_profile(&r->session);
}

/* ---- the machine, which is the one the batch runs on ---- */

static void read_machine(uv_work_t *work) {
    struct relay *r = work->data;
    machine_read(&r->machine);
}

static void tell_machine(uv_work_t *work, int status) {
    struct relay *r = work->data;
    struct fact f = machine_fact(&r->machine, mono_now());
    (void)status; /* never cancelled */
    r->machine_busy = false;
    if (fact_encode(r->session.profile, &f, &r->text) == 0) scan_put_end(&r->text);
    write_out(r);
}

static void on_machine(uv_timer_t *timer) {
    struct relay *r = timer->data;
    if (r->machine_busy) return;
    r->machine_busy = true;
    uv_queue_work(&r->loop, &r->machine_work, read_machine, tell_machine);
}

/* ---- which root ---- */

static void open_root(struct relay *r, enum root_id root, const char *path) {
    struct root_options o = {.profile = r->session.profile,
                             .root = root,
                             .path = path,
                             .fold_case = path_names_fold_case(),
                             .poll = r->options->poll,
                             .joblog = r->options->joblog};
    if (root_thread_open(&r->loop, &o, true, on_facts, r, &r->thread) != 0) abort();
}

static void look_up(uv_work_t *work) {
    struct relay *r = work->data;
    size_t size = sizeof r->host;
    session_find_places(&r->session);
    if (uv_os_gethostname(r->host, &size) < 0) r->host[0] = '\0';
}

static void looked_up(uv_work_t *work, int status) {
    struct relay *r = work->data;
    const struct session *s = &r->session;
    (void)status; /* never cancelled */
    struct scan_origin o = {.path = s->batch,
                            .name = s->batch_name,
                            .real = s->batch_real_name,
                            .host = r->host[0] ? r->host : NULL,
                            .path_len = s->batch_path ? (int64_t)strlen(s->batch_path) : 0,
                            .separator = path_separator(),
                            .mode = s->policy.archive,
                            .fold = path_names_fold_case()};
    open_root(r, ROOT_BATCH, s->batch);
    if (s->archive) open_archive(r, s->archive, false);
    scan_put_origin(mono_now(), &o, &r->text);
    write_out(r);
    uv_timer_init(&r->loop, &r->machine_timer);
    uv_timer_start(&r->machine_timer, on_machine, 0, MACHINE_EVERY_MS);
    uv_async_send(&r->to_loop);
}

int command_scan(const struct options *o) {
    static struct relay r;
    r.options = r.session.options = o;
    int code = open_profile(&r);
    if (code) return code;
    if (uv_loop_init(&r.loop) != 0 || uv_mutex_init(&r.mutex) != 0) abort();
    r.last = &r.first;
    uv_async_init(&r.loop, &r.to_loop, on_commands);
    uv_timer_init(&r.loop, &r.beat);
    r.to_loop.data = r.beat.data = r.look.data = r.machine_work.data = r.machine_timer.data = &r;
    scan_put_header(&r.text);
    scan_put_hello(mono_now(), SWEEPWATCH_VERSION, scan_profile_hash(r.session.profile), &r.text);
    write_out(&r);
    r.looking_since = mono_now();
    if (!o->apart)
        uv_queue_work(&r.loop, &r.look, look_up, looked_up);
    else if (o->archive_dir)
        open_root(&r, ROOT_ARCHIVE, o->archive_dir);
    else
        open_root(&r, ROOT_BATCH, o->batch_dir);
    beat_later(&r, BEAT_MS);
    if (uv_thread_create(&r.reader, read_commands, &r) != 0) abort();
    uv_run(&r.loop, UV_RUN_DEFAULT);
    return EXIT_DONE;
}

char **scan_argv(const struct options *o, enum root_id root, const char *path) {
    size_t size = PATH_BYTES, most = (size_t)o->n_require + 13, n = 0;
    char **argv = malloc(most * sizeof *argv + size);
    if (!argv) abort();
    char *exe = (char *)(argv + most);
    if (uv_exepath(exe, &size) < 0) snprintf(exe, PATH_BYTES, "sweepwatch");
    argv[n++] = exe;
    argv[n++] = "scan";
    argv[n++] = "--apart";
    argv[n++] = root == ROOT_ARCHIVE ? "--archive-dir" : "--batch-dir";
    argv[n++] = (char *)(uintptr_t)path;
    if (o->poll) argv[n++] = "--poll";
    if (o->joblog && root == ROOT_BATCH) {
        argv[n++] = "--joblog";
        argv[n++] = (char *)(uintptr_t)o->joblog;
    }
    if (o->profile) { /* its text follows on standard input */
        argv[n++] = "--profile";
        argv[n++] = "-";
    }
    if (o->n_require > 0) argv[n++] = "--require";
    for (int i = 0; i < o->n_require; i++) argv[n++] = (char *)(uintptr_t)o->require[i];
    argv[n] = NULL;
    return argv;
}

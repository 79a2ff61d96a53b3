/* scan: one root, scanned for somebody else. Commands come as lines on stdin, facts and signs of life go out on stdout
 * (watch/scan_lines.h). The scanning itself is the thread that watch runs for the batch; this loop only passes on.
 *
 * Nothing but that thread touches the root, so that the process always tells what it hangs in, and ends with its
 * stdin whatever hangs. */
#include "app/scan.h"

#include "app/commands.h"
#include "app/session.h"
#include "platform/paths.h"
#include "watch/root_thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEAT_MS = 500, PATH_BYTES = 4096, READ_BYTES = 65536 };

struct relay {
    struct session session;
    uv_loop_t loop;
    uv_timer_t beat;
    uv_thread_t reader;
    struct root_thread *thread;
    struct scan_line_buffer lines; /* of stdin */
    char bytes[READ_BYTES];        /* read last */
    struct fact_text text;
};

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

/* Whatever the scanning thread is in, now. */
static void leave(int code) {
    fflush(NULL);
    _Exit(code);
}

static void write_out(struct relay *r) {
    if (fwrite(r->text.data, 1, r->text.len, stdout) != r->text.len || fflush(stdout) != 0) _Exit(EXIT_IO);
    r->text.len = 0;
}

static void on_beat(uv_timer_t *timer) {
    struct relay *r = timer->data;
    struct fs_operation op;
    root_thread_operation(r->thread, &op);
    scan_put_beat(mono_now(), &op, &r->text);
    write_out(r);
}

static void on_facts(void *ctx, struct fact_batch *b) {
    struct relay *r = ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) {
        if (fact_encode(r->session.profile, fact_batch_at(b, i), &r->text) < 0) continue; /* too long for a line */
        scan_put_end(&r->text);
    }
    fact_batch_free(b);
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

/* Its own thread: stdin may be a pipe, a terminal or a file, and its end must end this program whatever hangs. */
static void read_commands(void *arg) {
    struct relay *r = arg;
    struct scan_command c;
    for (;;) {
        next_command(r, &c);
        root_thread_send(r->thread, &c);
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
    char *text = malloc(c.len + 1);
    if (!text) abort();
    memcpy(text, c.text, c.len + 1);
    int code = session_take_profile(&r->session, "standard input", text, c.len);
    return code ? code : session_open_profile(&r->session);
}

int command_scan(const struct options *o) {
    static struct relay r;
    bool archive = o->archive_dir && o->archive_dir[0];
    r.session.options = o;
    int code = open_profile(&r);
    if (code) return code;
    struct root_options root = {.profile = r.session.profile,
                                .root = archive ? ROOT_ARCHIVE : ROOT_BATCH,
                                .path = archive        ? o->archive_dir
                                        : o->batch_dir ? o->batch_dir
                                                       : ".",
                                .fold_case = path_names_fold_case(),
                                .poll = o->poll,
                                .joblog = o->joblog};
    if (uv_loop_init(&r.loop) != 0) abort();
    uv_timer_init(&r.loop, &r.beat);
    r.beat.data = &r;
    scan_put_header(&r.text);
    scan_put_hello(mono_now(), SWEEPWATCH_VERSION, &r.text);
    write_out(&r);
    if (root_thread_open(&r.loop, &root, true, on_facts, &r, &r.thread) != 0) abort();
    uv_timer_start(&r.beat, on_beat, BEAT_MS, BEAT_MS);
    if (uv_thread_create(&r.reader, read_commands, &r) != 0) abort();
    uv_run(&r.loop, UV_RUN_DEFAULT);
    return EXIT_DONE;
}

char **scan_argv(const struct options *o, enum root_id root, const char *path) {
    size_t size = PATH_BYTES, most = (size_t)o->n_require + 12, n = 0;
    char **argv = malloc(most * sizeof *argv + size);
    if (!argv) abort();
    char *exe = (char *)(argv + most);
    if (uv_exepath(exe, &size) < 0) snprintf(exe, PATH_BYTES, "sweepwatch");
    argv[n++] = exe;
    argv[n++] = "scan";
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

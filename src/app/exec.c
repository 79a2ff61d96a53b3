/* exec: runs the command of one case and records how it ended. The command comes first: whatever is wrong with the
 * record is said on stderr, and the command runs and its code is returned all the same. */
#include "app/commands.h"
#include "app/session.h"
#include "model/text.h"
#include "platform/process.h"
#include "platform/run.h"
#include "report/atomic_file.h"
#include "report/json_writer.h"
#include "report/summary_text.h"
#include "watch/exit_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { PATH_BYTES = 4096, NAME_BYTES = 256, COMMAND_BYTES = 64 * 1024, RECORD_SCHEMA = 1 };

struct recording {
    const char *title;
    char *const *command;
    char path[PATH_BYTES]; /* of the record */
    char host[NAME_BYTES], user[NAME_BYTES];
    int attempt;
    int64_t previous; /* code of the attempt before, -1 none */
    int64_t pid, start_ms;
    uint64_t pid_start;
    int failed; /* error of the last write */
};

static void say_trouble(const struct recording *r, const char *what, int err) {
    session_say("case %s: how it ends cannot be recorded in %s: %s (%s); the command runs all the same", r->title,
                r->path, what, uv_strerror(err));
}

static void find_names(struct recording *r) {
    size_t len = sizeof r->host;
    uv_passwd_t passwd;
    if (uv_os_gethostname(r->host, &len) < 0) r->host[0] = '\0';
    const char *user = getenv("USER");
    if (!user || !user[0]) user = getenv("USERNAME");
    if (user && user[0]) {
        snprintf(r->user, sizeof r->user, "%s", user);
    } else if (uv_os_get_passwd(&passwd) == 0) {
        snprintf(r->user, sizeof r->user, "%s", passwd.username);
        uv_os_free_passwd(&passwd);
    }
}

/* What the record at hand says counts as the attempt before. */
static void look_back(struct recording *r) {
    struct exit_record last;
    struct inspect_buffer *b = inspect_buffer_new();
    r->attempt = 1;
    r->previous = -1;
    if (exit_record_read(fs_real(), r->path, b, &last) == 0) {
        r->attempt = last.exit.attempt < INT32_MAX ? last.exit.attempt + 1 : INT32_MAX;
        if (r->attempt < 2) r->attempt = 2;
        r->previous = last.exit.code >= 0 ? last.exit.code : -1;
        bool here = last.exit.code == EXIT_RUNNING && strcmp(last.host, r->host) == 0;
        if (here && process_alive(last.exit.pid, last.pid_start)) {
            session_say("case %s: process %lld runs it already; both will write to one directory", r->title,
                        (long long)last.exit.pid);
        }
    }
    inspect_buffer_free(b);
}

static void put_time(struct json_writer *w, const char *key, const char *epoch_key, int64_t ms) {
    char when[SUMMARY_TIME_BYTES], text[64];
    summary_time(ms, when);
    snprintf(text, sizeof text, "%.10sT%.8s.%03dZ", when, when + 11, (int)(ms % 1000));
    json_string(w, key, text);
    json_number(w, epoch_key, (double)ms / 1e3);
}

static void put_command(struct json_writer *w, char *const *command) {
    size_t room = COMMAND_BYTES;
    json_open_flat(w, "command", '[');
    for (; *command; command++) {
        size_t len = strlen(*command);
        if (len > room) {
            json_string(w, NULL, "…");
            break;
        }
        json_string(w, NULL, *command);
        room -= len;
    }
    json_close(w, ']');
}

/* end_ms 0: it runs. */
static void make_record(const struct recording *r, const struct run_result *result, int64_t end_ms,
                        struct buffer *out) {
    struct json_writer w = {.out = out};
    json_open(&w, NULL, '{');
    json_int(&w, "schema_version", RECORD_SCHEMA);
    json_string(&w, "case", r->title);
    json_string(&w, "state", end_ms ? "ended" : "running");
    if (end_ms) {
        json_int(&w, "code", result->code);
        json_int(&w, "signal", result->signal);
    }
    json_int(&w, "attempt", r->attempt);
    if (r->previous >= 0) json_int(&w, "previous_code", r->previous);
    json_string(&w, "host", r->host);
    json_string(&w, "user", r->user);
    if (r->pid > 0) json_int(&w, "pid", r->pid);
    if (r->pid_start > 0) json_int(&w, "pid_start", (int64_t)r->pid_start);
    json_int(&w, "recorder_pid", uv_os_getpid());
    json_int(&w, "recorder_start", (int64_t)process_start_time(uv_os_getpid()));
    put_time(&w, "start", "start_epoch", r->start_ms);
    if (end_ms) put_time(&w, "end", "end_epoch", end_ms);
    if (end_ms && result->peak_bytes > 0) {
        json_int(&w, "peak_memory_bytes", result->peak_bytes);
        json_number(&w, "cpu_user_seconds", (double)result->user_ms / 1e3);
        json_number(&w, "cpu_system_seconds", (double)result->system_ms / 1e3);
    }
    put_command(&w, r->command);
    json_close(&w, '}');
}

static void write_record(struct recording *r, const struct run_result *result, int64_t end_ms) {
    struct buffer text = {0};
    make_record(r, result, end_ms, &text);
    int err = atomic_file_write(r->path, text.bytes, text.len);
    buffer_free(&text);
    if (err < 0 && r->failed != err) say_trouble(r, "it cannot be written", err);
    r->failed = err;
}

/* checks/ and checks/exit/ of a batch that is there. */
static void open_record(struct recording *r, const char *batch) {
    char checks[PATH_BYTES];
    snprintf(checks, sizeof checks, "%.3000s/checks/x", batch);
    snprintf(r->path, sizeof r->path, "%.3000s/%s/%s.json", batch, EXIT_RECORD_DIR, r->title);
    int err = atomic_file_make_parents(checks);
    if (err >= 0) err = atomic_file_make_parents(r->path);
    r->failed = err;
    if (err < 0) say_trouble(r, "its directory cannot be made", err);
}

int command_exec(const struct options *o) {
    struct recording r = {.title = o->title, .command = o->run};
    struct run_child child;
    struct run_result result = {0};
    const char *batch = o->batch_dir ? o->batch_dir : getenv("BATCH_DIR");
    const char *trouble = exit_record_title_trouble(o->title);
    if (trouble) {
        session_say("--case '%s' cannot be a file's name: %s", o->title, trouble);
        return EXIT_USAGE;
    }
    find_names(&r);
    open_record(&r, batch && batch[0] ? batch : ".");
    look_back(&r);
    r.start_ms = session_wall_ms();
    int err = run_start(o->run, &child);
    if (err < 0) {
        result.code = run_error_code(err);
        session_say("case %s: %s cannot be run: %s", r.title, o->run[0], uv_strerror(err));
    } else {
        r.pid = child.pid;
        r.pid_start = process_start_time(child.pid);
        write_record(&r, NULL, 0);
        run_wait(&child, &result);
    }
    write_record(&r, &result, session_wall_ms());
    return (int)result.code;
}
